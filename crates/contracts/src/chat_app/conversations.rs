//! `/conversations`: what was said, by numbers.

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::dto::{ConversationBody, ConversationDto, ConversationWithMessagesDto};
use super::extract::ConversationPath;
use crate::http::caller::OnAuthority;
use crate::http::extract::Json;
use crate::http::failure::Failure;
use crate::http::settings::Deps;

/// `POST /conversations/`
pub async fn create(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Json(body): Json<ConversationBody>,
) -> Result<Response, Failure> {
    let (user, name) = body.into_parts()?;
    let actor = deps.app.accounts.act_for_numbered(&authority, user).await?;
    let conversation = deps.app.conversations.begin(&actor, name.as_deref()).await?;
    Ok(axum::Json(ConversationDto::new(user, &conversation)).into_response())
}

/// `GET /conversations/{conversation_id}`
pub async fn read(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    ConversationPath(number): ConversationPath,
) -> Result<Response, Failure> {
    let actor = deps.app.accounts.act_for_owner_of_number(&authority, number).await?;
    let view = deps.app.conversations.find_numbered(&actor, number).await?;
    let shown = ConversationWithMessagesDto::new(actor.account().number, &view);
    Ok(axum::Json(shown).into_response())
}
