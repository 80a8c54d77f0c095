//! Decimals as digits, so that magnitudes cost no exactness.

use super::super::scan::half_width;

/// A decimal number as its digits, so that no magnitude costs exactness.
#[derive(Default)]
pub(super) struct Decimal {
    /// Digits before and after the point.
    pub(super) digits: String,
    /// How many of them stand after the point.
    pub(super) scale: usize,
    pub(super) negative: bool,
}

impl Decimal {
    pub(super) fn push(&mut self, letters: impl Iterator<Item = char>) {
        self.digits.extend(letters.map(half_width).filter(char::is_ascii_digit));
    }

    /// Moves the point to the right.
    pub(super) fn shift(&mut self, places: usize) {
        let within = places.min(self.scale);
        self.scale -= within;
        self.digits.extend(std::iter::repeat_n('0', places - within));
    }

    /// For dozens.
    pub(super) fn times_twelve(&mut self) {
        if let Some(value) = self.digits.parse::<u64>().ok().and_then(|value| value.checked_mul(12)) {
            self.digits = format!("{value:0>width$}", width = self.scale + 1);
        }
    }

    /// As a plain decimal: no leading zeros, none after the last digit of a fraction.
    pub(super) fn text(&self) -> String {
        let (whole, fraction) = self.digits.split_at(self.digits.len() - self.scale);
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let fraction = fraction.trim_end_matches('0');
        let sign = if self.negative && (whole != "0" || !fraction.is_empty()) { "-" } else { "" };
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}
