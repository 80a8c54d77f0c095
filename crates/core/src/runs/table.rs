//! Rows as JSON, encoded once for all readers and for keeping.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use wenshu_sources::ValueKind;

/// A result as it is sent and kept.
#[derive(Clone, Debug)]
pub struct ResultTable {
    /// The columns.
    pub columns: Arc<[ColumnInfo]>,
    /// A JSON array with one object for each row, keys in column order. Numbers that JSON can't hold exactly (integers over 2^53,
    /// decimals) are strings, dates ISO 8601, bytes base64, NULL `null`.
    pub data: Arc<RawValue>,
    /// How many rows.
    pub rows: usize,
    /// Whether there were more.
    pub truncated: bool,
    /// Time the database took.
    pub elapsed: Duration,
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// What it holds: `integer`, `number`, `text`, … (see [`ValueKind::as_str`]).
    pub kind: String,
}

impl ColumnInfo {
    /// A column of this kind.
    pub fn new(name: impl Into<String>, kind: ValueKind) -> Self {
        Self { name: name.into(), kind: kind.as_str().to_owned() }
    }
}
