//! What is said of a request in the log: one line, and nothing that is a secret or somebody's question.
//!
//! In a process of its own, also when the tests of a harness share one: what is logged is decided once for each place in the code,
//! by whoever comes there first, and other tests would come there without a subscriber.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{ScriptedInterpreter, TestApp};

/// Keeps what is written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn one_line_for_each_request_without_secrets_or_questions() {
    let kept = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .with_writer(kept.clone())
        .finish();
    // The runtime of this test has one thread, which is this one.
    let _log = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);

    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("secret.person@example.com").await;
    let path = format!("/api/v1/chat/stream?query=SELECT%20'a-private-question'&token={}", user.access_token);
    let request = app.request(Method::GET, &path).header("x-request-id", "request-7");
    app.send(request.body(Body::empty()).unwrap()).await.events().await;
    app.post(
        "/api/v1/auth/login",
        &json!({"email": "secret.person@example.com", "password": "wrong-secret-1"}),
    )
    .await;
    app.get("/api/v1/a-private-path").await;
    user.get("/api/v1/conversations/a-private-id").await;
    user.answer("panic").await;
    user.answer("SELECT a_private_column FROM orders").await;

    let lines = kept.lines();
    let requests: Vec<_> = lines.iter().filter(|line| line["message"] == "request").collect();
    let seen: Vec<_> = requests
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            (text("method"), text("route"), line["status"].as_u64().unwrap(), text("code"))
        })
        .collect();
    let expected = [
        ("POST", "/api/v1/auth/register", 200, ""),
        ("GET", "/api/v1/chat/stream", 200, ""),
        ("POST", "/api/v1/auth/login", 401, "bad_credentials"),
        ("GET", "unmatched", 404, "route_not_found"),
        ("GET", "/api/v1/conversations/{id}", 422, "validation"),
        ("GET", "/api/v1/chat/stream", 200, ""),
        ("GET", "/api/v1/chat/stream", 200, ""),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(method, route, status, code)| {
            ((*method).to_owned(), (*route).to_owned(), *status, (*code).to_owned())
        })
        .collect();
    assert_eq!(seen, expected);
    assert_eq!(requests[1]["request_id"], "request-7");
    assert!(requests.iter().all(|line| line["milliseconds"].is_number() && line["contract"].is_string()));

    let failed: Vec<_> = lines.iter().filter(|line| line["message"] == "a run failed").collect();
    let codes: Vec<_> = failed.iter().map(|line| line["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["internal", "sql_execution_failed"]);
    for (run, request) in failed.iter().zip(&requests[5..]) {
        assert_eq!(run["span"]["request_id"], request["request_id"], "{run}");
    }

    let all = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    for secret in [
        user.access_token.as_str(),
        user.refresh_token.as_str(),
        PASSWORD,
        "wrong-secret-1",
        "secret.person",
        "a-private-question",
        "a_private_column",
        "a-private-path",
        "a-private-id",
    ] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}
