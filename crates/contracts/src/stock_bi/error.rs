//! Failures in this contract's envelope: `{"code": 404, "message": "…", "data": []}`.

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use serde_json::json;
use wenshu_core::{AppError, ErrorKind, Language};

use crate::http::dialect::Dialect;
use crate::http::protocol;

/// This contract's words for failures.
pub(crate) const DIALECT: Dialect = Dialect { render };

fn render(error: &AppError, language: Language) -> Response {
    let status = protocol::status(error.code()).unwrap_or(match error.kind() {
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict | ErrorKind::Cancelled => StatusCode::CONFLICT,
        ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Upstream => StatusCode::BAD_GATEWAY,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    });
    let message = error.text().in_language(language);
    let body = json!({"code": status.as_u16(), "message": message, "data": []});
    let mut response = (status, axum::Json(body)).into_response();
    if let Some(wait) = error.retry_wait() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(protocol::whole_seconds(wait)));
    }
    response
}
