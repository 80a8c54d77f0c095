//! The configuration the program runs with: every value checked, in the type it is used in.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use secrecy::{ExposeSecret, SecretString};
use tracing_subscriber::EnvFilter;
use url::Url;
use wenshu_contracts::{Contract, RateLimits};
use wenshu_core::secrets::MasterKey;
use wenshu_core::settings::{LoginLimits, PasswordCost};
use wenshu_core::tools::{QuotesTable, Tools};
use wenshu_core::utilities::DebugAdmin;
use wenshu_core::{CoreSettings, ModelSettings, OperatorModel, PromptBudget};
use wenshu_models::ModelTimes;
use wenshu_sources::Limits;
use wenshu_store::{StoreSettings, StoreUrl};
use wenshu_tools::{McpConfig, ServerTimes};
use wenshu_wechat::WeChatSettings;

use super::datasets::DatasetConfig;
use super::fault::{Fault, Faults};
use super::parse::{
    certificates, mask_url, parse_address, parse_base_url, parse_host, parse_model_id, parse_origin,
    parse_store,
};
use super::raw::{RawConfig, Written};
use super::settings;
use crate::keyfile;

/// What the program runs with.
#[derive(Debug)]
pub struct Config {
    /// Where HTTP is served.
    pub listen: SocketAddr,
    /// Contracts served, by name.
    pub contracts: Vec<Contract>,
    /// Whether contracts without authentication trust the caller's word.
    pub open_contracts: bool,
    /// Host names beside the bound address.
    pub hosts: Vec<String>,
    /// Allowed origins.
    pub cors_origins: Vec<String>,
    /// Whether developer routes are on.
    pub debug: bool,
    /// Largest JSON body, in bytes.
    pub json_body_bytes: usize,
    /// Proxies whose word on the client's address is taken.
    pub trusted_proxies: Vec<IpAddr>,
    /// How many requests one caller may make.
    pub rate_limits: RateLimits,
    /// Time for the body of a request.
    pub body_timeout: Duration,
    /// Time for the head of a request.
    pub header_timeout: Duration,
    /// Time for running answers at shutdown.
    pub shutdown_grace: Duration,
    /// Threads that serve; `None` for one for each core.
    pub worker_threads: Option<usize>,
    /// Most threads that wait for databases and files.
    pub blocking_threads: usize,
    /// Wenshu's own files.
    pub data_dir: PathBuf,
    /// Wenshu's own state.
    pub store: StorePlace,
    /// Most connections to the store.
    pub store_connections: u32,
    /// The key, when it isn't kept in the data folder.
    pub secret_key: Option<SecretKey>,
    /// Whether there is a demo database.
    pub demo: bool,
    /// Folders whose SQLite files may be asked.
    pub sqlite_dirs: Vec<PathBuf>,
    /// Certificates in PEM of authorities that sign for databases, beside the usual ones.
    pub tls_authorities: Option<String>,
    /// The zone of relative dates.
    pub zone: Tz,
    /// Caps on a query.
    pub query_limits: Limits,
    /// Caps on the query of an export.
    pub export_limits: Limits,
    /// Models offered to everybody, the default first.
    pub models: Vec<OperatorModel>,
    /// Servers whose tools models may call.
    pub mcp: McpConfig,
    /// How long such a server is waited for.
    pub mcp_times: ServerTimes,
    /// Where quotes of stocks are.
    pub quotes: QuotesTable,
    /// The server whose tools have them instead.
    pub quotes_server: Option<String>,
    /// Times and tries for requests to models.
    pub model_times: ModelTimes,
    /// Whether a model names conversations.
    pub model_titles: bool,
    /// How much a model is shown.
    pub prompt_budget: PromptBudget,
    /// How often the text of a running answer is kept.
    pub checkpoint_every: Duration,
    /// Queries at once on one database that is asked.
    pub connection_pool_size: usize,
    /// Time for a run.
    pub run_time: Duration,
    /// Runs at once for one account.
    pub runs_per_account: usize,
    /// How long events of runs that are over are kept.
    pub event_retention: Duration,
    /// Bytes of events of runs that are over.
    pub event_bytes: usize,
    /// Whether anybody may make an account for themselves.
    pub registration: bool,
    /// The WeChat app whose users may sign in.
    pub wechat: Option<WeChatSettings>,
    /// How datasets are kept and asked.
    pub datasets: DatasetConfig,
    /// The admin that a developer makes on demand.
    pub debug_admin: Option<DebugAdmin>,
    /// Life of an access token.
    pub access_token_life: Duration,
    /// Life of a refresh token.
    pub refresh_token_life: Duration,
    /// Limits on failed logins.
    pub login_limits: LoginLimits,
    /// Cost of password hashes.
    pub password_cost: PasswordCost,
    /// What is logged.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Whether `/metrics` answers.
    pub metrics: bool,
}

