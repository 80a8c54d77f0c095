//! Accounts, what they log in with, their sessions.

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
    "CREATE TABLE accounts (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        username TEXT,
        email TEXT,
        display_name TEXT NOT NULL,
        password_hash TEXT,
        role TEXT NOT NULL,
        status TEXT NOT NULL,
        avatar_url TEXT,
        conversations_revision {bigint} NOT NULL DEFAULT 0,
        conversations_count {bigint} NOT NULL DEFAULT 0,
        created_at {bigint} NOT NULL,
        updated_at {bigint} NOT NULL
    )",
    // User names and e-mail addresses, case folded, in one namespace: a login names one account at most.
    "CREATE TABLE logins (
        login TEXT NOT NULL PRIMARY KEY,
        account {uuid} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE
    ) {by key}",
    "CREATE INDEX logins_account ON logins (account)",
    "CREATE TABLE sessions (
        id {uuid} NOT NULL PRIMARY KEY,
        account {uuid} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        created_at {bigint} NOT NULL,
        ended_at {bigint}
    ) {by key}",
    "CREATE INDEX sessions_account ON sessions (account)",
    "CREATE TABLE refresh_tokens (
        hash {bytes} NOT NULL PRIMARY KEY,
        session {uuid} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        issued_at {bigint} NOT NULL,
        expires_at {bigint} NOT NULL,
        used_at {bigint}
    ) {by key}",
    "CREATE INDEX refresh_tokens_session ON refresh_tokens (session)",
];
