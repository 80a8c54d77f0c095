//! `/session`.

use std::time::Duration;

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::json;
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{TestApp, TestResponse};

use super::support::{failure, faulty_fields, fine};

const TOKEN: &str = "/api/v1/session/oauth2/token";
const REFRESH: &str = "/api/v1/session/wechat/refresh";

#[tokio::test]
async fn a_password_gets_tokens_as_oauth2_has_it() {
    let app = TestApp::start().await;
    app.sign_up("ann").await;
    let form = [
        ("grant_type", "password"),
        ("username", "ann"),
        ("password", PASSWORD),
        ("scope", ""),
        ("client_id", "x"),
        ("client_secret", "y"),
    ];
    let response = app.post_form(TOKEN, &form).await;
    assert_eq!(response.header("cache-control"), "no-store");
    assert_eq!(response.header("pragma"), "no-cache");
    let tokens = fine(response).await;
    assert_eq!(tokens["token_type"], "bearer");
    assert_eq!(tokens["expires_in"], 3600);
    let keys: Vec<&String> = tokens.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["access_token", "token_type", "refresh_token", "expires_in"]);
    // A parameter without a value counts as left out.
    let form = [("grant_type", ""), ("username", "ann"), ("password", PASSWORD)];
    fine(app.post_form(TOKEN, &form).await).await;
}

#[tokio::test]
async fn refusals_have_the_words_of_both() {
    let app = TestApp::start().await;
    app.sign_up("ann").await;
    for (username, password) in [("ann", "wrong"), ("nobody", "wrong")] {
        let response = app.post_form(TOKEN, &[("username", username), ("password", password)]).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.header("www-authenticate"), "Bearer");
        let body = response.json().await;
        assert!(body["detail"].is_string(), "{body}");
        assert_eq!(body["error"], "invalid_grant", "{body}");
    }
    for (form, fields, code) in [
        (vec![], vec!["body.username", "body.password"], "invalid_request"),
        (vec![("username", "ann")], vec!["body.password"], "invalid_request"),
        (vec![("username", ""), ("password", "")], vec!["body.username", "body.password"], "invalid_request"),
        (
            vec![("grant_type", "client_credentials"), ("username", "ann"), ("password", PASSWORD)],
            vec!["body.grant_type"],
            "unsupported_grant_type",
        ),
    ] {
        let response = app.post_form(TOKEN, &form).await;
        let body = app.post_form(TOKEN, &form).await.json().await;
        assert_eq!(body["error"], code, "{body}");
        assert_eq!(faulty_fields(response).await, fields, "{form:?}");
    }
    let twice = app.post_form(TOKEN, &[("username", "ann"), ("username", "bob"), ("password", "x")]).await;
    let twice = twice.json().await;
    assert_eq!(
        (&twice["error"], &twice["detail"][0]["loc"]),
        (&json!("invalid_request"), &json!(["body", "username"]))
    );
    let request = app.request(Method::POST, TOKEN).header(CONTENT_TYPE, "application/json");
    let body = json!({"username": "ann", "password": PASSWORD}).to_string();
    let response = app.send(request.body(Body::from(body)).unwrap()).await;
    failure(response, StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    let request = app.request(Method::POST, TOKEN).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = app.send(request.body(Body::from("username=a%FF&password=b")).unwrap()).await;
    assert_eq!(faulty_fields(response).await, ["body.username"]);
}

#[tokio::test]
async fn failed_logins_count_over_all_contracts_together() {
    let app = TestApp::start().await;
    app.sign_up("ann").await;
    for number in 0..10 {
        let response = if number % 2 == 0 {
            app.post_form(TOKEN, &[("username", "ann"), ("password", "wrong")]).await
        } else {
            app.post("/api/v1/auth/login", &json!({"email": "ANN", "password": "wrong"})).await
        };
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{number}");
    }
    // The right password too, in the words of each.
    let response = app.post_form(TOKEN, &[("username", "ann"), ("password", PASSWORD)]).await;
    assert_eq!(response.header("retry-after"), "300");
    failure(response, StatusCode::TOO_MANY_REQUESTS).await;
    let response = app.post("/api/v1/auth/login", &json!({"email": "ann", "password": PASSWORD})).await;
    crate::support::failure(response, StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED").await;
    app.clock.advance(Duration::from_secs(300));
    fine(app.post_form(TOKEN, &[("username", "ann"), ("password", PASSWORD)]).await).await;
}

async fn refresh(app: &TestApp, token: &str) -> TestResponse {
    app.send(app.request_as(token, Method::GET, REFRESH).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_refresh_token_is_swapped_once() {
    let app = TestApp::start().await;
    let user = app.sign_up("ann").await;
    failure(refresh(&app, &user.access_token).await, StatusCode::UNAUTHORIZED).await;
    let head = app.request_as(&user.refresh_token, Method::HEAD, REFRESH).body(Body::empty()).unwrap();
    assert_eq!(app.send(head).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    let tokens = fine(refresh(&app, &user.refresh_token).await).await;
    let access = tokens["access_token"].as_str().unwrap();
    let me = app.request_as(access, Method::GET, "/api/v1/users/me").body(Body::empty()).unwrap();
    assert_eq!(fine(app.send(me).await).await["username"], "ann");
    // One of a login through QueryGPT too.
    let other = app.register("bob@example.com").await;
    fine(refresh(&app, &other.refresh_token).await).await;
    // Used twice, it ends everything.
    failure(refresh(&app, &user.refresh_token).await, StatusCode::UNAUTHORIZED).await;
    let me = app.request_as(access, Method::GET, "/api/v1/users/me").body(Body::empty()).unwrap();
    failure(app.send(me).await, StatusCode::UNAUTHORIZED).await;
}
