//! The kinds of files: what a file is, and its rows one after another.
//!
//! A file of text is read twice: once to find the types of its columns, while it arrives, and once more to make a table of it. What
//! reads it is the same both times; a [`Sink`] takes the rows.

pub(crate) mod columnar;
pub(crate) mod delimited;
pub(crate) mod detect;
pub(crate) mod encoding;
mod header;
pub(crate) mod ipc;
pub(crate) mod json;
mod looks;
mod marks;
mod ours;
mod pages;
mod pieces;
mod records;
mod unpacked;
mod watched;
pub(crate) mod workbook;

use std::io;

use smallvec::SmallVec;
pub(crate) use wenshu_sources::datasets::MOST_COLUMNS;
use wenshu_sources::datasets::Unreadable;

use self::records::Record;
pub(crate) use self::watched::Watched;
use crate::values::{Cell, ColumnType, Guess};

/// The most bytes of one row. A quote that is never closed would take in the rest of the file otherwise.
pub(crate) const MOST_ROW_BYTES: u64 = 16 * 1024 * 1024;

/// The most bytes that a part of a file of so many may take that is unpacked at once.
fn most_unpacked(bytes: u64) -> u64 {
    const ANYWAY: u64 = 256 * 1024 * 1024;
    ANYWAY + 4 * bytes.min(ANYWAY)
}

/// Why rows could not be read or put down.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The file isn't what it seems.
    Unreadable(Unreadable),
    /// Characters that aren't UTF-8, where it seemed to be.
    NotUtf8(Unreadable),
    /// It could not be read at all, or not to its end.
    Input(io::Error),
    /// What was read could not be put down.
    Output(String),
}

impl From<Unreadable> for ReadError {
    fn from(fault: Unreadable) -> Self {
        Self::Unreadable(fault)
    }
}

/// Takes rows.
pub(crate) trait Sink {
    /// The names of the columns, as often as there are more of them.
    fn columns(&mut self, names: &[String]) -> Result<(), ReadError>;

    /// One row. It may have fewer cells than there are columns, which are empty then, and never more.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ReadError>;

    /// One row of values with something between them, likewise.
    fn record(&mut self, record: &Record<'_>) -> Result<(), ReadError> {
        let mut cells: SmallVec<[Cell<'_>; 64]> = SmallVec::new();
        cells.extend(record.iter().map(delimited::cell_of));
        self.row(&cells)
    }
}

/// Finds the types of columns.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    names: Vec<String>,
    guesses: Vec<Guess>,
    rows: u64,
}

/// What a table is going to be.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Names and types.
    pub(crate) columns: Vec<(String, ColumnType)>,
    /// How many rows there are.
    pub(crate) rows: u64,
}

impl Survey {
    pub(crate) fn finish(self) -> Plan {
        let types = self.guesses.iter().map(Guess::finish);
        Plan { columns: self.names.into_iter().zip(types).collect(), rows: self.rows }
    }
}

impl Sink for Survey {
    fn columns(&mut self, names: &[String]) -> Result<(), ReadError> {
        if names.len() > MOST_COLUMNS {
            return Err(Unreadable::new(
                format!("列数超过 {MOST_COLUMNS}，请减少列数后重新上传"),
                format!("it has more than {MOST_COLUMNS} columns; upload fewer of them"),
            )
            .into());
        }
        self.names = names.to_vec();
        self.guesses.resize_with(names.len(), Guess::default);
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ReadError> {
        self.rows += 1;
        for (guess, cell) in self.guesses.iter_mut().zip(cells) {
            guess.see(*cell);
        }
        Ok(())
    }

    fn record(&mut self, record: &Record<'_>) -> Result<(), ReadError> {
        self.rows += 1;
        let text = record.bytes();
        for (guess, field) in self.guesses.iter_mut().zip(record.fields()) {
            if !guess.takes_usual(text, field) {
                guess.see(delimited::cell_of(record.text(field)));
            }
        }
        Ok(())
    }
}
