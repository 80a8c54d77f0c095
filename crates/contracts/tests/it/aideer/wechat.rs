//! Signing in through WeChat, against a stand-in for it.

use futures::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{TestApp, TestResponse, WeChatMood, WeChatServer};

use super::support::{failure, faulty_fields, fine};

async fn app_with(server: &WeChatServer) -> TestApp {
    let client = server.client();
    TestApp::builder().core(move |settings| settings.wechat = Some(client)).start().await
}

async fn sign_in(app: &TestApp, code: &str) -> TestResponse {
    app.get(&format!("/api/v1/session/wechat/token?code={code}")).await
}

async fn me(app: &TestApp, tokens: &Value) -> Value {
    let token = tokens["access_token"].as_str().unwrap();
    let request = app.request_as(token, http::Method::GET, "/api/v1/users/me");
    fine(app.send(request.body(axum::body::Body::empty()).unwrap()).await).await
}

#[tokio::test]
async fn the_first_login_makes_an_account_and_the_next_finds_it() {
    let server = WeChatServer::start().await;
    let app = app_with(&server).await;
    server.give_code("one", "person");
    let first = fine(sign_in(&app, "one").await).await;
    let user = me(&app, &first).await;
    let name = user["username"].as_str().unwrap();
    let digits = name.strip_prefix("wechat_").unwrap();
    assert!(digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
    // Not the first account with a password, so no admin.
    assert_eq!(user["permission"], 1);
    server.give_code("two", "person");
    assert_eq!(me(&app, &fine(sign_in(&app, "two").await).await).await["id"], user["id"]);
    server.give_code("three", "somebody else");
    assert_ne!(me(&app, &fine(sign_in(&app, "three").await).await).await["id"], user["id"]);
    // An account without a password sets its first one without an old one.
    let request = app.request_as(
        first["access_token"].as_str().unwrap(),
        http::Method::PUT,
        "/api/v1/users/me/password",
    );
    let body = json!({"new_password": "correct-horse-1"}).to_string();
    let request = request.header("content-type", "application/json").body(body.into()).unwrap();
    fine(app.send(request).await).await;
    let form = [("username", name), ("password", "correct-horse-1")];
    fine(app.post_form("/api/v1/session/oauth2/token", &form).await).await;
}

#[tokio::test]
async fn one_person_at_once_is_one_account() {
    let server = WeChatServer::start().await;
    let app = app_with(&server).await;
    for number in 0..20 {
        server.give_code(&format!("code{number}"), "person");
    }
    let answers = join_all((0..20).map(|number| {
        let app = &app;
        async move { fine(sign_in(app, &format!("code{number}")).await).await }
    }))
    .await;
    let mut ids = Vec::new();
    for tokens in &answers {
        ids.push(me(&app, tokens).await["id"].as_i64().unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[tokio::test]
async fn what_goes_wrong_is_said() {
    let without = TestApp::start().await;
    let text = failure(sign_in(&without, "x").await, StatusCode::INTERNAL_SERVER_ERROR).await;
    assert!(text.contains("wechat_app_id"), "{text}");
    let server = WeChatServer::start().await;
    let app = app_with(&server).await;
    failure(sign_in(&app, "unknown").await, StatusCode::UNAUTHORIZED).await;
    for mood in [
        WeChatMood::Silent,
        WeChatMood::Code(-1),
        WeChatMood::Code(40_125),
        WeChatMood::Says(500, "oops".to_owned()),
    ] {
        server.set_mood(mood.clone());
        let text = failure(sign_in(&app, "x").await, StatusCode::INTERNAL_SERVER_ERROR).await;
        assert!(text.contains("微信") && !text.contains("secret"), "{mood:?}: {text}");
        let english = text.replace("HTTP", "").chars().any(|letter| letter.is_ascii_alphabetic());
        assert!(!english, "{mood:?}: {text}");
    }
    for query in ["", "?code=", "?code=%20", "?code=a&code=b", &format!("?code={}", "x".repeat(257))] {
        let response = app.get(&format!("/api/v1/session/wechat/token{query}")).await;
        assert_eq!(faulty_fields(response).await, ["query.code"], "{query}");
    }
}

#[tokio::test]
async fn bad_codes_count_for_their_address() {
    let server = WeChatServer::start().await;
    let app = app_with(&server).await;
    for number in 0..100 {
        failure(sign_in(&app, &format!("bad{number}")).await, StatusCode::UNAUTHORIZED).await;
    }
    server.give_code("good", "person");
    failure(sign_in(&app, "good").await, StatusCode::TOO_MANY_REQUESTS).await;
}
