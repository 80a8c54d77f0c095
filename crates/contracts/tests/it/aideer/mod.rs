//! AIDeer's contract. What holds for all its routes is in `access`, the rules of a group of routes in the module of the group.

pub(crate) mod access;
mod avatars;
mod chats;
mod codes;
mod counted;
mod exact;
mod likes;
mod pictures;
mod presets;
mod processes;
mod session;
mod shared;
pub(crate) mod support;
mod tasks;
mod user_changes;
mod users;
mod utilities;
mod wechat;
