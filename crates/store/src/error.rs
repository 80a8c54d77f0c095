//! Why the store could not do what it was asked.

use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// What is underneath a failure of the database. Never shown to a client: logged once, at the boundary. The failure's text
/// ends with it, so it is not its `source()` besides.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A failure of the store, as far as a caller acts on it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What the call refers to does not exist, or is not the owner's.
    #[error("not found")]
    NotFound,
    /// Something else already has this value, or already does this.
    #[error("`{field}` is taken")]
    Conflict {
        /// What clashes: `email`, `username`, `code`, `conversation` (it has a running run), `credits` (none are left), or `id`.
        field: &'static str,
    },
    /// The database cannot be reached, or did not answer in time. Trying again later may help.
    #[error("the store's database is unavailable: {0}")]
    Unavailable(BoxError),
    /// The store was written by a newer version of Wenshu, and is left as it is.
    #[error(
        "the store was written by a newer version of Wenshu (it has migration `{found}`, this version knows up to `{known}`); \
         start that version or a later one, or choose another data folder"
    )]
    NewerStore {
        /// The first migration in the store that this version does not know.
        found: String,
        /// The last migration that this version knows.
        known: String,
    },
    /// A fault that no caller can act on.
    #[error("the store failed: {0}")]
    Other(BoxError),
}

impl From<DbErr> for StoreError {
    /// What a failure of the database means when the call has nothing more precise to say.
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => return Self::Conflict { field: "id" },
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => return Self::NotFound,
            _ => {}
        }
        if is_unavailable(&error) { Self::Unavailable(error.into()) } else { Self::Other(error.into()) }
    }
}

/// The database's own code of a failure.
pub(crate) fn database_code(error: &DbErr) -> Option<String> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(source)) | DbErr::Query(RuntimeErr::SqlxError(source)) => {
            source.as_database_error()?.code().map(Into::into)
        }
        _ => None,
    }
}

/// Whether the database could not be reached or was too busy, rather than unwilling.
fn is_unavailable(error: &DbErr) -> bool {
    let runtime = match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return true,
        DbErr::Exec(runtime) | DbErr::Query(runtime) => runtime,
        _ => return false,
    };
    let RuntimeErr::SqlxError(source) = runtime else { return false };
    match source.as_ref() {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            if database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                // The low byte of SQLite's result code: busy, locked, I/O error, corrupt, full, cannot open, no database.
                code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 11 | 13 | 14 | 26))
            } else {
                // PostgreSQL's classes: connection, resources, operator intervention, and what a retry resolves.
                ["08", "53", "57P", "40001", "40P01"].iter().any(|class| code.starts_with(class))
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}
