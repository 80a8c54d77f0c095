//! What a provider has taken on, whatever becomes of the reply: it charges for it though the reply breaks off or nobody waits for it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::language_model::TokenUsage;

/// What the provider of one call has taken on so far. Cheap to clone; all clones are of the same call.
#[derive(Clone, Debug, Default)]
pub struct Taken(Arc<State>);

#[derive(Debug, Default)]
struct State {
    requests: AtomicU32,
    usage: Mutex<Option<TokenUsage>>,
    changed: Notify,
}

impl Taken {
    /// The provider has taken a request, and reads its prompt.
    pub fn accept(&self) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        *self.0.usage.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.0.changed.notify_one();
    }

    /// The provider has refused the request after all, before any part of a reply.
    pub fn take_back(&self) {
        let one_less = |requests: u32| Some(requests.saturating_sub(1));
        // It always succeeds: the closure answers a number for any.
        let _ = self.0.requests.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
    }

    /// The provider says that the request has taken so much by now; what it says later counts in the place of this.
    pub fn report(&self, usage: TokenUsage) {
        *self.0.usage.lock().unwrap_or_else(PoisonError::into_inner) = Some(usage);
    }

    /// How many requests it has taken: more than one where replies broke off before their first part and were asked for again.
    pub fn requests(&self) -> u32 {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// What it has said last of the last request.
    pub fn usage(&self) -> Option<TokenUsage> {
        *self.0.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it takes a request.
    pub(super) async fn accepted(&self) {
        self.0.changed.notified().await;
    }
}
