//! One harness for the crate. A test goes to the module of what it is about: a route's rules to the module of its group, what holds for
//! all routes to `access`, `browser`, `bad_input` or `socket`, and what needs no application to `events` and `driver`.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod aideer;
mod at_once;
mod auth;
mod bad_input;
mod browser;
mod chat;
mod chat_app;
mod config;
mod connection_edits;
mod connections;
mod conversations;
mod driver;
mod edited_sql;
mod event_source;
mod events;
mod export;
mod fields;
mod following;
mod model;
mod models;
mod odd_texts;
mod openapi;
mod outside;
mod page;
mod prompts;
mod rate;
mod refused_requests;
mod returning;
mod servers;
mod socket;
mod stock_bi;
mod support;
mod terms;
mod wenshu;
