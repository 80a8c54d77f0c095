//! Connections and their semantic terms.

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
    "CREATE TABLE connections (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        owner {uuid} REFERENCES accounts (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        driver TEXT NOT NULL,
        host TEXT,
        port INTEGER,
        username TEXT,
        password {bytes},
        database_name TEXT NOT NULL,
        is_default BOOLEAN NOT NULL,
        is_demo BOOLEAN NOT NULL,
        last_reached BOOLEAN,
        created_at {bigint} NOT NULL,
        updated_at {bigint} NOT NULL
    )",
    "CREATE INDEX connections_owner ON connections (owner)",
    // One demo connection at most.
    "CREATE UNIQUE INDEX connections_demo ON connections (is_demo) WHERE is_demo",
    "CREATE TABLE semantic_terms (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        connection {uuid} NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        term TEXT NOT NULL,
        kind TEXT NOT NULL,
        expression TEXT NOT NULL,
        description TEXT,
        UNIQUE (connection, term)
    )",
];
