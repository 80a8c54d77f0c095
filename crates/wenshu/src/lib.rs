#![doc = include_str!("../README.md")]
//!
//! Reading order: [`cli`] is what can be said, [`config`] what the program runs with, [`serve`] and [`ask`] the two things it
//! is for.

pub mod admin;
pub mod ask;
pub mod cli;
pub mod config;
pub mod console;
pub mod demo;
pub mod doctor;
pub mod exit;
pub mod folder;
pub mod keyfile;
pub mod logging;
pub mod metrics;
pub mod open_files;
pub mod page;
pub mod serve;
pub mod signals;
pub mod texts;

use std::io;

use anyhow::Result;
use clap::Parser as _;
use wenshu_answer::Language;
use wenshu_core::AppError;
use wenshu_store::Store;

use crate::cli::{Cli, Command, ConfigCommand};
use crate::config::reference;
use crate::exit::Exit;
use crate::texts::Texts;

/// What the commands that only visit log when nothing else is configured: a person at a terminal wants the answer.
const QUIET: &str = "warn";

/// Runs the program on this process' command line, environment and terminal.
pub fn run() -> Exit {
    let language = console::language_of_environment(|name| std::env::var(name).ok());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too. When nobody listens any more, that is no failure.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    match command(&cli, language) {
        Ok(exit) => exit,
        Err(error) if is_closed_pipe(&error) => Exit::Done,
        Err(error) => {
            say(&error, language);
            if error.is::<config::Faults>() { Exit::Configuration } else { Exit::Failed }
        }
    }
}

fn command(cli: &Cli, language: Language) -> Result<Exit> {
    if let Command::Config(what) = cli.command {
        console::out(&match what {
            ConfigCommand::Reference => reference::markdown(),
            ConfigCommand::Example => reference::example(),
        })?;
        return Ok(Exit::Done);
    }
    if let Command::Openapi(arguments) = &cli.command {
        console::out(&format!("{}\n", wenshu_contracts::openapi(arguments.contract)))?;
        return Ok(Exit::Done);
    }
    let loaded = config::load_process(cli.config.as_deref(), cli.settings())?;
    let config = &loaded.config;
    let filter = match (&cli.command, loaded.is_default("log")) {
        (Command::Serve(_), _) | (_, false) => &config.log,
        _ => QUIET,
    };
    logging::start(filter, config.log_format)?;
    match &cli.command {
        Command::Serve(_) => serve::run(loaded.config, language),
        Command::Ask(arguments) => visit()?.block_on(ask::run(arguments, config, language)),
        Command::Admin(command) => visit()?.block_on(admin::run(command, config, language)),
        Command::Migrate => visit()?.block_on(migrate(config, language)),
        Command::Doctor(arguments) => visit()?.block_on(doctor::run(arguments, &loaded, language)),
        Command::Config(_) | Command::Openapi(_) => Ok(Exit::Done),
    }
}

/// A runtime for commands that do one thing and end.
fn visit() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

async fn migrate(config: &config::Config, language: Language) -> Result<Exit> {
    if matches!(config.store, config::StorePlace::Sqlite(_)) {
        folder::prepare(&config.data_dir)?;
    }
    // Opening does it.
    Store::open(&config.store_settings()).await?.close().await;
    console::out(&format!("{}\n", Texts(language).migrated(&config.store.to_string())))?;
    Ok(Exit::Done)
}

/// Says why the program ends: what happened, and what led to it.
fn say(error: &anyhow::Error, language: Language) {
    let mut lines = Vec::new();
    for cause in error.chain() {
        let line = match cause.downcast_ref::<AppError>() {
            Some(refused) => {
                let fields = refused.fields().iter();
                let fields: Vec<String> = fields
                    .map(|fault| format!("`{}`: {}", fault.field, fault.text.in_language(language)))
                    .collect();
                if fields.is_empty() {
                    refused.text().in_language(language).to_owned()
                } else {
                    fields.join("\n")
                }
            }
            None => cause.to_string(),
        };
        // Errors that quote their cause would say it twice.
        if !lines.last().is_some_and(|last: &String| last.contains(&line)) {
            lines.push(line);
        }
    }
    console::say(&format!("{} {}", Texts(language).error(), lines.join("\n  ← ")));
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
