//! A whole application in the process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use chrono::{DateTime, Utc};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;
use wenshu_answer::Interpreter;
use wenshu_contracts::HttpSettings;
use wenshu_core::clock::{Clock, SystemClock};
use wenshu_core::connections::DemoTerm;
use wenshu_core::secrets::MasterKey;
use wenshu_core::settings::PasswordCost;
use wenshu_core::tools::Tools;
use wenshu_core::{App, CoreSettings, Engines, ModelSettings, OperatorModel};
use wenshu_models::{Connector, ModelTimes};
use wenshu_store::{AccountStatus, Store, StoreSettings, StoreUrl};
use wenshu_tools::{McpConfig, McpServers, ServerTimes};

use crate::{ScriptedModel, ServerDatabase, TestClock, TestResponse, TestServer, TestUser};

/// The time that test clocks start at.
pub const NOON: &str = "2026-03-18T12:00:00Z";

/// Where the ids of an application begin that comes after another one.
const SECOND_IDS: u64 = 1_000_000_000;

/// A password that every contract accepts.
pub const PASSWORD: &str = "correct-horse-1";

/// An application over a SQLite store and the demo database in a folder of its own, behind its real router.
pub struct TestApp {
    /// The use cases.
    pub app: Arc<App>,
    /// The time.
    pub clock: Arc<TestClock>,
    /// The router.
    pub router: Router,
    /// What it has stored, for what no contract shows.
    pub store: Store,
    /// Where its files are; removed when nobody has it any more.
    pub folder: Arc<TempDir>,
    bound: SocketAddr,
}

/// Makes a [`TestApp`] that differs from the usual one.
pub struct TestAppBuilder {
    core: Box<dyn FnOnce(&mut CoreSettings)>,
    http: Box<dyn FnOnce(&mut HttpSettings)>,
    engines: Engines,
    models: Vec<OperatorModel>,
    demo: bool,
    bound: SocketAddr,
    store: Option<StoreUrl>,
    folder: Option<Arc<TempDir>>,
    is_alone: bool,
}

impl TestApp {
    /// The usual one: on loopback, with the demo database, its clock standing at [`NOON`], password hashes cheap.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// One that differs.
    pub fn builder() -> TestAppBuilder {
        TestAppBuilder {
            core: Box::new(|_| {}),
            http: Box::new(|_| {}),
            engines: Engines::new(Arc::new(connector(ModelTimes::default()))),
            models: Vec::new(),
            demo: true,
            bound: SocketAddr::from(([127, 0, 0, 1], 8000)),
            store: None,
            folder: None,
            is_alone: true,
        }
    }

