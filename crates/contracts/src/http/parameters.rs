//! Parameters that may stand in the query string or in the body.
//!
//! A document that writes `参数: name: type` leaves open where its clients put them. They are read from the query string, and those that
//! aren't there from the body: a form of either kind, or a JSON object.

use axum::extract::{FromRequest, Request};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use wenshu_core::{AppError, Text};

use super::describe::{Argument, RequestDescription, in_query};
use super::extract::{essence, is_json, parse_json, query_pairs, read_body};
use super::failure::Failure;
use super::settings::Deps;
use super::{protocol, upload};

/// The parameters of a request, wherever they are.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Deps> for Parameters<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, deps: &Deps) -> Result<Self, Failure> {
        let in_address = read_pairs(request.uri().query().unwrap_or_default())?;
        let mut fields = in_body(request, deps).await?;
        fields.extend(in_address);
        // The fields of our structs take whatever came, so nothing is left to fail.
        let read = serde_json::from_value(Value::Object(fields)).map_err(AppError::internal)?;
        Ok(Self(read))
    }
}

impl<T: ToSchema> Argument for Parameters<T> {
    fn describe(request: &mut RequestDescription) {
        in_query::<T>(request);
        request.failures.extend([
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ]);
    }
}

async fn in_body(request: Request, deps: &Deps) -> Result<Map<String, Value>, AppError> {
    let content_type = request.headers().get(CONTENT_TYPE).cloned();
    let kind = content_type.as_ref().map(essence).unwrap_or_default();
    if kind == "multipart/form-data" {
        return read_pairs(&upload::fields(request, deps).await?);
    }
    let (parts, body) = request.into_parts();
    let bytes = read_body(&parts.headers, body, deps).await?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    if content_type.as_ref().is_some_and(is_json) {
        return parse_json(&bytes);
    }
    if kind != "application/x-www-form-urlencoded" {
        return Err(protocol::neither_json_nor_form());
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| AppError::invalid("body", not_utf8()))?;
    read_pairs(text)
}

/// Names and values as in a query string.
///
/// # Errors
///
/// `Invalid` naming what is no UTF-8 or comes twice.
pub fn read_pairs(query: &str) -> Result<Map<String, Value>, AppError> {
    let mut fields = Map::new();
    for (name, value) in query_pairs(query) {
        let name = name.map_err(|_| AppError::invalid("query_string", not_utf8()))?.into_owned();
        let value = value.map_err(|_| AppError::invalid(name.clone(), not_utf8()))?.into_owned();
        if fields.insert(name.clone(), Value::String(value)).is_some() {
            return Err(AppError::invalid(name, Text::new("重复出现", "is given more than once")));
        }
    }
    Ok(fields)
}

fn not_utf8() -> Text {
    Text::new("必须是 UTF-8 编码", "must be UTF-8")
}
