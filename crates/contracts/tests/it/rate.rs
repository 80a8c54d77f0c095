//! Limits on requests: by account with a valid credential, by address without, given back as time passes.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::json;
use wenshu_contracts::RateLimits;
use wenshu_testkit::{TestApp, TestResponse};

use crate::support::{data, failure};

async fn limited(per_account: u32, per_address: u32) -> TestApp {
    let limits =
        RateLimits { per_account: NonZeroU32::new(per_account), per_address: NonZeroU32::new(per_address) };
    let app = TestApp::builder().without_demo();
    app.http(move |http| {
        http.rate_limits = limits;
        http.trusted_proxies = vec!["10.0.0.1".parse().unwrap()];
    })
    .start()
    .await
}

/// Checks that a response is the refusal, with this wait.
async fn refused(response: TestResponse, seconds: u64) {
    assert_eq!(response.header("retry-after"), seconds.to_string());
    let error = failure(response, StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED").await;
    assert_eq!(error["message"], format!("请求过于频繁，请在 {seconds} 秒后再试"));
}

/// A GET of `/auth/me` with a token that is no good, from an address, behind a proxy or not.
async fn stranger(app: &TestApp, peer: &str, forwarded: Option<&str>) -> TestResponse {
    let peer: SocketAddr = peer.parse().unwrap();
    let mut request = app.request_as("garbage", Method::GET, "/api/v1/auth/me").extension(ConnectInfo(peer));
    if let Some(forwarded) = forwarded {
        request = request.header("x-forwarded-for", forwarded);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn an_account_gets_its_requests_back_as_time_passes() {
    let app = limited(6, 0).await;
    let user = app.register("user@example.com").await;
    let other = app.register("other@example.com").await;
    for _ in 0..6 {
        data(user.get("/api/v1/auth/me").await).await;
    }
    refused(user.get("/api/v1/conversations").await, 10).await;
    app.clock.advance(Duration::from_millis(8_500));
    refused(user.post("/api/v1/chat/stop", &json!({})).await, 2).await;
    // What is refused doesn't count, and nobody else waits for it.
    data(other.get("/api/v1/auth/me").await).await;
    app.clock.advance(Duration::from_millis(1_500));
    data(user.get("/api/v1/auth/me").await).await;
    refused(user.get("/api/v1/auth/me").await, 10).await;
    app.clock.advance(Duration::from_secs(120));
    for _ in 0..6 {
        data(user.get("/api/v1/auth/me").await).await;
    }
    refused(user.get("/api/v1/auth/me").await, 10).await;
}

#[tokio::test]
async fn without_a_valid_credential_the_address_counts() {
    let app = limited(0, 3).await;
    let user = app.register("user@example.com").await;
    for _ in 0..3 {
        failure(stranger(&app, "203.0.113.9:1", None).await, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    }
    refused(stranger(&app, "203.0.113.9:2", None).await, 20).await;
    // Signing in counts too, from there.
    let login = app.request(Method::POST, "/api/v1/auth/login").header(CONTENT_TYPE, "application/json");
    let login = login.extension(ConnectInfo("203.0.113.9:3".parse::<SocketAddr>().unwrap()));
    refused(app.send(login.body(Body::from("{}")).unwrap()).await, 20).await;
    // Whoever is signed in there goes on.
    for _ in 0..10 {
        let request = user.request(Method::GET, "/api/v1/auth/me");
        let request = request.extension(ConnectInfo("203.0.113.9:4".parse::<SocketAddr>().unwrap()));
        data(app.send(request.body(Body::empty()).unwrap()).await).await;
    }
    // Another address, one behind a proxy that is trusted, and one that only says so.
    for (peer, forwarded, counts_as_new) in [
        ("203.0.113.10:1", None, true),
        ("10.0.0.1:1", Some("198.51.100.1"), true),
        ("10.0.0.1:1", Some("203.0.113.9"), false),
        ("203.0.113.9:1", Some("198.51.100.2"), false),
    ] {
        let response = stranger(&app, peer, forwarded).await;
        let status = if counts_as_new { StatusCode::UNAUTHORIZED } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(response.status(), status, "{peer} {forwarded:?}");
    }
    // The addresses of one IPv6 network are one.
    for host in 1..=3 {
        let response = stranger(&app, &format!("[2001:db8:0:1::{host}]:1"), None).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }
    refused(stranger(&app, "[2001:db8:0:1:ffff::1]:1", None).await, 20).await;
}

#[tokio::test]
async fn probes_are_never_refused() {
    let app = limited(1, 1).await;
    for _ in 0..5 {
        for path in ["/health", "/ready"] {
            assert_eq!(app.get(path).await.status(), StatusCode::OK, "{path}");
        }
    }
}
