//! The plain chat contract. What holds for all its routes is in `access`, what its stream is made of in `streaming`.

pub(crate) mod access;
mod alive;
mod conversations;
mod permissions;
mod streaming;
pub(crate) mod support;
mod users;
