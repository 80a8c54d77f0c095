//! Connections: databases that may be asked.

use wenshu_store::Connection;

use crate::{Actor, AppError};

/// A connection as its user sees it.
#[derive(Clone, Debug)]
pub struct ConnectionView {
    /// The stored connection (its password encrypted).
    pub connection: Connection,
    /// Whether questions go to it when none is named.
    pub is_default: bool,
}

/// Use cases of connections.
pub struct Connections {}

impl Connections {
    /// The caller's connections and everybody's, the default first.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ConnectionView>, AppError> {
        let _ = actor;
        Ok(Vec::new())
    }
}
