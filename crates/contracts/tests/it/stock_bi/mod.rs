//! The stock BI contract. What holds for all its routes is in `access`, the rules of a group of routes in the module of the group.

pub(crate) mod access;
mod chat;
mod market;
mod no_tools;
mod parameters;
mod permissions;
mod quotes;
mod shown;
mod stock;
pub(crate) mod support;
mod tools;
mod uploads;
mod users;
