//! Installs a service that is missing, where that is possible without asking: Debian, as root or with passwordless sudo.

use std::{
    io,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use super::{
    account,
    find::{Programs, find},
    service::Service,
};
use crate::{console, process, workspace};

/// The service's programs, installed first if need be.
pub(super) fn programs(service: &Service) -> Result<Programs> {
    if let Some(programs) = find(service) {
        return Ok(programs);
    }
    let missing = service.programs.join("`, `");
    let is_debian = Path::new("/etc/debian_version").is_file() && workspace::has_program("apt-get");
    if !is_debian {
        bail!("`{missing}` not found: {}", service.advice);
    }
    let as_root: &[&str] = if account::number(&["-u"])? == 0 {
        &[]
    } else if may_sudo() {
        &["sudo", "-n"]
    } else {
        let packages = service.debian.packages.join(" ");
        bail!("`{missing}` not found: `sudo apt-get install --no-install-recommends {packages}`");
    };
    console::say(&format!("`{missing}` not found: installing {} with apt-get", service.name));
    install(service, as_root)
        .with_context(|| format!("{} can't be installed; {}", service.name, service.advice))?;
    find(service).with_context(|| format!("`{missing}` not found after installing; {}", service.advice))
}

fn install(service: &Service, as_root: &[&str]) -> Result<()> {
    // Another package manager may be at work, as on a machine that has just started: wait for it.
    let wait = ["-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold"];
    let apt = |arguments: &[&str]| privileged(as_root, "apt-get", &[&wait, arguments].concat());
    apt(&["-q", "update"])?;
    let install = ["-q", "-y", "--no-install-recommends", "install"];
    apt(&[&install, service.debian.base_packages].concat())?;
    privileged(as_root, "sh", &["-c", service.debian.settings])?;
    apt(&[&install, service.debian.packages].concat())
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
