//! `cargo xtask schemathesis`: the real server, and a program that none of us wrote looking for answers that the contracts'
//! documents don't have.
//!
//! `xtask/python/schemathesis` says how: what is checked, who calls, and what each exclusion is for.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail};
use clap::{Args, builder::PossibleValuesParser};

use crate::{console, process, python, workspace};

/// The contracts that are checked: as `wenshu openapi` calls them.
const CONTRACTS: [&str; 5] = ["querygpt", "aideer", "chat-app", "stock-bi", "wenshu"];

const SCHEMATHESIS: python::Environment =
    python::Environment { name: "schemathesis", requirements: include_str!("../python/schemathesis.txt") };

/// What `cargo xtask schemathesis` takes.
#[derive(Args)]
pub struct SchemathesisArguments {
    /// Only these contracts; all of them without
    #[arg(value_parser = PossibleValuesParser::new(CONTRACTS))]
    contracts: Vec<String>,
    /// More arguments for `schemathesis run`, after `--`
    #[arg(last = true)]
    more: Vec<String>,
}

/// Builds the server and checks the contracts one after the other, each on a server and a folder of its own.
///
/// # Errors
/// When the build fails, schemathesis can't be installed, or a contract fails; all are checked before that is said.
pub fn run(arguments: &SchemathesisArguments) -> Result<()> {
    let chosen = arguments.contracts.iter().map(String::as_str);
    let contracts: Vec<&str> =
        if arguments.contracts.is_empty() { CONTRACTS.to_vec() } else { chosen.collect() };
    check(&contracts, &arguments.more)
}

/// All contracts.
///
/// # Errors
/// As `run`.
pub fn run_all() -> Result<()> {
    check(&CONTRACTS, &[])
}

fn check(contracts: &[&str], more: &[String]) -> Result<()> {
    let root = workspace::root()?;
    // With the whole workspace selected, features are resolved as for the tests: what those have compiled is used again.
    process::succeed(workspace::cargo(&root).args(["build", "--workspace", "--bin", "wenshu"]))?;
    let target = workspace::target_folder(&root);
    let installed = python::environment(&SCHEMATHESIS)?;
    let server = target.join("debug/wenshu");
    let mut failed = Vec::new();
    for contract in contracts {
        let begin = Instant::now();
        let folder = empty_folder(&target.join("schemathesis").join(contract))?;
        let mut program = Command::new(installed.programs().join("python"));
        program.arg(root.join("xtask/python/schemathesis/run.py"));
        program.arg(&server).arg(contract).arg(&folder).args(more);
        // Nothing is written beside the sources.
        program.env("PYTHONDONTWRITEBYTECODE", "1");
        let status = process::wait_for(&mut program)?;
        console::say(&format!("schemathesis {contract}: {status} ({:.1} s)", begin.elapsed().as_secs_f64()));
        if !status.success() {
            failed.push(*contract);
        }
    }
    if !failed.is_empty() {
        bail!("answers are not as documented, see above: {}", failed.join(", "));
    }
    Ok(())
}

/// This folder with nothing in it, as a path that holds from anywhere.
fn empty_folder(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("`{}` can't be removed", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("`{}` can't be made", folder.display()))?;
    folder.canonicalize().with_context(|| format!("`{}` can't be found", folder.display()))
}
