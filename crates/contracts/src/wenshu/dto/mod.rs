//! The JSON of this contract.

pub mod codes;
pub mod connections;
pub mod limits;
pub mod models;
pub mod sessions;
pub mod usage;
pub mod words;
