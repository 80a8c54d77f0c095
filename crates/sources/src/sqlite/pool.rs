//! Open sessions that wait for the next query, and how many may run at once.

use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::session::Session;
use super::stop::lock;

/// Sessions of one file. A session belongs to the epoch in which it was opened; those of an older one are closed.
pub(super) struct Pool {
    idle: Mutex<Vec<(u64, Session)>>,
    permits: Arc<Semaphore>,
}

impl Pool {
    /// A pool in which this many queries run at once, at least one.
    pub(super) fn new(size: usize) -> Self {
        Self { idle: Mutex::new(Vec::new()), permits: Arc::new(Semaphore::new(size.max(1))) }
    }

    /// A turn, if one is free.
    pub(super) fn free_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    /// Waits for its turn; `None` never comes, since the pool isn't closed.
    pub(super) async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    /// An open session of this epoch. The one used last, whose cache is warmest.
    pub(super) fn take(&self, epoch: u64) -> Option<Session> {
        let mut idle = lock(&self.idle);
        idle.retain(|(opened_in, _)| *opened_in >= epoch);
        let position = idle.iter().rposition(|(opened_in, _)| *opened_in == epoch)?;
        Some(idle.swap_remove(position).1)
    }

    /// Keeps a session for later.
    pub(super) fn put(&self, epoch: u64, session: Session) {
        lock(&self.idle).push((epoch, session));
    }
}

#[cfg(test)]
impl Pool {
    /// Whether no query runs.
    pub(super) fn is_free(&self) -> bool {
        self.permits.available_permits() > 0
    }

    pub(super) fn idle_sessions(&self) -> usize {
        lock(&self.idle).len()
    }
}
