#![doc = include_str!("../README.md")]
//!
//! A library so that its checks also run as tests (`tests/it`).

pub mod bench;
pub mod check;
pub mod console;
mod debian;
pub mod node;
pub mod process;
pub mod python;
pub mod run;
pub mod schemathesis;
pub mod services;
pub mod tidy;
pub mod web;
pub mod workspace;
