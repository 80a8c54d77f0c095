//! What an account prefers; nothing chosen is NULL, so that defaults stay a rule above the store.

use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use super::ddl;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, STATEMENTS).await
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE accounts ADD COLUMN language TEXT",
    "ALTER TABLE accounts ADD COLUMN theme TEXT",
    "ALTER TABLE accounts ADD COLUMN view_mode TEXT",
    "ALTER TABLE accounts ADD COLUMN context_rounds INTEGER",
];
