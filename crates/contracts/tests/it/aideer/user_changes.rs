//! Changing and deleting users.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{ScriptedInterpreter, ScriptedModel, ScriptedReply, TestApp, TestUser};

use super::support::{failure, faulty_fields, fine};

fn path(user: &TestUser<'_>) -> String {
    format!("/api/v1/users/{}", user.id)
}

#[tokio::test]
async fn people_change_what_is_theirs() {
    let app = TestApp::start().await;
    app.sign_up("admin").await;
    let user = app.sign_up("ann").await;
    let change = json!({"username": "Anna", "nickname": "安娜", "email": "anna@example.com", "unknown": 1});
    let changed = fine(user.put(&path(&user), &change).await).await;
    assert_eq!(changed["username"], "Anna");
    assert_eq!(changed["nickname"], "安娜");
    assert_eq!(changed["email"], "anna@example.com");
    assert_eq!(fine(user.get("/api/v1/users/me").await).await, changed);
    // What was answered can be sent back as it is, by anybody.
    assert_eq!(fine(user.put(&path(&user), &changed).await).await, changed);
    // What isn't there stays, null takes away.
    let cleared = fine(user.put(&path(&user), &json!({"nickname": null})).await).await;
    assert_eq!((&cleared["nickname"], &cleared["email"]), (&Value::Null, &json!("anna@example.com")));
    for login in ["anna", "anna@example.com"] {
        let form = [("username", login), ("password", PASSWORD)];
        fine(app.post_form("/api/v1/session/oauth2/token", &form).await).await;
    }
    let old =
        app.post_form("/api/v1/session/oauth2/token", &[("username", "ann"), ("password", PASSWORD)]).await;
    failure(old, StatusCode::UNAUTHORIZED).await;
    // The name is free again, and the new ones are taken.
    let other = app.sign_up("ann").await;
    let taken = other.put(&path(&other), &json!({"username": "ANNA"})).await;
    assert_eq!(failure(taken, StatusCode::BAD_REQUEST).await, "Username already exists");
    let taken = other.put(&path(&other), &json!({"email": "Anna@example.com"})).await;
    assert_eq!(failure(taken, StatusCode::BAD_REQUEST).await, "Email already exists");
    failure(other.put(&path(&user), &json!({"nickname": "x"})).await, StatusCode::FORBIDDEN).await;
    failure(other.put("/api/v1/users/4711", &json!({})).await, StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn who_registered_with_an_address_keeps_a_way_in() {
    let app = TestApp::start().await;
    let user = app.register("bob@example.com").await;
    let me = fine(user.get("/api/v1/users/me").await).await;
    let path = format!("/api/v1/users/{}", me["id"]);
    assert_eq!(fine(user.put(&path, &me).await).await, me);
    assert_eq!(faulty_fields(user.put(&path, &json!({"email": null})).await).await, ["body.email"]);
    let named = fine(user.put(&path, &json!({"username": "bob", "email": null})).await).await;
    assert_eq!((&named["username"], &named["email"]), (&json!("bob"), &Value::Null));
}

#[tokio::test]
async fn admins_change_permissions_and_credits_and_nobody_else() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    let user = app.sign_up("ann").await;
    for change in [json!({"permission": 2}), json!({"permission": 0}), json!({"credits_left": 1_000})] {
        failure(user.put(&path(&user), &change).await, StatusCode::FORBIDDEN).await;
    }
    let change = json!({"permission": 2, "credits_left": 1_000, "nickname": "A"});
    let changed = fine(admin.put(&path(&user), &change).await).await;
    assert_eq!((&changed["permission"], &changed["credits_left"]), (&json!(2), &json!(1_000)));
    let history = fine(user.get("/api/v1/users/me/credits").await).await;
    assert_eq!(history["credits_left"], 1_000);
    assert_eq!(history["credit_records"][0]["amount"], 1_000);
    fine(admin.put(&path(&admin), &json!({"permission": 1})).await).await;
    // The last one stays.
    failure(user.put(&path(&user), &json!({"permission": 1})).await, StatusCode::FORBIDDEN).await;
    failure(user.delete(&path(&user)).await, StatusCode::FORBIDDEN).await;
    failure(admin.get("/api/v1/users").await, StatusCode::FORBIDDEN).await;
}

#[tokio::test]
async fn fields_of_changing_a_user_are_checked() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    let long = "x".repeat(51);
    for (body, fields) in [
        (json!({"username": null}), vec!["body.username"]),
        (json!({"username": "a"}), vec!["body.username"]),
        (json!({"username": long}), vec!["body.username"]),
        (json!({"username": "me"}), vec!["body.username"]),
        (json!({"username": "a/b"}), vec!["body.username"]),
        (json!({"username": "not@mine.com"}), vec!["body.username"]),
        (json!({"username": 5, "nickname": 5}), vec!["body.username", "body.nickname"]),
        (json!({"nickname": ""}), vec!["body.nickname"]),
        (json!({"nickname": long}), vec!["body.nickname"]),
        (json!({"nickname": "a\u{7}"}), vec!["body.nickname"]),
        (json!({"email": "x"}), vec!["body.email"]),
        (json!({"email": 5}), vec!["body.email"]),
        (json!({"permission": 3}), vec!["body.permission"]),
        (json!({"permission": "admin"}), vec!["body.permission"]),
        (json!({"credits_left": "many"}), vec!["body.credits_left"]),
        (json!({"credits_left": 1.5}), vec!["body.credits_left"]),
        (json!({"credits_left": i64::MAX}), vec!["body.credits_left"]),
    ] {
        let response = admin.put(&path(&admin), &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{body}");
    }
    assert_eq!(faulty_fields(admin.put("/api/v1/users/x", &json!({})).await).await, ["path.user_id"]);
    assert_eq!(faulty_fields(admin.delete("/api/v1/users/1.0").await).await, ["path.user_id"]);
}

#[tokio::test]
async fn a_deleted_user_is_gone_with_all_but_the_ledger() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    let user = app.sign_up("ann").await;
    app.grant(&user, 10).await;
    user.answer("一共有多少客户？").await;
    fine(user.post("/api/v1/presets", &json!({"title": "p"})).await).await;
    failure(user.delete(&path(&user)).await, StatusCode::FORBIDDEN).await;
    fine(admin.delete(&path(&user)).await).await;
    failure(user.get("/api/v1/users/me").await, StatusCode::UNAUTHORIZED).await;
    let refresh = app.request_as(&user.refresh_token, http::Method::GET, "/api/v1/session/wechat/refresh");
    failure(app.send(refresh.body(axum::body::Body::empty()).unwrap()).await, StatusCode::UNAUTHORIZED).await;
    failure(admin.get(&path(&user)).await, StatusCode::NOT_FOUND).await;
    failure(admin.delete(&path(&user)).await, StatusCode::NOT_FOUND).await;
    // The name is free, and whoever takes it is somebody else with nothing of the first one's.
    let again = app.sign_up("ann").await;
    assert_ne!(again.id, user.id);
    assert_eq!(fine(again.get("/api/v1/users/me").await).await["credits_left"], 0);
    let conversations = crate::support::data(again.get("/api/v1/conversations").await).await;
    assert_eq!(conversations["total"], 0);
}

