//! What the stock BI and the plain chat contracts keep: their names for conversations and roles, feedback on messages, and favourites.

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
    // The text that a client knows the conversation by, where it was begun under one.
    "ALTER TABLE conversations ADD COLUMN session TEXT",
    "CREATE UNIQUE INDEX conversations_session ON conversations (session) WHERE session IS NOT NULL",
    // Whether the title is a name that somebody gave, or what there was to call it by.
    "ALTER TABLE conversations ADD COLUMN is_named BOOLEAN NOT NULL DEFAULT TRUE",
    // In the order in which they were begun.
    "CREATE INDEX conversations_begun ON conversations (owner, number DESC)",
    "ALTER TABLE messages ADD COLUMN feedback BOOLEAN",
    "ALTER TABLE messages ADD COLUMN feedback_at {bigint}",
    // What a contract calls the role of a plain user.
    "ALTER TABLE accounts ADD COLUMN role_label TEXT",
    "CREATE TABLE favourite_stocks (
        number {number},
        account {uuid} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        code TEXT NOT NULL,
        created_at {bigint} NOT NULL,
        UNIQUE (account, code)
    )",
];
