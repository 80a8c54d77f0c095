//! `/sessions`: where somebody is signed in, and ending that.

use std::time::Duration;

use axum::body::Body;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{TestApp, TestUser, WeChatServer};

use super::support::{fine, gone, problem};
use crate::support::{data, failure};

const SESSIONS: &str = "/wenshu/v1/sessions";

/// Somebody with a session that is not the one of their registration.
struct Device {
    access: String,
    refresh: String,
}

/// Sends a sign-in from a device that calls itself this.
async fn send(app: &TestApp, path: &str, kind: &str, body: String, agent: &[u8]) -> Value {
    let request = app.request(Method::POST, path).header(CONTENT_TYPE, kind);
    let request = request.header(USER_AGENT, HeaderValue::from_bytes(agent).unwrap());
    fine(app.send(request.body(Body::from(body)).unwrap()).await).await
}

fn device(tokens: &Value) -> Device {
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    Device { access: text("access_token"), refresh: text("refresh_token") }
}

async fn sign_in(app: &TestApp, email: &str, agent: &[u8]) -> Device {
    let body = json!({"email": email, "password": PASSWORD}).to_string();
    device(&send(app, "/api/v1/auth/login", "application/json", body, agent).await["data"])
}

async fn call(app: &TestApp, token: &str, method: Method, path: &str) -> wenshu_testkit::TestResponse {
    app.send(app.request_as(token, method, path).body(Body::empty()).unwrap()).await
}

async fn list(app: &TestApp, token: &str) -> Vec<Value> {
    let body = fine(call(app, token, Method::GET, SESSIONS).await).await;
    body["sessions"].as_array().unwrap().clone()
}

/// That both tokens of a session are good for nothing, in any contract.
async fn is_over(app: &TestApp, device: &Device) {
    problem(
        call(app, &device.access, Method::GET, SESSIONS).await,
        StatusCode::UNAUTHORIZED,
        "unauthenticated",
    )
    .await;
    let me = call(app, &device.access, Method::GET, "/api/v1/auth/me").await;
    failure(me, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    let refreshed = app.post("/api/v1/auth/refresh", &json!({"refresh_token": device.refresh})).await;
    failure(refreshed, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
}

fn of(user: &TestUser<'_>) -> Device {
    Device { access: user.access_token.clone(), refresh: user.refresh_token.clone() }
}

#[tokio::test]
async fn sessions_are_listed_with_what_signed_in() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    app.register("other@example.com").await;
    app.clock.advance(Duration::from_secs(60));
    let phone = sign_in(&app, "user@example.com", "  Phone/1.0 \u{95ee}\u{6570}".as_bytes()).await;
    app.clock.advance(Duration::from_secs(60));
    let long = sign_in(&app, "user@example.com", "x".repeat(300).as_bytes()).await;
    app.clock.advance(Duration::from_secs(60));
    let refreshed = app.post("/api/v1/auth/refresh", &json!({"refresh_token": phone.refresh})).await;
    let phone = device(&data(refreshed).await);
    let sessions = list(&app, &phone.access).await;
    let shown: Vec<Value> = sessions
        .iter()
        .map(|session| {
            json!([
                session["created_at"],
                session["last_used_at"],
                session["user_agent"],
                session["is_current"]
            ])
        })
        .collect();
    assert_eq!(
        shown,
        [
            json!(["2026-03-18T12:01:00Z", "2026-03-18T12:03:00Z", "Phone/1.0 问数", true]),
            json!(["2026-03-18T12:02:00Z", "2026-03-18T12:02:00Z", "x".repeat(200), false]),
            json!(["2026-03-18T12:00:00Z", "2026-03-18T12:00:00Z", null, false]),
        ]
    );
    let fields: Vec<&String> = sessions[0].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["id", "created_at", "last_used_at", "expires_at", "user_agent", "is_current"]);
    assert!(sessions[0]["expires_at"].as_str().unwrap() > "2026-04-16", "{}", sessions[0]);
    assert_eq!(list(&app, &long.access).await[0]["user_agent"], "x".repeat(200));
    assert_eq!(list(&app, &user.access_token).await[0]["is_current"], true);
    // Those whose time has passed are gone.
    app.clock.advance(Duration::from_secs(40 * 24 * 3_600));
    let fresh = sign_in(&app, "user@example.com", b"curl").await;
    assert_eq!(list(&app, &fresh.access).await.len(), 1);
}

