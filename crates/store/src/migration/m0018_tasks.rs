//! A chat's title may be written while it is being replied to, and a task that is asked for twice under one key is begun once.

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
    "DROP INDEX runs_running",
    "CREATE UNIQUE INDEX runs_running ON runs (conversation) WHERE status = 'running' AND kind <> 'title'",
    "CREATE UNIQUE INDEX runs_titling ON runs (conversation) WHERE status = 'running' AND kind = 'title'",
    "ALTER TABLE runs ADD COLUMN idempotency_key TEXT",
    "CREATE UNIQUE INDEX runs_keys ON runs (owner, idempotency_key) WHERE idempotency_key IS NOT NULL",
];
