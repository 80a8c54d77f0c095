#![doc = include_str!("../README.md")]
//!
//! A library so that its checks also run as tests (`tests/it`).

pub mod bench;
pub mod check;
pub mod console;
pub mod process;
pub mod run;
pub mod services;
pub mod tidy;
pub mod workspace;
