//! `/users/me/likes`: ours, as in the running system.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use wenshu_core::Text;

use super::answer::{answer, message};
use super::dto::likes::LikesDto;
use super::dto::page::{PageQuery, Window};
use super::extract::LikePath;
use crate::http::caller::Caller;
use crate::http::extract::Query;
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const LIKED: Text = Text { zh: Cow::Borrowed("已点赞"), en: Cow::Borrowed("Liked successfully") };
const UNLIKED: Text =
    Text { zh: Cow::Borrowed("已取消点赞"), en: Cow::Borrowed("Unliked successfully") };

/// `GET /users/me/likes`
pub async fn list(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Failure> {
    let Window { offset, limit } = query.into_window()?;
    let likes = deps.app.likes.list(&actor, limit, offset).await?;
    Ok(answer(&LikesDto::from(likes)))
}

/// `POST /users/me/likes/{kind}/{id}`
pub async fn add(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    LikePath { kind, id }: LikePath,
) -> Result<Response, Failure> {
    deps.app.likes.add(&actor, kind, id).await?;
    Ok(message(spoken, &LIKED))
}

/// `DELETE /users/me/likes/{kind}/{id}`
pub async fn remove(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    LikePath { kind, id }: LikePath,
) -> Result<Response, Failure> {
    deps.app.likes.remove(&actor, kind, id).await?;
    Ok(message(spoken, &UNLIKED))
}
