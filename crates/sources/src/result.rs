//! The rows a query gave.

use std::sync::Arc;
use std::time::Duration;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use crate::ValueKind;

/// A result within its [`Limits`](crate::Limits): typed columns, one batch.
///
/// Cheap to clone: columns are shared.
#[derive(Clone, Debug)]
pub struct QueryResult {
    /// Rows and their Arrow types.
    pub batch: RecordBatch,
    /// What each column means, in column order (a date that SQLite keeps as text is still a date).
    pub kinds: Arc<[ValueKind]>,
    /// Whether the row or byte limit cut the result.
    pub truncated: bool,
    /// Time the database took.
    pub elapsed: Duration,
}

impl QueryResult {
    /// Names and Arrow types of the columns.
    pub fn schema(&self) -> SchemaRef {
        self.batch.schema()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }
}
