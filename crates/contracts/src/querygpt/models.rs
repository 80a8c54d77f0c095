//! `/models`: what the caller's questions can be answered by.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use wenshu_core::Text;

use super::dto::models::{ModelBody, ModelDto, ModelTestDto, ModelsDto};
use super::envelope::{DONE, success};
use crate::http::caller::Caller;
use crate::http::extract::{IdPath, Json};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const ADDED: Text = Text { zh: Cow::Borrowed("已添加模型"), en: Cow::Borrowed("Model added") };
const CHANGED: Text = Text { zh: Cow::Borrowed("已更新模型"), en: Cow::Borrowed("Model updated") };
const REMOVED: Text = Text { zh: Cow::Borrowed("已删除模型"), en: Cow::Borrowed("Model deleted") };

/// `GET /models`
pub async fn list(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
) -> Result<Response, Failure> {
    let models = deps.app.models.list(&actor).await?;
    Ok(success(spoken, &DONE, &ModelsDto::from(models.as_slice())))
}

/// `POST /models`
pub async fn add(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    Json(body): Json<ModelBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let view = deps.app.models.add(&actor, draft, unread).await?;
    Ok(success(spoken, &ADDED, &ModelDto::from(&view)))
}

/// `PUT /models/{id}`
pub async fn change(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
    Json(body): Json<ModelBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let view = deps.app.models.change(&actor, id, draft, unread).await?;
    Ok(success(spoken, &CHANGED, &ModelDto::from(&view)))
}

/// `DELETE /models/{id}`
pub async fn remove(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    deps.app.models.remove(&actor, id).await?;
    Ok(success(spoken, &REMOVED, &()))
}

/// `POST /models/{id}/test`
pub async fn test(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    let test = deps.app.models.test(&actor, id).await?;
    Ok(success(spoken, &DONE, &ModelTestDto::new(&test, spoken.0)))
}
