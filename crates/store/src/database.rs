//! Opening the database, and the few helpers that every topic needs to speak to it.

use std::{fmt::Display, path::Path, str::FromStr, time::Duration};

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, QueryResult, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait, Value,
    sqlx::{
        self, ConnectOptions,
        pool::PoolOptions,
        postgres::{PgConnectOptions, PgPool},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous},
    },
};
use secrecy::{ExposeSecret, SecretString};

use crate::StoreError;

/// How long a statement waits for a connection, and a SQLite writer for another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// A PostgreSQL connection that lay idle for so long is tried before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(30);

/// The connections of an open database. On PostgreSQL both names are of the same pool.
pub(crate) struct Connections {
    /// For reading only.
    pub(crate) readers: DatabaseConnection,
    /// For writing; on SQLite a single connection.
    pub(crate) writer: DatabaseConnection,
}

/// Opens a SQLite file, which is made with mode 0600 when it is missing.
pub(crate) async fn open_sqlite(path: &Path, readers: u32) -> Result<Connections, StoreError> {
    make_private_file(path).map_err(|error| cannot_open(path.display(), error))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // With a write-ahead log this loses nothing when the process is killed; what a power cut may lose are the last
        // commits before it, never the consistency of the file.
        .synchronous(SqliteSynchronous::Normal)
        .disable_statement_logging();
    let writer = connect_sqlite_writer(options.clone().journal_mode(SqliteJournalMode::Wal))
        .await
        .map_err(|error| cannot_open(path.display(), error))?;
    let readers = PoolOptions::<sqlx::Sqlite>::new()
        .max_connections(readers.clamp(1, useful_readers()))
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_lazy_with(options.pragma("query_only", "ON"));
    Ok(Connections { readers: readers.into(), writer: writer.into() })
}

/// Each SQLite connection has a thread and a page cache of its own. What they read lies in memory mostly, so more of them than
/// processors bring nothing and cost memory. Two at least, so that a long search doesn't hold up everything else.
fn useful_readers() -> u32 {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    u32::try_from(processors).unwrap_or(u32::MAX).max(2)
}

/// Opens the writing connection. Switching a new file to a write-ahead log needs it alone for a moment, and SQLite does not
/// wait for that by itself: when another process is just opening the same file this tries again.
async fn connect_sqlite_writer(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    const PAUSE: Duration = Duration::from_millis(10);
    let pool = PoolOptions::<sqlx::Sqlite>::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .max_lifetime(None)
        .idle_timeout(None);
    let mut tries_left = PATIENCE.as_millis() / PAUSE.as_millis();
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Err(error) if is_sqlite_busy(&error) && tries_left > 0 => {
                tries_left -= 1;
                tokio::time::sleep(PAUSE).await;
            }
            result => return result,
        }
    }
}

fn is_sqlite_busy(error: &sqlx::Error) -> bool {
    // The low byte of SQLite's result code: 5 is SQLITE_BUSY, 6 is SQLITE_LOCKED.
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

/// SQLite gives the files it makes beside this one the same mode.
fn make_private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Opens a PostgreSQL database.
pub(crate) async fn open_postgres(url: &SecretString, connections: u32) -> Result<Connections, StoreError> {
    let options = PgConnectOptions::from_str(url.expose_secret())
        .map_err(|error| cannot_open("the PostgreSQL URL", error))?
        .application_name("wenshu")
        .disable_statement_logging();
    let server = format!("PostgreSQL at {}:{}", options.get_host(), options.get_port());
    let pool: PgPool = PoolOptions::<sqlx::Postgres>::new()
        .max_connections(connections.max(1))
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, idle| {
            Box::pin(async move {
                if idle.idle_for >= TRUSTED_IDLE {
                    sqlx::Connection::ping(connection).await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .map_err(|error| cannot_open(server, error))?;
    let pool = DatabaseConnection::from(pool);
    Ok(Connections { readers: pool.clone(), writer: pool })
}

/// Says which database could not be opened; never with a password.
fn cannot_open(what: impl Display, error: impl Display) -> StoreError {
    StoreError::Unavailable(format!("`{what}` cannot be opened: {error}").into())
}

/// Begins a transaction that may write: on SQLite it takes the write lock at once, so that it cannot fail half-way for
/// want of it.
pub(crate) async fn begin(connection: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(connection.begin_with_options(options).await?)
}

/// A statement whose text is the same on both databases: placeholders are `$1`, `$2`, ….
pub(crate) fn statement<C: ConnectionTrait>(
    connection: &C,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), text, values)
}

/// Runs a statement; answers how many rows it changed.
pub(crate) async fn execute<C: ConnectionTrait>(
    connection: &C,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, StoreError> {
    Ok(connection.execute_raw(statement(connection, text, values)).await?.rows_affected())
}

/// Runs a query for one row.
pub(crate) async fn query_one<C: ConnectionTrait>(
    connection: &C,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, StoreError> {
    Ok(connection.query_one_raw(statement(connection, text, values)).await?)
}

/// Runs a query for all of its rows.
pub(crate) async fn query_all<C: ConnectionTrait>(
    connection: &C,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, StoreError> {
    Ok(connection.query_all_raw(statement(connection, text, values)).await?)
}

/// Whether it is PostgreSQL.
pub(crate) fn is_postgres<C: ConnectionTrait>(connection: &C) -> bool {
    connection.get_database_backend() == DbBackend::Postgres
}

/// A time as it is stored: milliseconds since 1970 in UTC. What is finer is cut off.
pub(crate) fn to_millis(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

/// A time as it was stored.
pub(crate) fn from_millis(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis)
        .ok_or_else(|| StoreError::Other(format!("a stored time is out of range: {millis}").into()))
}

/// Text that both databases can store: PostgreSQL refuses U+0000.
pub(crate) fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// A word of an enumeration that no version of this code writes.
pub(crate) fn unknown_word(what: &str, word: &str) -> StoreError {
    StoreError::Other(format!("the store has an unknown {what}: `{word}`").into())
}
