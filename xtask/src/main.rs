//! `cargo xtask …`: reads the command line and calls the library.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{bench, check, console, process, run, schemathesis, services, tidy, web};

/// The developer's commands of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build and start the server with the demo database on http://127.0.0.1:8000
    Run(run::RunArguments),
    /// Run everything that checks the project: format, tidy, lints, all tests with real services
    Test(check::TestArguments),
    /// Private throw-away instances of the real databases that tests use
    #[command(subcommand)]
    Services(services::ServicesCommand),
    /// Check the answers of the real server against the contracts' OpenAPI documents
    Schemathesis(schemathesis::SchemathesisArguments),
    /// Check what the compiler does not: layout, dependencies between crates, forbidden patterns
    Tidy,
    /// Build the web page into web/dist; needs Node.js
    Web(web::WebArguments),
    /// Measure release builds over loopback and write docs/performance.md
    Bench(bench::BenchArguments),
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    let outcome = process::watch_signals().and_then(|()| match command_line.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Test(arguments) => check::test(&arguments),
        Command::Services(command) => services::execute(&command),
        Command::Schemathesis(arguments) => schemathesis::run(&arguments),
        Command::Tidy => tidy::run(),
        Command::Web(arguments) => web::web(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
