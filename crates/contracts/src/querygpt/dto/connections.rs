//! Bodies of `/connections`.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wenshu_core::connections::{ConnectionDraft, ConnectionTest, ConnectionView};
use wenshu_core::{AppError, FieldFault, Language};

use crate::http::form::{Checks, Given};

/// A new connection, or what changes of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConnectionBody {
    name: Given<String>,
    driver: Given<String>,
    host: Given<String>,
    port: Given<i64>,
    username: Given<String>,
    password: Given<SecretString>,
    database: Given<String>,
    tls: Given<String>,
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
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SchemaFields {
    /// Read it anew.
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
#[derive(Debug, Serialize)]
pub struct ConnectionsDto<'a> {
    connections: Vec<ConnectionDto<'a>>,
}

impl<'a> From<&'a [ConnectionView]> for ConnectionsDto<'a> {
    fn from(connections: &'a [ConnectionView]) -> Self {
        Self { connections: connections.iter().map(ConnectionDto::from).collect() }
    }
}

/// A connection. Its password is never shown, and whose name a shared one is asked in is the operator's business.
#[derive(Debug, Serialize)]
pub struct ConnectionDto<'a> {
    id: Uuid,
    name: &'a str,
    driver: &'a str,
    host: Option<&'a str>,
    port: Option<u16>,
    username: Option<&'a str>,
    password_configured: bool,
    database: &'a str,
    tls: Option<&'a str>,
    is_default: bool,
    is_connected: bool,
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
#[derive(Debug, Serialize)]
pub struct TestDto<'a> {
    connected: bool,
    version: Option<&'a str>,
    tables_count: Option<usize>,
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
