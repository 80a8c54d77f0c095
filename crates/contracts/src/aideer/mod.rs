//! AIDeer under `/api/v1`: users with integer ids, presets, chats, credits, tasks; plain JSON, and failures as FastAPI writes them.
//!
//! Reading order: [`routes`] is what there is, a module for each group of it, [`dto`] the JSON, [`error`] the failures, [`extract`] the
//! parts of a path, [`answer`] what a success looks like, [`openapi`] what the document
//! says beyond the routes.

pub mod answer;
pub mod avatars;
pub mod chats;
pub mod codes;
pub mod credits;
pub mod dto;
pub mod error;
pub mod extract;
pub mod likes;
pub mod openapi;
mod pace;
pub mod presets;
pub mod routes;
pub mod session;
pub mod stream;
pub mod tasks;
pub mod users;
pub mod utilities;

pub use error::DIALECT;
pub use routes::ROUTES;

use crate::http::route::{Mounted, mount};
use crate::http::settings::Deps;

/// The routes of this contract.
pub(crate) fn routers(deps: &Deps, is_shared: fn(&str) -> bool) -> Mounted {
    mount(&ROUTES, deps, is_shared)
}
