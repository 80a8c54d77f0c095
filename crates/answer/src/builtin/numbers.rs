//! Numbers as people write them: digits, Chinese numerals, English number words, magnitudes, percentages.

use std::ops::Range;

/// A number that a text speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberMention {
    /// Where it stands, its sign and unit included: bytes of the given text.
    pub span: Range<usize>,
    /// Its value; for a percentage the number before the sign (`50%` is 50).
    pub value: f64,
    /// The same value as a plain decimal, exact, for SQL: `12000`, `1234.56`.
    pub text: String,
    /// Whether it was written as a percentage: `50%`, `百分之二十`, `三成`, `20 percent`.
    pub is_percent: bool,
    /// The unit after (or the currency sign before) it, as written: `元`, `个`, `岁`, `yuan`, `$`.
    pub unit: Option<String>,
}

/// Every number in the text, in order, none overlapping another.
pub fn find(text: &str) -> Vec<NumberMention> {
    let _ = text;
    Vec::new()
}
