//! What lies outside every route: unknown paths, probes, metrics, request ids.

use std::sync::Arc;

use axum::body::Body;
use http::header::{ACCEPT_LANGUAGE, HOST, ORIGIN};
use http::{Method, Request, StatusCode};
use serde_json::json;
use wenshu_testkit::TestApp;

use crate::support::failure;

#[tokio::test]
async fn unknown_paths_answer_in_the_words_of_their_prefix() {
    let app = TestApp::builder().without_demo().start().await;
    for method in [Method::GET, Method::POST, Method::DELETE] {
        for path in [
            "/api/v1",
            "/api/v1/",
            "/api/v1/nothing",
            "/api/v1/auth",
            "/api/v1//auth/me",
            "/api/v1/auth/me/x",
        ] {
            let response = app.send(app.request(method.clone(), path).body(Body::empty()).unwrap()).await;
            let error = failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
            assert_eq!(error["message"], "接口不存在，请检查请求地址");
        }
        for path in ["/v1", "/v1/", "/v1/chat/nothing", "/v1/nothing"] {
            let response = app.send(app.request(method.clone(), path).body(Body::empty()).unwrap()).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND);
            let body = response.json().await;
            assert_eq!(body, json!({"code": 404, "message": "接口不存在，请检查请求地址", "data": []}));
        }
        for path in ["/nothing", "/api", "/api/v2/x", "/v10", "/api/v1x", "/favicon.ico"] {
            let response = app.send(app.request(method.clone(), path).body(Body::empty()).unwrap()).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            let body = response.json().await;
            assert_eq!(
                body,
                json!({"error": {"code": "route_not_found", "message": "接口不存在，请检查请求地址"}})
            );
        }
    }
    let request = app.request(Method::GET, "/api/v1/nothing").header(ACCEPT_LANGUAGE, "en");
    let english = app.send(request.body(Body::empty()).unwrap()).await.json().await;
    assert_eq!(english["error"]["message"], "There is no such route; check the address");
}

#[tokio::test]
async fn probes_are_answered_to_whoever_asks() {
    let app = TestApp::builder().without_demo().start().await;
    for (path, body) in [("/health", json!({"status": "ok"})), ("/ready", json!({"status": "ready"}))] {
        for request in [
            Request::get(path),
            Request::get(path).header(HOST, "10.1.2.3:8000"),
            Request::get(path).header(HOST, "anything").header(ORIGIN, "https://evil.example"),
        ] {
            let response = app.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.header("access-control-allow-origin"), "");
            assert_eq!(response.json().await, body);
        }
        let response = app.send(app.request(Method::POST, path).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.header("allow"), "GET,HEAD");
        assert_eq!(response.json().await["error"]["code"], "method_not_allowed");
    }
}

#[tokio::test]
async fn the_root_says_where_the_api_is() {
    let app = TestApp::builder().without_demo().start().await;
    let response = app.get("/").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.json().await["api"], "/api/v1");
}

#[tokio::test]
async fn metrics_are_there_when_they_can_be_rendered() {
    let app = TestApp::builder().without_demo().start().await;
    assert_eq!(app.get("/metrics").await.status(), StatusCode::NOT_FOUND);
    let app = TestApp::builder()
        .without_demo()
        .http(|settings| settings.metrics = Some(Arc::new(|| "up 1\n".to_owned())))
        .start()
        .await;
    let response = app.get("/metrics").await;
    assert_eq!(response.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(response.bytes().await, "up 1\n");
    let foreign = Request::get("/metrics").header(HOST, "evil.example");
    assert_eq!(app.send(foreign.body(Body::empty()).unwrap()).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn request_ids_come_back_when_they_are_sane() {
    let app = TestApp::builder().without_demo().start().await;
    for sane in ["a", "7f3e-91", "Root=1-67891233-abcdef012345678912345678", &"x".repeat(128)] {
        let request = app.request(Method::GET, "/api/v1/auth/me").header("x-request-id", sane);
        let response = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.header("x-request-id"), sane);
    }
    for odd in ["", "two words", "a\"b", "a\tb", &"x".repeat(129)] {
        let request = app.request(Method::GET, "/nothing").header("x-request-id", odd);
        let response = app.send(request.body(Body::empty()).unwrap()).await;
        let given = response.header("x-request-id");
        assert_eq!(given.len(), 32, "{odd:?}");
        assert_ne!(given, odd);
    }
    let first = app.get("/health").await.header("x-request-id").to_owned();
    let second = app.get("/health").await.header("x-request-id").to_owned();
    assert_ne!(first, second);
}
