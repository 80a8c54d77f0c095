//! The outermost layer of every route: nothing leaves it that isn't in the contract's words.
//!
//! In this order: request id, [`Guard`], the route itself (a panic becomes an internal error), rendering of failures, CORS
//! headers, metrics, one line in the log. A response with an error status that carries no
//! [`Failure`] was made by the router (404, 405) and is given words too.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::header::{ALLOW, SET_COOKIE};
use http::{HeaderValue, Method, StatusCode};
use tokio::time::Instant;
use tracing::Instrument as _;
use wenshu_core::clock::Clock;
use wenshu_core::{AppError, Language};

use super::dialect::Dialect;
use super::failure::Failure;
use super::guard::{Guard, Verdict};
use super::request_id::{self, REQUEST_ID};
use super::{language, protocol};

/// What the layer needs to know of the routes within it.
#[derive(Clone)]
pub struct Boundary(Arc<Inner>);

struct Inner {
    contract: &'static str,
    dialect_of: fn(&str) -> &'static Dialect,
    guard: Option<Arc<Guard>>,
    clock: Arc<dyn Clock>,
}

impl Boundary {
    /// A boundary for the routes of one contract. `dialect_of` chooses the words from the path; without a guard any origin and
    /// host is served (probes).
    pub fn new(
        contract: &'static str,
        dialect_of: fn(&str) -> &'static Dialect,
        guard: Option<Arc<Guard>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self(Arc::new(Inner { contract, dialect_of, guard, clock }))
    }
}

/// Puts these routes, their 405 answers and their fallback within a boundary.
pub fn within(router: Router, boundary: Boundary) -> Router {
    router.layer(from_fn_with_state(boundary, pass))
}

async fn pass(State(boundary): State<Boundary>, request: Request, next: Next) -> Response {
    let boundary = boundary.0;
    let started = Instant::now();
    let dialect = (boundary.dialect_of)(request.uri().path());
    let language = language::preferred(request.headers());
    let request_id = request_id::of_request(request.headers(), &*boundary.clock);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();

    let verdict = boundary.guard.as_ref().map_or(Verdict::Pass, |guard| guard.judge(&request));
    let mut response = match &verdict {
        Verdict::Refuse(error) => Failure(error.clone()).into_response(),
        Verdict::Preflight(_) => StatusCode::NO_CONTENT.into_response(),
        // What is logged on the way, and by a run that is started here, names the request.
        Verdict::Pass | Verdict::CrossOrigin(_) => AssertUnwindSafe(next.run(request))
            .catch_unwind()
            .instrument(tracing::info_span!("request", request_id = request_id.to_str().unwrap_or("-")))
            .await
            .unwrap_or_else(|_panic| Failure(AppError::internal(Panicked)).into_response()),
    };
    let failure = render(&mut response, dialect, language, request_id.to_str().ok());
    verdict.add_headers(response.headers_mut());
    response.headers_mut().insert(REQUEST_ID, request_id.clone());

    let line = Line {
        contract: boundary.contract,
        method: &method,
        route: route.as_ref().map_or("unmatched", |route| documented(route.as_str())),
        status: response.status(),
        elapsed: started.elapsed(),
        request_id: &request_id,
    };
    line.count();
    line.log(failure.as_ref());
    response
}

/// Gives an error response its words; answers the error, if it is one.
fn render(
    response: &mut Response,
    dialect: &Dialect,
    language: Language,
    request_id: Option<&str>,
) -> Option<AppError> {
    let error = match response.extensions_mut().remove::<Failure>() {
        Some(Failure(error)) => error,
        None if response.status().is_client_error() || response.status().is_server_error() => {
            protocol::error_of_status(response.status())
        }
        None => return None,
    };
    let stay = [ALLOW, SET_COOKIE].map(|name| (response.headers_mut().remove(&name), name));
    *response = (dialect.render)(&error, language, request_id);
    for (value, name) in stay {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    Some(error)
}

/// Slash variants count as the documented route.
fn documented(route: &str) -> &str {
    match route.strip_suffix('/') {
        Some(stem) if !stem.is_empty() => stem,
        _ => route,
    }
}

/// What is said of a request afterwards. Never its query string, headers or bodies: they hold tokens and questions.
struct Line<'a> {
    contract: &'static str,
    method: &'a Method,
    route: &'a str,
    status: StatusCode,
    elapsed: Duration,
    request_id: &'a HeaderValue,
}

impl Line<'_> {
    fn count(&self) {
        let route = self.route.to_owned();
        let method = method_label(self.method);
        metrics::counter!(
            "http_requests_total",
            "contract" => self.contract,
            "route" => route.clone(),
            "method" => method,
            "status" => self.status.as_u16().to_string(),
        )
        .increment(1);
        metrics::histogram!(
            "http_request_duration_seconds",
            "contract" => self.contract,
            "route" => route,
            "method" => method,
        )
        .record(self.elapsed);
    }

    fn log(&self, failure: Option<&AppError>) {
        let method = method_label(self.method);
        let status = self.status.as_u16();
        let milliseconds = self.elapsed.as_secs_f64() * 1_000.0;
        let request_id = self.request_id.to_str().unwrap_or("-");
        let (contract, route) = (self.contract, self.route);
        let code = failure.map(AppError::code);
        if self.status.is_server_error() {
            let cause = failure.and_then(AppError::source_error).map(|cause| format!("{cause:#}"));
            tracing::error!(
                contract,
                method,
                route,
                status,
                milliseconds,
                request_id,
                code,
                cause,
                "request"
            );
        } else {
            tracing::info!(contract, method, route, status, milliseconds, request_id, code, "request");
        }
    }
}

/// Methods a client made up don't become labels: their number must stay small.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// A handler panicked. The panic's words are not taken over: they may quote what the request held. The panic hook says where it was.
#[derive(Debug)]
struct Panicked;

impl std::fmt::Display for Panicked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a handler panicked")
    }
}

impl std::error::Error for Panicked {}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;
    use wenshu_core::clock::SystemClock;

    use super::*;

    const PLAIN: Dialect = Dialect {
        render: |error, language, _request_id| {
            (StatusCode::IM_A_TEAPOT, format!("{} {}", error.code(), error.text().in_language(language)))
                .into_response()
        },
    };

    async fn panicking() -> &'static str {
        panic!("the secret is 42")
    }

    async fn answer(router: Router, path: &str) -> (StatusCode, String) {
        let boundary = Boundary::new("test", |_| &PLAIN, None, Arc::new(SystemClock));
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = within(router, boundary).oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_becomes_an_internal_error_without_its_message() {
        let router = Router::new().route("/", get(panicking));
        let (status, body) = answer(router, "/").await;
        assert_eq!(status, StatusCode::IM_A_TEAPOT);
        assert_eq!(body, "internal 服务器内部错误，请稍后再试");
    }

    #[tokio::test]
    async fn an_error_that_nobody_gave_words_is_given_words() {
        let router = Router::new().route("/", get(|| async { (StatusCode::BAD_GATEWAY, "<html>") }));
        let (status, body) = answer(router, "/").await;
        assert_eq!(status, StatusCode::IM_A_TEAPOT);
        assert_eq!(body, "internal 服务器内部错误，请稍后再试");
    }
}
