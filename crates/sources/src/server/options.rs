//! How a database server is reached and how much of it is used.

use std::time::Duration;

use secrecy::SecretString;

/// A database on a server.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Name or address of the machine.
    pub host: String,
    /// TCP port; [`Dialect::default_port`](crate::Dialect::default_port) knows the usual one.
    pub port: u16,
    /// Name of the database.
    pub database: String,
    /// Account to sign in with.
    pub username: String,
    /// Its password; empty where it has none. Never in an error, a log or a `Debug` text.
    pub password: SecretString,
    /// Whether and how the connection is encrypted.
    pub tls: Tls,
    /// Queries that run at once, and so the connections kept; others wait their turn.
    pub connections: usize,
    /// How long reaching the server and signing in may take.
    pub connect_timeout: Duration,
    /// How long a query waits for its turn before it fails as [`Busy`](crate::SourceErrorKind::Busy).
    pub turn_timeout: Duration,
    /// How long a connection that nothing uses is kept open.
    pub idle_timeout: Duration,
    /// How long what was read of the schema is taken to be true, unless it is asked for anew.
    pub schema_lifetime: Duration,
    /// Whether the schema has the tables of the server's other databases too, where one connection reaches several: those that the
    /// account may see.
    pub other_databases: bool,
}

impl ServerOptions {
    /// Encrypted where the server offers it, 8 connections, 10 s to connect, 10 s for a turn; connections close after 5
    /// minutes without use, and the schema is read again after 5 minutes.
    pub fn new(
        host: impl Into<String>,
        port: u16,
        database: impl Into<String>,
        username: impl Into<String>,
        password: SecretString,
    ) -> Self {
        Self {
            host: host.into(),
            port,
            database: database.into(),
            username: username.into(),
            password,
            tls: Tls::Prefer,
            connections: 8,
            connect_timeout: Duration::from_secs(10),
            turn_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(300),
            schema_lifetime: Duration::from_secs(300),
            other_databases: true,
        }
    }
}

/// Whether and how a connection to a server is encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// Never.
    Disable,
    /// Where the server offers it; its certificate isn't checked.
    #[default]
    Prefer,
    /// Always; the certificate isn't checked.
    Require,
    /// Always, and the certificate must be signed by an authority that is trusted and must name the host.
    VerifyFull {
        /// Certificates in PEM of authorities that are trusted beside the usual ones.
        authorities: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_not_in_what_is_printed() {
        let options = ServerOptions::new("db", 5432, "shop", "wenshu", SecretString::from("Geheim-123"));
        assert!(!format!("{options:?}").contains("Geheim"), "{options:?}");
    }
}
