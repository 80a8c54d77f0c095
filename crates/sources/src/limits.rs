//! What one query may cost.

use std::time::Duration;

/// Caps on one query. They hold whatever the SQL says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Wall time in the database; past it the query is cancelled there.
    pub time: Duration,
    /// Rows kept; one more is read to know whether the result was cut.
    pub rows: usize,
    /// Bytes of values kept, counted as they are read.
    pub bytes: usize,
}

impl Default for Limits {
    /// 30 s, 1,000 rows, 16 MiB.
    fn default() -> Self {
        Self { time: Duration::from_secs(30), rows: 1_000, bytes: 16 * 1024 * 1024 }
    }
}
