//! Figures for reading: thousands separators, at most two decimals, never silently inexact.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use crate::Language;
use crate::shape::{numbers, texts};

/// How a figure is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As it is; rounding is said.
    Exact,
    /// As it is; rounding goes without saying (percentages that were computed here).
    Rounded,
    /// A fraction of one as a percentage.
    Percent,
}

/// The figures of a column.
pub(super) fn column(array: &ArrayRef, style: Style, language: Language) -> Vec<String> {
    let none = || match language {
        Language::Zh => "空".to_owned(),
        Language::En => "empty".to_owned(),
    };
    let floating = matches!(array.data_type(), DataType::Float64 | DataType::Float32);
    if floating || style == Style::Percent {
        let show = |number: f64| match style {
            Style::Percent => format!("{}%", number_of(number * 100.0, Style::Exact, language)),
            Style::Exact | Style::Rounded => number_of(number, style, language),
        };
        return numbers(array).into_iter().map(|value| value.map_or_else(none, show)).collect();
    }
    let show = |text: String| number(&text, style, language);
    texts(array).into_iter().map(|text| text.map_or_else(none, show)).collect()
}

/// A count.
pub(super) fn whole(count: usize) -> String {
    group(&count.to_string())
}

/// A floating-point figure, without the noise of binary fractions.
fn number_of(value: f64, style: Style, language: Language) -> String {
    let size = value.abs();
    let text = if size >= 1e15 || size == 0.0 {
        format!("{value:.0}")
    } else if size >= 0.01 {
        // Fifteen digits are what a double holds for sure.
        let whole_digits = if size < 1.0 { 1 } else { size.log10() as usize + 1 };
        format!("{value:.*}", 15_usize.saturating_sub(whole_digits).min(9))
    } else {
        format!("{value:.15}")
    };
    number(&text, style, language)
}

/// A plain decimal, any number of digits.
pub(super) fn number(text: &str, style: Style, language: Language) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let (whole, fraction, rounded) = round(whole, fraction);
    let zero = whole.bytes().all(|byte| byte == b'0') && fraction.bytes().all(|byte| byte == b'0');
    let sign = if zero { "" } else { sign };
    let point = if fraction.is_empty() { "" } else { "." };
    let figure = format!("{sign}{}{point}{fraction}", group(&whole));
    match (rounded && style != Style::Rounded, language) {
        (false, _) => figure,
        (true, Language::Zh) => format!("约 {figure}"),
        (true, Language::En) => format!("about {figure}"),
    }
}

/// Keeps two decimals, or the first two that count when there is nothing before them; says whether anything was lost.
fn round(whole: &str, fraction: &str) -> (String, String, bool) {
    let leading = fraction.bytes().take_while(|byte| *byte == b'0').count();
    let small = whole.bytes().all(|byte| byte == b'0') && leading >= 2 && leading < fraction.len();
    let places = if small { leading + 2 } else { 2 };
    if fraction.len() <= places {
        return (whole.to_owned(), trim(fraction), false);
    }
    let (kept, lost) = fraction.split_at(places);
    let inexact = lost.bytes().any(|byte| byte != b'0');
    let mut digits: Vec<u8> = whole.bytes().chain(kept.bytes()).collect();
    if lost.as_bytes()[0] >= b'5' {
        let mut place = digits.len();
        loop {
            if place == 0 {
                digits.insert(0, b'1');
                break;
            }
            place -= 1;
            if digits[place] < b'9' {
                digits[place] += 1;
                break;
            }
            digits[place] = b'0';
        }
    }
    let digits: String = digits.into_iter().map(char::from).collect();
    let (whole, fraction) = digits.split_at(digits.len() - places);
    (whole.to_owned(), trim(fraction), inexact)
}

/// Without trailing zeros; `12.50` keeps its second decimal, as money is written.
fn trim(fraction: &str) -> String {
    let trimmed = fraction.trim_end_matches('0');
    match (trimmed.len(), fraction.len()) {
        (1, 2..) => format!("{trimmed}0"),
        _ => trimmed.to_owned(),
    }
}

/// With a comma between thousands.
fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals() {
        for (text, expected) in [
            ("0", "0"),
            ("7", "7"),
            ("1000", "1,000"),
            ("-1234567", "-1,234,567"),
            ("9223372036854775807", "9,223,372,036,854,775,807"),
            ("12.5", "12.5"),
            ("12.50", "12.50"),
            ("12.00", "12"),
            ("1234.56", "1,234.56"),
            ("1234.567", "约 1,234.57"),
            ("1234.560", "1,234.56"),
            ("999.999", "约 1,000"),
            ("0.333333", "约 0.33"),
            ("0.00012345", "约 0.00012"),
            ("-0.00", "0"),
            ("99999999999999999999.99", "99,999,999,999,999,999,999.99"),
            ("2024-01-01", "2024-01-01"),
            ("", ""),
        ] {
            assert_eq!(number(text, Style::Exact, Language::Zh), expected, "{text}");
        }
    }

    #[test]
    fn floating_point() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.30"),
            (1234.5, "1,234.50"),
            (1_234.560_000_000_000_1, "1,234.56"),
            (1.0 / 3.0, "about 0.33"),
            (1e15, "1,000,000,000,000,000"),
            (123_456_789_012.25, "123,456,789,012.25"),
            (0.000_123_45, "about 0.00012"),
            (-5.0, "-5"),
        ] {
            assert_eq!(number_of(value, Style::Exact, Language::En), expected, "{value}");
        }
    }
}