#[tokio::test]
async fn every_way_to_sign_in_says_what_did() {
    let wechat = WeChatServer::start().await;
    let client = wechat.client();
    let app = TestApp::builder().core(move |settings| settings.wechat = Some(client)).start().await;
    let body = json!({"email": "user@example.com", "password": PASSWORD, "username": "ann"});
    let json_kind = "application/json";
    let registered = send(&app, "/api/v1/auth/register", json_kind, body.to_string(), b"register").await;
    let registered = device(&registered["data"]);
    sign_in(&app, "user@example.com", b"querygpt").await;
    let form = format!("username=user@example.com&password={PASSWORD}");
    let kind = "application/x-www-form-urlencoded";
    send(&app, "/api/v1/session/oauth2/token", kind, form, b"aideer").await;
    let body = json!({"user_name": "user@example.com", "password": PASSWORD}).to_string();
    send(&app, "/v1/users/login", json_kind, body, b"stock-bi").await;
    let agents: Vec<Value> =
        list(&app, &registered.access).await.iter().map(|one| one["user_agent"].clone()).collect();
    assert_eq!(agents.len(), 4);
    for agent in ["register", "querygpt", "aideer", "stock-bi"] {
        assert!(agents.contains(&json!(agent)), "{agent}: {agents:?}");
    }
    wechat.give_code("good", "person");
    let request = app.request(Method::GET, "/api/v1/session/wechat/token?code=good");
    let request = request.header(USER_AGENT, "MicroMessenger").body(Body::empty()).unwrap();
    let tokens = device(&fine(app.send(request).await).await);
    assert_eq!(list(&app, &tokens.access).await[0]["user_agent"], "MicroMessenger");
}

#[tokio::test]
async fn a_session_is_ended_by_its_owner_alone_and_at_once() {
    let app = TestApp::start().await;
    // The first account is an admin, who has no more to do with others' sessions than anybody.
    let admin = app.register("admin@example.com").await;
    let user = app.register("user@example.com").await;
    let lost = sign_in(&app, "user@example.com", b"lost").await;
    let id = list(&app, &lost.access).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("{SESSIONS}/{id}");
    problem(admin.delete(&path).await, StatusCode::NOT_FOUND, "not_found").await;
    assert_eq!(list(&app, &lost.access).await.len(), 2);
    gone(user.delete(&path).await).await;
    is_over(&app, &lost).await;
    problem(user.delete(&path).await, StatusCode::NOT_FOUND, "not_found").await;
    problem(user.delete(&format!("{SESSIONS}/x")).await, StatusCode::UNPROCESSABLE_ENTITY, "validation")
        .await;
    // That a token of it was shown again has ended nothing else.
    let rest = list(&app, &user.access_token).await;
    assert_eq!(rest.len(), 1);
    let own = format!("{SESSIONS}/{}", rest[0]["id"].as_str().unwrap());
    gone(user.delete(&own).await).await;
    is_over(&app, &of(&user)).await;
    assert_eq!(list(&app, &admin.access_token).await.len(), 1);
}

#[tokio::test]
async fn all_but_the_current_session_are_ended() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let other = app.register("other@example.com").await;
    let devices =
        [sign_in(&app, "user@example.com", b"one").await, sign_in(&app, "user@example.com", b"two").await];
    assert_eq!(fine(user.delete(SESSIONS).await).await, json!({"ended": 2}));
    for device in &devices {
        is_over(&app, device).await;
    }
    assert_eq!(fine(user.delete(SESSIONS).await).await, json!({"ended": 0}));
    assert_eq!(list(&app, &user.access_token).await.len(), 1);
    assert_eq!(list(&app, &other.access_token).await.len(), 1);
}
