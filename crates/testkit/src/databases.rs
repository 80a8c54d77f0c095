//! Databases of one test, on the real servers that the test command has started.

use secrecy::SecretString;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use url::Url;
use uuid::Uuid;
use wenshu_sources::ServerOptions;

/// A kind of server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    Postgres,
    MariaDb,
    ClickHouse,
}

/// A database with a name of its own, dropped with this.
pub struct ServerDatabase {
    server: Server,
    url: Url,
    name: String,
}

impl ServerDatabase {
    /// An empty PostgreSQL database.
    ///
    /// # Panics
    ///
    /// Where no server has been started for the tests, as all of its methods do when the server doesn't do its part.
    pub async fn postgres() -> Self {
        Self::create(Server::Postgres, "WENSHU_TEST_POSTGRES_URL").await
    }

    /// An empty MariaDB database.
    ///
    /// # Panics
    ///
    /// Where no server has been started for the tests.
    pub async fn mariadb() -> Self {
        Self::create(Server::MariaDb, "WENSHU_TEST_MARIADB_URL").await
    }

    /// An empty ClickHouse database.
    ///
    /// # Panics
    ///
    /// Where no server has been started for the tests.
    pub async fn clickhouse() -> Self {
        Self::create(Server::ClickHouse, "WENSHU_TEST_CLICKHOUSE_URL").await
    }

    async fn create(server: Server, variable: &str) -> Self {
        let url = std::env::var(variable).unwrap_or_else(|_| {
            panic!(
                "these tests need a server: run the tests through `cargo xtask test`, or start one with \
                 `cargo xtask services up` and set {variable}"
            )
        });
        let url = Url::parse(&url).expect("the server's URL can be read");
        #[expect(clippy::disallowed_methods, reason = "what else is on the server is not foreseen")]
        let name = format!("wenshu_test_{}", Uuid::new_v4().simple());
        run(server, &url, &format!("CREATE DATABASE {name}")).await;
        Self { server, url, name }
    }

    /// How it is reached, by an account with all rights that looks at nothing else on the server.
    ///
    /// # Panics
    ///
    /// Where the server's URL has no host, port or password.
    pub fn options(&self) -> ServerOptions {
        let password = SecretString::from(self.url.password().expect("the URL has a password").to_owned());
        let host = self.url.host_str().expect("the URL has a host");
        let port = self.url.port().expect("the URL has a port");
        let options = ServerOptions::new(host, port, &self.name, self.url.username(), password);
        ServerOptions { other_databases: false, ..options }
    }

    /// Its URL, with the password.
    pub fn url(&self) -> SecretString {
        let mut url = self.url.clone();
        url.set_path(&self.name);
        String::from(url).into()
    }

    /// Runs statements, one or many; ClickHouse takes them one by one, so there each ends with `;` and its line.
    ///
    /// # Panics
    ///
    /// Where one of them fails.
    pub async fn run(&self, statements: &str) {
        let mut url = self.url.clone();
        url.set_path(&self.name);
        run(self.server, &url, statements).await;
    }
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        let force = if self.server == Server::Postgres { " WITH (FORCE)" } else { "" };
        let (server, url) = (self.server, self.url.clone());
        let statement = format!("DROP DATABASE {}{force}", self.name);
        // A runtime of its own, since the test's may be ending and cannot be waited for from here.
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run(server, &url, &statement));
        });
        if dropping.join().is_err() && !std::thread::panicking() {
            panic!("the test's database `{}` was not dropped", self.name);
        }
    }
}

async fn run(server: Server, url: &Url, statements: &str) {
    if server == Server::ClickHouse {
        return run_over_http(url, statements).await;
    }
    let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
    let outcome = match server {
        Server::Postgres => {
            let options = PgConnectOptions::from_url(url).expect("a URL of PostgreSQL");
            let mut connection: PgConnection =
                options.disable_statement_logging().connect().await.expect("PostgreSQL answers");
            statements.execute(&mut connection).await.map(drop)
        }
        Server::MariaDb => {
            let options = MySqlConnectOptions::from_url(url).expect("a URL of MariaDB");
            let mut connection: MySqlConnection =
                options.disable_statement_logging().connect().await.expect("MariaDB answers");
            statements.execute(&mut connection).await.map(drop)
        }
        Server::ClickHouse => return,
    };
    outcome.unwrap_or_else(|error| panic!("the database refused a test's statement: {error}"));
}

async fn run_over_http(url: &Url, statements: &str) {
    // Fails when another one was chosen before, which is as good.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
    let mut address = url.clone();
    address.set_path("/");
    let database = url.path().trim_start_matches('/');
    for statement in statements.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
        let request =
            client.post(address.clone()).query(&[("database", database)]).body(statement.to_owned());
        let response = request.send().await.expect("ClickHouse answers");
        let is_done = response.status().is_success();
        let text = response.text().await.expect("ClickHouse answers in text");
        assert!(is_done, "the database refused a test's statement: {text}");
    }
}
