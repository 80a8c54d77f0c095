//! MCP servers of the official SDKs, which behave and which don't.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod containment;
mod crowd;
mod listing;
mod peers;
mod support;
