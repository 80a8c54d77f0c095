//! Values as people read them in a terminal: exact but for fractions, which are rounded to what fits a glance.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::console::visible;

/// One column's values as text; NULL is `None`.
///
/// # Errors
///
/// For a type that has no text form.
pub(super) fn texts(column: &ArrayRef) -> Result<Vec<Option<String>>, ArrowError> {
    if *column.data_type() == DataType::Float64 {
        let values = column.as_primitive::<Float64Type>();
        let decimals = decimals(values.iter().flatten());
        return Ok(values.iter().map(|value| value.map(|value| rounded(value, decimals))).collect());
    }
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    (0..column.len())
        .map(|row| match column.is_null(row) {
            true => Ok(None),
            false => Ok(Some(visible(&formatter.value(row).try_to_string()?))),
        })
        .collect()
}

/// How many digits after the point a column of fractions is shown with: as many as the values have, at most two, or four
/// where every value is below one (shares).
pub(super) fn decimals(values: impl Iterator<Item = f64> + Clone) -> usize {
    let most = if values.clone().all(|value| value.abs() < 1.0) { 4 } else { 2 };
    (0..most).find(|digits| values.clone().all(|value| has_at_most(value, *digits))).unwrap_or(most)
}

fn has_at_most(value: f64, digits: usize) -> bool {
    if !value.is_finite() {
        return true;
    }
    let scaled = value * [1.0, 10.0, 100.0, 1_000.0][digits.min(3)];
    (scaled - scaled.round()).abs() < 1e-6 * scaled.abs().clamp(1.0, 1e3)
}

/// The value with this many digits after the point; very large and very small ones in powers of ten.
pub(super) fn rounded(value: f64, decimals: usize) -> String {
    if value != 0.0 && value.is_finite() && !(1e-4..1e15).contains(&value.abs()) {
        return format!("{value:e}");
    }
    let text = format!("{value:.decimals$}");
    // `-0.00` is what rounding makes of a small negative value.
    if text.trim_start_matches('-').chars().all(|character| matches!(character, '0' | '.')) {
        text.trim_start_matches('-').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_have_the_digits_they_need() {
        let shown = |values: &[f64]| {
            let decimals = decimals(values.iter().copied());
            values.iter().map(|value| rounded(*value, decimals)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(&[100.0, 2.0]), "100 2");
        assert_eq!(shown(&[12.5, 3.0]), "12.5 3.0");
        assert_eq!(shown(&[1234.56789, 0.1]), "1234.57 0.10");
        assert_eq!(shown(&[0.123456, -0.00001]), "0.1235 -1e-5");
        assert_eq!(shown(&[0.1 + 0.2]), "0.3");
        assert_eq!(shown(&[1e20, f64::NAN, f64::INFINITY]), "1e20 NaN inf");
        assert_eq!(shown(&[-0.001, 5.25]), "0.00 5.25");
        assert_eq!(shown(&[]), "");
    }
}
