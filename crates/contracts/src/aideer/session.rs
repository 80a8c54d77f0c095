//! `/session`: access tokens for a password, for a refresh token, for a WeChat code.

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, PRAGMA};
use secrecy::ExposeSecret;
use wenshu_core::accounts::SignedIn;

use super::answer::answer;
use super::dto::session::{TokenBody, TokenDto, WeChatQuery};
use crate::http::address::ClientAddress;
use crate::http::caller::BearerToken;
use crate::http::describe::{Argument, RequestDescription};
use crate::http::device::ClientDevice;
use crate::http::extract::{Form, Query};
use crate::http::failure::Failure;
use crate::http::protocol;
use crate::http::settings::Deps;

/// A request for a token that lacks something or has it twice; RFC 6749's `invalid_request`.
pub(super) const INVALID_REQUEST: &str = "oauth2_invalid_request";

/// Another grant than by password; RFC 6749's `unsupported_grant_type`.
pub(super) const UNSUPPORTED_GRANT_TYPE: &str = "oauth2_unsupported_grant_type";

/// The form of OAuth2's password grant. What can't be read of it is an `invalid_request`, as what it lacks is: a name that it has twice
/// too (RFC 6749, section 3.2).
#[derive(Debug)]
pub struct TokenForm(pub TokenBody);

impl FromRequest<Deps> for TokenForm {
    type Rejection = Failure;

    async fn from_request(request: Request, deps: &Deps) -> Result<Self, Failure> {
        match Form::from_request(request, deps).await {
            Ok(Form(body)) => Ok(Self(body)),
            Err(Failure(error)) if !error.fields().is_empty() => Err(Failure(error.coded(INVALID_REQUEST))),
            Err(failure) => Err(failure),
        }
    }
}

impl Argument for TokenForm {
    fn describe(request: &mut RequestDescription) {
        Form::<TokenBody>::describe(request);
    }
}

/// `POST /session/oauth2/token`
pub async fn token(
    State(deps): State<Deps>,
    ClientAddress(address): ClientAddress,
    ClientDevice(device): ClientDevice,
    TokenForm(body): TokenForm,
) -> Result<Response, Failure> {
    let (login, password) = body.into_parts()?;
    let signed_in = deps.app.accounts.login(address, &login, password, device).await?;
    Ok(tokens(&signed_in))
}

/// `GET /session/wechat/token`
pub async fn wechat_token(
    State(deps): State<Deps>,
    ClientAddress(address): ClientAddress,
    ClientDevice(device): ClientDevice,
    Query(query): Query<WeChatQuery>,
) -> Result<Response, Failure> {
    let code = query.into_code()?;
    Ok(tokens(&deps.app.accounts.sign_in_by_wechat(address, &code, device).await?))
}

/// `GET /session/wechat/refresh`
pub async fn refresh(State(deps): State<Deps>, BearerToken(token): BearerToken) -> Result<Response, Failure> {
    Ok(tokens(&deps.app.accounts.refresh(token.expose_secret()).await?))
}

/// A HEAD must not use a token up, which it would if it were served as a GET without its body.
pub async fn no_head() -> Failure {
    Failure(protocol::method_not_allowed())
}

/// Tokens, which nobody on the way may keep (RFC 6749, section 5.1).
fn tokens(signed_in: &SignedIn) -> Response {
    let mut response = answer(&TokenDto::from(&signed_in.tokens));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
