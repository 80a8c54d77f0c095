//! Success in this contract's envelope: `{"success": true, "data": …, "message": "…"}`.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use wenshu_core::{AppError, Text};

use crate::http::failure::Failure;
use crate::http::language::Spoken;

/// What most routes say.
pub(crate) const DONE: Text = Text { zh: Cow::Borrowed("操作成功"), en: Cow::Borrowed("OK") };

#[derive(Serialize)]
struct Envelope<'a, T> {
    success: bool,
    data: &'a T,
    message: &'a str,
}

/// A response with this data.
pub(crate) fn success<T: Serialize>(spoken: Spoken, message: &Text, data: &T) -> Response {
    let envelope = Envelope { success: true, data, message: message.in_language(spoken.0) };
    match serde_json::to_vec(&envelope) {
        Ok(body) => ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response(),
        Err(error) => Failure(AppError::internal(error)).into_response(),
    }
}
