//! Pictures of users: uploading one, being led to one, and the pictures themselves.

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, StatusCode};
use wenshu_core::accounts::{LARGEST_PICTURE, default_picture};
use wenshu_core::{Account, AppError, Text};

use super::answer::answer;
use super::dto::users::AvatarDto;
use super::extract::{FilePath, UserPath};
use crate::http::avatar::{self, Picture};
use crate::http::caller::Caller;
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;
use crate::http::upload::file_part;

const UPDATED: Text =
    Text { zh: Cow::Borrowed("头像已更新"), en: Cow::Borrowed("Avatar updated successfully") };

/// `POST /users/me/avatar`
pub async fn upload(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    request: Request,
) -> Result<Response, Failure> {
    let content = file_part(request, &deps, "avatar_file", LARGEST_PICTURE).await?;
    let account = deps.app.accounts.set_picture(&actor, content).await?;
    let avatar = avatar::path_or_default(&account);
    Ok(answer(&AvatarDto { message: UPDATED.in_language(spoken.0), avatar }))
}

/// `GET /users/me/avatar`
pub async fn mine(Caller(actor): Caller) -> Result<Response, Failure> {
    lead_to(actor.account())
}

/// `GET /users/{user_id}/avatar`
pub async fn of_user(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    UserPath(number): UserPath,
) -> Result<Response, Failure> {
    lead_to(&deps.app.accounts.find(&actor, number).await?)
}

/// `GET /avatars/{file}`
pub async fn picture(State(deps): State<Deps>, FilePath(file): FilePath) -> Result<Response, Failure> {
    let content = match Picture::of_file(&file) {
        Some(Picture::Default) => default_picture()?,
        Some(Picture::Uploaded(id)) => deps.app.accounts.picture(id).await?,
        None => return Err(Failure(AppError::not_found("头像", "Avatar"))),
    };
    Ok(avatar::serve(content))
}

/// To the picture as it is now; where that is changes with the next one.
fn lead_to(account: &Account) -> Result<Response, Failure> {
    let path = HeaderValue::try_from(avatar::path_or_default(account)).map_err(AppError::internal)?;
    let headers = [(LOCATION, path), (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Ok((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
}
