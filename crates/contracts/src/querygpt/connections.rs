//! `/connections`: the databases the caller may ask.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use wenshu_core::Text;

use super::dto::connections::{ConnectionBody, ConnectionDto, ConnectionsDto, SchemaFields, TestDto};
use super::dto::schema::SchemaDto;
use super::envelope::{DONE, success};
use crate::http::caller::Caller;
use crate::http::extract::{IdPath, Json, Query};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const ADDED: Text =
    Text { zh: Cow::Borrowed("已添加数据库连接"), en: Cow::Borrowed("Connection added") };
const CHANGED: Text =
    Text { zh: Cow::Borrowed("已更新数据库连接"), en: Cow::Borrowed("Connection updated") };
const REMOVED: Text =
    Text { zh: Cow::Borrowed("已删除数据库连接"), en: Cow::Borrowed("Connection deleted") };

/// `GET /connections`
pub async fn list(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
) -> Result<Response, Failure> {
    let connections = deps.app.connections.list(&actor).await?;
    Ok(success(spoken, &DONE, &ConnectionsDto::from(connections.as_slice())))
}

/// `POST /connections`
pub async fn add(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    Json(body): Json<ConnectionBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let view = deps.app.connections.add(&actor, draft, unread).await?;
    Ok(success(spoken, &ADDED, &ConnectionDto::from(&view)))
}

/// `PUT /connections/{id}`
pub async fn change(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
    Json(body): Json<ConnectionBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let view = deps.app.connections.change(&actor, id, draft, unread).await?;
    Ok(success(spoken, &CHANGED, &ConnectionDto::from(&view)))
}

/// `DELETE /connections/{id}`
pub async fn remove(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    deps.app.connections.remove(&actor, id).await?;
    Ok(success(spoken, &REMOVED, &()))
}

/// `POST /connections/{id}/test`
pub async fn test(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    let test = deps.app.connections.test(&actor, id).await?;
    Ok(success(spoken, &DONE, &TestDto::new(&test, spoken.0)))
}

/// `GET /connections/{id}/schema`
pub async fn schema(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
    Query(fields): Query<SchemaFields>,
) -> Result<Response, Failure> {
    let refresh = fields.into_refresh()?;
    let schema = deps.app.connections.schema(&actor, id, refresh).await?;
    Ok(success(spoken, &DONE, &SchemaDto::from(schema.as_ref())))
}
