//! Prompts that accounts have in the place of those that come with Wenshu, and a number that grows with every change of an account's,
//! for those who keep what they have read.

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
    "CREATE TABLE prompts (
        account {uuid} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        prompt TEXT NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (account, prompt)
    ) {by key}",
    "ALTER TABLE accounts ADD COLUMN prompts_revision {bigint} NOT NULL DEFAULT 1",
];
