//! `wenshu doctor`: the configuration that holds, and whether what it needs is there.
//!
//! It makes nothing: folders and files that the first start would make are said to be missing. A store that is there is opened,
//! which brings its tables up to date.

use std::sync::Arc;

use anyhow::Result;
use futures::StreamExt as _;
use serde::Serialize;
use tokio::net::TcpListener;
use wenshu_answer::{
    AnswerError, Language, ModelConnector as _, ModelError, ModelSettings, Prompt, PromptMessage, Speaker,
};
use wenshu_core::clock::{Clock as _, SystemClock};
use wenshu_core::tools::{QuotesFound, QuotesTable, Tools};
use wenshu_core::{App, OperatorModel};
use wenshu_models::{Connector, ModelTimes};
use wenshu_store::Store;
use wenshu_tools::McpServers;

use crate::cli::{DoctorArguments, DoctorFormat};
use crate::config::{Config, EffectiveSetting, Loaded, StorePlace, effective};
use crate::console::{self, Look, visible};
use crate::exit::Exit;
use crate::folder::ServerLock;
use crate::{demo, keyfile};

/// Everything that was looked at.
#[derive(Debug, Serialize)]
struct Report {
    version: &'static str,
    settings: Vec<EffectiveSetting>,
    checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    state: State,
    /// What was found, and what to do about it.
    detail: String,
}

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// It works.
    Ok,
    /// It works, but somebody should look at it.
    Warning,
    /// It doesn't work.
    Broken,
}

/// Looks at everything; the exit code says whether something is broken.
///
/// # Errors
///
/// When standard output is closed.
pub async fn run(arguments: &DoctorArguments, loaded: &Loaded, language: Language) -> Result<Exit> {
    let config = &loaded.config;
    let is_running = ServerLock::is_taken(&config.data_dir);
    let mut checks = vec![
        data_folder(config, is_running),
        key(config),
        store(config).await,
        demo_database(config),
        model(config).await,
        time_zone(config),
        address(config, is_running).await,
    ];
    checks.extend(mcp_servers(config).await);
    checks.extend(quotes(config).await);
    checks.extend(debug(config));
    let is_broken = checks.iter().any(|check| check.state == State::Broken);
    let report = Report { version: env!("CARGO_PKG_VERSION"), settings: effective(&loaded.raw), checks };
    console::out(&match arguments.format {
        DoctorFormat::Json => serde_json::to_string_pretty(&report)? + "\n",
        DoctorFormat::Text => text(&report, Look::of_stdout(language)),
    })?;
    Ok(if is_broken { Exit::Failed } else { Exit::Done })
}

fn check(name: &'static str, state: State, detail: impl Into<String>) -> Check {
    Check { name, state, detail: detail.into() }
}

fn data_folder(config: &Config, is_running: bool) -> Check {
    let path = config.data_dir.display();
    let name = "data folder";
    if !config.data_dir.exists() {
        return check(name, State::Ok, format!("`{path}` isn't there yet; `wenshu serve` makes it"));
    }
    // Writing is the only test that knows about read-only mounts, quotas and access lists.
    match tempfile::Builder::new().prefix(".doctor-").tempfile_in(&config.data_dir) {
        Ok(_) if is_running => check(name, State::Ok, format!("`{path}` is writable; a server is using it")),
        Ok(_) => check(name, State::Ok, format!("`{path}` is writable; no server is using it")),
        Err(error) => check(
            name,
            State::Broken,
            format!("`{path}` can't be written: {error}; change its owner or choose another with --data-dir"),
        ),
    }
}

fn key(config: &Config) -> Check {
    let name = "secret key";
    if config.secret_key.is_some() {
        return check(name, State::Ok, "configured");
    }
    let file = config.key_file();
    let path = file.display();
    match keyfile::read(&file) {
        Err(error) => check(name, State::Broken, format!("{error:#}")),
        Ok(None) => check(name, State::Ok, format!("`{path}` isn't there yet; the first start makes it")),
        Ok(Some(_)) => match keyfile::is_readable_by_others(&file) {
            Ok(false) => check(name, State::Ok, format!("`{path}` is readable by its owner alone")),
            Ok(true) => {
                check(name, State::Broken, format!("`{path}` can be read by others; do `chmod 600 {path}`"))
            }
            Err(error) => check(name, State::Broken, format!("`{path}`: {error}")),
        },
    }
}

