//! Language models of one's own, and which one an account is answered by.
//!
//! The model that an account chose is no foreign key: it may be one of the operator's, which are in no table. Accounts have a number
//! that grows with every change of their models, for those who keep what they have read.

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
    "CREATE TABLE models (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        owner {uuid} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        provider TEXT NOT NULL,
        model_id TEXT NOT NULL,
        base_url TEXT,
        api_key {bytes},
        last_reached BOOLEAN,
        revision {bigint} NOT NULL,
        created_at {bigint} NOT NULL,
        updated_at {bigint} NOT NULL
    )",
    "CREATE INDEX models_owner ON models (owner)",
    "ALTER TABLE accounts ADD COLUMN default_model {uuid}",
    "ALTER TABLE accounts ADD COLUMN models_revision {bigint} NOT NULL DEFAULT 1",
];
