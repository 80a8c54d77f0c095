//! What names a thing in a path.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use uuid::Uuid;
use wenshu_core::{AppError, LikeKind, Text};

use crate::http::describe::{Argument, RequestDescription, uuid};
use crate::http::extract::path_parameter;
use crate::http::failure::Failure;
use crate::http::form::parse_uuid;

/// The `{user_id}` of a path: a whole number.
#[derive(Clone, Copy, Debug)]
pub struct UserPath(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for UserPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let text = path_parameter(parts, state, "user_id").await;
        // Digits alone: what `parse` takes besides, such as `+1`, is no second name of a user.
        let number = text
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
            // A number that fits nowhere is a number all the same: nobody has it.
            .map(|text| text.parse().unwrap_or(i64::MAX));
        number.map(Self).ok_or_else(|| {
            Failure(AppError::invalid("path.user_id", Text::new("必须是整数", "must be an integer")))
        })
    }
}

impl Argument for UserPath {
    fn describe(request: &mut RequestDescription) {
        request.path_parameter("user_id", ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)));
        request.failures.insert(StatusCode::NOT_FOUND);
    }
}

/// The `{file}` of a path. What it is called decides the handler.
#[derive(Clone, Debug)]
pub struct FilePath(pub String);

impl<S: Send + Sync> FromRequestParts<S> for FilePath {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(path_parameter(parts, state, "file").await.unwrap_or_default()))
    }
}

impl Argument for FilePath {
    fn describe(request: &mut RequestDescription) {
        // No name is wrong: there is a picture of it, or there is none.
        request.path_parameter("file", ObjectBuilder::new().schema_type(Type::String));
        request.failures.remove(&StatusCode::UNPROCESSABLE_ENTITY);
        request.failures.insert(StatusCode::NOT_FOUND);
    }
}

/// A UUID in a path, under the name that the document has for it there. `field` is the same name with `path.` before it.
///
/// # Errors
///
/// `Invalid` naming the field.
pub async fn uuid_parameter<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
    name: &str,
    field: &'static str,
) -> Result<Uuid, Failure> {
    let id = path_parameter(parts, state, name).await.as_deref().and_then(parse_uuid);
    id.ok_or_else(|| Failure(AppError::invalid(field, Text::new("必须是 UUID", "must be a UUID"))))
}

/// The `{chat_id}` of a path: a UUID.
#[derive(Clone, Copy, Debug)]
pub struct ChatPath(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for ChatPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        uuid_parameter(parts, state, "chat_id", "path.chat_id").await.map(Self)
    }
}

impl Argument for ChatPath {
    fn describe(request: &mut RequestDescription) {
        request.path_parameter("chat_id", uuid());
        request.failures.insert(StatusCode::NOT_FOUND);
    }
}

/// The `{preset_id}` of a path: a UUID.
#[derive(Clone, Copy, Debug)]
pub struct PresetPath(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for PresetPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        uuid_parameter(parts, state, "preset_id", "path.preset_id").await.map(Self)
    }
}

impl Argument for PresetPath {
    fn describe(request: &mut RequestDescription) {
        request.path_parameter("preset_id", uuid());
        request.failures.insert(StatusCode::NOT_FOUND);
    }
}

/// The `{task_id}` of a path: a UUID.
#[derive(Clone, Copy, Debug)]
pub struct TaskPath(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for TaskPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        uuid_parameter(parts, state, "task_id", "path.task_id").await.map(Self)
    }
}

impl Argument for TaskPath {
    fn describe(request: &mut RequestDescription) {
        request.path_parameter("task_id", uuid());
        request.failures.insert(StatusCode::NOT_FOUND);
    }
}

/// The `{code}` of a path.
#[derive(Clone, Debug)]
pub struct CodePath(pub String);

impl<S: Send + Sync> FromRequestParts<S> for CodePath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let code = path_parameter(parts, state, "code").await.filter(|code| !code.contains('\0'));
        code.map(Self).ok_or_else(|| {
            Failure(AppError::invalid("path.code", Text::new("不是有效的文本", "is not a text")))
        })
    }
}

impl Argument for CodePath {
    fn describe(request: &mut RequestDescription) {
        request.path_parameter("code", ObjectBuilder::new().schema_type(Type::String));
    }
}

/// The `{kind}` and the `{id}` of something that is liked.
#[derive(Clone, Copy, Debug)]
pub struct LikePath {
    /// What sort of thing.
    pub kind: LikeKind,
    /// Which one.
    pub id: Uuid,
}

impl<S: Send + Sync> FromRequestParts<S> for LikePath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let kind = match path_parameter(parts, state, "kind").await.as_deref() {
            Some("preset") => LikeKind::Preset,
            Some("chat") => LikeKind::Chat,
            _ => {
                let text = Text::new("必须是 preset 或 chat", "must be `preset` or `chat`");
                return Err(Failure(AppError::invalid("path.kind", text)));
            }
        };
        Ok(Self { kind, id: uuid_parameter(parts, state, "id", "path.id").await? })
    }
}

impl Argument for LikePath {
    fn describe(request: &mut RequestDescription) {
        let kinds = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["preset", "chat"]));
        request.path_parameter("kind", kinds);
        request.path_parameter("id", uuid());
        request.failures.insert(StatusCode::NOT_FOUND);
    }
}

/// The `Idempotency-Key` of a request, where it has one: what is asked for twice under one key is done once.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub Option<String>);

/// The longest key, in characters.
const KEY_LENGTH: usize = 255;

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let mut given = parts.headers.get_all(KEY_NAME).iter();
        let Some(key) = given.next() else { return Ok(Self(None)) };
        let key = key.to_str().ok().map(str::trim);
        let key = key.filter(|key| (1..=KEY_LENGTH).contains(&key.len()) && given.next().is_none());
        key.map(|key| Self(Some(key.to_owned()))).ok_or_else(|| {
            let text = Text::new(
                "必须是一个 1–255 个可打印 ASCII 字符的值",
                "must be one value of 1 to 255 printable ASCII characters",
            );
            Failure(AppError::invalid("header.idempotency-key", text))
        })
    }
}

/// The name of the header.
const KEY_NAME: &str = "idempotency-key";

impl Argument for IdempotencyKey {
    fn describe(request: &mut RequestDescription) {
        let key =
            ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(KEY_LENGTH));
        request.header(
            KEY_NAME,
            "Asked for again under the same key, the task is the one that was begun.",
            key,
        );
    }
}
