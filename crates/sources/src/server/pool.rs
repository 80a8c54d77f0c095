//! Open sessions that wait for the next query, and how many queries may run at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

/// Sessions of one database. Those that nothing uses for a while are closed.
pub(crate) struct Pool<Session> {
    idle: Mutex<Idle<Session>>,
    turns: Arc<Semaphore>,
    size: usize,
    idle_timeout: Duration,
}

/// Sessions with the moment since when nothing uses them, oldest first.
struct Idle<Session> {
    sessions: Vec<(Instant, Session)>,
    is_watched: bool,
}

impl<Session: Send + 'static> Pool<Session> {
    /// A pool in which this many queries run at once, at least one.
    pub(crate) fn new(size: usize, idle_timeout: Duration) -> Self {
        let size = size.max(1);
        Self {
            idle: Mutex::new(Idle { sessions: Vec::new(), is_watched: false }),
            turns: Arc::new(Semaphore::new(size)),
            size,
            idle_timeout,
        }
    }

    /// How many queries run at once.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Waits for its turn so long; `None` when it didn't come.
    pub(crate) async fn turn(&self, longest: Duration) -> Option<OwnedSemaphorePermit> {
        tokio::time::timeout(longest, Arc::clone(&self.turns).acquire_owned()).await.ok()?.ok()
    }

    /// The open session that was used last.
    pub(crate) fn take(&self) -> Option<Session> {
        let mut idle = self.lock();
        let (since, session) = idle.sessions.pop()?;
        if since.elapsed() < self.idle_timeout {
            return Some(session);
        }
        // The others are older still.
        idle.sessions.clear();
        None
    }

    /// Keeps a session for later, and sees to it that it is closed when nothing uses it.
    pub(crate) fn put(self: &Arc<Self>, session: Session, tracker: &TaskTracker) {
        let mut idle = self.lock();
        idle.sessions.push((Instant::now(), session));
        if !std::mem::replace(&mut idle.is_watched, true) {
            let pool = Arc::downgrade(self);
            let idle_timeout = self.idle_timeout;
            tracker.spawn(async move {
                let mut next = Instant::now() + idle_timeout;
                loop {
                    tokio::time::sleep_until(next).await;
                    let Some(pool) = pool.upgrade() else { return };
                    match pool.close_old() {
                        Some(oldest) => next = oldest + idle_timeout,
                        None => return,
                    }
                }
            });
        }
    }

    /// Closes what was idle for too long; answers since when the oldest of the others has been.
    fn close_old(&self) -> Option<Instant> {
        let mut idle = self.lock();
        idle.sessions.retain(|(since, _)| since.elapsed() < self.idle_timeout);
        let oldest = idle.sessions.first().map(|(since, _)| *since);
        idle.is_watched = oldest.is_some();
        oldest
    }

    /// What the lock protects is whole at all times, whether or not a thread panicked with it.
    fn lock(&self) -> MutexGuard<'_, Idle<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many sessions are open and unused.
    #[cfg(test)]
    pub(crate) fn idle_sessions(&self) -> usize {
        self.lock().sessions.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_nothing_uses_is_closed() {
        let pool = Arc::new(Pool::new(2, Duration::from_secs(60)));
        let tracker = TaskTracker::new();
        let alive = Arc::new(());
        pool.put(Arc::clone(&alive), &tracker);
        tokio::time::advance(Duration::from_secs(40)).await;
        pool.put(Arc::clone(&alive), &tracker);
        assert_eq!(Arc::strong_count(&alive), 3);
        tracker.close();
        tracker.wait().await;
        assert_eq!(Arc::strong_count(&alive), 1);
        assert_eq!(pool.idle_sessions(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_warmest_session_is_given_and_never_a_stale_one() {
        let pool = Arc::new(Pool::new(2, Duration::from_secs(60)));
        let tracker = TaskTracker::new();
        pool.put(1, &tracker);
        pool.put(2, &tracker);
        assert_eq!(pool.take(), Some(2));
        pool.put(3, &tracker);
        tokio::time::advance(Duration::from_secs(61)).await;
        assert_eq!(pool.take(), None);
        assert_eq!(pool.idle_sessions(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_is_waited_for_so_long() {
        let pool = Pool::<()>::new(1, Duration::from_secs(60));
        let held = pool.turn(Duration::from_secs(1)).await;
        assert!(held.is_some());
        assert!(pool.turn(Duration::from_secs(1)).await.is_none());
        drop(held);
        assert!(pool.turn(Duration::from_secs(1)).await.is_some());
    }
}
