//! Ending what runs in a session from outside, without a gap: a stop that comes before the statement has started, while
//! it waits for a lock, or as it ends is neither lost nor does it reach the next statement in the same session.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::InterruptHandle;
use tokio_util::sync::CancellationToken;

use super::session::{Session, Switch};

/// Locks, whether or not a thread panicked with the lock: what these locks protect is whole at all times.
pub(super) fn lock<Value>(mutex: &Mutex<Value>) -> MutexGuard<'_, Value> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Can end one piece of work, wherever it is.
#[derive(Default)]
pub(super) struct Stop {
    state: Mutex<State>,
    changed: Condvar,
    token: CancellationToken,
}

#[derive(Default)]
struct State {
    stopped: bool,
    running: Option<(Arc<Switch>, InterruptHandle)>,
}

impl Stop {
    /// Ends the work: now if it runs, at once if it hasn't begun.
    pub(super) fn stop(&self) {
        let mut state = lock(&self.state);
        state.stopped = true;
        if let Some((switch, interrupt)) = &state.running {
            // The switch holds if the statement hasn't quite started, the interrupt is felt inside of long instructions.
            switch.stop();
            interrupt.interrupt();
        }
        self.changed.notify_all();
        self.token.cancel();
    }

    /// Completes when the work is ended.
    pub(super) async fn stopped(&self) {
        self.token.cancelled().await;
    }

    /// Puts the session within reach of [`stop`](Self::stop) for as long as the value lives; `None` if it came already.
    pub(super) fn attach(&self, session: &Session) -> Option<Attached<'_>> {
        let mut state = lock(&self.state);
        if state.stopped {
            return None;
        }
        session.switch.reset();
        state.running = Some((Arc::clone(&session.switch), session.connection.get_interrupt_handle()));
        Some(Attached { stop: self })
    }

    /// Whether a statement is within reach now.
    #[cfg(test)]
    pub(super) fn is_running(&self) -> bool {
        lock(&self.state).running.is_some()
    }

    /// Waits so long, or until the work is ended; says whether it was.
    fn wait(&self, longest: Duration) -> bool {
        let state = lock(&self.state);
        let waited = self.changed.wait_timeout_while(state, longest, |state| !state.stopped);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.stopped
    }
}

/// A session within reach of a [`Stop`].
pub(super) struct Attached<'stop> {
    stop: &'stop Stop,
}

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        lock(&self.stop.state).running = None;
    }
}

/// Ends the work unless it was told that it is done: for futures that are dropped.
pub(super) struct StopOnDrop(pub(super) Arc<Stop>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Waiting for a writer's lock to go, up to a limit.
pub(super) struct Patience<'stop> {
    stop: &'stop Stop,
    until: Instant,
}

impl<'stop> Patience<'stop> {
    /// Waits this long in all.
    pub(super) fn new(stop: &'stop Stop, longest: Duration) -> Self {
        Self { stop, until: Instant::now() + longest }
    }

    /// Runs `work` again for as long as `busy` says that its failure is a lock, within the limit.
    pub(super) fn retry<Value, Failure>(
        &self,
        mut work: impl FnMut() -> Result<Value, Failure>,
        busy: impl Fn(&Failure) -> bool,
    ) -> Result<Value, Failure> {
        let mut pause = Duration::from_millis(1);
        loop {
            let outcome = work();
            let left = self.until.saturating_duration_since(Instant::now());
            match &outcome {
                Err(failure) if busy(failure) && !left.is_zero() => {
                    if self.stop.wait(pause.min(left)) {
                        return outcome;
                    }
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                _ => return outcome,
            }
        }
    }
}
