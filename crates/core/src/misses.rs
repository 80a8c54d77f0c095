//! Counting tries in vain within a window that slides, for whoever must be kept from guessing.
//!
//! A try counts from its beginning and is taken back when it wasn't in vain, so that tries at the same time can't all pass before the
//! first of them has failed. Tries that are refused don't count, so that the wait ends.

use std::collections::VecDeque;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::sync::Cache;

/// Keys remembered; the least recently used are forgotten first.
const KEYS: u64 = 100_000;

type Times = Arc<Mutex<VecDeque<DateTime<Utc>>>>;

/// The counts, each for one key.
pub(crate) struct Misses<Key> {
    most: usize,
    within: Duration,
    times: Cache<Key, Times>,
}

impl<Key: Eq + Hash + Send + Sync + 'static> Misses<Key> {
    /// Lets so many tries be in vain within this time.
    pub(crate) fn new(most: usize, within: Duration) -> Self {
        let idle = within + Duration::from_secs(1);
        Self { most, within, times: Cache::builder().max_capacity(KEYS).time_to_idle(idle).build() }
    }

    /// Counts a try, or says how long to wait when there were too many.
    pub(crate) fn begin(&self, key: Key, now: DateTime<Utc>) -> Result<(), Duration> {
        let times = self.times.get_with(key, Times::default);
        let mut times = lock(&times);
        while times.front().is_some_and(|at| self.left(*at, now).is_none()) {
            times.pop_front();
        }
        if times.len() >= self.most {
            return Err(times.front().and_then(|at| self.left(*at, now)).unwrap_or_default());
        }
        times.push_back(now);
        Ok(())
    }

    /// Takes a try back that wasn't in vain.
    pub(crate) fn take_back(&self, key: &Key, begun: DateTime<Utc>) {
        if let Some(times) = self.times.get(key) {
            let mut times = lock(&times);
            if let Some(place) = times.iter().rposition(|at| *at == begun) {
                times.remove(place);
            }
        }
    }

    /// How long a try at this time still counts.
    fn left(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Duration> {
        let age = (now - at).to_std().unwrap_or_default();
        self.within.checked_sub(age).filter(|left| !left.is_zero())
    }
}

fn lock(times: &Times) -> MutexGuard<'_, VecDeque<DateTime<Utc>>> {
    times.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn tries_in_vain_are_counted_until_they_are_old() {
        let misses = Misses::new(3, Duration::from_secs(60));
        for second in 0..3 {
            misses.begin("ann", at(second)).unwrap();
        }
        assert_eq!(misses.begin("ann", at(10)), Err(Duration::from_secs(50)));
        misses.begin("bob", at(10)).unwrap();
        misses.begin("ann", at(60)).unwrap();
        assert_eq!(misses.begin("ann", at(60)), Err(Duration::from_secs(1)));
    }

    #[test]
    fn tries_that_are_taken_back_count_for_nothing() {
        let misses = Misses::new(3, Duration::from_secs(60));
        for second in 0..100 {
            misses.begin("ann", at(second)).unwrap();
            misses.take_back(&"ann", at(second));
        }
    }
}
