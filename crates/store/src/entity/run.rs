//! Pieces of work that produce an answer.

use sea_orm::entity::prelude::*;

/// A row of `runs`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub owner: Uuid,
    pub instance: Uuid,
    pub conversation: Uuid,
    pub kind: String,
    pub status: String,
    pub error_code: Option<String>,
    pub question_message: Uuid,
    pub answer_message: Option<Uuid>,
    pub connection: Option<Uuid>,
    pub model: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub usage_estimated: bool,
    pub partial: Option<String>,
    pub partial_metadata: Option<String>,
    pub checkpointed_at: Option<i64>,
    pub started_at: i64,
    pub finished_at: Option<i64>,
}

/// None is declared: joins are written out where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
