//! `/chats`: conversations as chats.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use wenshu_core::Text;

use super::answer::{answer, message};
use super::dto::chats::{ChatBody, ChatDto, ListQuery};
use super::extract::ChatPath;
use crate::http::caller::Caller;
use crate::http::extract::{Json, Query};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const DELETED: Text =
    Text { zh: Cow::Borrowed("聊天已删除"), en: Cow::Borrowed("Chat deleted successfully") };

/// `GET /chats`
pub async fn list(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failure> {
    let chats = deps.app.chats.list(&actor, &query.into_slice()?).await?;
    Ok(answer(&chats.iter().map(ChatDto::from).collect::<Vec<_>>()))
}

/// `POST /chats`
pub async fn create(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Json(body): Json<ChatBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let chat = deps.app.chats.create(&actor, draft, unread).await?;
    Ok(answer(&ChatDto::from(&chat)))
}

/// `GET /chats/{chat_id}`
pub async fn read(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    ChatPath(id): ChatPath,
) -> Result<Response, Failure> {
    let chat = deps.app.chats.find(&actor, id).await?;
    Ok(answer(&ChatDto::from(&chat)))
}

/// `HEAD /chats/{chat_id}`: whether there is such a chat for the caller. It copies nothing.
pub async fn head(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    ChatPath(id): ChatPath,
) -> Result<Response, Failure> {
    deps.app.chats.check(&actor, id).await?;
    Ok(StatusCode::OK.into_response())
}

/// `PUT /chats/{chat_id}`
pub async fn change(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    ChatPath(id): ChatPath,
    Json(body): Json<ChatBody>,
) -> Result<Response, Failure> {
    let (draft, unread) = body.into_draft();
    let chat = deps.app.chats.change(&actor, id, draft, unread).await?;
    Ok(answer(&ChatDto::from(&chat)))
}

/// `DELETE /chats/{chat_id}`
pub async fn delete(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    ChatPath(id): ChatPath,
) -> Result<Response, Failure> {
    deps.app.delete_chat(&actor, id).await?;
    Ok(message(spoken, &DELETED))
}
