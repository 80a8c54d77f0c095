//! What has to be known about a service to run a private instance of it.

use std::process::Command;

use anyhow::Result;
use nix::sys::signal::Signal;

use super::{find::Programs, instance::Instance};

/// A kind of service. Everything that differs between PostgreSQL and the next one is here.
pub(super) struct Service {
    /// Short name: of the command line, the state file and the data folder.
    pub(super) name: &'static str,
    /// The environment variable that tells the tests where it is.
    pub(super) variable: &'static str,
    /// The programs that are needed, all from one folder.
    pub(super) programs: &'static [&'static str],
    /// Folders to look in besides `PATH`; `*` stands for one folder name, the highest version wins.
    pub(super) folders: &'static [&'static str],
    /// How it gets onto a Debian machine.
    pub(super) debian: Debian,
    /// What to install on other machines.
    pub(super) advice: &'static str,
    /// Accounts to run it as when this program runs as root, the first that exists.
    pub(super) accounts: &'static [&'static str],
    /// Fills the instance's empty data folder.
    pub(super) initialise: fn(&Instance, &Programs) -> Result<()>,
    /// The server in the foreground.
    pub(super) command: fn(&Instance, &Programs) -> Command,
    /// Whether it accepts work. Called many times while it starts.
    pub(super) is_ready: fn(&Instance) -> bool,
    /// The value of `variable`.
    pub(super) url: fn(&Instance) -> String,
    /// The signal that ends it quickly and in order.
    pub(super) stop_signal: Signal,
}

/// How a service is installed on Debian without its own instance being started.
pub(super) struct Debian {
    /// Installed first, so that `settings` finds its files.
    pub(super) base_packages: &'static [&'static str],
    /// A shell line, run as root between the two.
    pub(super) settings: &'static str,
    /// Installed last.
    pub(super) packages: &'static [&'static str],
}
