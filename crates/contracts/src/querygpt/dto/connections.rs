//! Bodies of `/connections`.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::connections::{ConnectionDraft, ConnectionTest, ConnectionView};
use wenshu_core::{AppError, FieldFault, Language};

use super::words::{DriverWord, ListedDriverWord, TlsWord};
use crate::http::form::{Checks, Given};

/// A new connection, or what changes of one.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ConnectionBody {
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
    /// Whether questions go to it when they name none.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    is_default: Given<bool>,
}

impl ConnectionBody {
    /// What was said, and the faults of what can't be read.
    pub fn into_draft(self) -> (ConnectionDraft, Vec<FieldFault>) {
        let Self { name, driver, host, port, username, password, database, tls, is_default } = self;
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
            is_default: checks.change("is_default", is_default),
        };
        (draft, checks.into_faults())
    }
}

/// How the schema is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct SchemaFields {
    /// Read it from the database anew.
    #[serde(default)]
    #[schema(value_type = Option<bool>, default = false)]
    refresh: Given<bool>,
}

impl SchemaFields {
    /// Whether to read it anew.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the field.
    pub fn into_refresh(self) -> Result<bool, AppError> {
        let mut checks = Checks::default();
        let refresh = checks.optional("refresh", self.refresh);
        checks.finish()?;
        Ok(refresh.unwrap_or(false))
    }
}

/// The list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Connections)]
pub struct ConnectionsDto<'a> {
    connections: Vec<ConnectionDto<'a>>,
}

impl<'a> From<&'a [ConnectionView]> for ConnectionsDto<'a> {
    fn from(connections: &'a [ConnectionView]) -> Self {
        Self { connections: connections.iter().map(ConnectionDto::from).collect() }
    }
}

/// A connection. Its password is never shown, and whose name a shared one is asked in is the operator's business.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Connection)]
pub struct ConnectionDto<'a> {
    id: Uuid,
    name: &'a str,
    #[schema(value_type = ListedDriverWord)]
    driver: &'a str,
    host: Option<&'a str>,
    port: Option<u16>,
    username: Option<&'a str>,
    password_configured: bool,
    database: &'a str,
    #[schema(value_type = Option<TlsWord>)]
    tls: Option<&'a str>,
    is_default: bool,
    /// Whether the last test or question reached it.
    is_connected: bool,
    /// Whether it is everybody's.
    is_shared: bool,
}

impl<'a> From<&'a ConnectionView> for ConnectionDto<'a> {
    fn from(view: &'a ConnectionView) -> Self {
        let ConnectionView { connection, is_default } = view;
        let is_shared = connection.owner.is_none();
        Self {
            id: connection.id,
            name: &connection.name,
            driver: &connection.driver,
            host: connection.host.as_deref(),
            port: connection.port,
            username: connection.username.as_deref().filter(|_| !is_shared),
            password_configured: connection.password.is_some() && !is_shared,
            database: &connection.database,
            tls: connection.tls.as_deref(),
            is_default: *is_default,
            is_connected: connection.last_reached == Some(true),
            is_shared,
        }
    }
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectionTest)]
pub struct TestDto<'a> {
    connected: bool,
    version: Option<&'a str>,
    tables_count: Option<usize>,
    /// Whether the account could write.
    writable: Option<bool>,
    message: &'a str,
}

impl<'a> TestDto<'a> {
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
