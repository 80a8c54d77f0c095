//! `GET /conversations/{id}/stream`: the answer that is being given, for a reader who doesn't know what was asked; and what stays of
//! an answer for those who come later still.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::json;
use wenshu_testkit::{ScriptedInterpreter, TestApp, TestResponse, TestUser};

use crate::support::{data, failure, names};

const ROWS: &str = "SELECT 'a' AS name, 1 AS amount UNION ALL SELECT 'b', 2";

async fn follow(app: &TestApp, user: &TestUser<'_>, conversation: &str, last: Option<&str>) -> TestResponse {
    let path = format!("/api/v1/conversations/{conversation}/stream");
    let mut request = app.request_as(&user.access_token, Method::GET, &path);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_running_answer_is_read_from_its_beginning_and_from_where_a_reader_stood() {
    let engine = ScriptedInterpreter::gated();
    let app = TestApp::builder().interpreter(Arc::clone(&engine) as _).start().await;
    let user = app.register("user@example.com").await;
    let mut asking = user.ask(ROWS).await.into_reader();
    let first = asking.next().await.unwrap();
    let conversation = first.json()["conversation_id"].as_str().unwrap().to_owned();

    let mut elsewhere = follow(&app, &user, &conversation, None).await.into_reader();
    assert_eq!(elsewhere.next().await.unwrap(), first);
    // The question, and the first piece of its answer.
    engine.let_go(2);
    let piece = elsewhere.next_named("delta").await;
    let mut again = follow(&app, &user, &conversation, Some(&piece.id)).await.into_reader();
    engine.let_go(2);
    assert_eq!(again.next().await.unwrap().json()["content"], "were ");
    let done = again.next_named("done").await;
    assert_eq!(elsewhere.next_named("done").await, done);
    assert_eq!(asking.next_named("done").await, done);

    // Who missed the end alone is given it; for others there is nothing to follow any more.
    let mut late = follow(&app, &user, &conversation, Some(&piece.id)).await.into_reader();
    assert_eq!(late.next_named("done").await, done);
    let over = follow(&app, &user, &conversation, Some(&done.id)).await;
    assert_eq!(over.status(), StatusCode::NO_CONTENT);
    assert_eq!(follow(&app, &user, &conversation, None).await.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn an_answer_is_followed_on_any_process() {
    let engine = ScriptedInterpreter::gated();
    let process = || {
        TestApp::builder()
            .interpreter(Arc::clone(&engine) as _)
            .core(|core| core.checkpoint_every = Duration::from_millis(5))
    };
    let app = process().start().await;
    let other = process().beside(&app).start().await;
    let user = app.register("user@example.com").await;
    let mut asking = user.ask(ROWS).await.into_reader();
    let conversation = asking.next().await.unwrap().json()["conversation_id"].as_str().unwrap().to_owned();
    engine.let_go(2);
    let said = asking.next_named("delta").await;

    let mut elsewhere = follow(&other, &user, &conversation, None).await.into_reader();
    // What is stored of it: its rows too.
    assert_eq!(elsewhere.next().await.unwrap().event, "result");
    assert_eq!(elsewhere.next().await.unwrap().event, "visualization");
    let read = elsewhere.next().await.unwrap();
    assert_eq!((&read.event, read.json()), (&said.event, said.json()));
    engine.let_go(2);
    let done = asking.next_named("done").await;
    assert_eq!(elsewhere.next_named("done").await.json(), done.json());

    let late = follow(&other, &user, &conversation, Some(&read.id)).await.events().await;
    assert_eq!(late.last().unwrap().json(), done.json());
    for last in [None, Some(done.id.as_str()), late.last().map(|event| event.id.as_str())] {
        let over = follow(&other, &user, &conversation, last).await;
        assert_eq!(over.status(), StatusCode::NO_CONTENT, "{last:?}");
    }
}

#[tokio::test]
async fn nobody_follows_somebody_elses_answer() {
    let engine = ScriptedInterpreter::gated();
    let app = TestApp::builder().interpreter(Arc::clone(&engine) as _).start().await;
    let user = app.register("user@example.com").await;
    let other = app.register("other@example.com").await;
    let first = user.ask(ROWS).await.into_reader().next().await.unwrap();
    let conversation = first.json()["conversation_id"].as_str().unwrap().to_owned();
    for last in [None, Some(first.id.as_str())] {
        failure(follow(&app, &other, &conversation, last).await, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    }
}

#[tokio::test]
async fn what_was_asked_back_is_there_to_be_chosen_later() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("clarify").await;
    assert_eq!(names(&events), ["progress", "clarification", "done"]);
    let conversation = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    let detail = data(user.get(&format!("/api/v1/conversations/{conversation}")).await).await;
    assert_eq!(
        detail["messages"][1]["metadata"]["clarification"],
        json!({
            "message": "Which one?",
            "options": [
                {"label": "this", "query": "SELECT 'this' AS choice"},
                {"label": "that", "query": "SELECT 'that' AS choice"},
            ],
        })
    );
}

#[tokio::test]
async fn how_a_question_was_read_is_kept() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("上月各城市的销售额").await;
    let conversation = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    let detail = data(user.get(&format!("/api/v1/conversations/{conversation}")).await).await;
    let reading = detail["messages"][1]["metadata"]["reading"].as_array().unwrap();
    assert!(reading[0].as_str().unwrap().contains("销售额"), "{reading:?}");
}
