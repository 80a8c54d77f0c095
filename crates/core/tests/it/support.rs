//! An application on temporary files, a clock that tests move, and an interpreter that writes the SQL it is told.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use secrecy::SecretString;
use tempfile::TempDir;
use uuid::Uuid;
use wenshu_answer::interpreter::Request;
use wenshu_answer::{
    AnswerError, AnswerEvent, EventSink, Interpretation, Interpreter, Language, ModelConnector, SqlDraft,
};
use wenshu_core::accounts::{Device, Registration, SignedIn};
use wenshu_core::clock::Clock;
use wenshu_core::runs::{Ask, Asked, NumberedEvent, RunEvent, RunHandle};
use wenshu_core::secrets::MasterKey;
use wenshu_core::settings::PasswordCost;
use wenshu_core::{Actor, App, AppError, CoreSettings, Engines, ModelSettings, OperatorModel};
use wenshu_sources::QueryResult;
use wenshu_store::{Store, StoreSettings, StoreUrl};

/// A clock that stands still until it is moved; its ids count up.
#[derive(Debug)]
pub(crate) struct TestClock {
    milliseconds: AtomicI64,
    ids: AtomicU64,
}

impl TestClock {
    fn new(ids_from: u64) -> Arc<Self> {
        let start = "2026-03-15T08:00:00Z".parse::<DateTime<Utc>>().unwrap();
        Arc::new(Self {
            milliseconds: AtomicI64::new(start.timestamp_millis()),
            ids: AtomicU64::new(ids_from),
        })
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.milliseconds.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.milliseconds.load(Ordering::SeqCst)).unwrap()
    }

    fn new_id(&self) -> Uuid {
        Uuid::from_u128(
            0x8000_0000_0000_7000_8000_0000_0000_0000 | u128::from(self.ids.fetch_add(1, Ordering::SeqCst)),
        )
    }
}

/// A query that never ends by itself.
pub(crate) const ENDLESS: &str = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT count(*) FROM numbers";

/// Takes the question for the SQL; says "done" afterwards. Panics when asked to.
#[derive(Debug)]
struct Literal;

#[async_trait]
impl Interpreter for Literal {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        let text = &request.question.text;
        assert!(text != "panic", "asked to");
        let sql = if text == "endless" { ENDLESS.to_owned() } else { text.clone() };
        Ok(Interpretation::Query(SqlDraft { sql, ..SqlDraft::default() }))
    }

    async fn summarize(
        &self,
        _request: &Request<'_>,
        _draft: &SqlDraft,
        _result: &QueryResult,
        events: &dyn EventSink,
    ) -> Result<(), AnswerError> {
        events.emit(AnswerEvent::Text("do".to_owned()));
        events.emit(AnswerEvent::Text("ne".to_owned()));
        Ok(())
    }
}

