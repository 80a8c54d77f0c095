//! The JSON of this contract, field names as documented. Requests become commands of `core` here, views become responses.

pub mod auth;
pub mod chat;
pub mod config;
pub mod connections;
pub mod conversations;
pub mod export;
pub mod models;
pub mod prompts;
pub mod relations;
pub mod schema;
pub mod terms;
pub mod words;
