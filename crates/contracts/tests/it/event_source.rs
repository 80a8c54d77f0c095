//! Streams read over a real socket as other people's programs read them.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use wenshu_testkit::user::encode;
use wenshu_testkit::{Attempt, EventSource, ScriptedInterpreter, SseEvent, TestApp, TestServer, TestUser};

use crate::support::{data, names};

const TWO_ROWS: &str = "SELECT 1 AS \"数\", 'a' AS word UNION ALL SELECT 2, 'b'";

async fn served(engine: Arc<ScriptedInterpreter>, keep_alive: Duration) -> (TestApp, TestServer) {
    let listener = TestServer::bind().await;
    let bound = listener.local_addr().unwrap();
    let app =
        TestApp::builder().bound(bound).interpreter(engine).http(move |http| http.keep_alive = keep_alive);
    let app = app.start().await;
    let server = TestServer::serve(listener, app.router.clone());
    (app, server)
}

fn path() -> String {
    format!("/api/v1/chat/stream?query={}", encode(TWO_ROWS))
}

fn open(server: &TestServer, user: &TestUser<'_>) -> EventSource {
    EventSource::open(server, &path(), &user.access_token)
}

/// All events that are left.
async fn rest(source: &mut EventSource) -> Vec<SseEvent> {
    let mut events = Vec::new();
    while let Some(event) = source.next().await {
        events.push(event);
    }
    events
}

/// Checks that these are all events of the answer: each once, in order, by name and by id.
fn is_whole(events: &[SseEvent]) {
    let names = names(events);
    let of_interest: Vec<&str> = names.iter().copied().filter(|name| *name != "progress").collect();
    assert_eq!(
        of_interest,
        ["sql", "result", "visualization", "delta", "delta", "delta", "done"],
        "{names:?}"
    );
    let words: Vec<String> = events
        .iter()
        .filter(|event| event.event == "delta")
        .map(|event| event.json()["content"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(words.concat(), "There were 2 rows.");
    let places: Vec<u64> =
        events.iter().map(|event| event.id.rsplit_once('-').unwrap().1.parse().unwrap()).collect();
    assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>(), "{names:?}");
}

#[tokio::test]
async fn a_whole_answer_arrives_in_order_and_ends_for_good() {
    let (app, server) = served(ScriptedInterpreter::open(), Duration::from_secs(15)).await;
    let user = app.register("user@example.com").await;
    let mut source = open(&server, &user);
    let events = rest(&mut source).await;
    is_whole(&events);
    // The client came back after the end, as it would for ever, and was told that there is nothing more.
    let last_event_id = events.last().unwrap().id.clone();
    assert_eq!(
        source.attempts(),
        [
            Attempt { last_event_id: String::new(), status: StatusCode::OK },
            Attempt { last_event_id, status: StatusCode::NO_CONTENT },
        ]
    );
    assert_eq!(data(user.get("/api/v1/conversations").await).await["total"], 1);
}

#[tokio::test]
async fn a_cut_in_mid_answer_loses_nothing_and_repeats_nothing() {
    let engine = ScriptedInterpreter::gated();
    let (app, server) = served(engine.clone(), Duration::from_secs(15)).await;
    let user = app.register("user@example.com").await;
    let mut source = open(&server, &user);
    let mut events = vec![source.next().await.unwrap()];
    // Before there is any SQL, after the first word, and while the answer went on without a reader.
    source.cut();
    engine.let_go(2);
    while events.last().unwrap().event != "delta" {
        events.push(source.next().await.unwrap());
    }
    source.cut();
    engine.let_go(1);
    events.push(source.next().await.unwrap());
    source.cut();
    engine.let_go(1);
    events.extend(rest(&mut source).await);
    is_whole(&events);
    let attempts = source.attempts();
    let statuses: Vec<u16> = attempts.iter().map(|attempt| attempt.status.as_u16()).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 204]);
    assert_eq!((attempts[0].last_event_id.as_str(), &attempts[1].last_event_id), ("", &events[0].id));
    assert_eq!(data(user.get("/api/v1/conversations").await).await["total"], 1);
}

#[tokio::test]
async fn two_readers_of_one_answer_read_the_same() {
    let engine = ScriptedInterpreter::gated();
    let (app, server) = served(engine.clone(), Duration::from_secs(15)).await;
    let user = app.register("user@example.com").await;
    let mut first = open(&server, &user);
    let beginning = first.next().await.unwrap();
    let mut second = open(&server, &user).after(&beginning.id);
    engine.let_go(2);
    // The second one reads to the first word while the first one reads nothing.
    let mut seen_by_second = vec![beginning.clone()];
    while seen_by_second.last().unwrap().event != "delta" {
        seen_by_second.push(second.next().await.unwrap());
    }
    engine.let_go(2);
    let (of_first, of_second) = tokio::join!(rest(&mut first), rest(&mut second));
    seen_by_second.extend(of_second);
    let seen_by_first: Vec<SseEvent> = std::iter::once(beginning).chain(of_first).collect();
    is_whole(&seen_by_first);
    assert_eq!(seen_by_first, seen_by_second);
}

#[tokio::test]
async fn a_silent_answer_shows_life() {
    let engine = ScriptedInterpreter::gated();
    let (app, server) = served(engine.clone(), Duration::from_millis(20)).await;
    let user = app.register("user@example.com").await;
    let mut source = open(&server, &user);
    let first = source.next().await.unwrap();
    for _ in 0..3 {
        source.next_comment().await;
    }
    engine.let_go(4);
    let events: Vec<SseEvent> = std::iter::once(first).chain(rest(&mut source).await).collect();
    is_whole(&events);
    assert_eq!(source.attempts().len(), 2);
}

#[tokio::test]
async fn a_stop_from_another_connection_ends_the_stream() {
    let engine = ScriptedInterpreter::gated();
    let (app, server) = served(engine.clone(), Duration::from_secs(15)).await;
    let user = app.register("user@example.com").await;
    let mut source = open(&server, &user);
    let conversation = source.next().await.unwrap().json()["conversation_id"].clone();
    engine.let_go(2);
    source.next_named("delta").await;
    let body = json!({"conversation_id": conversation}).to_string();
    let stop = format!(
        "POST /api/v1/chat/stop HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        server.address,
        user.access_token,
        body.len()
    );
    let answer = server.raw(stop.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"stopped\":true"), "{answer}");
    assert_eq!(source.next_named("error").await.json()["code"], "CANCELLED");
    assert_eq!(source.next().await, None);
}

#[tokio::test]
async fn a_client_that_goes_away_for_good_finds_its_answer_later() {
    let engine = ScriptedInterpreter::gated();
    let (app, server) = served(engine.clone(), Duration::from_secs(15)).await;
    let user = app.register("user@example.com").await;
    let mut source = open(&server, &user);
    let first = source.next().await.unwrap();
    drop(source);
    engine.let_go(4);
    // Another client, which has the id, is how one knows that the answer went on, and waits for it.
    let mut later = open(&server, &user).after(&first.id);
    let events: Vec<SseEvent> = std::iter::once(first.clone()).chain(rest(&mut later).await).collect();
    is_whole(&events);
    let conversation = first.json()["conversation_id"].as_str().unwrap().to_owned();
    let detail = data(user.get(&format!("/api/v1/conversations/{conversation}")).await).await;
    assert_eq!(detail["messages"][1]["content"], "There were 2 rows.");
}
