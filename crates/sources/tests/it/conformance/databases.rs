//! The databases that the checks run on: the same tables and rows in each, in its own words.

use std::sync::Arc;

use rusqlite::Connection;
use secrecy::SecretString;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;
use wenshu_sources::{
    ClickHouseSource, Dialect, MySqlSource, PostgresSource, ServerOptions, Source, SqliteOptions,
    SqliteSource,
};

/// A database of one check, gone with this.
pub(crate) struct Database {
    pub(crate) source: Arc<dyn Source>,
    place: Place,
}

enum Place {
    File(TempDir),
    Server(Url),
    /// ClickHouse, over HTTP.
    Http(Url),
}

/// Tables and rows. `{…}` stand for what differs: quotes, types, a backslash in a literal.
const SETUP: &str = r#"
    CREATE TABLE 客户 (编号 INTEGER PRIMARY KEY, 名称 VARCHAR(20) NOT NULL, born DATE, balance DECIMAL(10,2), seen {moment});
    INSERT INTO 客户 VALUES (1, '甲 😀', '1990-02-03', 12.50, '2026-03-01 10:20:30'),
        (2, '乙', '1991-01-01', 0.1, '2026-03-02 00:00:00'), (3, '丙', NULL, NULL, NULL);
    CREATE TABLE {q}订单 "{q2}明细"{q2}{q} (id INTEGER PRIMARY KEY, {q}客户 编号{q} INTEGER, {q}select{q} VARCHAR(20),
        FOREIGN KEY ({q}客户 编号{q}) REFERENCES 客户 (编号));
    INSERT INTO {q}订单 "{q2}明细"{q2}{q} VALUES (1, 1, 'a'), (2, 1, 'it''s {backslash} "x"'), (3, 2, NULL);
"#;

/// The same for ClickHouse, which has no keys and whose columns hold NULL only where they say so; and numbers without an end, since
/// a server of before 2019 lets nobody call `numbers()` who may only read.
const CLICKHOUSE_SETUP: &str = r#"
    CREATE TABLE `客户` (`编号` Int32, `名称` String, born Nullable(Date), balance Nullable(Decimal(10, 2)),
        seen Nullable(DateTime('UTC'))) ENGINE = MergeTree ORDER BY `编号`;
    INSERT INTO `客户` VALUES (1, '甲 😀', '1990-02-03', 12.50, '2026-03-01 10:20:30'),
        (2, '乙', '1991-01-01', 0.1, '2026-03-02 00:00:00'), (3, '丙', NULL, NULL, NULL);
    CREATE TABLE `订单 "明细"` (id Int32, `客户 编号` Nullable(Int32), `select` Nullable(String))
        ENGINE = MergeTree ORDER BY id;
    INSERT INTO `订单 "明细"` VALUES (1, 1, 'a'), (2, 1, 'it\'s \\ "x"'), (3, 2, NULL);
    CREATE VIEW endless AS SELECT number AS n FROM system.numbers;
"#;

fn setup(dialect: Dialect) -> String {
    let (moment, quote, doubled, backslash) = match dialect {
        Dialect::MySql => ("DATETIME", "`", "", "\\\\"),
        Dialect::Postgres => ("TIMESTAMP", "\"", "\"", "\\"),
        _ => ("DATETIME", "\"", "\"", "\\"),
    };
    SETUP
        .replace("{moment}", moment)
        .replace("{q}", quote)
        .replace("{q2}", doubled)
        .replace("{backslash}", backslash)
}

