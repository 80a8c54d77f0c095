//! A PostgreSQL database of one test, on the server that the test command has started.

use sea_orm::{ConnectionTrait, Database};
use uuid::Uuid;

/// Names a superuser's URL of a running server.
const SERVER: &str = "WENSHU_TEST_POSTGRES_URL";

/// A database with a name of its own, dropped with this.
pub(crate) struct PostgresDatabase {
    server: String,
    name: String,
}

impl PostgresDatabase {
    /// Makes an empty database.
    pub(crate) async fn create() -> Self {
        let server = std::env::var(SERVER).unwrap_or_else(|_| {
            panic!(
                "these tests need a PostgreSQL server: run the tests through `cargo xtask test`, \
                 or start one with `cargo xtask services up` and set {SERVER}"
            )
        });
        #[expect(clippy::disallowed_methods, reason = "what else is on the server is not foreseen")]
        let name = format!("wenshu_store_{}", Uuid::new_v4().simple());
        run(&server, &format!("CREATE DATABASE {name}")).await;
        Self { server, name }
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> String {
        // What is behind the question mark may have slashes too.
        let (place, options) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let (server, _) = place.rsplit_once('/').unwrap();
        format!("{server}/{}?{options}", self.name)
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let server = self.server.clone();
        let statement = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        // A runtime of its own, since the test's may be ending and cannot be waited for from here.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(&server, &statement));
        });
        if dropping.join().is_err() && !std::thread::panicking() {
            panic!("the test's database `{}` was not dropped", self.name);
        }
    }
}

async fn run(server: &str, statement: &str) {
    let connection = Database::connect(server).await.unwrap();
    connection.execute_unprepared(statement).await.unwrap();
    connection.close().await.unwrap();
}
