//! What names a thing in a path.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use wenshu_core::{AppError, Text};

use crate::http::describe::{Argument, RequestDescription};
use crate::http::extract::path_parameter;
use crate::http::failure::Failure;
use crate::http::protocol;

/// The `{username}` of a path. What is no text is nobody's name.
#[derive(Clone, Debug)]
pub struct NamePath(pub String);

impl<S: Send + Sync> FromRequestParts<S> for NamePath {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let name = path_parameter(parts, state, "username").await.filter(|name| !name.contains('\0'));
        Ok(Self(name.unwrap_or_default()))
    }
}

impl Argument for NamePath {
    fn describe(request: &mut RequestDescription) {
        request.path_parameter("username", ObjectBuilder::new().schema_type(Type::String));
        // No name is wrong: there is somebody of it, or there is nobody.
        request.failures.remove(&StatusCode::UNPROCESSABLE_ENTITY);
        request.failures.insert(StatusCode::NOT_FOUND);
    }
}

/// The `{user_id}` of a path: a whole number.
#[derive(Clone, Copy, Debug)]
pub struct UserPath(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for UserPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        number(parts, state, "user_id", "path.user_id").await.map(Self)
    }
}

impl Argument for UserPath {
    fn describe(request: &mut RequestDescription) {
        whole_number(request, "user_id");
    }
}

/// The `{conversation_id}` of a path: a whole number.
#[derive(Clone, Copy, Debug)]
pub struct ConversationPath(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for ConversationPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        number(parts, state, "conversation_id", "path.conversation_id").await.map(Self)
    }
}

impl Argument for ConversationPath {
    fn describe(request: &mut RequestDescription) {
        whole_number(request, "conversation_id");
    }
}

fn whole_number(request: &mut RequestDescription, name: &str) {
    request.path_parameter(name, ObjectBuilder::new().schema_type(Type::Integer));
    request.failures.insert(StatusCode::NOT_FOUND);
}

async fn number<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
    name: &str,
    field: &'static str,
) -> Result<i64, Failure> {
    let text = path_parameter(parts, state, name).await.unwrap_or_default();
    // What lies below `/users/me` is another contract's, whether it has such a route or not.
    if text == "me" {
        return Err(Failure(protocol::route_not_found()));
    }
    let digits = text.strip_prefix('-').unwrap_or(&text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure(AppError::invalid(field, Text::new("必须是整数", "must be an integer"))));
    }
    // A number that fits nowhere is a number all the same: nobody has it.
    Ok(text.parse().unwrap_or(i64::MAX))
}
