//! Language models of one's own.

use sea_orm::entity::prelude::*;

/// A row of `models`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "models")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub owner: Uuid,
    pub name: String,
    pub provider: String,
    pub model_id: String,
    pub base_url: Option<String>,
    pub api_key: Option<Vec<u8>>,
    pub last_reached: Option<bool>,
    pub revision: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// None is declared: joins are written out where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
