//! Datasets from file to answer: real files in a real folder, asked through the guard.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod asking;
mod bombs;
mod bounds;
mod bucket;
mod delimiters;
mod files;
mod growth;
mod inference;
mod later;
mod planning;
mod support;
