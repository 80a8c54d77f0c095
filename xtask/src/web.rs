//! The web page: how it is built, and how it is checked in a real browser.
//!
//! Node.js is the only thing that it needs beside Rust. Without it the server is built and tested all the same, and says at `/` that
//! it has no page.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{console, debian, process, services, workspace};

/// What `cargo xtask web` takes.
#[derive(Args)]
pub struct WebArguments {
    /// Check it too: types, logic, and the whole page in a browser against the server
    #[arg(long)]
    test: bool,
}

/// The oldest Node.js that the page's tools run on, as its `package.json` says.
const NODE: (u32, u32) = (20, 19);

const NO_NODE: &str = "Node.js 20.19 or newer isn't installed; the web page needs it to be built";

/// The browser that the page is tested in.
const BROWSER: &str = "chromium";
const BROWSER_PACKAGES: debian::Packages =
    debian::Packages { base: &[], settings: "", packages: &[BROWSER, "fonts-noto-cjk"] };

/// Builds the page into `web/dist`, and checks it if that is asked for.
///
/// # Errors
/// When Node.js is missing, or a step fails.
pub fn web(arguments: &WebArguments) -> Result<()> {
    if !has_node() {
        bail!("{NO_NODE}");
    }
    let root = workspace::root()?;
    build(&root)?;
    if arguments.test { test(&root) } else { Ok(()) }
}

/// Builds the page where that is possible and says so where it isn't.
///
/// # Errors
/// When Node.js is there and the build fails.
pub fn build_if_possible(root: &Path) -> Result<()> {
    if has_node() {
        return build(root);
    }
    console::say(&format!("{NO_NODE}: `/` will say how to build it"));
    Ok(())
}

/// Checks the page where that is possible: its types, its logic, its API types against the server's documents, and all of it in a
/// browser.
///
/// # Errors
/// When Node.js is there and a check fails.
pub fn test_if_possible(root: &Path) -> Result<()> {
    if has_node() {
        build(root)?;
        return test(root);
    }
    console::say(&format!("{NO_NODE}: the page was not checked"));
    Ok(())
}

fn build(root: &Path) -> Result<()> {
    install(root)?;
    console::say("building the web page");
    process::succeed(&mut npm(root, &["run", "build"]))
}

fn test(root: &Path) -> Result<()> {
    if !workspace::has_program(BROWSER) {
        debian::install(&BROWSER_PACKAGES, "install Chromium: the page is tested in it")?;
    }
    process::succeed(workspace::cargo(root).args([
        "build",
        "--workspace",
        "--bin",
        "wenshu",
        "--bin",
        "scripted-model",
    ]))?;
    let binaries = workspace::target_folder(root).join("debug");
    // A database that a connection is made to, as somebody at the page would.
    services::with_services_of(root, &["postgres".to_owned()], |variables| {
        for script in ["form", "drift", "test", "e2e"] {
            let mut command = npm(root, &["run", script]);
            command
                .env("WENSHU_BINARY", binaries.join("wenshu"))
                .env("WENSHU_SCRIPTED_MODEL", binaries.join("scripted-model"))
                .envs(variables.iter().cloned());
            process::succeed(&mut command)?;
        }
        Ok(())
    })
}

/// Installs what the lock file says, unless that is what is there.
fn install(root: &Path) -> Result<()> {
    let folder = root.join("web");
    let lock = fs::read(folder.join("package-lock.json")).context("`web/package-lock.json` can't be read")?;
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    console::say("installing what the web page is built with");
    process::succeed(&mut npm(root, &["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&installed, lock).with_context(|| format!("`{}` can't be written", installed.display()))
}

fn npm(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(root.join("web")).args(arguments);
    command
}

/// Whether there is a Node.js that is new enough, with npm.
pub(crate) fn has_node() -> bool {
    let Ok(output) = Command::new("node").arg("--version").output() else { return false };
    workspace::has_program("npm") && is_new_enough(&String::from_utf8_lossy(&output.stdout))
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= NODE,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn old_versions_are_as_good_as_none() {
        for version in ["v20.19.0\n", "v20.20.2", "v22.0.0", "v24.1.3"] {
            assert!(is_new_enough(version), "{version}");
        }
        for version in ["v18.20.4", "v20.18.9", "", "node"] {
            assert!(!is_new_enough(version), "{version}");
        }
    }
}
