//! What the tools for tests do themselves, where tests of others rely on it. New tests go into the module of their tool.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that can't go on fails")]

mod model_server;