    /// A request with the server's own `Host` and no body.
    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Request::builder().method(method).uri(path).header(HOST, self.bound.to_string())
    }

    /// Sends a request to the router.
    pub async fn send(&self, request: Request<Body>) -> TestResponse {
        let response = self.router.clone().oneshot(request).await;
        TestResponse::new(response.unwrap_or_else(|never| match never {}))
    }

    /// A GET by nobody.
    pub async fn get(&self, path: &str) -> TestResponse {
        self.send(self.request(Method::GET, path).body(Body::empty()).expect("a request")).await
    }

    /// A POST of JSON by nobody.
    pub async fn post(&self, path: &str, body: &Value) -> TestResponse {
        self.post_text(path, &body.to_string()).await
    }

    /// A POST by nobody of what may be no JSON.
    pub async fn post_text(&self, path: &str, body: &str) -> TestResponse {
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_owned())).expect("a request")).await
    }

    /// Registers somebody through QueryGPT's contract.
    pub async fn register(&self, email: &str) -> TestUser<'_> {
        let body = json!({"email": email, "password": PASSWORD});
        let answer = self.post("/api/v1/auth/register", &body).await.json().await;
        TestUser::new(self, &answer)
    }

    /// A POST of a form by nobody.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = "application/x-www-form-urlencoded";
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, form);
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// Makes a user through AIDeer's contract, and signs them in there.
    pub async fn sign_up(&self, username: &str) -> TestUser<'_> {
        let body = json!({"username": username, "password": PASSWORD});
        let user = self.post("/api/v1/users", &body).await.json().await;
        let credentials = [("username", username), ("password", PASSWORD)];
        let tokens = self.post_form("/api/v1/session/oauth2/token", &credentials).await.json().await;
        TestUser::of_aideer(self, &user, &tokens)
    }

    /// Disables somebody's account, as an admin would.
    pub async fn disable(&self, user: &TestUser<'_>) {
        let id = self.account_of(user).await;
        let disabled = self.store.set_status(id, AccountStatus::Disabled, self.clock.now()).await;
        disabled.expect("an account");
    }

    /// Gives somebody this many credits, as an admin would.
    pub async fn grant(&self, user: &TestUser<'_>, credits: i64) {
        let id = self.account_of(user).await;
        let granted = self.store.set_credits(id, credits, self.clock.new_id(), self.clock.now()).await;
        granted.expect("an account");
    }

    /// The id of somebody's account, whatever their contract calls them by.
    async fn account_of(&self, user: &TestUser<'_>) -> Uuid {
        let by_number = match user.id.parse() {
            Ok(number) => self.store.account_by_number(number).await.expect("a store"),
            Err(_) => None,
        };
        by_number.map_or_else(|| user.id.parse().expect("a UUID"), |account| account.id)
    }

    /// Puts a copy of the demo database into the folder of SQLite files that may be asked.
    pub fn sqlite_file(&self, name: &str) {
        let folder = self.folder.path().join("sources");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::copy(self.folder.path().join("demo.db"), folder.join(name)).expect("a copy");
    }

    /// A request as whoever holds this access token.
    pub fn request_as(&self, token: &str, method: Method, path: &str) -> http::request::Builder {
        self.request(method, path).header(AUTHORIZATION, format!("Bearer {token}"))
    }

    /// Serves the router on a real socket.
    pub async fn spawn(&self) -> TestServer {
        TestServer::start(self.router.clone()).await
    }
}

impl TestAppBuilder {
    /// Changes settings of the use cases.
    #[must_use]
    pub fn core(mut self, change: impl FnOnce(&mut CoreSettings) + 'static) -> Self {
        self.core = Box::new(change);
        self
    }

    /// Changes settings of HTTP.
    #[must_use]
    pub fn http(mut self, change: impl FnOnce(&mut HttpSettings) + 'static) -> Self {
        self.http = Box::new(change);
        self
    }

    /// Another engine in the place of the built-in one.
    #[must_use]
    pub fn interpreter(mut self, interpreter: Arc<dyn Interpreter>) -> Self {
        self.engines.builtin = interpreter;
        self
    }

    /// This model, called `scripted`, offered to everybody; the default one.
    #[must_use]
    pub fn model(self, model: &ScriptedModel) -> Self {
        self.model_at("Scripted", model.url(), "sk-scripted")
    }

    /// This model under this name, in the format of this provider; the default one, if it is the first.
    #[must_use]
    pub fn model_of(mut self, provider: &str, name: &str, model: &ScriptedModel) -> Self {
        // What stands behind the host is the format's own.
        let base_url = match provider {
            "openai" | "openai_compatible" => model.url(),
            _ => format!("http://{}", model.address()),
        };
        let settings = ModelSettings {
            provider: provider.to_owned(),
            model_id: name.to_owned(),
            base_url: Some(base_url),
            api_key: Some("sk-scripted".to_owned().into()),
        };
        self.models.push(OperatorModel { name: name.to_owned(), settings, multiplier: 1 });
        self
    }

    /// The model of this name, in lower case, at this address of OpenAI's format, offered to everybody; the first one is the default.
    #[must_use]
    pub fn model_at(mut self, name: &str, base_url: String, key: &str) -> Self {
        let settings = ModelSettings {
            provider: "openai_compatible".to_owned(),
            model_id: name.to_lowercase(),
            base_url: Some(base_url),
            api_key: Some(key.to_owned().into()),
        };
        self.models.push(OperatorModel { name: name.to_owned(), settings, multiplier: 1 });
        self
    }

    /// An MCP server, by what a configuration says of it.
    #[must_use]
    pub fn mcp(self, entry: &Value) -> Self {
        self.mcp_servers(&[("server", entry)], None)
    }

