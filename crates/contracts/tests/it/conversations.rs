//! `/conversations`.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{ScriptedInterpreter, TestApp};

use crate::support::{data, failure, redacted};

#[tokio::test]
async fn the_list_is_newest_activity_first_in_pages() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    assert_eq!(
        data(user.get("/api/v1/conversations").await).await,
        json!({"conversations": [], "total": 0, "has_more": false})
    );
    let mut ids = Vec::new();
    for number in 1..=3 {
        app.clock.advance(Duration::from_secs(60));
        let events = user.answer(&format!("SELECT {number} AS number")).await;
        ids.push(events[0].json()["conversation_id"].as_str().unwrap().to_owned());
    }
    app.clock.advance(Duration::from_secs(60));
    user.get(&format!("/api/v1/chat/stream?query=hello&conversation_id={}", ids[0])).await.events().await;

    let page = data(user.get("/api/v1/conversations?limit=2").await).await;
    assert_eq!(page["conversations"][0]["id"], ids[0].as_str());
    assert_eq!(
        redacted(page),
        json!({
            "conversations": [
                {
                    "id": "<uuid>",
                    "title": "SELECT 1 AS number",
                    "model": "builtin",
                    "is_favorite": false,
                    "message_count": 4,
                    "created_at": "2026-03-18T12:01:00Z",
                    "updated_at": "2026-03-18T12:04:00Z",
                },
                {
                    "id": "<uuid>",
                    "title": "SELECT 3 AS number",
                    "model": "builtin",
                    "is_favorite": false,
                    "message_count": 2,
                    "created_at": "2026-03-18T12:03:00Z",
                    "updated_at": "2026-03-18T12:03:00Z",
                },
            ],
            "total": 3,
            "has_more": true,
        })
    );
    for (query, titles, has_more) in [
        ("limit=2&offset=2", vec!["SELECT 2 AS number"], false),
        ("offset=3", vec![], false),
        ("offset=9000000000000000000", vec![], false),
        ("limit=1&offset=1", vec!["SELECT 3 AS number"], true),
        ("q=select%202", vec!["SELECT 2 AS number"], false),
        ("q=Hello!", vec!["SELECT 1 AS number"], false),
        ("q=nowhere", vec![], false),
        ("q=%25", vec![], false),
        ("favorites=true", vec![], false),
    ] {
        let page = data(user.get(&format!("/api/v1/conversations?{query}")).await).await;
        let found: Vec<&str> = page["conversations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["title"].as_str().unwrap())
            .collect();
        assert_eq!(found, titles, "{query}");
        assert_eq!(page["has_more"], has_more, "{query}");
    }
    let other = app.register("other@example.com").await;
    assert_eq!(data(other.get("/api/v1/conversations").await).await["total"], 0);
}

#[tokio::test]
async fn the_search_finds_chinese_in_titles_and_messages() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    user.answer("SELECT '上月销售额' AS title").await;
    user.answer("SELECT 1").await;
    let page = data(user.get("/api/v1/conversations?q=%E9%94%80%E5%94%AE").await).await;
    assert_eq!(page["total"], 1);
}

#[tokio::test]
async fn the_detail_holds_question_and_answer_with_what_it_was_made_of() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    let sql = "SELECT 'a' AS name, 12.5 AS amount UNION ALL SELECT 'b', NULL";
    let events = user.answer(sql).await;
    let done = events.last().unwrap().json();
    let id = done["conversation_id"].as_str().unwrap();
    let response = user.get(&format!("/api/v1/conversations/{id}")).await;
    let detail = response.json().await;
    assert_eq!(detail["data"]["id"], id);
    assert_eq!(detail["data"]["messages"][1]["id"], done["message_id"]);
    let mut detail = redacted(detail);
    // By its number the stock BI contract knows a message, and what its reader thinks of it is seen here too.
    let numbers = [0, 1].map(|place| {
        let message = detail["data"]["messages"][place].as_object_mut().unwrap();
        message.remove("number").unwrap().as_i64().unwrap()
    });
    // The chart of an answer is that of its stream, whatever was chosen.
    let chart = detail["data"]["messages"][1]["metadata"].as_object_mut().unwrap().remove("visualization");
    let sent =
        events.iter().find(|event| event.event == "visualization").map(|event| event.json()["chart"].clone());
    assert_eq!(chart, sent);
    assert_eq!(
        detail,
        json!({
            "success": true,
            "data": {
                "id": "<uuid>",
                "title": sql.chars().take(50).collect::<String>(),
                "model": "builtin",
                "connection_id": "<uuid>",
                "is_favorite": false,
                "messages": [
                    {"id": "<uuid>", "role": "user", "content": sql, "created_at": "2026-03-18T12:00:00Z"},
                    {
                        "id": "<uuid>",
                        "role": "assistant",
                        "content": "There were 2 rows.",
                        "metadata": {
                            "sql": sql,
                            "execution_time": "<seconds>",
                            "rows_count": 2,
                            "columns": [{"name": "name", "type": "text"}, {"name": "amount", "type": "number"}],
                            "data": [{"name": "a", "amount": 12.5}, {"name": "b", "amount": null}],
                            "truncated": false,
                        },
                        "created_at": "2026-03-18T12:00:00Z",
                    },
                ],
                "created_at": "2026-03-18T12:00:00Z",
                "updated_at": "2026-03-18T12:00:00Z",
            },
            "message": "操作成功",
        })
    );
    assert!(numbers[0] < numbers[1], "{numbers:?}");
    for liked in [true, false] {
        let given = json!({"session_id": id, "message_id": numbers[1], "feedback": liked});
        assert_eq!(user.post("/v1/chat/feedback", &given).await.status(), StatusCode::OK);
        let messages = data(user.get(&format!("/api/v1/conversations/{id}")).await).await["messages"].clone();
        assert_eq!((messages[0].get("feedback"), &messages[1]["feedback"]), (None, &json!(liked)));
    }
}

