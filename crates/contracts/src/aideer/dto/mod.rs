//! The JSON of this contract, and the query strings.

pub mod page;
pub mod session;
pub mod users;
