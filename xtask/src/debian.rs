//! Puts programs onto a Debian machine, where that is possible without asking: as root or with passwordless sudo.

use std::{
    io,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{console, process, workspace};

/// What has to be installed so that a program is there, and nothing is started by installing it.
pub(crate) struct Packages {
    /// Installed first, so that `settings` finds its files; may be none.
    pub(crate) base: &'static [&'static str],
    /// A shell line, run as root between the two; may be empty.
    pub(crate) settings: &'static str,
    /// Installed last.
    pub(crate) packages: &'static [&'static str],
}

/// Installs packages with apt-get.
///
/// # Errors
/// With `advice` when this is no Debian machine or apt-get fails; with the command to type when this program may not install.
pub(crate) fn install(packages: &Packages, advice: &str) -> Result<()> {
    let is_debian = Path::new("/etc/debian_version").is_file() && workspace::has_program("apt-get");
    if !is_debian {
        bail!("{advice}");
    }
    let names = packages.packages.join(" ");
    let as_root: &[&str] = if process::is_root()? {
        &[]
    } else if may_sudo() {
        &["sudo", "-n"]
    } else {
        bail!("`sudo apt-get install --no-install-recommends {names}`");
    };
    console::say(&format!("installing {names} with apt-get"));
    install_as(as_root, packages).with_context(|| format!("{names} can't be installed; {advice}"))
}

fn install_as(as_root: &[&str], packages: &Packages) -> Result<()> {
    // Another package manager may be at work, as on a machine that has just started: wait for it.
    let wait = ["-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold"];
    let apt = |arguments: &[&str]| privileged(as_root, "apt-get", &[&wait, arguments].concat());
    apt(&["-q", "update"])?;
    let install = ["-q", "-y", "--no-install-recommends", "install"];
    if !packages.base.is_empty() {
        apt(&[&install, packages.base].concat())?;
    }
    if !packages.settings.is_empty() {
        privileged(as_root, "sh", &["-c", packages.settings])?;
    }
    apt(&[&install, packages.packages].concat())
}

fn privileged(as_root: &[&str], program: &str, arguments: &[&str]) -> Result<()> {
    // `env` since sudo drops the caller's variables.
    let words = [as_root, &["env", "DEBIAN_FRONTEND=noninteractive", program], arguments].concat();
    let (first, rest) = words.split_first().context("a command has at least one word")?;
    // stdout belongs to the addresses that `services up` prints.
    process::succeed(Command::new(first).args(rest).stdin(Stdio::null()).stdout(io::stderr()))
}

fn may_sudo() -> bool {
    Command::new("sudo")
        .args(["-n", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
