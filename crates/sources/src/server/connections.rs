//! Work in the sessions of one database, whichever it is: begun read-only, ended in the database when it is stopped, and
//! rolled back whatever happened.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::gather::{Reading, Rows};
use super::options::ServerOptions;
use super::pool::Pool;
use super::task::{Deadline, GRACE, busy, cancelled};
use crate::{Dialect, Schema, SourceError, SourceInfo};

/// One connection to a server.
pub(crate) trait Session: Sized + Send + 'static {
    /// What is spoken in it.
    const DIALECT: Dialect;

    /// What people call the dialect.
    const NAME: &'static str;

    /// Connects and signs in.
    fn open(options: &ServerOptions) -> impl Future<Output = Result<Self, SourceError>> + Send;

    /// Begins a transaction that can't write and ends what takes longer than there is time.
    fn begin(&mut self, deadline: Deadline) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Runs a statement within the transaction and reads up to the limits.
    fn read(&mut self, sql: &str, reading: Reading)
    -> impl Future<Output = Result<Rows, sqlx::Error>> + Send;

    /// Reads the schema.
    fn catalogue(&mut self) -> impl Future<Output = Result<Schema, sqlx::Error>> + Send;

    /// What the server is and what the account may do there.
    fn info(&mut self) -> impl Future<Output = Result<SourceInfo, sqlx::Error>> + Send;

    /// Leaves the transaction without a trace.
    fn rollback(&mut self) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// What the server calls this session.
    fn number(&self) -> u64;

    /// Ends what runs in another session of this account.
    fn cancel(&mut self, number: u64) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Says goodbye to the server, but not for long.
    fn close(self) -> impl Future<Output = ()> + Send;

    /// Waits until the statement has ended, but not for long, and closes.
    fn close_when_ended(self) -> impl Future<Output = ()> + Send;

    /// The failure of a statement or of connecting, as the source says it; `limit` is the time it had.
    fn describe(error: &sqlx::Error, options: &ServerOptions, limit: Duration) -> SourceError;
}

/// What was done in a session, and whether all that it brought has been read.
pub(crate) trait Outcome {
    fn is_read_up(&self) -> bool;
}

impl Outcome for Schema {
    fn is_read_up(&self) -> bool {
        true
    }
}

/// The connections to one database.
pub(crate) struct Connections<One: Session> {
    pub(crate) options: ServerOptions,
    pub(crate) pool: Arc<Pool<One>>,
    pub(crate) tracker: TaskTracker,
}

impl<One: Session> Connections<One> {
    /// None yet.
    pub(crate) fn new(options: ServerOptions) -> Self {
        Self {
            pool: Arc::new(Pool::new(options.connections, options.idle_timeout)),
            tracker: TaskTracker::new(),
            options,
        }
    }

    /// Waits for a connection to be free.
    pub(crate) async fn turn(
        &self,
        deadline: Deadline,
        cancel: &CancellationToken,
    ) -> Result<OwnedSemaphorePermit, SourceError> {
        let longest = self.options.turn_timeout.min(deadline.limit);
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled()),
            turn = self.pool.turn(longest) => turn.ok_or_else(|| busy(self.pool.size(), longest)),
        }
    }

    /// Does something in a session within a transaction, and ends it in the database when told to stop.
    pub(crate) async fn run<Value: Outcome>(
        &self,
        _turn: OwnedSemaphorePermit,
        deadline: Deadline,
        stop: CancellationToken,
        work: impl FnOnce(&mut One) -> BoxFuture<'_, Result<Value, sqlx::Error>> + Send,
    ) -> Result<Value, SourceError> {
        let mut session = tokio::select! {
            session = self.begin(deadline) => session?,
            () = stop.cancelled() => return Err(cancelled()),
        };
        let outcome = tokio::select! {
            outcome = work(&mut session) => outcome,
            () = stop.cancelled() => {
                self.end(session).await;
                return Err(cancelled());
            }
        };
        match outcome {
            Ok(value) if value.is_read_up() => {
                self.keep(session).await;
                Ok(value)
            }
            Ok(value) => {
                self.end(session).await;
                Ok(value)
            }
            Err(error) => {
                // The database said no, so the connection is whole; after any other failure nobody knows.
                if matches!(error, sqlx::Error::Database(_)) {
                    self.keep(session).await;
                }
                Err(One::describe(&error, &self.options, deadline.limit))
            }
        }
    }

    /// A session in a transaction: one that is open, where it still works, else a new one.
    async fn begin(&self, deadline: Deadline) -> Result<One, SourceError> {
        if let Some(mut session) = self.pool.take() {
            let begun = tokio::time::timeout(self.options.connect_timeout, session.begin(deadline)).await;
            // Whatever is wrong with it, a new one will show.
            if let Ok(Ok(())) = begun {
                return Ok(session);
            }
        }
        let mut session = One::open(&self.options).await?;
        let begun = session.begin(deadline).await;
        begun.map_err(|error| One::describe(&error, &self.options, deadline.limit))?;
        Ok(session)
    }

    /// Leaves the transaction and keeps the session for the next query.
    async fn keep(&self, mut session: One) {
        if let Ok(Ok(())) = tokio::time::timeout(GRACE, session.rollback()).await {
            self.pool.put(session, &self.tracker);
        }
    }

    /// Ends what runs in the session, in the database, and closes it.
    async fn end(&self, session: One) {
        let number = session.number();
        let ending = async {
            let mut other = match self.pool.take() {
                Some(other) => other,
                None => One::open(&self.options).await?,
            };
            match other.cancel(number).await {
                Ok(()) => self.pool.put(other, &self.tracker),
                Err(error) => return Err(One::describe(&error, &self.options, GRACE)),
            }
            Ok(())
        };
        match tokio::time::timeout(GRACE, ending).await {
            Ok(Ok(())) => session.close_when_ended().await,
            // The database ends it when it notices that the connection is gone, or at its time limit.
            Ok(Err(error)) => {
                tracing::warn!(error = %error, "a query could not be cancelled in the database")
            }
            Err(_) => tracing::warn!("a query could not be cancelled in the database in time"),
        }
    }
}
