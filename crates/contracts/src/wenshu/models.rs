//! `/shared/models`: models that everybody is offered, as admins look after them.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::dto::models::{ModelTestDto, SharedModelBody, SharedModelDto, SharedModelsDto};
use crate::http::caller::Caller;
use crate::http::extract::{IdPath, Json};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

/// `GET /shared/models`
pub async fn list(State(deps): State<Deps>, Caller(actor): Caller) -> Result<Response, Failure> {
    let shared = deps.app.models.shared(&actor).await?;
    Ok(axum::Json(SharedModelsDto::from(shared.as_slice())).into_response())
}

/// `POST /shared/models`
pub async fn add(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Json(body): Json<SharedModelBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let added = deps.app.models.share(&actor, draft, unread).await?;
    Ok((StatusCode::CREATED, axum::Json(SharedModelDto::from(&added))).into_response())
}

/// `PUT /shared/models/{id}`
pub async fn change(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    IdPath(id): IdPath,
    Json(body): Json<SharedModelBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let changed = deps.app.models.change_shared(&actor, id, draft, unread).await?;
    Ok(axum::Json(SharedModelDto::from(&changed)).into_response())
}

/// `DELETE /shared/models/{id}`
pub async fn remove(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    deps.app.models.unshare(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /shared/models/{id}/test`
pub async fn test(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    let test = deps.app.models.test_shared(&actor, id).await?;
    Ok(axum::Json(ModelTestDto::new(&test, spoken.0)).into_response())
}
