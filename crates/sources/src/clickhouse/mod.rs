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

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::http::Client;
use self::read::Rows;
use crate::server::kept::KeptSchema;
use crate::server::pool::Pool;
use crate::server::task::{self, Deadline, GRACE, busy, cancelled, foreign};
use crate::{
    Dialect, Limits, QueryResult, ReadOnlyQuery, Schema, ServerOptions, Source, SourceError, SourceInfo,
};

/// How long reading the schema may take.
const SCHEMA_LIMIT: Duration = Duration::from_secs(60);

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
        let started = Instant::now();
        let deadline = Deadline::after(limits.time);
        let (sql, limits) = (sql.to_owned(), *limits);
        let rows = self
            .within(deadline, cancel, move |inner, query_id| {
                async move { read::run(&inner.client, &sql, &limits, deadline, &query_id).await }.boxed()
            })
            .await?;
        let Rows { batch, kinds, truncated } = rows;
        Ok(QueryResult { batch, kinds, truncated, elapsed: started.elapsed() })
    }

    async fn read_schema(&self) -> Result<Schema, SourceError> {
        let (deadline, never) = (Deadline::after(SCHEMA_LIMIT), CancellationToken::new());
        self.within(deadline, &never, move |inner, query_id| {
            async move { catalogue::read(&inner.client, deadline, &query_id).await }.boxed()
        })
        .await
    }

    /// Does something under a query id, in its turn, and ends it in the database when it has to stop.
    async fn within<Value: Send + 'static>(
        &self,
        deadline: Deadline,
        cancel: &CancellationToken,
        work: impl FnOnce(Arc<Inner>, String) -> BoxFuture<'static, Result<Value, SourceError>>,
    ) -> Result<Value, SourceError> {
        let longest = self.inner.client.options.turn_timeout.min(deadline.limit);
        let turn = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(cancelled()),
            turn = self.inner.turns.turn(longest) => {
                turn.ok_or_else(|| busy(self.inner.turns.size(), longest))?
            }
        };
        let (inner, query_id) = (Arc::clone(&self.inner), http::query_id());
        let working = work(Arc::clone(&inner), query_id.clone());
        task::supervise(&self.inner.tracker, deadline, cancel, |stop| async move {
            let outcome = tokio::select! {
                outcome = working => outcome,
                () = stop.cancelled() => {
                    let killing = inner.client.kill(&query_id);
                    if !matches!(tokio::time::timeout(GRACE, killing).await, Ok(Ok(()))) {
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
        if query.dialect() != Dialect::ClickHouse {
            return Err(foreign("ClickHouse"));
        }
        self.answer(query.sql(), limits, cancel).await
    }
}
