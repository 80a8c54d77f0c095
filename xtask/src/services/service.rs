//! What has to be known about a service to run a private instance of it.

use std::process::Command;

use anyhow::Result;
use nix::sys::signal::Signal;

use super::{find::Programs, instance::Instance};
use crate::{debian::Packages, node, python};

/// A kind of service. Everything that differs between PostgreSQL and the next one is here.
pub(super) struct Service {
    /// Short name: of the command line, the state file and the data folder.
    pub(super) name: &'static str,
    /// The environment variable that tells the tests where it is.
    pub(super) variable: &'static str,
    /// Where its programs come from.
    pub(super) origin: Origin,
    /// Accounts to run it as when this program runs as root, the first that exists; none where root is as good.
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

/// Where a service's programs come from.
pub(super) enum Origin {
    /// Programs of the system.
    System(System),
    /// A private environment with packages from PyPI, made when it is missing.
    Python(python::Environment),
    /// A private folder with packages from npm, made when it is missing; Node.js itself is the system's.
    Node(node::Environment),
}

/// Programs of the system, and how they get there.
pub(super) struct System {
    /// The programs that are needed, all from one folder.
    pub(super) programs: &'static [&'static str],
    /// Folders to look in besides `PATH`; `*` stands for one folder name, the highest version wins.
    pub(super) folders: &'static [&'static str],
    /// How they get onto a Debian machine without an instance of their own being started.
    pub(super) debian: Packages,
    /// What to install on other machines.
    pub(super) advice: &'static str,
}
