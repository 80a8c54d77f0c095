//! Connections: the databases that may be asked.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::{
    EncryptedSecret, NewSemanticTerm, Store, StoreError,
    database::{self, from_millis, storable, to_millis},
    entity::connection,
    terms,
};

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
    /// How the way to it is protected, in the words of whoever speaks to it.
    pub tls: Option<String>,
    /// Whether it is the demo database.
    pub is_demo: bool,
    /// Whether it answered when it was last tried. None: not tried yet.
    pub last_reached: Option<bool>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Grows with every edit of what is above, so that nobody goes on with an older state of it.
    pub revision: i64,
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
    /// How the way to it is protected.
    pub tls: Option<String>,
    /// Whether it becomes the one that is asked when its owner names none. Nobody's default follows from everybody's connection.
    pub is_default: bool,
    /// Whether it is the demo database; there is one at most.
    pub is_demo: bool,
    /// When it is made.
    pub created_at: DateTime<Utc>,
}

const INSERT: &str = "INSERT INTO connections (id, owner, name, driver, host, port, username, password, database_name, tls, is_demo, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)";

impl Store {
    /// The demo connection as described, whether it was there or not. Idempotent, also with several callers at once.
    ///
    /// A demo connection that exists keeps its id and its creation; the rest becomes as described. Of the terms only those that
    /// its connection doesn't have are added.
    pub async fn upsert_demo_connection(
        &self,
        new: NewConnection,
        terms: Vec<NewSemanticTerm>,
    ) -> Result<Connection, StoreError> {
        // Nothing to write is the usual case, at every start but the first.
        if let Some(existing) = demo_connection(self.readers()).await?
            && existing.is_as_described(&new)
            && terms::missing(self.readers(), existing.id, &terms).await?.is_empty()
        {
            return Ok(existing);
        }
        let text = format!(
            "{INSERT} ON CONFLICT (is_demo) WHERE is_demo DO UPDATE SET
             owner = excluded.owner, name = excluded.name, driver = excluded.driver, host = excluded.host, port = excluded.port,
             username = excluded.username, password = excluded.password, database_name = excluded.database_name,
             tls = excluded.tls, revision = connections.revision + 1, updated_at = excluded.updated_at RETURNING *"
        );
        let transaction = self.begin().await?;
        let row =
            database::query_one(&transaction, &text, NewConnection { is_demo: true, ..new }.into_values())
                .await?;
        let connection = returned(row)?;
        let missing = terms::missing(&transaction, connection.id, &terms).await?;
        terms::insert(&transaction, connection.id, missing).await?;
        transaction.commit().await?;
        Ok(connection)
    }

    /// Makes a connection. `NotFound` when the owner doesn't exist, `Conflict` of `id` when the connection does.
    pub async fn insert_connection(&self, new: NewConnection) -> Result<Connection, StoreError> {
        let transaction = self.begin().await?;
        let (id, owner, is_default) = (new.id, new.owner, new.is_default);
        let text = format!("{INSERT} RETURNING *");
        let row = database::query_one(&transaction, &text, new.into_values()).await?;
        let connection = returned(row)?;
        if let Some(owner) = owner.filter(|_| is_default) {
            set_default(&transaction, owner, id).await?;
        }
        transaction.commit().await?;
        Ok(connection)
    }

