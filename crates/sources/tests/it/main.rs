//! The tests of this crate, in one harness. A new area of tests is a module of its own.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod conformance;
mod guard;
mod sqlite;
