//! An MCP server over HTTP that is in order until it is told otherwise, and then says nonsense in as many ways as HTTP has.
//!
//! Where it does so is said by its address (`/opening/html`: from the first request on; `/listing/html`: when it is asked for its tools),
//! or by a call of its tool `nonsense`. Servers of the official SDKs can't be made to do any of it.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router, body::Body};
use bytes::Bytes;
use futures::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::TestServer;

/// Longer than any message is taken.
const HUGE: usize = 20 * 1024 * 1024;

/// The server, on a port of its own. It ends with this value.
pub struct ScriptedMcp {
    server: TestServer,
    seen: Arc<Seen>,
}

/// What has come of it.
#[derive(Default)]
struct Seen {
    calls: AtomicUsize,
    strayed: AtomicUsize,
    endless: AtomicUsize,
}

impl ScriptedMcp {
    /// The sorts of nonsense in which an answer ends.
    pub const THAT_END: [&str; 9] = [
        "html",
        "no_json",
        "other_json",
        "other_version",
        "redirect",
        "status",
        "empty",
        "broken_off",
        "huge",
    ];

    /// Those in which it doesn't.
    pub const ENDLESS: [&str; 5] = ["events", "event", "body", "silence", "wrong_id"];

    /// Starts it.
    pub async fn start() -> Self {
        let seen = Arc::<Seen>::default();
        let router = Router::new()
            .route("/mcp", post(in_order))
            .route("/opening/{kind}", post(opening))
            .route("/listing/{kind}", post(listing))
            .fallback(elsewhere)
            .with_state(Arc::clone(&seen));
        Self { server: TestServer::start(router).await, seen }
    }

    /// What a configuration says of it; `path` is `mcp` or says where it speaks nonsense.
    pub fn entry(&self, path: &str) -> Value {
        json!({"url": format!("http://{}/{path}", self.server.address), "headers": {"X-Secret": "hunter2"}})
    }

    /// How many requests came to where it redirects.
    pub fn strayed(&self) -> usize {
        self.seen.strayed.load(Ordering::SeqCst)
    }

    /// How many of its answers without end are still being read.
    pub fn endless(&self) -> usize {
        self.seen.endless.load(Ordering::SeqCst)
    }
}

async fn elsewhere(State(seen): State<Arc<Seen>>) -> StatusCode {
    seen.strayed.fetch_add(1, Ordering::SeqCst);
    StatusCode::NOT_FOUND
}

async fn in_order(State(seen): State<Arc<Seen>>, Json(message): Json<Value>) -> Response {
    answer(&seen, &message)
}

async fn opening(
    State(seen): State<Arc<Seen>>,
    Path(kind): Path<String>,
    Json(message): Json<Value>,
) -> Response {
    nonsense(&seen, &kind, &message["id"])
}

async fn listing(
    State(seen): State<Arc<Seen>>,
    Path(kind): Path<String>,
    Json(message): Json<Value>,
) -> Response {
    match (message["method"].as_str(), kind.as_str()) {
        (Some("tools/list"), "pages") => page(&message),
        (Some("tools/list"), _) => nonsense(&seen, &kind, &message["id"]),
        _ => answer(&seen, &message),
    }
}

/// A page of a list that has always one more, full of tools with long descriptions.
fn page(message: &Value) -> Response {
    let number: u64 =
        message["params"]["cursor"].as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
    let tool = |index: u64| json!({"name": format!("tool_{number}_{index}"), "description": "x".repeat(100_000), "inputSchema": {"type": "object"}});
    let tools: Vec<Value> = (0..10).map(tool).collect();
    result(&message["id"], &json!({"tools": tools, "nextCursor": (number + 1).to_string()}))
}

