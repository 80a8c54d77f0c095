//! Connections that admins share with everybody: stored ones without an owner, as the demo connection is.
//!
//! Everybody asks them with the account that the admin has given; whoever isn't an admin is shown neither that nor the password. What their
//! words and tables mean is what each account says of them, and what everybody has.

use uuid::Uuid;
use wenshu_store::{Connection, ConnectionUpdate, NewConnection};

use super::draft::{ConnectionDraft, Settled};
use super::drivers::Tls;
use super::edit::{TRIES, edited_meanwhile, not_found};
use super::{ConnectionTest, Connections};
use crate::change::Change;
use crate::{Actor, AppError, ErrorKind, FieldFault, Text};

impl Connections {
    /// Everybody's connections, in the order they were made; the demo one is told by [`Connection::is_demo`].
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin.
    pub async fn shared(&self, actor: &Actor) -> Result<Vec<Connection>, AppError> {
        actor.must_be_admin()?;
        Ok(self.without_missing_demo(self.store.shared_connections().await?))
    }

    /// Adds a connection for everybody. `unread` are faults of fields that the contract could not read.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin; `Invalid` naming every field that breaks a rule.
    pub async fn share(
        &self,
        actor: &Actor,
        draft: ConnectionDraft,
        unread: Vec<FieldFault>,
    ) -> Result<Connection, AppError> {
        actor.must_be_admin()?;
        let settled = self.settle(draft, None, unread).await?;
        let Settled { name, driver, host, port, username, password, database, tls, is_default: _ } = settled;
        let id = self.clock.new_id();
        let new = NewConnection {
            id,
            owner: None,
            name,
            driver: driver.as_str().to_owned(),
            host,
            port,
            username,
            password: self.stored_password(id, password, None)?,
            database,
            tls: tls.map(Tls::as_str).map(str::to_owned),
            is_default: false,
            is_demo: false,
            created_at: self.clock.now(),
        };
        Ok(self.store.insert_connection(new).await?)
    }

    /// Edits a connection of everybody's; what the draft doesn't mention stays.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin, and (code `demo_connection`) for the demo one; `NotFound`; `Invalid` naming every field that
    /// breaks a rule.
    pub async fn change_shared(
        &self,
        actor: &Actor,
        id: Uuid,
        draft: ConnectionDraft,
        unread: Vec<FieldFault>,
    ) -> Result<Connection, AppError> {
        for _ in 0..TRIES {
            let current = self.editable_shared(actor, id).await?;
            let settled = self.settle(draft.clone(), Some(&current), unread.clone()).await?;
            let Settled { name, driver, host, port, username, password, database, tls, is_default: _ } =
                settled;
            let goes_elsewhere =
                (driver.as_str(), &host, port) != (current.driver.as_str(), &current.host, current.port);
            if goes_elsewhere && matches!(password, Change::Keep) && current.password.is_some() {
                return Err(AppError::invalid(
                    "password",
                    Text::new(
                        "数据库换了地址，请重新填写密码：已保存的密码只发给原来的地址",
                        "is needed again, since the database is elsewhere: the stored one goes to the old address alone",
                    ),
                ));
            }
            let update = ConnectionUpdate {
                id,
                owner: None,
                seen: current.revision,
                name,
                driver: driver.as_str().to_owned(),
                host,
                port,
                username,
                password: self.stored_password(id, password, current.password)?,
                database,
                tls: tls.map(Tls::as_str).map(str::to_owned),
                is_default: None,
                updated_at: self.clock.now(),
            };
            if let Some(connection) = self.store.update_connection(update).await? {
                self.sources.invalidate(&id);
                return Ok(connection);
            }
        }
        Err(edited_meanwhile())
    }

    /// Deletes a connection of everybody's. Conversations that asked it stay with their answers; what is being asked of it comes to its end.
    ///
    /// # Errors
    ///
    /// `Forbidden` as for [`change_shared`](Self::change_shared); `NotFound`.
    pub async fn unshare(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        self.editable_shared(actor, id).await?;
        if !self.store.delete_shared_connection(id).await? {
            return Err(not_found());
        }
        self.sources.invalidate(&id);
        Ok(())
    }

    /// Tries a connection of everybody's, with new sessions. A database that can't be reached is no error.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin; `NotFound`; `Invalid` naming `host` or `database` when they break the rules by now.
    pub async fn test_shared(&self, actor: &Actor, id: Uuid) -> Result<ConnectionTest, AppError> {
        let connection = self.find_shared(actor, id).await?;
        self.try_connection(&connection).await
    }

    /// A connection of everybody's that may be edited, as it stands now.
    async fn editable_shared(&self, actor: &Actor, id: Uuid) -> Result<Connection, AppError> {
        let connection = self.find_shared(actor, id).await?;
        if connection.is_demo {
            return Err(AppError::new(
                ErrorKind::Forbidden,
                "demo_connection",
                Text::new(
                    "演示数据库由服务器维护，不能修改或删除；可用配置项 demo 关闭",
                    "The server looks after the demo database; it can't be changed or deleted, but the setting `demo` switches it off",
                ),
            ));
        }
        Ok(connection)
    }

    async fn find_shared(&self, actor: &Actor, id: Uuid) -> Result<Connection, AppError> {
        actor.must_be_admin()?;
        let found = self.store.find_connection(actor.id(), id).await?;
        let found = found.filter(|connection| connection.owner.is_none());
        let found = found.filter(|connection| !connection.is_demo || self.drivers.has_demo());
        found.ok_or_else(not_found)
    }
}
