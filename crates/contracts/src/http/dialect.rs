//! How a contract says that a request failed.

use axum::response::Response;
use wenshu_core::{AppError, Language};

/// A contract's words for failures.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// The whole response, status and headers included, in this language, to the request of this id, if it was one.
    pub render: fn(&AppError, Language, Option<&str>) -> Response,
}
