//! PostgreSQL's failures in words a person can act on.

use std::time::Duration;

use sqlx::Error;
use sqlx::postgres::PgDatabaseError;

use crate::server::{reach, task};
use crate::{ConnectFault, ServerOptions, SourceError, SourceErrorKind};

/// The failure of a statement or of connecting, as the source says it; `limit` is the time it had.
pub(super) fn describe(error: &Error, options: &ServerOptions, limit: Duration) -> SourceError {
    match error {
        Error::Database(database) => match database.try_downcast_ref::<PgDatabaseError>() {
            // Its detail isn't shown: it may quote a row.
            Some(error) => said(error.code(), error.message(), error.hint(), options, limit),
            None => SourceError::new(SourceErrorKind::Execution, database.message()),
        },
        Error::InvalidArgument(message) => SourceError::new(SourceErrorKind::Execution, message.clone()),
        Error::Io(error) => reach::network(error, options),
        Error::Tls(error) => reach::tls(options, &error.to_string()),
        Error::Protocol(message) => SourceError::unreachable(
            ConnectFault::Other,
            format!(
                "{} doesn't answer as PostgreSQL does: {message}; check host and port",
                reach::place(options)
            ),
        ),
        other => {
            SourceError::new(SourceErrorKind::Internal, format!("the PostgreSQL driver failed: {other}"))
        }
    }
}

/// What the server said, by its code.
fn said(
    code: &str,
    message: &str,
    hint: Option<&str>,
    options: &ServerOptions,
    limit: Duration,
) -> SourceError {
    let of = |kind, text: String| SourceError::new(kind, text);
    match code {
        "3D000" => reach::unknown_database(options, message),
        // The account may not connect to this database; the code is that of tables too.
        "42501" if message.starts_with("permission denied for database") => {
            reach::login_failed(options, message)
        }
        "25006" => of(
            SourceErrorKind::Denied,
            format!("the database session is read-only and refused this: {message}"),
        ),
        "57014" if message.contains("statement timeout") => task::timed_out(limit),
        "57014" => task::cancelled(),
        "53300" | "55P03" | "57P03" | "40001" | "40P01" => of(
            SourceErrorKind::Busy,
            format!("the database can't do this now ({message}); try again in a moment"),
        ),
        "57P01" | "57P02" | "57P04" | "57P05" | "25P03" => SourceError::unreachable(
            ConnectFault::Other,
            format!("{} ended the connection ({message}); try again", reach::place(options)),
        ),
        _ if code.starts_with("28") => reach::login_failed(options, message),
        _ if code.starts_with("08") => SourceError::unreachable(
            ConnectFault::Other,
            format!("the connection to {} failed: {message}", reach::place(options)),
        ),
        _ => of(
            SourceErrorKind::Execution,
            match hint {
                Some(hint) => format!("{message} ({hint})"),
                None => message.to_owned(),
            },
        ),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[test]
    fn codes() {
        use SourceErrorKind::*;
        let options = ServerOptions::new("db", 5432, "shop", "ann", SecretString::from("Geheim-123"));
        let limit = Duration::from_secs(3);
        for (code, message, kind, fault, words) in [
            (
                "28P01",
                "password authentication failed",
                Unreachable,
                Some(ConnectFault::LoginFailed),
                "signing in failed",
            ),
            ("28000", "no pg_hba.conf entry", Unreachable, Some(ConnectFault::LoginFailed), "no pg_hba.conf"),
            (
                "3D000",
                "database \"shop\" does not exist",
                Unreachable,
                Some(ConnectFault::UnknownDatabase),
                "no database `shop`",
            ),
            (
                "42501",
                "permission denied for database \"shop\"",
                Unreachable,
                Some(ConnectFault::LoginFailed),
                "signing in",
            ),
            ("42501", "permission denied for table t", Execution, None, "permission denied for table t"),
            ("57014", "canceling statement due to statement timeout", Timeout, None, "longer than 3 s"),
            ("57014", "canceling statement due to user request", Cancelled, None, "cancelled"),
            (
                "25006",
                "cannot execute DELETE in a read-only transaction",
                Denied,
                None,
                "cannot execute DELETE",
            ),
            ("53300", "too many clients", Busy, None, "too many clients"),
            (
                "57P01",
                "terminating connection",
                Unreachable,
                Some(ConnectFault::Other),
                "ended the connection",
            ),
            (
                "42703",
                "column \"x\" does not exist",
                Execution,
                None,
                "column \"x\" does not exist (Perhaps)",
            ),
        ] {
            let error = said(code, message, (code == "42703").then_some("Perhaps"), &options, limit);
            assert_eq!((error.kind(), error.fault()), (kind, fault), "{code}");
            assert!(error.message().contains(words), "{error}");
        }
    }
}
