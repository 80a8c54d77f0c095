//! Bodies, query strings and path parts as values, refused with the name of the failing field.
//!
//! Each rejects with a [`Failure`], so that even malformed input is answered in the contract's words. Unknown fields are ignored.

use std::borrow::Cow;
use std::collections::HashSet;
use std::str::Utf8Error;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_path_to_error::Path as FieldPath;
use uuid::Uuid;
use wenshu_core::{AppError, Text};

use super::failure::Failure;
use super::form::{Checks, parse_uuid};
use super::settings::Deps;
use super::{protocol, upload};

/// A JSON body: an object.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Deps> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, deps: &Deps) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        if !parts.headers.get(CONTENT_TYPE).is_some_and(is_json) {
            return Err(Failure(protocol::unsupported_media_type()));
        }
        let bytes = read_body(&parts.headers, body, deps).await?;
        Ok(Self(parse_json(&bytes)?))
    }
}

/// A JSON body that may be left out.
#[derive(Clone, Copy, Debug)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<Deps> for OptionalJson<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, deps: &Deps) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(&parts.headers, body, deps).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if !parts.headers.get(CONTENT_TYPE).is_some_and(is_json) {
            return Err(Failure(protocol::unsupported_media_type()));
        }
        Ok(Self(parse_json(&bytes)?))
    }
}

/// A body that is a form, of either kind: names and values as in a query string.
#[derive(Clone, Copy, Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Deps> for Form<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, deps: &Deps) -> Result<Self, Failure> {
        let content_type = request.headers().get(CONTENT_TYPE).map(essence).unwrap_or_default();
        // What pages send that make their form with `FormData`.
        if content_type == "multipart/form-data" {
            return Ok(Self(parse_query(&upload::fields(request, deps).await?)?));
        }
        let (parts, body) = request.into_parts();
        if content_type != "application/x-www-form-urlencoded" {
            return Err(Failure(protocol::not_a_form()));
        }
        let bytes = read_body(&parts.headers, body, deps).await?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| AppError::invalid("body", Text::new("必须是 UTF-8 编码", "must be UTF-8")))?;
        Ok(Self(parse_query(text)?))
    }
}

/// The query string.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self).map_err(|error| {
            // Says where the field is, for contracts that tell.
            Failure(error.map_fields(|field| format!("query.{field}")))
        })
    }
}

/// The `{id}` of a path, where ids are UUIDs.
#[derive(Clone, Copy, Debug)]
pub struct IdPath(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for IdPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        // Parts that aren't UTF-8 after decoding are a rejection of the router's own, and no UUID either.
        let id = RawPathParams::from_request_parts(parts, state).await.ok().and_then(|parameters| {
            parameters.iter().find(|(name, _)| *name == "id").and_then(|(_, id)| parse_uuid(id))
        });
        id.map(Self)
            .ok_or_else(|| Failure(AppError::invalid("id", Text::new("必须是 UUID", "must be a UUID"))))
    }
}

/// The id of something and of what belongs to it, as in `/connections/{id}/terms/{term_id}`, where both are UUIDs.
#[derive(Clone, Copy, Debug)]
pub struct IdsPath(pub Uuid, pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for IdsPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let mut faults = Checks::default();
        let mut ids = [Uuid::nil(); 2];
        let parameters = RawPathParams::from_request_parts(parts, state).await.ok();
        let given = parameters.iter().flatten();
        // In the order of the path: the outer one first.
        for (place, (name, text)) in given.take(2).enumerate() {
            match parse_uuid(text) {
                Some(id) => ids[place] = id,
                None => faults.fault(name.to_owned(), Text::new("必须是 UUID", "must be a UUID")),
            }
        }
        if parameters.is_none() {
            faults.fault("id", Text::new("必须是 UUID", "must be a UUID"));
        }
        faults.finish()?;
        Ok(Self(ids[0], ids[1]))
    }
}

/// A parameter of the path by its name, decoded. `None` where its bytes are no text.
pub async fn path_parameter<S: Send + Sync>(parts: &mut Parts, state: &S, name: &str) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.ok()?;
    parameters.iter().find(|(other, _)| *other == name).map(|(_, value)| value.to_owned())
}

/// A media type without its parameters, in lower case.
pub(super) fn essence(content_type: &HeaderValue) -> String {
    let text = content_type.to_str().unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(super) fn is_json(content_type: &HeaderValue) -> bool {
    let essence = essence(content_type);
    essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json")
}

pub(super) async fn read_body(headers: &HeaderMap, body: Body, deps: &Deps) -> Result<Bytes, AppError> {
    let limit = deps.settings.body_limit;
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > limit as u64) {
        return Err(protocol::payload_too_large(Some(limit)));
    }
    match tokio::time::timeout(deps.settings.body_time, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(protocol::payload_too_large(Some(limit))),
        // The client broke off or sent broken chunks: nobody may be left to read this.
        Ok(Err(_)) => Err(protocol::bad_request()),
        Err(_) => Err(protocol::request_timeout()),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

pub(super) fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, AppError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let field = name_of(error.path());
        json_fault(field, error.inner())
    })?;
    deserializer.end().map_err(|error| json_fault(None, &error))?;
    // A struct can also be read from an array, by position, which no document means.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(AppError::invalid("body", Text::new("必须是 JSON 对象", "must be a JSON object")));
    }
    Ok(value)
}

fn json_fault(field: Option<String>, error: &serde_json::Error) -> AppError {
    let (line, column) = (error.line(), error.column());
    if error.is_data() {
        let text = Text::new(
            format!("格式不正确（第 {line} 行第 {column} 列）"),
            format!("is not in the expected form (line {line}, column {column})"),
        );
        return AppError::invalid(field.unwrap_or_else(|| "body".to_owned()), text);
    }
    let text = Text::new(
        format!("不是有效的 JSON（第 {line} 行第 {column} 列）"),
        format!("is not valid JSON (line {line}, column {column})"),
    );
    AppError::invalid("body", text)
}

fn name_of(path: &FieldPath) -> Option<String> {
    let name = path.to_string();
    (name != ".").then_some(name)
}

/// Names and values of a query string, decoded; errors where the bytes aren't UTF-8.
pub(crate) fn query_pairs(
    query: &str,
) -> impl Iterator<Item = (Result<Cow<'_, str>, Utf8Error>, Result<Cow<'_, str>, Utf8Error>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

fn decode(text: &str) -> Result<Cow<'_, str>, Utf8Error> {
    if !text.contains('+') {
        return percent_decode_str(text).decode_utf8();
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map(|decoded| Cow::Owned(decoded.into_owned()))
}

fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, AppError> {
    let mut pairs = Vec::new();
    for (name, value) in query_pairs(query) {
        let not_utf8 = || Text::new("必须是 UTF-8 编码", "must be UTF-8");
        let name = name.map_err(|_| AppError::invalid("query_string", not_utf8()))?;
        let value = value.map_err(|_| AppError::invalid(name.clone().into_owned(), not_utf8()))?;
        pairs.push((name, value));
    }
    let mut names = HashSet::with_capacity(pairs.len());
    let repeated = pairs
        .iter()
        .find(|(name, _)| !names.insert(name.as_ref()))
        .map(|(name, _)| name.clone().into_owned());
    let deserializer = MapDeserializer::<_, serde::de::value::Error>::new(pairs.into_iter());
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        // The fields of our query structs take any text, so what is left to fail is a field that comes twice.
        let field = repeated.or_else(|| name_of(error.path())).unwrap_or_else(|| "query_string".to_owned());
        AppError::invalid(field, Text::new("格式不正确或重复出现", "is malformed or given more than once"))
    })
}
