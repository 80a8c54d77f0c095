//! PostgreSQL and what speaks its protocol.
//!
//! # How a query is answered
//!
//! 1. A [turn](crate::server::pool) comes, and with it a [session](session) that is open already, or a new one.
//! 2. A transaction is begun that is read-only, whose statements end at the time limit, and whose names are looked up where
//!    the database says and nowhere else.
//! 3. The database says what [columns](read) the statement has, which is then run inside of another one that writes every
//!    value in a form of which nothing is lost, and no more rows than the limit.
//! 4. The transaction is rolled back, whatever happened.
//!
//! A query that is cancelled, takes too long or whose future is dropped is ended with `pg_cancel_backend` from another
//! connection, and its own connection is closed.
//!
//! # The walls
//!
//! Each holds without the guard. The session can't write: the transaction is read-only, and there is no way out of it, since
//! the protocol takes one statement at a time and that statement stands in the brackets of a `SELECT`. What a read-only
//! transaction lets through (functions of an owner in other languages, files for superusers) is a matter of the account's
//! rights: [`SourceInfo::writable`] warns.

mod catalogue;
mod failure;
mod read;
mod session;
mod types;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::read::Rows;
use self::session::Session;
use crate::server::kept::KeptSchema;
use crate::server::pool::Pool;
use crate::server::task::{self, Deadline, GRACE, busy, cancelled, foreign};
use crate::{
    Dialect, Limits, QueryResult, ReadOnlyQuery, Schema, ServerOptions, Source, SourceError, SourceInfo,
};

/// How long reading the schema may take.
const SCHEMA_LIMIT: Duration = Duration::from_secs(60);

/// A PostgreSQL database that may be asked. Cheap to clone: clones share sessions and what is known of the schema.
#[derive(Clone)]
pub struct PostgresSource {
    inner: Arc<Inner>,
}

struct Inner {
    options: ServerOptions,
    pool: Arc<Pool<Session>>,
    tracker: TaskTracker,
    schema: KeptSchema,
}

impl PostgresSource {
    /// The database that these options lead to. Nothing is connected yet: a server that is down is an error of the first
    /// query, and is no longer one once it is up.
    pub fn new(options: ServerOptions) -> Self {
        Self {
            inner: Arc::new(Inner {
                pool: Arc::new(Pool::new(options.connections, options.idle_timeout)),
                tracker: TaskTracker::new(),
                schema: KeptSchema::new(options.schema_lifetime),
                options,
            }),
        }
    }

    /// Answers a statement that has been checked.
    async fn answer(
        &self,
        sql: &str,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        let started = Instant::now();
        let deadline = Deadline::after(limits.time);
        let turn = self.turn(deadline, cancel).await?;
        let (inner, sql, limits) = (Arc::clone(&self.inner), sql.to_owned(), *limits);
        let rows = task::supervise(&self.inner.tracker, deadline, cancel, |stop| async move {
            inner.run(turn, deadline, stop, async |session| read::run(session, &sql, &limits).await).await
        })
        .await?;
        let Rows { batch, kinds, truncated, .. } = rows;
        Ok(QueryResult { batch, kinds, truncated, elapsed: started.elapsed() })
    }

    /// Waits for a connection to be free.
    async fn turn(
        &self,
        deadline: Deadline,
        cancel: &CancellationToken,
    ) -> Result<OwnedSemaphorePermit, SourceError> {
        let longest = self.inner.options.turn_timeout.min(deadline.limit);
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled()),
            turn = self.inner.pool.turn(longest) => turn.ok_or_else(|| busy(self.inner.pool.size(), longest)),
        }
    }

    async fn read_schema(&self) -> Result<Schema, SourceError> {
        let (deadline, never) = (Deadline::after(SCHEMA_LIMIT), CancellationToken::new());
        let turn = self.turn(deadline, &never).await?;
        let inner = Arc::clone(&self.inner);
        task::supervise(&self.inner.tracker, deadline, &never, |stop| async move {
            inner.run(turn, deadline, stop, async |session| catalogue::read(session).await).await
        })
        .await
    }
}

/// What was done in a session, and whether all that it brought has been read.
trait Outcome {
    fn is_read_up(&self) -> bool;
}

impl Outcome for Rows {
    fn is_read_up(&self) -> bool {
        self.is_read_up
    }
}

impl Outcome for Schema {
    fn is_read_up(&self) -> bool {
        true
    }
}

impl Inner {
    /// Does something in a session within a transaction, and ends it in the database when told to stop.
    async fn run<Value: Outcome>(
        &self,
        _turn: OwnedSemaphorePermit,
        deadline: Deadline,
        stop: CancellationToken,
        work: impl AsyncFnOnce(&mut Session) -> Result<Value, sqlx::Error>,
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
                Err(failure::describe(&error, &self.options, deadline.limit))
            }
        }
    }

    /// A session in a transaction: one that is open, where it still works, else a new one.
    async fn begin(&self, deadline: Deadline) -> Result<Session, SourceError> {
        if let Some(mut session) = self.pool.take() {
            let begun = tokio::time::timeout(self.options.connect_timeout, session.begin(deadline)).await;
            // Whatever is wrong with it, a new one will show.
            if let Ok(Ok(())) = begun {
                return Ok(session);
            }
        }
        let mut session = Session::open(&self.options).await?;
        session
            .begin(deadline)
            .await
            .map_err(|error| failure::describe(&error, &self.options, deadline.limit))?;
        Ok(session)
    }

    /// Leaves the transaction and keeps the session for the next query.
    async fn keep(&self, mut session: Session) {
        if let Ok(Ok(())) = tokio::time::timeout(GRACE, session.rollback()).await {
            self.pool.put(session, &self.tracker);
        }
    }

    /// Ends what runs in the session, in the database, and closes it.
    async fn end(&self, session: Session) {
        let process = session.process;
        let ending = async {
            let mut other = match self.pool.take() {
                Some(other) => other,
                None => Session::open(&self.options).await?,
            };
            match other.cancel(process).await {
                Ok(()) => self.pool.put(other, &self.tracker),
                Err(error) => return Err(failure::describe(&error, &self.options, GRACE)),
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

#[async_trait]
impl Source for PostgresSource {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    /// Connects anew, so that what it says is true now.
    async fn ping(&self) -> Result<SourceInfo, SourceError> {
        let options = &self.inner.options;
        let mut session = Session::open(options).await?;
        let info = tokio::time::timeout(options.connect_timeout, session.info())
            .await
            .map_err(|_| crate::server::reach::timeout(options))?
            .map_err(|error| failure::describe(&error, options, options.connect_timeout))?;
        session.close().await;
        Ok(info)
    }

    /// Kept for [`ServerOptions::schema_lifetime`].
    async fn schema(&self, refresh: bool) -> Result<Arc<Schema>, SourceError> {
        self.inner.schema.get(refresh, || self.read_schema()).await
    }

    /// Never known: every write on the server would be a change, and what is derived from a large database can't be
    /// derived anew for each.
    async fn revision(&self) -> Result<Option<u64>, SourceError> {
        Ok(None)
    }

    async fn query(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        if query.dialect() != Dialect::Postgres {
            return Err(foreign("PostgreSQL"));
        }
        self.answer(query.sql(), limits, cancel).await
    }
}
