//! The driver on a real server, without the guard: statements come as they are, so that what is tested is the driver alone.

mod pooling;
mod reaching;
mod schema;
mod stopping;
mod types;
mod walls;

use std::time::Duration;

use secrecy::SecretString;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::PostgresSource;
use crate::tests::shown;
use crate::{Limits, QueryResult, ServerOptions, SourceError};

/// A limit on time that no test reaches unless something hangs.
const LONG: Duration = Duration::from_secs(60);

/// A statement that runs for hours.
const ENDLESS: &str =
    "SELECT count(*) FROM generate_series(1, 1000000) AS a, generate_series(1, 1000000) AS b";

/// Where a superuser finds the server that the test command has started.
fn server() -> Url {
    const SERVER: &str = "WENSHU_TEST_POSTGRES_URL";
    let url = std::env::var(SERVER).unwrap_or_else(|_| {
        panic!(
            "these tests need a PostgreSQL server: run the tests through `cargo xtask test`, \
             or start one with `cargo xtask services up` and set {SERVER}"
        )
    });
    Url::parse(&url).unwrap()
}

/// A database of one test, dropped with this.
struct Fixture {
    options: ServerOptions,
    source: PostgresSource,
}

impl Fixture {
    /// A database made by these statements.
    async fn new(setup: &str) -> Self {
        Self::with_options(setup, |_| {}).await
    }

    async fn with_options(setup: &str, change: impl FnOnce(&mut ServerOptions)) -> Self {
        let server = server();
        #[expect(clippy::disallowed_methods, reason = "what else is on the server is not foreseen")]
        let name = format!("wenshu_sources_{}", Uuid::new_v4().simple());
        let password = SecretString::from(server.password().unwrap().to_owned());
        let (host, port) = (server.host_str().unwrap(), server.port().unwrap());
        let mut options = ServerOptions::new(host, port, &name, server.username(), password);
        change(&mut options);
        run_on_server(&format!("CREATE DATABASE {name}")).await;
        let fixture = Self { source: PostgresSource::new(options.clone()), options };
        if !setup.is_empty() {
            fixture.writer().await.execute(AssertSqlSafe(setup.to_owned())).await.unwrap();
        }
        fixture
    }

    /// A superuser's connection that may write, as another program has it.
    async fn writer(&self) -> PgConnection {
        let mut url = server();
        url.set_path(&self.options.database);
        PgConnectOptions::from_url(&url).unwrap().disable_statement_logging().connect().await.unwrap()
    }

    /// One value, as another program sees it.
    async fn look(&self, sql: &str) -> Option<String> {
        let statement = AssertSqlSafe(sql.to_owned());
        sqlx::query_scalar(statement).persistent(false).fetch_one(&mut self.writer().await).await.unwrap()
    }

    async fn ask(&self, sql: &str) -> Result<QueryResult, SourceError> {
        self.source.server.answer(sql, &Limits::default(), &CancellationToken::new()).await
    }

    async fn ask_within(&self, sql: &str, limits: Limits) -> Result<QueryResult, SourceError> {
        self.source.server.answer(sql, &limits, &CancellationToken::new()).await
    }

    /// Waits until nothing is being done. A connection that is just being made when its test ends keeps the server from
    /// dropping databases for a minute.
    async fn settle(&self) {
        let mut turns = Vec::new();
        for _ in 0..self.options.connections {
            turns.push(self.source.server.connections.pool.turn(LONG).await.unwrap());
        }
    }

    /// A statement and its whole result.
    async fn check(&self, sql: &str, expected: &str) {
        let result = self.ask(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(shown(&result), expected, "{sql}");
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE {} WITH (FORCE)", self.options.database);
        // A runtime of its own, since the test's may be ending and cannot be waited for from here.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run_on_server(&statement));
        });
        if dropping.join().is_err() && !std::thread::panicking() {
            panic!("the test's database `{}` was not dropped", self.options.database);
        }
    }
}

async fn run_on_server(statement: &str) {
    let options = PgConnectOptions::from_url(&server()).unwrap().disable_statement_logging();
    options.connect().await.unwrap().execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
}
