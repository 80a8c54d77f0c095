//! Time and ids, injected so that tests decide both.

use std::fmt::Debug;

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

/// Where the time and new ids come from.
pub trait Clock: Send + Sync + Debug {
    /// Now.
    fn now(&self) -> DateTime<Utc>;

    /// A new id, never given before.
    fn new_id(&self) -> Uuid;
}

/// The machine's clock, and UUIDs of version 7 (they sort by time, which keeps indexes compact).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
        Utc::now()
    }

    fn new_id(&self) -> Uuid {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that makes ids")]
        Uuid::now_v7()
    }
}

/// The wall-clock time in the zone that 今天 and "last month" are meant in.
pub fn wall_clock(now: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    now.with_timezone(&zone).naive_local()
}
