//! SQLite's failures in words a person can act on.

use std::fmt::Display;
use std::io;
use std::path::Path;

use rusqlite::{Error, ErrorCode};

use crate::{SourceError, SourceErrorKind};

/// The failure of a statement or of opening, as the source says it. `path` is named as the caller gave it.
pub(super) fn describe(error: &Error, path: &Path) -> SourceError {
    let (failure, message) = match error {
        Error::SqliteFailure(failure, message) => {
            (failure, message.clone().unwrap_or_else(|| failure.to_string()))
        }
        Error::SqlInputError { error: failure, msg, .. } => (failure, msg.clone()),
        Error::MultipleStatement => return refused("more than one statement; send one query"),
        Error::InvalidQuery => return refused("this is not a query"),
        other => {
            return SourceError::new(SourceErrorKind::Internal, format!("the SQLite driver failed: {other}"));
        }
    };
    let file = path.display();
    let unreachable = |text: String| SourceError::new(SourceErrorKind::Unreachable, text);
    match failure.code {
        ErrorCode::CannotOpen => unreachable(format!(
            "the database file `{file}` can't be opened; check that the server may read the file and its folder (a \
             database in WAL mode also needs its `-wal` and `-shm` files, or a folder that can be written)"
        )),
        ErrorCode::NotADatabase => unreachable(format!(
            "`{file}` is not an SQLite database (or it is encrypted); choose another file"
        )),
        ErrorCode::DatabaseCorrupt => unreachable(format!(
            "the database file `{file}` is damaged ({message}); restore a backup, or rescue it with `sqlite3 .recover`"
        )),
        ErrorCode::SystemIoFailure => unreachable(format!(
            "the database file `{file}` can't be read ({message}); check the disk and that the file is whole"
        )),
        // Read-only sessions can't roll back what a crashed writer left behind.
        ErrorCode::ReadOnly if failure.extended_code != rusqlite::ffi::SQLITE_READONLY => {
            unreachable(format!(
                "the database file `{file}` has an unfinished change of a program that crashed ({message}); open it once \
             with a program that may write it"
            ))
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            SourceError::new(
                SourceErrorKind::Busy,
                format!(
                    "the database file `{file}` is locked by another program; try again when it has finished writing"
                ),
            )
        }
        ErrorCode::ReadOnly | ErrorCode::AuthorizationForStatementDenied | ErrorCode::PermissionDenied => {
            refused(message)
        }
        ErrorCode::TooBig => SourceError::new(
            SourceErrorKind::Execution,
            "a value or the statement is larger than the limit; choose fewer columns or cut long values with substr()",
        ),
        ErrorCode::OutOfMemory => SourceError::new(
            SourceErrorKind::Execution,
            "the query needs more memory than there is; ask for less at once",
        ),
        ErrorCode::DiskFull => SourceError::new(
            SourceErrorKind::Execution,
            "there is no room on the disk for the query's temporary files; free some, or ask for less at once",
        ),
        ErrorCode::OperationInterrupted => {
            SourceError::new(SourceErrorKind::Cancelled, "the query was cancelled")
        }
        // The authorizer's word on functions comes with the code of ordinary errors.
        ErrorCode::Unknown if message.starts_with("not authorized") => refused(message),
        _ => SourceError::new(SourceErrorKind::Execution, message),
    }
}

/// The session's refusal of what would write or reach outside of the database.
fn refused(message: impl Display) -> SourceError {
    SourceError::new(
        SourceErrorKind::Denied,
        format!("the database session is read-only and refused this: {message}"),
    )
}

/// Why the file can't even be looked at.
pub(super) fn describe_file(error: &io::Error, path: &Path) -> SourceError {
    let file = path.display();
    let message = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no database file `{file}`; check the path"),
        io::ErrorKind::PermissionDenied => {
            format!("the server may not read the database file `{file}`; give it the permission")
        }
        _ => format!("the database file `{file}` can't be read: {error}"),
    };
    SourceError::new(SourceErrorKind::Unreachable, message)
}

/// The path leads to something that isn't a file.
pub(super) fn describe_not_a_file(path: &Path, is_folder: bool) -> SourceError {
    let what = if is_folder { "a folder" } else { "not a regular file" };
    SourceError::new(
        SourceErrorKind::Unreachable,
        format!("`{}` is {what}, not a database; give the path of an SQLite file", path.display()),
    )
}

/// Whether another try may succeed once a writer has finished.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(code(error), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// SQLite's primary code, wherever rusqlite keeps it.
pub(super) fn code(error: &Error) -> Option<ErrorCode> {
    match error {
        Error::SqliteFailure(failure, _) | Error::SqlInputError { error: failure, .. } => Some(failure.code),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_cannot_be_read() {
        let path = Path::new("/data/sales.db");
        let denied = describe_file(&io::ErrorKind::PermissionDenied.into(), path);
        assert_eq!(denied.kind(), SourceErrorKind::Unreachable);
        assert_eq!(
            denied.message(),
            "the server may not read the database file `/data/sales.db`; give it the permission"
        );
        let missing = describe_file(&io::ErrorKind::NotFound.into(), path);
        assert_eq!(missing.message(), "there is no database file `/data/sales.db`; check the path");
    }
}
