//! What the four documents leave out: a module for each group of the contract's routes, and `access` for what holds for all of them.

pub(crate) mod access;
mod server;
mod sessions;
mod shared_connections;
mod shared_models;
mod support;
