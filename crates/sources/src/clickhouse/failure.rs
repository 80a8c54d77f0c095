//! ClickHouse's failures in words a person can act on.

use std::error::Error as _;
use std::io;

use crate::server::{reach, task};
use crate::{ConnectFault, ServerOptions, SourceError, SourceErrorKind};

/// The failure of the network below a statement.
pub(super) fn describe(error: &reqwest::Error, options: &ServerOptions) -> SourceError {
    if error.is_timeout() {
        return reach::timeout(options);
    }
    let mut cause = error.source();
    let mut words = error.to_string();
    while let Some(inner) = cause {
        words = inner.to_string();
        if let Some(fault) = inner.downcast_ref::<rustls::Error>() {
            return reach::tls(options, &fault.to_string());
        }
        if let Some(network) = inner.downcast_ref::<io::Error>() {
            match network.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                Some(fault) => return reach::tls(options, &fault.to_string()),
                None if network.kind() != io::ErrorKind::Other => return reach::network(network, options),
                None => {}
            }
        }
        cause = inner.source();
    }
    if error.is_connect() && error.url().is_some_and(|url| url.scheme() == "https") {
        return reach::tls(options, &words);
    }
    SourceError::unreachable(
        ConnectFault::Other,
        format!("{} doesn't answer as ClickHouse does ({words}); check host and port", reach::place(options)),
    )
}

/// What the server said: `Code: 47, e.displayText() = DB::Exception: …, e.what() = DB::Exception`, or, since version 20,
/// `Code: 47. DB::Exception: … (UNKNOWN_IDENTIFIER) (version …)`. Nothing where it isn't such a text.
pub(super) fn said(text: &str, options: &ServerOptions) -> Option<SourceError> {
    let rest = text.trim_start().strip_prefix("Code: ")?;
    let code: u32 = rest.split(|sign: char| !sign.is_ascii_digit()).next()?.parse().ok()?;
    let message = rest.split_once("DB::Exception: ").map_or(rest, |(_, message)| message);
    let message = message.split(", e.what() = ").next().unwrap_or(message);
    let message = message.split(" (version ").next().unwrap_or(message).trim();
    let of = |kind, text: String| SourceError::new(kind, text);
    Some(match code {
        192 | 193 | 194 | 195 | 516 => reach::login_failed(options, message),
        81 => reach::unknown_database(options, message),
        159 | 160 => of(
            SourceErrorKind::Timeout,
            format!("the database ended the query at its time limit ({message}); ask for less"),
        ),
        394 => task::cancelled(),
        164 => of(
            SourceErrorKind::Denied,
            format!("the database session is read-only and refused this: {message}"),
        ),
        202 | 203 => of(
            SourceErrorKind::Busy,
            format!("the database can't do this now ({message}); try again in a moment"),
        ),
        _ => of(SourceErrorKind::Execution, message.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[test]
    fn texts() {
        use SourceErrorKind::*;
        let options = ServerOptions::new("db", 8123, "shop", "ann", SecretString::from("Geheim-123"));
        for (text, kind, words) in [
            (
                "Code: 47, e.displayText() = DB::Exception: Unknown identifier: nope, e.what() = DB::Exception\n",
                Execution,
                "Unknown identifier: nope",
            ),
            (
                "Code: 47. DB::Exception: Missing columns: 'nope'. (UNKNOWN_IDENTIFIER) (version 23.3.1)",
                Execution,
                "Missing columns: 'nope'. (UNKNOWN_IDENTIFIER)",
            ),
            (
                "Code: 164, e.displayText() = DB::Exception: Cannot create table in readonly mode",
                Denied,
                "Cannot create",
            ),
            ("Code: 159. DB::Exception: Timeout exceeded", Timeout, "Timeout exceeded"),
            ("Code: 516. DB::Exception: ann: Authentication failed", Unreachable, "signing in failed"),
            ("Code: 81. DB::Exception: Database shop doesn't exist", Unreachable, "no database `shop`"),
            ("Code: 202. DB::Exception: Too many simultaneous queries", Busy, "Too many"),
        ] {
            let error = said(text, &options).unwrap();
            assert_eq!(error.kind(), kind, "{text}");
            assert!(error.message().contains(words), "{error}");
            assert!(!error.message().contains("version") && !error.message().contains("e.what"), "{error}");
        }
        assert_eq!(said("<html>", &options), None);
    }
}
