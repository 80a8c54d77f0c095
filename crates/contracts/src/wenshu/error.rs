//! Failures as RFC 9457 writes them: `{"type", "title", "status", "detail"}` in `application/problem+json`, with our `code`, the
//! `request_id`, and `errors` for fields that break rules.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use wenshu_core::{AppError, ErrorKind, Language};

use crate::http::dialect::Dialect;
use crate::http::protocol;

/// This contract's words for failures.
pub const DIALECT: Dialect = Dialect { render };

/// The media type of a failure.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// A failure.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Problem<'a> {
    /// Always `about:blank`: what happened is said by `code`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    /// What the status means.
    #[schema(value_type = String)]
    title: &'static str,
    status: u16,
    /// What happened, why, and what to do, for people.
    detail: &'a str,
    /// What programs decide by, in lower snake case.
    code: &'a str,
    /// What the log calls this request; absent where what came was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    request_id: Option<&'a str>,
    /// Fields that break rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldProblem<'a>>,
}

/// A field that breaks a rule.
#[derive(Serialize, ToSchema)]
#[schema(as = FieldProblem)]
struct FieldProblem<'a> {
    /// Its name.
    field: &'a str,
    /// The rule, for people.
    message: &'a str,
}

fn status(error: &AppError) -> StatusCode {
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

fn render(error: &AppError, language: Language, request_id: Option<&str>) -> Response {
    let status = status(error);
    let errors = error.fields().iter().map(|fault| FieldProblem {
        field: fault.field.strip_prefix("query.").unwrap_or(&fault.field),
        message: fault.text.in_language(language),
    });
    let problem = Problem {
        kind: "about:blank",
        title: status.canonical_reason().unwrap_or_default(),
        status: status.as_u16(),
        detail: error.text().in_language(language),
        code: error.code(),
        request_id,
        errors: errors.collect(),
    };
    let mut response = (status, axum::Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(wait) = error.retry_wait() {
        headers.insert(RETRY_AFTER, HeaderValue::from(protocol::whole_seconds(wait)));
    }
    response
}
