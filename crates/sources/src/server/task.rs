//! Work on a server that can be stopped: by its caller, by time, and by a caller who goes away.
//!
//! The work runs as a task of its own, so that a future that is dropped doesn't leave a statement running: the task lives
//! until it has ended its statement in the database.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{SourceError, SourceErrorKind};

/// How long a cancelled caller waits for the database to confirm that the query has ended.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// When work has to be done, and how long that was when it began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    pub(crate) limit: Duration,
}

impl Deadline {
    /// So long from now.
    pub(crate) fn after(limit: Duration) -> Self {
        // Far enough for everyone, and no overflow.
        let most = Duration::from_secs(10 * 365 * 24 * 3600);
        Self { at: Instant::now() + limit.min(most), limit }
    }

    /// What is left of the time in whole milliseconds, at least one.
    pub(crate) fn milliseconds_left(&self) -> u64 {
        let left = self.at.saturating_duration_since(Instant::now()).as_millis().max(1);
        // Databases count milliseconds in 31 bits.
        u64::try_from(left).unwrap_or(u64::MAX).min(2_000_000_000)
    }
}

/// Runs `work`, which is given a token that tells it to end its statement in the database and return.
///
/// # Errors
///
/// The work's, `Cancelled` after `cancel`, `Timeout` past the deadline. Dropping the future stops the work too.
pub(crate) async fn supervise<Value, Working>(
    tracker: &TaskTracker,
    deadline: Deadline,
    cancel: &CancellationToken,
    work: impl FnOnce(CancellationToken) -> Working,
) -> Result<Value, SourceError>
where
    Value: Send + 'static,
    Working: Future<Output = Result<Value, SourceError>> + Send + 'static,
{
    let stop = CancellationToken::new();
    let _stopped_with_future = stop.clone().drop_guard();
    let mut task = tracker.spawn(work(stop.clone()));
    let failure = tokio::select! {
        outcome = &mut task => return outcome.unwrap_or_else(|_| Err(crashed())),
        () = cancel.cancelled() => cancelled(),
        () = tokio::time::sleep_until(deadline.at) => timed_out(deadline.limit),
    };
    stop.cancel();
    let _ = tokio::time::timeout(GRACE, task).await;
    Err(failure)
}

/// The caller cancelled.
pub(crate) fn cancelled() -> SourceError {
    SourceError::new(SourceErrorKind::Cancelled, "the query was cancelled")
}

/// The time limit passed.
pub(crate) fn timed_out(limit: Duration) -> SourceError {
    SourceError::new(
        SourceErrorKind::Timeout,
        format!(
            "the query took longer than {} s and was ended; ask for less, or for a shorter time",
            limit.as_secs_f64()
        ),
    )
}

/// No turn came within the time.
pub(crate) fn busy(size: usize, waited: Duration) -> SourceError {
    SourceError::new(
        SourceErrorKind::Busy,
        format!(
            "all {size} connections to the database were busy for {} s; try again, or allow more connections",
            waited.as_secs_f64()
        ),
    )
}

/// The statement was checked for another dialect.
pub(crate) fn foreign(name: &str) -> SourceError {
    SourceError::new(
        SourceErrorKind::Denied,
        format!("the statement was checked for another dialect than {name}'s; check it again for this one"),
    )
}

/// The connection names the server's own database, of which the guard takes bare names for data.
pub(crate) fn machinery(database: &str) -> SourceError {
    SourceError::new(
        SourceErrorKind::Denied,
        format!("`{database}` is the server's own database and holds no data to ask; name one that does"),
    )
}

/// A panic in the driver, or a runtime that is shutting down.
fn crashed() -> SourceError {
    SourceError::new(
        SourceErrorKind::Internal,
        "the database driver failed on this query, or the server is stopping; ask again, and report it if it stays so",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endless(
        ended: CancellationToken,
    ) -> impl FnOnce(CancellationToken) -> std::pin::Pin<Box<dyn Future<Output = Result<(), SourceError>> + Send>>
    {
        move |stop| {
            Box::pin(async move {
                stop.cancelled().await;
                ended.cancel();
                Err(cancelled())
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_cancellation_and_dropping_all_stop_the_work() {
        let tracker = TaskTracker::new();
        let (never, ended) = (CancellationToken::new(), CancellationToken::new());
        let short = Deadline::after(Duration::from_millis(40));
        let error = supervise(&tracker, short, &never, endless(ended.clone())).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Timeout);
        assert!(error.message().contains("0.04 s") && ended.is_cancelled(), "{error}");

        let (cancel, ended) = (CancellationToken::new(), CancellationToken::new());
        cancel.cancel();
        let long = Deadline::after(Duration::MAX);
        let error = supervise(&tracker, long, &cancel, endless(ended.clone())).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Cancelled);
        assert!(ended.is_cancelled());

        let ended = CancellationToken::new();
        tokio::select! {
            biased;
            _ = supervise(&tracker, long, &never, endless(ended.clone())) => panic!("endless"),
            () = tokio::task::yield_now() => {}
        }
        ended.cancelled().await;
    }

    #[test]
    fn milliseconds_fit_the_databases() {
        let deadline = Deadline { at: Instant::now(), limit: Duration::ZERO };
        assert_eq!(deadline.milliseconds_left(), 1);
        assert_eq!(Deadline::after(Duration::MAX).milliseconds_left(), 2_000_000_000);
    }
}
