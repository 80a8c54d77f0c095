//! `/connections/{id}/relations`: tables that belong together where no key says so.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use wenshu_core::Text;

use super::dto::relations::{RelationBody, RelationDto, RelationsDto};
use super::envelope::{DONE, success};
use crate::http::caller::Caller;
use crate::http::extract::{IdPath, IdsPath, Json};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const ADDED: Text = Text { zh: Cow::Borrowed("已添加关联"), en: Cow::Borrowed("Relation added") };
const CHANGED: Text = Text { zh: Cow::Borrowed("已更新关联"), en: Cow::Borrowed("Relation updated") };
const REMOVED: Text = Text { zh: Cow::Borrowed("已删除关联"), en: Cow::Borrowed("Relation deleted") };

/// `GET /connections/{id}/relations`
pub async fn list(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(connection): IdPath,
) -> Result<Response, Failure> {
    let relations = deps.app.connections.relations(&actor, connection).await?;
    Ok(success(spoken, &DONE, &RelationsDto::from(relations.as_slice())))
}

/// `POST /connections/{id}/relations`
pub async fn add(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(connection): IdPath,
    Json(body): Json<RelationBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let added = deps.app.connections.add_relation(&actor, connection, draft, unread).await?;
    Ok(success(spoken, &ADDED, &RelationDto::from(&added)))
}

/// `PUT /connections/{id}/relations/{relation_id}`
pub async fn change(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdsPath(connection, relation): IdsPath,
    Json(body): Json<RelationBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let changed = deps.app.connections.change_relation(&actor, connection, relation, draft, unread).await?;
    Ok(success(spoken, &CHANGED, &RelationDto::from(&changed)))
}

/// `DELETE /connections/{id}/relations/{relation_id}`
pub async fn remove(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdsPath(connection, relation): IdsPath,
) -> Result<Response, Failure> {
    deps.app.connections.remove_relation(&actor, connection, relation).await?;
    Ok(success(spoken, &REMOVED, &()))
}
