//! Datasets: files that people brought, the tables that were made of them, and the one connection by which all of an account's are asked.

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
    "CREATE TABLE datasets (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        owner {uuid} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        description TEXT,
        kind TEXT NOT NULL,
        file_name TEXT,
        original TEXT,
        bytes {bigint} NOT NULL,
        created_at {bigint} NOT NULL
    )",
    "CREATE INDEX datasets_owner ON datasets (owner)",
    "CREATE TABLE dataset_tables (
        dataset {uuid} NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
        position {bigint} NOT NULL,
        owner {uuid} NOT NULL,
        name TEXT NOT NULL,
        sheet TEXT,
        path TEXT NOT NULL,
        columns_json TEXT NOT NULL,
        row_count {bigint} NOT NULL,
        PRIMARY KEY (dataset, position)
    ) {by key}",
    "CREATE UNIQUE INDEX dataset_tables_name ON dataset_tables (owner, name)",
    "CREATE UNIQUE INDEX connections_datasets ON connections (owner) WHERE driver = 'dataset'",
];
