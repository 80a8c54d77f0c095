//! What lies outside every contract: probes, metrics, the documentation, the page, and a word of welcome.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;
use wenshu_core::{AppError, ErrorKind, Language};

use crate::http::boundary::{Boundary, within};
use crate::http::dialect::Dialect;
use crate::http::failure::Failure;
use crate::http::guard::Guard;
use crate::http::protocol;
use crate::http::settings::Deps;
use crate::{docs, web_page};

/// Failures outside every contract: `{"error": {"code", "message"}}`.
pub(crate) const DIALECT: Dialect = Dialect { render };

/// Probes are served to whoever asks, under any name: a load balancer knows neither, and they tell nothing. Metrics and the
/// welcome are guarded like a contract.
pub(crate) fn router(deps: &Deps, guard: &Arc<Guard>) -> Router {
    let boundary = |guard| Boundary::new("none", |_| &DIALECT, guard, Arc::clone(&deps.settings.clock));
    let probes =
        Router::new().route("/health", get(health)).route("/ready", get(ready)).with_state(deps.clone());
    let mut guarded =
        Router::new().route("/", get(welcome)).with_state(deps.clone()).merge(docs::router(&deps.settings));
    guarded = guarded.merge(web_page::router(deps));
    if deps.settings.metrics.is_some() {
        guarded = guarded.merge(Router::new().route("/metrics", get(metrics)).with_state(deps.clone()));
    }
    within(probes, boundary(None)).merge(within(guarded, boundary(Some(Arc::clone(guard)))))
}

async fn health() -> Response {
    axum::Json(json!({"status": "ok"})).into_response()
}

async fn ready(State(deps): State<Deps>) -> Result<Response, Failure> {
    deps.app.ready().await?;
    Ok(axum::Json(json!({"status": "ready"})).into_response())
}

async fn metrics(State(deps): State<Deps>) -> Response {
    let text = deps.settings.metrics.as_ref().map(|render| render()).unwrap_or_default();
    let prometheus = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(CONTENT_TYPE, prometheus)], text).into_response()
}

/// The page for browsers; programs are told where the API is.
async fn welcome(State(deps): State<Deps>, headers: HeaderMap) -> Response {
    if web_page::is_wanted(&headers) {
        return web_page::show(&deps);
    }
    axum::Json(json!({
        "name": "wenshu",
        "message": "问数正在运行。接口在 /api/v1 下，文档在 /docs。 / Wenshu is running. The API is below /api/v1, its documentation at /docs.",
        "api": "/api/v1",
        "docs": "/docs",
    }))
    .into_response()
}

fn render(error: &AppError, language: Language, _request_id: Option<&str>) -> Response {
    let status = protocol::status(error.code()).unwrap_or(match error.kind() {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    });
    let body = json!({"error": {"code": error.code(), "message": error.text().in_language(language)}});
    (status, axum::Json(body)).into_response()
}
