//! Failures as FastAPI writes them, which two of the documents do: `{"detail": "…"}`, and for fields that break rules
//! `{"detail": [{"loc": ["body", "username"], "msg": "…", "type": "…"}]}`.
//!
//! A fault's field says where it is: `query.limit`, `path.user_id`; without such a word it is in the body. What is within something
//! else is written `messages.0.content` or `messages[0].content`.

use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{OneOfBuilder, Ref, RefOr, Schema};
use wenshu_core::{AppError, ErrorKind, FieldFault, Language};

use super::describe::Schemas;
use super::form::is_required;
use super::protocol;

/// The names of the schemas of a failure, of one that names fields, and of what is said of a field.
const FAILURE: &str = "Failure";
const FAULTS: &str = "ValidationFailure";
const FAULT: &str = "FieldFault";

/// The status of a failure for which a document names no other one.
pub fn status(error: &AppError) -> StatusCode {
    protocol::status(error.code()).unwrap_or(match error.kind() {
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict | ErrorKind::Cancelled => StatusCode::CONFLICT,
        ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Upstream => StatusCode::BAD_GATEWAY,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    })
}

/// The `detail` of a failure: the list of faults for a validation error that names fields, else the text. `name_of` gives the
/// contract's name for a neutral one.
pub fn detail(error: &AppError, status: StatusCode, language: Language, name_of: fn(&str) -> &str) -> Value {
    if status == StatusCode::UNPROCESSABLE_ENTITY && !error.fields().is_empty() {
        return error.fields().iter().map(|fault| fault_of(fault, language, name_of)).collect();
    }
    Value::from(error.text().in_language(language))
}

/// The response with this `detail`, and what else the body has to say.
pub fn response(error: &AppError, status: StatusCode, detail: Value, more: Map<String, Value>) -> Response {
    let mut body = Map::from_iter([("detail".to_owned(), detail)]);
    body.extend(more);
    let mut response = (status, axum::Json(body)).into_response();
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(wait) = error.retry_wait() {
        headers.insert(RETRY_AFTER, HeaderValue::from(protocol::whole_seconds(wait)));
    }
    response
}

fn fault_of(fault: &FieldFault, language: Language, name_of: fn(&str) -> &str) -> Value {
    // The one distinction that clients make.
    let kind = if is_required(&fault.text) { "missing" } else { "value_error" };
    json!({
        "loc": place_of(name_of(&fault.field)),
        "msg": fault.text.in_language(language),
        "type": kind,
    })
}

fn place_of(field: &str) -> Vec<Value> {
    let (place, name) = match field.split_once('.') {
        Some((place @ ("query" | "path" | "header"), name)) => (place, name),
        _ => ("body", field),
    };
    let mut parts = vec![Value::from(place)];
    let names = name.split(['.', '[', ']']).filter(|part| !part.is_empty());
    // The body or the query string as a whole has no name of its own.
    for part in names.filter(|part| *part != place && *part != "query_string") {
        parts.push(part.parse::<u64>().map_or_else(|_| Value::from(part), Value::from));
    }
    parts
}

/// How the body of a failure of this status looks.
pub fn schema(status: StatusCode) -> RefOr<Schema> {
    let name = if status == StatusCode::UNPROCESSABLE_ENTITY { FAULTS } else { FAILURE };
    RefOr::Ref(Ref::from_schema_name(name))
}

/// What those refer to.
pub fn schemas() -> Schemas {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let place = OneOfBuilder::new().item(text()).item(ObjectBuilder::new().schema_type(Type::Integer));
    let fault = ObjectBuilder::new()
        .property(
            "loc",
            ArrayBuilder::new().items(place).description(Some("Where it is, from the outside in")),
        )
        .property("msg", text().description(Some("The rule that is broken, for people")))
        .property("type", text().enum_values(Some(["missing", "value_error"])))
        .required("loc")
        .required("msg")
        .required("type");
    let faults = ArrayBuilder::new().items(Ref::from_schema_name(FAULT));
    let code = || text().description(Some("RFC 6749's code, where a token was asked for"));
    let failure = |detail: RefOr<Schema>| {
        ObjectBuilder::new()
            .property("detail", detail)
            .property("error", code())
            .property("error_description", text())
            .required("detail")
    };
    vec![
        (FAULT.to_owned(), fault.into()),
        (FAULTS.to_owned(), failure(faults.into()).into()),
        (FAILURE.to_owned(), failure(text().into()).into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for (field, expected) in [
            ("username", json!(["body", "username"])),
            ("body", json!(["body"])),
            ("query.limit", json!(["query", "limit"])),
            ("path.user_id", json!(["path", "user_id"])),
            ("messages[0].content", json!(["body", "messages", 0, "content"])),
            ("messages.12.role", json!(["body", "messages", 12, "role"])),
            ("query.query_string", json!(["query"])),
        ] {
            assert_eq!(Value::from(place_of(field)), expected, "{field}");
        }
    }
}
