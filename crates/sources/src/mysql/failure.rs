//! MySQL's failures in words a person can act on.

use std::time::Duration;

use sqlx::Error;
use sqlx::mysql::MySqlDatabaseError;

use crate::server::{reach, task};
use crate::{ConnectFault, ServerOptions, SourceError, SourceErrorKind};

/// The failure of a statement or of connecting, as the source says it; `limit` is the time it had.
pub(super) fn describe(error: &Error, options: &ServerOptions, limit: Duration) -> SourceError {
    match error {
        Error::Database(database) => match database.try_downcast_ref::<MySqlDatabaseError>() {
            Some(error) => said(error.number(), error.message(), options, limit),
            None => SourceError::new(SourceErrorKind::Execution, database.message()),
        },
        Error::InvalidArgument(message) => SourceError::new(SourceErrorKind::Denied, message.clone()),
        Error::Io(error) => reach::network(error, options),
        Error::Tls(error) => reach::tls(options, &error.to_string()),
        Error::Protocol(message) => SourceError::unreachable(
            ConnectFault::Other,
            format!("{} doesn't answer as MySQL does: {message}; check host and port", reach::place(options)),
        ),
        other => SourceError::new(SourceErrorKind::Internal, format!("the MySQL driver failed: {other}")),
    }
}

/// What the server said, by its number.
fn said(number: u16, message: &str, options: &ServerOptions, limit: Duration) -> SourceError {
    match number {
        // Wrong password, an account from elsewhere, a host that failed too often, a way of signing in that isn't there.
        1045 | 1130 | 1129 | 1251 | 1698 | 1862 | 2059 | 3118 | 3955 | 4151 => {
            reach::login_failed(options, message)
        }
        1044 | 1049 => reach::unknown_database(options, message),
        // Too many connections, of all or of this account; locks.
        1040 | 1203 | 1226 | 1205 | 1213 => SourceError::new(
            SourceErrorKind::Busy,
            format!("the database can't do this now ({message}); try again in a moment"),
        ),
        // MySQL's and MariaDB's limit on time.
        3024 | 1969 => task::timed_out(limit),
        1317 | 1028 | 3169 => task::cancelled(),
        // A read-only transaction, a read-only server.
        1792 | 1290 | 1836 => SourceError::new(
            SourceErrorKind::Denied,
            format!("the database session is read-only and refused this: {message}"),
        ),
        1053 | 1077 | 1079 | 1927 | 3032 | 4031 => SourceError::unreachable(
            ConnectFault::Other,
            format!("{} ended the connection ({message}); try again", reach::place(options)),
        ),
        _ => SourceError::new(SourceErrorKind::Execution, message),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[test]
    fn numbers() {
        use SourceErrorKind::*;
        let options = ServerOptions::new("db", 3306, "shop", "ann", SecretString::from("Geheim-123"));
        for (number, kind, fault) in [
            (1045, Unreachable, Some(ConnectFault::LoginFailed)),
            (1049, Unreachable, Some(ConnectFault::UnknownDatabase)),
            (1040, Busy, None),
            (3024, Timeout, None),
            (1969, Timeout, None),
            (1317, Cancelled, None),
            (1792, Denied, None),
            (1053, Unreachable, Some(ConnectFault::Other)),
            (1054, Execution, None),
        ] {
            let error = said(number, "as the server says it", &options, Duration::from_secs(3));
            assert_eq!((error.kind(), error.fault()), (kind, fault), "{number}");
        }
    }
}
