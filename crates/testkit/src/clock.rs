//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wenshu_core::clock::Clock;

/// Time that is set by hand, and ids that count up. The same test sees the same times and ids each time it runs.
#[derive(Debug)]
pub struct TestClock {
    now: Mutex<DateTime<Utc>>,
    ids: AtomicU64,
}

impl TestClock {
    /// A clock that stands at this time.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { now: Mutex::new(now), ids: AtomicU64::new(0) }
    }

    /// Whose ids begin after so many others: for a second application on the store of the first.
    #[must_use]
    pub fn with_ids_from(mut self, number: u64) -> Self {
        self.ids = AtomicU64::new(number);
        self
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_id(&self) -> Uuid {
        let number = self.ids.fetch_add(1, Ordering::Relaxed) + 1;
        // Version 7 and the RFC's variant, so that it is a UUID like those of the real clock.
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number))
    }
}
