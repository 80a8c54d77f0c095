//! `POST /conversations/{id}/sql` and `PATCH /conversations/{id}`.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_testkit::{ScriptedInterpreter, SseEvent, TestApp, TestUser};

use crate::support::{data, failure, faulty_fields, names};

async fn conversation(user: &TestUser<'_>) -> (String, Vec<SseEvent>) {
    let events = user.answer("SELECT 1 AS one").await;
    let id = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    (format!("/api/v1/conversations/{id}"), events)
}

async fn app() -> TestApp {
    TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await
}

#[tokio::test]
async fn edited_sql_runs_into_its_conversation() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let (path, _) = conversation(&user).await;
    let before = data(user.get(&path).await).await;
    let sql = "SELECT status, COUNT(*) AS orders FROM orders GROUP BY status ORDER BY status";
    let response = user.post(&format!("{path}/sql"), &json!({"sql": format!("  {sql};\n")})).await;
    assert_eq!(response.header("content-type"), "text/event-stream");
    let events = response.events().await;
    let shown: Vec<&str> = names(&events).into_iter().filter(|name| *name != "progress").collect();
    assert_eq!(shown, ["sql", "result", "visualization", "done"]);
    let result = events.iter().find(|event| event.event == "result").unwrap().json();
    assert!(result["rows_count"].as_u64().unwrap() > 1, "{result}");
    let after = data(user.get(&path).await).await;
    let messages = after["messages"].as_array().unwrap();
    assert_eq!(messages.len(), before["messages"].as_array().unwrap().len() + 2);
    let answer = messages.last().unwrap();
    assert_eq!(events.last().unwrap().json()["message_id"], answer["id"]);
    assert_eq!(answer["metadata"]["data"], result["data"]);
    assert_eq!(after["model"], before["model"], "the model that answered last stays");
    // Both may come back for what they missed.
    let request = user
        .request(Method::POST, &format!("{path}/sql"))
        .header("content-type", "application/json")
        .header("last-event-id", events[0].id.as_str());
    let body = json!({"sql": format!("  {sql};\n")}).to_string();
    let again = app.send(request.body(body.into()).unwrap()).await.events().await;
    assert_eq!(names(&again), names(&events)[1..]);
}

#[tokio::test]
async fn what_the_guard_refuses_is_refused_before_it_runs() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let (path, _) = conversation(&user).await;
    for sql in ["DELETE FROM orders", "SELECT 1; SELECT 2", "SELECT", "PRAGMA table_info(orders)"] {
        let refused = user.post(&format!("{path}/sql"), &json!({"sql": sql})).await;
        assert_eq!(faulty_fields(refused).await, ["sql"], "{sql}");
    }
    assert_eq!(data(user.get(&path).await).await["messages"].as_array().unwrap().len(), 2);
    // What only the database can refuse is an event.
    let events = user.post(&format!("{path}/sql"), &json!({"sql": "SELECT missing FROM orders"})).await;
    let events = events.events().await;
    let last = events.last().unwrap();
    assert_eq!((last.event.as_str(), &last.json()["code"]), ("error", &json!("SQL_EXECUTION_FAILED")));
}

#[tokio::test]
async fn fields_are_checked() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let (path, _) = conversation(&user).await;
    for (body, fields) in [
        (json!({}), vec!["sql"]),
        (json!({"sql": " "}), vec!["sql"]),
        (json!({"sql": 7, "connection_id": 7, "language": 7}), vec!["sql", "connection_id", "language"]),
        (json!({"sql": "x".repeat(20_001)}), vec!["sql"]),
        (json!({"sql": "SELECT 1", "connection_id": "x"}), vec!["connection_id"]),
    ] {
        let response = user.post(&format!("{path}/sql"), &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{body}");
    }
    let elsewhere = json!({"sql": "SELECT 1", "connection_id": "0190f5a0-0000-7000-8000-00000000ffff"});
    let response = user.post(&format!("{path}/sql"), &elsewhere).await;
    failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    for body in [
        json!({}),
        json!({"title": null}),
        json!({"title": " "}),
        json!({"title": 7}),
        json!({"title": "a\nb"}),
        json!({"title": "x".repeat(201)}),
    ] {
        assert_eq!(faulty_fields(user.patch(&path, &body).await).await, ["title"], "{body}");
    }
}

#[tokio::test]
async fn a_conversation_is_renamed() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let (path, _) = conversation(&user).await;
    let renamed = data(user.patch(&path, &json!({"title": " 季度销售 "})).await).await;
    assert_eq!(renamed["title"], "季度销售");
    assert_eq!(data(user.get(&path).await).await["title"], "季度销售");
    let list = data(user.get("/api/v1/conversations").await).await;
    let titles: Vec<&Value> =
        list["conversations"].as_array().unwrap().iter().map(|one| &one["title"]).collect();
    assert_eq!(titles, [&json!("季度销售")]);
}