#[tokio::test]
async fn what_is_being_answered_for_a_deleted_user_is_stopped() {
    let interpreter = ScriptedInterpreter::gated();
    let app = TestApp::builder().interpreter(interpreter).start().await;
    let admin = app.sign_up("admin").await;
    let user = app.sign_up("ann").await;
    let mut reader = user.ask("一共有多少客户？").await.into_reader();
    reader.next().await.unwrap();
    fine(admin.delete(&path(&user)).await).await;
    let mut last = None;
    while let Some(event) = reader.next().await {
        last = Some(event);
    }
    assert_eq!(last.unwrap().event, "error");
}

#[tokio::test]
async fn what_is_being_written_for_a_deleted_user_is_paid_for() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["abcd", "efgh"]).then_hang());
    let app = TestApp::builder().model(&model).start().await;
    let admin = app.sign_up("admin").await;
    let user = app.sign_up("ann").await;
    app.grant(&user, 100).await;
    let account = app.store.account_by_number(user.id.parse().unwrap()).await.unwrap().unwrap().id;
    let chat = json!({"preset_id": null, "title": "t", "messages": [{"role": "user", "content": "hello"}]});
    let chat = fine(user.post("/api/v1/chats", &chat).await).await["id"].clone();
    let task = json!({"chat_id": chat, "type": "chat_generation"});
    let task = fine(user.post("/api/v1/tasks", &task).await).await["task_id"].as_str().unwrap().to_owned();
    let mut reader = app.get(&format!("/api/v1/tasks/{task}/stream")).await.into_reader();
    while reader.next().await.expect("more").json()["content"] != "abcdefgh" {}
    fine(admin.delete(&path(&user)).await).await;
    let ledger = app.store.credit_entries(account, 10, 0).await.unwrap().items;
    // The prompt is two tokens by the rule of thumb, and each piece one.
    assert_eq!(ledger.iter().map(|entry| entry.amount).collect::<Vec<_>>(), [-4, 100]);
}
