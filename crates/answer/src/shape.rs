//! What a result looks like: which columns are time, categories, measures. Charts and summaries are chosen by it.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use wenshu_sources::{QueryResult, ValueKind};

use crate::SqlDraft;

/// The columns of a result by what they are for; positions are those of the result.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Days, months, quarters, years, as dates or as text that looks like them.
    pub(crate) times: Vec<usize>,
    /// What measures are broken down by: text, flags, whole numbers that aren't measured.
    pub(crate) categories: Vec<usize>,
    /// Figures.
    pub(crate) measures: Vec<usize>,
    /// Identifiers, nested values, bytes.
    pub(crate) others: Vec<usize>,
    /// Whether the draft says which columns are measures.
    pub(crate) is_hinted: bool,
}

impl Shape {
    /// Sorts the columns by the draft's hints, and by types where it gives none.
    pub(crate) fn of(draft: &SqlDraft, result: &QueryResult) -> Self {
        let schema = result.schema();
        let hinted = |name: &str| draft.measures.iter().any(|measure| measure.eq_ignore_ascii_case(name));
        let any_hint = schema.fields().iter().any(|field| hinted(field.name()));
        let mut shape = Self { is_hinted: any_hint, ..Self::default() };
        for (position, field) in schema.fields().iter().enumerate() {
            let kind = result.kinds.get(position).copied().unwrap_or(ValueKind::Other);
            let array = result.batch.column(position);
            let name = field.name();
            let numeric = kind.is_numeric() || is_number(array.data_type());
            let column = if numeric && hinted(name) {
                &mut shape.measures
            } else if kind.is_temporal() || looks_like_time(name, array, numeric) {
                &mut shape.times
            } else if is_identifier(name) {
                &mut shape.others
            } else if numeric {
                if any_hint { &mut shape.categories } else { &mut shape.measures }
            } else if matches!(kind, ValueKind::Text | ValueKind::Boolean | ValueKind::Time) {
                &mut shape.categories
            } else {
                &mut shape.others
            };
            column.push(position);
        }
        shape
    }
}

/// Values as text, one for each row; `None` is NULL.
pub(crate) fn texts(array: &ArrayRef) -> Vec<Option<String>> {
    if array.data_type().is_floating() {
        // As people write them: 3999 and not 3999.0.
        return numbers(array).into_iter().map(|number| number.map(|number| number.to_string())).collect();
    }
    let options = FormatOptions::default();
    let Ok(formatter) = ArrayFormatter::try_new(array.as_ref(), &options) else {
        return vec![None; array.len()];
    };
    (0..array.len())
        .map(|row| array.is_valid(row).then(|| formatter.value(row).try_to_string().ok()).flatten())
        .collect()
}

/// Values as numbers, one for each row; `None` is NULL and what is no finite number.
pub(crate) fn numbers(array: &ArrayRef) -> Vec<Option<f64>> {
    let Ok(numbers) = cast(array, &DataType::Float64) else { return vec![None; array.len()] };
    let numbers = numbers.as_primitive::<Float64Type>();
    numbers.iter().map(|number| number.filter(|number| number.is_finite())).collect()
}

fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

/// `id`, `customer_id`, `orderId`, 编号: numbers and texts that only name a row.
fn is_identifier(name: &str) -> bool {
    let lower = name.to_lowercase();
    matches!(lower.as_str(), "id" | "uuid" | "rowid")
        || lower.ends_with("_id")
        || lower.ends_with(" id")
        || name.ends_with("Id")
        || name.ends_with("ID")
        || name.ends_with("编号")
}

/// Whether every value names a time: `2024-03`, `2024-Q1`, 2024年3月; whole numbers only where the column's name says so too.
fn looks_like_time(name: &str, array: &ArrayRef, numeric: bool) -> bool {
    if array.null_count() == array.len() || !(numeric || is_text(array.data_type())) {
        return false;
    }
    if numeric && !array.data_type().is_integer() {
        return false;
    }
    let lower = name.to_lowercase();
    let named = |words: &[&str]| words.iter().any(|word| lower.ends_with(word));
    let year = named(&["year", "年", "年份", "年度"]);
    let part = named(&["month", "quarter", "week", "月", "月份", "季度", "周"]);
    if numeric && !year && !part {
        return false;
    }
    texts(array).iter().flatten().all(|text| {
        let short =
            part && (1..=2).contains(&text.len()) && text.parse::<u8>().is_ok_and(|number| number <= 53);
        short || (!numeric || year) && is_period(text)
    })
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// `2024`, `2024-03`, `2024/3/5`, `2024-03-05 10:00`, `2024-Q1`, `2024-W05`, 2024年, 2024年3月, 2024年第一季度.
fn is_period(text: &str) -> bool {
    let Some((year, rest)) = text.split_at_checked(4) else { return false };
    if !year.parse::<u16>().is_ok_and(|year| (1900..=2100).contains(&year)) {
        return false;
    }
    let number = |text: &str, most: u8| {
        (1..=2).contains(&text.len()) && text.parse::<u8>().is_ok_and(|number| (1..=most).contains(&number))
    };
    if rest.is_empty() || rest.starts_with('年') {
        return true;
    }
    let rest = match rest.strip_prefix(['-', '/', ' ', '.']) {
        Some(rest) => rest,
        None if rest.starts_with(['Q', 'q']) => rest,
        None => return false,
    };
    if let Some(quarter) = rest.strip_prefix(['Q', 'q']) {
        return number(quarter, 4);
    }
    if let Some(week) = rest.strip_prefix(['W', 'w']) {
        return number(week, 53);
    }
    let mut parts = rest.splitn(2, ['-', '/', '.']);
    let month = parts.next().is_some_and(|month| number(month, 12));
    let day = parts.next().is_none_or(|day| {
        let day = day.split([' ', 'T']).next().unwrap_or_default();
        number(day, 31)
    });
    month && day
}

#[cfg(test)]
mod tests {
    use super::is_period;

    #[test]
    fn periods() {
        for text in [
            "2024",
            "2024-03",
            "2024-3",
            "2024/3/5",
            "2024-03-05",
            "2024-03-05 10:00:00",
            "2024-03-05T10:00:00",
            "2024-Q1",
            "2024Q4",
            "2024-W05",
            "2024年",
            "2024年3月",
            "2024年第一季度",
        ] {
            assert!(is_period(text), "{text}");
        }
        for text in
            ["", "北京", "1234", "2024-13", "2024-Q5", "2024-W54", "20245", "2024-03-32", "2024-abc", "号码"]
        {
            assert!(!is_period(text), "{text}");
        }
    }
}
