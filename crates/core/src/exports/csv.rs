//! CSV as RFC 4180 has it, for people who open it in a spreadsheet.
//!
//! A spreadsheet takes a text that begins with `=`, `+`, `-` or `@` for a formula, and a database's texts come from anybody: such a
//! text gets an apostrophe before it, by which a spreadsheet knows it for text. One that has apostrophes there already gets one more,
//! so that whoever takes one off has the text. Numbers are left as they are, those that are text too (`-5`, `+86 138`). NULL and the
//! empty text are both an empty field.
//!
//! A file that is going to be read as a dataset again has names between quotes where one of them isn't plainly a name (`2024`, `N/A`), by
//! which they are known for names whatever they say; and numbers of columns of floats have a point.

use std::borrow::Cow;

use chrono::NaiveDateTime;
use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};
use wenshu_sources::{QueryResult, ValueKind};

use super::cells::{Cell, Cells};
use super::encode::{Cut, Encoder};
use crate::AppError;
use crate::runs::table::Figures;
use crate::zones::ahead;

/// By which Excel knows UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Writes CSV. Where rows were left out a last record says so.
pub(super) struct Csv {
    cut: Cut,
    figures: Figures,
    rows: usize,
    width: Option<usize>,
}

impl Csv {
    pub(super) fn new(cut: Cut, figures: Figures) -> Self {
        Self { cut, figures, rows: 0, width: None }
    }

    /// The first line.
    fn head(&self, part: &QueryResult) -> Result<Vec<u8>, AppError> {
        let schema = part.schema();
        let are_words = schema.fields().iter().all(|field| is_word(field.name()));
        let is_marked = self.figures == Figures::Exact && !are_words;
        let quotes = if is_marked { QuoteStyle::Always } else { QuoteStyle::Necessary };
        let mut writer = writer(BYTE_ORDER_MARK.to_vec(), quotes);
        let names = schema.fields().iter().map(|field| harmless(field.name()));
        for name in names {
            writer.write_field(name.as_ref()).map_err(AppError::internal)?;
        }
        writer.write_record(None::<&[u8]>).map_err(AppError::internal)?;
        writer.into_inner().map_err(|error| AppError::internal(error.into_error()))
    }
}

impl Encoder for Csv {
    fn part(&mut self, part: &QueryResult) -> Result<Vec<u8>, AppError> {
        let mut piece = Vec::new();
        if self.width.is_none() {
            self.width = Some(part.schema().fields().len());
            piece = self.head(part)?;
        }
        let mut writer = writer(piece, QuoteStyle::Necessary);
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
                    Cell::Float(float) if self.figures == Figures::Exact => Cow::Owned(with_point(float)),
                    Cell::Decimal(decimal) if self.figures == Figures::Exact && !decimal.contains('.') => {
                        Cow::Owned(format!("{decimal}.0"))
                    }
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
        let mut writer = writer(Vec::new(), QuoteStyle::Necessary);
        // Writing to memory can't fail.
        let _ = writer.write_record(&record);
        writer.into_inner().unwrap_or_default()
    }
}

fn writer(into: Vec<u8>, quotes: QuoteStyle) -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).quote_style(quotes).from_writer(into)
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
        Cell::Instant(moment) => Cow::Owned(format!("{}{}", moment.naive_local(), ahead(*moment.offset()))),
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

/// Whether nobody takes a name for a value, nor for several of them: it begins with a letter, and is no word for a truth or for nothing.
fn is_word(name: &str) -> bool {
    const VALUES: [&str; 7] = ["true", "false", "null", "na", "n/a", "none", "无"];
    name.starts_with(char::is_alphabetic)
        && !name.contains([';', '|', '\t'])
        && !VALUES.contains(&name.to_lowercase().as_str())
}

/// A float that nobody takes for a whole number, however many zeros it has: `12.0`, `1.0e20`.
fn with_point(float: f64) -> String {
    let text = format!("{float:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    let is_formula = text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']);
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
        let instant = moment.and_utc().fixed_offset();
        assert_eq!(field(Cell::Instant(instant)), moment_of_text("2026-03-01T10:00:00.250Z"));
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
            // Whoever takes one apostrophe off has what there was.
            ("'=1+1", "''=1+1"),
            ("''-5", "'''-5"),
            ("'tis", "'tis"),
            ("'", "'"),
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
            (Cell::Instant(moment.and_utc().fixed_offset()), "2026-03-01 10:20:30.250Z"),
            (Cell::Instant(ahead_by_eight(moment)), "2026-03-01 18:20:30.250+08:00"),
        ] {
            assert_eq!(field(cell), expected);
        }
    }

    fn ahead_by_eight(moment: NaiveDateTime) -> chrono::DateTime<chrono::FixedOffset> {
        moment.and_utc().with_timezone(&chrono::FixedOffset::east_opt(8 * 3_600).unwrap())
    }

    #[test]
    fn words_are_told_from_values() {
        for (name, expected) in [
            ("城市", true),
            ("total 2024", true),
            ("nation", true),
            ("2024", false),
            ("@timestamp", false),
            ("N/A", false),
            ("无", false),
            ("True", false),
            ("a;b", false),
            ("￥", false),
            ("", false),
        ] {
            assert_eq!(is_word(name), expected, "{name}");
        }
    }

    #[test]
    fn floats_have_a_point() {
        for (float, expected) in [
            (12.0, "12.0"),
            (-0.5, "-0.5"),
            (1e20, "1.0e20"),
            (1.5e300, "1.5e300"),
            (1e-7, "1.0e-7"),
            (123_456_789_012_345.6, "123456789012345.6"),
        ] {
            assert_eq!(with_point(float), expected);
        }
    }
}
