//! Who is calling.
//!
//! The access of a route is decided by its entry in the contract's table, before its handler runs. A handler that
//! wants the caller takes [`Caller`]; on a route that checks nothing there is none, and the answer is 401.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Uri};
use secrecy::SecretString;
use wenshu_core::accounts::{Authority, Trust};
use wenshu_core::{Actor, AppError, ErrorKind};

use super::address::ClientAddress;
use super::extract::query_pairs;
use super::failure::Failure;
use super::settings::Deps;

/// The cookie that holds an access token, for contracts with sessions.
pub const SESSION_COOKIE: &str = "wenshu_session";

/// Makes a browser forget the cookie: pages can't, and with a token that isn't valid any more every call would be refused.
const FORGET_SESSION: HeaderValue =
    HeaderValue::from_static("wenshu_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; a credential is not looked at, since getting one is what the route is for.
    SignIn,
    /// Anybody; a credential that is sent has to be valid.
    Open,
    /// Whoever shows a valid access token in the `Authorization` header.
    Caller,
    /// The same, or with the token in the query string: for `EventSource`, which can send no header.
    CallerOrQueryToken,
    /// In open mode anybody, and otherwise whoever shows a valid access token, in the header or the session cookie. One that is sent has to
    /// be valid.
    CallerUnlessOpen,
    /// Anybody; a valid access token says who it is, and any other credential is not looked at.
    Register,
}

/// The account that calls.
#[derive(Clone, Debug)]
pub struct Caller(pub Actor);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Failure(AppError::unauthenticated()))
    }
}

/// The account that calls, where anybody may: `None` for somebody who showed no credential.
#[derive(Clone, Debug)]
pub struct AnyCaller(pub Option<Actor>);

impl<S: Sync> FromRequestParts<S> for AnyCaller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<Caller>().map(|caller| caller.0.clone())))
    }
}

/// On whose authority accounts are acted for, where that may be anybody's: for routes with [`Access::CallerUnlessOpen`].
#[derive(Clone, Debug)]
pub struct OnAuthority(pub Authority);

impl FromRequestParts<Deps> for OnAuthority {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, deps: &Deps) -> Result<Self, Failure> {
        let actor = parts.extensions.get::<Caller>().map(|caller| caller.0.clone());
        match actor {
            actor if deps.settings.open_contracts => Ok(Self(Authority::open(&Trust::in_open_mode(), actor))),
            Some(actor) => Ok(Self(Authority::of(actor))),
            None => Err(Failure(AppError::unauthenticated())),
        }
    }
}

/// The token in the `Authorization` header, unread: for routes that take another one than an access token.
#[derive(Clone)]
pub struct BearerToken(pub SecretString);

impl<S: Sync> FromRequestParts<S> for BearerToken {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        match bearer(&parts.headers) {
            Credential::Token(token) => Ok(Self(token.into())),
            Credential::None | Credential::Malformed => Err(Failure(AppError::unauthenticated())),
        }
    }
}

/// A route's access with what checking it takes.
#[derive(Clone)]
pub(crate) struct Check {
    pub(crate) access: Access,
    pub(crate) deps: Deps,
}

/// Lets a request through to its handler if its credential allows that, and its caller isn't past the limit.
///
/// Whoever shows a valid credential counts by account: many may share an office's address. Everybody else counts by address.
pub(crate) async fn check(State(check): State<Check>, mut request: Request, next: Next) -> Response {
    let Check { access, deps } = check;
    let actor = match access {
        Access::SignIn => None,
        Access::Open => match bearer(request.headers()) {
            Credential::None => None,
            given => Some(authenticate(&deps, given).await),
        },
        Access::Caller => Some(authenticate(&deps, bearer(request.headers())).await),
        Access::CallerUnlessOpen => match bearer_or_cookie(request.headers()) {
            Credential::None if deps.settings.open_contracts => None,
            given => Some(authenticate(&deps, given).await),
        },
        Access::Register => match authenticate(&deps, bearer_or_cookie(request.headers())).await {
            Err(error) if error.kind() == ErrorKind::Unauthenticated => None,
            known => Some(known),
        },
        Access::CallerOrQueryToken => {
            let credential = match bearer(request.headers()) {
                Credential::None => query_token(request.uri()),
                given => given,
            };
            Some(authenticate(&deps, credential).await)
        }
    };
    let counted = match &actor {
        Some(Ok(actor)) => deps.limiter.count_account(actor.id()),
        _ => deps.limiter.count_address(ClientAddress::of(request.extensions(), request.headers(), &deps).0),
    };
    match counted.and_then(|()| actor.transpose()) {
        Ok(actor) => {
            if let Some(actor) = actor {
                request.extensions_mut().insert(Caller(actor));
            }
            next.run(request).await
        }
        Err(error) => {
            let is_dead_cookie = error.kind() == ErrorKind::Unauthenticated
                && access == Access::CallerUnlessOpen
                && matches!(bearer(request.headers()), Credential::None)
                && !matches!(session_cookie(request.headers()), Credential::None);
            let mut response = Failure(error).into_response();
            if is_dead_cookie {
                response.headers_mut().append(SET_COOKIE, FORGET_SESSION);
            }
            response
        }
    }
}

async fn authenticate(deps: &Deps, credential: Credential) -> Result<Actor, AppError> {
    match credential {
        Credential::Token(token) => deps.app.accounts.authenticate(&token).await,
        Credential::None | Credential::Malformed => Err(AppError::unauthenticated()),
    }
}

enum Credential {
    None,
    Malformed,
    Token(String),
}

fn bearer(headers: &HeaderMap) -> Credential {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Credential::None };
    if values.next().is_some() {
        return Credential::Malformed;
    }
    match value.to_str().ok().and_then(|value| value.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Credential::Token(token.trim().to_owned())
        }
        _ => Credential::Malformed,
    }
}

fn bearer_or_cookie(headers: &HeaderMap) -> Credential {
    match bearer(headers) {
        Credential::None => session_cookie(headers),
        given => given,
    }
}

fn session_cookie(headers: &HeaderMap) -> Credential {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut tokens = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix(SESSION_COOKIE)?.strip_prefix('='));
    match (tokens.next(), tokens.next()) {
        (None, _) => Credential::None,
        (Some(token), None) if !token.is_empty() => Credential::Token(token.to_owned()),
        _ => Credential::Malformed,
    }
}

fn query_token(uri: &Uri) -> Credential {
    let mut tokens = query_pairs(uri.query().unwrap_or_default())
        .filter(|(name, _)| matches!(name, Ok(name) if name == "token"));
    match (tokens.next(), tokens.next()) {
        (None, _) => Credential::None,
        (Some((_, Ok(token))), None) if !token.is_empty() => Credential::Token(token.into_owned()),
        _ => Credential::Malformed,
    }
}
