//! `/sessions`: where the caller is signed in.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::dto::sessions::{EndedDto, SessionsDto};
use crate::http::caller::Caller;
use crate::http::extract::IdPath;
use crate::http::failure::Failure;
use crate::http::settings::Deps;

/// `GET /sessions`
pub async fn list(State(deps): State<Deps>, Caller(actor): Caller) -> Result<Response, Failure> {
    let sessions = deps.app.accounts.sessions(&actor).await?;
    Ok(axum::Json(SessionsDto::from(sessions.as_slice())).into_response())
}

/// `DELETE /sessions/{id}`
pub async fn end(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    deps.app.accounts.end_session(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `DELETE /sessions`
pub async fn end_others(State(deps): State<Deps>, Caller(actor): Caller) -> Result<Response, Failure> {
    let ended = deps.app.accounts.end_other_sessions(&actor).await?;
    Ok(axum::Json(EndedDto { ended }).into_response())
}
