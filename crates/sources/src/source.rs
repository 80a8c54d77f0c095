//! What every driver offers.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::{Dialect, Limits, QueryResult, ReadOnlyQuery, RowStream, Schema, SourceError};

/// A database that may be asked. One value per connection; shared between runs.
#[async_trait]
pub trait Source: Send + Sync {
    /// The dialect its statements are written and guarded in.
    fn dialect(&self) -> Dialect;

    /// Reaches the database and says what it is.
    async fn ping(&self) -> Result<SourceInfo, SourceError>;

    /// Tables, columns and keys. Kept by the driver until [`revision`](Self::revision) shows a change of the schema, or
    /// `refresh` asks for it anew.
    async fn schema(&self, refresh: bool) -> Result<Arc<Schema>, SourceError>;

    /// A number that differs whenever the data or the schema may have changed since it was last read, where the
    /// database can say so cheaply; `None` where it can't. What is derived from the data may be kept for as long as it
    /// stays the same.
    async fn revision(&self) -> Result<Option<u64>, SourceError>;

    /// Values that questions may speak of and that reading some rows of a table wouldn't find: of one with a row for each stock and day
    /// the names of all stocks. They are asked for again when [`revision`](Self::revision) differs.
    ///
    /// # Errors
    ///
    /// [`Cancelled`](crate::SourceErrorKind::Cancelled) and [`Unreachable`](crate::SourceErrorKind::Unreachable).
    async fn known_values(&self) -> Result<Arc<[KnownValues]>, SourceError> {
        Ok(Arc::from([]))
    }

    /// Runs the query in a session that is read-only in the database itself.
    ///
    /// # Errors
    ///
    /// [`Timeout`](crate::SourceErrorKind::Timeout) past `limits.time`, [`Cancelled`](crate::SourceErrorKind::Cancelled)
    /// after `cancel`; in both cases, and when the future is dropped, the query has been ended in the database. Results
    /// past the row or byte limit are cut, which is no error.
    async fn query(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError>;

    /// Runs the query like [`query`](Self::query), for results that are too long to be held: parts of it come as fast as they are
    /// taken, within limits on all of them together, time included. Memory doesn't grow with the number of rows.
    ///
    /// # Errors
    ///
    /// Here that no turn came in time, and in the stream those of [`query`](Self::query): an error there means that the result is
    /// not whole. The query is ended in the database when the stream is dropped.
    async fn stream(
        &self,
        query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError>;
}

/// What a database says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceInfo {
    /// Name and version: `SQLite 3.51.3`, `PostgreSQL 15.14`.
    pub version: String,
    /// Whether the account could write, were it not for the read-only session; `None` where that can't be told.
    pub writable: Option<bool>,
}

/// Values of a column that are known without reading its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownValues {
    /// The table's name, without its schema.
    pub table: String,
    /// The column's name.
    pub column: String,
    /// The different values.
    pub values: Vec<String>,
}
