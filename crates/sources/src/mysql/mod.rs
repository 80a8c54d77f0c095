//! MySQL, MariaDB and what speaks their protocol.
//!
//! # How a query is answered
//!
//! 1. A [turn](crate::server::pool) comes, and with it a [session](session) that is open already, or a new one.
//! 2. A transaction is begun that is read-only, whose statements end at the time limit.
//! 3. The database [parses](read) the statement twice without running it: in brackets where nothing but a query can stand, and
//!    as it is, which tells the columns. Then it is run, and its values come as text of which nothing is lost.
//! 4. The transaction is rolled back, whatever happened.
//!
//! A query that is cancelled, takes too long or whose future is dropped is ended with `KILL QUERY` from another connection,
//! and its own connection is closed.
//!
//! # The walls
//!
//! Each holds without the guard. The session can't write: the transaction is read-only, statements that would end it
//! aren't queries and are not run, and only one statement passes the parsing. What a read-only transaction lets through (files
//! for accounts with the right `FILE`) is a matter of the account's rights: [`SourceInfo::writable`] warns.

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
use tokio_util::sync::CancellationToken;

use self::read::Rows;
use self::session::MySqlSession;
use crate::server::connections::{Connections, Outcome, Session as _};
use crate::server::kept::KeptSchema;
use crate::server::task::{self, Deadline, foreign};
use crate::{
    Dialect, Limits, QueryResult, ReadOnlyQuery, Schema, ServerOptions, Source, SourceError, SourceInfo,
};

/// How long reading the schema may take.
const SCHEMA_LIMIT: Duration = Duration::from_secs(60);

/// A MySQL or MariaDB database that may be asked. Cheap to clone: clones share sessions and what is known of the schema.
#[derive(Clone)]
pub struct MySqlSource {
    inner: Arc<Inner>,
}

struct Inner {
    connections: Connections<MySqlSession>,
    schema: KeptSchema,
}

impl MySqlSource {
    /// The database that these options lead to. Nothing is connected yet: a server that is down is an error of the first
    /// query, and is no longer one once it is up.
    pub fn new(options: ServerOptions) -> Self {
        Self {
            inner: Arc::new(Inner {
                schema: KeptSchema::new(options.schema_lifetime),
                connections: Connections::new(options),
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
        let connections = &self.inner.connections;
        let turn = connections.turn(deadline, cancel).await?;
        let (inner, sql, limits) = (Arc::clone(&self.inner), sql.to_owned(), *limits);
        let rows = task::supervise(&connections.tracker, deadline, cancel, |stop| async move {
            let work = async |session: &mut MySqlSession| read::run(session, &sql, &limits).await;
            inner.connections.run(turn, deadline, stop, work).await
        })
        .await?;
        let Rows { batch, kinds, truncated, .. } = rows;
        Ok(QueryResult { batch, kinds, truncated, elapsed: started.elapsed() })
    }

    async fn read_schema(&self) -> Result<Schema, SourceError> {
        let (deadline, never) = (Deadline::after(SCHEMA_LIMIT), CancellationToken::new());
        let connections = &self.inner.connections;
        let turn = connections.turn(deadline, &never).await?;
        let inner = Arc::clone(&self.inner);
        task::supervise(&connections.tracker, deadline, &never, |stop| async move {
            let work = async |session: &mut MySqlSession| catalogue::read(session).await;
            inner.connections.run(turn, deadline, stop, work).await
        })
        .await
    }
}

impl Outcome for Rows {
    fn is_read_up(&self) -> bool {
        self.is_read_up
    }
}

#[async_trait]
impl Source for MySqlSource {
    fn dialect(&self) -> Dialect {
        Dialect::MySql
    }

    /// Connects anew, so that what it says is true now.
    async fn ping(&self) -> Result<SourceInfo, SourceError> {
        let options = &self.inner.connections.options;
        let mut session = MySqlSession::open(options).await?;
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
        if query.dialect() != Dialect::MySql {
            return Err(foreign("MySQL"));
        }
        self.answer(query.sql(), limits, cancel).await
    }
}
