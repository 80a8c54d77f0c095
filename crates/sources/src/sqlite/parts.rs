//! Results in parts: a run that nobody shares and of which nothing is kept.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use super::read::Rows;
use super::stop::Stop;
use super::{HandOn, SqliteSource, crashed};
use crate::server::task::{Deadline, GRACE, cancelled, timed_out};
use crate::stream::{self, RowStream};
use crate::{Limits, QueryResult, SourceError};

impl SqliteSource {
    /// Answers a statement that has been checked, in parts. The thread that reads them waits where nobody takes them.
    pub(super) async fn answer_in_parts(
        &self,
        sql: &str,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        let deadline = Deadline::after(limits.time);
        let (stream, outlet, gone) = stream::channel(cancel);
        let turn = tokio::select! {
            biased;
            () = gone.cancelled() => return Err(cancelled()),
            turn = self.inner.pool.permit() => turn.ok_or_else(crashed)?,
            () = sleep_until(deadline.at) => return Err(timed_out(deadline.limit)),
        };
        let started = Instant::now();
        let part = move |rows: Rows| QueryResult {
            batch: rows.batch,
            kinds: rows.kinds,
            truncated: rows.truncated,
            elapsed: started.elapsed(),
        };
        let stop = Arc::new(Stop::default());
        let (inner, stopped, parts) = (Arc::clone(&self.inner), Arc::clone(&stop), outlet.clone());
        let (sql, limits) = (sql.to_owned(), *limits);
        let mut reading = self.inner.flights.spawn_blocking(move || {
            let runtime = Handle::current();
            let is_begun = Cell::new(false);
            let hand_on = |rows: Rows| {
                is_begun.set(true);
                runtime.block_on(async {
                    tokio::select! {
                        () = parts.give(part(rows)) => {}
                        // The statement ends at its next step.
                        () = stopped.stopped() => {}
                    }
                });
            };
            let outcome =
                inner.run(&sql, &limits, &stopped, Some(HandOn { take: &hand_on, is_begun: &is_begun }));
            drop(turn);
            outcome.map(|(rows, _)| part(rows))
        });
        self.inner.flights.spawn(async move {
            let failure = tokio::select! {
                outcome = &mut reading => return outlet.end(outcome.unwrap_or_else(|_| Err(crashed()))).await,
                () = gone.cancelled() => cancelled(),
                () = sleep_until(deadline.at) => timed_out(deadline.limit),
            };
            stop.stop();
            // Long single instructions look at the interrupt only now and then; nobody is kept waiting for those.
            let _ = tokio::time::timeout(GRACE, reading).await;
            outlet.end(Err(failure)).await;
        });
        Ok(stream)
    }
}
