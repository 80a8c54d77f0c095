//! The routes, grouped by what they are about. The router is made from this table and nothing else.

use axum::routing::{get, post, put};
use http::Method;

use super::{session, users};
use crate::http::caller::Access;
use crate::http::route::Route;

/// Every route of this contract.
pub const ROUTES: &[Route] = &[
    // Users.
    Route {
        method: Method::GET,
        path: "/api/v1/users",
        access: Access::Caller,
        handler: || get(users::list),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/users",
        access: Access::Open,
        handler: || post(users::create),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/users/me",
        access: Access::Caller,
        handler: || get(users::me),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/users/{user_id}",
        access: Access::Caller,
        handler: || get(users::read),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/users/me/password",
        access: Access::Caller,
        handler: || put(users::change_password),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/users/{user_id}/password",
        access: Access::Caller,
        handler: || put(users::replace_password),
    },
    // Session.
    Route {
        method: Method::POST,
        path: "/api/v1/session/oauth2/token",
        access: Access::SignIn,
        handler: || post(session::token),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/session/wechat/refresh",
        access: Access::SignIn,
        handler: || get(session::refresh).head(session::no_head),
    },
];
