//! The databases that are asked.
//!
//! A [`Source`] answers one kind of thing: a [`ReadOnlyQuery`], which only the [`guard`] can make.
//! This crate knows SQL, drivers and Arrow; it does not know questions, accounts or HTTP.

pub mod batch;
pub mod clickhouse;
pub mod datasets;
pub mod dialect;
pub mod error;
pub mod guard;
pub mod limits;
pub mod mysql;
pub mod postgres;
pub mod result;
pub mod schema;
mod server;
pub mod source;
pub mod sqlite;
pub mod stream;
#[cfg(test)]
mod tests;

pub use clickhouse::ClickHouseSource;
pub use dialect::Dialect;
pub use error::{ConnectFault, SourceError, SourceErrorKind};
pub use guard::{ReadOnlyQuery, Refusal};
pub use limits::Limits;
pub use mysql::MySqlSource;
pub use postgres::PostgresSource;
pub use result::QueryResult;
pub use schema::{Column, ForeignKey, RowCount, Schema, Table, TableKind, ValueKind};
pub use server::options::{ServerOptions, Tls};
pub use source::{KnownValues, Source, SourceInfo};
pub use sqlite::{SqliteOptions, SqliteSource};
pub use stream::RowStream;
