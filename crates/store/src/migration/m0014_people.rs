//! Pictures of accounts, what they like, and accounts that WeChat knows.
//!
//! `accounts.avatar_url` is no longer read. It goes in a later version, since the version before may still be serving.

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
    // Which picture of the account is the current one: a new id with every picture, so that one never changes.
    "ALTER TABLE accounts ADD COLUMN picture {uuid}",
    "CREATE TABLE pictures (
        account {uuid} NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
        id {uuid} NOT NULL UNIQUE,
        content {bytes} NOT NULL
    )",
    "CREATE TABLE wechat_people (
        open_id TEXT NOT NULL PRIMARY KEY,
        account {uuid} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        created_at {bigint} NOT NULL
    ) {by key}",
    "CREATE INDEX wechat_people_account ON wechat_people (account)",
    // Presets and chats alike, so that no reference can be declared; what is gone isn't listed.
    "CREATE TABLE likes (
        account {uuid} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        thing {uuid} NOT NULL,
        created_at {bigint} NOT NULL,
        PRIMARY KEY (account, kind, thing)
    ) {by key}",
];