pub(crate) struct TestApp {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) store: Store,
    pub(crate) folder: Arc<TempDir>,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut CoreSettings)) -> Self {
        Self::start_in(Arc::new(TempDir::new().unwrap()), 1, change, Engines::without_models()).await
    }

    /// With a model called `m`, opened with this.
    pub(crate) async fn start_with_model(
        connector: Arc<dyn ModelConnector>,
        change: impl FnOnce(&mut CoreSettings),
    ) -> Self {
        let change = |settings: &mut CoreSettings| {
            let model = ModelSettings {
                provider: "openai".to_owned(),
                model_id: "m".to_owned(),
                base_url: None,
                api_key: None,
            };
            settings.models = vec![OperatorModel { name: "m".to_owned(), settings: model, multiplier: 1 }];
            change(settings);
        };
        Self::start_in(Arc::new(TempDir::new().unwrap()), 1, change, Engines::new(connector)).await
    }

    /// Another process on the same files, after this one.
    pub(crate) async fn restart(&self) -> Self {
        Self::start_in(Arc::clone(&self.folder), 1_000_000, |_| {}, Engines::without_models()).await
    }

    async fn start_in(
        folder: Arc<TempDir>,
        ids_from: u64,
        change: impl FnOnce(&mut CoreSettings),
        engines: Engines,
    ) -> Self {
        let clock = TestClock::new(ids_from);
        let mut settings = CoreSettings::new(folder.path());
        settings.password_cost = PasswordCost { memory_kib: 8, passes: 1, lanes: 1 };
        let store_file = folder.path().join("wenshu.db");
        settings.store_file = Some(store_file.clone());
        change(&mut settings);
        if settings.demo {
            small_database(&folder.path().join("demo.db"));
        }
        std::fs::create_dir_all(folder.path().join("sources")).unwrap();
        let store = StoreSettings { url: StoreUrl::Sqlite(store_file), max_connections: 4 };
        let store = Store::open(&store).await.unwrap();
        let engines = Engines { builtin: Arc::new(Literal), ..engines };
        let app = App::start(
            settings,
            store.clone(),
            MasterKey::new([7; 32]),
            Arc::clone(&clock) as Arc<dyn Clock>,
            &engines,
        )
        .await
        .unwrap();
        app.connections.provide_demo(&[]).await.unwrap();
        Self { app, clock, store, folder }
    }

    pub(crate) async fn register(&self, email: &str) -> Result<SignedIn, AppError> {
        self.app.accounts.register(registration(email), Device::default()).await
    }

    pub(crate) async fn actor(&self, email: &str) -> Actor {
        let signed_in = self.register(email).await.unwrap();
        self.app.accounts.authenticate(signed_in.tokens.access_text()).await.unwrap()
    }

    /// Somebody who is registered, as of a new call.
    pub(crate) async fn returning(&self, email: &str) -> Actor {
        let password = registration(email).password;
        let address = std::net::IpAddr::from([127, 0, 0, 1]);
        let signed_in = self.app.accounts.login(address, email, password, Device::default()).await.unwrap();
        self.app.accounts.authenticate(signed_in.tokens.access_text()).await.unwrap()
    }

    pub(crate) async fn ask(&self, actor: &Actor, query: &str) -> RunHandle {
        match self.app.runs.ask(actor, ask(query)).await.unwrap() {
            Asked::Run(handle) => handle,
            Asked::Over => panic!("a new question is not over"),
        }
    }
}

pub(crate) fn ask(query: &str) -> Ask {
    Ask {
        query: query.to_owned(),
        language: Language::En,
        model: None,
        conversation: None,
        connection: None,
        last_event: None,
    }
}

pub(crate) fn registration(email: &str) -> Registration {
    Registration {
        email: Some(email.to_owned()),
        username: None,
        password: SecretString::from("correct horse 1".to_owned()),
        display_name: None,
    }
}

/// The kinds of the events, each in a word.
pub(crate) fn words(events: &[NumberedEvent]) -> Vec<String> {
    events
        .iter()
        .map(|event| match event.event.as_ref() {
            RunEvent::Progress { stage, .. } => format!("{stage:?}").to_lowercase(),
            RunEvent::Sql { .. } => "sql".to_owned(),
            RunEvent::Rows { table, .. } => format!("rows {}", table.data.get()),
            RunEvent::Chart(_) => "chart".to_owned(),
            RunEvent::Text(text) => format!("text {text}"),
            RunEvent::TextTakenBack { bytes } => format!("taken back {bytes}"),
            RunEvent::Clarification(_) => "clarification".to_owned(),
            RunEvent::Tool(call) => format!("tool {} {}", call.name, call.status.as_str()),
            RunEvent::Finished { .. } => "finished".to_owned(),
            RunEvent::Failed(failure) => format!("failed {}", failure.error.code()),
        })
        .collect()
}

/// Reads events up to the first of this stage, that one included.
pub(crate) async fn until(handle: &mut RunHandle, word: &str) -> Vec<NumberedEvent> {
    let mut events = Vec::new();
    while let Some(event) = handle.events.next().await {
        events.push(event);
        if words(&events).last().is_some_and(|last| last == word) {
            return events;
        }
    }
    panic!("`{word}` never came, only {:?}", words(&events));
}

fn small_database(path: &Path) {
    let database = rusqlite::Connection::open(path).unwrap();
    database
        .execute_batch("CREATE TABLE IF NOT EXISTS city (name TEXT, people INTEGER); DELETE FROM city; INSERT INTO city VALUES ('北京', 2), ('上海', 3);")
        .unwrap();
}
