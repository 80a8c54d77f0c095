//! Private throw-away instances of real services for the tests: `cargo xtask services`.
//!
//! Each checkout has its own: a port chosen by the system, a data folder of its own, a random password, reachable from this
//! machine alone. A new service is one more `Service` value in `ALL`.

mod account;
mod certificate;
mod clickhouse;
mod find;
mod install;
mod instance;
mod lifecycle;
mod litellm;
mod mariadb;
mod mcp;
mod moto;
mod postgres;
mod service;

use std::{path::Path, process::Command};

use anyhow::{Context, Result};
use clap::{Subcommand, builder::PossibleValuesParser};

use crate::{console, process, workspace};
use lifecycle::{Lifetime, Services};
use service::Service;

/// Every service that tests need.
const ALL: &[&Service] = &[
    &postgres::POSTGRES,
    &mariadb::MARIADB,
    &clickhouse::CLICKHOUSE,
    &litellm::LITELLM,
    &mcp::PYTHON,
    &mcp::NODE,
    &moto::MOTO,
];

/// What `cargo xtask services` can do.
#[derive(Subcommand)]
pub enum ServicesCommand {
    /// Start what isn't running, leave it running, and print its addresses as shell lines (`eval "$(…)"`)
    Up {
        /// Only these; all of them without
        #[arg(value_parser = names())]
        names: Vec<String>,
    },
    /// Stop what this checkout started and remove its data
    Down,
    /// Show what is running
    Status,
    /// Run a command with the services' addresses in its environment; stop what was started for it
    Run {
        /// The command, after `--`
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

/// Executes one of the commands for the checkout that this program was started in.
///
/// # Errors
/// When a service is missing and can't be installed, doesn't start, or the command that was run fails.
pub fn execute(command: &ServicesCommand) -> Result<()> {
    match command {
        ServicesCommand::Up { names } => {
            let services = Services::of(&workspace::root()?)?;
            for (name, url) in services.up(&select(names), Lifetime::UntilDown)? {
                console::answer(&format!("export {name}='{url}'"));
            }
            Ok(())
        }
        ServicesCommand::Down => {
            let stopped = Services::of(&workspace::root()?)?.down(ALL)?;
            console::say(&if stopped.is_empty() {
                "nothing was running".to_owned()
            } else {
                format!("stopped {}", stopped.join(", "))
            });
            Ok(())
        }
        ServicesCommand::Status => {
            for line in Services::of(&workspace::root()?)?.status(ALL) {
                console::answer(&line);
            }
            Ok(())
        }
        ServicesCommand::Run { command } => with_services(|variables| {
            let (program, arguments) = command.split_first().context("a command is needed after `--`")?;
            let mut command = Command::new(program);
            // It may be cargo.
            workspace::forget_own(&mut command);
            process::succeed(command.args(arguments).envs(variables))
        }),
    }
}

/// Starts what isn't running, calls `work` with the environment variables that name the services, and stops what was started
/// for it: after a failure and after ctrl-c too.
///
/// # Errors
/// What `work` answers, and when a service can't be started or stopped.
pub fn with_services(work: impl FnOnce(Vec<(&'static str, String)>) -> Result<()>) -> Result<()> {
    with_services_of(&workspace::root()?, &[], work)
}

/// `with_services` for the checkout at `root`, and only for the services of these names when there are any.
///
/// # Errors
/// As `with_services`.
pub fn with_services_of(
    root: &Path,
    names: &[String],
    work: impl FnOnce(Vec<(&'static str, String)>) -> Result<()>,
) -> Result<()> {
    let services = Services::of(root)?;
    let usage = services.begin_use()?;
    let outcome = services.up(&select(names), Lifetime::WhileUsed).and_then(work);
    let release = services.end_use(usage, ALL);
    outcome.and(release)
}

fn select(names: &[String]) -> Vec<&'static Service> {
    let is_wanted = |service: &&Service| names.is_empty() || names.iter().any(|name| name == service.name);
    ALL.iter().copied().filter(is_wanted).collect()
}

fn names() -> PossibleValuesParser {
    ALL.iter().map(|service| service.name).collect::<Vec<_>>().into()
}