    /// MCP servers by their names; quotes are left to the one that is named, as by a configuration.
    #[must_use]
    pub fn mcp_servers(mut self, entries: &[(&str, &Value)], quotes_server: Option<&str>) -> Self {
        // A busy machine takes long to start one.
        let long = Duration::from_secs(60);
        let times = ServerTimes { opening: long, patience: long, ..ServerTimes::default() };
        let entries: Map<String, Value> =
            entries.iter().map(|(name, entry)| ((*name).to_owned(), (*entry).clone())).collect();
        let mut config =
            McpConfig::parse(&json!({"mcpServers": entries}).to_string()).expect("a configuration");
        if let Some(server) = quotes_server {
            config.leave_to(server, Tools::has_quotes);
        }
        let servers = McpServers::new(config, times).expect("TLS");
        self.engines.tools = Arc::new(servers);
        self
    }

    /// Other times for models.
    #[must_use]
    pub fn model_times(mut self, times: ModelTimes) -> Self {
        self.engines.connector = Arc::new(connector(times));
        self
    }

    /// The address the server believes to listen on.
    #[must_use]
    pub fn bound(mut self, bound: SocketAddr) -> Self {
        self.bound = bound;
        self
    }

    /// Its store in this PostgreSQL database.
    #[must_use]
    pub fn store_in(mut self, database: &ServerDatabase) -> Self {
        self.store = Some(StoreUrl::Postgres(database.url()));
        self
    }

    /// One more process on the same store, beside one that lives.
    #[must_use]
    pub fn another_process(mut self) -> Self {
        self.is_alone = false;
        self
    }

    /// In the folder of an application that was there before, as after a restart.
    #[must_use]
    pub fn again_in(mut self, folder: Arc<TempDir>) -> Self {
        self.folder = Some(folder);
        self
    }

    /// Another process on the same files and the same store, at the same time.
    #[must_use]
    pub fn beside(mut self, app: &TestApp) -> Self {
        self.is_alone = false;
        self.again_in(Arc::clone(&app.folder))
    }

    /// No demo database.
    #[must_use]
    pub fn without_demo(mut self) -> Self {
        self.demo = false;
        self
    }

    /// Starts it.
    pub async fn start(self) -> TestApp {
        let ids_from = if self.folder.is_some() || !self.is_alone { SECOND_IDS } else { 0 };
        let folder = self.folder.unwrap_or_else(|| Arc::new(tempfile::tempdir().expect("a folder")));
        let noon: DateTime<Utc> = NOON.parse().expect("a time");
        let clock = Arc::new(TestClock::at(noon).with_ids_from(ids_from));
        let url = self.store.unwrap_or_else(|| StoreUrl::Sqlite(folder.path().join("wenshu.db")));
        let store = Store::open(&StoreSettings { url, max_connections: 4 }).await.expect("a store");

        let mut core = CoreSettings::new(folder.path());
        core.demo = self.demo;
        core.store_is_ours_alone = self.is_alone;
        core.models = self.models;
        // What a test scripts a model to say are answers; titles are asked for by those that are about them.
        core.model_titles = false;
        core.password_cost = PasswordCost { memory_kib: 8, passes: 1, lanes: 1 };
        (self.core)(&mut core);
        if self.demo && self.is_alone {
            crate::demo::provide(&folder.path().join("demo.db"), noon.date_naive());
        }
        let key = MasterKey::new([7; 32]);
        let clock_of_app: Arc<dyn Clock> = clock.clone();
        let app =
            App::start(core, store.clone(), key, clock_of_app, &self.engines).await.expect("an application");
        if self.demo {
            let terms: Vec<DemoTerm<'_>> = wenshu_demo::TERMS.iter().map(demo_term).collect();
            app.connections.provide_demo(&terms).await.expect("the demo connection");
        }

        let mut http = HttpSettings::new(self.bound);
        http.clock = clock.clone();
        (self.http)(&mut http);
        let router = wenshu_contracts::router(Arc::clone(&app), http);
        TestApp { app, clock, router, store, folder, bound: self.bound }
    }
}

fn demo_term(term: &wenshu_demo::Term) -> DemoTerm<'static> {
    let wenshu_demo::Term { term, kind, expression, description } = *term;
    DemoTerm { term, kind, expression, description: Some(description) }
}

fn connector(times: ModelTimes) -> Connector {
    Connector::new(times, || SystemClock.now()).expect("TLS")
}
