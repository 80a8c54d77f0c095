//! Models of every kind of behaviour, played by the scripted server over real sockets. New tests go into the module of their subject.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that can't go on fails")]

mod connecting;
mod faults;
mod formats;
mod going;
mod litellm;
mod parameters;
mod pictures;
mod silence;
mod streaming;
mod support;
