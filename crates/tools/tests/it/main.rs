//! MCP servers of the official SDKs, which behave and which don't.

mod containment;
mod peers;
mod support;
