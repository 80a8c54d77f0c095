//! Success in this contract's envelope: `{"code": 200, "message": "ok", "data": …}`.

use axum::response::{IntoResponse, Response};
use serde::Serialize;

#[derive(Serialize)]
struct Envelope<'a, T> {
    code: u16,
    message: &'static str,
    data: &'a T,
}

/// A response with this data.
pub(crate) fn success<T: Serialize>(data: &T) -> Response {
    axum::Json(Envelope { code: 200, message: "ok", data }).into_response()
}

/// A response that there is nothing to say in.
pub(crate) fn done() -> Response {
    success::<[(); 0]>(&[])
}
