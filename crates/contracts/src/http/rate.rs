//! How many requests one caller may make: a limit for each account and for each address.
//!
//! A caller may use a whole minute's requests at once and gets them back evenly over the next one (the generic cell rate algorithm: all
//! that is kept of a caller is the time at which everything will be given back). Memory is bounded; a caller that has been forgotten
//! since it was silent for a minute has everything back anyway. Each process counts for itself.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use uuid::Uuid;
use wenshu_core::accounts::network_of;
use wenshu_core::clock::Clock;
use wenshu_core::{AppError, ErrorKind, Text};

/// Callers remembered of each sort; the least recently used are forgotten first.
const CALLERS: u64 = 100_000;

/// The time that limits are meant for, in microseconds.
const MINUTE: i64 = 60_000_000;

/// Requests a minute, `None` for any number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// Of one account, wherever it calls from.
    pub per_account: Option<NonZeroU32>,
    /// From one address without a valid credential. The addresses of an IPv6 network count as one.
    pub per_address: Option<NonZeroU32>,
}

/// Counts requests.
#[derive(Debug)]
pub struct Limiter {
    accounts: Option<Counts<Uuid>>,
    addresses: Option<Counts<IpAddr>>,
    clock: Arc<dyn Clock>,
}

impl Limiter {
    /// With these limits, by this clock.
    pub fn new(limits: RateLimits, clock: Arc<dyn Clock>) -> Self {
        let RateLimits { per_account, per_address } = limits;
        Self { accounts: per_account.map(Counts::new), addresses: per_address.map(Counts::new), clock }
    }

    /// Counts a request of an account.
    ///
    /// # Errors
    ///
    /// `TooMany` with the wait when it is past the limit; such a request doesn't count.
    pub fn count_account(&self, account: Uuid) -> Result<(), AppError> {
        self.accounts.as_ref().map_or(Ok(()), |counts| counts.count(account, self.now()))
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    ///
    /// `TooMany` with the wait when it is past the limit; such a request doesn't count.
    pub fn count_address(&self, address: IpAddr) -> Result<(), AppError> {
        self.addresses.as_ref().map_or(Ok(()), |counts| counts.count(network_of(address), self.now()))
    }

    fn now(&self) -> i64 {
        self.clock.now().timestamp_micros()
    }
}

/// The counts of one sort of caller.
#[derive(Debug)]
struct Counts<Key: Eq + Hash + Send + Sync + 'static> {
    /// What one request takes of the minute, in microseconds.
    cost: i64,
    /// When each caller will have everything back.
    full_at: Cache<Key, Arc<AtomicI64>>,
}

impl<Key: Eq + Hash + Send + Sync + 'static> Counts<Key> {
    fn new(limit: NonZeroU32) -> Self {
        let idle = Duration::from_secs(61);
        let full_at = Cache::builder().max_capacity(CALLERS).time_to_idle(idle).build();
        Self { cost: (MINUTE / i64::from(limit.get())).max(1), full_at }
    }

    fn count(&self, caller: Key, now: i64) -> Result<(), AppError> {
        let full_at = self.full_at.get_with(caller, Arc::default);
        let counted = full_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full_at| {
            // No further away than a minute, even when the clock has been set back.
            let after = full_at.clamp(now, now + MINUTE) + self.cost;
            (after <= now + MINUTE).then_some(after)
        });
        counted.map(drop).map_err(|full_at| {
            let wait = full_at.min(now + MINUTE) + self.cost - now - MINUTE;
            too_many(Duration::from_micros(wait.unsigned_abs()))
        })
    }
}

fn too_many(wait: Duration) -> AppError {
    let seconds = super::protocol::whole_seconds(wait);
    AppError::new(
        ErrorKind::TooMany,
        "rate_limited",
        Text::new(
            format!("请求过于频繁，请在 {seconds} 秒后再试"),
            format!("Too many requests; try again in {seconds} seconds"),
        ),
    )
    .retry_after(Duration::from_secs(seconds))
}
