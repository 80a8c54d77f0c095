//! Accounts, with the counters of their conversations.

use sea_orm::entity::prelude::*;

/// A row of `accounts`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub username: Option<String>,
    pub email: Option<String>,
    pub display_name: String,
    pub password_hash: Option<String>,
    pub role: String,
    pub role_label: Option<String>,
    pub status: String,
    pub picture: Option<Uuid>,
    pub default_connection: Option<Uuid>,
    pub default_model: Option<Uuid>,
    pub language: Option<String>,
    pub theme: Option<String>,
    pub view_mode: Option<String>,
    pub context_rounds: Option<i32>,
    pub conversations_revision: i64,
    pub conversations_count: i64,
    pub models_revision: i64,
    pub prompts_revision: i64,
    pub credits: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// None is declared: joins are written out where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
