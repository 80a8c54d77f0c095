//! The driver on a real server, without the guard: statements come as they are, so that what is tested is the driver alone.

mod asking;
mod reaching;
mod types;

use std::time::Duration;

use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::ClickHouseSource;
use crate::tests::shown;
use crate::{Limits, QueryResult, ServerOptions, SourceError, Tls};

/// A limit on time that no test reaches unless something hangs.
const LONG: Duration = Duration::from_secs(60);

/// A statement that runs for ever.
const ENDLESS: &str = "SELECT count() FROM system.numbers WHERE number < 0";

/// Where an account with all rights finds the server that the test command has started.
fn server(database: &str) -> ServerOptions {
    const SERVER: &str = "WENSHU_TEST_CLICKHOUSE_URL";
    let url = std::env::var(SERVER).unwrap_or_else(|_| {
        panic!(
            "these tests need a ClickHouse server: run the tests through `cargo xtask test`, \
             or start one with `cargo xtask services up` and set {SERVER}"
        )
    });
    let url = Url::parse(&url).unwrap();
    let password = SecretString::from(url.password().unwrap().to_owned());
    ServerOptions::new(url.host_str().unwrap(), url.port().unwrap(), database, url.username(), password)
}

/// A database of one test, dropped with this.
struct Fixture {
    options: ServerOptions,
    source: ClickHouseSource,
}

impl Fixture {
    /// A database made by these statements, which `;` separates.
    async fn new(setup: &str) -> Self {
        #[expect(clippy::disallowed_methods, reason = "what else is on the server is not foreseen")]
        let name = format!("wenshu_sources_{}", Uuid::new_v4().simple());
        let default = ClickHouseSource::new(server("default")).unwrap();
        run(&default, &format!("CREATE DATABASE {name}")).await;
        let options = server(&name);
        let fixture = Self { source: ClickHouseSource::new(options.clone()).unwrap(), options };
        for statement in setup.split(';').filter(|statement| !statement.trim().is_empty()) {
            run(&fixture.source, statement).await;
        }
        fixture
    }

    async fn ask(&self, sql: &str) -> Result<QueryResult, SourceError> {
        self.ask_within(sql, Limits::default()).await
    }

    async fn ask_within(&self, sql: &str, limits: Limits) -> Result<QueryResult, SourceError> {
        self.source.answer(sql, &limits, &CancellationToken::new()).await
    }

    /// A statement and its whole result.
    async fn check(&self, sql: &str, expected: &str) {
        let result = self.ask(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(shown(&result), expected, "{sql}");
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE {}", self.options.database);
        // A runtime of its own, since the test's may be ending and cannot be waited for from here.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                run(&ClickHouseSource::new(server("default")).unwrap(), &statement).await;
            });
        });
        if dropping.join().is_err() && !std::thread::panicking() {
            panic!("the test's database `{}` was not dropped", self.options.database);
        }
    }
}

/// A statement that may write, and what it says.
async fn run(source: &ClickHouseSource, sql: &str) -> String {
    source.inner.client.text(sql.to_owned(), &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// The same server, with another way to encrypt.
fn with_tls(tls: Tls) -> ServerOptions {
    ServerOptions { tls, ..server("default") }
}