#[tokio::test]
async fn an_answer_in_words_has_no_metadata_of_rows() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("hello").await;
    let id = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    let detail = data(user.get(&format!("/api/v1/conversations/{id}/")).await).await;
    let answer = &detail["messages"][1];
    assert_eq!(answer["content"], "Hello!");
    for key in ["sql", "data", "rows_count", "columns", "visualization", "error"] {
        assert_eq!(answer["metadata"].get(key), None, "{answer}");
    }
}

#[tokio::test]
async fn a_failed_answer_keeps_its_error() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("SELECT 1 AS one FROM nowhere").await;
    let error = events.last().unwrap().json();
    let id = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    let detail = data(user.get(&format!("/api/v1/conversations/{id}")).await).await;
    let metadata = &detail["messages"][1]["metadata"];
    assert_eq!(metadata["error"]["code"], error["code"]);
    assert_eq!(metadata["error"]["message"], error["message"]);
}

#[tokio::test]
async fn somebody_elses_is_not_found() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let owner = app.register("owner@example.com").await;
    let other = app.register("other@example.com").await;
    let events = owner.answer("hello").await;
    let id = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    let response = other.get(&format!("/api/v1/conversations/{id}")).await;
    let theirs = failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    let response = other.get("/api/v1/conversations/0190f5a0-0000-7000-8000-00000000ffff").await;
    let nobodys = failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    assert_eq!(theirs, nobodys);
    assert_eq!(theirs["message"], Value::from("对话不存在"));
}

#[tokio::test]
async fn favourites_are_marked_and_unmarked_and_listed_apart() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    let ids = [user.answer("hello").await, user.answer("hello").await]
        .map(|events| events[0].json()["conversation_id"].as_str().unwrap().to_owned());
    let path = format!("/api/v1/conversations/{}/favorite", ids[0]);
    let favourites = async || {
        let list = data(user.get("/api/v1/conversations?favorites=true").await).await;
        list["conversations"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(data(user.post(&path, &Value::Null).await).await, json!({"is_favorite": true}));
    assert_eq!(favourites().await, [ids[0].as_str()]);
    assert_eq!(data(user.post(&path, &Value::Null).await).await, json!({"is_favorite": false}));
    assert!(favourites().await.is_empty());
}

#[tokio::test]
async fn a_deleted_conversation_is_gone_with_what_runs_in_it() {
    let interpreter = ScriptedInterpreter::gated();
    let app = TestApp::builder().interpreter(interpreter.clone()).start().await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask("hello").await.into_reader();
    let id = reader.next().await.unwrap().json()["conversation_id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/conversations/{id}");
    data(user.delete(&path).await).await;
    // The answer was under way; its reader hears that it isn't any more.
    let last = reader.next_named("error").await.json();
    assert_eq!((&last["code"], &last["message"]), (&json!("CANCELLED"), &json!("已停止")));
    assert_eq!(reader.next().await, None);
    failure(user.get(&path).await, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    failure(user.delete(&path).await, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    let list = data(user.get("/api/v1/conversations").await).await;
    assert_eq!(list["total"], 0);
    assert_eq!(app.app.runs.running(), 0);
}
