#![doc = include_str!("../README.md")]
//!
//! Reading order: [`connector`] opens models, [`provider`] is the table of providers, [`wire`] their wire formats made lean, `transport`
//! sends, `model` asks and asks again, `parts` is a reply that arrives, and `fault` says what went wrong in our words.

pub mod connector;
pub mod provider;
pub mod times;
pub mod wire;

mod fault;
mod model;
mod no_tools;
mod own_form;
mod parameters;
mod parts;
mod past_rig;
mod prompt;
mod refused;
mod text_delta;
mod transport;

pub use connector::{Connector, WallClock};
pub use provider::{PROVIDERS, Provider};
pub use times::ModelTimes;
