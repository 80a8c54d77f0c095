//! What the tables of a dataset are called in questions.

use std::collections::HashSet;

use wenshu_sources::datasets::ImportedTable;

/// The longest name of a table, in characters, without what tells it from others.
const LENGTH: usize = 60;

/// Endings of files that aren't part of a name.
const ENDINGS: [&str; 12] =
    ["csv", "tsv", "tab", "txt", "json", "ndjson", "jsonl", "parquet", "arrow", "feather", "ipc", "xlsx"];

/// A file's name without folders and without its ending.
pub(super) fn of_file(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let name = match name.rsplit_once('.') {
        Some((stem, ending)) if ENDINGS.contains(&ending.to_ascii_lowercase().as_str()) => stem,
        _ => name,
    };
    let name: String = name.chars().filter(|sign| !sign.is_control()).collect();
    let name = name.trim();
    if name.is_empty() { "data".to_owned() } else { name.to_owned() }
}

/// Names for all tables of a dataset, none of which is taken.
pub(super) fn of_tables(dataset: &str, tables: &[ImportedTable], mut taken: HashSet<String>) -> Vec<String> {
    let base = identifier(dataset);
    let name_of = |table: &ImportedTable| match &table.sheet {
        Some(sheet) if tables.len() > 1 => identifier(&format!("{base}_{sheet}")),
        _ => base.clone(),
    };
    tables
        .iter()
        .map(|table| {
            let name = name_of(table);
            let mut unique = name.clone();
            let mut number = 2;
            while !taken.insert(unique.clone()) {
                unique = format!("{name}_{number}");
                number += 1;
            }
            unique
        })
        .collect()
}

/// Letters of any script, digits and `_`, in lower case: what needs quotes in as few places as possible.
fn identifier(name: &str) -> String {
    let mut made = String::new();
    for sign in of_file(name).to_lowercase().chars() {
        let sign = if sign.is_alphanumeric() { sign } else { '_' };
        if sign != '_' || !(made.is_empty() || made.ends_with('_')) {
            made.push(sign);
        }
    }
    let made: String = made.trim_matches('_').chars().take(LENGTH).collect();
    if made.is_empty() {
        return "data".to_owned();
    }
    // A name that begins with a figure is one only in quotes, which nobody writes.
    if made.starts_with(|sign: char| sign.is_numeric()) { format!("t_{made}") } else { made }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (file, name, table) in [
            ("销售 2024.csv", "销售 2024", "销售_2024"),
            ("C:\\data\\Sales-Q1.XLSX", "Sales-Q1", "sales_q1"),
            ("2024.csv", "2024", "t_2024"),
            ("archive.v2", "archive.v2", "archive_v2"),
            (".csv", "data", "data"),
            ("__.json", "__", "data"),
        ] {
            assert_eq!(
                (of_file(file).as_str(), identifier(&of_file(file)).as_str()),
                (name, table),
                "{file}"
            );
        }
    }

    #[test]
    fn names_are_their_own() {
        let sheet = |name: &str| ImportedTable {
            sheet: Some(name.to_owned()),
            path: String::new(),
            columns: Vec::new(),
            rows: 0,
        };
        let taken = HashSet::from(["book_a".to_owned(), "solo".to_owned()]);
        assert_eq!(of_tables("Book", &[sheet("A"), sheet("a")], taken.clone()), ["book_a_2", "book_a_3"]);
        assert_eq!(of_tables("solo", &[sheet("Sheet1")], taken), ["solo_2"]);
    }
}
