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
        "preset_not_found" => (StatusCode::BAD_REQUEST, "Preset not found"),
        _ => return None,
    })
}

/// The document's status for a failure.
fn status(error: &AppError) -> StatusCode {
    match error.code() {
        // What the document has no other word for than a faulty request or a faulty server.
        "no_credits" => StatusCode::PAYMENT_REQUIRED,
        "wrong_password" | "admin_exists" => StatusCode::BAD_REQUEST,
        "wechat_not_configured" | "wechat_unreachable" | "admin_not_configured" => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
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

/// A code that is unknown or redeemed.
pub(super) const CODE_NOT_FOUND: &str = "code_not_found";

/// The field that a failure is said of, where the document has 422 for what isn't a fault of one field alone.
fn unprocessable(code: &str) -> Option<&'static str> {
    Some(match code {
        CODE_NOT_FOUND => "redeem_code",
        "still_answering" | "empty_chat" | "chat_changed" | "preset_for_pictures" | "picture_unusable" => {
            "chat_id"
        }
        "task_running" | "task_being_read" => "path.task_id",
        _ => return None,
    })
}

fn render(error: &AppError, language: Language, _request_id: Option<&str>) -> Response {
    match unprocessable(error.code()) {
        Some(field) => rendered(&AppError::invalid(field, error.text().clone()), language),
        None => rendered(error, language),
    }
}

fn rendered(error: &AppError, language: Language) -> Response {
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
