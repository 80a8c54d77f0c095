//! How the cells of a workbook look, and what has a place in them.

use chrono::{Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, Timelike as _};
use rust_xlsxwriter::{ExcelDateTime, Format};
use wenshu_sources::ValueKind;
use wenshu_sources::datasets::workbook;

use crate::zones::ahead;

/// Digits that Excel keeps.
pub(super) const DIGITS: usize = 15;

/// How cells look.
pub(super) struct Formats {
    pub(super) name: Format,
    pub(super) text: Format,
    pub(super) float: Format,
    whole: Format,
    pub(super) day: Format,
    pub(super) time: Format,
    pub(super) moment: Format,
    /// By the number of decimals.
    decimals: Vec<Format>,
}

impl Formats {
    pub(super) fn new() -> Self {
        let number = |form: &str| Format::new().set_num_format(form);
        let decimals = (0..=DIGITS).map(|decimals| match decimals {
            0 => number("0"),
            decimals => number(&format!("0.{}", "0".repeat(decimals))),
        });
        Self {
            name: number(workbook::TEXT).set_bold(),
            text: number(workbook::TEXT),
            float: number(workbook::FLOAT),
            whole: number(workbook::WHOLE),
            day: number(workbook::DAY),
            time: number("hh:mm:ss"),
            moment: number(workbook::MOMENT),
            decimals: decimals.collect(),
        }
    }

    /// Of a number with so many decimals.
    pub(super) fn figure(&self, decimals: usize, kind: ValueKind) -> &Format {
        match decimals {
            0 if kind == ValueKind::Number => &self.whole,
            decimals => &self.decimals[decimals.min(DIGITS)],
        }
    }
}

/// Of a moment in a zone whose clocks are so far ahead.
pub(super) fn zoned(offset: FixedOffset) -> Format {
    Format::new().set_num_format(format!("{}\"{}\"", workbook::MOMENT, ahead(offset)))
}

/// How a moment looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    Day,
    Moment,
    /// In a zone whose clocks are so far ahead.
    Ahead(FixedOffset),
}

/// A moment as Excel has it; it begins with 1900 and counts milliseconds.
pub(super) fn excel_moment(moment: NaiveDateTime) -> Option<ExcelDateTime> {
    let year = u16::try_from(moment.year()).ok().filter(|year| (1900..=9999).contains(year))?;
    let [month, day] = [moment.month(), moment.day()].map(|part| u8::try_from(part).unwrap_or_default());
    let [hour, milliseconds] = [moment.hour(), moment.nanosecond() % 1_000_000_000 / 1_000_000]
        .map(|part| u16::try_from(part).unwrap_or_default());
    let [minute, second] =
        [moment.minute(), moment.second()].map(|part| u8::try_from(part).unwrap_or_default());
    ExcelDateTime::from_ymd(year, month, day)
        .and_then(|at| at.and_hms_milli(hour, minute, second, milliseconds))
        .ok()
}

/// A day or a moment that is kept as text, as SQLite does.
pub(super) fn moment(text: &str) -> Option<(NaiveDateTime, Looks)> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some((day.and_time(NaiveTime::MIN), Looks::Day));
    }
    let (text, looks) = match text.strip_suffix('Z') {
        Some(text) => (text, Looks::Ahead(chrono::Utc.fix())),
        None => (text, Looks::Moment),
    };
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    forms.into_iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(|at| (at, looks))
}
