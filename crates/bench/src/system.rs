//! What is asked of the system: a clock that all processes share, and more open files.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::{
    sys::resource::{Resource, getrlimit, setrlimit},
    time::{ClockId, clock_gettime},
};

/// Microseconds of the machine's steady clock: the same in every process.
pub(crate) fn microseconds() -> Result<u64> {
    let now = Duration::from(clock_gettime(ClockId::CLOCK_MONOTONIC).context("there is no steady clock")?);
    u64::try_from(now.as_micros()).context("the clock is out of range")
}

/// Lets this process and those it starts open as many files as the system allows, at least this many.
pub(crate) fn allow_open_files(wanted: u64) -> Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).context("the limit of open files can't be read")?;
    if hard < wanted {
        bail!(
            "{wanted} open files are needed, and the system allows {hard}: raise the hard limit (`ulimit -Hn`)"
        );
    }
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).context("the limit of open files can't be raised")?;
    }
    Ok(())
}
