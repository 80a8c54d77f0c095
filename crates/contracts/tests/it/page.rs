//! The web page: what a browser is given at `/` and below, and that nothing of it is in a contract's way.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use http::header::{ACCEPT, ACCEPT_ENCODING, HOST};
use http::{Method, Request, StatusCode};
use wenshu_testkit::{TestApp, TestResponse};

const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const DOCUMENT: &[u8] =
    b"<meta nonce=\"__WENSHU_NONCE__\"><script type=\"module\" src=\"/assets/a-1.js\"></script>";

fn file(name: &str) -> Option<Cow<'static, [u8]>> {
    let bytes: &[u8] = match name {
        "index.html" => DOCUMENT,
        "assets/a-1.js" => b"plain",
        "assets/a-1.js.gz" => b"gzipped",
        "assets/a-1.js.br" => b"brotli",
        "assets/b-2.css" => b"css",
        "favicon.svg" => b"<svg/>",
        "secret.txt" => b"not asked for by any page",
        _ => return None,
    };
    Some(Cow::Borrowed(bytes))
}

async fn with_page() -> TestApp {
    TestApp::builder().without_demo().http(|settings| settings.page = Some(Arc::new(file))).start().await
}

async fn open(app: &TestApp, path: &str) -> TestResponse {
    let request = app.request(Method::GET, path).header(ACCEPT, HTML);
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_browser_is_given_the_page_under_a_strict_policy() {
    let app = with_page().await;
    for path in ["/", "/ask/0190f5a0-0000-7000-8000-000000000002", "/settings/models"] {
        let response = open(&app, path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(response.header("cache-control"), "no-store");
        assert_eq!(response.header("x-content-type-options"), "nosniff");
        let policy = response.header("content-security-policy").to_owned();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-"),
            "{policy}"
        );
        assert_eq!(
            policy.replace("style-src-attr 'unsafe-inline'", "").matches("unsafe").count(),
            0,
            "{policy}"
        );
        let nonce =
            policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        let body = String::from_utf8(response.bytes().await.to_vec()).unwrap();
        assert!(body.contains(&format!("nonce=\"{nonce}\"")), "{body}");
    }
    let [first, second] = [open(&app, "/").await, open(&app, "/").await];
    assert_ne!(first.header("content-security-policy"), second.header("content-security-policy"));
}

#[tokio::test]
async fn files_are_packed_as_the_browser_takes_them_and_kept_for_good() {
    let app = with_page().await;
    for (accepted, encoding, body) in
        [("gzip, deflate, br", "br", "brotli"), ("gzip", "gzip", "gzipped"), ("identity", "", "plain")]
    {
        let request = app.request(Method::GET, "/assets/a-1.js").header(ACCEPT_ENCODING, accepted);
        let response = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.header("content-encoding"), encoding);
        assert_eq!(response.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(response.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(response.header("vary"), "accept-encoding");
        assert_eq!(response.bytes().await, body);
    }
    assert_eq!(app.get("/assets/b-2.css").await.bytes().await, "css");
    let icon = app.get("/favicon.svg").await;
    assert_eq!(icon.header("content-type"), "image/svg+xml");
    assert_eq!(icon.header("cache-control"), "no-cache");
}

#[tokio::test]
async fn the_page_is_in_nobodys_way() {
    let app = with_page().await;
    for path in [
        "/api/v1/nothing",
        "/v1/nothing",
        "/docs/nothing",
        "/assets/nothing.js",
        "/assets/a-1.js.br",
        "/secret.txt",
        "/nothing.js",
    ] {
        let response = open(&app, path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(response.header("content-type").starts_with("application/json"), "{path}");
    }
    // Programs are told where the API is, and that there is nothing, as without a page.
    assert_eq!(app.get("/").await.json().await["api"], "/api/v1");
    assert_eq!(app.get("/settings").await.status(), StatusCode::NOT_FOUND);
    let post = app.request(Method::POST, "/settings").header(ACCEPT, HTML);
    assert_eq!(app.send(post.body(Body::empty()).unwrap()).await.status(), StatusCode::NOT_FOUND);
    for path in ["/", "/settings", "/assets/a-1.js"] {
        let foreign = Request::get(path).header(HOST, "evil.example").header(ACCEPT, HTML);
        let response = app.send(foreign.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn without_a_page_it_is_said_how_to_build_one() {
    let app = TestApp::builder().without_demo().start().await;
    let response = open(&app, "/").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.header("content-security-policy").contains("script-src 'self'"));
    let body = String::from_utf8(response.bytes().await.to_vec()).unwrap();
    assert!(body.contains("cargo xtask web") && body.contains("/docs/"), "{body}");
    assert!(!body.contains("__WENSHU_NONCE__"), "{body}");
}
