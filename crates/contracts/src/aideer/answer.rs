//! Successes: the thing itself as JSON, or `{"message": "…"}` where there is none.

use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use wenshu_core::Text;

use crate::http::language::Spoken;

/// A response with this thing.
pub(crate) fn answer<T: Serialize>(thing: &T) -> Response {
    axum::Json(thing).into_response()
}

/// A response that says that it is done.
pub(crate) fn message(spoken: Spoken, text: &Text) -> Response {
    answer(&Message { message: text.in_language(spoken.0) })
}

#[derive(Serialize, ToSchema)]
#[schema(as = Done)]
pub(super) struct Message<'a> {
    /// What happened, for people.
    message: &'a str,
}
