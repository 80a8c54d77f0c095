//! The plain chat contract. What holds for all its routes is in `access`, what its stream is made of in `streaming`.

pub(crate) mod access;
mod conversations;
mod streaming;
mod support;
mod users;
