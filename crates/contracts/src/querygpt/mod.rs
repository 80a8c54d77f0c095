//! QueryGPT v2 under `/api/v1`: questions to SQL, in its own envelope and events.
//!
//! Reading order: [`routes`] is what there is, [`chat`] the main route, [`stream`] its events, [`dto`] the JSON, [`error`] the failures,
//! [`openapi`] what its document says beyond the routes.

pub mod auth;
pub mod chat;
pub mod config;
pub mod connections;
pub mod conversations;
pub mod dto;
pub mod envelope;
pub mod error;
pub mod export;
pub mod models;
pub mod openapi;
pub mod prompts;
pub mod relations;
pub mod routes;
pub mod stream;
pub mod terms;

pub use error::DIALECT;
pub use routes::ROUTES;

use crate::http::route::{Mounted, mount};
use crate::http::settings::Deps;

/// The routes of this contract.
pub(crate) fn routers(deps: &Deps, is_shared: fn(&str) -> bool) -> Mounted {
    mount(&ROUTES, deps, is_shared)
}
