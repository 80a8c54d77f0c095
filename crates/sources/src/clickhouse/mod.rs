//! ClickHouse, over HTTP.
//!
//! # How a query is answered
//!
//! 1. A [turn](crate::server::pool) comes.
//! 2. The statement is [sent](http) with settings under which the server runs nothing that writes, ends what takes too long, and
//!    stops when there are more rows than wanted; those that this server doesn't know are left out.
//! 3. Names, types and [rows](read) come back as tab-separated text, of which nothing is lost.
//!
//! A query that is cancelled, takes too long or whose future is dropped is ended with `KILL QUERY`, and its connection closed.
//!
//! # The walls
//!
//! Each holds without the guard. The server takes one statement at a time, followed here by `FORMAT`, and with `readonly = 1`
//! no statement that writes, changes settings or reaches other servers.

mod catalogue;
mod failure;
mod http;
mod nested;
mod read;
mod tsv;
mod types;
mod zones;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::http::Client;
use crate::server::gather::Reading;
use crate::server::kept::KeptSchema;
use crate::server::pool::Pool;
use crate::server::task::{self, Deadline, GRACE, busy, cancelled, foreign};
use crate::stream::{self, RowStream};
use crate::{
    Dialect, Limits, QueryResult, ReadOnlyQuery, Schema, ServerOptions, Source, SourceError, SourceInfo,
    guard,
};

/// How long reading the schema may take.
const SCHEMA_LIMIT: Duration = Duration::from_secs(60);

/// How often a query that is to be ended is looked for, and how long after each time.
const KILLS: usize = 10;
const KILL_AGAIN: Duration = Duration::from_millis(50);

/// A ClickHouse database that may be asked. Cheap to clone: clones share connections and what is known of the schema.
#[derive(Clone)]
pub struct ClickHouseSource {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    turns: Pool<()>,
    tracker: TaskTracker,
    schema: KeptSchema,
}

impl ClickHouseSource {
    /// The database that these options lead to, by the port for HTTP. Nothing is connected yet: a server that is down is an
    /// error of the first query, and is no longer one once it is up.
    ///
    /// # Errors
    ///
    /// [`Tls`](crate::ConnectFault::Tls) for certificates that can't be read.
    pub fn new(options: ServerOptions) -> Result<Self, SourceError> {
        Ok(Self {
            inner: Arc::new(Inner {
                turns: Pool::new(options.connections, options.idle_timeout),
                tracker: TaskTracker::new(),
                schema: KeptSchema::new(options.schema_lifetime),
                client: Client::new(options)?,
            }),
        })
    }

    /// Answers a statement that has been checked.
    async fn answer(
        &self,
        sql: &str,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        let deadline = Deadline::after(limits.time);
        let turn = self.turn(deadline, cancel).await?;
        let (sql, reading) = (sql.to_owned(), Reading::whole(*limits));
        let rows = self.inner.within(turn, deadline, cancel, move |inner, query_id| {
            async move { read::run(&inner.client, &sql, reading, deadline, &query_id).await }.boxed()
        });
        rows.await.map(QueryResult::from)
    }

    /// Answers a statement that has been checked, in parts.
    async fn answer_in_parts(
        &self,
        sql: &str,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        let deadline = Deadline::after(limits.time);
        let (stream, outlet, gone) = stream::channel(cancel);
        let turn = self.turn(deadline, &gone).await?;
        let (inner, sql) = (Arc::clone(&self.inner), sql.to_owned());
        let reading = Reading::in_parts(*limits, outlet.clone());
        self.inner.tracker.spawn(async move {
            let last = inner.within(turn, deadline, &gone, move |inner, query_id| {
                async move { read::run(&inner.client, &sql, reading, deadline, &query_id).await }.boxed()
            });
            outlet.end(last.await.map(QueryResult::from)).await;
        });
        Ok(stream)
    }

