//! Failures in this contract's envelope: `{"success": false, "error": {"code", "message", "details"}}`.
//!
//! Both tables are here: [`answer_code`] for responses, [`event_code`] for `event: error`.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use wenshu_core::error::FailureDetails;
use wenshu_core::{AppError, ErrorKind, Language};

use crate::http::dialect::Dialect;
use crate::http::protocol;

/// This contract's words for failures.
pub const DIALECT: Dialect = Dialect { render };

/// The document's code for a status, and that status.
pub fn answer_code(error: &AppError) -> (StatusCode, &'static str) {
    match code_of_protocol(error.code()) {
        Some(code) => (protocol::status(error.code()).unwrap_or(StatusCode::BAD_REQUEST), code),
        None => code_of_kind(error.kind()),
    }
}

/// The document's code for a failure of HTTP itself.
fn code_of_protocol(code: &str) -> Option<&'static str> {
    Some(match code {
        protocol::BAD_REQUEST => "BAD_REQUEST",
        protocol::ROUTE_NOT_FOUND => "NOT_FOUND",
        protocol::METHOD_NOT_ALLOWED => "METHOD_NOT_ALLOWED",
        protocol::REQUEST_TIMEOUT => "REQUEST_TIMEOUT",
        protocol::PAYLOAD_TOO_LARGE => "PAYLOAD_TOO_LARGE",
        protocol::URI_TOO_LONG => "URI_TOO_LONG",
        protocol::UNSUPPORTED_MEDIA_TYPE => "UNSUPPORTED_MEDIA_TYPE",
        protocol::HEADERS_TOO_LARGE => "HEADERS_TOO_LARGE",
        protocol::FOREIGN_ORIGIN | protocol::UNKNOWN_HOST => "FORBIDDEN",
        _ => return None,
    })
}

fn code_of_kind(kind: ErrorKind) -> (StatusCode, &'static str) {
    match kind {
        ErrorKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR"),
        ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "FORBIDDEN"),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        ErrorKind::Conflict => (StatusCode::CONFLICT, "CONFLICT"),
        ErrorKind::TooMany => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
        ErrorKind::Upstream => (StatusCode::BAD_GATEWAY, "UPSTREAM_ERROR"),
        ErrorKind::Timeout => (StatusCode::GATEWAY_TIMEOUT, "TIMEOUT"),
        ErrorKind::Cancelled => (StatusCode::CONFLICT, "CANCELLED"),
        ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR"),
    }
}

/// The codes that failures of a status have.
pub(super) fn codes_of(status: StatusCode) -> Vec<&'static str> {
    let of_kinds = ErrorKind::ALL.map(code_of_kind).into_iter();
    let of_http = protocol::CODES.map(|code| code_of_protocol(code).zip(protocol::status(code))).into_iter();
    let all = of_kinds.chain(of_http.flatten().map(|(code, status)| (status, code)));
    let mut codes: Vec<&str> = all.filter(|(other, _)| *other == status).map(|(_, code)| code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The code of a failed run: its own in upper snake case, and for what can also happen to a plain request the document's.
pub fn event_code(code: &str) -> Cow<'static, str> {
    Cow::Borrowed(match code {
        "internal" => "INTERNAL_ERROR",
        "validation" => "VALIDATION_ERROR",
        "unauthenticated" => "UNAUTHORIZED",
        "store_unavailable" | "shutting_down" => "UNAVAILABLE",
        // Whether the database or the whole answer took too long makes no difference to the person.
        "query_timeout" | "run_timeout" => "TIMEOUT",
        other => return Cow::Owned(other.to_ascii_uppercase()),
    })
}

/// What this contract calls a field that has a neutral name in `core`.
fn field_name(neutral: &str) -> &str {
    match neutral.strip_prefix("query.").unwrap_or(neutral) {
        "conversation" => "conversation_id",
        "connection" => "connection_id",
        "default_connection" => "default_connection_id",
        "default_model" => "default_model_id",
        "login" => "email",
        other => other,
    }
}

/// A failure.
#[derive(Serialize, ToSchema)]
#[schema(as = Failure)]
pub(super) struct Envelope<'a> {
    /// Always `false`.
    success: bool,
    /// What happened.
    error: Body<'a>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FailureBody)]
struct Body<'a> {
    /// What programs decide by.
    code: &'a str,
    /// What happened, why, and what to do, for people.
    message: &'a str,
    /// What else is known.
    details: Details<'a>,
}

/// What is known beyond code and message; empty where there is nothing.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = FailureDetails)]
pub struct Details<'a> {
    /// Fields that break rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldDetail<'a>>,
    /// The last SQL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<&'a str>,
    /// What was tried, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<AttemptDetail<'a>>,
    /// What was understood of the question.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub understood: &'a [String],
    /// What was not.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub unknown: &'a [String],
    /// Questions that would work.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub suggestions: &'a [String],
}

/// A field that breaks a rule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldFault)]
pub struct FieldDetail<'a> {
    /// Its name.
    pub field: &'a str,
    /// The rule.
    pub message: &'a str,
}

/// SQL that failed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FailedAttempt)]
pub struct AttemptDetail<'a> {
    /// The statement.
    pub sql: &'a str,
    /// What the guard or the database said.
    pub error: &'a str,
}

impl<'a> Details<'a> {
    /// What an error knows, in this language.
    pub fn of(error: &'a AppError, language: Language) -> Self {
        let fields = error
            .fields()
            .iter()
            .map(|fault| FieldDetail {
                field: field_name(&fault.field),
                message: fault.text.in_language(language),
            })
            .collect();
        let Some(details) = error.details() else { return Self { fields, ..Self::default() } };
        let FailureDetails { sql, attempts, understood, unknown, suggestions } = details;
        let attempts = attempts
            .iter()
            .map(|attempt| AttemptDetail { sql: &attempt.sql, error: &attempt.error })
            .collect();
        Self { fields, sql: sql.as_deref(), attempts, understood, unknown, suggestions }
    }
}

fn render(error: &AppError, language: Language, _request_id: Option<&str>) -> Response {
    let (status, code) = answer_code(error);
    let message = error.text().in_language(language);
    let body = Body { code, message, details: Details::of(error, language) };
    // Texts and lists of texts always can be written.
    let body = serde_json::to_vec(&Envelope { success: false, error: body }).unwrap_or_default();
    let json = HeaderValue::from_static("application/json");
    let mut response = (status, [(CONTENT_TYPE, json)], body).into_response();
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(wait) = error.retry_wait() {
        headers.insert(RETRY_AFTER, HeaderValue::from(protocol::whole_seconds(wait)));
    }
    response
}
