//! What `core` needs to be told. Made by the binary from its configuration, and directly by tests.

use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use wenshu_answer::PromptBudget;
use wenshu_sources::Limits;

use crate::accounts::WeChatPort;
use crate::datasets::{DatasetLimits, LakePort};
use crate::models::OperatorModel;
use crate::tools::QuotesTable;
use crate::utilities::DebugAdmin;

/// Settings of the use cases.
#[derive(Clone, Debug)]
pub struct CoreSettings {
    /// Where files are: the demo database is `demo.db` in it.
    pub data_dir: PathBuf,
    /// Folders in which SQLite files may be asked.
    pub sqlite_dirs: Vec<PathBuf>,
    /// Wenshu's own store, when it is a file: never asked, whatever else is allowed.
    pub store_file: Option<PathBuf>,
    /// Whether no other process serves from this store (a SQLite store whose data folder is locked): runs that it holds as running
    /// at the start were left by a process that is dead.
    pub store_is_ours_alone: bool,
    /// Certificates in PEM of authorities that sign for databases, beside the usual ones.
    pub tls_authorities: Option<String>,
    /// Whether the server was started with the demo database.
    pub demo: bool,
    /// The zone that relative dates are meant in.
    pub zone: Tz,
    /// Whether the first account with a password becomes an admin: true on loopback only.
    pub first_account_is_admin: bool,
    /// Whether anybody may make an account for themselves; otherwise admins make them.
    pub registration_is_open: bool,
    /// How people sign in through WeChat, if they can.
    pub wechat: WeChatPort,
    /// Where datasets are kept and asked, if they are.
    pub lake: LakePort,
    /// What datasets may take.
    pub dataset_limits: DatasetLimits,
    /// An admin that a developer makes on demand.
    pub debug_admin: Option<DebugAdmin>,
    /// Cost of password hashes.
    pub password_cost: PasswordCost,
    /// Limits on failed logins.
    pub login_limits: LoginLimits,
    /// Life of an access token.
    pub access_token_life: Duration,
    /// Life of a refresh token.
    pub refresh_token_life: Duration,
    /// Queries that run at once on one database that is asked.
    pub connection_pool_size: usize,
    /// Caps on every query.
    pub query_limits: Limits,
    /// Caps on the query of an export; its time goes on while the file is being taken.
    pub export_limits: Limits,
    /// Models that everybody may ask, the default first; without any the built-in engine is the default.
    pub models: Vec<OperatorModel>,
    /// Where the stock tools read quotes.
    pub quotes: QuotesTable,
    /// The name of the server whose tools have the quotes, where the stock tools of our own are to read none.
    pub quotes_server: Option<String>,
    /// Whether a model says what a new conversation is called.
    pub model_titles: bool,
    /// How much of a database a model is shown.
    pub prompt_budget: PromptBudget,
    /// How often the text of a running answer is kept, so that a killed process loses no more than came since.
    pub checkpoint_every: Duration,
    /// Time for one run from question to answer.
    pub run_time: Duration,
    /// Runs at the same time, for one account.
    pub runs_per_account: usize,
    /// How long the events of a run that is over are kept for a reader who comes back.
    pub event_retention: Duration,
    /// Bytes of events kept of runs that are over; the oldest go first.
    pub event_bytes: usize,
}

impl CoreSettings {
    /// The defaults, for a server on loopback with its files in this folder.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            sqlite_dirs: vec![data_dir.join("sources")],
            store_file: None,
            store_is_ours_alone: true,
            data_dir,
            tls_authorities: None,
            demo: true,
            zone: Tz::UTC,
            first_account_is_admin: true,
            registration_is_open: true,
            wechat: None,
            lake: None,
            dataset_limits: DatasetLimits::default(),
            debug_admin: None,
            password_cost: PasswordCost::default(),
            login_limits: LoginLimits::default(),
            access_token_life: Duration::from_secs(3_600),
            refresh_token_life: Duration::from_secs(30 * 24 * 3_600),
            connection_pool_size: 8,
            query_limits: Limits::default(),
            export_limits: Limits { time: Duration::from_secs(600), rows: 100_000, bytes: 256 * 1024 * 1024 },
            models: Vec::new(),
            quotes: QuotesTable::default(),
            quotes_server: None,
            model_titles: true,
            prompt_budget: PromptBudget::default(),
            checkpoint_every: Duration::from_secs(2),
            run_time: Duration::from_secs(300),
            runs_per_account: 64,
            event_retention: Duration::from_secs(300),
            event_bytes: 16 * 1024 * 1024,
        }
    }
}

/// Cost of argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    /// What OWASP's password storage cheat sheet recommends for argon2id: 19 MiB, 2 passes, 1 lane.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// How many logins may fail before the answer is "too many" (contracts/README, "login limits").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginLimits {
    /// Failures for one account from one address.
    pub for_account: u32,
    /// Failures from one address.
    pub for_address: u32,
    /// The time in which they count.
    pub within: Duration,
}

impl Default for LoginLimits {
    fn default() -> Self {
        Self { for_account: 10, for_address: 100, within: Duration::from_secs(300) }
    }
}
