//! A failed request on its way out.
//!
//! Handlers and extractors answer a [`Failure`]; it carries the error, not yet any words. The
//! [`boundary`](super::boundary) renders it in the contract's [`Dialect`](super::dialect::Dialect) and logs it, once.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use wenshu_core::AppError;

/// An error that has become the answer to a request.
#[derive(Clone, Debug)]
pub struct Failure(pub AppError);

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    /// An empty response that carries the error to the boundary. The status stands only if nothing renders it.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
