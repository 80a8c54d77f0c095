//! What is refused before a handler looks at it, in the words of the contracts that may be open: on every route of theirs.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Request, StatusCode};
use wenshu_contracts::http::route::Route;
use wenshu_contracts::{RateLimits, chat_app, stock_bi};
use wenshu_testkit::{TestApp, TestResponse};

use crate::{chat_app as plain_chat, stock_bi as stock};

/// What a body may have, where the tests say nothing else.
const LIMIT: usize = 1024 * 1024;

/// A contract's routes, with how it says that a request is refused.
struct Spoken {
    routes: &'static [Route],
    is_stock_bi: bool,
}

impl Spoken {
    fn both() -> [Self; 2] {
        let stock_bi = Self { routes: &stock_bi::ROUTES, is_stock_bi: true };
        [stock_bi, Self { routes: &chat_app::ROUTES, is_stock_bi: false }]
    }

    /// The routes that read a body.
    fn with_body(&self) -> impl Iterator<Item = &Route> {
        // What is said of bodies that are too large is said by every route that reads one.
        self.routes
            .iter()
            .filter(|route| route.operation.request.failures.contains(&StatusCode::PAYLOAD_TOO_LARGE))
    }

    /// Checks the refusal, and answers its words.
    async fn refusal(&self, response: TestResponse, status: StatusCode) -> String {
        if self.is_stock_bi {
            stock::support::failure(response, status).await
        } else {
            plain_chat::support::failure(response, status).await
        }
    }

    /// Checks that it is said that the body is at fault.
    async fn body_is_faulty(&self, response: TestResponse, what: &str) {
        let faulty = if self.is_stock_bi {
            stock::support::faulty(response).await
        } else {
            plain_chat::support::faulty_fields(response).await
        };
        assert_eq!(faulty, ["body"], "{what}");
    }
}

/// What the route takes.
fn kind_of(route: &Route) -> &'static str {
    if route.path == "/v1/data/upload" { "multipart/form-data; boundary=edge" } else { "application/json" }
}

fn request(app: &TestApp, route: &Route, kind: &str, body: Body) -> Request<Body> {
    let path =
        route.path.replace("{username}", "ann").replace("{user_id}", "1").replace("{conversation_id}", "1");
    app.request(route.method.clone(), &path).header(CONTENT_TYPE, kind).body(body).unwrap()
}

fn never() -> Body {
    Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>())
}

#[tokio::test]
async fn a_body_of_another_kind_is_415() {
    let app = TestApp::builder().without_demo().start().await;
    for contract in Spoken::both() {
        for route in contract.with_body() {
            for kind in ["text/plain", "json", "application/octet-stream"] {
                let response = app.send(request(&app, route, kind, Body::from("{}"))).await;
                contract.refusal(response, StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let app = TestApp::builder().without_demo().start().await;
    for contract in Spoken::both() {
        for route in contract.with_body().filter(|route| route.path != "/v1/data/upload") {
            let large = "x".repeat(LIMIT + 1);
            let response = app.send(request(&app, route, kind_of(route), Body::from(large))).await;
            let said = contract.refusal(response, StatusCode::PAYLOAD_TOO_LARGE).await;
            assert!(said.contains("1048576"), "{route:?}: {said}");
            // What is announced is believed, so that nothing is read in vain.
            let mut announced = request(&app, route, kind_of(route), never());
            announced.headers_mut().insert(CONTENT_LENGTH, u64::MAX.into());
            contract.refusal(app.send(announced).await, StatusCode::PAYLOAD_TOO_LARGE).await;
        }
    }
}

#[tokio::test]
async fn a_body_that_never_comes_is_408() {
    let app = TestApp::builder()
        .without_demo()
        .http(|settings| settings.body_time = Duration::from_millis(10))
        .start()
        .await;
    for contract in Spoken::both() {
        for route in contract.with_body() {
            let response = app.send(request(&app, route, kind_of(route), never())).await;
            contract.refusal(response, StatusCode::REQUEST_TIMEOUT).await;
        }
    }
}

#[tokio::test]
async fn a_body_that_is_none_is_422() {
    let app = TestApp::builder().without_demo().start().await;
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 8] =
        [b"{", b"nonsense", b"{} {}", b"{\"a\": }", b"\xff\xfe{}", b"\0", b"[]", deep.as_bytes()];
    for contract in Spoken::both() {
        for route in contract.with_body() {
            for body in bodies {
                let response =
                    app.send(request(&app, route, kind_of(route), Body::from(body.to_vec()))).await;
                let shown: String = String::from_utf8_lossy(body).chars().take(20).collect();
                contract.body_is_faulty(response, &format!("{route:?} {shown:?}")).await;
            }
        }
    }
}

#[tokio::test]
async fn a_caller_past_the_limit_is_429_and_told_when() {
    let once = RateLimits { per_account: None, per_address: NonZeroU32::new(1) };
    let app =
        TestApp::builder().without_demo().http(move |settings| settings.rate_limits = once).start().await;
    app.get("/api/v1/users/first").await.bytes().await;
    for contract in Spoken::both() {
        for route in contract.routes {
            let response = app.send(request(&app, route, kind_of(route), Body::from("{}"))).await;
            assert_eq!(response.header("retry-after"), "60", "{route:?}");
            let said = contract.refusal(response, StatusCode::TOO_MANY_REQUESTS).await;
            assert_eq!(said, "请求过于频繁，请在 60 秒后再试");
        }
    }
}
