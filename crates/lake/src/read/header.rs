//! Names of columns: whether the first row has them, and what columns are called that have none of their own.

use std::collections::HashSet;

use crate::values::{Cell, ColumnType, Guess, is_nothing};

/// The longest name, in characters.
const LONGEST: usize = 200;

/// Years that columns are called by.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2100;

/// Whether the first of these rows holds names: when in some column it is of another type than what comes below, when its figures are
/// years and those below aren't, or when nothing tells and every cell of it has something, each another thing or nothing that comes
/// again.
pub(super) fn is_header(rows: &[Vec<String>]) -> bool {
    let Some((first, below)) = rows.split_first() else { return false };
    // Columns whose first cell is of the type of what is below, and those of them that are called by a year as it seems.
    let (mut fits, mut years) = (0, 0);
    for (column, cell) in first.iter().enumerate() {
        let values = || below.iter().filter_map(|row| row.get(column));
        let kind = type_of(values());
        if kind == ColumnType::Text || is_nothing(cell.trim()) {
            continue;
        }
        let own = type_of([cell].into_iter());
        if is_time(own) != is_time(kind) || own == ColumnType::Text {
            return true;
        }
        fits += 1;
        years += usize::from(is_year(cell) && !values().all(|value| is_year(value)));
    }
    let has_name = |column: usize, cell: &str| {
        // The first column of numbers that programs put before each row.
        let is_index = || type_of(below.iter().filter_map(|row| row.get(column))) == ColumnType::Integer;
        !is_nothing(cell) || (column == 0 && cell.is_empty() && is_index())
    };
    let cells: Vec<&str> = first.iter().map(|cell| cell.trim()).collect();
    let all_named = cells.iter().enumerate().all(|(column, cell)| has_name(column, cell));
    let different: HashSet<&str> = cells.iter().copied().collect();
    // Two columns of one name tell nothing by themselves: names are what doesn't come again.
    let is_apart =
        || below.len() > 1 && below.iter().flatten().all(|value| !different.contains(value.trim()));
    let may_be_names = all_named && (different.len() == cells.len() || is_apart());
    let has_word = first.iter().any(|cell| type_of([cell].into_iter()) == ColumnType::Text);
    may_be_names && has_word && fits == years
}

fn type_of<'cell>(cells: impl Iterator<Item = &'cell String>) -> ColumnType {
    let mut guess = Guess::default();
    cells.for_each(|cell| guess.see(Cell::Text(cell)));
    guess.finish()
}

fn is_time(kind: ColumnType) -> bool {
    matches!(kind, ColumnType::Date(_) | ColumnType::Timestamp { .. })
}

fn is_year(cell: &str) -> bool {
    cell.trim().parse().is_ok_and(|year: u32| YEARS.contains(&year))
}

/// Names of columns as they are from now on: each has one, and each its own, capitals aside.
pub(super) fn names(raw: impl Iterator<Item = impl AsRef<str>>) -> Vec<String> {
    let cleaned: Vec<String> = raw
        .enumerate()
        .map(|(index, name)| {
            let name: String =
                name.as_ref().chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
            let name: String = name.trim().chars().take(LONGEST).collect();
            if name.is_empty() { format!("column_{}", index + 1) } else { name }
        })
        .collect();
    let mut taken: HashSet<String> = HashSet::new();
    let all: HashSet<String> = cleaned.iter().map(|name| name.to_lowercase()).collect();
    cleaned
        .into_iter()
        .map(|name| {
            if taken.insert(name.to_lowercase()) {
                return name;
            }
            let mut number = 2;
            loop {
                let numbered = format!("{name}_{number}");
                let lower = numbered.to_lowercase();
                if !all.contains(&lower) && taken.insert(lower) {
                    return numbered;
                }
                number += 1;
            }
        })
        .collect()
}

/// Names for columns without any.
pub(super) fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("column_{number}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn the_first_row_or_not() {
        for (sample, expected) in [
            (&[&["name", "age"][..], &["a", "1"]][..], true),
            (&[&["a", "1"], &["b", "2"]], false),
            (&[&["name", "city"], &["a", "b"]], true),
            (&[&["城市", "2023", "2024"], &["北京", "1", "2"]], true),
            (&[&["北京", "2023", "2024"], &["上海", "2022", "2023"]], false),
            (&[&["北京", "2023", "7"], &["上海", "2024", "5"]], false),
            (&[&["城市", "2024-01-31", "2024-02-29"], &["北京", "1", "2"]], true),
            (&[&["2023", "2024"], &["1", "2"]], false),
            (&[&["", "name", "city"], &["0", "a", "b"], &["1", "c", "d"]], true),
            (&[&["a", "N/A"], &["b", "1"], &["c", "2"]], false),
            (&[&["1", "2"], &["3", "4"]], false),
            (&[&["name", "age"]], true),
            (&[&["1", "2"]], false),
            (&[&["a", ""], &["b", "c"]], false),
            (&[&["date", "x"], &["2024-01-02", "y"]], true),
            (&[&["姓名", "城市", "城市"], &["张三", "北京", "上海"], &["李四", "上海", "北京"]], true),
            (&[&["张三", "北京", "北京"], &["李四", "上海", "北京"], &["王五", "上海", "广州"]], false),
            (&[&["a", "b", "b"], &["c", "d", "e"]], false),
        ] {
            assert_eq!(is_header(&rows(sample)), expected, "{sample:?}");
        }
    }

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let made = names(["a", "", "A", " a ", "a_2", "b\nc"].into_iter());
        assert_eq!(made, ["a", "column_2", "A_3", "a_4", "a_2", "b c"]);
    }
}