/// Where Wenshu's own state is.
#[derive(Clone, Debug)]
pub enum StorePlace {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database, by URL.
    Postgres(SecretString),
}

impl fmt::Display for StorePlace {
    /// Without the password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(url) => formatter.write_str(&mask_url(url.expose_secret())),
        }
    }
}

/// The master key as configured; never printed.
#[derive(Clone)]
pub struct SecretKey(pub(crate) [u8; keyfile::KEY_LENGTH]);

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// For `core`.
    pub fn master_key(&self) -> MasterKey {
        MasterKey::new(self.0)
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Whether only this machine can reach the server.
    pub fn is_loopback(&self) -> bool {
        self.listen.ip().is_loopback()
    }

    /// Where the demo database is.
    pub fn demo_file(&self) -> PathBuf {
        self.data_dir.join("demo.db")
    }

    /// Where the key is kept when it isn't configured.
    pub fn key_file(&self) -> PathBuf {
        self.data_dir.join("secret.key")
    }

    /// Whether no other server can serve from this store: it is a file in the folder that only one of them locks.
    pub fn store_is_ours_alone(&self) -> bool {
        match &self.store {
            StorePlace::Sqlite(path) => path.parent() == Some(self.data_dir.as_path()),
            StorePlace::Postgres(_) => false,
        }
    }

    /// What the store is opened with.
    pub fn store_settings(&self) -> StoreSettings {
        let url = match &self.store {
            StorePlace::Sqlite(path) => StoreUrl::Sqlite(path.clone()),
            StorePlace::Postgres(url) => StoreUrl::Postgres(url.clone()),
        };
        StoreSettings { url, max_connections: self.store_connections }
    }

    /// What the use cases are started with.
    pub fn core_settings(&self) -> CoreSettings {
        CoreSettings {
            data_dir: self.data_dir.clone(),
            sqlite_dirs: self.sqlite_dirs.clone(),
            tls_authorities: self.tls_authorities.clone(),
            store_file: match &self.store {
                StorePlace::Sqlite(path) => Some(path.clone()),
                StorePlace::Postgres(_) => None,
            },
            store_is_ours_alone: self.store_is_ours_alone(),
            demo: self.demo,
            zone: self.zone,
            first_account_is_admin: self.is_loopback(),
            registration_is_open: self.registration,
            wechat: None,
            lake: None,
            dataset_limits: self.datasets.limits,
            debug_admin: self.debug_admin.clone(),
            password_cost: self.password_cost,
            login_limits: self.login_limits,
            access_token_life: self.access_token_life,
            refresh_token_life: self.refresh_token_life,
            query_limits: self.query_limits,
            export_limits: self.export_limits,
            models: self.models.clone(),
            quotes: self.quotes.clone(),
            quotes_server: self.quotes_server.clone(),
            model_titles: self.model_titles,
            prompt_budget: self.prompt_budget,
            checkpoint_every: self.checkpoint_every,
            run_time: self.run_time,
            connection_pool_size: self.connection_pool_size,
            runs_per_account: self.runs_per_account,
            event_retention: self.event_retention,
            event_bytes: self.event_bytes,
        }
    }
}

