//! Paths that two documents have, and which of the two a request to one of them is for.
//!
//! | path | rule |
//! | --- | --- |
//! | `/api/v1/users/` | chat-app documents the slash for its POST; everything else is AIDeer's, whose path has none |
//! | `GET /api/v1/users/{x}` | AIDeer's with an `Authorization` header when `{x}` is all digits, and always for `me`; else chat-app's |
//! | `GET /api/v1/conversations/{id}` | chat-app's when `{id}` is all digits; else QueryGPT's |
//!
//! The rules are fixed: they look at method, path and whether there is a credential, never at a body. Where one of the two contracts is
//! switched off, its paths are the other's alone.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use axum::routing::any;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use tower::ServiceExt;

const USERS: &str = "/api/v1/users/";
const CONVERSATIONS: &str = "/api/v1/conversations/";

/// The shared paths as routes, with the slash at the end that changes nothing.
const ROUTES: [&str; 5] = [
    USERS,
    "/api/v1/users/{shared}",
    "/api/v1/users/{shared}/",
    "/api/v1/conversations/{shared}",
    "/api/v1/conversations/{shared}/",
];

/// The contracts that have shared paths, those of them that are switched on.
#[derive(Default)]
pub(crate) struct Sides {
    pub(crate) querygpt: Option<Router>,
    pub(crate) chat_app: Option<Router>,
    pub(crate) aideer: Option<Router>,
}

/// Who answers a request to a shared path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    QueryGpt,
    ChatApp,
    Aideer,
}

/// Whether a contract's route lies on a shared path, whatever its parameter is called.
pub(crate) fn is_shared(route: &str) -> bool {
    let is_parameter = |rest: &str| {
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        rest.starts_with('{') && !rest.contains('/')
    };
    route == USERS
        || [USERS, CONVERSATIONS].iter().any(|prefix| route.strip_prefix(prefix).is_some_and(is_parameter))
}

/// The shared paths, each request given to the contract that it is for, or to `unmatched` when neither of the two is there.
pub(crate) fn router(sides: Sides, unmatched: Router) -> Router {
    let sides = Arc::new(sides);
    let dispatch = any(move |request: Request| {
        let path = request.uri().path();
        let other = if path.starts_with(CONVERSATIONS) { &sides.querygpt } else { &sides.aideer };
        let chat_app = &sides.chat_app;
        let (side, otherwise) = match owner(request.method(), path, request.headers()) {
            Owner::ChatApp => (chat_app, other),
            Owner::QueryGpt | Owner::Aideer => (other, chat_app),
        };
        answer(side.as_ref().or(otherwise.as_ref()).unwrap_or(&unmatched).clone(), request)
    });
    ROUTES.iter().fold(Router::new(), |router, path| router.route(path, dispatch.clone()))
}

async fn answer(router: Router, mut request: Request) -> Response {
    // The contract's own route is what is counted and logged.
    request.extensions_mut().remove::<MatchedPath>();
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}

fn owner(method: &Method, path: &str, headers: &HeaderMap) -> Owner {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if let Some(id) = path.strip_prefix(CONVERSATIONS) {
        return if reads && is_number(id) { Owner::ChatApp } else { Owner::QueryGpt };
    }
    let user = path.strip_prefix(USERS).unwrap_or_default();
    let is_aideers = match *method {
        Method::POST if user.is_empty() => false,
        _ if !reads || user.is_empty() => true,
        _ => is_me(user) || headers.contains_key(AUTHORIZATION) && is_number(user),
    };
    if is_aideers { Owner::Aideer } else { Owner::ChatApp }
}

fn is_number(part: &str) -> bool {
    let text = decoded(part);
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn is_me(part: &str) -> bool {
    decoded(part) == b"me"
}

/// A part of a path as it is meant, without the slash at its end.
fn decoded(part: &str) -> Vec<u8> {
    percent_decode_str(part.strip_suffix('/').unwrap_or(part)).collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn routes_on_shared_paths() {
        for route in
            ["/api/v1/users/", "/api/v1/users/{user_id}", "/api/v1/users/{x}/", "/api/v1/conversations/{id}"]
        {
            assert!(is_shared(route), "{route}");
        }
        for route in [
            "/api/v1/users",
            "/api/v1/users/me",
            "/api/v1/users/{id}/avatar",
            "/api/v1/users/me/likes/{kind}/{id}",
            "/api/v1/conversations",
            "/api/v1/conversations/",
            "/api/v1/conversations/{id}/sql",
        ] {
            assert!(!is_shared(route), "{route}");
        }
    }

    #[test]
    fn every_request_has_one_owner() {
        let none = HeaderMap::new();
        let mut some = HeaderMap::new();
        some.insert(AUTHORIZATION, HeaderValue::from_static("Bearer x"));
        for (method, path, headers, expected) in [
            (Method::POST, "/api/v1/users/", &none, Owner::ChatApp),
            (Method::POST, "/api/v1/users/", &some, Owner::ChatApp),
            (Method::GET, "/api/v1/users/", &some, Owner::Aideer),
            (Method::GET, "/api/v1/users/12", &some, Owner::Aideer),
            (Method::HEAD, "/api/v1/users/12", &some, Owner::Aideer),
            (Method::GET, "/api/v1/users/12/", &some, Owner::Aideer),
            (Method::GET, "/api/v1/users/%31%32", &some, Owner::Aideer),
            (Method::GET, "/api/v1/users/12", &none, Owner::ChatApp),
            (Method::GET, "/api/v1/users/ann", &some, Owner::ChatApp),
            (Method::GET, "/api/v1/users/12a", &some, Owner::ChatApp),
            (Method::GET, "/api/v1/users/-12", &some, Owner::ChatApp),
            (Method::GET, "/api/v1/users/١٢", &some, Owner::ChatApp),
            (Method::GET, "/api/v1/users/me", &none, Owner::Aideer),
            (Method::GET, "/api/v1/users/Me", &none, Owner::ChatApp),
            (Method::PUT, "/api/v1/users/ann", &none, Owner::Aideer),
            (Method::DELETE, "/api/v1/users/12", &none, Owner::Aideer),
            (Method::GET, "/api/v1/conversations/12", &some, Owner::ChatApp),
            (
                Method::GET,
                "/api/v1/conversations/0190f5a0-0000-7000-8000-000000000001",
                &none,
                Owner::QueryGpt,
            ),
            (Method::GET, "/api/v1/conversations/x", &none, Owner::QueryGpt),
            (Method::PATCH, "/api/v1/conversations/12", &none, Owner::QueryGpt),
            (Method::DELETE, "/api/v1/conversations/12", &none, Owner::QueryGpt),
        ] {
            assert_eq!(owner(&method, path, headers), expected, "{method} {path} {}", headers.len());
        }
    }
}
