//! Who is reading a task's stream, and until when: one at a time, whichever process it is read from.

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
    "ALTER TABLE runs ADD COLUMN reader {uuid}",
    // What a process that was killed held is free after this.
    "ALTER TABLE runs ADD COLUMN reader_until {bigint}",
];
