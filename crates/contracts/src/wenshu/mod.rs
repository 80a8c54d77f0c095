//! What the four documented contracts leave out and the web page needs, under `/wenshu/v1`: sessions, shared models and connections, codes,
//! usage, limits. The only contract that nobody else has documented, so that it may look as such things look today.
//!
//! Reading order: [`routes`] is what there is, a module for each group of it, [`dto`] the JSON, [`error`] the failures, [`openapi`] what the
//! document says beyond the routes.

pub mod connections;
pub mod dto;
pub mod error;
pub mod models;
pub mod openapi;
pub mod routes;
pub mod server;
pub mod sessions;

pub use error::DIALECT;
pub use routes::ROUTES;

use crate::http::route::{Mounted, mount};
use crate::http::settings::Deps;

/// The routes of this contract.
pub(crate) fn routers(deps: &Deps, is_shared: fn(&str) -> bool) -> Mounted {
    mount(&ROUTES, deps, is_shared)
}
