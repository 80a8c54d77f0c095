//! Why a server can't be reached, in words a person can act on.

use std::io;

use super::options::ServerOptions;
use crate::{ConnectFault, SourceError};

/// Resolves the host, so that an unknown one is told from a server that is down.
///
/// # Errors
///
/// [`ConnectFault::UnknownHost`]. A path is none: the drivers would take it for a socket file of this machine.
pub(crate) async fn check_host(options: &ServerOptions) -> Result<(), SourceError> {
    let unknown = || {
        SourceError::unreachable(
            ConnectFault::UnknownHost,
            format!("there is no host `{}`; check its name", options.host),
        )
    };
    if options.host.is_empty() || options.host.contains(['/', '\\', '\0']) {
        return Err(unknown());
    }
    let found = tokio::net::lookup_host((options.host.as_str(), options.port)).await;
    if found.is_ok_and(|mut addresses| addresses.next().is_some()) { Ok(()) } else { Err(unknown()) }
}

/// The failure of a network operation.
pub(crate) fn network(error: &io::Error, options: &ServerOptions) -> SourceError {
    // A certificate that doesn't prove what was asked comes as a failure to read.
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls(options, &error.to_string());
    }
    let place = place(options);
    match error.kind() {
        io::ErrorKind::ConnectionRefused => SourceError::unreachable(
            ConnectFault::Refused,
            format!(
                "{place} refused the connection; check that the database runs there and listens on this port"
            ),
        ),
        io::ErrorKind::TimedOut => timeout(options),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => SourceError::unreachable(
            ConnectFault::Other,
            format!("there is no way through the network to {place}; check the address and the firewall"),
        ),
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => SourceError::unreachable(
            ConnectFault::Other,
            format!("the connection to {place} was lost; the server may have been restarted, so try again"),
        ),
        _ => SourceError::unreachable(
            ConnectFault::Other,
            format!("the connection to {place} failed: {error}"),
        ),
    }
}

/// Connecting took too long.
pub(crate) fn timeout(options: &ServerOptions) -> SourceError {
    SourceError::unreachable(
        ConnectFault::Timeout,
        format!(
            "{} didn't answer within {} s; check the address, the port and the firewall",
            place(options),
            options.connect_timeout.as_secs_f64()
        ),
    )
}

/// The server knows no such account, or the password is another.
pub(crate) fn login_failed(options: &ServerOptions, said: &str) -> SourceError {
    SourceError::unreachable(
        ConnectFault::LoginFailed,
        format!("signing in failed ({}); check user name and password", without_account(options, said)),
    )
}

/// The server has no such database, or doesn't show it to this account.
pub(crate) fn unknown_database(options: &ServerOptions, said: &str) -> SourceError {
    SourceError::unreachable(
        ConnectFault::UnknownDatabase,
        format!(
            "there is no database `{}` for this account ({}); check its name",
            options.database,
            without_account(options, said)
        ),
    )
}

/// Encryption failed.
pub(crate) fn tls(options: &ServerOptions, said: &str) -> SourceError {
    SourceError::unreachable(
        ConnectFault::Tls,
        format!(
            "the connection to {} can't be encrypted as asked ({said}); check the certificate and the TLS mode",
            place(options)
        ),
    )
}

/// What the server said, without the account: whoever asks a database may not be the one who has an account there.
fn without_account(options: &ServerOptions, said: &str) -> String {
    let name = &options.username;
    let quoted = [format!("'{name}'"), format!("\"{name}\""), format!("`{name}`"), format!("{name}:")];
    quoted.iter().fold(said.to_owned(), |said, form| said.replace(form.as_str(), "…"))
}

/// Where the server is, in messages.
pub(crate) fn place(options: &ServerOptions) -> String {
    format!("`{}:{}`", options.host, options.port)
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    fn options(host: &str) -> ServerOptions {
        ServerOptions::new(host, 5432, "shop", "wenshu", SecretString::from("Geheim-123"))
    }

    #[tokio::test]
    async fn hosts() {
        for host in ["", "no-such-host.invalid", "/var/run/postgresql", "a/b"] {
            let error = check_host(&options(host)).await.unwrap_err();
            assert_eq!(error.fault(), Some(ConnectFault::UnknownHost), "{host}: {error}");
        }
        for host in ["127.0.0.1", "localhost", "::1"] {
            check_host(&options(host)).await.unwrap();
        }
    }

    #[test]
    fn network_failures() {
        for (kind, fault, words) in [
            (io::ErrorKind::ConnectionRefused, ConnectFault::Refused, "`db:5432` refused the connection"),
            (io::ErrorKind::TimedOut, ConnectFault::Timeout, "`db:5432` didn't answer within 10 s"),
            (io::ErrorKind::HostUnreachable, ConnectFault::Other, "no way through the network"),
            (io::ErrorKind::ConnectionReset, ConnectFault::Other, "was lost"),
            (io::ErrorKind::Other, ConnectFault::Other, "failed: "),
        ] {
            let error = network(&kind.into(), &options("db"));
            assert_eq!(error.fault(), Some(fault), "{kind}");
            assert!(error.message().contains(words), "{error}");
        }
    }
}
