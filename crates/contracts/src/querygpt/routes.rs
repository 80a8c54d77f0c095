//! The routes, grouped by who may call them. The router is made from this table and nothing else.

use axum::routing::{delete, get, patch, post, put};
use http::Method;

use super::{auth, chat, config, connections, conversations, export, models, prompts, relations, terms};
use crate::http::caller::Access;
use crate::http::route::Route;

/// Every route of this contract.
pub const ROUTES: &[Route] = &[
    // Anybody, to get a credential.
    Route {
        method: Method::POST,
        path: "/api/v1/auth/register",
        access: Access::SignIn,
        handler: || post(auth::register),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/auth/login",
        access: Access::SignIn,
        handler: || post(auth::login),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/auth/refresh",
        access: Access::SignIn,
        handler: || post(auth::refresh),
    },
    // Whoever shows a token, perhaps in the address.
    Route {
        method: Method::GET,
        path: "/api/v1/chat/stream",
        access: Access::CallerOrQueryToken,
        // A HEAD must not start a run, which it would if it were served as a GET without its body.
        handler: || get(chat::stream).head(chat::no_head),
    },
    // Whoever shows a token in the header.
    Route {
        method: Method::POST,
        path: "/api/v1/chat/stream",
        access: Access::Caller,
        handler: || post(chat::stream_of_body),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/chat/stop",
        access: Access::Caller,
        handler: || post(chat::stop),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/auth/logout",
        access: Access::Caller,
        handler: || post(auth::logout),
    },
    Route { method: Method::GET, path: "/api/v1/auth/me", access: Access::Caller, handler: || get(auth::me) },
    Route {
        method: Method::GET,
        path: "/api/v1/conversations",
        access: Access::Caller,
        handler: || get(conversations::list),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/conversations/{id}",
        access: Access::Caller,
        handler: || get(conversations::detail),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/connections",
        access: Access::Caller,
        handler: || get(connections::list),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/connections",
        access: Access::Caller,
        handler: || post(connections::add),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/connections/{id}",
        access: Access::Caller,
        handler: || put(connections::change),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/connections/{id}",
        access: Access::Caller,
        handler: || delete(connections::remove),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/connections/{id}/test",
        access: Access::Caller,
        handler: || post(connections::test),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/connections/{id}/schema",
        access: Access::Caller,
        handler: || get(connections::schema),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/connections/{id}/terms",
        access: Access::Caller,
        handler: || get(terms::list),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/connections/{id}/terms",
        access: Access::Caller,
        handler: || post(terms::add),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/connections/{id}/terms/{term_id}",
        access: Access::Caller,
        handler: || put(terms::change),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/connections/{id}/terms/{term_id}",
        access: Access::Caller,
        handler: || delete(terms::remove),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/connections/{id}/relations",
        access: Access::Caller,
        handler: || get(relations::list),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/connections/{id}/relations",
        access: Access::Caller,
        handler: || post(relations::add),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/connections/{id}/relations/{relation_id}",
        access: Access::Caller,
        handler: || put(relations::change),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/connections/{id}/relations/{relation_id}",
        access: Access::Caller,
        handler: || delete(relations::remove),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/models",
        access: Access::Caller,
        handler: || get(models::list),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/models",
        access: Access::Caller,
        handler: || post(models::add),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/models/{id}",
        access: Access::Caller,
        handler: || put(models::change),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/models/{id}",
        access: Access::Caller,
        handler: || delete(models::remove),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/models/{id}/test",
        access: Access::Caller,
        handler: || post(models::test),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/prompts",
        access: Access::Caller,
        handler: || get(prompts::list),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/prompts",
        access: Access::Caller,
        handler: || put(prompts::change),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/prompts/reset",
        access: Access::Caller,
        handler: || post(prompts::reset),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/config",
        access: Access::Caller,
        handler: || get(config::get),
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/config",
        access: Access::Caller,
        handler: || put(config::change),
    },
    Route {
        method: Method::PATCH,
        path: "/api/v1/conversations/{id}",
        access: Access::Caller,
        handler: || patch(conversations::rename),
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/conversations/{id}",
        access: Access::Caller,
        handler: || delete(conversations::delete),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/conversations/{id}/favorite",
        access: Access::Caller,
        handler: || post(conversations::toggle_favorite),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/conversations/{id}/sql",
        access: Access::Caller,
        handler: || post(conversations::run_sql),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/messages/{id}/export",
        access: Access::Caller,
        // A HEAD must not run a query.
        handler: || get(export::export).head(export::no_head),
    },
];