/// Checks everything; `faults` are those found while reading.
///
/// `system_zone` is the machine's time zone by its IANA name, where it has one; UTC otherwise.
///
/// # Errors
///
/// Every fault at once.
pub(super) fn validate(
    raw: &RawConfig,
    faults: Vec<Fault>,
    system_zone: Option<&str>,
) -> Result<Config, Faults> {
    let mut check = Checker { faults };
    let listen = check
        .parsed("listen", raw.listen.as_ref(), parse_address)
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
    let data_dir = PathBuf::from(text(raw.data_dir.as_ref()));
    if data_dir.as_os_str().is_empty() && raw.data_dir.is_some() {
        check.wrong("data_dir", raw.data_dir.as_ref().map_or("", |written| &written.origin), "empty");
    }
    let store = check
        .secret("database_url", raw.database_url.as_ref(), parse_store)
        .unwrap_or_else(|| StorePlace::Sqlite(data_dir.join("wenshu.db")));
    let sqlite_dirs = match &raw.sqlite_dirs {
        Some(written) => written.value.iter().map(PathBuf::from).collect(),
        None => vec![data_dir.join("sources")],
    };
    let mut mcp = check.mcp(raw);
    let system_zone = system_zone.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC);
    let config = Config {
        listen,
        contracts: check.each("contracts", raw.contracts.as_ref(), |name| name.parse().ok()),
        open_contracts: value(raw.open_contracts.as_ref()).unwrap_or_else(|| listen.ip().is_loopback()),
        hosts: check.each("hosts", raw.hosts.as_ref(), parse_host),
        cors_origins: check.each("cors_origins", raw.cors_origins.as_ref(), parse_origin),
        debug: value(raw.debug.as_ref()).unwrap_or_default(),
        json_body_bytes: size(raw.json_body_kib.as_ref(), KIB),
        trusted_proxies: check
            .each("trusted_proxies", raw.trusted_proxies.as_ref(), |text| text.parse().ok()),
        rate_limits: RateLimits {
            per_account: rate(raw.requests_per_minute_per_account.as_ref(), listen),
            per_address: rate(raw.requests_per_minute_per_address.as_ref(), listen),
        },
        body_timeout: seconds(raw.body_timeout_seconds.as_ref()),
        header_timeout: seconds(raw.header_timeout_seconds.as_ref()),
        shutdown_grace: seconds(raw.shutdown_seconds.as_ref()),
        worker_threads: raw.worker_threads.is_some().then(|| size(raw.worker_threads.as_ref(), 1)),
        blocking_threads: size(raw.blocking_threads.as_ref(), 1),
        store,
        store_connections: count(raw.database_connections.as_ref()),
        secret_key: check
            .secret("secret_key", raw.secret_key.as_ref(), |text| keyfile::parse(text).map(SecretKey)),
        demo: value(raw.demo.as_ref()).unwrap_or_default(),
        sqlite_dirs,
        tls_authorities: check.parsed("tls_ca_file", raw.tls_ca_file.as_ref(), certificates),
        zone: check
            .parsed("timezone", raw.timezone.as_ref(), |name| name.parse().ok())
            .unwrap_or(system_zone),
        query_limits: Limits {
            time: seconds(raw.query_seconds.as_ref()),
            rows: size(raw.query_rows.as_ref(), 1),
            bytes: size(raw.query_mib.as_ref(), MIB),
        },
        export_limits: Limits {
            time: seconds(raw.export_seconds.as_ref()),
            rows: size(raw.export_rows.as_ref(), 1),
            bytes: size(raw.export_mib.as_ref(), MIB),
        },
        quotes_server: check.quotes_server(raw, &mut mcp),
        mcp,
        mcp_times: ServerTimes { call: seconds(raw.mcp_call_seconds.as_ref()), ..ServerTimes::default() },
        quotes: QuotesTable {
            connection: raw.quotes_connection.as_ref().map(|written| written.value.clone()),
            table: text(raw.quotes_table.as_ref()).to_owned(),
        },
        models: check.openai(raw).into_iter().collect(),
        model_times: ModelTimes {
            first_part: seconds(raw.model_first_seconds.as_ref()),
            total: seconds(raw.model_seconds.as_ref()),
            requests: count(raw.model_requests.as_ref()),
            ..ModelTimes::default()
        },
        model_titles: value(raw.model_titles.as_ref()).unwrap_or_default(),
        prompt_budget: PromptBudget {
            schema_tokens: value(raw.model_schema_tokens.as_ref()).unwrap_or_default(),
            rows_tokens: value(raw.model_rows_tokens.as_ref()).unwrap_or_default(),
            conversation_tokens: value(raw.model_conversation_tokens.as_ref()).unwrap_or_default(),
        },
        checkpoint_every: seconds(raw.checkpoint_seconds.as_ref()),
        connection_pool_size: size(raw.connection_pool_size.as_ref(), 1),
        run_time: seconds(raw.run_seconds.as_ref()),
        runs_per_account: size(raw.runs_per_account.as_ref(), 1),
        event_retention: seconds(raw.event_seconds.as_ref()),
        event_bytes: size(raw.event_mib.as_ref(), MIB),
        registration: value(raw.registration.as_ref()).unwrap_or_default(),
        wechat: check.wechat(raw),
        datasets: check.datasets(raw),
        debug_admin: check.debug_admin(raw),
        access_token_life: seconds(raw.access_token_seconds.as_ref()),
        refresh_token_life: seconds(raw.refresh_token_days.as_ref()) * DAY_SECONDS,
        login_limits: LoginLimits {
            for_account: count(raw.login_failures_per_account.as_ref()),
            for_address: count(raw.login_failures_per_address.as_ref()),
            within: seconds(raw.login_window_seconds.as_ref()),
        },
        password_cost: check.password_cost(raw),
        log: check
            .parsed("log", raw.log.as_ref(), |text| EnvFilter::try_new(text).ok().map(|_| text.to_owned()))
            .unwrap_or_default(),
        log_format: check
            .parsed("log_format", raw.log_format.as_ref(), |text| match text {
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            })
            .unwrap_or(LogFormat::Text),
        metrics: value(raw.metrics.as_ref()).unwrap_or_default(),
        data_dir,
    };
    if check.faults.is_empty() { Ok(config) } else { Err(Faults(check.faults)) }
}

