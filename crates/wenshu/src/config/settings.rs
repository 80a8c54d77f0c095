//! The table of settings: the one place where a setting is declared, with its name, form, default and meaning.
//!
//! From it come the typed-as-written struct ([`RawConfig`](super::RawConfig)), the names in the environment, what is said about
//! a faulty value, and the reference in `docs/configuration.md`.

use secrecy::SecretString;

use super::raw::{RawConfig, Reader};

/// What can be written for a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text of the form described.
    Text(&'static str),
    /// Text that is never shown.
    Secret(&'static str),
    /// `true` or `false`.
    Switch,
    /// A whole number between two bounds, both allowed.
    Number(u64, u64),
    /// Texts, each of the form described.
    List(&'static str),
}

impl Form {
    /// What is allowed, in words that follow "allowed: ".
    pub fn allowed(self) -> String {
        match self {
            Self::Text(form) | Self::Secret(form) => form.to_owned(),
            Self::Switch => "`true` or `false`".to_owned(),
            Self::Number(least, most) => format!("a whole number from {least} to {most}"),
            Self::List(form) => {
                format!(
                    "a list of {form} (in the environment and on the command line: with commas between them)"
                )
            }
        }
    }
}

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in `wenshu.toml`, in lower snake case.
    pub key: &'static str,
    /// What it means: Markdown, one line each.
    pub about: &'static str,
    /// What can be written.
    pub form: Form,
    /// The built-in default as TOML; `None` when leaving it out is a value of its own.
    pub default: Option<&'static str>,
    /// What happens without it, when there is no default.
    pub unset: &'static str,
    /// Usual names in the environment that are honoured beside `WENSHU_…`, which wins over them.
    pub also: &'static [&'static str],
    /// The command line's name for it.
    pub flag: Option<&'static str>,
}

impl Setting {
    const fn new(form: Form) -> Self {
        Self { key: "", about: "", form, default: None, unset: "", also: &[], flag: None }
    }

    const fn default(mut self, toml: &'static str) -> Self {
        self.default = Some(toml);
        self
    }

    const fn unset(mut self, meaning: &'static str) -> Self {
        self.unset = meaning;
        self
    }

    const fn also(mut self, names: &'static [&'static str]) -> Self {
        self.also = names;
        self
    }

    const fn flag(mut self, name: &'static str) -> Self {
        self.flag = Some(name);
        self
    }

    /// Its name in the environment.
    pub fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.key.to_uppercase())
    }

    /// Whether its value is never shown, and may be kept in a file of its own (`…_file`, `…_FILE`).
    pub fn is_secret(&self) -> bool {
        matches!(self.form, Form::Secret(_))
    }
}

/// What names of ours in the environment begin with.
pub const VARIABLE_PREFIX: &str = "WENSHU_";

