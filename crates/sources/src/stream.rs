//! Results in parts, for those that are too long to be held.
//!
//! A driver reads rows, and hands them on a part at a time through an [`Outlet`]; whoever takes the parts from the
//! [`RowStream`] decides how fast. Between the two there is room for one part and no more, so that a slow reader holds up the
//! database and not the memory.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{Limits, QueryResult, SourceError, SourceErrorKind};

/// Rows after which a part is handed on.
const PART_ROWS: usize = 1_000;

/// Bytes of values after which a part is handed on.
const PART_BYTES: usize = 1024 * 1024;

/// A result in parts, in order. There is at least one, which may have no rows; names and number of the columns are the same in
/// all of them, while the types are those of the part's own values. Only the last one can be
/// [`truncated`](QueryResult::truncated).
///
/// It ends after the last part, or after an error; a result that is cut short by a fault never ends as if it were whole.
/// Dropping it ends the query in the database.
pub struct RowStream {
    parts: mpsc::Receiver<Piece>,
    is_over: bool,
    _ends_the_query: DropGuard,
}

/// What goes from a driver to a reader.
enum Piece {
    Part(QueryResult),
    End(Result<QueryResult, SourceError>),
}

/// Where a driver hands parts on.
#[derive(Clone)]
pub struct Outlet(mpsc::Sender<Piece>);

/// A stream, its driver's end, and the token that is cancelled when the stream is dropped.
pub fn channel(cancel: &CancellationToken) -> (RowStream, Outlet, CancellationToken) {
    let (sender, parts) = mpsc::channel(1);
    let gone = cancel.child_token();
    let stream = RowStream { parts, is_over: false, _ends_the_query: gone.clone().drop_guard() };
    (stream, Outlet(sender), gone)
}

impl Outlet {
    /// Hands a part on when there is room for it. When nobody reads any more this never returns: the work is being stopped then,
    /// and ends where it waits.
    pub async fn give(&self, part: QueryResult) {
        if self.0.send(Piece::Part(part)).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Says how the result ends: with its last part, or with an error.
    pub async fn end(self, last: Result<QueryResult, SourceError>) {
        // Who has gone doesn't want to know.
        let _ = self.0.send(Piece::End(last)).await;
    }
}

impl Stream for RowStream {
    type Item = Result<QueryResult, SourceError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        self.parts.poll_recv(context).map(|piece| {
            Some(match piece {
                Some(Piece::Part(part)) => Ok(part),
                Some(Piece::End(last)) => {
                    self.is_over = true;
                    last
                }
                // A panic in the driver, or a runtime that is shutting down.
                None => {
                    self.is_over = true;
                    Err(SourceError::new(
                        SourceErrorKind::Internal,
                        "the database driver failed on this query, or the server is stopping; ask again, and report it if it \
                         stays so",
                    ))
                }
            })
        })
    }
}

/// Counts what is read against the limits, and knows when a part is full.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    limits: Limits,
    rows: usize,
    bytes: usize,
    part_rows: usize,
    part_bytes: usize,
}

/// Whether one more row may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// It may, and counts.
    Yes,
    /// There are as many rows as may be.
    NoMoreRows,
    /// It would pass the limit on bytes.
    NoMoreBytes,
}

impl Tally {
    /// Nothing read yet.
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, rows: 0, bytes: 0, part_rows: 0, part_bytes: 0 }
    }

    /// One more row of so many bytes.
    pub(crate) fn count(&mut self, bytes: usize) -> Room {
        if self.rows == self.limits.rows {
            return Room::NoMoreRows;
        }
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.bytes {
            return Room::NoMoreBytes;
        }
        self.rows += 1;
        self.part_rows += 1;
        self.part_bytes += bytes;
        Room::Yes
    }

    /// Rows since the last part.
    pub(crate) fn part_rows(&self) -> usize {
        self.part_rows
    }

    /// Whether the part is to be handed on.
    pub(crate) fn is_part_full(&self) -> bool {
        self.part_rows >= PART_ROWS || self.part_bytes >= PART_BYTES
    }

    /// Begins the next part; answers how many rows the last one has.
    pub(crate) fn next_part(&mut self) -> usize {
        self.part_bytes = 0;
        std::mem::take(&mut self.part_rows)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use arrow::array::RecordBatch;
    use arrow::datatypes::Schema;
    use futures::{FutureExt as _, StreamExt as _};

    use super::*;

    fn part() -> QueryResult {
        QueryResult {
            batch: RecordBatch::new_empty(Arc::new(Schema::empty())),
            kinds: Arc::new([]),
            truncated: false,
            elapsed: Duration::ZERO,
        }
    }

    #[tokio::test]
    async fn there_is_room_for_one_part() {
        let (mut stream, outlet, _gone) = channel(&CancellationToken::new());
        outlet.give(part()).await;
        assert!(outlet.give(part()).now_or_never().is_none(), "nobody has taken the first");
        assert!(stream.next().await.unwrap().is_ok());
        outlet.end(Ok(part())).await;
        assert!(stream.next().await.unwrap().is_ok());
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn a_result_without_its_end_is_an_error() {
        let (mut stream, outlet, _gone) = channel(&CancellationToken::new());
        outlet.give(part()).await;
        drop(outlet);
        assert!(stream.next().await.unwrap().is_ok());
        assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), SourceErrorKind::Internal);
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn a_reader_who_goes_stops_the_work() {
        let (stream, outlet, gone) = channel(&CancellationToken::new());
        drop(stream);
        assert!(gone.is_cancelled());
        assert!(outlet.give(part()).now_or_never().is_none(), "it waits to be stopped");
    }

    #[test]
    fn rows_and_bytes_are_counted_over_all_parts() {
        let mut tally = Tally::new(Limits { rows: PART_ROWS + 1, bytes: usize::MAX, ..Limits::default() });
        for _ in 0..PART_ROWS {
            assert!(!tally.is_part_full());
            assert_eq!(tally.count(1), Room::Yes);
        }
        assert!(tally.is_part_full());
        assert_eq!(tally.next_part(), PART_ROWS);
        assert_eq!((tally.count(PART_BYTES), tally.is_part_full()), (Room::Yes, true));
        assert_eq!(tally.count(1), Room::NoMoreRows);
        let mut tally = Tally::new(Limits { bytes: 3, ..Limits::default() });
        assert_eq!([tally.count(2), tally.count(2)], [Room::Yes, Room::NoMoreBytes]);
    }
}
