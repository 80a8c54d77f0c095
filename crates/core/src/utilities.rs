//! What developers do to a whole server: make what is missing, make an admin, empty it. Contracts offer it in debug mode alone.

use secrecy::SecretString;
use wenshu_store::Account;

use crate::accounts::Operator;
use crate::{App, AppError, ErrorKind, Text};

/// An admin that a developer configured to be made on demand.
#[derive(Clone, Debug)]
pub struct DebugAdmin {
    /// The login name.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

impl App {
    /// Makes what a server has after its first start and this one lacks.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn make_what_is_missing(&self) -> Result<(), AppError> {
        self.connections.provide_demo_again().await
    }

    /// Makes the configured admin.
    ///
    /// # Errors
    ///
    /// `Conflict` with code `admin_exists`; `Unavailable` with code `admin_not_configured`; `Invalid` when the configured name or password
    /// breaks a rule.
    pub async fn make_debug_admin(&self, operator: &Operator) -> Result<Account, AppError> {
        let Some(DebugAdmin { username, password }) = self.debug_admin.clone() else {
            return Err(AppError::new(
                ErrorKind::Unavailable,
                "admin_not_configured",
                Text::new(
                    "未配置管理员账号，请设置 debug_admin_username 和 debug_admin_password",
                    "No admin is configured; the settings are debug_admin_username and debug_admin_password",
                ),
            ));
        };
        let made = self.accounts.create_admin(operator, &username, password).await;
        made.map_err(|error| match error.code() {
            "username_taken" => AppError::new(
                ErrorKind::Conflict,
                "admin_exists",
                Text::new("管理员账号已存在", "The admin exists already"),
            ),
            _ => error,
        })
    }

    /// Stops what runs, and deletes everything that is stored: accounts, conversations, connections, everything.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn empty(&self, _operator: &Operator) -> Result<(), AppError> {
        self.runs.stop_everything();
        self.store.empty().await?;
        tracing::warn!("the store was emptied through the debug route");
        Ok(())
    }
}
