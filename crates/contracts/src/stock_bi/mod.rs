//! The stock BI contract, `/v1`. So far only its words for failures, which unknown paths below `/v1` are answered in.

mod error;

pub(crate) use error::DIALECT;
