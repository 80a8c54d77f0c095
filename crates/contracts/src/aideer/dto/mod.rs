//! The JSON of this contract, and the query strings.

pub mod chats;
pub mod credits;
pub mod likes;
pub mod messages;
pub mod page;
pub mod presets;
pub mod session;
pub mod tasks;
pub mod users;
pub mod vocabulary;
pub mod words;
