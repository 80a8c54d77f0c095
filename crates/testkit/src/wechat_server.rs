//! A stand-in for WeChat's `jscode2session`: it answers as WeChat does, in JSON that says it is plain text, and misbehaves on command.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use wenshu_wechat::{WeChatClient, WeChatSettings};

use crate::TestServer;

const APP_ID: &str = "wx-app-of-tests";
const SECRET: &str = "a-secret-of-tests";

/// How the next requests are answered.
#[derive(Clone, Debug, Default)]
pub enum WeChatMood {
    /// As WeChat does.
    #[default]
    Normal,
    /// With this code of WeChat's.
    Code(i64),
    /// With this status and body.
    Says(u16, String),
    /// Not at all.
    Silent,
}

/// WeChat on a port of its own. It ends with this value.
pub struct WeChatServer {
    server: TestServer,
    state: Shared,
}

type Shared = Arc<Mutex<Inner>>;

#[derive(Default)]
struct Inner {
    /// Whom a code is of; none once it was used.
    codes: HashMap<String, Option<String>>,
    mood: WeChatMood,
}

impl WeChatServer {
    /// Starts it.
    pub async fn start() -> Self {
        let state = Shared::default();
        let router = Router::new().route("/sns/jscode2session", get(exchange)).with_state(Arc::clone(&state));
        Self { server: TestServer::start(router).await, state }
    }

    /// What the operator would configure for it.
    pub fn settings(&self) -> WeChatSettings {
        WeChatSettings {
            base_url: format!("http://{}", self.server.address).parse().expect("a URL"),
            app_id: APP_ID.to_owned(),
            secret: SECRET.to_owned().into(),
            timeout: Duration::from_millis(500),
        }
    }

    /// A client for it.
    pub fn client(&self) -> Arc<WeChatClient> {
        Arc::new(WeChatClient::new(self.settings()).expect("a client"))
    }

    /// Gives this person a login code, which is good once.
    pub fn give_code(&self, code: &str, open_id: &str) {
        lock(&self.state).codes.insert(code.to_owned(), Some(open_id.to_owned()));
    }

    /// How requests are answered from now on.
    pub fn set_mood(&self, mood: WeChatMood) {
        lock(&self.state).mood = mood;
    }
}

fn lock(state: &Shared) -> MutexGuard<'_, Inner> {
    state.lock().expect("no panic before")
}

async fn exchange(State(state): State<Shared>, Query(query): Query<HashMap<String, String>>) -> Response {
    let mood = lock(&state).mood.clone();
    match mood {
        WeChatMood::Normal => plain(StatusCode::OK, &answer(&state, &query).to_string()),
        WeChatMood::Code(code) => plain(StatusCode::OK, &refusal(code).to_string()),
        WeChatMood::Says(status, body) => plain(StatusCode::from_u16(status).expect("a status"), &body),
        WeChatMood::Silent => pending().await,
    }
}

fn answer(state: &Shared, query: &HashMap<String, String>) -> Value {
    let given = |name: &str| query.get(name).map_or("", String::as_str);
    if given("appid") != APP_ID {
        return refusal(40_013);
    }
    if given("secret") != SECRET {
        return refusal(40_125);
    }
    if given("grant_type") != "authorization_code" {
        return refusal(40_002);
    }
    match lock(state).codes.get_mut(given("js_code")) {
        None => refusal(40_029),
        Some(person) => match person.take() {
            None => refusal(40_163),
            Some(open_id) => json!({"session_key": "tiihtNczf5v6AKRyjwEUhQ==", "openid": open_id}),
        },
    }
}

fn refusal(code: i64) -> Value {
    json!({"errcode": code, "errmsg": "refused, rid: 65f0-test"})
}

fn plain(status: StatusCode, body: &str) -> Response {
    (status, [(CONTENT_TYPE, "text/plain")], body.to_owned()).into_response()
}
