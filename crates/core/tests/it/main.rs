//! Use cases over a real SQLite store and a real SQLite source. New tests go into the module of their use case.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that can't go on fails")]

mod accounts;
mod connections;
mod models;
mod runs;
mod support;
mod tasks;
