//! Business words of a connection.

use sea_orm::entity::prelude::*;

/// A row of `terms`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "terms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub connection: Uuid,
    pub owner: Option<Uuid>,
    pub term: String,
    pub kind: String,
    pub expression: String,
    pub description: Option<String>,
}

/// None is declared: joins are written out where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
