//! `cargo xtask test`: everything that checks the project, in one order, for people and for CI alike.

use std::{env, path::Path, process::Command, time::Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{console, process, schemathesis, services, tidy, web, workspace};

/// What `cargo xtask test` takes.
#[derive(Args)]
pub struct TestArguments {
    /// Run only the tests whose names contain one of these, with services and without the other checks
    filters: Vec<String>,
    /// Run only this step; can be given several times
    #[arg(long, value_enum)]
    only: Vec<Step>,
}

/// One step of the check, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Step {
    /// `cargo fmt --all --check`
    Format,
    /// `cargo xtask tidy`
    Tidy,
    /// `cargo clippy` on everything, warnings fail
    Lint,
    /// All tests, with real services
    Tests,
    /// `cargo xtask schemathesis`
    Schemathesis,
    /// The web page, built and tried in a browser, when Node.js is installed
    Web,
    /// `cargo deny check`, when cargo-deny is installed
    Deny,
}

impl Step {
    const ALL: [Self; 7] =
        [Self::Format, Self::Tidy, Self::Lint, Self::Tests, Self::Schemathesis, Self::Web, Self::Deny];

    fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Tidy => "tidy",
            Self::Lint => "lint",
            Self::Tests => "tests",
            Self::Schemathesis => "schemathesis",
            Self::Web => "web",
            Self::Deny => "deny",
        }
    }

    fn what_to_do(self) -> &'static str {
        match self {
            Self::Format => "run `cargo fmt --all`, then",
            Self::Tidy | Self::Lint | Self::Tests | Self::Schemathesis | Self::Web | Self::Deny => {
                "this step alone:"
            }
        }
    }

    fn run(self, root: &Path, filters: &[String]) -> Result<()> {
        match self {
            Self::Format => process::succeed(workspace::cargo(root).args(["fmt", "--all", "--check"])),
            Self::Tidy => tidy::run(),
            Self::Lint => process::succeed(workspace::cargo(root).args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "--deny",
                "warnings",
            ])),
            Self::Tests => {
                let mut command = test_command(root, filters);
                services::with_services(|variables| process::succeed(command.envs(variables)))
            }
            Self::Schemathesis => schemathesis::run_all(),
            Self::Web => web::test_if_possible(root),
            Self::Deny => deny(root),
        }
    }
}

/// Runs the steps one after the other and stops at the first that fails.
///
/// # Errors
/// When a step fails; the message says how to run just that step again.
pub fn test(arguments: &TestArguments) -> Result<()> {
    let root = workspace::root()?;
    let steps = if !arguments.only.is_empty() {
        Step::ALL.into_iter().filter(|step| arguments.only.contains(step)).collect()
    } else if arguments.filters.is_empty() {
        Step::ALL.to_vec()
    } else {
        vec![Step::Tests]
    };
    let begin = Instant::now();
    let mut times = Vec::new();
    for step in steps {
        console::say(&format!("── {} ──", step.name()));
        let step_begin = Instant::now();
        step.run(&root, &arguments.filters).with_context(|| {
            format!("step `{}` ({} `cargo xtask test --only {0}`)", step.name(), step.what_to_do())
        })?;
        times.push(format!("{} {:.1} s", step.name(), step_begin.elapsed().as_secs_f64()));
    }
    console::say(&format!(
        "all checks passed in {:.1} s ({})",
        begin.elapsed().as_secs_f64(),
        times.join(", ")
    ));
    Ok(())
}

/// The test runner that the machine has. Its own output and summary stay visible; all failures are wanted, not the first.
fn test_command(root: &Path, filters: &[String]) -> Command {
    let mut command = workspace::cargo(root);
    if workspace::has_program("cargo-nextest") {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        console::say("cargo-nextest isn't installed: running `cargo test` (slower, same tests)");
        command.args(["test", "--workspace", "--no-fail-fast"]);
    }
    if !filters.is_empty() {
        command.arg("--").args(filters);
    }
    if env::var_os("RUST_BACKTRACE").is_none() {
        command.env("RUST_BACKTRACE", "1");
    }
    command
}

fn deny(root: &Path) -> Result<()> {
    if !workspace::has_program("cargo-deny") {
        console::say(
            "cargo-deny isn't installed: licences and bans were not checked (`cargo install cargo-deny`)",
        );
        return Ok(());
    }
    if !root.join("deny.toml").is_file() {
        bail!("`deny.toml` is missing");
    }
    process::succeed(workspace::cargo(root).args(["deny", "check", "bans", "licenses", "sources"]))
}
