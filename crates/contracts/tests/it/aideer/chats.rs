//! `/chats`.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{TestApp, TestUser};

use super::support::{failure, faulty_fields, fine};
use crate::support::data;

async fn make(user: &TestUser<'_>, body: &Value) -> Value {
    fine(user.post("/api/v1/chats", body).await).await
}

fn at(chat: &Value) -> String {
    format!("/api/v1/chats/{}", chat["id"].as_str().unwrap())
}

fn example(title: &str) -> Value {
    json!({"preset_id": null, "title": title, "messages": [{"role": "user", "content": "hi"}]})
}

#[tokio::test]
async fn a_chat_is_made_read_changed_and_deleted() {
    let app = TestApp::start().await;
    let ann = app.sign_up("ann").await;
    let body = json!({
        "preset_id": null, "title": " 闲聊 ", "visibility": "shared", "unknown": 1, "messages": [
            {"role": "system", "content": "Be kind.", "visibility": false},
            {"role": "user", "type": "image", "content": "https://x/y.png", "create_time": "2024-01-01T08:00:00+08:00"},
        ],
    });
    let chat = make(&ann, &body).await;
    let owner: i64 = ann.id.parse().unwrap();
    let expected = json!({
        "id": chat["id"], "owner_id": owner, "preset_id": null, "title": "闲聊", "visibility": "shared",
        "messages": [
            {"role": "system", "type": "text", "content": "Be kind.", "visibility": false, "create_time": "2026-03-18T12:00:00Z"},
            {"role": "user", "type": "image", "content": "https://x/y.png", "visibility": true, "create_time": "2024-01-01T00:00:00Z"},
        ],
        "create_time": "2026-03-18T12:00:00Z", "update_time": "2026-03-18T12:00:00Z",
    });
    assert_eq!(chat, expected);
    assert_eq!(fine(ann.get(&at(&chat)).await).await, expected);
    assert_eq!(fine(ann.get("/api/v1/chats").await).await, json!([expected]));

    let change = json!({"preset_id": null, "title": "新", "messages": []});
    let changed = fine(ann.put(&at(&chat), &change).await).await;
    assert_eq!((&changed["title"], &changed["messages"]), (&json!("新"), &json!([])));
    assert_eq!(changed["visibility"], "shared", "left out, it stays");
    fine(ann.delete(&at(&chat)).await).await;
    failure(ann.get(&at(&chat)).await, StatusCode::NOT_FOUND).await;
    failure(ann.put(&at(&chat), &change).await, StatusCode::NOT_FOUND).await;
    failure(ann.delete(&at(&chat)).await, StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn a_chat_is_a_conversation_and_the_other_way_round() {
    let app = TestApp::start().await;
    let ann = app.sign_up("ann").await;
    let chat = make(&ann, &example("闲聊")).await;
    let conversation = format!("/api/v1/conversations/{}", chat["id"].as_str().unwrap());
    let shown = data(ann.get(&conversation).await).await;
    assert_eq!((&shown["title"], &shown["messages"][0]["content"]), (&json!("闲聊"), &json!("hi")));
    let asked = ann.answer("一共有多少客户？").await;
    let id = asked.last().unwrap().json()["conversation_id"].clone();
    let chats = fine(ann.get("/api/v1/chats?order_by=create_time&order=asc").await).await;
    let ids: Vec<&Value> = chats.as_array().unwrap().iter().map(|chat| &chat["id"]).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&&id), "{chats}");
    let shown = fine(ann.get(&format!("/api/v1/chats/{}", id.as_str().unwrap())).await).await;
    assert_eq!(
        (&shown["preset_id"], &shown["messages"][0]["content"]),
        (&Value::Null, &json!("一共有多少客户？"))
    );
    // Written back as it was read, an answer keeps its rows.
    fine(ann.put(&at(&shown), &shown).await).await;
    let kept = data(ann.get(&format!("/api/v1/conversations/{}", id.as_str().unwrap())).await).await;
    assert!(kept["messages"][1]["metadata"]["sql"].is_string(), "{kept}");
}

#[tokio::test]
async fn others_read_what_is_shared_as_a_copy_of_their_own() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let private = make(&ann, &example("private")).await;
    for response in [
        bob.get(&at(&private)).await,
        bob.put(&at(&private), &example("x")).await,
        bob.delete(&at(&private)).await,
    ] {
        failure(response, StatusCode::FORBIDDEN).await;
    }
    let mut shared = example("shared");
    shared["visibility"] = json!("shared");
    let shared = make(&ann, &shared).await;
    let copy = fine(bob.get(&at(&shared)).await).await;
    assert_ne!(copy["id"], shared["id"]);
    assert_eq!((&copy["title"], &copy["visibility"]), (&json!("shared"), &json!("private")));
    assert_eq!(copy["owner_id"], bob.id.parse::<i64>().unwrap());
    assert_eq!(copy["messages"][0]["content"], "hi");
    assert_eq!(fine(bob.get(&at(&shared)).await).await["id"], copy["id"], "one copy for one reader");
    // Whoever only asks whether there is one gets no copy.
    let eve = app.sign_up("eve").await;
    let head = eve.request(http::Method::HEAD, &at(&shared)).body(axum::body::Body::empty()).unwrap();
    assert_eq!(app.send(head).await.status(), StatusCode::OK);
    assert_eq!(fine(eve.get("/api/v1/chats").await).await, json!([]));
    failure(bob.put(&at(&shared), &example("x")).await, StatusCode::FORBIDDEN).await;
    fine(bob.put(&at(&copy), &example("mine")).await).await;
    assert_eq!(fine(ann.get(&at(&shared)).await).await["title"], "shared");
}

