//! Running one statement within its limits.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::RecordBatch;

use super::http::{Bounds, Client};
use super::types::{form, is_nested, is_padded};
use super::{failure, nested, tsv};
use crate::batch::batch;
use crate::server::column::{Column, size};
use crate::server::task::Deadline;
use crate::{Limits, SourceError, SourceErrorKind, ValueKind};

/// What a statement gave.
pub(super) struct Rows {
    pub(super) batch: RecordBatch,
    pub(super) kinds: Arc<[ValueKind]>,
    pub(super) truncated: bool,
}

/// A column and how its cells are read.
struct Reading {
    column: Column,
    is_nested: bool,
    is_padded: bool,
}

/// Runs the statement and reads up to the limits. The server stops at the first block of rows past the limit.
pub(super) async fn run(
    client: &Client,
    sql: &str,
    limits: &Limits,
    deadline: Deadline,
    query_id: &str,
) -> Result<Rows, SourceError> {
    if !begins_a_query(sql) {
        return Err(SourceError::new(
            SourceErrorKind::Denied,
            "the database session is read-only and refused this: it is not a query",
        ));
    }
    // A comment at the statement's end ends with its line.
    let statement = format!("{sql}\nFORMAT TabSeparatedWithNamesAndTypes");
    let rows = u64::try_from(limits.rows).ok().and_then(|rows| rows.checked_add(1));
    let mut response = client.send(statement, query_id, Bounds { deadline, rows }).await?;
    let mut gathered = Gathered::default();
    let mut pending: Vec<u8> = Vec::new();
    while !gathered.truncated
        && let Some(chunk) =
            response.chunk().await.map_err(|error| failure::describe(&error, &client.options))?
    {
        pending.extend_from_slice(&chunk);
        let mut start = 0;
        while let Some(length) = pending[start..].iter().position(|byte| *byte == b'\n') {
            gathered.line(&pending[start..start + length], limits)?;
            start += length + 1;
            if gathered.truncated {
                break;
            }
        }
        pending.drain(..start);
        // One line that is longer than all that may be kept.
        if pending.len() > limits.bytes.max(1024 * 1024) {
            gathered.truncated = true;
        }
    }
    gathered.finish()
}

/// Whether the statement is one that `readonly` is about: others (`KILL`, `SYSTEM`) have rules of their own.
fn begins_a_query(sql: &str) -> bool {
    let text = sql.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '(');
    let word = text.split(|sign: char| !sign.is_ascii_alphabetic()).next().unwrap_or_default();
    word.eq_ignore_ascii_case("select") || word.eq_ignore_ascii_case("with")
}

/// Rows as they come.
#[derive(Default)]
struct Gathered {
    names: Option<Vec<String>>,
    columns: Option<Vec<Reading>>,
    count: usize,
    bytes: usize,
    truncated: bool,
}

impl Gathered {
    fn line(&mut self, line: &[u8], limits: &Limits) -> Result<(), SourceError> {
        let text = |cell: &[u8]| {
            tsv::value(cell).map_or_else(String::new, |value| String::from_utf8_lossy(&value).into_owned())
        };
        let Some(names) = &self.names else {
            self.names = Some(tsv::cells(line).map(text).collect());
            return Ok(());
        };
        let Some(columns) = &mut self.columns else {
            let types = tsv::cells(line).map(text);
            let columns = names.iter().zip(types).map(|(name, kind)| Reading {
                column: Column::new(name, form(&kind)),
                is_nested: is_nested(&kind),
                is_padded: is_padded(&kind),
            });
            self.columns = Some(columns.collect());
            return Ok(());
        };
        let values: Vec<Option<Cow<'_, [u8]>>> =
            tsv::cells(line).zip(columns.iter()).map(|(cell, reading)| reading.value(cell)).collect();
        if values.len() != columns.len() {
            return Err(unreadable());
        }
        self.bytes += values.iter().map(|value| size(value.as_deref())).sum::<usize>();
        if self.count == limits.rows || self.bytes > limits.bytes {
            self.truncated = true;
            return Ok(());
        }
        for (reading, value) in columns.iter_mut().zip(&values) {
            reading.column.push(value.as_deref());
        }
        self.count += 1;
        Ok(())
    }

    fn finish(self) -> Result<Rows, SourceError> {
        let columns = self.columns.ok_or_else(unreadable)?;
        let columns = columns.into_iter().map(|reading| reading.column.finish()).collect();
        let (batch, kinds) = batch(columns, self.count).map_err(|_| unreadable())?;
        Ok(Rows { batch, kinds, truncated: self.truncated })
    }
}

impl Reading {
    fn value<'cell>(&self, cell: &'cell [u8]) -> Option<Cow<'cell, [u8]>> {
        if self.is_nested
            && let Some(json) = nested::json(cell)
        {
            return Some(Cow::Owned(json.into_bytes()));
        }
        let value = tsv::value(cell)?;
        if self.is_padded {
            let length = value.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            return Some(Cow::Owned(value[..length].to_vec()));
        }
        Some(value)
    }
}

fn unreadable() -> SourceError {
    SourceError::new(
        SourceErrorKind::Internal,
        "the database's answer can't be read; ask again, and report it if it stays so",
    )
}