/// What a server in order answers.
fn answer(seen: &Arc<Seen>, message: &Value) -> Response {
    let id = &message["id"];
    let tool = |name: &str| json!({"name": name, "description": name, "inputSchema": {"type": "object"}});
    let words = |text: &str| json!({"content": [{"type": "text", "text": text}]});
    match message["method"].as_str() {
        Some("initialize") => {
            let version = &message["params"]["protocolVersion"];
            let about = json!({"name": "scripted", "version": "1"});
            result(
                id,
                &json!({"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": about}),
            )
        }
        Some("tools/list") => result(id, &json!({"tools": [tool("count"), tool("nonsense")]})),
        Some("tools/call") if message["params"]["name"] == "count" => {
            let calls = seen.calls.fetch_add(1, Ordering::SeqCst) + 1;
            result(id, &words(&calls.to_string()))
        }
        Some("tools/call") => {
            let kind = message["params"]["arguments"]["kind"].as_str().unwrap_or_default();
            nonsense(seen, kind, id)
        }
        _ if id.is_null() => StatusCode::ACCEPTED.into_response(),
        _ => {
            let error = json!({"code": -32601, "message": "no such method"});
            Json(json!({"jsonrpc": "2.0", "id": id, "error": error})).into_response()
        }
    }
}

fn result(id: &Value, result: &Value) -> Response {
    Json(json!({"jsonrpc": "2.0", "id": id, "result": result})).into_response()
}

fn nonsense(seen: &Arc<Seen>, kind: &str, id: &Value) -> Response {
    let as_json = |text: String| ([(CONTENT_TYPE, "application/json")], text).into_response();
    match kind {
        "html" => ([(CONTENT_TYPE, "text/html")], "<html>Sign in</html>").into_response(),
        "no_json" => as_json("{\"jsonrpc\": ".to_owned()),
        "other_json" => as_json("[1, {\"ok\": true}]".to_owned()),
        "other_version" => as_json(json!({"jsonrpc": "1.0", "id": id, "result": "yes"}).to_string()),
        "malformed" => result(id, &json!({"content": "no list", "tools": 7, "protocolVersion": []})),
        "wrong_id" => endless(seen, "text/event-stream", EVENT_OF_NOBODY, ": still here\n\n"),
        "redirect" => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "/elsewhere")]).into_response(),
        "status" => (StatusCode::INTERNAL_SERVER_ERROR, "<html>oh no</html>").into_response(),
        "empty" => as_json(String::new()),
        "huge" => result(id, &json!({"content": [{"type": "text", "text": "x".repeat(HUGE)}]})),
        "broken_off" => {
            let mut response = as_json("{\"jsonrpc\"".to_owned());
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("1000"));
            *response.body_mut() = Body::from_stream(stream::iter([
                Ok(Bytes::from_static(b"{\"jsonrpc\"")),
                Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe)),
            ]));
            response
        }
        "events" => endless(seen, "text/event-stream", "", "data: nonsense\n\n"),
        "event" => endless(seen, "text/event-stream", "data: ", "x"),
        "body" => endless(seen, "application/json", "{", " "),
        "silence" => {
            let watch = Watch::of(seen);
            let silence = stream::once(async move {
                let _watch = watch;
                std::future::pending::<Result<Bytes, Infallible>>().await
            });
            ([(CONTENT_TYPE, "application/json")], Body::from_stream(silence)).into_response()
        }
        kind => panic!("there is no nonsense called {kind:?}"),
    }
}

/// An answer to a request that nobody has made.
const EVENT_OF_NOBODY: &str = "data: {\"jsonrpc\": \"2.0\", \"id\": 4711, \"result\": {\"content\": []}}\n\n";

/// A body that begins so and goes on as fast as it is read, in pieces of a few kilobytes of the same.
fn endless(seen: &Arc<Seen>, kind: &'static str, begins: &'static str, goes_on: &str) -> Response {
    let piece = Bytes::from(goes_on.repeat(8_192 / goes_on.len()));
    let watch = Watch::of(seen);
    let pieces =
        stream::unfold((Some(Bytes::from_static(begins.as_bytes())), watch), move |(first, watch)| {
            let piece = piece.clone();
            async move {
                // Others have to be served too.
                tokio::task::yield_now().await;
                Some((Ok::<_, Infallible>(first.unwrap_or(piece)), (None, watch)))
            }
        });
    ([(CONTENT_TYPE, kind)], Body::from_stream(pieces)).into_response()
}

/// Counts an answer without end for as long as it is there.
struct Watch(Arc<Seen>);

impl Watch {
    fn of(seen: &Arc<Seen>) -> Self {
        seen.endless.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(seen))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.endless.fetch_sub(1, Ordering::SeqCst);
    }
}
