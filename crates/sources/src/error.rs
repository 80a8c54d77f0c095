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

/// Why a server could not be reached, as far as a person acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectFault {
    /// Nothing listens there.
    Refused,
    /// The name leads nowhere.
    UnknownHost,
    /// Unknown account or wrong password.
    LoginFailed,
    /// The server has no such database.
    UnknownDatabase,
    /// No answer in time.
    Timeout,
    /// Encryption failed, or the certificate isn't trusted.
    Tls,
    /// Anything else.
    Other,
}

/// A source's failure: a kind to act on and the database's words, which may be shown to whoever may ask the database.
///
/// The message never holds a password or a connection string with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    kind: SourceErrorKind,
    fault: Option<ConnectFault>,
    message: String,
}

impl SourceError {
    /// A failure of this kind, in the database's words.
    pub fn new(kind: SourceErrorKind, message: impl Into<String>) -> Self {
        Self { kind, fault: None, message: message.into() }
    }

    /// A server that could not be reached for this reason: of the kind [`Unreachable`](SourceErrorKind::Unreachable).
    pub fn unreachable(fault: ConnectFault, message: impl Into<String>) -> Self {
        Self { kind: SourceErrorKind::Unreachable, fault: Some(fault), message: message.into() }
    }

    /// What a caller acts on.
    pub fn kind(&self) -> SourceErrorKind {
        self.kind
    }

    /// Why a server could not be reached, where that is what happened.
    pub fn fault(&self) -> Option<ConnectFault> {
        self.fault
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
