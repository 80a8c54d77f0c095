//! `/connections`: the databases the caller may ask.

use axum::extract::State;
use axum::response::Response;

use super::dto::connections::ConnectionsDto;
use super::envelope::{DONE, success};
use crate::http::caller::Caller;
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

/// `GET /connections`
pub async fn list(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
) -> Result<Response, Failure> {
    let connections = deps.app.connections.list(&actor).await?;
    Ok(success(spoken, &DONE, &ConnectionsDto::from(connections.as_slice())))
}
