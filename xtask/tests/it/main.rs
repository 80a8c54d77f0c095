//! The one test harness of xtask: the project's own rules as tests, tests of the rules, of Python environments, and of the
//! services' life.
//!
//! `cfg(test)` tells clippy that helper functions are test code too.
#![cfg(test)]

mod python;
mod rules;
mod services;
mod tidy;
