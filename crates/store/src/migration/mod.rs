//! Migrations: append-only, one file each, run when a store is opened.
//!
//! A migration that has been released is never edited; a change of the schema is a new file at the end of the list. New
//! columns have a default or may be null, and what an older version still reads is removed one release later, since during
//! a rolling update both versions work on the same database.

mod ddl;
mod m0001_accounts;
mod m0002_connections;
mod m0003_conversations;
mod m0004_connections_revision;
mod m0005_connection_details;
mod m0006_usage_estimated;
mod m0007_semantics;
mod m0008_preferences;
mod m0009_models;
mod m0010_conversation_search;
mod m0011_prompts;
mod m0012_credits;
mod m0013_chats;
mod m0014_people;
mod m0015_unused;
mod m0016_written;
mod m0017_readers;
mod m0018_tasks;
mod m0019_plain_contracts;
mod m0020_datasets;
mod m0021_partial_metadata;
mod m0022_administration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement};
use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait};

use crate::{StoreError, database};

/// Serializes migrations of several processes on PostgreSQL: an arbitrary number that stays the same for ever.
const ADVISORY_LOCK: i64 = 0x7765_6e73_6875; // "wenshu"

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_accounts::Migration),
            Box::new(m0002_connections::Migration),
            Box::new(m0003_conversations::Migration),
            Box::new(m0004_connections_revision::Migration),
            Box::new(m0005_connection_details::Migration),
            Box::new(m0006_usage_estimated::Migration),
            Box::new(m0007_semantics::Migration),
            Box::new(m0008_preferences::Migration),
            Box::new(m0009_models::Migration),
            Box::new(m0010_conversation_search::Migration),
            Box::new(m0011_prompts::Migration),
            Box::new(m0012_credits::Migration),
            Box::new(m0013_chats::Migration),
            Box::new(m0014_people::Migration),
            Box::new(m0015_unused::Migration),
            Box::new(m0016_written::Migration),
            Box::new(m0017_readers::Migration),
            Box::new(m0018_tasks::Migration),
            Box::new(m0019_plain_contracts::Migration),
            Box::new(m0020_datasets::Migration),
            Box::new(m0021_partial_metadata::Migration),
            Box::new(m0022_administration::Migration),
        ]
    }
}

/// Brings the schema up to date, or refuses a store that a newer version has written.
///
/// The usual case, nothing to do, costs two small queries. Otherwise the migrations run in one transaction that only one
/// process can hold, and whoever comes second finds the work done.
pub(crate) async fn migrate(connection: &DatabaseConnection) -> Result<(), StoreError> {
    if pending(connection).await? == 0 {
        return Ok(());
    }
    let transaction = database::begin(connection).await?;
    lock(&transaction).await?;
    let count = pending(&transaction).await?;
    if count > 0 {
        Migrator::up(&transaction, None).await?;
    }
    transaction.commit().await?;
    if count > 0 {
        tracing::info!(store.migrations = count, "store schema brought up to date");
    }
    Ok(())
}

/// Waits until no other process migrates. On SQLite the transaction is the lock already.
async fn lock(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        database::execute(transaction, "SELECT pg_advisory_xact_lock($1)", [ADVISORY_LOCK.into()]).await?;
    }
    Ok(())
}

/// How many migrations the store lacks.
async fn pending<C: ConnectionTrait>(connection: &C) -> Result<usize, StoreError> {
    let known: Vec<String> =
        Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    let applied = applied(connection).await?;
    if let Some(found) = applied.iter().find(|name| !known.contains(name)) {
        return Err(StoreError::NewerStore {
            found: found.clone(),
            known: known.last().cloned().unwrap_or_default(),
        });
    }
    Ok(known.len() - applied.len())
}

/// The names of the migrations that the store has had, oldest first.
async fn applied<C: ConnectionTrait>(connection: &C) -> Result<Vec<String>, StoreError> {
    let backend = connection.get_database_backend();
    let exists = match backend {
        DbBackend::Postgres => "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL",
        _ => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
    };
    if connection.query_one_raw(Statement::from_string(backend, exists)).await?.is_none() {
        return Ok(Vec::new());
    }
    let names = Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version");
    let rows = connection.query_all_raw(names).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
