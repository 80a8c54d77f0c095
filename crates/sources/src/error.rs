//! Why a source could not answer.

use std::fmt;

/// What went wrong, as far as a caller acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceErrorKind {
    /// The database could not be reached or opened: missing file, refused, unknown host, not a database, corrupt.
    Unreachable,
    /// Something else holds the database (SQLite: locked past the busy time-out).
    Busy,
    /// The database refused the statement: unknown column, type error, division by zero.
    Execution,
    /// The database (or its session) refused a write that the guard had let through.
    Denied,
    /// The time limit passed and the query was cancelled in the database.
    Timeout,
    /// The caller cancelled, and the query was ended in the database.
    Cancelled,
    /// A fault of the driver's own.
    Internal,
}

/// A source's failure: a kind to act on and the database's words, which may be shown to whoever may ask the database.
///
/// The message never holds a password or a connection string with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    kind: SourceErrorKind,
    message: String,
}

impl SourceError {
    /// A failure of this kind, in the database's words.
    pub fn new(kind: SourceErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What a caller acts on.
    pub fn kind(&self) -> SourceErrorKind {
        self.kind
    }

    /// What the database said.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for SourceError {}
