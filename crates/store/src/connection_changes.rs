//! Editing and deleting connections.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Connection, EncryptedSecret, Store, StoreError,
    connections::{from_row, set_default},
    database::{self, storable, to_millis},
};

/// A connection as it is to be from now on; the fields are those of [`Connection`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionUpdate {
    /// Which.
    pub id: Uuid,
    /// Whose. None: everybody's, which the demo connection is but isn't edited this way.
    pub owner: Option<Uuid>,
    /// The [revision](Connection::revision) that the edit was made from. Nothing is written over another one.
    pub seen: i64,
    /// What people call it.
    pub name: String,
    /// Which driver speaks to it.
    pub driver: String,
    /// Where it is.
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
    /// Whether it becomes its owner's default, or stops being it; None leaves that as it is.
    pub is_default: Option<bool>,
    /// When it is edited.
    pub updated_at: DateTime<Utc>,
}

impl Store {
    /// Edits a connection. None when the owner has none of this id in this revision; nothing is written then.
    ///
    /// Whether it was reached is forgotten: that was another database, or another way to it.
    pub async fn update_connection(
        &self,
        update: ConnectionUpdate,
    ) -> Result<Option<Connection>, StoreError> {
        let transaction = self.begin().await?;
        let row = database::query_one(
            &transaction,
            "UPDATE connections SET name = $4, driver = $5, host = $6, port = $7, username = $8, password = $9, database_name = $10,
             tls = $11, updated_at = $12, revision = revision + 1, last_reached = CASE
                WHEN driver = $5 AND host IS NOT DISTINCT FROM $6 AND port IS NOT DISTINCT FROM $7
                 AND username IS NOT DISTINCT FROM $8 AND password IS NOT DISTINCT FROM $9
                 AND database_name = $10 AND tls IS NOT DISTINCT FROM $11
                THEN last_reached END
             WHERE id = $1 AND owner IS NOT DISTINCT FROM $2 AND NOT is_demo AND revision = $3 RETURNING *",
            [
                update.id.into(),
                update.owner.into(),
                update.seen.into(),
                storable(update.name).into(),
                storable(update.driver).into(),
                update.host.map(storable).into(),
                update.port.map(i32::from).into(),
                update.username.map(storable).into(),
                update.password.map(EncryptedSecret::into_bytes).into(),
                storable(update.database).into(),
                update.tls.map(storable).into(),
                to_millis(update.updated_at).into(),
            ],
        )
        .await?;
        let Some(row) = row else {
            transaction.rollback().await?;
            return Ok(None);
        };
        let connection = from_row(&row)?;
        match update.owner.zip(update.is_default) {
            Some((owner, true)) => set_default(&transaction, owner, update.id).await?,
            Some((owner, false)) => {
                let text =
                    "UPDATE accounts SET default_connection = NULL WHERE id = $1 AND default_connection = $2";
                database::execute(&transaction, text, [owner.into(), update.id.into()]).await?;
            }
            None => {}
        }
        transaction.commit().await?;
        Ok(Some(connection))
    }

    /// Deletes the owner's connection with its terms. Conversations and runs that asked it stay and name none. False when the
    /// owner has no such connection.
    pub async fn delete_connection(&self, owner: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        let values = || [owner.into(), id.into()];
        let is_theirs = "EXISTS (SELECT 1 FROM connections WHERE id = $2 AND owner = $1)";
        // What points to it goes first and in the order in which runs take their rows: run, conversation, account. Two
        // transactions that take the same rows in the same order never wait for each other in a circle.
        for table in ["runs", "conversations"] {
            let text = format!("UPDATE {table} SET connection = NULL WHERE connection = $2 AND {is_theirs}");
            database::execute(&transaction, &text, values()).await?;
        }
        let deleted =
            database::execute(&transaction, "DELETE FROM connections WHERE id = $2 AND owner = $1", values())
                .await?;
        if deleted > 0 {
            let text =
                "UPDATE accounts SET conversations_revision = conversations_revision + 1 WHERE id = $1";
            database::execute(&transaction, text, [owner.into()]).await?;
        }
        transaction.commit().await?;
        Ok(deleted > 0)
    }

    /// Deletes a connection of everybody's with its terms. What asked it stays and names none, and who had it as default has none. False
    /// when there is no such connection, and for the demo one.
    pub async fn delete_shared_connection(&self, id: Uuid) -> Result<bool, StoreError> {
        const IS_MEANT: &str =
            "EXISTS (SELECT 1 FROM connections WHERE id = $1 AND owner IS NULL AND NOT is_demo)";
        let transaction = self.begin().await?;
        // In the order in which runs take their rows; see above. The accounts are taken in an order of their own, so that two of these never
        // wait for each other in a circle.
        let text = format!("UPDATE runs SET connection = NULL WHERE connection = $1 AND {IS_MEANT}");
        database::execute(&transaction, &text, [id.into()]).await?;
        let text = format!(
            "UPDATE conversations SET connection = NULL WHERE connection = $1 AND {IS_MEANT} RETURNING owner"
        );
        let rows = database::query_all(&transaction, &text, [id.into()]).await?;
        let owners = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<BTreeSet<Uuid>, _>>()?;
        for owner in owners {
            let text =
                "UPDATE accounts SET conversations_revision = conversations_revision + 1 WHERE id = $1";
            database::execute(&transaction, text, [owner.into()]).await?;
        }
        let text = "DELETE FROM connections WHERE id = $1 AND owner IS NULL AND NOT is_demo";
        let deleted = database::execute(&transaction, text, [id.into()]).await?;
        transaction.commit().await?;
        Ok(deleted > 0)
    }
}
