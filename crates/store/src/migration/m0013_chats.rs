//! Presets, and what conversations and messages have as chats.
//!
//! A preset without an owner was deleted while chats used it: it is theirs alone from then on, and goes with the last of them.

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
    "CREATE TABLE presets (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        owner {uuid} REFERENCES accounts (id) ON DELETE SET NULL,
        title TEXT NOT NULL,
        description TEXT,
        kind TEXT NOT NULL,
        visibility TEXT NOT NULL,
        parameters TEXT NOT NULL,
        messages TEXT NOT NULL,
        created_at {bigint} NOT NULL,
        updated_at {bigint} NOT NULL
    )",
    "CREATE INDEX presets_owner ON presets (owner)",
    "CREATE INDEX presets_public ON presets (visibility) WHERE visibility = 'public'",
    "ALTER TABLE conversations ADD COLUMN preset {uuid} REFERENCES presets (id) ON DELETE SET NULL",
    "CREATE INDEX conversations_preset ON conversations (preset) WHERE preset IS NOT NULL",
    "ALTER TABLE conversations ADD COLUMN visibility TEXT NOT NULL DEFAULT 'private'",
    // The shared chat that this one is a copy of, for its reader; no reference, since the copy outlives it.
    "ALTER TABLE conversations ADD COLUMN copied_from {uuid}",
    "CREATE UNIQUE INDEX conversations_copies ON conversations (owner, copied_from) WHERE copied_from IS NOT NULL",
    "ALTER TABLE messages ADD COLUMN kind TEXT NOT NULL DEFAULT 'text'",
    "ALTER TABLE messages ADD COLUMN is_visible BOOLEAN NOT NULL DEFAULT TRUE",
];
