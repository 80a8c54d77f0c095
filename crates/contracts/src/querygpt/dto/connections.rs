//! Bodies of `/connections`.

use serde::Serialize;
use uuid::Uuid;
use wenshu_core::connections::ConnectionView;

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

/// A connection. Neither its password nor its user name is shown.
#[derive(Debug, Serialize)]
pub struct ConnectionDto<'a> {
    id: Uuid,
    name: &'a str,
    driver: &'a str,
    host: Option<&'a str>,
    port: Option<u16>,
    database: &'a str,
    is_default: bool,
    is_connected: bool,
}

impl<'a> From<&'a ConnectionView> for ConnectionDto<'a> {
    fn from(view: &'a ConnectionView) -> Self {
        let ConnectionView { connection, is_default } = view;
        Self {
            id: connection.id,
            name: &connection.name,
            driver: &connection.driver,
            host: connection.host.as_deref(),
            port: connection.port,
            database: &connection.database,
            is_default: *is_default,
            is_connected: connection.last_reached == Some(true),
        }
    }
}
