//! The binary `wenshu`: command line, configuration, wiring, shutdown. The only crate that names every other one.

pub mod config;
pub mod keyfile;
