//! Running one statement within its limits.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::http::{Bounds, Client};
use super::types::{form, is_nested, is_padded};
use super::{failure, nested, tsv, zones};
use crate::server::column::{Column, Form};
use crate::server::gather::{Gathering, Reading, Rows};
use crate::server::task::Deadline;
use crate::stream::Room;
use crate::{SourceError, SourceErrorKind};

/// How the cells of a column are read.
#[derive(Clone, Copy)]
struct Cells {
    is_nested: bool,
    is_padded: bool,
    /// Where the clock stands by which moments are written.
    zone: Option<Tz>,
}

/// Runs the statement and reads up to the limits. The server stops at the first block of rows past the limit.
pub(super) async fn run(
    client: &Client,
    sql: &str,
    reading: Reading,
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
    let limits = reading.limits;
    let rows = u64::try_from(limits.rows).ok().and_then(|rows| rows.checked_add(1));
    let bounds = Bounds { deadline, rows, may_be_slow: reading.may_be_slow() };
    let mut response = client.send(statement, query_id, bounds).await?;
    let mut lines = Lines { state: State::Names(reading), zone: client.zone(), truncated: false };
    let mut pending: Vec<u8> = Vec::new();
    while !lines.truncated
        && let Some(chunk) =
            response.chunk().await.map_err(|error| failure::describe(&error, &client.options))?
    {
        pending.extend_from_slice(&chunk);
        let mut start = 0;
        while let Some(length) = pending[start..].iter().position(|byte| *byte == b'\n') {
            lines.take(&pending[start..start + length]).await?;
            start += length + 1;
            if lines.truncated {
                break;
            }
        }
        pending.drain(..start);
        // One line that is longer than all that may be kept.
        if pending.len() > limits.bytes.max(1024 * 1024) {
            lines.truncated = true;
        }
    }
    lines.finish()
}

/// Whether the statement is one that `readonly` is about: others (`KILL`, `SYSTEM`) have rules of their own.
fn begins_a_query(sql: &str) -> bool {
    let text = sql.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '(');
    let word = text.split(|sign: char| !sign.is_ascii_alphabetic()).next().unwrap_or_default();
    word.eq_ignore_ascii_case("select") || word.eq_ignore_ascii_case("with")
}

/// An answer as its lines come: names, types, and then rows.
struct Lines {
    state: State,
    /// The server's.
    zone: Option<Tz>,
    truncated: bool,
}

/// What comes next.
enum State {
    Names(Reading),
    Types(Reading, Vec<String>),
    Rows(Gathering, Vec<Cells>),
    /// Nothing that could be read.
    Unreadable,
}

impl Lines {
    async fn take(&mut self, line: &[u8]) -> Result<(), SourceError> {
        let text = |cell: &[u8]| {
            tsv::value(cell).map_or_else(String::new, |value| String::from_utf8_lossy(&value).into_owned())
        };
        if let State::Rows(gathering, cells) = &mut self.state {
            let values: Vec<Option<Cow<'_, [u8]>>> =
                tsv::cells(line).zip(cells.iter()).map(|(cell, cells)| cells.value(cell)).collect();
            if values.len() != cells.len() {
                return Err(unreadable());
            }
            if gathering.push(&values) != Room::Yes {
                self.truncated = true;
                return Ok(());
            }
            return gathering.hand_on().await.map_err(|_| unreadable());
        }
        self.state = match std::mem::replace(&mut self.state, State::Unreadable) {
            State::Names(reading) => State::Types(reading, tsv::cells(line).map(text).collect()),
            State::Types(reading, names) => {
                let types: Vec<String> = tsv::cells(line).map(text).collect();
                let cells: Vec<Cells> = types
                    .iter()
                    .map(|kind| Cells {
                        is_nested: is_nested(kind),
                        is_padded: is_padded(kind),
                        zone: zones::zone(kind, self.zone),
                    })
                    .collect();
                let form = |kind: &str, cells: &Cells| match cells.zone {
                    Some(_) => Form::Instant,
                    None => form(kind),
                };
                let columns = names
                    .iter()
                    .zip(types.iter().zip(&cells))
                    .map(|(name, (kind, cells))| Column::new(name, form(kind, cells)));
                State::Rows(reading.of(columns.collect()), cells)
            }
            other => other,
        };
        Ok(())
    }

    fn finish(self) -> Result<Rows, SourceError> {
        let State::Rows(gathering, _) = self.state else { return Err(unreadable()) };
        // What isn't read up ends in the server when the connection is closed, which dropping the answer does.
        gathering.finish(self.truncated, true).map_err(|_| unreadable())
    }
}

impl Cells {
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
        if let Some(zone) = self.zone {
            return Some(zones::in_utc(value, zone));
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
