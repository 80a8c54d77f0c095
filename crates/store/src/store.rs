//! The handle to an open store.

use std::{fmt, sync::Arc};

use sea_orm::{DatabaseConnection, DatabaseTransaction};

use crate::{
    StoreError, StoreSettings, StoreUrl,
    database::{self, Connections},
    migration,
    search_index::Horizon,
    writer::RunWriter,
};

/// An open store. Cloning it is cheap: clones share the connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    connections: Connections,
    run_writer: RunWriter,
    horizon: Horizon,
}

impl Store {
    /// Opens the database and brings its schema up to date. Safe when several processes start at once.
    ///
    /// Fails with [`StoreError::Unavailable`] when the database cannot be opened or reached, and with
    /// [`StoreError::NewerStore`] when a newer version of Wenshu has written it.
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let connections = match &settings.url {
            StoreUrl::Sqlite(path) => database::open_sqlite(path, settings.max_connections).await?,
            StoreUrl::Postgres(url) => database::open_postgres(url, settings.max_connections).await?,
        };
        migration::migrate(&connections.writer).await?;
        let run_writer = RunWriter::new(&connections.writer);
        Ok(Self { inner: Arc::new(Inner { connections, run_writer, horizon: Horizon::default() }) })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        database::query_one(self.readers(), "SELECT 1", []).await.map(drop)
    }

    /// Closes every connection, once what they do is done. Clones of this store fail with `Unavailable` afterwards.
    pub async fn close(self) {
        self.inner.run_writer.close().await;
        for connection in [self.readers(), self.writer()] {
            if let Err(error) = connection.close_by_ref().await {
                tracing::warn!(error = %error, "store connection did not close cleanly");
            }
        }
    }

    /// Connections to read with.
    pub(crate) fn readers(&self) -> &DatabaseConnection {
        &self.inner.connections.readers
    }

    /// The connections to write with; a single statement is its own transaction.
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.inner.connections.writer
    }

    /// Begins a transaction that may write.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        database::begin(self.writer()).await
    }

    /// Up to which message everything is known to be there.
    pub(crate) fn known_horizon(&self) -> &Horizon {
        &self.inner.horizon
    }

    /// Writes the beginnings and ends of runs.
    pub(crate) fn run_writer(&self) -> &RunWriter {
        &self.inner.run_writer
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").finish_non_exhaustive()
    }
}
