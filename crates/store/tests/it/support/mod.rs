//! A fresh database for each test, and values to put into it.

mod postgres;

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use tokio::task::JoinSet;
use uuid::Uuid;
use wenshu_store::{
    Account, BegunRun, Checkpoint, FinishedRun, MessageStatus, NewAccount, NewConnection, NewMessage,
    NewRefreshToken, NewRun, NewSession, Role, RunConversation, RunStatus, Store, StoreSettings, StoreUrl,
};

/// Runs each test on both databases.
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::support::TestDatabase::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::support::TestDatabase::postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_both_databases;

/// An empty database of one test, removed when it is dropped.
pub(crate) enum TestDatabase {
    Sqlite(tempfile::TempDir),
    Postgres(postgres::PostgresDatabase),
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(postgres::PostgresDatabase::create().await)
    }

    pub(crate) fn settings(&self) -> StoreSettings {
        let url = match self {
            Self::Sqlite(folder) => StoreUrl::Sqlite(folder.path().join("wenshu.db")),
            Self::Postgres(database) => StoreUrl::Postgres(SecretString::from(database.url())),
        };
        StoreSettings { url, max_connections: 8 }
    }

    /// Opens the store, as one process would.
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.settings()).await.unwrap()
    }

    /// Changes the database behind the store's back.
    pub(crate) async fn execute(&self, statement: &str) {
        use sea_orm::{ConnectionTrait, Database};
        let url = match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("wenshu.db").display()),
            Self::Postgres(database) => database.url(),
        };
        let connection = Database::connect(url).await.unwrap();
        connection.execute_unprepared(statement).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The names of its tables.
    pub(crate) async fn tables(&self) -> Vec<String> {
        let statement = match self {
            Self::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
            Self::Postgres(_) => {
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            }
        };
        self.read(statement, |row| row.try_get_by_index(0).unwrap()).await
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let statement = format!("SELECT count(*) FROM {table}");
        self.read(&statement, |row| row.try_get_by_index(0).unwrap()).await[0]
    }

    async fn read<T>(&self, statement: &str, value: impl Fn(&sea_orm::QueryResult) -> T) -> Vec<T> {
        use sea_orm::{ConnectionTrait, Database, Statement};
        let url = match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("wenshu.db").display()),
            Self::Postgres(database) => database.url(),
        };
        let connection = Database::connect(url).await.unwrap();
        let statement = Statement::from_string(connection.get_database_backend(), statement);
        let rows = connection.query_all_raw(statement).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(value).collect()
    }
}

/// Runs so many tasks at once, in turn on each of the stores: two stores of one database are like two processes.
pub(crate) async fn at_once<Task>(
    count: i64,
    stores: &[&Store],
    task: impl Fn(i64, Store) -> Task,
) -> Vec<Task::Output>
where
    Task: Future<Output: Send> + Send + 'static,
{
    let tasks = stores.iter().cycle().zip(0..count).map(|(store, index)| task(index, (*store).clone()));
    tasks.collect::<JoinSet<_>>().join_all().await
}

/// A time in seconds after an arbitrary beginning; never the machine's clock.
pub(crate) fn second(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_760_000_000_123).unwrap() + TimeDelta::seconds(seconds)
}

/// An id that no other call in this process gives.
pub(crate) fn new_id() -> Uuid {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + NEXT.fetch_add(1, Ordering::Relaxed) as u128)
}

pub(crate) fn new_account(username: &str) -> NewAccount {
    NewAccount {
        id: new_id(),
        username: Some(username.to_owned()),
        email: None,
        nickname: Some(format!("{username} 先生")),
        password_hash: Some("$argon2id$of-".to_owned() + username),
        role: Role::User,
        role_label: None,
        created_at: second(0),
        admin_if_first: false,
    }
}

pub(crate) async fn account(store: &Store, username: &str) -> Account {
    store.insert_account(new_account(username)).await.unwrap()
}

pub(crate) fn refresh_token(byte: u8) -> NewRefreshToken {
    NewRefreshToken { hash: [byte; 32], issued_at: second(0), expires_at: second(1000) }
}

pub(crate) async fn session(store: &Store, account: Uuid, token: u8) -> Uuid {
    let id = new_id();
    let refresh = refresh_token(token);
    let new = NewSession { id, account, created_at: second(0), user_agent: None, refresh };
    store.insert_session(new).await.unwrap();
    id
}

pub(crate) fn new_connection(owner: Option<Uuid>, name: &str) -> NewConnection {
    NewConnection {
        id: new_id(),
        owner,
        name: name.to_owned(),
        driver: "sqlite".to_owned(),
        host: None,
        port: None,
        username: None,
        password: None,
        database: "demo.db".to_owned(),
        tls: None,
        is_default: false,
        is_demo: false,
        created_at: second(0),
    }
}

pub(crate) fn new_run(owner: Uuid, conversation: RunConversation, question: &str, at: i64) -> NewRun {
    NewRun {
        id: new_id(),
        owner,
        instance: Uuid::from_u128(7),
        conversation,
        question_message: new_id(),
        question: question.to_owned(),
        connection: None,
        model: Some("builtin".to_owned()),
        started_at: second(at),
    }
}

pub(crate) fn new_conversation(title: &str) -> RunConversation {
    RunConversation::New { id: new_id(), title: title.to_owned(), session: None }
}

pub(crate) fn finished(run: Uuid, content: &str, at: i64) -> FinishedRun {
    FinishedRun {
        id: run,
        status: RunStatus::Finished,
        error_code: None,
        message: Some(NewMessage {
            id: new_id(),
            content: content.to_owned(),
            status: MessageStatus::Complete,
            metadata: None,
        }),
        input_tokens: 0,
        output_tokens: 0,
        usage_estimated: false,
        task: None,
        finished_at: second(at),
    }
}

/// What a run has said after so many seconds, without usage.
pub(crate) fn checkpoint(partial: &str, at: i64) -> Checkpoint {
    Checkpoint {
        partial: partial.to_owned(),
        metadata: None,
        input_tokens: 0,
        output_tokens: 0,
        usage_estimated: false,
        cost: None,
        at: second(at),
    }
}

/// A conversation with one question and its answer.
pub(crate) async fn asked(
    store: &Store,
    owner: Uuid,
    title: &str,
    question: &str,
    answer: &str,
    at: i64,
) -> BegunRun {
    let run = new_run(owner, new_conversation(title), question, at);
    let id = run.id;
    let begun = store.begin_run(run).await.unwrap();
    store.finish_run(finished(id, answer, at)).await.unwrap();
    begun
}
