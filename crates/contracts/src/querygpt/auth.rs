//! `/auth`: registering, signing in, and who one is.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use secrecy::ExposeSecret;
use wenshu_core::Text;
use wenshu_core::accounts::Registration;

use super::dto::auth::{LoginBody, MeDto, RefreshBody, RegisterBody, SignedInDto, TokensDto};
use super::envelope::{DONE, success};
use crate::http::address::ClientAddress;
use crate::http::caller::Caller;
use crate::http::device::ClientDevice;
use crate::http::extract::Json;
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::settings::Deps;

const REGISTERED: Text = Text { zh: Cow::Borrowed("注册成功"), en: Cow::Borrowed("Registered") };
const SIGNED_IN: Text = Text { zh: Cow::Borrowed("登录成功"), en: Cow::Borrowed("Signed in") };
const SIGNED_OUT: Text = Text { zh: Cow::Borrowed("已退出登录"), en: Cow::Borrowed("Signed out") };

/// `POST /auth/register`
pub async fn register(
    State(deps): State<Deps>,
    spoken: Spoken,
    ClientDevice(device): ClientDevice,
    Json(body): Json<RegisterBody>,
) -> Result<Response, Failure> {
    let signed_in = deps.app.accounts.register(Registration::try_from(body)?, device).await?;
    Ok(success(spoken, &REGISTERED, &SignedInDto::from(&signed_in)))
}

/// `POST /auth/login`
pub async fn login(
    State(deps): State<Deps>,
    spoken: Spoken,
    ClientAddress(address): ClientAddress,
    ClientDevice(device): ClientDevice,
    Json(body): Json<LoginBody>,
) -> Result<Response, Failure> {
    let (login, password) = body.into_parts()?;
    let signed_in = deps.app.accounts.login(address, &login, password, device).await?;
    Ok(success(spoken, &SIGNED_IN, &TokensDto::from(&signed_in.tokens)))
}

/// `POST /auth/refresh`
pub async fn refresh(
    State(deps): State<Deps>,
    spoken: Spoken,
    Json(body): Json<RefreshBody>,
) -> Result<Response, Failure> {
    let signed_in = deps.app.accounts.refresh(body.into_token()?.expose_secret()).await?;
    Ok(success(spoken, &DONE, &TokensDto::from(&signed_in.tokens)))
}

/// `POST /auth/logout`
pub async fn logout(
    State(deps): State<Deps>,
    spoken: Spoken,
    Caller(actor): Caller,
) -> Result<Response, Failure> {
    deps.app.accounts.logout(&actor).await?;
    Ok(success(spoken, &SIGNED_OUT, &()))
}

/// `GET /auth/me`
pub async fn me(spoken: Spoken, Caller(actor): Caller) -> Response {
    success(spoken, &DONE, &MeDto::from(actor.account()))
}
