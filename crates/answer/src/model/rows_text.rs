//! The rows of a result as text for a prompt, within a budget of tokens.

use wenshu_sources::QueryResult;

use super::tokens::estimate;
use crate::shape;

/// The longest value that is written whole, in characters.
const LONGEST_VALUE: usize = 200;

/// Rows as text.
pub(crate) struct RowsText {
    /// A header and a line for each row, values separated by ` | `.
    pub(crate) text: String,
    /// How many rows it holds.
    pub(crate) rows: usize,
}

/// The first rows of a result, as many as the budget allows, at least one.
pub(crate) fn write(result: &QueryResult, budget: u64) -> RowsText {
    let schema = result.schema();
    let header: Vec<String> = schema.fields().iter().map(|field| one_line(field.name())).collect();
    let columns: Vec<Vec<Option<String>>> = result.batch.columns().iter().map(shape::texts).collect();
    let mut text = header.join(" | ");
    let mut used = estimate(&text);
    let mut rows = 0;
    for row in 0..result.rows() {
        let values: Vec<String> = columns
            .iter()
            .map(|column| {
                column.get(row).and_then(Option::as_deref).map_or_else(|| "NULL".to_owned(), one_line)
            })
            .collect();
        let line = values.join(" | ");
        used += estimate(&line) + 1;
        if rows > 0 && used > budget {
            break;
        }
        text.push('\n');
        text.push_str(&line);
        rows += 1;
    }
    RowsText { text, rows }
}

/// A value in one line, cut where it is very long.
fn one_line(value: &str) -> String {
    let mut characters = value.chars().map(|character| if character.is_control() { ' ' } else { character });
    let mut line: String = characters.by_ref().take(LONGEST_VALUE).collect();
    if characters.next().is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use arrow::array::{ArrayRef, Int64Array, StringArray};
    use arrow::record_batch::RecordBatch;
    use wenshu_sources::ValueKind;

    use super::*;

    #[test]
    fn rows_are_cut_at_the_budget_and_values_at_their_length() {
        let long = "很".repeat(300);
        let columns: [(&str, ArrayRef); 2] = [
            ("city", Arc::new(StringArray::from(vec![Some("北\n京"), None, Some(&long)]))),
            ("orders", Arc::new(Int64Array::from(vec![3, 5, 7]))),
        ];
        let result = QueryResult {
            batch: RecordBatch::try_from_iter(columns).unwrap(),
            kinds: Arc::from([ValueKind::Text, ValueKind::Integer]),
            truncated: false,
            elapsed: Duration::ZERO,
        };
        let all = write(&result, 1_000);
        assert_eq!(all.rows, 3);
        assert!(all.text.starts_with("city | orders\n北 京 | 3\nNULL | 5\n很很"), "{}", all.text);
        assert!(all.text.ends_with("很… | 7"), "{}", all.text);
        assert_eq!(write(&result, 20).text, "city | orders\n北 京 | 3\nNULL | 5");
        assert_eq!(write(&result, 0).rows, 1);
    }
}
