//! A number that grows with every change of connections and semantic terms, for those who keep what they have read.
//!
//! Triggers raise it, so that no statement that changes them can forget to.

use sea_orm::{ConnectionTrait as _, DbBackend};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use super::ddl;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, TABLE).await?;
        match manager.get_database_backend() {
            DbBackend::Postgres => ddl::run(manager, POSTGRES).await,
            _ => {
                for table in ["connections", "semantic_terms"] {
                    for change in ["INSERT", "UPDATE", "DELETE"] {
                        let trigger = format!(
                            "CREATE TRIGGER {table}_{change}_revision AFTER {change} ON {table} BEGIN
                             UPDATE revisions SET value = value + 1 WHERE name = 'connections'; END"
                        );
                        manager.get_connection().execute_unprepared(&trigger).await?;
                    }
                }
                Ok(())
            }
        }
    }
}

const TABLE: &[&str] = &[
    "CREATE TABLE revisions (name TEXT NOT NULL PRIMARY KEY, value {bigint} NOT NULL)",
    "INSERT INTO revisions (name, value) VALUES ('connections', 1)",
];

const POSTGRES: &[&str] = &[
    "CREATE FUNCTION raise_connections_revision() RETURNS trigger LANGUAGE plpgsql AS
     'BEGIN UPDATE revisions SET value = value + 1 WHERE name = ''connections''; RETURN NULL; END'",
    "CREATE TRIGGER connections_revision AFTER INSERT OR UPDATE OR DELETE ON connections
     FOR EACH STATEMENT EXECUTE FUNCTION raise_connections_revision()",
    "CREATE TRIGGER semantic_terms_revision AFTER INSERT OR UPDATE OR DELETE ON semantic_terms
     FOR EACH STATEMENT EXECUTE FUNCTION raise_connections_revision()",
];
