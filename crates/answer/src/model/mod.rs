//! Language models as interpreters.

pub mod language_model;
