//! Failures in this contract's words: `{"detail": …}` with the document's status.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};
use wenshu_core::{AppError, Language};

use crate::http::detail;
use crate::http::dialect::Dialect;

/// This contract's words for failures.
pub const DIALECT: Dialect = Dialect { render };

/// The text of a failure that the document gives word for word, in whatever language, and its status.
fn documented(code: &str) -> Option<(StatusCode, &'static str)> {
    Some(match code {
        "username_taken" => (StatusCode::BAD_REQUEST, "Username already exists"),
        "email_taken" => (StatusCode::BAD_REQUEST, "Email already exists"),
        _ => return None,
    })
}

/// The document's status for a failure.
fn status(error: &AppError) -> StatusCode {
    match error.code() {
        // What the document has no other word for than a faulty request or a faulty server.
        "wrong_password" => StatusCode::BAD_REQUEST,
        _ => detail::status(error),
    }
}

/// What this contract calls a field that has a neutral name in `core`.
fn field_name(neutral: &str) -> &str {
    match neutral {
        "display_name" => "nickname",
        "login" => "username",
        "conversation" | "conversation_id" => "chat_id",
        other => other,
    }
}

fn render(error: &AppError, language: Language) -> Response {
    let (status, detail) = match documented(error.code()) {
        Some((status, text)) => (status, Value::from(text)),
        None => {
            let status = status(error);
            (status, detail::detail(error, status, language, field_name))
        }
    };
    let mut more = Map::new();
    // Beside the document's words those of RFC 6749, by which OAuth2 clients tell what happened.
    if let Some(code) = oauth2_code(error.code()) {
        more.insert("error".to_owned(), Value::from(code));
        more.insert("error_description".to_owned(), Value::from(error.text().in_language(Language::En)));
    }
    detail::response(error, status, detail, more)
}

fn oauth2_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "bad_credentials" => "invalid_grant",
        super::session::INVALID_REQUEST => "invalid_request",
        super::session::UNSUPPORTED_GRANT_TYPE => "unsupported_grant_type",
        _ => return None,
    })
}
