//! Failures in this contract's envelope: `{"code": 404, "message": "…", "data": []}`.

use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::json;
use wenshu_core::{AppError, ErrorKind, Language};

use crate::http::dialect::Dialect;
use crate::http::protocol;

/// This contract's words for failures.
pub const DIALECT: Dialect = Dialect { render };

/// The status of a failure.
pub(super) fn status(error: &AppError) -> StatusCode {
    match error.code() {
        "username_taken" => return StatusCode::BAD_REQUEST,
        "last_admin" => return StatusCode::CONFLICT,
        _ => {}
    }
    protocol::status(error.code()).unwrap_or(match error.kind() {
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
    })
}

/// What is said of a failure: for parameters that break rules, which and how.
pub(super) fn message(error: &AppError, language: Language) -> String {
    // The page has its words, whatever language is asked for.
    if error.code() == "username_taken" {
        return "用户名已存在".to_owned();
    }
    let faults = error.fields().iter().map(|fault| {
        let (name, text) = (field_name(&fault.field), fault.text.in_language(language));
        format!("{name} {text}")
    });
    let faults: Vec<String> = faults.collect();
    match language {
        _ if faults.is_empty() => error.text().in_language(language).to_owned(),
        Language::Zh => faults.join("；"),
        Language::En => faults.join("; "),
    }
}

/// What this contract calls a field that has a neutral name in `core`.
fn field_name(neutral: &str) -> &str {
    match neutral.strip_prefix("query.").unwrap_or(neutral) {
        "text" => "content",
        "session" => "session_id",
        "username" | "login" => "user_name",
        other => other,
    }
}

fn render(error: &AppError, language: Language, _request_id: Option<&str>) -> Response {
    let status = status(error);
    let body = json!({"code": status.as_u16(), "message": message(error, language), "data": []});
    let mut response = (status, axum::Json(body)).into_response();
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(wait) = error.retry_wait() {
        headers.insert(RETRY_AFTER, HeaderValue::from(protocol::whole_seconds(wait)));
    }
    response
}
