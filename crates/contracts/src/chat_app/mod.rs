//! Plain chat under `/api/v1`: users by name, conversations by number, and a stream of text whose every byte the document fixes.
//!
//! Reading order: [`routes`] is what there is, a module for each group of it, [`dto`] the JSON, [`stream`] the text, [`error`] the
//! failures, [`extract`] the parts of a path, [`openapi`] what the document says beyond the routes.

pub mod chat;
pub mod conversations;
pub mod dto;
pub mod error;
pub mod extract;
pub mod openapi;
pub mod routes;
pub mod stream;
pub mod users;

pub use error::DIALECT;
pub use routes::ROUTES;

use crate::http::route::{Mounted, mount};
use crate::http::settings::Deps;

/// The routes of this contract.
pub(crate) fn routers(deps: &Deps, is_shared: fn(&str) -> bool) -> Mounted {
    mount(&ROUTES, deps, is_shared)
}
