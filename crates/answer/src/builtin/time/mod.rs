//! Dates as people write them, relative and absolute, in Chinese and English, resolved against a given wall clock.
//!
//! What the words mean here, where people differ:
//!
//! - A stretch is half-open: its end is the first moment that no longer belongs to it.
//! - A week starts on Monday; numbered weeks are those of ISO 8601.
//! - `last month`, 上个月 are the calendar unit before the current one, and so is `last quarter`, 去年 and the rest.
//! - 近7天, `last 7 days`, `past week`, 7天内 are the seven days that end today, today included. Weeks count as 7 days.
//! - 最近12个月, 近三个月, `last 3 quarters` are whole calendar units of which the current one is the last. A year counts as twelve
//!   months, so 近一年 and `past year` are the twelve calendar months that end with this one. A single month (近一个月,
//!   `past month`) starts the day after the same day a month ago.
//! - `over the last month` and `within the last week` run up to now like `past month`; `in the last month` is last month.
//! - 前3个月, `previous 3 months` are whole units that end before the current one.
//! - What has no year (3月, `March 5`, 第一季度, `second half`, 周三) is the latest such that has begun; as the second end of a range
//!   it is the first that follows the range's start. `January to March 2024` takes the year of its end.
//! - `since X`, X以来, X起 start with X; X至今, `X to date` also end today. `after X`, X之后, X以后 start when X is over. `before X`,
//!   X之前, X以前 end before X; `until X`, 截至X include X.
//! - `last Friday` is the latest Friday before today, 上周五 the Friday of last week.
//! - 3/5/2024 is the fifth of March; where that is no date (25/3/2024) the day comes first.
//!
//! Left alone because no single stretch is meant: 去年同期, 年底, 最近, `recently`.

mod calendar;
mod chinese;
mod english;
mod grain;
mod numeric;
mod parse;
#[cfg(test)]
mod tests;

use std::ops::Range;

use chrono::NaiveDateTime;

use super::scan::Scan;

/// A stretch of time that a text speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeMention {
    /// Where it stands: bytes of the given text.
    pub span: Range<usize>,
    /// Its first moment; `None` when it has no beginning (`before 2024`, `3月以前`).
    pub start: Option<NaiveDateTime>,
    /// The first moment after it; `None` when it has no end (`since 2023`, `3月以来`).
    pub end: Option<NaiveDateTime>,
    /// The words as written.
    pub label: String,
    /// How finely the words speak: `去年` is a year, `2024-01 到 2024-03` months.
    pub grain: Grain,
}

/// The size of a step on the calendar, small to large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

/// Words that ask for a result step by step: `每月`, `by quarter`, `逐日`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrainMention {
    /// Where it stands: bytes of the given text.
    pub span: Range<usize>,
    /// The step.
    pub grain: Grain,
}

/// Every stretch of time in the text, in order, none overlapping another; `now` is the asker's wall clock.
pub fn find(text: &str, now: NaiveDateTime) -> Vec<TimeMention> {
    let lower = text.to_ascii_lowercase();
    parse::Parser { scan: Scan::new(&lower), now }.all(text)
}

/// Every wish for steps in the text, in order, none overlapping another.
pub fn find_grains(text: &str) -> Vec<GrainMention> {
    let lower = text.to_ascii_lowercase();
    grain::all(&Scan::new(&lower))
}

/// The first wish for steps in the text.
pub fn find_grain(text: &str) -> Option<GrainMention> {
    find_grains(text).into_iter().next()
}
