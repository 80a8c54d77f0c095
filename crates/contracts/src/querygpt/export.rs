//! `/messages/{id}/export`: the whole result of an answer, as a file.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt as _;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use wenshu_core::exports::{Export, ExportFormat};

use super::dto::export::ExportFields;
use crate::http::attachment::disposition;
use crate::http::caller::Caller;
use crate::http::extract::{IdPath, Query};
use crate::http::failure::Failure;
use crate::http::protocol;
use crate::http::settings::Deps;

/// The most rows that the file can have.
const ROW_LIMIT: HeaderName = HeaderName::from_static("x-row-limit");

/// Whether rows were left out, where that is known at the beginning.
const TRUNCATED: HeaderName = HeaderName::from_static("x-truncated");

/// `GET /messages/{id}/export`
pub async fn export(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    IdPath(id): IdPath,
    Query(fields): Query<ExportFields>,
) -> Result<Response, Failure> {
    let format = fields.into_format()?;
    let export = deps.app.exports.open(&actor, id, format).await?;
    Ok(file(export, format))
}

/// `HEAD /messages/{id}/export`, which there isn't: it would run the query for nothing.
pub async fn no_head() -> Response {
    let mut response = Failure(protocol::method_not_allowed()).into_response();
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
    response
}

/// A file as a response. A body that breaks off ends the connection, so that nobody takes it for whole.
fn file(export: Export, format: ExportFormat) -> Response {
    let Export { title, row_limit, is_cut, length, body } = export;
    let mut response = Response::new(Body::from_stream(body.into_stream()));
    let headers = response.headers_mut();
    let content_type = match format {
        ExportFormat::Csv => "text/csv; charset=utf-8; header=present",
        ExportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ExportFormat::Json => "application/json",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&disposition(&title, "export", format.as_str())) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    headers.insert(ROW_LIMIT, HeaderValue::from(row_limit));
    if let Some(is_cut) = is_cut {
        headers.insert(TRUNCATED, HeaderValue::from_static(if is_cut { "true" } else { "false" }));
    }
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}
