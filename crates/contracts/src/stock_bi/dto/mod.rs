//! Bodies, parameters and answers as JSON.

pub mod chat;
pub mod data;
pub mod fields;
pub mod stock;
pub mod users;
