//! `/chat`: streams from the first event to the last, coming back to them, and stopping.

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_testkit::user::encode;
use wenshu_testkit::{ScriptedInterpreter, SseEvent, TestApp, TestResponse, TestUser};

use crate::support::{data, failure, names, redacted};

const TWO_ROWS: &str = "SELECT 'a' AS name, 1 AS amount UNION ALL SELECT 'b', 2";

/// A query that would take hours.
const ENDLESS: &str = "WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 1000000000000) \
                       SELECT count(*) AS n FROM counter";

async fn scripted() -> TestApp {
    TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await
}

fn path(query: &str) -> String {
    format!("/api/v1/chat/stream?query={}", encode(query))
}

async fn come_back(app: &TestApp, user: &TestUser<'_>, path: &str, last: &str) -> TestResponse {
    let request = user.request(Method::GET, path).header("last-event-id", last);
    app.send(request.body(Body::empty()).unwrap()).await
}

fn conversation(event: &SseEvent) -> String {
    event.json()["conversation_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_answer_event_for_event() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let response = user.ask(TWO_ROWS).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.header("content-type"), "text/event-stream");
    assert_eq!(response.header("cache-control"), "no-cache");
    assert_eq!(response.header("x-accel-buffering"), "no");
    let events = response.events().await;
    let data: Vec<Value> = events.iter().map(|event| redacted(event.json())).collect();
    let bar = json!({
        "type": "bar",
        "title": "A title",
        "x": "name",
        "y": ["amount"],
        "data": {"labels": ["a", "b"], "datasets": [{"label": "amount", "data": [1, 2]}]},
    });
    let expected = [
        json!({"type": "progress", "stage": "analyzing", "message": "正在分析查询...", "conversation_id": "<uuid>", "run_id": "<uuid>"}),
        json!({"type": "progress", "stage": "generating_sql", "message": "正在生成 SQL...", "attempt": 1}),
        json!({"type": "sql", "sql": TWO_ROWS, "attempt": 1}),
        json!({"type": "progress", "stage": "executing", "message": "正在执行查询..."}),
        json!({
            "type": "result",
            "sql": TWO_ROWS,
            "columns": [{"name": "name", "type": "text"}, {"name": "amount", "type": "integer"}],
            "data": [{"name": "a", "amount": 1}, {"name": "b", "amount": 2}],
            "rows_count": 2,
            "truncated": false,
            "execution_time": "<seconds>",
        }),
        json!({"type": "visualization", "chart": bar}),
        json!({"type": "progress", "stage": "summarizing", "message": "正在总结结果..."}),
        json!({"type": "delta", "content": "There "}),
        json!({"type": "delta", "content": "were "}),
        json!({"type": "delta", "content": "2 rows."}),
        json!({"type": "done", "conversation_id": "<uuid>", "message_id": "<uuid>", "usage": {"input_tokens": 0, "output_tokens": 0}}),
    ];
    for (event, expected) in data.iter().zip(&expected) {
        assert_eq!(event, expected);
    }
    assert_eq!(data.len(), expected.len());
    for (place, event) in events.iter().enumerate() {
        // The name is the type, and ids count up within the run.
        assert_eq!(event.json()["type"], event.event.as_str());
        assert!(event.id.ends_with(&format!("-{}", place + 1)), "{}", event.id);
    }
}

#[tokio::test]
async fn the_built_in_engine_answers_from_the_demo_database() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("一共有多少客户？").await;
    assert_eq!(events.last().unwrap().event, "done", "{events:?}");
    let result = events.iter().find(|event| event.event == "result").unwrap().json();
    assert_eq!(result["rows_count"], 1);
    assert!(events.iter().any(|event| event.event == "delta"), "{events:?}");
}

#[tokio::test]
async fn what_the_built_in_engine_does_not_understand_is_an_error_event() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    for (language, query) in [("zh", "请给我讲一个关于火星的笑话"), ("en", "Tell me a joke about Mars")]
    {
        let events = user.get(&format!("{}&language={language}", path(query))).await.events().await;
        let error = events.last().unwrap();
        assert_eq!(error.event, "error", "{events:?}");
        assert_eq!(error.json()["code"], "NOT_UNDERSTOOD");
        assert!(error.json()["message"].as_str().is_some_and(|text| !text.is_empty()));
        assert_eq!(names(&events).iter().filter(|name| **name == "error").count(), 1);
    }
}

#[tokio::test]
async fn a_question_may_come_in_a_body() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let by_address = user.answer(TWO_ROWS).await;
    let body = json!({"query": TWO_ROWS, "language": "en", "unknown": [1]});
    let by_body = user.post("/api/v1/chat/stream", &body).await.events().await;
    assert_eq!(names(&by_address), names(&by_body));
    assert_eq!(by_body[0].json()["message"], "Analyzing the question...");
}