    /// The owner's connections and everybody's: own first, then by creation.
    pub async fn connections_for(&self, owner: Uuid) -> Result<Vec<Connection>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT * FROM connections WHERE owner = $1 OR owner IS NULL ORDER BY owner IS NULL, created_at, number",
            [owner.into()],
        )
        .await?;
        rows.iter().map(from_row).collect()
    }

    /// Everybody's connections, in the order they were made.
    pub async fn shared_connections(&self) -> Result<Vec<Connection>, StoreError> {
        let text = "SELECT * FROM connections WHERE owner IS NULL ORDER BY created_at, number";
        let rows = database::query_all(self.readers(), text, []).await?;
        rows.iter().map(from_row).collect()
    }

    /// A connection that is the owner's or everybody's.
    pub async fn find_connection(&self, owner: Uuid, id: Uuid) -> Result<Option<Connection>, StoreError> {
        let row = database::query_one(
            self.readers(),
            "SELECT * FROM connections WHERE id = $2 AND (owner = $1 OR owner IS NULL)",
            [owner.into(), id.into()],
        )
        .await?;
        row.as_ref().map(from_row).transpose()
    }

    /// The connection of this name that admins share, the oldest one; without such a one the first admin's own: of the oldest account
    /// that has one.
    pub async fn admins_connection(&self, name: &str) -> Result<Option<Connection>, StoreError> {
        let row = database::query_one(
            self.readers(),
            "SELECT connections.* FROM connections LEFT JOIN accounts ON accounts.id = connections.owner
             WHERE connections.name = $1 AND NOT connections.is_demo
               AND (connections.owner IS NULL OR accounts.role = 'admin' AND accounts.status = 'active')
             ORDER BY connections.owner IS NOT NULL, accounts.created_at, accounts.number,
                      connections.created_at, connections.number LIMIT 1",
            [name.into()],
        )
        .await?;
        row.as_ref().map(from_row).transpose()
    }

    /// Notes whether the connection's database answered. Writes only on a change; an unknown id is no failure.
    pub async fn set_connection_reached(&self, id: Uuid, reached: bool) -> Result<(), StoreError> {
        let change = "last_reached IS DISTINCT FROM $2";
        let text = format!("SELECT 1 FROM connections WHERE id = $1 AND {change}");
        if database::query_one(self.readers(), &text, [id.into(), reached.into()]).await?.is_some() {
            let text = format!("UPDATE connections SET last_reached = $2 WHERE id = $1 AND {change}");
            database::execute(self.writer(), &text, [id.into(), reached.into()]).await?;
        }
        Ok(())
    }
}

async fn demo_connection<C: ConnectionTrait>(connection: &C) -> Result<Option<Connection>, StoreError> {
    let row = database::query_one(connection, "SELECT * FROM connections WHERE is_demo", []).await?;
    row.as_ref().map(from_row).transpose()
}

/// Makes a connection the account's default.
pub(crate) async fn set_default<C: ConnectionTrait>(
    transaction: &C,
    account: Uuid,
    connection: Uuid,
) -> Result<(), StoreError> {
    let text = "UPDATE accounts SET default_connection = $2 WHERE id = $1";
    database::execute(transaction, text, [account.into(), connection.into()]).await.map(drop)
}

fn returned(row: Option<QueryResult>) -> Result<Connection, StoreError> {
    let row = row.ok_or_else(|| StoreError::Other("the connection was not returned".into()))?;
    from_row(&row)
}

pub(crate) fn from_row(row: &QueryResult) -> Result<Connection, StoreError> {
    connection::Model::from_query_result(row, "")?.try_into()
}

impl NewConnection {
    /// The values of [`INSERT`].
    fn into_values(self) -> [sea_orm::Value; 12] {
        [
            self.id.into(),
            self.owner.into(),
            storable(self.name).into(),
            storable(self.driver).into(),
            self.host.map(storable).into(),
            self.port.map(i32::from).into(),
            self.username.map(storable).into(),
            self.password.map(EncryptedSecret::into_bytes).into(),
            storable(self.database).into(),
            self.tls.map(storable).into(),
            self.is_demo.into(),
            to_millis(self.created_at).into(),
        ]
    }
}

impl Connection {
    /// Whether inserting this over it would change nothing.
    fn is_as_described(&self, new: &NewConnection) -> bool {
        let NewConnection {
            id: _, owner, name, driver, host, port, username, password, database, tls, ..
        } = new;
        self.owner == *owner
            && self.name == *name
            && self.driver == *driver
            && self.host == *host
            && self.port == *port
            && self.username == *username
            && self.password == *password
            && self.database == *database
            && self.tls == *tls
    }
}

impl TryFrom<connection::Model> for Connection {
    type Error = StoreError;

    fn try_from(row: connection::Model) -> Result<Self, StoreError> {
        let port = row.port.map(u16::try_from).transpose();
        Ok(Self {
            id: row.id,
            owner: row.owner,
            name: row.name,
            driver: row.driver,
            host: row.host,
            port: port.map_err(|error| StoreError::Other(error.into()))?,
            username: row.username,
            password: row.password.map(EncryptedSecret::new),
            database: row.database,
            tls: row.tls,
            is_demo: row.is_demo,
            last_reached: row.last_reached,
            created_at: from_millis(row.created_at)?,
            revision: row.revision,
            updated_at: from_millis(row.updated_at)?,
        })
    }
}