const KIB: usize = 1024;
const MIB: usize = 1024 * 1024;
/// Far more than a person with a front end needs, and little for a program that has run wild.
const REQUESTS_PER_MINUTE: u32 = 600;
const DAY_SECONDS: u32 = 24 * 3_600;

/// Collects faults while values are put into their types.
pub(super) struct Checker {
    faults: Vec<Fault>,
}

impl Checker {
    /// A fault of this setting, which is `written` somewhere.
    fn wrong(&mut self, key: &str, origin: &str, written: &str) {
        let allowed = settings::by_key(key).map(|setting| setting.form.allowed()).unwrap_or_default();
        self.faults.push(Fault {
            what: format!("`{key}` is {written}"),
            origin: origin.to_owned(),
            allowed: format!("allowed: {allowed}"),
        });
    }

    pub(super) fn parsed<T>(
        &mut self,
        key: &str,
        written: Option<&Written<String>>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let written = written?;
        let parsed = parse(&written.value);
        if parsed.is_none() {
            self.wrong(key, &written.origin, &format!("`{}`", written.value));
        }
        parsed
    }

    fn secret<T>(
        &mut self,
        key: &str,
        written: Option<&Written<SecretString>>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let written = written?;
        let parsed = parse(written.value.expose_secret());
        if parsed.is_none() {
            self.wrong(key, &written.origin, "of another form than allowed (the value is not shown)");
        }
        parsed
    }

    fn each<T>(
        &mut self,
        key: &str,
        written: Option<&Written<Vec<String>>>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let Some(written) = written else { return Vec::new() };
        let mut parsed = Vec::new();
        for item in &written.value {
            match parse(item) {
                Some(item) => parsed.push(item),
                None => {
                    let allowed =
                        settings::by_key(key).map(|setting| setting.form.allowed()).unwrap_or_default();
                    self.faults.push(Fault {
                        what: format!("`{key}` contains `{item}`"),
                        origin: written.origin.clone(),
                        allowed: format!("allowed: {allowed}"),
                    });
                }
            }
        }
        parsed
    }

    /// The servers in the file that is named.
    fn mcp(&mut self, raw: &RawConfig) -> McpConfig {
        let Some(written) = &raw.mcp_config else { return McpConfig::default() };
        let why = match std::fs::read_to_string(&written.value) {
            Ok(text) => match McpConfig::parse(&text) {
                Ok(config) => return config,
                Err(fault) => fault.to_string(),
            },
            Err(error) => error.to_string(),
        };
        self.wrong(
            "mcp_config",
            &written.origin,
            &format!("`{}`, which can't be used: {why}", written.value),
        );
        McpConfig::default()
    }

    /// The server whose tools have the quotes: one of those that there are, of which no other one offers such tools.
    fn quotes_server(&mut self, raw: &RawConfig, mcp: &mut McpConfig) -> Option<String> {
        let written = raw.quotes_server.as_ref()?;
        if !mcp.servers.iter().any(|server| server.name == written.value) {
            let fault = format!("`{}`, which is no server of `mcp_config`", written.value);
            self.wrong("quotes_server", &written.origin, &fault);
        }
        mcp.leave_to(&written.value, Tools::has_quotes);
        Some(written.value.clone())
    }

