//! A database that is asked through sessions: what is the same around a query, whatever the server.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::connections::{Connections, Outcome, Session};
use super::gather::{Reading, Rows};
use super::kept::KeptSchema;
use super::reach;
use super::task::{self, Deadline, foreign};
use crate::guard::DottedName;
use crate::stream::{self, RowStream};
use crate::{
    Dialect, Limits, QueryResult, ReadOnlyQuery, Schema, ServerOptions, Source, SourceError, SourceInfo,
    guard,
};

/// How long reading the schema may take.
const SCHEMA_LIMIT: Duration = Duration::from_secs(60);

/// The sessions of one database and what is known of its schema. Clones share both.
pub(crate) struct Server<One: Session> {
    pub(crate) connections: Arc<Connections<One>>,
    schema: Arc<KeptSchema>,
}

/// A source that is nothing but a server's sessions.
pub(crate) trait OverSessions: Send + Sync {
    /// Its sessions.
    type One: Session;

    /// The server.
    fn server(&self) -> &Server<Self::One>;
}

impl<One: Session> Clone for Server<One> {
    fn clone(&self) -> Self {
        Self { connections: Arc::clone(&self.connections), schema: Arc::clone(&self.schema) }
    }
}

impl<One: Session> Server<One> {
    /// Nothing is connected yet.
    pub(crate) fn new(options: ServerOptions) -> Self {
        Self {
            schema: Arc::new(KeptSchema::new(options.schema_lifetime)),
            connections: Arc::new(Connections::new(options)),
        }
    }

    /// Answers a statement as it is.
    #[cfg(test)]
    pub(crate) async fn answer(
        &self,
        sql: &str,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        self.answer_read(sql, Reading::whole(*limits), cancel).await
    }

    async fn answer_read(
        &self,
        sql: &str,
        reading: Reading,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        let (sql, reading) = (sql.to_owned(), reading.knowing(self.schema.last()));
        let rows = self.within(Deadline::after(reading.limits.time), cancel, move |session| {
            async move { session.read(&sql, reading).await }.boxed()
        });
        rows.await.map(QueryResult::from)
    }

    /// Answers a statement as it is, in parts.
    #[cfg(test)]
    pub(crate) async fn answer_in_parts(
        &self,
        sql: &str,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        self.answer_read_in_parts(sql, &Arc::default(), limits, cancel).await
    }

    async fn answer_read_in_parts(
        &self,
        sql: &str,
        dotted_names: &Arc<[DottedName]>,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        let deadline = Deadline::after(limits.time);
        let (stream, outlet, gone) = stream::channel(cancel);
        let turn = self.connections.turn(deadline, &gone).await?;
        let (connections, sql) = (Arc::clone(&self.connections), sql.to_owned());
        let reading =
            Reading::in_parts(*limits, outlet.clone()).knowing(self.schema.last()).naming(dotted_names);
        self.connections.tracker.spawn(async move {
            let tracker = connections.tracker.clone();
            let last = task::supervise(&tracker, deadline, &gone, |stop| async move {
                connections
                    .run(turn, deadline, stop, move |session| {
                        async move { session.read(&sql, reading).await }.boxed()
                    })
                    .await
            });
            outlet.end(last.await.map(QueryResult::from)).await;
        });
        Ok(stream)
    }

    /// Whether the statement was checked for this server, and for a database that holds data.
    fn may_ask(&self, query: &ReadOnlyQuery) -> Result<(), SourceError> {
        if query.dialect() != One::DIALECT {
            return Err(foreign(One::NAME));
        }
        let database = &self.connections.options.database;
        if guard::is_machinery(database, One::DIALECT) { Err(task::machinery(database)) } else { Ok(()) }
    }

    async fn read_schema(&self) -> Result<Schema, SourceError> {
        let never = CancellationToken::new();
        self.within(Deadline::after(SCHEMA_LIMIT), &never, |session| session.catalogue().boxed()).await
    }

    /// Does something in a session, in its turn, and ends it in the database when it has to stop.
    async fn within<Value: Outcome + Send + 'static>(
        &self,
        deadline: Deadline,
        cancel: &CancellationToken,
        work: impl FnOnce(&mut One) -> BoxFuture<'_, Result<Value, sqlx::Error>> + Send + 'static,
    ) -> Result<Value, SourceError> {
        let turn = self.connections.turn(deadline, cancel).await?;
        let connections = Arc::clone(&self.connections);
        task::supervise(&self.connections.tracker, deadline, cancel, |stop| async move {
            connections.run(turn, deadline, stop, work).await
        })
        .await
    }
}

#[async_trait]
impl<Driver: OverSessions> Source for Driver {
    fn dialect(&self) -> Dialect {
        Driver::One::DIALECT
    }

    /// Connects anew, so that what it says is true now.
    async fn ping(&self) -> Result<SourceInfo, SourceError> {
        let options = &self.server().connections.options;
        let mut session = Driver::One::open(options).await?;
        let info = tokio::time::timeout(options.connect_timeout, session.info())
            .await
            .map_err(|_| reach::timeout(options))?
            .map_err(|error| Driver::One::describe(&error, options, options.connect_timeout))?;
        session.close().await;
        Ok(info)
    }

    /// Kept for [`ServerOptions::schema_lifetime`].
    async fn schema(&self, refresh: bool) -> Result<Arc<Schema>, SourceError> {
        let server = self.server();
        server.schema.get(refresh, || server.read_schema()).await
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
        self.server().may_ask(query)?;
        let reading = Reading::whole(*limits).naming(query.dotted_names());
        self.server().answer_read(query.sql(), reading, cancel).await
    }

    async fn stream(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        self.server().may_ask(query)?;
        self.server().answer_read_in_parts(query.sql(), query.dotted_names(), limits, cancel).await
    }
}

impl Outcome for Rows {
    fn is_read_up(&self) -> bool {
        self.is_read_up
    }
}
