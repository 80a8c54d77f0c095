//! What was said in a conversation. Metadata is text, which keeps the order of its keys.

use sea_orm::entity::prelude::*;

/// A row of `messages`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub conversation: Uuid,
    pub role: String,
    pub content: String,
    pub status: String,
    pub metadata: Option<String>,
    pub feedback: Option<bool>,
    pub feedback_at: Option<i64>,
    pub created_at: i64,
}

/// None is declared: joins are written out where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
