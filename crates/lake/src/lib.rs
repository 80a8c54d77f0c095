#![doc = include_str!("../README.md")]
//!
//! Reading order: [`lake`](DataLake) takes files in and gives them out, `storage` is where they lie, `read` knows the kinds of files,
//! `values` finds the types of columns and makes columns of them, `write` puts them down as tables, and `source` asks those on the
//! threads of `engine`, within `bounds`.

mod aliases;
mod bounds;
mod distinct;
mod engine;
mod lake;
mod new_file;
mod normal;
mod read;
mod sizes;
mod source;
mod storage;
mod values;
mod write;

pub use lake::{DataLake, LakeSettings, OpenError};
pub use storage::Place;
