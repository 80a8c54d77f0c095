//! `/users`: people by their names.

use axum::extract::State;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, SET_COOKIE};
use wenshu_core::AppError;
use wenshu_core::accounts::{NewUser, SignedIn};

use super::dto::fields::UserParameters;
use super::dto::users::{
    ChangeBody, ListParameters, LoginBody, PasswordBody, PasswordRequest, RegisterBody, SignedInDto, UserDto,
};
use super::envelope::{done, success};
use crate::http::address::ClientAddress;
use crate::http::caller::{AnyCaller, OnAuthority, SESSION_COOKIE};
use crate::http::device::ClientDevice;
use crate::http::extract::Json;
use crate::http::failure::Failure;
use crate::http::parameters::Parameters;
use crate::http::settings::Deps;

/// `POST /users/login`
pub async fn login(
    State(deps): State<Deps>,
    ClientAddress(address): ClientAddress,
    ClientDevice(device): ClientDevice,
    Json(body): Json<LoginBody>,
) -> Result<Response, Failure> {
    let (name, password) = body.into_parts()?;
    let signed_in = deps.app.accounts.login(address, &name, password, device).await?;
    let mut response = success(&SignedInDto::from(&signed_in));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(SET_COOKIE, cookie(&signed_in)?);
    Ok(response)
}

/// The session as a cookie that pages can't read and other sites can't have sent with what they make a browser post.
fn cookie(signed_in: &SignedIn) -> Result<HeaderValue, AppError> {
    let (token, life) = (signed_in.tokens.access_text(), signed_in.tokens.access_life.as_secs());
    let cookie = format!("{SESSION_COOKIE}={token}; Path=/; Max-Age={life}; HttpOnly; SameSite=Lax");
    let mut cookie = HeaderValue::try_from(cookie).map_err(AppError::internal)?;
    cookie.set_sensitive(true);
    Ok(cookie)
}

/// `POST /users/register`
pub async fn register(
    State(deps): State<Deps>,
    AnyCaller(actor): AnyCaller,
    Json(body): Json<RegisterBody>,
) -> Result<Response, Failure> {
    let account = deps.app.accounts.create_user(actor.as_ref(), NewUser::try_from(body)?).await?;
    Ok(success(&UserDto::from(&account)))
}

/// `POST /users/reset-password`
pub async fn reset_password(
    State(deps): State<Deps>,
    ClientAddress(address): ClientAddress,
    OnAuthority(authority): OnAuthority,
    Json(body): Json<PasswordBody>,
) -> Result<Response, Failure> {
    let PasswordRequest { user_name, old, new } = body.into_request()?;
    deps.app.accounts.renew_password(&authority, address, &user_name, old, new).await?;
    Ok(done())
}

/// `POST /users/info`
pub async fn info(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<UserParameters>,
) -> Result<Response, Failure> {
    let account = deps.app.accounts.named(&authority, &parameters.into_name()?).await?;
    Ok(success(&UserDto::from(&account)))
}

/// `POST /users/reset-info`
pub async fn reset_info(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Json(body): Json<ChangeBody>,
) -> Result<Response, Failure> {
    let (name, change) = body.into_parts()?;
    let account = deps.app.accounts.change_person(&authority, &name, change).await?;
    Ok(success(&UserDto::from(&account)))
}

/// `POST /users/delete`
pub async fn delete(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<UserParameters>,
) -> Result<Response, Failure> {
    deps.app.remove_person(&authority, &parameters.into_name()?).await?;
    Ok(done())
}

/// `POST /users/list`
pub async fn list(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Response, Failure> {
    let (offset, limit) = parameters.into_parts()?;
    let accounts = deps.app.accounts.people(&authority, offset, limit).await?;
    Ok(success(&accounts.iter().map(UserDto::from).collect::<Vec<_>>()))
}