    /// The WeChat app: with both its id and its secret.
    fn wechat(&mut self, raw: &RawConfig) -> Option<WeChatSettings> {
        let base_url = self.parsed("wechat_base_url", raw.wechat_base_url.as_ref(), parse_base_url)?;
        let timeout = seconds(raw.wechat_seconds.as_ref());
        let (app_id, secret) = self.both(
            ("wechat_app_id", raw.wechat_app_id.as_ref()),
            ("wechat_secret", raw.wechat_secret.as_ref()),
        )?;
        let base_url = Url::parse(&base_url).ok()?;
        Some(WeChatSettings { base_url, app_id, secret, timeout })
    }

    fn debug_admin(&mut self, raw: &RawConfig) -> Option<DebugAdmin> {
        let (username, password) = self.both(
            ("debug_admin_username", raw.debug_admin_username.as_ref()),
            ("debug_admin_password", raw.debug_admin_password.as_ref()),
        )?;
        Some(DebugAdmin { username, password })
    }

    /// Two settings of which each is of no use without the other.
    pub(super) fn both(
        &mut self,
        (name, written): (&str, Option<&Written<String>>),
        (secret_name, secret): (&str, Option<&Written<SecretString>>),
    ) -> Option<(String, SecretString)> {
        let mut alone = |given: &str, missing: &str, origin: &str| {
            self.faults.push(Fault {
                what: format!("`{given}` is given without `{missing}`"),
                origin: origin.to_owned(),
                allowed: "give both or neither".to_owned(),
            });
            None
        };
        match (written, secret) {
            (Some(written), Some(secret)) => Some((written.value.clone(), secret.value.clone())),
            (Some(written), None) => alone(name, secret_name, &written.origin),
            (None, Some(secret)) => alone(secret_name, name, &secret.origin),
            (None, None) => None,
        }
    }

    /// The model of the usual OpenAI variables: there with a key or a base URL.
    fn openai(&mut self, raw: &RawConfig) -> Option<OperatorModel> {
        let base_url = self.parsed("openai_base_url", raw.openai_base_url.as_ref(), parse_base_url);
        let model_id = self.parsed("openai_model", raw.openai_model.as_ref(), parse_model_id)?;
        let api_key = raw.openai_api_key.as_ref().map(|written| written.value.clone());
        if base_url.is_none() && api_key.is_none() {
            return None;
        }
        let provider = if base_url.is_some() { "openai_compatible" } else { "openai" }.to_owned();
        let settings = ModelSettings { provider, model_id: model_id.clone(), base_url, api_key };
        let multiplier = count(raw.model_multiplier.as_ref());
        Some(OperatorModel { name: model_id, settings, multiplier })
    }

    fn password_cost(&mut self, raw: &RawConfig) -> PasswordCost {
        let cost = PasswordCost {
            memory_kib: count(raw.password_memory_kib.as_ref()),
            passes: count(raw.password_passes.as_ref()),
            lanes: count(raw.password_lanes.as_ref()),
        };
        // What argon2 itself asks for: eight blocks of a KiB for each lane.
        if let Some(written) = &raw.password_memory_kib
            && cost.memory_kib < 8 * cost.lanes
        {
            self.faults.push(Fault {
                what: format!("`password_memory_kib` is `{}` with {} lanes", cost.memory_kib, cost.lanes),
                origin: written.origin.clone(),
                allowed: "allowed: at least 8 for each of the `password_lanes`".to_owned(),
            });
        }
        cost
    }
}

pub(super) fn value<T: Copy>(written: Option<&Written<T>>) -> Option<T> {
    written.map(|written| written.value)
}

fn text(written: Option<&Written<String>>) -> &str {
    written.map_or("", |written| &written.value)
}

fn seconds(written: Option<&Written<u64>>) -> Duration {
    Duration::from_secs(value(written).unwrap_or_default())
}

/// A number of units; the bounds of every number in the table are far from overflowing.
pub(super) fn size(written: Option<&Written<u64>>, unit: usize) -> usize {
    usize::try_from(value(written).unwrap_or_default()).unwrap_or(usize::MAX).saturating_mul(unit)
}

fn count(written: Option<&Written<u64>>) -> u32 {
    u32::try_from(value(written).unwrap_or_default()).unwrap_or(u32::MAX)
}

/// A limit on requests as written, or the default for who can reach the server; 0 means none.
fn rate(written: Option<&Written<u64>>, listen: SocketAddr) -> Option<NonZeroU32> {
    let default = if listen.ip().is_loopback() { 0 } else { REQUESTS_PER_MINUTE };
    NonZeroU32::new(if written.is_some() { count(written) } else { default })
}
