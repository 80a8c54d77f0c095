//! Paths that two documents have, with requests as each document's client would send them.

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::json;
use wenshu_contracts::Contract;
use wenshu_testkit::TestApp;

use super::support::{failure, faulty_fields, fine};
use crate::support::{data, failure as failure_in_envelope, faulty_fields as faulty_fields_in_envelope};

#[tokio::test]
async fn a_user_by_number_is_aideers_with_a_credential() {
    let app = TestApp::start().await;
    let user = app.sign_up("ann").await;
    for path in [format!("/api/v1/users/{}", user.id), format!("/api/v1/users/{}/", user.id)] {
        assert_eq!(fine(user.get(&path).await).await["username"], "ann");
        // Without one it is a user of chat-app's whose name is a number.
        assert_eq!(failure(app.get(&path).await, StatusCode::NOT_FOUND).await, "User not found");
        let invalid = app.request_as("garbage", Method::GET, &path).body(Body::empty()).unwrap();
        failure(app.send(invalid).await, StatusCode::UNAUTHORIZED).await;
    }
    // By name it is chat-app's, with a credential too.
    for response in [user.get("/api/v1/users/ann").await, app.get("/api/v1/users/ann/").await] {
        let shown = fine(response).await;
        assert_eq!((&shown["username"], shown["id"].to_string()), (&json!("ann"), user.id.clone()));
        assert!(shown.get("permission").is_none(), "{shown}");
    }
    // A name of digits is a name as long as nobody shows a credential.
    let body = json!({"username": "2024"});
    let named = fine(app.post("/api/v1/users/", &body).await).await;
    assert_eq!(fine(app.get("/api/v1/users/2024").await).await, named);
    failure(user.get("/api/v1/users/2024").await, StatusCode::NOT_FOUND).await;
    // `me` is nobody's name.
    assert_eq!(fine(user.get("/api/v1/users/me").await).await["username"], "ann");
    failure(app.get("/api/v1/users/me").await, StatusCode::UNAUTHORIZED).await;
    // What isn't read is AIDeer's, whatever the user is called.
    let path = "/api/v1/users/ann/password";
    let body = json!({"new_password": "correct-horse-1"});
    assert_eq!(faulty_fields(user.put(path, &body).await).await, ["path.user_id"]);
    // What lies below `me` is never chat-app's.
    let path = "/api/v1/users/me/conversations";
    failure_in_envelope(user.get(path).await, StatusCode::NOT_FOUND, "NOT_FOUND").await;
}

#[tokio::test]
async fn users_are_made_by_aideer_without_the_slash_and_by_chat_app_with_it() {
    let app = TestApp::start().await;
    let body = json!({"username": "ann", "password": "correct-horse-1"});
    let made = fine(app.post("/api/v1/users", &body).await).await;
    assert!(made.get("permission").is_some(), "{made}");
    let made = fine(app.post("/api/v1/users/", &json!({"username": "carl"})).await).await;
    assert!(made.get("permission").is_none(), "{made}");
    assert_eq!(
        failure(app.post("/api/v1/users/", &body).await, StatusCode::BAD_REQUEST).await,
        "Username already registered"
    );
    assert_eq!(
        failure(app.post("/api/v1/users", &body).await, StatusCode::BAD_REQUEST).await,
        "Username already exists"
    );
    // A body decides nothing: AIDeer's without a password is wrong, chat-app's with one is fine.
    assert_eq!(
        faulty_fields(app.post("/api/v1/users", &json!({"username": "dora"})).await).await,
        ["body.password"]
    );
    let admin = app.sign_up("bob").await;
    failure(admin.get("/api/v1/users/").await, StatusCode::FORBIDDEN).await;
}

#[tokio::test]
async fn conversations_are_querygpts_by_uuid() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("一共有多少客户？").await;
    let id = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    data(user.get(&format!("/api/v1/conversations/{id}")).await).await;
    let path = "/api/v1/conversations/not-an-id";
    assert_eq!(faulty_fields_in_envelope(user.get(path).await).await, ["id"]);
    // Digits are chat-app's to read, with a credential or without, and nobody's to change.
    let number = app
        .store
        .find_conversation(user.id.parse().unwrap(), id.parse().unwrap())
        .await
        .unwrap()
        .unwrap()
        .number;
    let path = format!("/api/v1/conversations/{number}");
    for response in [user.get(&path).await, app.get(&path).await, app.get(&format!("{path}/")).await] {
        assert_eq!(fine(response).await["messages"][0]["content"], "一共有多少客户？");
    }
    let path = "/api/v1/conversations/9912";
    assert_eq!(failure(user.get(path).await, StatusCode::NOT_FOUND).await, "Conversation not found");
    let title = json!({"title": "x"});
    assert_eq!(faulty_fields_in_envelope(user.patch(path, &title).await).await, ["id"]);
}

#[tokio::test]
async fn a_contract_that_is_switched_off_has_no_routes() {
    let only = |contract: Contract| {
        TestApp::builder().http(move |settings| settings.contracts = vec![contract]).start()
    };
    let aideer = only(Contract::Aideer).await;
    let user = aideer.sign_up("ann").await;
    fine(user.get(&format!("/api/v1/users/{}", user.id)).await).await;
    for path in ["/api/v1/auth/me", "/api/v1/conversations/0190f5a0-0000-7000-8000-000000000001"] {
        failure_in_envelope(user.get(path).await, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    }
    // What the two would share is AIDeer's alone.
    assert_eq!(faulty_fields(user.get("/api/v1/users/ann").await).await, ["path.user_id"]);
    let body = json!({"username": "bob", "password": "a-Password-1"});
    fine(aideer.post("/api/v1/users/", &body).await).await;
    let chat_app = only(Contract::ChatApp).await;
    fine(chat_app.post("/api/v1/users/", &json!({"username": "ann"})).await).await;
    fine(chat_app.get("/api/v1/users/ann").await).await;
    failure_in_envelope(chat_app.post("/api/v1/users", &json!({})).await, StatusCode::NOT_FOUND, "NOT_FOUND")
        .await;
    assert_eq!(
        failure(chat_app.get("/api/v1/users/me").await, StatusCode::NOT_FOUND).await,
        "User not found"
    );
    let path = "/api/v1/conversations/0190f5a0-0000-7000-8000-000000000001";
    assert_eq!(faulty_fields(chat_app.get(path).await).await, ["path.conversation_id"]);
    let none = chat_app.request(Method::PUT, "/api/v1/users/ann").body(Body::empty()).unwrap();
    failure_in_envelope(chat_app.send(none).await, StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED")
        .await;
    let querygpt = only(Contract::QueryGpt).await;
    let user = querygpt.register("user@example.com").await;
    data(user.get("/api/v1/auth/me").await).await;
    for path in ["/api/v1/users", "/api/v1/users/me", "/api/v1/users/1"] {
        failure_in_envelope(user.get(path).await, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    }
    let request = querygpt.request(Method::POST, "/api/v1/session/oauth2/token");
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = querygpt.send(request.body(Body::from("username=a&password=b")).unwrap()).await;
    failure_in_envelope(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
}
