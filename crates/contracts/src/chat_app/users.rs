//! `/users`: people by their names.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use wenshu_core::accounts::NewPerson;

use super::dto::{ConversationDto, PageQuery, UserBody, UserDto};
use super::extract::{NamePath, UserPath};
use crate::http::caller::OnAuthority;
use crate::http::extract::{Json, Query};
use crate::http::failure::Failure;
use crate::http::settings::Deps;

/// `POST /users/`
pub async fn create(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Json(body): Json<UserBody>,
) -> Result<Response, Failure> {
    let account = deps.app.accounts.add_person(&authority, NewPerson::try_from(body)?).await?;
    Ok(axum::Json(UserDto::from(&account)).into_response())
}

/// `GET /users/{username}`
pub async fn read(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    NamePath(name): NamePath,
) -> Result<Response, Failure> {
    let account = deps.app.accounts.named(&authority, &name).await?;
    Ok(axum::Json(UserDto::from(&account)).into_response())
}

/// `GET /users/{user_id}/conversations`
pub async fn conversations(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    UserPath(number): UserPath,
    Query(query): Query<PageQuery>,
) -> Result<Response, Failure> {
    let (skip, limit) = query.into_parts()?;
    let actor = deps.app.accounts.act_for_numbered(&authority, number).await?;
    let conversations = deps.app.conversations.begun(&actor, skip, Some(limit)).await?;
    let shown = conversations.iter().map(|conversation| ConversationDto::new(number, conversation));
    Ok(axum::Json(shown.collect::<Vec<_>>()).into_response())
}