async fn store(config: &Config) -> Check {
    let name = "store";
    if let StorePlace::Sqlite(path) = &config.store
        && !path.exists()
    {
        return check(
            name,
            State::Ok,
            format!("`{}` isn't there yet; the first start makes it", config.store),
        );
    }
    let store = match Store::open(&config.store_settings()).await {
        Ok(store) => store,
        Err(error) => {
            return check(name, State::Broken, format!("`{}`: {}", config.store, with_causes(&error)));
        }
    };
    let found = match store.ping().await {
        Ok(()) => check(name, State::Ok, format!("`{}` answers, and its tables are current", config.store)),
        Err(error) => check(name, State::Broken, format!("`{}`: {}", config.store, with_causes(&error))),
    };
    store.close().await;
    found
}

fn demo_database(config: &Config) -> Check {
    let name = "demo database";
    if !config.demo {
        return check(name, State::Ok, "off");
    }
    let file = config.demo_file();
    let path = file.display();
    match wenshu_demo::last_day(&file) {
        Ok(Some(day)) => check(name, State::Ok, format!("`{path}` has dates up to {day}")),
        Ok(None) => check(name, State::Ok, format!("`{path}` isn't there yet; the next start makes it")),
        Err(error) => {
            check(name, State::Warning, format!("{}; the next start makes it anew", with_causes(&error)))
        }
    }
}

/// Whether the configured model answers: it is asked for a word.
async fn model(config: &Config) -> Check {
    let name = "model";
    let Some(OperatorModel { settings, .. }) = config.models.first() else {
        return check(name, State::Ok, "none is configured; the built-in engine answers");
    };
    let place = settings.base_url.as_deref().unwrap_or("the provider's own address");
    let called = format!("`{}` at {place}", settings.model_id);
    match ask_model(config, settings).await {
        Ok(()) => check(name, State::Ok, format!("{called} answers")),
        Err(error) => check(
            name,
            State::Warning,
            format!("{called}: {}", AnswerError::model(error, Language::En).message),
        ),
    }
}

async fn ask_model(config: &Config, settings: &ModelSettings) -> Result<(), ModelError> {
    let times = ModelTimes { requests: 1, ..config.model_times.clone() };
    let model = Connector::new(times, || SystemClock.now())?.connect(settings)?;
    let message = PromptMessage::new(Speaker::User, "Reply with the word ok.");
    let prompt = Prompt { messages: vec![message], is_trial: true, ..Prompt::default() };
    let mut reply = model.reply(prompt).await?;
    reply.parts.next().await.transpose().map(drop)
}

/// Whether the MCP servers can be used: they are opened and asked what they offer.
async fn mcp_servers(config: &Config) -> Vec<Check> {
    let name = "MCP server";
    let servers = match McpServers::new(config.mcp.clone(), config.mcp_times) {
        Ok(servers) => servers,
        Err(error) => return vec![check(name, State::Broken, with_causes(&error))],
    };
    let looked = servers.look().await;
    servers.shut_down().await;
    let checks = looked.into_iter().map(|(server, found)| match found {
        Ok(tools)
            if config.quotes_server.as_ref() == Some(&server)
                && !tools.iter().any(|tool| Tools::has_quotes(tool)) =>
        {
            let detail = format!(
                "`{server}` answers, but offers none of the tools that have quotes, for which `quotes_server` names it"
            );
            check(name, State::Warning, detail)
        }
        Ok(tools) => {
            let count = tools.len();
            check(name, State::Ok, format!("`{server}` answers; tools that it offers: {count}"))
        }
        Err(why) => check(name, State::Warning, format!("`{server}`: {why}")),
    });
    checks.collect()
}

