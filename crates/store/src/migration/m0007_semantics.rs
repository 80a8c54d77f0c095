//! Business words that somebody has for a connection of everybody's, and relations between tables that no key declares.
//!
//! `semantic_terms` could hold a word of a connection only once, whoever means it, and SQLite can't take a constraint away; so the
//! words move to `terms`. The old table is no longer read or written. It goes in a later version, since the version before may
//! still be serving.

use sea_orm::{ConnectionTrait as _, DbBackend};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use super::ddl;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, TABLES).await?;
        for table in ["terms", "relations"] {
            for trigger in triggers(manager.get_database_backend(), table) {
                manager.get_connection().execute_unprepared(&trigger).await?;
            }
        }
        Ok(())
    }
}

const TABLES: &[&str] = &[
    // Without an owner: of everybody who sees the connection.
    "CREATE TABLE terms (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        connection {uuid} NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        owner {uuid} REFERENCES accounts (id) ON DELETE CASCADE,
        term TEXT NOT NULL,
        kind TEXT NOT NULL,
        expression TEXT NOT NULL,
        description TEXT
    )",
    "CREATE UNIQUE INDEX terms_of_connection ON terms (connection, term) WHERE owner IS NULL",
    "CREATE UNIQUE INDEX terms_of_owner ON terms (owner, connection, term) WHERE owner IS NOT NULL",
    "INSERT INTO terms (id, connection, term, kind, expression, description)
     SELECT id, connection, term, kind, expression, description FROM semantic_terms ORDER BY number",
    "CREATE TABLE relations (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        connection {uuid} NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        owner {uuid} REFERENCES accounts (id) ON DELETE CASCADE,
        left_table TEXT NOT NULL,
        left_column TEXT NOT NULL,
        right_table TEXT NOT NULL,
        right_column TEXT NOT NULL,
        cardinality TEXT NOT NULL
    )",
    "CREATE UNIQUE INDEX relations_of_connection ON relations (connection, left_table, left_column, right_table, right_column)
     WHERE owner IS NULL",
    "CREATE UNIQUE INDEX relations_of_owner ON relations (owner, connection, left_table, left_column, right_table, right_column)
     WHERE owner IS NOT NULL",
];

/// What raises the revision of connections with every change, as for connections themselves.
fn triggers(backend: DbBackend, table: &str) -> Vec<String> {
    match backend {
        DbBackend::Postgres => vec![format!(
            "CREATE TRIGGER {table}_revision AFTER INSERT OR UPDATE OR DELETE ON {table}
             FOR EACH STATEMENT EXECUTE FUNCTION raise_connections_revision()"
        )],
        _ => ["INSERT", "UPDATE", "DELETE"]
            .into_iter()
            .map(|change| {
                format!(
                    "CREATE TRIGGER {table}_{change}_revision AFTER {change} ON {table} BEGIN
                     UPDATE revisions SET value = value + 1 WHERE name = 'connections'; END"
                )
            })
            .collect(),
    }
}
