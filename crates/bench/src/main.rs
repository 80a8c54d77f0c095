//! `wenshu-bench`: measures a release build over loopback. Started by `cargo xtask bench`.
//!
//! Each figure is told as it is and as a ratio to a bare axum server that is measured in the same run on the same machine, so
//! that the machine's noise cancels. The load generator shares the machine with what it measures, so it is kept light.

mod client;
mod console;
mod datasets;
mod figures;
mod hello;
mod lateness;
mod load;
mod model;
mod product;
mod relay;
mod report;
mod server;
mod streaming;
mod streams;
mod system;
mod wire;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use figures::{Measurement, Sizes};

/// Measures a server over loopback.
#[derive(Parser)]
#[command(name = "wenshu-bench")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The baseline: a bare axum server that answers `hello`, until it is ended
    Hello,
    /// A scripted model with OpenAI's wire format, until it is ended
    Model {
        /// How long the paced reply lasts
        #[arg(long, default_value_t = 10)]
        paced_seconds: u64,
    },
    /// The baseline of streaming: passes a model's stream on and keeps nothing, until it is ended
    Relay {
        /// The model's base URL, with `/v1`
        #[arg(long)]
        model: String,
    },
    /// Start the servers, load them, print and write the figures
    Measure {
        /// The `wenshu` binary
        #[arg(long)]
        server: PathBuf,
        /// How long each load lasts
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=120))]
        seconds: u64,
        /// Streams that are open at once
        #[arg(long, default_value_t = 2_000)]
        streams: usize,
        /// Megabytes of the file that is uploaded as a dataset
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
        dataset_megabytes: u64,
        /// DataFusion's command line, which datasets are measured beside
        #[arg(long)]
        datafusion_cli: Option<PathBuf>,
        /// Only these figures
        #[arg(long, value_enum)]
        only: Vec<Measurement>,
        /// The document whose table is written by a full run
        #[arg(long)]
        report: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match execute(CommandLine::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> Result<()> {
    match command {
        Command::Hello => tokio::runtime::Runtime::new()?.block_on(hello::serve()),
        Command::Model { paced_seconds } => {
            // One thread: it shares the machine with what it is asked by.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(model::serve(Duration::from_secs(paced_seconds)))
        }
        Command::Relay { model } => tokio::runtime::Runtime::new()?.block_on(relay::serve(&model)),
        Command::Measure { server, seconds, streams, dataset_megabytes, datafusion_cli, only, report } => {
            // One thread: what the generator takes is missing on the other side.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            // The server runs in a folder of its own, where a relative path would mean something else.
            let server =
                server.canonicalize().with_context(|| format!("`{}` not found", server.display()))?;
            let wanted = if only.is_empty() { Measurement::ALL.to_vec() } else { only.clone() };
            let sizes = Sizes { length: Duration::from_secs(seconds), streams, dataset_megabytes };
            let figures =
                runtime.block_on(figures::measure(&server, datafusion_cli.as_deref(), &sizes, &wanted))?;
            for line in report::table(&figures).lines() {
                console::say(line);
            }
            match report {
                Some(path) if only.is_empty() => report::write(&path, &figures),
                _ => Ok(()),
            }
        }
    }
}
