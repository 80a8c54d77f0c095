//! The routes, grouped by what they are about. The router is made from this table and nothing else.

use axum::routing::{delete, get, post, put};
use http::Method;

use super::{avatars, chats, codes, credits, likes, presets, session, tasks, users, utilities};
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
    Route {
        method: Method::GET,
        path: "/api/v1/users/me/avatar",
        access: Access::Caller,
        handler: || get(avatars::mine),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/users/me/avatar",
        access: Access::Caller,
        handler: || post(avatars::upload),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/users/{user_id}",
        access: Access::Caller,
        handler: || put(users::change),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/users/{user_id}",
        access: Access::Caller,
        handler: || delete(users::remove),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/users/{user_id}/avatar",
        access: Access::Caller,
        handler: || get(avatars::of_user),
    },
    // Ours: where the pictures are. Open, since pages show them without a token.
    Route {
        method: Method::GET,
        path: "/api/v1/avatars/{file}",
        access: Access::Open,
        handler: || get(avatars::picture),
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
        path: "/api/v1/session/wechat/token",
        access: Access::SignIn,
        handler: || get(session::wechat_token).head(session::no_head),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/session/wechat/refresh",
        access: Access::SignIn,
        handler: || get(session::refresh).head(session::no_head),
    },
    // Likes: ours.
    Route {
        method: Method::GET,
        path: "/api/v1/users/me/likes",
        access: Access::Caller,
        handler: || get(likes::list),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/users/me/likes/{kind}/{id}",
        access: Access::Caller,
        handler: || post(likes::add),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/users/me/likes/{kind}/{id}",
        access: Access::Caller,
        handler: || delete(likes::remove),
    },
    // Credits.
    Route {
        method: Method::GET,
        path: "/api/v1/users/me/credits",
        access: Access::Caller,
        handler: || get(credits::history),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/users/me/credits",
        access: Access::Caller,
        handler: || post(credits::redeem),
    },
    // Codes.
    Route {
        method: Method::POST,
        path: "/api/v1/codes",
        access: Access::Caller,
        handler: || post(codes::create),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/codes/{code}",
        access: Access::Open,
        handler: || get(codes::read),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/codes/{code}",
        access: Access::Caller,
        handler: || delete(codes::delete),
    },
    // Chats.
    Route {
        method: Method::GET,
        path: "/api/v1/chats",
        access: Access::Caller,
        handler: || get(chats::list),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/chats",
        access: Access::Caller,
        handler: || post(chats::create),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/chats/{chat_id}",
        access: Access::Caller,
        handler: || get(chats::read),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/chats/{chat_id}",
        access: Access::Caller,
        handler: || put(chats::change),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/chats/{chat_id}",
        access: Access::Caller,
        handler: || delete(chats::delete),
    },
    // Presets.
    Route {
        method: Method::GET,
        path: "/api/v1/presets",
        access: Access::Caller,
        handler: || get(presets::list),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/presets",
        access: Access::Caller,
        handler: || post(presets::create),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/presets/{preset_id}",
        access: Access::Caller,
        handler: || get(presets::read),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/presets/{preset_id}",
        access: Access::Caller,
        handler: || put(presets::change),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/presets/{preset_id}",
        access: Access::Caller,
        handler: || delete(presets::delete),
    },
    // Tasks: an id is the key to one.
    Route {
        method: Method::POST,
        path: "/api/v1/tasks",
        access: Access::Caller,
        handler: || post(tasks::create),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/tasks/{task_id}",
        access: Access::Open,
        handler: || get(tasks::read),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/tasks/{task_id}",
        access: Access::Open,
        handler: || delete(tasks::delete),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/tasks/{task_id}/stream",
        access: Access::Open,
        handler: || get(tasks::stream).head(tasks::head),
    },
    // Utilities, in debug mode alone.
    Route {
        method: Method::GET,
        path: "/api/v1/utils/init",
        access: Access::Open,
        handler: || get(utilities::initialize).head(utilities::no_head),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/utils/admin",
        access: Access::Open,
        handler: || get(utilities::make_admin).head(utilities::no_head),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/utils/drop",
        access: Access::Open,
        handler: || get(utilities::empty).head(utilities::no_head),
    },
];
