//! The tests of this crate, in one harness. A new area of tests is a module of its own.

mod guard;
