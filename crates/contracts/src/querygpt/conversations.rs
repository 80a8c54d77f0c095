//! `/conversations`: what was asked and answered before.

use axum::extract::State;
use axum::response::Response;
use wenshu_core::ConversationFilter;

use super::dto::conversations::{DetailDto, ListDto, ListFields};
use super::envelope::{DONE, success};
use crate::http::caller::Caller;
use crate::http::extract::{IdPath, Query};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

/// `GET /conversations`
pub async fn list(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    Query(fields): Query<ListFields>,
) -> Result<Response, Failure> {
    let filter = ConversationFilter::try_from(fields)?;
    let offset = filter.offset;
    let page = deps.app.conversations.list(&actor, filter).await?;
    Ok(success(spoken, &DONE, &ListDto::new(&page, offset)))
}

/// `GET /conversations/{id}`
pub async fn detail(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    let view = deps.app.conversations.find(&actor, id).await?;
    Ok(success(spoken, &DONE, &DetailDto::from(&view)))
}
