//! What the cells of a workbook that we wrote say by how they look.

use calamine::Style;
use wenshu_sources::datasets::workbook;

/// What a look says of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing.
    Any,
    /// It is a text.
    Text,
    /// It is a moment, in this zone if there is one: `Z`, `+08:00`.
    Moment(String),
    /// It is no whole number, whatever its value.
    Pointed,
    /// It is a decimal fraction with so many decimals.
    Decimals(usize),
}

/// What each look of a workbook says.
pub(super) fn looks(styles: &[Style]) -> Vec<Look> {
    let form = |style: &Style| style.number_format.as_ref().map_or(Look::Any, |form| look(&form.format_code));
    styles.iter().map(form).collect()
}

fn look(form: &str) -> Look {
    // Excel writes a sign that stands for itself behind one of these.
    let form = form.replace('\\', "");
    match form.as_str() {
        workbook::TEXT => return Look::Text,
        workbook::FLOAT | workbook::WHOLE => return Look::Pointed,
        _ => {}
    }
    if let Some(zone) = form.strip_prefix(workbook::MOMENT) {
        let zone = zone.strip_prefix('"').and_then(|zone| zone.strip_suffix('"')).unwrap_or(zone);
        // Whoever saves it again may add to it what says something else: `;@`.
        return if is_zone(zone) { Look::Moment(zone.to_owned()) } else { Look::Any };
    }
    match form.strip_prefix("0.") {
        Some(decimals) if !decimals.is_empty() && decimals.bytes().all(|sign| sign == b'0') => {
            Look::Decimals(decimals.len())
        }
        _ => Look::Any,
    }
}

/// Whether it is one as we write it, or none.
fn is_zone(text: &str) -> bool {
    match text.as_bytes() {
        [] | [b'Z'] => true,
        [b'+' | b'-', hours @ .., b':', tens, ones] => {
            hours.len() == 2 && hours.iter().chain([tens, ones]).all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_say_what_cells_are() {
        for (form, expected) in [
            ("@", Look::Text),
            ("General", Look::Any),
            ("General;-General", Look::Pointed),
            ("0", Look::Any),
            ("0;-0", Look::Pointed),
            ("0.00", Look::Decimals(2)),
            ("0.0#", Look::Any),
            ("0.", Look::Any),
            ("yyyy-mm-dd", Look::Any),
            ("yyyy-mm-dd hh:mm:ss", Look::Moment(String::new())),
            ("yyyy\\-mm\\-dd\\ hh:mm:ss\"+08:00\"", Look::Moment("+08:00".to_owned())),
            ("yyyy-mm-dd hh:mm:ss;@", Look::Any),
            ("yyyy-mm-dd hh:mm:ss.000", Look::Any),
            ("yyyy-mm-dd hh:mm:ss\"Z\"", Look::Moment("Z".to_owned())),
        ] {
            assert_eq!(look(form), expected, "{form}");
        }
    }
}
