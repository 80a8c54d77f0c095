//! `wenshu serve`: everything put together, from an empty folder to a server that answers, and back to an orderly end.
//!
//! What can wait waits: the address is bound first, so that a taken port is said before anything is written, the store and the
//! demo database are opened side by side, and nothing is read that no request has asked for.

mod banner;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;
use wenshu_answer::{Language, Toolbox as _};
use wenshu_contracts::{HttpSettings, ServerSettings};
use wenshu_core::clock::{Clock, SystemClock};
use wenshu_core::tools::QuotesTable;
use wenshu_core::{App, Engines};
use wenshu_lake::{DataLake, LakeSettings, Place};
use wenshu_models::Connector;
use wenshu_store::Store;
use wenshu_tools::McpServers;
use wenshu_wechat::WeChatClient;

use crate::config::Config;
use crate::console;
use crate::exit::Exit;
use crate::folder::{self, ServerLock};
use crate::metrics::Metrics;
use crate::signals::Signals;
use crate::texts::Texts;
use crate::{demo, keyfile, open_files, page};

/// Time for connections to end after the last answer has: what is left to do is to hand over what is written.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How often durations that nobody has asked for yet are put into their buckets.
const METRICS_UPKEEP: Duration = Duration::from_secs(30);

/// How often a server looks whether the demo database's dates still end today.
const DEMO_UPKEEP: Duration = Duration::from_secs(60);

/// Runs the server until it is told to stop.
///
/// # Errors
///
/// What keeps it from starting: a taken port or data folder, a store that can't be opened, a key that can't be read.
pub fn run(config: Config, language: Language) -> Result<Exit> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().max_blocking_threads(config.blocking_threads);
    if let Some(threads) = config.worker_threads {
        builder.worker_threads(threads);
    }
    let runtime = builder.build().context("the server's threads can't be started")?;
    let exit = runtime.block_on(Box::pin(serve(config, language)));
    match exit {
        Ok(Exit::Interrupted) => runtime.shutdown_background(),
        // A query that hangs in a driver must not hold up the end.
        _ => runtime.shutdown_timeout(LAST_WORDS),
    }
    exit
}

async fn serve(config: Config, language: Language) -> Result<Exit> {
    let mut signals = Signals::listen()?;
    open_files::raise_limit();
    let listener = bind(config.listen).await?;
    let bound = listener.local_addr().context("the bound address can't be read")?;
    folder::prepare(&config.data_dir)?;
    let lock = ServerLock::take(&config.data_dir)?;
    let metrics = config.metrics.then(Metrics::start).transpose()?;
    let servers = Arc::new(McpServers::new(config.mcp.clone(), config.mcp_times)?);
    let (app, store) = start(&config, Arc::clone(&servers)).await?;
    let mut beside = JoinSet::new();
    let opened = Arc::clone(&servers);
    beside.spawn(async move {
        // So that the first question doesn't wait for them.
        let _ = opened.tools().await;
    });
    if config.quotes != QuotesTable::default() {
        let app = Arc::clone(&app);
        beside.spawn(async move {
            // It keeps nobody from starting: the connection may be made while the server runs.
            if let Err(fault) = app.tools.check_quotes().await {
                tracing::warn!(%fault, "the quotes of stocks that are configured can't be used");
            }
        });
    }
    if let Some(metrics) = metrics.clone() {
        beside.spawn(async move {
            let mut upkeep = interval(METRICS_UPKEEP);
            loop {
                upkeep.tick().await;
                metrics.tidy();
            }
        });
    }
    if config.demo {
        let zone = config.zone;
        let mut keeper = demo::Keeper::new(config.demo_file(), demo::local_time(&SystemClock, zone).date());
        beside.spawn(async move {
            let mut upkeep = interval(DEMO_UPKEEP);
            loop {
                upkeep.tick().await;
                match keeper.keep(demo::local_time(&SystemClock, zone).date()).await {
                    Ok(false) => {}
                    Ok(true) => tracing::info!("the demo database was made anew, since a day has passed"),
                    Err(error) => {
                        tracing::warn!(error = %format!("{error:#}"), "the demo database is of yesterday")
                    }
                }
            }
        });
    }
    let router = wenshu_contracts::router(Arc::clone(&app), http_settings(&config, bound, metrics));
    let closing = CancellationToken::new();
    let settings = ServerSettings { head_time: config.header_timeout, ..ServerSettings::default() };
    let serving = wenshu_contracts::serve(listener, router, settings, closing.clone().cancelled_owned());
    console::out(&banner::text(bound, &config, language))?;
    tracing::info!(address = %bound, store = %config.store, "the server listens");
    if config.open_contracts && !(config.hosts.is_empty() && config.trusted_proxies.is_empty()) {
        tracing::warn!(
            "`open_contracts` is on, and `hosts` or `trusted_proxies` says that others reach this server: through chat-app and stock-bi they \
             act for whomever they name; set `open_contracts = false` unless a gateway checks who is calling"
        );
    }
    let exit = until_stopped(serving, &app, &closing, &mut signals, &config, language).await;
    if exit == Exit::Interrupted {
        // Whoever says so twice doesn't want to wait; the store was made to be left at any moment. Processes would outlive this one.
        servers.end_at_once();
        return Ok(exit);
    }
    beside.shutdown().await;
    servers.shut_down().await;
    drop(app);
    store.close().await;
    drop(lock);
    tracing::info!("the server has stopped");
    Ok(exit)
}

