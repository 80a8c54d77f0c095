//! Conversations, messages, runs, and the processes that work on runs.

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
    "CREATE TABLE conversations (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        owner {uuid} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        title TEXT NOT NULL,
        model TEXT,
        connection {uuid} REFERENCES connections (id) ON DELETE SET NULL,
        is_favorite BOOLEAN NOT NULL,
        message_count {bigint} NOT NULL,
        created_at {bigint} NOT NULL,
        updated_at {bigint} NOT NULL
    )",
    // In the order of the list, so that a page is read from the index without sorting.
    "CREATE INDEX conversations_activity ON conversations (owner, updated_at DESC, number DESC)",
    "CREATE INDEX conversations_favorites ON conversations (owner, updated_at DESC, number DESC) WHERE is_favorite",
    "CREATE INDEX conversations_connection ON conversations (connection) WHERE connection IS NOT NULL",
    "CREATE TABLE messages (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        conversation {uuid} NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        role TEXT NOT NULL,
        content TEXT NOT NULL,
        status TEXT NOT NULL,
        metadata TEXT,
        created_at {bigint} NOT NULL
    )",
    "CREATE INDEX messages_conversation ON messages (conversation, number)",
    "CREATE TABLE runs (
        id {uuid} NOT NULL PRIMARY KEY,
        owner {uuid} NOT NULL,
        instance {uuid} NOT NULL,
        conversation {uuid} NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        status TEXT NOT NULL,
        error_code TEXT,
        question_message {uuid} NOT NULL,
        answer_message {uuid},
        connection {uuid} REFERENCES connections (id) ON DELETE SET NULL,
        model TEXT,
        input_tokens {bigint} NOT NULL DEFAULT 0,
        output_tokens {bigint} NOT NULL DEFAULT 0,
        partial TEXT,
        checkpointed_at {bigint},
        started_at {bigint} NOT NULL,
        finished_at {bigint}
    ) {by key}",
    "CREATE INDEX runs_conversation ON runs (conversation)",
    // One running run in a conversation at most; also how the running ones are found.
    "CREATE UNIQUE INDEX runs_running ON runs (conversation) WHERE status = 'running'",
    "CREATE TABLE instances (
        id {uuid} NOT NULL PRIMARY KEY,
        seen_at {bigint} NOT NULL,
        retired_at {bigint}
    ) {by key}",
];
