//! Counting failed logins, for an account from an address and for an address alone (contracts/README, "login limits").
//!
//! A window slides: a failure counts for `within` after it happened. While a count is full every try is refused, the right password
//! too, and refused tries don't count, so that the wait ends. A try is counted before its password is looked at and taken back when
//! that was right, so that tries at the same time can't all pass before the first of them has failed. Memory is bounded by the
//! caches' capacity and the window.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

    /// Refuses with the wait when a count is full. `account` is the same text for every way of naming one account.
    pub(super) fn check(&self, account: &str, from: IpAddr, now: DateTime<Utc>) -> Result<(), AppError> {
        let from = network_of(from);
        let account = self.for_account.get(&(account.to_owned(), from));
        let address = self.for_address.get(&from);
        let wait = [(account, self.limits.for_account), (address, self.limits.for_address)]
            .into_iter()
            .filter_map(|(failures, limit)| self.wait(&lock(&failures?), limit, now))
            .max();
        wait.map_or(Ok(()), |wait| Err(too_many(wait)))
    }

    /// Refuses like [`check`](Self::check), or counts a try as failed until it is taken back, in one step.
    pub(super) fn begin(&self, account: &str, from: IpAddr, now: DateTime<Utc>) -> Result<(), AppError> {
        let from = network_of(from);
        let account = self.for_account.get_with((account.to_owned(), from), Failures::default);
        let address = self.for_address.get_with(from, Failures::default);
        let (mut account, mut address) = (lock(&account), lock(&address));
        let wait = self.wait(&account, self.limits.for_account, now);
        if let Some(wait) = wait.max(self.wait(&address, self.limits.for_address, now)) {
            return Err(too_many(wait));
        }
        for (failures, limit) in
            [(&mut account, self.limits.for_account), (&mut address, self.limits.for_address)]
        {
            failures.push_back(now);
            while failures.len() > limit.max(1) as usize {
                failures.pop_front();
            }
        }
        Ok(())
    }

    /// Takes a try back that had the right password, and forgets the account's failures from this address.
    pub(super) fn succeed(&self, account: &str, from: IpAddr, begun: DateTime<Utc>) {
        let from = network_of(from);
        self.for_account.invalidate(&(account.to_owned(), from));
        if let Some(address) = self.for_address.get(&from) {
            let mut failures = lock(&address);
            if let Some(place) = failures.iter().rposition(|at| *at == begun) {
                failures.remove(place);
            }
        }
    }

    fn wait(&self, failures: &VecDeque<DateTime<Utc>>, limit: u32, now: DateTime<Utc>) -> Option<Duration> {
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

/// What counts as one address: of IPv6 the network, within which a client chooses its address freely.
pub fn network_of(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => {
            let [first, second, third, fourth, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(first, second, third, fourth, 0, 0, 0, 0))
        }
        canonical @ IpAddr::V4(_) => canonical,
    }
}

fn lock(failures: &Failures) -> MutexGuard<'_, VecDeque<DateTime<Utc>>> {
    failures.lock().unwrap_or_else(PoisonError::into_inner)
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
            throttle.check("ann", HERE, at(second)).unwrap();
            throttle.begin("ann", HERE, at(second)).unwrap();
        }
        for error in [throttle.check("ann", HERE, at(10)), throttle.begin("ann", HERE, at(10))] {
            let error = error.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooMany);
            assert_eq!(error.retry_wait(), Some(Duration::from_secs(290)));
        }
        throttle.check("ann", THERE, at(10)).unwrap();
        throttle.check("bob", HERE, at(10)).unwrap();
        throttle.begin("ann", HERE, at(0) + TimeDelta::seconds(300)).unwrap();
    }

    #[test]
    fn an_address_has_a_count_of_its_own() {
        let throttle = Throttle::new(LoginLimits::default());
        for number in 0..100 {
            throttle.begin(&format!("user{number}"), HERE, at(0)).unwrap();
        }
        assert!(throttle.begin("somebody else", HERE, at(1)).is_err());
        throttle.begin("somebody else", THERE, at(1)).unwrap();
    }

    #[test]
    fn the_right_password_clears_the_account_and_counts_for_nobody() {
        let throttle = Throttle::new(LoginLimits::default());
        for second in 0..200 {
            throttle.begin("bob", HERE, at(second)).unwrap();
            throttle.succeed("bob", HERE, at(second));
        }
        for _ in 0..9 {
            throttle.begin("ann", HERE, at(200)).unwrap();
        }
        throttle.begin("ann", HERE, at(201)).unwrap();
        throttle.succeed("ann", HERE, at(201));
        for _ in 0..10 {
            throttle.begin("ann", HERE, at(202)).unwrap();
        }
        assert!(throttle.check("ann", HERE, at(203)).is_err());
    }

    #[test]
    fn the_addresses_of_one_network_count_as_one() {
        let throttle = Throttle::new(LoginLimits::default());
        for host in 0..100 {
            let address = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, host));
            throttle.begin(&format!("user{host}"), address, at(0)).unwrap();
        }
        let same = "2001:db8:0:1:ffff::1".parse().unwrap();
        let other = "2001:db8:0:2::1".parse().unwrap();
        assert!(throttle.check("ann", same, at(1)).is_err());
        throttle.check("ann", other, at(1)).unwrap();
    }
}
