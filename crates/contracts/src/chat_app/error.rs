//! Failures in this contract's words: `{"detail": …}` with the document's status.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};
use wenshu_core::{AppError, Language};

use crate::http::detail;
use crate::http::dialect::Dialect;

/// This contract's words for failures.
pub const DIALECT: Dialect = Dialect { render };

/// What this contract calls a field that has a neutral name in `core`.
fn field_name(neutral: &str) -> &str {
    match neutral {
        "text" => "message",
        other => other,
    }
}

/// The status and the words of a failure.
fn words(error: &AppError, language: Language) -> (StatusCode, Value) {
    let text = |status, language| (status, Value::from(error.text().in_language(language)));
    match error.code() {
        "username_taken" => (StatusCode::BAD_REQUEST, Value::from("Username already registered")),
        "email_taken" => (StatusCode::BAD_REQUEST, Value::from("Email already registered")),
        // The document has its words, and what doesn't exist is said in no other language.
        "not_found" => text(StatusCode::NOT_FOUND, Language::En),
        // Nothing is wrong with the form of such a request; the document has no other word for it.
        "still_answering" => text(StatusCode::UNPROCESSABLE_ENTITY, language),
        _ => {
            let status = detail::status(error);
            (status, detail::detail(error, status, language, field_name))
        }
    }
}

/// What is said of a failure after the first byte.
pub(super) fn detail_of(error: &AppError, language: Language) -> Value {
    words(error, language).1
}

fn render(error: &AppError, language: Language, _request_id: Option<&str>) -> Response {
    let (status, detail) = words(error, language);
    detail::response(error, status, detail, Map::new())
}
