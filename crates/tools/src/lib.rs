#![doc = include_str!("../README.md")]
//!
//! Reading order: [`config`] is the file that names servers, [`servers`] offers what they have, `server` is one of them and how it is
//! kept alive, `process` its process where it is one, `paced` how it is read, `offer` what of its tools can be offered, and `result` what of its results is given on.

pub mod config;
mod offer;
mod paced;
mod process;
mod result;
mod server;
pub mod servers;

pub use config::{ConfigFault, McpConfig, ServerPlace, ServerSettings};
pub use server::Unopened;
pub use servers::{McpServers, ServerTimes};