impl Database {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        let source = Arc::new(SqliteSource::new(path, SqliteOptions::default()));
        let database = Self { source, place: Place::File(folder) };
        database.write(&setup(Dialect::Sqlite)).await;
        database
    }

    pub(crate) async fn postgres() -> Self {
        let (url, options) = Self::on_server("WENSHU_TEST_POSTGRES_URL").await;
        let database = Self { source: Arc::new(PostgresSource::new(options)), place: Place::Server(url) };
        database.write(&setup(Dialect::Postgres)).await;
        database
    }

    pub(crate) async fn mariadb() -> Self {
        let (url, options) = Self::on_server("WENSHU_TEST_MARIADB_URL").await;
        let database = Self { source: Arc::new(MySqlSource::new(options)), place: Place::Server(url) };
        database.write(&setup(Dialect::MySql)).await;
        database
    }

    pub(crate) async fn clickhouse() -> Self {
        let (url, options) = Self::on_server("WENSHU_TEST_CLICKHOUSE_URL").await;
        let source = Arc::new(ClickHouseSource::new(options).unwrap());
        let database = Self { source, place: Place::Http(url) };
        database.write(CLICKHOUSE_SETUP).await;
        database
    }

    /// An empty database on the server of this variable.
    async fn on_server(variable: &str) -> (Url, ServerOptions) {
        let url = std::env::var(variable).unwrap_or_else(|_| {
            panic!(
                "these tests need a server: run the tests through `cargo xtask test`, or start one with \
                 `cargo xtask services up` and set {variable}"
            )
        });
        let mut url = Url::parse(&url).unwrap();
        #[expect(clippy::disallowed_methods, reason = "what else is on the server is not foreseen")]
        let name = format!("wenshu_conformance_{}", Uuid::new_v4().simple());
        run(&url, &format!("CREATE DATABASE {name}")).await;
        let password = SecretString::from(url.password().unwrap().to_owned());
        let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
        let options = ServerOptions::new(host, port, &name, url.username(), password);
        url.set_path(&name);
        (url, options)
    }

    /// Runs statements as another program would.
    pub(crate) async fn write(&self, statements: &str) {
        match &self.place {
            Place::File(folder) => {
                Connection::open(folder.path().join("shop.db")).unwrap().execute_batch(statements).unwrap();
            }
            Place::Server(url) | Place::Http(url) => run(url, statements).await,
        }
    }

    /// A statement that runs for hours.
    pub(crate) fn endless(&self) -> &'static str {
        match self.source.dialect() {
            Dialect::Postgres => {
                "SELECT count(*) FROM generate_series(1, 1000000) AS a (n), generate_series(1, 1000000) AS b (n)"
            }
            Dialect::ClickHouse => "SELECT count(*) FROM endless WHERE n % 7 = 9",
            Dialect::DataFusion => unreachable!("datasets are tested where they are asked"),
            _ => {
                "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 900) \
                 SELECT count(*) FROM c AS a, c AS b, c AS d, c AS e WHERE a.n + b.n + d.n + e.n < 0"
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (Place::Server(url) | Place::Http(url)) = &self.place else { return };
        let name = url.path().trim_start_matches('/').to_owned();
        let (mut server, force, other) = match url.scheme() {
            "mysql" => (url.clone(), "", "mysql"),
            "http" => (url.clone(), "", "default"),
            _ => (url.clone(), " WITH (FORCE)", "postgres"),
        };
        server.set_path(other);
        let statement = format!("DROP DATABASE {name}{force}");
        // A runtime of its own, since the test's may be ending and cannot be waited for from here.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(&server, &statement));
        });
        if dropping.join().is_err() && !std::thread::panicking() {
            panic!("the test's database `{name}` was not dropped");
        }
    }
}

async fn run(url: &Url, statements: &str) {
    if url.scheme() == "http" {
        return run_over_http(url, statements).await;
    }
    let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
    if url.scheme() == "mysql" {
        let options = MySqlConnectOptions::from_url(url).unwrap().disable_statement_logging();
        statements.execute(&mut options.connect().await.unwrap()).await.unwrap();
    } else {
        let options = PgConnectOptions::from_url(url).unwrap().disable_statement_logging();
        statements.execute(&mut options.connect().await.unwrap()).await.unwrap();
    }
}

/// ClickHouse takes one statement at a time.
async fn run_over_http(url: &Url, statements: &str) {
    // Fails when another one was chosen before, which is as good.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut address = url.clone();
    address.set_path("/");
    let database = url.path().trim_start_matches('/');
    for statement in statements.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
        let request =
            client.post(address.clone()).query(&[("database", database)]).body(statement.to_owned());
        let response = request.send().await.unwrap();
        let is_done = response.status().is_success();
        let text = response.text().await.unwrap();
        assert!(is_done, "{text}");
    }
}
