//! Log lines on standard error.

use std::io::{self, IsTerminal as _};
use std::panic::{self, PanicHookInfo};

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// Starts logging: `filter` as in the configuration, already checked there.
///
/// # Errors
///
/// When something else in the process has started it.
pub fn start(filter: &str, format: LogFormat) -> Result<()> {
    // Before the operator's own directives, which win: the store says itself, in one line, that it brought its tables up to date.
    // What MCP servers say isn't for a log: it may be anything.
    let filter = format!("sea_orm_migration=warn,rmcp=off,process_wrap=off,{filter}");
    let filter = EnvFilter::try_new(filter).context("the log filter can't be read")?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => {
            let has_colors = io::stderr().is_terminal() && console::colors_enabled_stderr();
            builder.with_ansi(has_colors).finish().try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init(),
    }
    .context("logging can't be started")?;
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Says where the program panicked. What it said there is left out: a panic over text quotes the text, which may be a question, a row
/// or a secret.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    tracing::error!(code.place = place, "a fault of the program: a panic");
}
