//! What contracts share: the way a request comes in and a failure or a stream goes out. Knows no contract.
//!
//! A request passes [`boundary`] (request id, [`guard`], log, metrics, failures rendered by a [`dialect`]), then the access
//! check of its entry in the contract's [`route`] table with its share in the [`rate`] of requests, then its handler, whose arguments come from [`extract`] and [`caller`].
//!
//! The same table is what [`document`] makes the contract's OpenAPI document from: requests as the handlers' arguments [`describe`] them,
//! the rest from each route's [`operation`].

pub mod address;
pub mod attachment;
pub mod avatar;
pub mod boundary;
pub mod caller;
pub mod chart;
pub mod describe;
pub mod detail;
pub mod device;
pub mod dialect;
pub mod document;
pub mod extract;
pub mod failure;
pub mod form;
pub mod guard;
pub mod language;
pub mod operation;
pub mod parameters;
pub mod parser_answers;
pub mod protocol;
pub mod rate;
pub mod request_id;
pub mod route;
pub mod server;
pub mod settings;
pub mod sse;
pub mod time;
pub mod upload;
pub mod words;