    /// Whether the statement was checked for this server, and for a database that holds data.
    fn may_ask(&self, query: &ReadOnlyQuery) -> Result<(), SourceError> {
        if query.dialect() != Dialect::ClickHouse {
            return Err(foreign("ClickHouse"));
        }
        let database = &self.inner.client.options.database;
        if guard::is_machinery(database, Dialect::ClickHouse) {
            return Err(task::machinery(database));
        }
        Ok(())
    }

    async fn read_schema(&self) -> Result<Schema, SourceError> {
        let (deadline, never) = (Deadline::after(SCHEMA_LIMIT), CancellationToken::new());
        let turn = self.turn(deadline, &never).await?;
        let schema = self.inner.within(turn, deadline, &never, move |inner, query_id| {
            async move { catalogue::read(&inner.client, deadline, &query_id).await }.boxed()
        });
        schema.await
    }

    /// Waits for a turn.
    async fn turn(
        &self,
        deadline: Deadline,
        cancel: &CancellationToken,
    ) -> Result<OwnedSemaphorePermit, SourceError> {
        let longest = self.inner.client.options.turn_timeout.min(deadline.limit);
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled()),
            turn = self.inner.turns.turn(longest) => {
                turn.ok_or_else(|| busy(self.inner.turns.size(), longest))
            }
        }
    }
}

impl Inner {
    /// Does something under a query id, in its turn, and ends it in the database when it has to stop.
    async fn within<Value: Send + 'static>(
        self: &Arc<Self>,
        turn: OwnedSemaphorePermit,
        deadline: Deadline,
        cancel: &CancellationToken,
        work: impl FnOnce(Arc<Self>, String) -> BoxFuture<'static, Result<Value, SourceError>>,
    ) -> Result<Value, SourceError> {
        let (inner, query_id) = (Arc::clone(self), http::query_id());
        let mut working = work(Arc::clone(&inner), query_id.clone());
        task::supervise(&self.tracker, deadline, cancel, |stop| async move {
            let outcome = tokio::select! {
                outcome = &mut working => outcome,
                () = stop.cancelled() => {
                    let ending = inner.end(&query_id, &mut working);
                    if !matches!(tokio::time::timeout(GRACE, ending).await, Ok(Ok(()))) {
                        // The database ends it when it notices that the connection is gone, or at its time limit.
                        tracing::warn!("a query could not be cancelled in the database");
                    }
                    Err(cancelled())
                }
            };
            drop(turn);
            outcome
        })
        .await
    }

    /// Ends a query in the database. One that is just arriving there isn't known yet, so that it is looked for again for a moment,
    /// unless it ends by itself.
    async fn end<Value>(
        &self,
        query_id: &str,
        working: &mut BoxFuture<'static, Result<Value, SourceError>>,
    ) -> Result<(), SourceError> {
        for _ in 0..KILLS {
            if self.client.kill(query_id).await? {
                return Ok(());
            }
            if tokio::time::timeout(KILL_AGAIN, &mut *working).await.is_ok() {
                return Ok(());
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Source for ClickHouseSource {
    fn dialect(&self) -> Dialect {
        Dialect::ClickHouse
    }

    async fn ping(&self) -> Result<SourceInfo, SourceError> {
        let asking = self.inner.client.info();
        let options = &self.inner.client.options;
        tokio::time::timeout(options.connect_timeout, asking)
            .await
            .map_err(|_| crate::server::reach::timeout(options))?
    }

    /// Kept for [`ServerOptions::schema_lifetime`].
    async fn schema(&self, refresh: bool) -> Result<Arc<Schema>, SourceError> {
        self.inner.schema.get(refresh, || self.read_schema()).await
    }

    /// Never known: the server has no cheap word for it.
    async fn revision(&self) -> Result<Option<u64>, SourceError> {
        Ok(None)
    }

    async fn query(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        self.may_ask(query)?;
        self.answer(query.sql(), limits, cancel).await
    }

    /// The server gives the first row when it has the last: it keeps what isn't taken yet on its own disk.
    async fn stream(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        self.may_ask(query)?;
        self.answer_in_parts(query.sql(), limits, cancel).await
    }
}