#[tokio::test]
async fn visitors_look_and_change_nothing() {
    let app = TestApp::start().await;
    app.sign_up("admin").await;
    let body = json!({"username": "guest", "password": "secret", "permission": 0});
    fine(app.post("/api/v1/users", &body).await).await;
    let form = [("username", "guest"), ("password", "secret")];
    let token = fine(app.post_form("/api/v1/session/oauth2/token", &form).await).await;
    let guest = TestUser::of_aideer(&app, &json!({"id": 0}), &token);
    assert_eq!(fine(guest.get("/api/v1/chats").await).await, json!([]));
    assert_eq!(fine(guest.get("/api/v1/presets").await).await, json!([]));
    let nil = "00000000-0000-0000-0000-000000000000";
    for response in [
        guest.post("/api/v1/chats", &example("x")).await,
        guest.put(&format!("/api/v1/chats/{nil}"), &example("x")).await,
        guest.delete(&format!("/api/v1/chats/{nil}")).await,
        guest.post("/api/v1/presets", &json!({"title": "p"})).await,
        guest.delete(&format!("/api/v1/presets/{nil}")).await,
        guest.post("/api/v1/tasks", &json!({"chat_id": nil, "type": "chat_generation"})).await,
    ] {
        failure(response, StatusCode::FORBIDDEN).await;
    }
}

#[tokio::test]
async fn fields_are_checked() {
    let app = TestApp::start().await;
    let ann = app.sign_up("ann").await;
    let with = |name: &str, value: Value| {
        let mut body = example("t");
        body[name] = value;
        body
    };
    let message = |name: &str, value: Value| {
        let mut body = example("t");
        body["messages"][0][name] = value;
        body
    };
    for (body, fields) in [
        (json!({}), vec!["body.preset_id", "body.title", "body.messages"]),
        (with("preset_id", json!("x")), vec!["body.preset_id"]),
        (with("title", json!("")), vec!["body.title"]),
        (with("title", json!("x".repeat(51))), vec!["body.title"]),
        (with("title", json!("a\nb")), vec!["body.title"]),
        (with("title", json!(5)), vec!["body.title"]),
        (with("visibility", json!("public")), vec!["body.visibility"]),
        (with("visibility", json!(1)), vec!["body.visibility"]),
        (with("messages", json!({})), vec!["body.messages"]),
        (with("messages", json!([1])), vec!["body.messages.0"]),
        (with("messages", json!([{}])), vec!["body.messages.0.role", "body.messages.0.content"]),
        (message("role", json!("tool")), vec!["body.messages.0.role"]),
        (message("type", json!("video")), vec!["body.messages.0.type"]),
        (message("content", json!(["hi"])), vec!["body.messages.0.content"]),
        (message("content", json!("a\0b")), vec!["body.messages.0.content"]),
        (message("visibility", json!("maybe")), vec!["body.messages.0.visibility"]),
        (message("create_time", json!("yesterday")), vec!["body.messages.0.create_time"]),
    ] {
        assert_eq!(faulty_fields(ann.post("/api/v1/chats", &body).await).await, fields, "{body}");
    }
    let unknown = with("preset_id", json!("00000000-0000-0000-0000-000000000000"));
    let refused = ann.post("/api/v1/chats", &unknown).await;
    assert_eq!(failure(refused, StatusCode::BAD_REQUEST).await, "Preset not found");
    for query in ["offset=-1", "limit=0", "limit=101", "limit=x", "order_by=owner", "order=up"] {
        for list in ["chats", "presets"] {
            let field = query.split_once('=').unwrap().0;
            let response = ann.get(&format!("/api/v1/{list}?{query}")).await;
            assert_eq!(faulty_fields(response).await, [format!("query.{field}")], "{list} {query}");
        }
    }
    for path in ["chats/1", "chats/x"] {
        assert_eq!(faulty_fields(ann.get(&format!("/api/v1/{path}")).await).await, ["path.chat_id"]);
    }
}

#[tokio::test]
async fn lists_are_ordered_and_cut() {
    let app = TestApp::start().await;
    let ann = app.sign_up("ann").await;
    for title in ["b", "a", "c"] {
        make(&ann, &example(title)).await;
        app.clock.advance(std::time::Duration::from_secs(1));
    }
    for (query, expected) in [
        ("", vec!["c", "a", "b"]),
        ("?order=asc", vec!["b", "a", "c"]),
        ("?order_by=title&order=asc", vec!["a", "b", "c"]),
        ("?order_by=title&limit=1&offset=1", vec!["b"]),
        ("?offset=3", vec![]),
    ] {
        let chats = fine(ann.get(&format!("/api/v1/chats{query}")).await).await;
        let titles: Vec<&str> =
            chats.as_array().unwrap().iter().map(|chat| chat["title"].as_str().unwrap()).collect();
        assert_eq!(titles, expected, "{query}");
    }
}
