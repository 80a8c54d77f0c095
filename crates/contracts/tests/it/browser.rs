//! What pages in a browser may do: origins, hosts, preflights.

use std::net::SocketAddr;

use axum::body::Body;
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::{Method, Request, StatusCode};
use wenshu_contracts::http::caller::Access;
use wenshu_contracts::querygpt::ROUTES;
use wenshu_testkit::{TestApp, TestResponse};

use crate::support::failure;

async fn from_origin(app: &TestApp, origin: &str) -> TestResponse {
    let request = app.request(Method::GET, "/api/v1/auth/me").header(ORIGIN, origin);
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn to_host(app: &TestApp, host: &str) -> TestResponse {
    let request = Request::get("/api/v1/auth/me").header(HOST, host);
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_foreign_page_is_refused_on_every_route() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    for route in ROUTES.iter() {
        let path = route.path.replace("{id}", "0190f5a0-0000-7000-8000-000000000001");
        for method in [route.method.clone(), Method::OPTIONS, Method::DELETE] {
            let request = app.request(method, &path).header(ORIGIN, "https://evil.example");
            let request = request.header(AUTHORIZATION, format!("Bearer {}", user.access_token));
            let response = app.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(response.header("access-control-allow-origin"), "");
            let error = failure(response, StatusCode::FORBIDDEN, "FORBIDDEN").await;
            assert_eq!(error["message"], "不允许来自该来源的网页访问，可在服务器的 cors_origins 配置中添加");
        }
    }
}

#[tokio::test]
async fn origins_of_a_loopback_server() {
    let app = TestApp::builder()
        .http(|settings| settings.cors_origins = vec!["https://Data.example.com/".to_owned()])
        .start()
        .await;
    for own in [
        "http://127.0.0.1:8000",
        "http://localhost:5173",
        "https://localhost",
        "http://[::1]:3000",
        "http://127.9.9.9",
        "http://app.localhost:8080",
        "https://data.example.com",
        "https://DATA.example.com",
    ] {
        let response = from_origin(&app, own).await;
        assert_eq!(response.header("access-control-allow-origin"), own);
        assert_eq!(response.header("access-control-allow-credentials"), "true");
        assert_eq!(response.header("vary"), "Origin");
        failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    }
    for foreign in [
        "null",
        "",
        "https://evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example:8000",
        "http://evil-localhost",
        "file://",
        "chrome-extension://localhost",
        "http://data.example.com",
        "https://data.example.com:8443",
        "https://sub.data.example.com",
        "http://10.0.0.1:8000",
        "http://0.0.0.0:8000",
        "localhost",
    ] {
        let response = from_origin(&app, foreign).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{foreign}");
        assert_eq!(response.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn origins_of_a_public_server() {
    let app = TestApp::builder()
        .bound(SocketAddr::from(([0, 0, 0, 0], 8000)))
        .http(|settings| settings.allowed_hosts = vec!["wenshu.example.com".to_owned()])
        .start()
        .await;
    for (host, origin, status) in [
        ("wenshu.example.com", "https://wenshu.example.com", StatusCode::UNAUTHORIZED),
        ("wenshu.example.com", "http://wenshu.example.com", StatusCode::UNAUTHORIZED),
        ("wenshu.example.com:8443", "https://wenshu.example.com:8443", StatusCode::UNAUTHORIZED),
        ("10.0.0.5:8000", "http://10.0.0.5:8000", StatusCode::UNAUTHORIZED),
        ("wenshu.example.com", "https://wenshu.example.com:8443", StatusCode::FORBIDDEN),
        ("wenshu.example.com", "http://localhost:5173", StatusCode::FORBIDDEN),
        ("wenshu.example.com", "https://evil.example", StatusCode::FORBIDDEN),
        ("evil.example:8000", "http://evil.example:8000", StatusCode::FORBIDDEN),
    ] {
        let request = Request::get("/api/v1/auth/me").header(HOST, host).header(ORIGIN, origin);
        let response = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), status, "{host} {origin}");
    }
}

#[tokio::test]
async fn hosts_of_a_loopback_server() {
    let app = TestApp::builder()
        .http(|settings| {
            settings.allowed_hosts = vec!["wenshu.internal".to_owned(), "tunnel.example:9000".to_owned()];
        })
        .start()
        .await;
    for own in [
        "127.0.0.1:8000",
        "localhost:8000",
        "LOCALHOST:8000",
        "[::1]:8000",
        "wenshu.internal",
        "Wenshu.internal:1234",
        "tunnel.example:9000",
    ] {
        assert_eq!(to_host(&app, own).await.status(), StatusCode::UNAUTHORIZED, "{own}");
    }
    for foreign in [
        "evil.example",
        "evil.example:8000",
        "localhost",
        "localhost:8001",
        "127.0.0.1",
        "127.0.0.2:8000",
        "10.0.0.1:8000",
        "localhost.evil.example:8000",
        "localhost:8000@evil.example",
        "user@localhost:8000",
        "localhost:",
        "localhost:99999",
        "tunnel.example",
        "",
        "localhost:8000, evil.example",
    ] {
        let response = to_host(&app, foreign).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{foreign}");
        let error = failure(response, StatusCode::FORBIDDEN, "FORBIDDEN").await;
        assert_eq!(error["message"], "服务器不接受该 Host，可在服务器的 hosts 配置中添加");
    }
    let without = Request::get("/api/v1/auth/me").body(Body::empty()).unwrap();
    assert_eq!(app.send(without).await.status(), StatusCode::FORBIDDEN);
    let twice = Request::get("/api/v1/auth/me").header(HOST, "localhost:8000").header(HOST, "localhost:8000");
    assert_eq!(app.send(twice.body(Body::empty()).unwrap()).await.status(), StatusCode::FORBIDDEN);
    let named = Request::get("http://evil.example/api/v1/auth/me").header(HOST, "localhost:8000");
    assert_eq!(app.send(named.body(Body::empty()).unwrap()).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn hosts_of_other_addresses() {
    for (bound, own, foreign) in [
        ("10.0.0.5:80", vec!["10.0.0.5", "10.0.0.5:80"], vec!["localhost", "10.0.0.6", "127.0.0.1"]),
        ("[::1]:8000", vec!["[::1]:8000", "localhost:8000", "127.0.0.1:8000"], vec!["[::2]:8000"]),
        (
            "0.0.0.0:8000",
            vec!["10.0.0.5:8000", "192.168.1.2:9000", "[fe80::1]:8000", "localhost:9000", "127.0.0.1"],
            vec!["evil.example:8000", "10.0.0.5.evil.example:8000", "wenshu"],
        ),
        ("[::]:8000", vec!["10.0.0.5:8000", "[::1]:8000"], vec!["evil.example:8000"]),
    ] {
        let app = TestApp::builder().without_demo().bound(bound.parse().unwrap()).start().await;
        for host in own {
            assert_eq!(to_host(&app, host).await.status(), StatusCode::UNAUTHORIZED, "{bound} {host}");
        }
        for host in foreign {
            assert_eq!(to_host(&app, host).await.status(), StatusCode::FORBIDDEN, "{bound} {host}");
        }
    }
}

#[tokio::test]
async fn a_preflight_of_an_own_page_is_answered_without_a_credential() {
    let app = TestApp::start().await;
    for path in ROUTES.iter().map(|route| route.path).chain(["/api/v1/nothing", "/v1/users/login"]) {
        let path = path.replace("{id}", "x");
        let request = app
            .request(Method::OPTIONS, &path)
            .header(ORIGIN, "http://localhost:5173")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,last-event-id");
        let response = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{path}");
        assert_eq!(response.header("access-control-allow-origin"), "http://localhost:5173");
        assert_eq!(response.header("access-control-allow-methods"), "GET, POST, PUT, PATCH, DELETE");
        assert_eq!(
            response.header("access-control-allow-headers"),
            "authorization,content-type,last-event-id"
        );
        assert_eq!(response.header("access-control-allow-credentials"), "true");
        assert_eq!(response.header("access-control-max-age"), "600");
        assert!(response.bytes().await.is_empty());
    }
}

#[tokio::test]
async fn what_a_foreign_page_embeds_is_refused_and_a_link_in_it_is_not() {
    let app = TestApp::start().await;
    for (site, mode, status) in [
        ("cross-site", "no-cors", StatusCode::FORBIDDEN),
        ("cross-site", "cors", StatusCode::FORBIDDEN),
        ("cross-site", "navigate", StatusCode::UNAUTHORIZED),
        ("same-origin", "cors", StatusCode::UNAUTHORIZED),
        ("same-site", "no-cors", StatusCode::UNAUTHORIZED),
        ("none", "navigate", StatusCode::UNAUTHORIZED),
    ] {
        let request = app
            .request(Method::GET, "/api/v1/chat/stream?query=x")
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", mode);
        let response = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), status, "{site} {mode}");
    }
}

#[tokio::test]
async fn some_routes_are_open_and_some_are_not() {
    // The tests above would prove nothing over an empty table.
    assert!(ROUTES.iter().any(|route| route.access == Access::SignIn));
    assert!(ROUTES.iter().any(|route| route.access == Access::Caller));
}