/// Serves; after the first signal lets running answers and their connections finish, after a second one returns at once.
async fn until_stopped(
    serving: impl Future<Output = ()>,
    app: &App,
    closing: &CancellationToken,
    signals: &mut Signals,
    config: &Config,
    language: Language,
) -> Exit {
    let mut serving = pin!(serving);
    tokio::select! {
        () = &mut serving => return Exit::Done,
        () = signals.next() => {}
    }
    console::say(Texts(language).stopping());
    closing.cancel();
    let ending = async {
        // Connections go on being served while answers finish, or nobody would hear their end.
        let mut shutdown = pin!(app.shutdown(config.shutdown_grace));
        let all_gone = tokio::select! {
            () = &mut serving => true,
            () = &mut shutdown => false,
        };
        if all_gone {
            shutdown.await;
        } else if timeout(LAST_WORDS, &mut serving).await.is_err() {
            tracing::warn!("connections that did not end were closed");
        }
    };
    tokio::select! {
        () = ending => Exit::Done,
        () = signals.next() => Exit::Interrupted,
    }
}

/// Opens the store and the demo database side by side, and puts the use cases over them.
async fn start(config: &Config, servers: Arc<McpServers>) -> Result<(Arc<App>, Store)> {
    let key = keyfile::master_key(config)?;
    if config.secret_key.is_none() && keyfile::is_readable_by_others(&config.key_file()).unwrap_or(false) {
        tracing::warn!(path = %config.key_file().display(), "the key file can be read by others; `chmod 600` it");
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let demo = {
        let today = demo::local_time(clock.as_ref(), config.zone).date();
        let (wanted, path) = (config.demo, config.demo_file());
        tokio::task::spawn_blocking(move || if wanted { demo::ensure(&path, today) } else { Ok(false) })
    };
    let store = Store::open(&config.store_settings())
        .await
        .with_context(|| format!("the store `{}` can't be opened", config.store))?;
    if demo.await.context("the demo database was not finished")?? {
        tracing::info!(path = %config.demo_file().display(), "the demo database was made");
    }
    let mut engines =
        Engines::new(Arc::new(Connector::new(config.model_times.clone(), || SystemClock.now())?));
    engines.tools = servers;
    let mut settings = config.core_settings();
    if let Some(wechat) = config.wechat.clone() {
        settings.wechat = Some(Arc::new(WeChatClient::new(wechat)?));
    }
    settings.lake = Some(Arc::new(lake(config)?));
    let app = App::start(settings, store.clone(), key, clock, &engines).await?;
    if config.demo {
        app.connections.provide_demo(&demo::stored_terms()).await?;
    }
    Ok((app, store))
}

/// The bytes of a file of text from which on nobody should wait until its table is made: some seconds.
const TABLES_LATER_FROM: u64 = 64 * 1024 * 1024;

/// The lake of datasets; nothing in it is read yet.
fn lake(config: &Config) -> Result<DataLake> {
    let datasets = &config.datasets;
    let place = match &datasets.bucket {
        None => Place::Folder(config.data_dir.join("datasets")),
        Some(bucket) => {
            let (access_key, secret_key) = datasets.open_key().unzip();
            Place::Bucket {
                bucket: bucket.name.clone(),
                prefix: bucket.prefix.clone(),
                endpoint: bucket.endpoint.clone(),
                region: bucket.region.clone(),
                access_key,
                secret_key,
            }
        }
    };
    let settings = LakeSettings {
        place,
        spill_folder: config.data_dir.join("spill"),
        query_memory: datasets.query_memory,
        spill_bytes: datasets.spill_bytes,
        partitions: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        later_from: TABLES_LATER_FROM,
    };
    Ok(DataLake::open(&settings)?)
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "another program listens on {address}, perhaps another `wenshu serve`; stop it, or choose another address \
                 with --listen (port 0 takes a free one)"
            ),
            io::ErrorKind::PermissionDenied => format!(
                "{address} may not be listened on: ports below 1024 are the system's; choose a higher one with --listen"
            ),
            io::ErrorKind::AddrNotAvailable => format!(
                "{address} is none of this machine's addresses; choose one with --listen (0.0.0.0 means all of them)"
            ),
            _ => format!("{address} can't be listened on"),
        };
        anyhow!(error).context(why)
    })
}

fn http_settings(config: &Config, bound: SocketAddr, metrics: Option<Metrics>) -> HttpSettings {
    HttpSettings {
        allowed_hosts: config.hosts.clone(),
        cors_origins: config.cors_origins.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        rate_limits: config.rate_limits,
        body_limit: config.json_body_bytes,
        body_time: config.body_timeout,
        debug: config.debug,
        open_contracts: config.open_contracts,
        contracts: config.contracts.clone(),
        page: page::files(),
        metrics: metrics
            .map(|metrics| -> Arc<dyn Fn() -> String + Send + Sync> { Arc::new(move || metrics.render()) }),
        ..HttpSettings::new(bound)
    }
}
