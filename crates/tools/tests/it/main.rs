//! MCP servers of the official SDKs, which behave and which don't.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod containment;
mod crowd;
mod listing;
mod nonsense;
mod peers;
mod support;
