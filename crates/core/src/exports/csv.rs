//! CSV as RFC 4180 has it, for people who open it in a spreadsheet.
//!
//! A spreadsheet takes a text that begins with `=`, `+`, `-` or `@` for a formula, and a database's texts come from anybody: such a
//! text gets an apostrophe before it, by which a spreadsheet knows it for text. Numbers are left as they are, those that are text
//! too (`-5`, `+86 138`). NULL and the empty text are both an empty field.

use std::borrow::Cow;

use chrono::NaiveDateTime;
use csv::{Terminator, Writer, WriterBuilder};
use wenshu_sources::{QueryResult, ValueKind};

use super::cells::{Cell, Cells};
use super::encode::{Cut, Encoder};
use crate::AppError;

/// By which Excel knows UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Writes CSV. Where rows were left out a last record says so.
pub(super) struct Csv {
    cut: Cut,
    rows: usize,
    width: Option<usize>,
}

impl Csv {
    pub(super) fn new(cut: Cut) -> Self {
        Self { cut, rows: 0, width: None }
    }
}

impl Encoder for Csv {
    fn part(&mut self, part: &QueryResult) -> Result<Vec<u8>, AppError> {
        let mut piece = Vec::new();
        let is_first = self.width.is_none();
        if is_first {
            piece.extend_from_slice(BYTE_ORDER_MARK);
        }
        let mut writer = writer(piece);
        if is_first {
            let schema = part.schema();
            let names: Vec<Cow<'_, str>> =
                schema.fields().iter().map(|field| harmless(field.name())).collect();
            self.width = Some(names.len());
            writer.write_record(names.iter().map(AsRef::as_ref)).map_err(AppError::internal)?;
        }
        let cells: Vec<Cells<'_>> = part
            .batch
            .columns()
            .iter()
            .map(Cells::of)
            .collect::<Result<_, _>>()
            .map_err(AppError::internal)?;
        for row in 0..part.rows() {
            for (cells, kind) in cells.iter().zip(part.kinds.iter()) {
                let field = match cells.at(row).map_err(AppError::internal)? {
                    Cell::Text(text) if *kind == ValueKind::Timestamp => moment_of_text(text),
                    cell => field(cell),
                };
                writer.write_field(field.as_ref()).map_err(AppError::internal)?;
            }
            writer.write_record(None::<&[u8]>).map_err(AppError::internal)?;
        }
        self.rows += part.rows();
        writer.into_inner().map_err(|error| AppError::internal(error.into_error()))
    }

    fn end(&mut self, is_cut: bool) -> Vec<u8> {
        if !is_cut {
            return Vec::new();
        }
        let mut record = vec![self.cut.words(self.rows)];
        record.resize(self.width.unwrap_or(1).max(1), String::new());
        let mut writer = writer(Vec::new());
        // Writing to memory can't fail.
        let _ = writer.write_record(&record);
        writer.into_inner().unwrap_or_default()
    }
}

fn writer(into: Vec<u8>) -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(into)
}

/// A cell as a field.
fn field(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::Null => Cow::Borrowed(""),
        Cell::Truth(truth) => Cow::Borrowed(if truth { "true" } else { "false" }),
        Cell::Integer(integer) => Cow::Owned(integer.to_string()),
        Cell::Float(float) => Cow::Owned(float.to_string()),
        Cell::Decimal(decimal) => Cow::Owned(decimal),
        Cell::Text(text) => harmless(text),
        Cell::Made(text) => match harmless(&text) {
            Cow::Borrowed(_) => Cow::Owned(text),
            Cow::Owned(text) => Cow::Owned(text),
        },
        Cell::Day(day) => Cow::Owned(day.to_string()),
        Cell::Time(time) => Cow::Owned(time.to_string()),
        Cell::Moment(moment) => Cow::Owned(moment.to_string()),
        Cell::Instant(moment) => Cow::Owned(format!("{moment}Z")),
    }
}

/// A moment in a part whose moments are text, since one of them has no place among moments: written as those of other parts are.
fn moment_of_text(text: &str) -> Cow<'_, str> {
    let (bare, zone) = match text.strip_suffix('Z') {
        Some(bare) => (bare, "Z"),
        None => (text, ""),
    };
    match NaiveDateTime::parse_from_str(bare, "%Y-%m-%dT%H:%M:%S%.f") {
        Ok(moment) => Cow::Owned(format!("{moment}{zone}")),
        Err(_) => harmless(text),
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    // Figures alone compute nothing, and people look for them as they are.
    let is_figure = text.strip_prefix(['+', '-']).is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|sign| sign.is_ascii_digit() || " .,".contains(sign))
    });
    if is_formula && !is_figure { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_look_the_same_in_every_part() {
        let moment = NaiveDateTime::parse_from_str("2026-03-01T10:00:00.25", "%Y-%m-%dT%H:%M:%S%.f").unwrap();
        assert_eq!(field(Cell::Instant(moment)), moment_of_text("2026-03-01T10:00:00.250Z"));
        assert_eq!(field(Cell::Moment(moment)), moment_of_text("2026-03-01T10:00:00.250"));
        assert_eq!(moment_of_text("infinity"), "infinity");
        assert_eq!(moment_of_text("-infinity"), "'-infinity");
    }

    #[test]
    fn formulas_are_made_harmless() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("@SUM(1)", "'@SUM(1)"),
            ("\t=1", "'\t=1"),
            ("-", "'-"),
            ("-12.5", "-12.5"),
            ("+86 138", "+86 138"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }

    #[test]
    fn fields() {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let moment = day.and_hms_milli_opt(10, 20, 30, 250).unwrap();
        for (cell, expected) in [
            (Cell::Null, ""),
            (Cell::Truth(true), "true"),
            (Cell::Integer(u64::MAX.into()), "18446744073709551615"),
            (Cell::Float(12.0), "12"),
            (Cell::Float(0.1), "0.1"),
            (Cell::Decimal("-1.10".to_owned()), "-1.10"),
            (Cell::Made("-[1]".to_owned()), "'-[1]"),
            (Cell::Day(day), "2026-03-01"),
            (Cell::Moment(day.and_hms_opt(1, 2, 3).unwrap()), "2026-03-01 01:02:03"),
            (Cell::Instant(moment), "2026-03-01 10:20:30.250Z"),
        ] {
            assert_eq!(field(cell), expected);
        }
    }
}