/// Declares the settings in groups, and the struct that holds them as written.
macro_rules! settings {
    ($($group:literal { $($(#[doc = $about:literal])+ $key:ident: $kind:ty = $setting:expr;)+ })+) => {
        /// Every setting, in groups with a heading each, in the order of the reference.
        pub const SETTINGS: &[(&str, &[Setting])] = &[$(($group, &[$(
            Setting { key: stringify!($key), about: concat!($($about, "\n"),+), ..$setting },
        )+])),+];

        /// The settings as they were written, each with where; `None` where nothing (valid) was written.
        #[derive(Debug, Default)]
        pub struct RawConfigFields {
            $($($(#[doc = $about])+ pub $key: Option<super::raw::Written<$kind>>,)+)+
        }

        impl RawConfig {
            /// Reads every setting; what has the wrong type becomes a fault in the reader.
            pub(super) fn read(reader: &mut Reader<'_>) -> Self {
                Self(RawConfigFields { $($($key: reader.read(stringify!($key)),)+)+ })
            }

            /// Every setting by its key: the value in a form that may be shown, and its origin.
            pub(super) fn shown(&self) -> Vec<(&'static str, Option<(String, String)>)> {
                vec![$($((stringify!($key), super::effective::show(self.$key.as_ref())),)+)+]
            }
        }
    };
}

settings! {
    "Server" {
        /// The address and port to listen on.
        /// On loopback the first account that registers becomes an admin; on any other address admins come from `wenshu admin create` alone.
        /// Port 0 lets the system choose a free one.
        listen: String = Setting::new(Form::Text("an IP address and a port, such as `127.0.0.1:8000`, `[::1]:8000` or `0.0.0.0:80`; `localhost:8000` works too"))
            .default("\"127.0.0.1:8000\"").flag("--listen");
        /// The HTTP contracts that are served.
        contracts: Vec<String> = Setting::new(Form::List("contract names; this version knows `querygpt`, `aideer`, `chat-app`, `stock-bi` and `wenshu`"))
            .default("[\"querygpt\", \"aideer\", \"chat-app\", \"stock-bi\", \"wenshu\"]");
        /// Whether contracts without authentication (`chat-app`, `stock-bi`) take a caller's name at its word.
        /// When off, they ask for the access token of a sign-in, and callers reach what is their own.
        /// Set it to `true` on a public address only when a gateway in front has checked who is calling.
        open_contracts: bool = Setting::new(Form::Switch).unset("on when `listen` is a loopback address, off otherwise");
        /// Host names the server may be called by, beside the address it listens on.
        /// A request with any other `Host` is refused, so that a web page can't reach a local server under a name of its own.
        hosts: Vec<String> = Setting::new(Form::List("host names, with a port where it isn't the one listened on, such as `ask.example.com`"))
            .default("[]");
        /// Origins of web pages on other hosts that may call the server.
        /// Its own origin is always allowed, and so is every loopback origin when `listen` is a loopback address.
        cors_origins: Vec<String> = Setting::new(Form::List("origins, such as `https://app.example.com`"))
            .default("[]");
        /// Whether the routes for developers that AIDeer's document has (`/api/v1/utils`) are there: anybody who reaches the server can make
        /// the configured admin with them, and on a loopback address delete everything.
        /// Never set it on a server that others use.
        debug: bool = Setting::new(Form::Switch).default("false");
        /// The largest JSON body a request may have.
        json_body_kib: u64 = Setting::new(Form::Number(1, 1_048_576)).default("1024");
        /// Proxies whose `X-Forwarded-For` header is believed, for counting failed logins and requests.
        trusted_proxies: Vec<String> = Setting::new(Form::List("IP addresses"))
            .default("[]");
        /// Requests one account may make in a minute, all at once or spread over it; then the answer is 429 with `Retry-After`.
        /// 0 means any number.
        /// Each server process counts for itself; `/health`, `/ready` and `/metrics` don't count.
        requests_per_minute_per_account: u64 = Setting::new(Form::Number(0, 1_000_000))
            .unset("0 when `listen` is a loopback address, 600 otherwise");
        /// Requests without a valid credential that one address may make in a minute, logins among them.
        /// 0 means any number; the limits on failed logins hold besides.
        requests_per_minute_per_address: u64 = Setting::new(Form::Number(0, 1_000_000))
            .unset("0 when `listen` is a loopback address, 600 otherwise");
        /// How long a client may take to send the body of a request.
        body_timeout_seconds: u64 = Setting::new(Form::Number(1, 3_600)).default("30");
        /// How long a client may take to send the head of a request; on a kept connection, how long it may stay idle.
        header_timeout_seconds: u64 = Setting::new(Form::Number(1, 600)).default("75");
        /// How long running answers may take to finish when the server is told to stop; what is still running then is saved as interrupted.
        shutdown_seconds: u64 = Setting::new(Form::Number(0, 3_600)).default("10");
        /// Threads that serve requests.
        worker_threads: u64 = Setting::new(Form::Number(1, 1_024)).unset("one for each processor core");
        /// Threads that wait for databases and files, made when needed.
        blocking_threads: u64 = Setting::new(Form::Number(4, 4_096)).default("64");
    }
    "Data" {
        /// The folder for Wenshu's own files: store, key, demo database.
        /// It is made when missing, for its owner alone.
        data_dir: String = Setting::new(Form::Text("a path")).default("\"data\"").flag("--data-dir");
        /// Where Wenshu keeps its own state.
        database_url: SecretString = Setting::new(Form::Secret("`sqlite:path/to/file.db` or `postgres://user:password@host/database`"))
            .unset("`wenshu.db` in the data folder (SQLite)").also(&["DATABASE_URL"]);
        /// The most connections kept open to the store.
        database_connections: u64 = Setting::new(Form::Number(1, 1_000)).default("10");
        /// The key that encrypts stored secrets and signs tokens: 32 bytes.
        /// Servers that share a store need the same one.
        /// Whoever loses it loses the passwords of stored connections, and every session ends.
        secret_key: SecretString = Setting::new(Form::Secret("32 bytes in base64 (44 characters) or hexadecimal (64 digits)"))
            .unset("made at the first start and kept in `secret.key` in the data folder, readable by its owner alone");
        /// Whether everybody gets the demo database: a made-up retailer, two years of orders, dates that end today.
        demo: bool = Setting::new(Form::Switch).default("true");
        /// Queries that run at once on one database that is asked, and so the most connections to it; others wait their turn.
        connection_pool_size: u64 = Setting::new(Form::Number(1, 1_000)).default("8");
        /// Folders in which SQLite files may be asked through connections.
        sqlite_dirs: Vec<String> = Setting::new(Form::List("paths")).unset("`sources` in the data folder");
        /// Authorities that sign the certificates of your databases, beside the usual ones: for connections whose TLS mode is `verify-full`.
        tls_ca_file: String = Setting::new(Form::Text("a path to a file with certificates in PEM"))
            .unset("only the usual authorities are trusted");
    }
    "Questions" {
        /// The time zone that 今天 or "last month" is meant in.
        timezone: String = Setting::new(Form::Text("a name of the IANA time zone database, such as `Asia/Shanghai` or `UTC`"))
            .unset("the machine's time zone");
        /// How long one query may take in the database; then it is cancelled there.
        query_seconds: u64 = Setting::new(Form::Number(1, 86_400)).default("30");
        /// The most rows of a result; the rest is left out, and the answer says so.
        query_rows: u64 = Setting::new(Form::Number(1, 1_000_000)).default("1000");
        /// The most memory for the rows of one result.
        query_mib: u64 = Setting::new(Form::Number(1, 4_096)).default("16");
        /// The most rows of an exported file; the file says so when rows were left out.
        export_rows: u64 = Setting::new(Form::Number(1, 100_000_000)).default("100000");
        /// How long an export may take, the time in which its file is downloaded included; then its query is cancelled in the database.
        export_seconds: u64 = Setting::new(Form::Number(1, 86_400)).default("600");
        /// The most data of an exported file, as it comes from the database; it is never held in memory.
        export_mib: u64 = Setting::new(Form::Number(1, 1_048_576)).default("256");
        /// How long an answer may take from question to end.
        run_seconds: u64 = Setting::new(Form::Number(1, 86_400)).default("300");
        /// Answers that may be under way at the same time for one account.
        runs_per_account: u64 = Setting::new(Form::Number(1, 100_000)).default("64");
        /// How long the events of an answer that is over are kept for a client that reconnects.
        event_seconds: u64 = Setting::new(Form::Number(0, 86_400)).default("300");
        /// The most memory for events of answers that are over; the oldest go first.
        event_mib: u64 = Setting::new(Form::Number(1, 65_536)).default("16");
    }
    "Tools" {
        /// MCP servers whose tools models may call, in a file of the form that other MCP clients read: `{"mcpServers": {"name": {"command": "npx", "args": […], "env": {…}}}}`, or `{"url": "https://…/mcp", "headers": {…}}` for streamable HTTP.
        /// A process gets `env` and the usual path and home folder, and nothing else of the server's environment.
        /// A request names the tools that it allows; a tool called like one of ours takes its place.
        mcp_config: String = Setting::new(Form::Text("a path to a JSON file with `mcpServers`"))
            .unset("there are no MCP servers");
        /// How long one call of a server's tool may take.
        mcp_call_seconds: u64 = Setting::new(Form::Number(1, 110)).default("60");
        /// The connection in which quotes of stocks are, by its name: one that admins share, or that an admin has. Everybody's stock tools read its table of quotes, and nothing else of it.
        quotes_connection: String = Setting::new(Form::Text("the name of a connection"))
            .unset("the demo database, whose quotes are made up");
        /// Its table or view of daily prices (`schema.table` where it needs a schema), with the columns `code`, `name`, `trade_date`, `open`, `high`, `low`, `close` and `volume`.
        /// On a large one, indexes on `code` with `trade_date` and on `trade_date` keep answers quick.
        quotes_table: String = Setting::new(Form::Text("a table's name")).default("\"daily_prices\"");
        /// The MCP server of `mcp_config` whose tools have the quotes, by its name there.
        /// Our own stock tools are off then, but for `list_fav_stock`, and those that other servers have of the same names: none of them stands in for the server's while it can't be reached, and without a model nothing is answered from quotes.
        quotes_server: String = Setting::new(Form::Text("the name of a server in `mcp_config`"))
            .unset("our own stock tools read `quotes_table`");
    }
    "Datasets" {
        /// The most megabytes of a file that is uploaded to become a dataset.
        dataset_file_mb: u64 = Setting::new(Form::Number(1, 1_000_000)).default("100");
        /// The most megabytes that all datasets of an account take, files as they came and tables made of them together.
        dataset_account_mb: u64 = Setting::new(Form::Number(1, 100_000_000)).default("2000");
        /// The most memory that all questions about datasets together take for what they have to hold: groups, sorted rows, sides of joins.
        /// What doesn't fit goes to disk.
        dataset_query_mib: u64 = Setting::new(Form::Number(16, 1_048_576)).default("128");
        /// The most room on disk that questions about datasets take for that, in the folder `spill` of the data folder.
        dataset_spill_mib: u64 = Setting::new(Form::Number(1, 104_857_600)).default("10240");
        /// The bucket of S3, or of a server that speaks its protocol, in which datasets are kept.
        dataset_bucket: String = Setting::new(Form::Text("the name of a bucket"))
            .unset("datasets are kept in the folder `datasets` of the data folder");
        /// What the path of everything in the bucket begins with.
        dataset_prefix: String = Setting::new(Form::Text("a path such as `wenshu/datasets`")).unset("nothing");
        /// Where the bucket is, when that isn't Amazon.
        dataset_endpoint: String = Setting::new(Form::Text("a URL with `http` or `https`, such as `https://minio.example:9000`"))
            .unset("Amazon S3").also(&["AWS_ENDPOINT_URL"]);
        /// The region of the bucket.
        dataset_region: String = Setting::new(Form::Text("the name of a region")).default("\"us-east-1\"").also(&["AWS_REGION"]);
        /// The id of the key to the bucket.
        dataset_access_key: String = Setting::new(Form::Text("the id of a key"))
            .unset("what the machine itself may do").also(&["AWS_ACCESS_KEY_ID"]);
        /// The key to the bucket.
        dataset_secret_key: SecretString = Setting::new(Form::Secret("a secret access key"))
            .unset("what the machine itself may do").also(&["AWS_SECRET_ACCESS_KEY"]);
    }
    "Models" {
        /// The key of OpenAI, or of a server that speaks its Chat Completions API.
        /// With a key or a base URL, that model answers everybody's questions unless another one is chosen.
        openai_api_key: SecretString = Setting::new(Form::Secret("a key"))
            .unset("no key is sent; without a base URL either, the built-in engine answers")
            .also(&["OPENAI_API_KEY"]);
        /// The base URL of the server, up to and with `/v1`.
        openai_base_url: String = Setting::new(Form::Text("an http or https URL such as `http://localhost:11434/v1`"))
            .unset("OpenAI's own")
            .also(&["OPENAI_BASE_URL"]);
        /// The model.
        openai_model: String = Setting::new(Form::Text("a model's id, 1 to 200 characters"))
            .default("\"gpt-4o\"")
            .also(&["OPENAI_MODEL"]);
        /// What a token of that model costs in chats, in credits.
        model_multiplier: u64 = Setting::new(Form::Number(0, 1_000_000)).default("1");
        /// How long to wait for the first part of a model's reply.
        model_first_seconds: u64 = Setting::new(Form::Number(1, 3_600)).default("60");
        /// How long a whole reply of a model may take.
        model_seconds: u64 = Setting::new(Form::Number(1, 86_400)).default("240");
        /// How often a request to a model is sent at most, when it is refused for a moment (429, 5xx, no connection).
        model_requests: u64 = Setting::new(Form::Number(1, 10)).default("4");
        /// How much of a database's structure a model is shown, in tokens.
        model_schema_tokens: u64 = Setting::new(Form::Number(100, 1_000_000)).default("6000");
        /// How much of a result a model is shown to put it into words, in tokens.
        model_rows_tokens: u64 = Setting::new(Form::Number(10, 1_000_000)).default("2000");
        /// How much of the conversation before a question a model is shown, in tokens; the newest rounds first, the last one always.
        model_conversation_tokens: u64 = Setting::new(Form::Number(0, 1_000_000)).default("3000");
        /// Whether a model says what a new conversation is called, after its first answer; otherwise it is called as its question begins.
        model_titles: bool = Setting::new(Form::Switch).default("true");
        /// How often the text of a running answer is kept: a killed server loses no more than came since.
        checkpoint_seconds: u64 = Setting::new(Form::Number(1, 3_600)).default("2");
    }
    "Accounts" {
        /// Whether anybody may make an account for themselves; otherwise admins make them.
        registration: bool = Setting::new(Form::Switch).default("true");
        /// The id of the WeChat app whose users may sign in.
        wechat_app_id: String = Setting::new(Form::Text("the app id that WeChat gave"))
            .unset("nobody signs in through WeChat");
        /// The secret of that app.
        wechat_secret: SecretString = Setting::new(Form::Secret("the secret that WeChat gave"))
            .unset("nobody signs in through WeChat");
        /// Where WeChat answers.
        wechat_base_url: String = Setting::new(Form::Text("an http or https URL"))
            .default("\"https://api.weixin.qq.com\"");
        /// How long an answer of WeChat may take.
        wechat_seconds: u64 = Setting::new(Form::Number(1, 300)).default("10");
        /// The name of the admin that `GET /api/v1/utils/admin` makes in debug mode.
        debug_admin_username: String = Setting::new(Form::Text("a user name"))
            .unset("that route makes none");
        /// The password of that admin.
        debug_admin_password: SecretString = Setting::new(Form::Secret("a password of 6 to 128 characters"))
            .unset("that route makes none");
        /// How long an access token is valid.
        access_token_seconds: u64 = Setting::new(Form::Number(60, 604_800)).default("3600");
        /// How long a refresh token is valid; it can be used once.
        refresh_token_days: u64 = Setting::new(Form::Number(1, 3_650)).default("30");
        /// Failed logins for one account from one address before the answer is "too many".
        login_failures_per_account: u64 = Setting::new(Form::Number(1, 1_000_000)).default("10");
        /// Failed logins from one address before the answer is "too many".
        login_failures_per_address: u64 = Setting::new(Form::Number(1, 1_000_000)).default("100");
        /// The time in which failed logins count.
        login_window_seconds: u64 = Setting::new(Form::Number(1, 86_400)).default("300");
        /// Memory that hashing a password takes (argon2id).
        /// Existing passwords keep working when the cost changes.
        password_memory_kib: u64 = Setting::new(Form::Number(8, 4_194_304)).default("19456");
        /// Passes over that memory.
        password_passes: u64 = Setting::new(Form::Number(1, 100)).default("2");
        /// Lanes of password hashing.
        password_lanes: u64 = Setting::new(Form::Number(1, 64)).default("1");
    }
    "Operations" {
        /// What is logged, to standard error: a level, or levels for parts of the program.
        log: String = Setting::new(Form::Text("`error`, `warn`, `info`, `debug`, `trace`, `off`, or directives such as `info,wenshu_core=debug`"))
            .default("\"info\"").also(&["RUST_LOG"]);
        /// How log lines look: `text` for people, `json` for machines, one object a line.
        log_format: String = Setting::new(Form::Text("`text` or `json`")).default("\"text\"");
        /// Whether `/metrics` answers, in Prometheus' text format.
        metrics: bool = Setting::new(Form::Switch).default("true");
    }
}

/// Every setting, without the groups.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().flat_map(|(_, settings)| settings.iter())
}

/// The setting of this name.
pub fn by_key(key: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.key == key)
}
