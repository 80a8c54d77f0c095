//! Tests of the crate as a whole; one module for each area.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod builtin;