#[tokio::test]
async fn words_and_questions_back() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    assert_eq!(names(&user.answer("hello").await), ["progress", "delta", "done"]);
    let events = user.answer("clarify").await;
    assert_eq!(names(&events), ["progress", "clarification", "done"]);
    assert_eq!(
        events[1].json(),
        json!({
            "type": "clarification",
            "message": "Which one?",
            "options": [
                {"label": "this", "query": "SELECT 'this' AS choice"},
                {"label": "that", "query": "SELECT 'that' AS choice"},
            ],
        })
    );
}

#[tokio::test]
async fn one_cell_has_no_chart() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("SELECT 1 AS one").await;
    assert!(!names(&events).contains(&"visualization"));
    assert_eq!(events.last().unwrap().event, "done");
}

#[tokio::test]
async fn numbers_that_json_cannot_hold_are_strings() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let events =
        user.answer("SELECT 9007199254740993 AS large, 7 AS small, NULL AS missing, X'00FF' AS bytes").await;
    let result = events.iter().find(|event| event.event == "result");
    let result = result.unwrap_or_else(|| panic!("{events:?}")).json();
    assert_eq!(
        result["data"],
        json!([{"large": "9007199254740993", "small": 7, "missing": null, "bytes": "AP8="}])
    );
}

#[tokio::test]
async fn more_than_1000_rows_are_cut_and_it_is_said() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("SELECT id FROM orders").await;
    let result = events.iter().find(|event| event.event == "result").unwrap().json();
    assert_eq!(result["rows_count"], 1000);
    assert_eq!(result["truncated"], true);
    assert_eq!(result["data"].as_array().unwrap().len(), 1000);
}

#[tokio::test]
async fn sql_that_fails_is_an_error_event_with_what_was_tried() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("SELECT 1 AS one FROM nowhere").await;
    let error = events.last().unwrap().json();
    assert_eq!(error["type"], "error");
    assert_eq!(error["code"], "SQL_EXECUTION_FAILED", "{error}");
    assert_eq!(error["details"]["sql"], "SELECT 1 AS one FROM nowhere");
    assert_eq!(error["details"]["attempts"][0]["sql"], "SELECT 1 AS one FROM nowhere");
    assert!(error["details"]["attempts"][0]["error"].as_str().unwrap().contains("nowhere"), "{error}");
}

#[tokio::test]
async fn sql_that_would_write_is_refused_and_nothing_is_written() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    for sql in [
        "DELETE FROM orders",
        "DROP TABLE orders",
        "SELECT 1; DELETE FROM orders",
        "PRAGMA journal_mode = DELETE",
    ] {
        let events = user.answer(sql).await;
        let error = events.last().unwrap().json();
        assert_eq!(error["code"], "SQL_REFUSED", "{sql}: {error}");
        assert!(!names(&events).contains(&"result"));
    }
    let events = user.answer("SELECT count(*) > 1000 AS kept FROM orders").await;
    let result = events.iter().find(|event| event.event == "result").unwrap().json();
    assert_eq!(result["data"][0]["kept"], 1);
}

#[tokio::test]
async fn a_fault_of_ours_is_an_error_event_without_its_cause() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("panic").await;
    let error = events.last().unwrap().json();
    assert_eq!(error["code"], "INTERNAL_ERROR");
    assert!(!error.to_string().contains("asked to"), "{error}");
    assert_eq!(user.answer("hello").await.last().unwrap().event, "done");
}

#[tokio::test]
async fn a_database_that_is_missing_or_broken_is_an_error_event_and_the_server_goes_on() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let file = app.folder.path().join("demo.db");
    std::fs::remove_file(&file).unwrap();
    for content in [None, Some("this is no database, whatever its name may say, and never was".repeat(100))] {
        if let Some(content) = content {
            std::fs::write(&file, content).unwrap();
        }
        let events = user.answer("SELECT 1 AS one FROM orders").await;
        let error = events.last().unwrap();
        assert_eq!(error.event, "error", "{events:?}");
        assert_eq!(error.json()["code"], "DATABASE_UNREACHABLE");
    }
    assert_eq!(app.get("/ready").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_wrong_before_the_run_is_a_plain_error() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let other = app.register("other@example.com").await;
    let theirs = conversation(&other.answer("hello").await[0]);
    let unknown = "0190f5a0-0000-7000-8000-00000000ffff";
    for (query, message) in [
        (format!("conversation_id={theirs}"), "对话不存在"),
        (format!("conversation_id={unknown}"), "对话不存在"),
        (format!("connection_id={unknown}"), "连接不存在"),
        ("model=no-such-model".to_owned(), "模型不存在"),
    ] {
        let response = user.get(&format!("{}&{query}", path("hello"))).await;
        let error = failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
        assert!(error["message"].as_str().unwrap().contains(message.trim_end_matches("不存在")), "{error}");
    }
    let list = data(user.get("/api/v1/conversations").await).await;
    assert_eq!(list["total"], 0);
}

