//! Databases that may be asked.

use sea_orm::entity::prelude::*;

/// A row of `connections`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connections")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub owner: Option<Uuid>,
    pub name: String,
    pub driver: String,
    pub host: Option<String>,
    pub port: Option<i32>,
    pub username: Option<String>,
    pub password: Option<Vec<u8>>,
    #[sea_orm(column_name = "database_name")]
    pub database: String,
    pub tls: Option<String>,
    pub revision: i64,
    pub is_demo: bool,
    pub last_reached: Option<bool>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// None is declared: joins are written out where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
