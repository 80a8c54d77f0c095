//! The conformance suite of the store: everything it promises, on SQLite and on PostgreSQL.
//!
//! A new test goes into the module of its topic, as an `async fn name(database: TestDatabase)` that is named in the module's
//! `on_both_databases!` list; it then runs on both. What only one database has is in `sqlite_file.rs`.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod chats;
mod connections;
mod conversations;
mod credits;
mod datasets;
mod instances;
mod models;
mod opening;
mod people;
mod plain;
mod preferences;
mod prompts;
mod runs;
mod search;
mod semantics;
mod sessions;
mod sharing;
mod sqlite_file;
mod support;
mod usage;
