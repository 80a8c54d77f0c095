//! `/presets`: what chats begin with.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use wenshu_core::Text;

use super::answer::{answer, message};
use super::dto::chats::ListQuery;
use super::dto::presets::{PresetBody, PresetDto};
use super::extract::PresetPath;
use crate::http::caller::Caller;
use crate::http::extract::{Json, Query};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const DELETED: Text =
    Text { zh: Cow::Borrowed("预设已删除"), en: Cow::Borrowed("Preset deleted successfully") };

/// `GET /presets`
pub async fn list(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failure> {
    let presets = deps.app.presets.list(&actor, &query.into_slice()?).await?;
    Ok(answer(&presets.iter().map(PresetDto::from).collect::<Vec<_>>()))
}

/// `POST /presets`
pub async fn create(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Json(body): Json<PresetBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let preset = deps.app.presets.create(&actor, draft, unread).await?;
    Ok(answer(&PresetDto::from(&preset)))
}

/// `GET /presets/{preset_id}`
pub async fn read(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    PresetPath(id): PresetPath,
) -> Result<Response, Failure> {
    let preset = deps.app.presets.find(&actor, id).await?;
    Ok(answer(&PresetDto::from(&preset)))
}

/// `PUT /presets/{preset_id}`
pub async fn change(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    PresetPath(id): PresetPath,
    Json(body): Json<PresetBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let preset = deps.app.presets.change(&actor, id, draft, unread).await?;
    Ok(answer(&PresetDto::from(&preset)))
}

/// `DELETE /presets/{preset_id}`
pub async fn delete(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    PresetPath(id): PresetPath,
) -> Result<Response, Failure> {
    deps.app.presets.delete(&actor, id).await?;
    Ok(message(spoken, &DELETED))
}