/// Whether the quotes that are configured can be used; nothing is said where none are.
async fn quotes(config: &Config) -> Option<Check> {
    let name = "quotes";
    if config.quotes == QuotesTable::default() || config.quotes_server.is_some() {
        return None;
    }
    let is_there = match &config.store {
        StorePlace::Sqlite(path) => path.exists(),
        StorePlace::Postgres(_) => true,
    };
    let has_key =
        config.secret_key.is_some() || keyfile::read(&config.key_file()).is_ok_and(|key| key.is_some());
    if !(is_there && has_key) {
        return Some(check(
            name,
            State::Warning,
            "before the first start there is no connection that `quotes_connection` could name",
        ));
    }
    // What is wrong with these is said of them.
    let store = Store::open(&config.store_settings()).await.ok()?;
    let key = keyfile::master_key(config).ok()?;
    let app = App::for_command(&config.core_settings(), store.clone(), &key, Arc::new(SystemClock)).ok()?;
    let found = match app.tools.check_quotes().await {
        Ok(QuotesFound::Table { last_day }) => {
            let table = &config.quotes.table;
            Some(check(name, State::Ok, format!("`{table}` can be read and has prices up to {last_day}")))
        }
        Ok(QuotesFound::Demo | QuotesFound::OfServer(_)) => None,
        Err(fault) => Some(check(name, State::Warning, fault.to_string())),
    };
    drop(app);
    store.close().await;
    found
}

fn time_zone(config: &Config) -> Check {
    let now = demo::local_time(&SystemClock, config.zone);
    check(
        "time zone",
        State::Ok,
        format!("{}, where it is {} now", config.zone, now.format("%Y-%m-%d %H:%M")),
    )
}

async fn address(config: &Config, is_running: bool) -> Check {
    let (name, listen) = ("address", config.listen);
    match TcpListener::bind(listen).await {
        Ok(_) => check(name, State::Ok, format!("{listen} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && is_running => check(
            name,
            State::Ok,
            format!("{listen} is in use, by the server of this data folder as it seems"),
        ),
        Err(error) => check(
            name,
            State::Broken,
            format!("{listen} can't be listened on: {error}; choose another with --listen or WENSHU_LISTEN"),
        ),
    }
}

/// Debug mode, where others may reach the server: its routes ask for no token, and one of them empties the store.
fn debug(config: &Config) -> Option<Check> {
    if !config.debug {
        return None;
    }
    let mut others = Vec::new();
    if !config.listen.ip().to_canonical().is_loopback() {
        others.push(format!("it listens on {}", config.listen));
    }
    for (name, is_set) in
        [("hosts", !config.hosts.is_empty()), ("trusted_proxies", !config.trusted_proxies.is_empty())]
    {
        if is_set {
            others.push(format!("`{name}` is set"));
        }
    }
    let name = "debug routes";
    Some(if others.is_empty() {
        check(
            name,
            State::Ok,
            "`debug` is on, on a server of this machine alone; put no proxy in front of it",
        )
    } else {
        let others = others.join(", ");
        check(
            name,
            State::Warning,
            format!("`debug` is on and others may reach the server ({others}): turn it off"),
        )
    })
}

/// The error and what led to it, in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

fn text(report: &Report, look: Look) -> String {
    let (settings, checks) = match look.language {
        Language::Zh => ("配置", "检查"),
        Language::En => ("Configuration", "Checks"),
    };
    let heading = look.style().bold();
    let mut lines =
        vec![format!("wenshu {}", report.version), String::new(), heading.apply_to(settings).to_string()];
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let key_width = widest(&mut report.settings.iter().map(|setting| setting.key.len()));
    for setting in &report.settings {
        let origin = look.style().dim().apply_to(format!("# {}", setting.origin));
        lines.push(format!("  {:key_width$} = {}  {origin}", setting.key, visible(&setting.value)));
    }
    lines.extend([String::new(), heading.apply_to(checks).to_string()]);
    let name_width = widest(&mut report.checks.iter().map(|check| check.name.len()));
    for check in &report.checks {
        let (mark, style) = match check.state {
            State::Ok => ("✓", look.style().green()),
            State::Warning => ("!", look.style().yellow()),
            State::Broken => ("✗", look.style().red()),
        };
        lines.push(format!(
            "  {} {:name_width$}  {}",
            style.apply_to(mark),
            check.name,
            visible(&check.detail)
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}
