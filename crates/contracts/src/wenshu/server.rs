//! `/codes`, `/usage`, `/limits`: what the server gave, what was used of it, and what it allows.

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::dto::codes::{CodesDto, CodesQuery};
use super::dto::limits::LimitsDto;
use super::dto::usage::{UsageDto, UsageQuery};
use crate::http::caller::Caller;
use crate::http::extract::Query;
use crate::http::failure::Failure;
use crate::http::settings::Deps;

/// `GET /codes`
pub async fn codes(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Query(query): Query<CodesQuery>,
) -> Result<Response, Failure> {
    let (limit, offset) = query.into_window()?;
    let codes = deps.app.credits.codes(&actor, limit, offset).await?;
    Ok(axum::Json(CodesDto::from(&codes)).into_response())
}

/// `GET /usage`
pub async fn usage(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Query(query): Query<UsageQuery>,
) -> Result<Response, Failure> {
    let (question, unread) = query.into_question();
    let usage = deps.app.usage.read(&actor, question, unread).await?;
    Ok(axum::Json(UsageDto::from(&usage)).into_response())
}

/// `GET /limits`
pub async fn limits(State(deps): State<Deps>, Caller(actor): Caller) -> Result<Response, Failure> {
    let room = deps.app.datasets.room_of(&actor).await?;
    Ok(axum::Json(LimitsDto::from(room)).into_response())
}
