//! What editing a connection takes: its TLS mode, a number that grows with every edit, and the default as one fact of the account.
//!
//! `connections.is_default` is no longer read. It goes in a later version, since the version before may still be serving.

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
    "ALTER TABLE connections ADD COLUMN tls TEXT",
    "ALTER TABLE connections ADD COLUMN revision {bigint} NOT NULL DEFAULT 0",
    "ALTER TABLE accounts ADD COLUMN default_connection {uuid} REFERENCES connections (id) ON DELETE SET NULL",
    "CREATE INDEX accounts_default_connection ON accounts (default_connection) WHERE default_connection IS NOT NULL",
    "UPDATE accounts SET default_connection = (
        SELECT id FROM connections WHERE owner = accounts.id AND is_default ORDER BY number DESC LIMIT 1
     ) WHERE EXISTS (SELECT 1 FROM connections WHERE owner = accounts.id AND is_default)",
];
