//! Conversations, with the counter of their messages.

use sea_orm::entity::prelude::*;

/// A row of `conversations`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "conversations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub owner: Uuid,
    pub title: String,
    pub model: Option<String>,
    pub connection: Option<Uuid>,
    pub is_favorite: bool,
    pub session: Option<String>,
    pub is_named: bool,
    pub message_count: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// None is declared: joins are written out where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
