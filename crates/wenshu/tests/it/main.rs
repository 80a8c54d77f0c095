//! The real binary, run in empty folders. New tests go into the module of their command.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod ask;
mod configured;
mod datasets;
mod docs;
mod model;
mod operations;
mod program;
mod serve;
