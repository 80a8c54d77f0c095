//! Bodies of `/shared/connections`.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::connections::{ConnectionDraft, ConnectionTest};
use wenshu_core::{Change, Connection, FieldFault, Language};

use super::words::{ConnectionSourceWord, DriverWord, TlsWord};
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;

/// A new connection, or what changes of one.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = SharedConnectionBody)]
pub struct SharedConnectionBody {
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Given<String>,
    /// How it is spoken to.
    #[serde(default)]
    #[schema(value_type = DriverWord)]
    driver: Given<String>,
    /// A host name or an address, without protocol, port or path. SQLite takes none; the others need one.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    host: Given<String>,
    /// By default the driver's usual one. SQLite takes none.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 65_535)]
    port: Given<i64>,
    /// As whom; MySQL and PostgreSQL need it, SQLite takes none.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    username: Given<String>,
    /// With what; never answered. Absent in an edit it stays, `null` clears it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, max_length = 1024)]
    password: Given<SecretString>,
    /// The database's name; for SQLite a file below one of the folders that the operator allows.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 1024)]
    database: Given<String>,
    /// Whether the connection is encrypted; by default the driver's usual way. SQLite takes none.
    #[serde(default)]
    #[schema(value_type = Option<TlsWord>)]
    tls: Given<String>,
}

impl SharedConnectionBody {
    /// What was said, and the faults of what can't be read.
    pub fn into_draft(self) -> (ConnectionDraft, Vec<FieldFault>) {
        let Self { name, driver, host, port, username, password, database, tls } = self;
        let mut checks = Checks::default();
        let draft = ConnectionDraft {
            name: checks.change("name", name),
            driver: checks.change("driver", driver),
            host: checks.change("host", host),
            port: checks.change("port", port),
            username: checks.change("username", username),
            password: checks.change("password", password),
            database: checks.change("database", database),
            tls: checks.change("tls", tls),
            is_default: Change::Keep,
        };
        (draft, checks.into_faults())
    }
}

/// The list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SharedConnections)]
pub struct SharedConnectionsDto<'a> {
    /// In the order in which they were made.
    connections: Vec<SharedConnectionDto<'a>>,
}

impl<'a> From<&'a [Connection]> for SharedConnectionsDto<'a> {
    fn from(connections: &'a [Connection]) -> Self {
        Self { connections: connections.iter().map(SharedConnectionDto::from).collect() }
    }
}

/// A connection that everybody may ask. Its password is never shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SharedConnection)]
pub struct SharedConnectionDto<'a> {
    id: Uuid,
    #[schema(value_type = ConnectionSourceWord)]
    source: &'static str,
    name: &'a str,
    #[schema(value_type = DriverWord)]
    driver: &'a str,
    host: Option<&'a str>,
    port: Option<u16>,
    username: Option<&'a str>,
    password_configured: bool,
    database: &'a str,
    #[schema(value_type = Option<TlsWord>)]
    tls: Option<&'a str>,
    /// Whether the last test or question reached it; `null`: nobody tried yet.
    is_connected: Option<bool>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl<'a> From<&'a Connection> for SharedConnectionDto<'a> {
    fn from(connection: &'a Connection) -> Self {
        Self {
            id: connection.id,
            source: if connection.is_demo { "demo" } else { "stored" },
            name: &connection.name,
            driver: &connection.driver,
            host: connection.host.as_deref(),
            port: connection.port,
            username: connection.username.as_deref(),
            password_configured: connection.password.is_some(),
            database: &connection.database,
            tls: connection.tls.as_deref(),
            is_connected: connection.last_reached,
            created_at: Rfc3339(connection.created_at),
        }
    }
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectionTest)]
pub struct ConnectionTestDto<'a> {
    connected: bool,
    version: Option<&'a str>,
    tables_count: Option<usize>,
    /// Whether the account could write.
    writable: Option<bool>,
    message: &'a str,
}

impl<'a> ConnectionTestDto<'a> {
    /// In this language.
    pub fn new(test: &'a ConnectionTest, language: Language) -> Self {
        let ConnectionTest { connected, version, tables, writable, message } = test;
        Self {
            connected: *connected,
            version: version.as_deref(),
            tables_count: *tables,
            writable: *writable,
            message: message.in_language(language),
        }
    }
}