#[tokio::test]
async fn the_engine_may_be_named() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let events = user.get(&format!("{}&model=builtin", path("hello"))).await.events().await;
    assert_eq!(events.last().unwrap().event, "done");
}

#[tokio::test]
async fn without_a_connection_nothing_can_be_asked() {
    let app = TestApp::builder().without_demo().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    let response = user.ask("hello").await;
    assert!(response.status().is_client_error(), "{}", response.status());
    assert_eq!(response.json().await["success"], false);
}

#[tokio::test]
async fn a_second_question_goes_on_with_the_conversation() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let first = user.answer("hello").await;
    let id = conversation(&first[0]);
    let second = user.get(&format!("{}&conversation_id={id}", path("SELECT 1 AS one"))).await.events().await;
    assert_eq!(conversation(&second[0]), id);
    assert_ne!(second[0].json()["run_id"], first[0].json()["run_id"]);
    let detail = data(user.get(&format!("/api/v1/conversations/{id}")).await).await;
    assert_eq!(detail["messages"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_conversation_answers_one_question_at_a_time() {
    let engine = ScriptedInterpreter::gated();
    let app = TestApp::builder().interpreter(engine.clone()).start().await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask("hello").await.into_reader();
    let id = conversation(&reader.next().await.unwrap());
    let second = user.get(&format!("{}&conversation_id={id}", path("hello"))).await;
    failure(second, StatusCode::CONFLICT, "CONFLICT").await;
    engine.let_go(1);
    reader.next_named("done").await;
}

#[tokio::test]
async fn coming_back_in_mid_answer_continues_and_starts_nothing_new() {
    let engine = ScriptedInterpreter::gated();
    let app = TestApp::builder().interpreter(engine.clone()).start().await;
    let user = app.register("user@example.com").await;
    let path = path(TWO_ROWS);
    let mut first = user.get(&path).await.into_reader();
    engine.let_go(2);
    let mut seen = Vec::new();
    loop {
        let event = first.next().await.unwrap();
        let is_text = event.event == "delta";
        seen.push(event);
        if is_text {
            break;
        }
    }
    drop(first);

    let last = seen.last().unwrap().id.clone();
    let mut back = come_back(&app, &user, &path, &last).await.into_reader();
    engine.let_go(2);
    while let Some(event) = back.next().await {
        seen.push(event);
    }
    let places: Vec<usize> =
        seen.iter().map(|event| event.id.rsplit('-').next().unwrap().parse().unwrap()).collect();
    assert_eq!(places, (1..=seen.len()).collect::<Vec<_>>());
    assert_eq!(seen.last().unwrap().event, "done");
    let text: String = seen
        .iter()
        .filter(|event| event.event == "delta")
        .map(|event| event.json()["content"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(text, "There were 2 rows.");
    assert_eq!(data(user.get("/api/v1/conversations").await).await["total"], 1);
}

#[tokio::test]
async fn coming_back_from_any_place_gives_the_rest_byte_for_byte() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let path = path(TWO_ROWS);
    let all = user.get(&path).await.events().await;
    for (place, event) in all.iter().enumerate() {
        let response = come_back(&app, &user, &path, &event.id).await;
        if place + 1 == all.len() {
            assert_eq!(response.status(), StatusCode::NO_CONTENT);
            assert!(response.bytes().await.is_empty());
        } else {
            assert_eq!(response.events().await, all[place + 1..], "after {place}");
        }
    }
    assert_eq!(data(user.get("/api/v1/conversations").await).await["total"], 1);
}

#[tokio::test]
async fn an_id_that_is_no_event_of_this_request_asks_anew() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let other = app.register("other@example.com").await;
    let last = user.answer("hello").await.pop().unwrap().id;
    // Another question, somebody else, and no id at all.
    let another = come_back(&app, &user, &path("SELECT 1 AS one"), &last).await.events().await;
    assert_eq!(another[0].event, "progress");
    let somebody = come_back(&app, &other, &path("hello"), &last).await.events().await;
    assert_ne!(somebody[0].json()["run_id"], json!(null));
    for odd in [
        "",
        "x",
        "-",
        "1",
        "0190f5a0-0000-7000-8000-000000000001-",
        "ffffffffffffffffffffffffffffffff-18446744073709551616",
    ] {
        let events = come_back(&app, &user, &path("hello"), odd).await.events().await;
        assert_eq!(events.last().unwrap().event, "done", "{odd}");
    }
}

#[tokio::test]
async fn two_readers_read_the_same_and_neither_waits_for_the_other() {
    let engine = ScriptedInterpreter::gated();
    let app = TestApp::builder().interpreter(engine.clone()).start().await;
    let user = app.register("user@example.com").await;
    let path = path(TWO_ROWS);
    let mut slow = user.get(&path).await.into_reader();
    let first = slow.next().await.unwrap();
    let mut quick = come_back(&app, &user, &path, &first.id).await.into_reader();
    engine.let_go(4);
    // The slow one reads nothing until the quick one is through.
    let mut quickly = Vec::new();
    while let Some(event) = quick.next().await {
        quickly.push(event);
    }
    let mut slowly = Vec::new();
    while let Some(event) = slow.next().await {
        slowly.push(event);
    }
    assert_eq!(quickly.last().unwrap().event, "done");
    assert_eq!(quickly, slowly);
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_end_the_work() {
    let engine = ScriptedInterpreter::gated();
    let app = TestApp::builder().interpreter(engine.clone()).start().await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask(TWO_ROWS).await.into_reader();
    let first = reader.next().await.unwrap();
    let id = conversation(&first);
    let detail = data(user.get(&format!("/api/v1/conversations/{id}")).await).await;
    assert_eq!(detail["messages"][0]["content"], TWO_ROWS, "the question is stored before the answer");
    drop(reader);

    engine.let_go(4);
    // Coming back is how one knows that it has gone on, and waits for it.
    let rest = come_back(&app, &user, &path(TWO_ROWS), &first.id).await.events().await;
    assert_eq!(rest.last().unwrap().event, "done");
    let detail = data(user.get(&format!("/api/v1/conversations/{id}")).await).await;
    assert_eq!(detail["messages"][1]["content"], "There were 2 rows.");
}

#[tokio::test]
async fn stopping_saves_what_there_was() {
    let engine = ScriptedInterpreter::gated();
    let app = TestApp::builder().interpreter(engine.clone()).start().await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask(TWO_ROWS).await.into_reader();
    let id = conversation(&reader.next().await.unwrap());
    engine.let_go(2);
    reader.next_named("delta").await;

    let other = app.register("other@example.com").await;
    let foreign = other.post("/api/v1/chat/stop", &json!({"conversation_id": id})).await;
    failure(foreign, StatusCode::NOT_FOUND, "NOT_FOUND").await;

    let stopped = user.post("/api/v1/chat/stop", &json!({"conversation_id": id})).await;
    assert_eq!(
        stopped.json().await,
        json!({"success": true, "data": {"stopped": true}, "message": "操作成功"})
    );
    let error = reader.next_named("error").await.json();
    assert_eq!(error["code"], "CANCELLED");
    assert_eq!(error["message"], "已停止");
    assert!(reader.next().await.is_none());

    let again = data(user.post("/api/v1/chat/stop", &json!({"conversation_id": id})).await).await;
    assert_eq!(again, json!({"stopped": false}));
    let detail = data(user.get(&format!("/api/v1/conversations/{id}")).await).await;
    let answer = &detail["messages"][1];
    assert_eq!(answer["content"], "There ");
    assert_eq!(answer["metadata"]["error"]["code"], "CANCELLED");
    assert_eq!(answer["metadata"]["rows_count"], 2);
}

#[tokio::test]
async fn stopping_reaches_a_query_in_the_database() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask(ENDLESS).await.into_reader();
    let id = conversation(&reader.next().await.unwrap());
    reader.next_named("sql").await;
    let stopped = data(user.post("/api/v1/chat/stop", &json!({"conversation_id": id})).await).await;
    assert_eq!(stopped, json!({"stopped": true}));
    assert_eq!(reader.next_named("error").await.json()["code"], "CANCELLED");
    // The database is free again.
    assert_eq!(user.answer("SELECT 1 AS one").await.last().unwrap().event, "done");
}

#[tokio::test]
async fn a_query_past_its_time_is_an_error_event() {
    let app = TestApp::builder()
        .interpreter(ScriptedInterpreter::open())
        .core(|settings| settings.query_limits.time = std::time::Duration::from_millis(50))
        .start()
        .await;
    let user = app.register("user@example.com").await;
    let events = user.answer(ENDLESS).await;
    assert_eq!(events.last().unwrap().json()["code"], "TIMEOUT");
}

#[tokio::test]
async fn too_many_answers_at_once_are_429() {
    let engine = ScriptedInterpreter::gated();
    let app = TestApp::builder()
        .interpreter(engine.clone())
        .core(|settings| settings.runs_per_account = 2)
        .start()
        .await;
    let user = app.register("user@example.com").await;
    let mut readers = [user.ask("hello").await.into_reader(), user.ask("hello").await.into_reader()];
    let third = user.ask("hello").await;
    assert_eq!(third.header("retry-after"), "1");
    failure(third, StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED").await;
    engine.let_go(2);
    for reader in &mut readers {
        reader.next_named("done").await;
    }
}
