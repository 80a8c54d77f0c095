//! Decimal numbers as text, put exactly into the narrowest Arrow decimals that hold them all.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Decimal256Array};
use arrow::datatypes::i256;

/// The most digits of an Arrow `Decimal128`.
const DIGITS_128: usize = 38;
/// The most digits of an Arrow `Decimal256`.
const DIGITS_256: usize = 76;

/// A decimal taken apart.
struct Parts<'text> {
    negative: bool,
    whole: &'text str,
    fraction: &'text str,
}

/// The column, with as many decimals as the value that has most; `None` where a value is no plain decimal (`NaN`,
/// `Infinity`) or they have more digits than Arrow has room for.
pub(crate) fn decimals<'text>(values: impl Iterator<Item = Option<&'text str>> + Clone) -> Option<ArrayRef> {
    let (mut whole, mut scale) = (1, 0);
    for value in values.clone().flatten() {
        let parts = take_apart(value)?;
        whole = whole.max(parts.whole.len());
        scale = scale.max(parts.fraction.len());
    }
    let digits = whole + scale;
    let signed_scale = i8::try_from(scale).ok()?;
    let padded = |value: &str| {
        let parts = take_apart(value)?;
        let sign = if parts.negative { "-" } else { "" };
        Some(format!("{sign}{}{:0<scale$}", parts.whole, parts.fraction))
    };
    if digits <= DIGITS_128 {
        let array: Decimal128Array = values
            .map(|value| value.map(|value| padded(value)?.parse::<i128>().ok()))
            .map(|value| value.map_or(Some(None), |number| number.map(Some)))
            .collect::<Option<Vec<Option<i128>>>>()?
            .into();
        let precision = u8::try_from(DIGITS_128).ok()?;
        return Some(Arc::new(array.with_precision_and_scale(precision, signed_scale).ok()?));
    }
    if digits <= DIGITS_256 {
        let array: Decimal256Array = values
            .map(|value| value.map(|value| i256::from_string(&padded(value)?)))
            .map(|value| value.map_or(Some(None), |number| number.map(Some)))
            .collect::<Option<Vec<Option<i256>>>>()?
            .into();
        let precision = u8::try_from(DIGITS_256).ok()?;
        return Some(Arc::new(array.with_precision_and_scale(precision, signed_scale).ok()?));
    }
    None
}

fn take_apart(text: &str) -> Option<Parts<'_>> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !plain(whole) || !plain(fraction) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    Some(Parts { negative, whole: if whole.is_empty() { "0" } else { whole }, fraction })
}

#[cfg(test)]
mod tests {
    use arrow::util::display::{ArrayFormatter, FormatOptions};

    use super::*;

    fn check(values: &[Option<&str>], expected: Option<(&str, &[&str])>) {
        let array = decimals(values.iter().copied());
        let Some((data_type, texts)) = expected else {
            assert!(array.is_none(), "{values:?}");
            return;
        };
        let array = array.unwrap_or_else(|| panic!("{values:?}"));
        assert_eq!(array.data_type().to_string(), data_type, "{values:?}");
        let options = FormatOptions::new().with_null("∅");
        let formatter = ArrayFormatter::try_new(&array, &options).unwrap();
        let shown: Vec<String> = (0..array.len()).map(|row| formatter.value(row).to_string()).collect();
        assert_eq!(shown, texts, "{values:?}");
    }

    #[test]
    fn every_digit_is_kept() {
        check(
            &[Some("12.50"), None, Some("-0.125"), Some("7")],
            Some(("Decimal128(38, 3)", &["12.500", "∅", "-0.125", "7.000"])),
        );
        check(&[], Some(("Decimal128(38, 0)", &[])));
        check(&[Some(".5"), Some("5."), Some("-.5")], Some(("Decimal128(38, 1)", &["0.5", "5.0", "-0.5"])));
        check(&[Some("00012")], Some(("Decimal128(38, 0)", &["12"])));
        let long = "12345678901234567890123456789012345678";
        check(&[Some(long)], Some(("Decimal128(38, 0)", &[long])));
        let longer = "-123456789012345678901234567890.1234567890123456789";
        check(&[Some(longer)], Some(("Decimal256(76, 19)", &[longer])));
    }

    #[test]
    fn what_has_no_place_in_arrow_is_told() {
        for text in ["NaN", "Infinity", "-Infinity", "", "-", ".", "1e5", "1,000", "１２"] {
            check(&[Some("1"), Some(text)], None);
        }
        check(&[Some(&"9".repeat(77))], None);
    }
}
