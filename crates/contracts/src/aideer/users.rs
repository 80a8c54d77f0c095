//! `/users`: accounts.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use wenshu_core::Text;
use wenshu_core::accounts::NewUser;

use super::answer::{answer, message};
use super::dto::page::{PageQuery, Window};
use super::dto::users::{ChangeBody, ChangePasswordBody, CreateBody, ReplacePasswordBody, UserDto};
use super::extract::UserPath;
use crate::http::address::ClientAddress;
use crate::http::caller::{AnyCaller, Caller};
use crate::http::extract::{Json, Query};
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const DELETED: Text =
    Text { zh: Cow::Borrowed("用户已删除"), en: Cow::Borrowed("User deleted successfully") };
const PASSWORD_CHANGED: Text =
    Text { zh: Cow::Borrowed("密码已更新"), en: Cow::Borrowed("Password updated successfully") };

/// `GET /users`
pub async fn list(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Failure> {
    let Window { offset, limit } = query.into_window()?;
    let accounts = deps.app.accounts.page(&actor, offset, limit).await?;
    Ok(answer(&accounts.iter().map(UserDto::whole).collect::<Vec<_>>()))
}

/// `POST /users`
pub async fn create(
    State(deps): State<Deps>,
    AnyCaller(actor): AnyCaller,
    Json(body): Json<CreateBody>,
) -> Result<Response, Failure> {
    let account = deps.app.accounts.create_user(actor.as_ref(), NewUser::try_from(body)?).await?;
    Ok(answer(&UserDto::whole(&account)))
}

/// `GET /users/me`
pub async fn me(Caller(actor): Caller) -> Response {
    answer(&UserDto::whole(actor.account()))
}

/// `PUT /users/{user_id}`
pub async fn change(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    UserPath(number): UserPath,
    Json(body): Json<ChangeBody>,
) -> Result<Response, Failure> {
    let (change, credits) = body.into_parts()?;
    let account = deps.app.change_user(&actor, number, change, credits).await?;
    Ok(answer(&UserDto::whole(&account)))
}

/// `DELETE /users/{user_id}`
pub async fn remove(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    UserPath(number): UserPath,
) -> Result<Response, Failure> {
    deps.app.delete_user(&actor, number).await?;
    Ok(message(spoken, &DELETED))
}

/// `PUT /users/me/password`
pub async fn change_password(
    State(deps): State<Deps>,
    spoken: Spoken,
    ClientAddress(address): ClientAddress,
    Caller(actor): Caller,
    Json(body): Json<ChangePasswordBody>,
) -> Result<Response, Failure> {
    let (old, new) = body.into_parts()?;
    deps.app.accounts.change_password(&actor, address, old, new).await?;
    Ok(message(spoken, &PASSWORD_CHANGED))
}

/// `PUT /users/{user_id}/password`
pub async fn replace_password(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
    UserPath(number): UserPath,
    Json(body): Json<ReplacePasswordBody>,
) -> Result<Response, Failure> {
    deps.app.accounts.replace_password(&actor, number, body.into_password()?).await?;
    Ok(message(spoken, &PASSWORD_CHANGED))
}

/// `GET /users/{user_id}`
pub async fn read(
    State(deps): State<Deps>,
    Caller(actor): Caller,
    UserPath(number): UserPath,
) -> Result<Response, Failure> {
    let account = deps.app.accounts.find(&actor, number).await?;
    Ok(answer(&UserDto::seen_by(&actor, &account)))
}
