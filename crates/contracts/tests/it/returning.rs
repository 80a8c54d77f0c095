//! Readers who come back when the events they were reading are not there: the answer is written in another process, its process has
//! died, or it has been over for long.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_testkit::app::TestAppBuilder;
use wenshu_testkit::user::encode;
use wenshu_testkit::{ScriptedInterpreter, SseEvent, TestApp, TestResponse, TestUser};

use crate::support::{data, names};

const TWO_ROWS: &str = "SELECT 'a' AS name, 1 AS amount UNION ALL SELECT 'b', 2";

/// One whose answers are stored, and looked for, every few milliseconds.
fn quick(engine: &Arc<ScriptedInterpreter>) -> TestAppBuilder {
    TestApp::builder()
        .interpreter(engine.clone())
        .core(|settings| settings.checkpoint_every = Duration::from_millis(5))
}

fn path(query: &str) -> String {
    format!("/api/v1/chat/stream?query={}", encode(query))
}

/// Asks again with the last event seen, here or elsewhere.
async fn come_back(app: &TestApp, user: &TestUser<'_>, query: &str, last: &str) -> TestResponse {
    let request = app.request_as(&user.access_token, Method::GET, &path(query)).header("last-event-id", last);
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn conversations(user: &TestUser<'_>) -> Value {
    data(user.get("/api/v1/conversations").await).await["total"].clone()
}

fn text(events: &[SseEvent]) -> String {
    let pieces = events.iter().filter(|event| event.event == "delta");
    pieces.map(|event| event.json()["content"].as_str().unwrap().to_owned()).collect()
}

/// Names of events that show a part of the answer.
fn parts(events: &[SseEvent]) -> Vec<&str> {
    names(events).into_iter().filter(|name| !matches!(*name, "progress" | "sql" | "delta")).collect()
}

#[tokio::test]
async fn a_reader_goes_on_in_another_process_and_back_again() {
    let engine = ScriptedInterpreter::gated();
    let app = quick(&engine).start().await;
    let other = quick(&engine).beside(&app).start().await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask(TWO_ROWS).await.into_reader();
    let mut seen = vec![reader.next().await.unwrap()];
    let beginning = seen[0].id.clone();
    engine.let_go(2);
    while seen.last().unwrap().event != "delta" {
        seen.push(reader.next().await.unwrap());
    }
    drop(reader);

    let mut elsewhere = come_back(&other, &user, TWO_ROWS, &seen.last().unwrap().id).await.into_reader();
    engine.let_go(1);
    seen.push(elsewhere.next().await.unwrap());
    assert_eq!(seen.last().unwrap().json(), json!({"type": "delta", "content": "were "}));
    drop(elsewhere);

    let mut back = come_back(&app, &user, TWO_ROWS, &seen.last().unwrap().id).await.into_reader();
    engine.let_go(1);
    while let Some(event) = back.next().await {
        seen.push(event);
    }
    assert_eq!(text(&seen), "There were 2 rows.");
    assert_eq!(parts(&seen), ["result", "visualization", "done"]);
    let over = come_back(&other, &user, TWO_ROWS, &seen.last().unwrap().id).await;
    assert_eq!(over.status(), StatusCode::NO_CONTENT);

    // Who has seen nothing of the answer yet gets all of it there, the same as here.
    let all = come_back(&other, &user, TWO_ROWS, &beginning).await.events().await;
    assert_eq!((text(&all).as_str(), parts(&all)), ("There were 2 rows.", parts(&seen)));
    let result = |events: &[SseEvent]| events.iter().find(|event| event.event == "result").unwrap().json();
    assert_eq!(result(&all), result(&seen));
    assert_eq!(all.last().unwrap().json(), seen.last().unwrap().json());
    assert_eq!(conversations(&user).await, 1);
}

#[tokio::test]
async fn what_is_not_answered_yet_is_waited_for_elsewhere() {
    let engine = ScriptedInterpreter::gated();
    let app = quick(&engine).start().await;
    let other = quick(&engine).beside(&app).start().await;
    let user = app.register("user@example.com").await;
    let first = user.ask("hello").await.into_reader().next().await.unwrap();
    let reader = come_back(&other, &user, "hello", &first.id).await;
    assert_eq!(reader.status(), StatusCode::OK);
    assert_eq!(other.app.runs.running(), 0);
    engine.let_go(1);
    let events = reader.events().await;
    assert_eq!((names(&events), text(&events).as_str()), (vec!["delta", "done"], "Hello!"));
    assert_eq!(conversations(&user).await, 1);
}

#[tokio::test]
async fn a_stop_and_a_deletion_are_heard_elsewhere() {
    let engine = ScriptedInterpreter::gated();
    let app = quick(&engine).start().await;
    let other = quick(&engine).beside(&app).start().await;
    let user = app.register("user@example.com").await;
    for is_deleted in [false, true] {
        let first = user.ask("hello").await.into_reader().next().await.unwrap();
        let mut reader = come_back(&other, &user, "hello", &first.id).await.into_reader();
        let conversation = first.json()["conversation_id"].as_str().unwrap().to_owned();
        if is_deleted {
            data(user.delete(&format!("/api/v1/conversations/{conversation}")).await).await;
        } else {
            data(user.post("/api/v1/chat/stop", &json!({"conversation_id": conversation})).await).await;
        }
        let last = reader.next().await.unwrap();
        assert_eq!((last.event.as_str(), &last.json()["code"]), ("error", &json!("CANCELLED")));
        assert_eq!(reader.next().await, None);
    }
}

#[tokio::test]
async fn a_reader_elsewhere_is_let_go_when_that_server_stops() {
    let engine = ScriptedInterpreter::gated();
    let app = quick(&engine).start().await;
    let other = quick(&engine).beside(&app).start().await;
    let user = app.register("user@example.com").await;
    let first = user.ask("hello").await.into_reader().next().await.unwrap();
    let mut reader = come_back(&other, &user, "hello", &first.id).await.into_reader();
    let (event, ()) = tokio::join!(reader.next(), other.app.shutdown(Duration::from_secs(30)));
    assert_eq!(event, None, "it is for the reader to come back, to whoever is there");
    engine.let_go(1);
    let rest = come_back(&app, &user, "hello", &first.id).await.events().await;
    assert_eq!(names(&rest), ["delta", "done"]);
}

#[tokio::test]
async fn after_a_restart_the_reader_hears_how_it_ended() {
    let engine = ScriptedInterpreter::gated();
    let app = quick(&engine).start().await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask(TWO_ROWS).await.into_reader();
    let first = reader.next().await.unwrap();
    engine.let_go(2);
    let word = reader.next_named("delta").await;
    // The first process is as good as dead from here on: the second one knows that nobody else is there.
    until_stored(&app, &user, &first).await;
    let again = quick(&engine).again_in(Arc::clone(&app.folder)).start().await;
    let events = come_back(&again, &user, TWO_ROWS, &word.id).await.events().await;
    assert_eq!(names(&events), ["error"]);
    assert_eq!(events[0].json()["code"], "INTERRUPTED");
    let over = come_back(&again, &user, TWO_ROWS, &events[0].id).await;
    assert_eq!(over.status(), StatusCode::NO_CONTENT);
    // Who has seen nothing yet gets what was kept: the rows and their chart too.
    let events = come_back(&again, &user, TWO_ROWS, &first.id).await.events().await;
    assert_eq!(names(&events), ["result", "visualization", "delta", "error"]);
    assert_eq!((text(&events).as_str(), &events[0].json()["rows_count"]), ("There ", &json!(2)));
    assert_eq!(conversations(&user).await, 1);
}

/// Waits until the words of an answer so far have been kept.
async fn until_stored(app: &TestApp, user: &TestUser<'_>, first: &SseEvent) {
    let run = first.json()["run_id"].as_str().unwrap().parse().unwrap();
    let owner = user.id.parse().unwrap();
    while app.store.find_run(owner, run).await.unwrap().unwrap().partial.is_none_or(|text| text.is_empty()) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_answer_whose_events_are_gone_is_read_from_what_is_kept() {
    let app = TestApp::builder()
        .interpreter(ScriptedInterpreter::open())
        .core(|settings| settings.event_bytes = 0)
        .start()
        .await;
    let user = app.register("user@example.com").await;
    for (question, last) in [
        (TWO_ROWS, "done"),
        ("clarify", "done"),
        ("hello", "done"),
        ("SELECT 1 AS one FROM nowhere", "error"),
    ] {
        let all = user.answer(question).await;
        for (place, event) in all.iter().enumerate() {
            let response = come_back(&app, &user, question, &event.id).await;
            if place + 1 == all.len() {
                assert_eq!(response.status(), StatusCode::NO_CONTENT);
                continue;
            }
            let (rest, expected) = (response.events().await, &all[place + 1..]);
            assert_eq!(text(&rest), text(expected), "{question} after {place}");
            assert_eq!(parts(&rest), parts(expected), "{question} after {place}");
            for part in ["result", "visualization", "clarification", "done"] {
                let of = |events: &[SseEvent]| {
                    events.iter().find(|event| event.event == part).map(|event| event.json())
                };
                assert_eq!(of(&rest), of(expected), "{question} after {place}");
            }
            let [of_rest, of_all] = [rest.last().unwrap(), all.last().unwrap()].map(SseEvent::json);
            assert_eq!((&of_rest["type"], &of_rest["code"]), (&json!(last), &of_all["code"]));
            assert_eq!(of_rest["message"], of_all["message"]);
        }
    }
    assert_eq!(conversations(&user).await, 4);

    // Another question, or one in another conversation, isn't the same.
    let id = user.answer("hello").await.pop().unwrap().id;
    let another = come_back(&app, &user, "SELECT 1 AS one", &id).await.events().await;
    assert_eq!(another[0].event, "progress");
    let conversation = another[0].json()["conversation_id"].as_str().unwrap().to_owned();
    let request = user.request(Method::GET, &format!("{}&conversation_id={conversation}", path("hello")));
    let request = request.header("last-event-id", &id).body(Body::empty()).unwrap();
    assert_eq!(app.send(request).await.events().await[0].event, "progress");
}
