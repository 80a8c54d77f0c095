//! The stock BI assistant under `/v1`: sessions to chat in, datasets to ask about, stocks that are followed, and users by name, in one envelope.
//!
//! Reading order: [`routes`] is what there is, a module for each group of it, [`dto`] the JSON, [`stream`] the events of answers, `upload` and `progress` how files come in, [`envelope`] what
//! a success looks like, [`error`] the failures, [`openapi`] what the document says beyond the routes.

pub mod chat;
pub mod data;
pub mod dto;
pub mod envelope;
pub mod error;
pub mod openapi;
mod progress;
pub mod routes;
pub mod stock;
pub mod stream;
mod upload;
pub mod users;

pub use error::DIALECT;
pub use routes::ROUTES;

use crate::http::route::{Mounted, mount};
use crate::http::settings::Deps;

/// The routes of this contract.
pub(crate) fn routers(deps: &Deps, is_shared: fn(&str) -> bool) -> Mounted {
    mount(&ROUTES, deps, is_shared)
}
