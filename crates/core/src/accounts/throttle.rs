//! Counting failed logins, for an account from an address and for an address alone (contracts/README, "login limits").
//!
//! A window slides: a failure counts for `within` after it happened. While a count is full every try is refused, the right password
//! too, and refused tries don't count, so that the wait ends. Memory is bounded by the caches' capacity and the window.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::sync::Cache;

use crate::settings::LoginLimits;
use crate::{AppError, ErrorKind, Text};

/// Keys remembered of each sort; the least recently used are forgotten first.
const KEYS: u64 = 100_000;

type Failures = Arc<Mutex<VecDeque<DateTime<Utc>>>>;

/// The counts.
pub(super) struct Throttle {
    limits: LoginLimits,
    for_account: Cache<(String, IpAddr), Failures>,
    for_address: Cache<IpAddr, Failures>,
}

impl Throttle {
    pub(super) fn new(limits: LoginLimits) -> Self {
        let idle = limits.within + Duration::from_secs(1);
        Self {
            limits,
            for_account: Cache::builder().max_capacity(KEYS).time_to_idle(idle).build(),
            for_address: Cache::builder().max_capacity(KEYS).time_to_idle(idle).build(),
        }
    }

    /// Refuses with the wait when a count is full.
    pub(super) fn check(&self, login: &str, from: IpAddr, now: DateTime<Utc>) -> Result<(), AppError> {
        let account = self.for_account.get(&account_key(login, from));
        let address = self.for_address.get(&from);
        let wait = [(account, self.limits.for_account), (address, self.limits.for_address)]
            .into_iter()
            .filter_map(|(failures, limit)| self.wait(&failures?, limit, now))
            .max();
        match wait {
            Some(wait) => Err(too_many(wait)),
            None => Ok(()),
        }
    }

    /// Counts a failure.
    pub(super) fn count(&self, login: &str, from: IpAddr, now: DateTime<Utc>) {
        let account = self.for_account.get_with(account_key(login, from), Failures::default);
        let address = self.for_address.get_with(from, Failures::default);
        for (failures, limit) in [(account, self.limits.for_account), (address, self.limits.for_address)] {
            let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
            failures.push_back(now);
            while failures.len() > limit.max(1) as usize {
                failures.pop_front();
            }
        }
    }

    /// Forgets the account's failures from this address, after the right password.
    pub(super) fn clear(&self, login: &str, from: IpAddr) {
        self.for_account.invalidate(&account_key(login, from));
    }

    fn wait(&self, failures: &Failures, limit: u32, now: DateTime<Utc>) -> Option<Duration> {
        let failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = failures.iter().filter(|at| self.left(**at, now).is_some()).count();
        if counted < limit as usize {
            return None;
        }
        failures.iter().find_map(|at| self.left(*at, now))
    }

    /// How long a failure at this time still counts.
    fn left(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Duration> {
        let age = (now - at).to_std().unwrap_or_default();
        self.limits.within.checked_sub(age).filter(|left| !left.is_zero())
    }
}

fn account_key(login: &str, from: IpAddr) -> (String, IpAddr) {
    (login.trim().to_lowercase(), from)
}

fn too_many(wait: Duration) -> AppError {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    AppError::new(
        ErrorKind::TooMany,
        "too_many_failed_logins",
        Text::new(
            format!("登录失败次数过多，请在 {seconds} 秒后再试"),
            format!("Too many failed logins; try again in {seconds} seconds"),
        ),
    )
    .retry_after(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V6(std::net::Ipv6Addr::LOCALHOST);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn the_eleventh_try_is_refused_until_the_first_failure_is_old() {
        let throttle = Throttle::new(LoginLimits::default());
        for second in 0..10 {
            throttle.check("Ann", HERE, at(second)).unwrap();
            throttle.count("Ann", HERE, at(second));
        }
        let error = throttle.check("ann ", HERE, at(10)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooMany);
        assert_eq!(error.retry_wait(), Some(Duration::from_secs(290)));
        throttle.check("ann", THERE, at(10)).unwrap();
        throttle.check("bob", HERE, at(10)).unwrap();
        throttle.check("ann", HERE, at(0) + TimeDelta::seconds(300)).unwrap();
    }

    #[test]
    fn an_address_has_a_count_of_its_own() {
        let throttle = Throttle::new(LoginLimits::default());
        for number in 0..100 {
            throttle.check(&format!("user{number}"), HERE, at(0)).unwrap();
            throttle.count(&format!("user{number}"), HERE, at(0));
        }
        assert!(throttle.check("somebody else", HERE, at(1)).is_err());
        throttle.check("somebody else", THERE, at(1)).unwrap();
    }

    #[test]
    fn the_right_password_clears_the_account() {
        let throttle = Throttle::new(LoginLimits::default());
        for _ in 0..9 {
            throttle.count("ann", HERE, at(0));
        }
        throttle.clear("Ann", HERE);
        for _ in 0..9 {
            throttle.count("ann", HERE, at(1));
        }
        throttle.check("ann", HERE, at(2)).unwrap();
    }
}
