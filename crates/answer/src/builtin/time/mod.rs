//! Dates as people write them, relative and absolute, in Chinese and English, resolved against a given wall clock.

use std::ops::Range;

use chrono::NaiveDateTime;

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

/// Every stretch of time in the text, in order, none overlapping another.
pub fn find(text: &str, now: NaiveDateTime) -> Vec<TimeMention> {
    let _ = (text, now);
    Vec::new()
}

/// Every wish for steps in the text, in order, none overlapping another.
pub fn find_grains(text: &str) -> Vec<GrainMention> {
    let _ = text;
    Vec::new()
}

/// The first wish for steps in the text.
pub fn find_grain(text: &str) -> Option<GrainMention> {
    find_grains(text).into_iter().next()
}
