//! Users by name, in open mode.

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_testkit::TestApp;
use wenshu_testkit::app::{NOON, PASSWORD};

use super::support::{conversation, failure, faulty_fields, fine, user};

#[tokio::test]
async fn a_user_is_made_and_found_by_name() {
    let app = TestApp::builder().without_demo().start().await;
    let body = json!({"username": " 张三 ", "email": "zhang@example.com", "unknown": 1});
    let made = fine(app.post("/api/v1/users/", &body).await).await;
    assert_eq!(made["username"], "张三");
    assert_eq!(made["email"], "zhang@example.com");
    assert_eq!(made["created_at"], NOON);
    assert!(made["id"].is_i64(), "{made}");
    let keys: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["username", "email", "id", "created_at"]);
    for path in
        ["/api/v1/users/张三", "/api/v1/users/%E5%BC%A0%E4%B8%89", "/api/v1/users/%E5%BC%A0%E4%B8%89/"]
    {
        let path = path.replace("张三", "%E5%BC%A0%E4%B8%89");
        assert_eq!(fine(app.get(&path).await).await, made, "{path}");
    }
    let plain = fine(app.post("/api/v1/users/", &json!({"username": "Ann"})).await).await;
    assert_eq!(plain["email"], Value::Null);
    assert_eq!(fine(app.get("/api/v1/users/aNN").await).await, plain, "names know no case");
    assert_eq!(failure(app.get("/api/v1/users/nobody").await, StatusCode::NOT_FOUND).await, "User not found");
    assert_eq!(failure(app.get("/api/v1/users/%FF").await, StatusCode::NOT_FOUND).await, "User not found");
}

#[tokio::test]
async fn names_and_addresses_are_taken_once() {
    let app = TestApp::builder().without_demo().start().await;
    fine(app.post("/api/v1/users/", &json!({"username": "ann", "email": "a@b.co"})).await).await;
    for body in [json!({"username": "ANN"}), json!({"username": " ann "})] {
        let text = failure(app.post("/api/v1/users/", &body).await, StatusCode::BAD_REQUEST).await;
        assert_eq!(text, "Username already registered");
    }
    let text = failure(
        app.post("/api/v1/users/", &json!({"username": "bob", "email": "A@B.co"})).await,
        StatusCode::BAD_REQUEST,
    )
    .await;
    assert_eq!(text, "Email already registered");
    // A user of another contract has the name too, and the other way round.
    app.sign_up("carl").await;
    let text =
        failure(app.post("/api/v1/users/", &json!({"username": "Carl"})).await, StatusCode::BAD_REQUEST);
    assert_eq!(text.await, "Username already registered");
    let body = json!({"username": "ann", "password": PASSWORD});
    let text = failure(app.post("/api/v1/users", &body).await, StatusCode::BAD_REQUEST).await;
    assert_eq!(text, "Username already exists");
}

#[tokio::test]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let app = TestApp::builder().without_demo().start().await;
    let body = json!({"username": "ann"});
    let answers = futures::future::join_all((0..20).map(|_| app.post("/api/v1/users/", &body))).await;
    let made = answers.iter().filter(|answer| answer.status() == StatusCode::OK).count();
    let refused = answers.iter().filter(|answer| answer.status() == StatusCode::BAD_REQUEST).count();
    assert_eq!((made, refused), (1, 19));
}

#[tokio::test]
async fn fields_of_a_user_are_checked() {
    let app = TestApp::builder().without_demo().start().await;
    let long = "长".repeat(51);
    for (body, fields) in [
        (json!({}), vec!["body.username"]),
        (json!({"username": null}), vec!["body.username"]),
        (json!({"username": ""}), vec!["body.username"]),
        (json!({"username": "  "}), vec!["body.username"]),
        (json!({"username": 7}), vec!["body.username"]),
        (json!({"username": long}), vec!["body.username"]),
        (json!({"username": "a/b"}), vec!["body.username"]),
        (json!({"username": "a\tb"}), vec!["body.username"]),
        (json!({"username": "a\u{0}b"}), vec!["body.username"]),
        (json!({"username": "me"}), vec!["body.username"]),
        (json!({"username": "a", "email": "nonsense"}), vec!["body.email"]),
        (json!({"username": "a", "email": ""}), vec!["body.email"]),
        (json!({"username": "a", "email": 7}), vec!["body.email"]),
        (json!({"username": "", "email": "x"}), vec!["body.username", "body.email"]),
        (json!([]), vec!["body"]),
    ] {
        let response = app.post("/api/v1/users/", &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{body}");
    }
    for username in ["长".repeat(50), "a@b".to_owned(), "a b".to_owned(), "😀".to_owned(), "x".to_owned()]
    {
        let body = json!({"username": username, "email": null});
        assert_eq!(fine(app.post("/api/v1/users/", &body).await).await["username"], username);
    }
    let response = app.post_text("/api/v1/users/", "nonsense").await;
    assert_eq!(faulty_fields(response).await, ["body"]);
    let request = app.request(Method::POST, "/api/v1/users/").body(Body::from("{}")).unwrap();
    failure(app.send(request).await, StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
}

#[tokio::test]
async fn nobody_signs_in_as_a_user_without_a_password_or_becomes_an_admin_by_it() {
    let app = TestApp::builder().without_demo().start().await;
    user(&app, "ann").await;
    for password in ["", " ", PASSWORD] {
        let credentials = [("username", "ann"), ("password", password)];
        let response = app.post_form("/api/v1/session/oauth2/token", &credentials).await;
        assert_ne!(response.status(), StatusCode::OK);
    }
    // The first account with a password is the admin, whoever was there before without one.
    let first = app.register("first@example.com").await;
    let me = first.get("/api/v1/auth/me").await.json().await;
    assert_eq!(me["data"]["role"], "admin");
    user(&app, "bob").await;
    let list = fine(first.get("/api/v1/users").await).await;
    let admins = list.as_array().unwrap().iter().filter(|user| user["permission"] == 2).count();
    assert_eq!(admins, 1, "{list}");
}

#[tokio::test]
async fn somebody_who_is_disabled_is_found_and_does_nothing() {
    let app = TestApp::builder().without_demo().start().await;
    let person = app.sign_up("ann").await;
    let number: i64 = person.id.parse().unwrap();
    let there = conversation(&app, number).await;
    app.disable(&person).await;
    fine(app.get("/api/v1/users/ann").await).await;
    for response in [
        app.post("/api/v1/conversations/", &json!({"user_id": number})).await,
        app.get(&format!("/api/v1/users/{number}/conversations")).await,
        app.get(&format!("/api/v1/conversations/{there}")).await,
        app.post("/api/v1/chat", &json!({"conversation_id": there, "message": "hi"})).await,
    ] {
        assert_eq!(failure(response, StatusCode::FORBIDDEN).await, "该用户已被禁用");
    }
}
