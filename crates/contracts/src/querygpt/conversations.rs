//! `/conversations`: what was asked and answered before.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use wenshu_core::ConversationFilter;

use super::chat::stream_of;
use super::dto::conversations::{
    ConversationDto, DetailDto, FavoriteDto, ListDto, ListFields, SqlBody, TitleBody,
};
use super::envelope::{DONE, success};
use crate::http::caller::Caller;
use crate::http::extract::{IdPath, Json, Query};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;
use crate::http::sse;

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

/// `PATCH /conversations/{id}`
pub async fn rename(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
    Json(body): Json<TitleBody>,
) -> Result<Response, Failure> {
    let conversation = deps.app.conversations.rename(&actor, id, &body.into_title()?).await?;
    Ok(success(spoken, &DONE, &ConversationDto::from(&conversation)))
}

/// `DELETE /conversations/{id}`
pub async fn delete(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    deps.app.delete_conversation(&actor, id).await?;
    Ok(success(spoken, &DONE, &()))
}

/// `POST /conversations/{id}/favorite`
pub async fn toggle_favorite(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    IdPath(id): IdPath,
) -> Result<Response, Failure> {
    let is_favorite = deps.app.conversations.toggle_favorite(&actor, id).await?;
    Ok(success(spoken, &DONE, &FavoriteDto { is_favorite }))
}

/// `GET /conversations/{id}/stream`
pub async fn follow(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    IdPath(id): IdPath,
    Spoken(language): Spoken,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let last = sse::last_event_id(&headers);
    Ok(stream_of(&deps, deps.app.runs.follow(&actor, id, last, language).await?))
}

/// `POST /conversations/{id}/sql`
pub async fn run_sql(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    IdPath(id): IdPath,
    headers: HeaderMap,
    Json(body): Json<SqlBody>,
) -> Result<Response, Failure> {
    let run = body.into_run(id, actor.language(), sse::last_event_id(&headers))?;
    Ok(stream_of(&deps, deps.app.runs.run_sql(&actor, run).await?))
}
