//! Short values, all of whose bytes are looked at at once.

use std::ops::Range;

use wide::u8x16;

/// The most bytes.
const LENGTH: usize = 16;

/// The most bytes of a number but its sign, so that any float has all of its digits.
const MOST_OF_NUMBER: usize = 15;

/// Where the digits of `2024-01-02` are.
const DIGITS_OF_DAY: u32 = 0b11_0110_1111;

/// A value of few bytes.
#[derive(Clone, Copy)]
pub(super) struct Short {
    /// What is behind its length isn't part of it.
    bytes: [u8; LENGTH],
    length: usize,
    /// Which of its bytes are digits, the first one lowest.
    digits: u32,
    /// Which are points.
    points: u32,
    /// Which are zeros.
    zeros: u32,
}

/// What the type of a column has to know of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Digits before the point, zeros in front aside.
    pub(super) whole: u8,
    /// Digits behind it.
    pub(super) scale: u8,
}

impl Short {
    /// The value that is there in the text; nothing when it is longer.
    #[inline]
    pub(super) fn of(text: &[u8], value: &Range<usize>) -> Option<Self> {
        let length = value.len();
        if length > LENGTH {
            return None;
        }
        // Nearly always there is more text behind it, and nothing has to be copied byte by byte.
        let bytes = match text.get(value.start..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => *bytes,
            None => {
                let mut bytes = [0; LENGTH];
                bytes[..length].copy_from_slice(text.get(value.clone())?);
                bytes
            }
        };
        let signs = u8x16::new(bytes);
        let above_zero = signs - u8x16::splat(b'0');
        let are_digits = above_zero.min(u8x16::splat(9)).simd_eq(above_zero);
        let of = |found: u8x16| found.to_bitmask() & ((1 << length) - 1);
        Some(Self {
            bytes,
            length,
            digits: of(are_digits),
            points: of(signs.simd_eq(u8x16::splat(b'.'))),
            zeros: of(signs.simd_eq(u8x16::splat(b'0'))),
        })
    }

    /// The shape of a number that is written as most are: few enough digits that any float holds them, perhaps behind a sign and around
    /// a point, and nothing else. Nothing for any other, which [`parse`](super::number::parse) has a look at.
    #[inline]
    pub(super) fn shape(&self) -> Option<Shape> {
        let sign = usize::from(self.bytes[0] == b'-');
        let signs = self.length.saturating_sub(sign);
        if !(1..=MOST_OF_NUMBER).contains(&signs) {
            return None;
        }
        // The sign has been seen.
        let [digits, points, zeros] = [self.digits, self.points, self.zeros].map(|found| found >> sign);
        let all = (1_u32 << signs) - 1;
        let (whole, scale) = if digits == all {
            (signs, 0)
        } else {
            let whole = points.trailing_zeros() as usize;
            if digits | points != all || !points.is_power_of_two() || whole == 0 || whole + 1 == signs {
                return None;
            }
            (whole, signs - whole - 1)
        };
        let whole = match zeros & 1 {
            0 => whole,
            // A zero in front of more means something to whoever wrote it.
            _ if whole > 1 => return None,
            _ => 0,
        };
        Some(Shape { whole: u8::try_from(whole).ok()?, scale: u8::try_from(scale).ok()? })
    }

    /// Whether it is a day of the form `2024-01-02` that every month has.
    #[inline]
    pub(super) fn is_plain_day(&self) -> bool {
        if self.length != 10 || self.digits != DIGITS_OF_DAY {
            return false;
        }
        let [_, _, _, _, b'-', m1, m2, b'-', d1, d2, ..] = self.bytes else { return false };
        let number = |tens: u8, ones: u8| (tens - b'0') * 10 + (ones - b'0');
        (1..=12).contains(&number(m1, m2)) && (1..=28).contains(&number(d1, d2))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::values::number;
    use crate::values::time::{self, Order};

    /// A value, looked at with text around it and without.
    fn short(value: &str) -> Option<Short> {
        let around = format!("9{value}9876543210-.9876543210");
        let within = Short::of(around.as_bytes(), &(1..1 + value.len()));
        let alone = Short::of(value.as_bytes(), &(0..value.len()));
        let shape =
            |short: &Option<Short>| short.map(|it| (it.length, it.digits, it.shape(), it.is_plain_day()));
        assert_eq!(shape(&within), shape(&alone), "{value}");
        within
    }

    fn shape(value: &str) -> Option<Shape> {
        short(value).and_then(|short| short.shape())
    }

    proptest! {
        #[test]
        fn a_shape_is_that_of_the_number(text in "[-+]?[0-9.]{0,17}|-?[0-9]{1,15}|-?[0-9]{1,8}[.][0-9]{1,8}|[-0-9.,%e ￥]{0,6}") {
            let number = number::parse(&text);
            match shape(&text) {
                Some(shape) => {
                    let number = number.expect(&text);
                    prop_assert_eq!((shape.whole, shape.scale), (number.whole, number.scale));
                    prop_assert_eq!(shape.scale > 0, number.is_fraction);
                    prop_assert!(number.digits.is_some() && number.float_is_exact);
                    prop_assert!(!number.is_percent && number.money.is_none());
                }
                None => {
                    let is_usual = text.len() <= MOST_OF_NUMBER
                        && text.trim_start_matches('-').starts_with(|sign: char| sign.is_ascii_digit())
                        && text.ends_with(|sign: char| sign.is_ascii_digit())
                        && !text.contains(['e', ',']);
                    prop_assert!(!is_usual || number.is_none(), "{} has one", text);
                }
            }
        }
    }

    #[test]
    fn usual_numbers_have_a_shape() {
        for (text, whole, scale) in [
            ("0", 0, 0),
            ("-12", 2, 0),
            ("0.05", 0, 2),
            ("-0.5", 0, 1),
            ("123456789012345", 15, 0),
            ("-123456789012345", 15, 0),
            ("123456789012.34", 12, 2),
        ] {
            assert_eq!(shape(text), Some(Shape { whole, scale }), "{text}");
        }
        for text in [
            "",
            "-",
            "--1",
            "01",
            "-01",
            "1.",
            "-.5",
            ".5",
            "1.2.3",
            "1-2",
            "1e3",
            "1,234",
            " 1",
            "1234567890123456",
        ] {
            assert_eq!(shape(text), None, "{text}");
        }
        assert!(short("12345678901234567").is_none());
    }

    #[test]
    fn plain_days_are_days() {
        for (year, month, day) in
            [(2024, 1, 1), (1999, 12, 28), (2025, 0, 5), (2025, 13, 5), (2025, 2, 29), (2025, 6, 0)]
        {
            let text = format!("{year}-{month:02}-{day:02}");
            let is_day = time::parse(&text, Order::Year).is_some();
            assert_eq!(short(&text).unwrap().is_plain_day(), is_day && day <= 28, "{text}");
        }
        for text in ["2024-1-2", "2024/01/02", "2024-01-02 ", "20x4-01-02", "2024-01.02", "202401-02-", ""] {
            assert!(!short(text).unwrap().is_plain_day(), "{text}");
        }
    }
}
