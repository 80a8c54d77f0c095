//! `/shared/connections`: databases that everybody may ask, as admins look after them.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::dto::connections::{
    ConnectionTestDto, SharedConnectionBody, SharedConnectionDto, SharedConnectionsDto,
};
use crate::http::caller::Caller;
use crate::http::extract::{IdPath, Json};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

/// `GET /shared/connections`
pub async fn list(State(deps): State<Deps>, Caller(actor): Caller) -> Result<Response, Failure> {
    let shared = deps.app.connections.shared(&actor).await?;
    Ok(axum::Json(SharedConnectionsDto::from(shared.as_slice())).into_response())
}

/// `POST /shared/connections`
pub async fn add(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Json(body): Json<SharedConnectionBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let added = deps.app.connections.share(&actor, draft, unread).await?;
    Ok((StatusCode::CREATED, axum::Json(SharedConnectionDto::from(&added))).into_response())
}

/// `PUT /shared/connections/{id}`
pub async fn change(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    IdPath(id): IdPath,
    Json(body): Json<SharedConnectionBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let changed = deps.app.connections.change_shared(&actor, id, draft, unread).await?;
    Ok(axum::Json(SharedConnectionDto::from(&changed)).into_response())
}

/// `DELETE /shared/connections/{id}`
pub async fn remove(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    deps.app.connections.unshare(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /shared/connections/{id}/test`
pub async fn test(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    let test = deps.app.connections.test_shared(&actor, id).await?;
    Ok(axum::Json(ConnectionTestDto::new(&test, spoken.0)).into_response())
}
