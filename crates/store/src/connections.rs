//! Connections: the databases that may be asked.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{EncryptedSecret, NewSemanticTerm, Store, StoreError, store::unfinished};

/// A database that may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Identifies the connection.
    pub id: Uuid,
    /// Whose it is. None: everybody's.
    pub owner: Option<Uuid>,
    /// What people call it.
    pub name: String,
    /// Which driver speaks to it: `sqlite`, `postgresql`, `mysql`, …
    pub driver: String,
    /// Where it is; None for a file.
    pub host: Option<String>,
    /// On which port; None for a file or for the driver's usual one.
    pub port: Option<u16>,
    /// As whom.
    pub username: Option<String>,
    /// With what.
    pub password: Option<EncryptedSecret>,
    /// The database's name, or the file's path.
    pub database: String,
    /// Whether it is asked when a question names no connection.
    pub is_default: bool,
    /// Whether it is the demo database.
    pub is_demo: bool,
    /// Whether it answered when it was last tried. None: not tried yet.
    pub last_reached: Option<bool>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A connection to be made; the fields are those of [`Connection`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConnection {
    /// Identifies the connection.
    pub id: Uuid,
    /// Whose it is. None: everybody's.
    pub owner: Option<Uuid>,
    /// What people call it.
    pub name: String,
    /// Which driver speaks to it.
    pub driver: String,
    /// Where it is; None for a file.
    pub host: Option<String>,
    /// On which port.
    pub port: Option<u16>,
    /// As whom.
    pub username: Option<String>,
    /// With what.
    pub password: Option<EncryptedSecret>,
    /// The database's name, or the file's path.
    pub database: String,
    /// Whether it is asked when a question names no connection; the owner's other connections then no longer are.
    pub is_default: bool,
    /// Whether it is the demo database; there is one at most.
    pub is_demo: bool,
    /// When it is made.
    pub created_at: DateTime<Utc>,
}

impl Store {
    /// The demo connection as described, whether it was there or not. Idempotent, also with several callers at once.
    ///
    /// A demo connection that exists keeps its id, its creation and its default flag; the rest becomes as described. Of the
    /// terms only those that its connection doesn't have are added.
    pub async fn upsert_demo_connection(
        &self,
        new: NewConnection,
        terms: Vec<NewSemanticTerm>,
    ) -> Result<Connection, StoreError> {
        let _ = (new, terms);
        Err(unfinished())
    }

    /// Makes a connection. `NotFound` when the owner doesn't exist, `Conflict` of `id` when the connection does.
    pub async fn insert_connection(&self, new: NewConnection) -> Result<Connection, StoreError> {
        let _ = new;
        Err(unfinished())
    }

    /// The owner's connections and everybody's: own first, then by creation.
    pub async fn connections_for(&self, owner: Uuid) -> Result<Vec<Connection>, StoreError> {
        let _ = owner;
        Err(unfinished())
    }

    /// A connection that is the owner's or everybody's.
    pub async fn find_connection(&self, owner: Uuid, id: Uuid) -> Result<Option<Connection>, StoreError> {
        let _ = (owner, id);
        Err(unfinished())
    }

    /// Notes whether the connection's database answered. Writes only on a change; an unknown id is no failure.
    pub async fn set_connection_reached(&self, id: Uuid, reached: bool) -> Result<(), StoreError> {
        let _ = (id, reached);
        Err(unfinished())
    }
}
