//! Adding, editing and deleting connections.

use secrecy::SecretString;
use uuid::Uuid;
use wenshu_store::{Connection, ConnectionUpdate, EncryptedSecret, NewConnection};

use super::draft::{ConnectionDraft, Settled};
use super::drivers::Tls;
use super::{ConnectionView, Connections};
use crate::change::Change;
use crate::{Actor, AppError, ErrorKind, FieldFault, Text};

/// How often an edit is made anew when another one came between reading and writing.
pub(super) const TRIES: usize = 5;

impl Connections {
    /// Adds a connection of the caller's. `unread` are faults of fields that the contract could not read.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every field that breaks a rule.
    pub async fn add(
        &self,
        actor: &Actor,
        draft: ConnectionDraft,
        unread: Vec<FieldFault>,
    ) -> Result<ConnectionView, AppError> {
        let settled = self.settle(draft, None, unread).await?;
        let id = self.clock.new_id();
        let Settled { name, driver, host, port, username, password, database, tls, is_default } = settled;
        let new = NewConnection {
            id,
            owner: Some(actor.id()),
            name,
            driver: driver.as_str().to_owned(),
            host,
            port,
            username,
            password: self.stored_password(id, password, None)?,
            database,
            tls: tls.map(Tls::as_str).map(str::to_owned),
            is_default: is_default == Some(true),
            is_demo: false,
            created_at: self.clock.now(),
        };
        self.store.insert_connection(new).await?;
        self.view(actor, id).await
    }

    /// Edits a connection of the caller's; what the draft doesn't mention stays.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for everybody's; `Invalid` naming every field that breaks a rule.
    pub async fn change(
        &self,
        actor: &Actor,
        id: Uuid,
        draft: ConnectionDraft,
        unread: Vec<FieldFault>,
    ) -> Result<ConnectionView, AppError> {
        for _ in 0..TRIES {
            let current = self.editable(actor, id).await?;
            let settled = self.settle(draft.clone(), Some(&current), unread.clone()).await?;
            let Settled { name, driver, host, port, username, password, database, tls, is_default } = settled;
            let update = ConnectionUpdate {
                id,
                owner: Some(actor.id()),
                seen: current.revision,
                name,
                driver: driver.as_str().to_owned(),
                host,
                port,
                username,
                password: self.stored_password(id, password, current.password)?,
                database,
                tls: tls.map(Tls::as_str).map(str::to_owned),
                is_default,
                updated_at: self.clock.now(),
            };
            if self.store.update_connection(update).await?.is_some() {
                self.sources.invalidate(&id);
                return self.view(actor, id).await;
            }
        }
        Err(edited_meanwhile())
    }

    /// Deletes a connection of the caller's. Conversations that asked it stay; what is being asked of it comes to its end.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for everybody's.
    pub async fn remove(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        self.editable(actor, id).await?;
        if !self.store.delete_connection(actor.id(), id).await? {
            return Err(not_found());
        }
        self.sources.invalidate(&id);
        Ok(())
    }

    /// A connection that the caller may edit, as it stands now.
    async fn editable(&self, actor: &Actor, id: Uuid) -> Result<Connection, AppError> {
        let found = self.store.find_connection(actor.id(), id).await?;
        let found = found.filter(|connection| !connection.is_demo || self.drivers.has_demo());
        let connection = found.ok_or_else(not_found)?;
        if connection.owner.is_none() {
            return Err(AppError::new(
                ErrorKind::Forbidden,
                "shared_connection",
                Text::new(
                    "这是所有人共用的数据库连接，不能修改或删除",
                    "This connection is shared by everybody and can't be changed or deleted",
                ),
            ));
        }
        if connection.driver == super::DATASET_DRIVER {
            return Err(AppError::new(
                ErrorKind::Forbidden,
                "dataset_connection",
                Text::new(
                    "这是数据集的连接，随数据集自动增减，不能修改或删除；请删除数据集",
                    "This connection belongs to the datasets and goes with the last of them; delete those instead",
                ),
            ));
        }
        Ok(connection)
    }

    /// A connection as its user sees it, read anew: an edit may have changed the default as well.
    async fn view(&self, actor: &Actor, id: Uuid) -> Result<ConnectionView, AppError> {
        let account = self.store.account(actor.id()).await?;
        let chosen = account.and_then(|account| account.default_connection);
        let connections = self.without_missing_demo(self.store.connections_for(actor.id()).await?);
        let default = super::default_of(&connections, chosen).map(|connection| connection.id);
        let connection =
            connections.into_iter().find(|connection| connection.id == id).ok_or_else(not_found)?;
        Ok(ConnectionView { is_default: default == Some(id), connection })
    }

    pub(super) async fn settle(
        &self,
        draft: ConnectionDraft,
        current: Option<&Connection>,
        unread: Vec<FieldFault>,
    ) -> Result<Settled, AppError> {
        draft.settle(current, unread, &self.drivers.files, self.drivers.resolver.as_ref()).await
    }

    /// The password as it is stored: encrypted for this connection alone.
    pub(super) fn stored_password(
        &self,
        id: Uuid,
        change: Change<SecretString>,
        current: Option<EncryptedSecret>,
    ) -> Result<Option<EncryptedSecret>, AppError> {
        match change {
            Change::Keep => Ok(current),
            Change::Clear => Ok(None),
            Change::Set(password) => {
                let encrypted = self.drivers.boxer.encrypt(&password, id.as_bytes());
                Ok(Some(EncryptedSecret::new(encrypted.map_err(AppError::internal)?)))
            }
        }
    }
}

pub(crate) fn edited_meanwhile() -> AppError {
    AppError::new(
        ErrorKind::Conflict,
        "edited_meanwhile",
        Text::new("正被同时修改，请重试", "This is being edited elsewhere at the same time; try again"),
    )
}

pub(super) fn not_found() -> AppError {
    AppError::not_found("数据库连接", "Connection")
}
