//! The rows as SeaORM sees them. They never leave this crate: each topic turns them into its domain type.
//!
//! Times are integers, milliseconds since 1970 in UTC, on both databases: they order and compare as they are, need no
//! parsing, and the same SQL text serves both. Enumerations are text, so that a person reading the database understands it.

pub(crate) mod account;
pub(crate) mod connection;
pub(crate) mod conversation;
pub(crate) mod message;
pub(crate) mod model;
pub(crate) mod relation;
pub(crate) mod run;
pub(crate) mod term;
