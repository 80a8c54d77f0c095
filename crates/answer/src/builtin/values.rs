//! The words that stand in the cells of a database, found in a question without asking the database.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use tokio_util::sync::CancellationToken;
use wenshu_sources::{
    KnownValues, Limits, Schema, Source, SourceError, SourceErrorKind, Table, ValueKind, guard,
};

use super::glossary::STATES;
use super::ir::{ColumnId, TableId};
use super::lexicon::is_fixed;
use super::names::Weight;
use super::sql::quote;
use super::text::{PhraseTrie, has_han, keys};

/// Rows of a table whose values are read: a bound on the work that doesn't depend on the machine's speed. A value that only later rows
/// hold is not known, and a question that speaks of it is refused.
const SAMPLE: usize = 200_000;
/// Different values read of one column; a column with more is not a column of names worth indexing.
const PER_COLUMN: usize = 5_000;
/// Values kept of one database.
const IN_ALL: usize = 200_000;
/// Columns that are read of one database, and rows of it that reading them may go through, as far as their number is known: what a first
/// question waits for stays bounded when there are hundreds of tables. Tables come in the order of the schema; those with few rows are
/// read before any large one, since names live in small tables.
const COLUMNS_IN_ALL: usize = 1_500;
const ROWS_IN_ALL: u64 = 20_000_000;
/// A table with more rows waits until the others have been read.
const LARGE: u64 = 100_000;
/// Characters of a value that a question would still spell out.
const LONGEST: usize = 60;

/// A stored value that a phrase may mean.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ValueLink {
    /// Where it is stored.
    pub(crate) column: ColumnId,
    /// As it is stored.
    pub(crate) value: Arc<str>,
    /// How surely the phrase means it, 0 to 1.
    pub(crate) weight: Weight,
}

/// Values of all text columns, found by phrase.
#[derive(Default)]
pub(crate) struct ValueIndex {
    phrases: PhraseTrie<ValueLink>,
    /// Text columns that hold dates.
    pub(crate) dates: HashSet<ColumnId>,
    count: usize,
}

impl ValueIndex {
    /// Reads the different values of every text column.
    ///
    /// # Errors
    ///
    /// [`Cancelled`](SourceErrorKind::Cancelled) and [`Unreachable`](SourceErrorKind::Unreachable). A column that can't
    /// be read for another reason is left out: questions without its values still work.
    pub(crate) async fn load(
        source: &dyn Source,
        schema: &Schema,
        cancel: &CancellationToken,
    ) -> Result<Self, SourceError> {
        let dialect = source.dialect();
        let mut read = Vec::new();
        let mut count = 0;
        let (mut columns_left, mut rows_left) = (COLUMNS_IN_ALL, ROWS_IN_ALL);
        for id in in_reading_order(schema) {
            let Some(table) = schema.tables.get(id.table.0) else { continue };
            let Some(column) = table.columns.get(id.column) else { continue };
            let rows = known_rows(table).min(SAMPLE as u64);
            if count >= IN_ALL || columns_left == 0 || rows_left < rows {
                continue;
            }
            columns_left -= 1;
            rows_left -= rows;
            let name = quote(dialect, &column.name);
            let from = match &table.schema {
                Some(schema) => format!("{}.{}", quote(dialect, schema), quote(dialect, &table.name)),
                None => quote(dialect, &table.name),
            };
            let statement = format!(
                "SELECT DISTINCT {name} FROM (SELECT {name} FROM {from} WHERE {name} IS NOT NULL LIMIT {SAMPLE}) AS some_rows \
                 LIMIT {}",
                PER_COLUMN + 1
            );
            let Ok(query) = guard::check(&statement, dialect) else { continue };
            let limits = Limits { rows: PER_COLUMN + 1, ..Limits::default() };
            let result = match source.query(&query, &limits, cancel).await {
                Ok(result) => result,
                Err(error)
                    if matches!(error.kind(), SourceErrorKind::Cancelled | SourceErrorKind::Unreachable) =>
                {
                    return Err(error);
                }
                Err(_) => continue,
            };
            let values = texts(result.batch.columns().first().map(AsRef::as_ref));
            count += values.len();
            read.push((id, values));
        }
        // In the order of the schema, whatever was read first: it decides between values that fit a phrase equally well.
        read.sort_by_key(|(id, _)| *id);
        let mut index = Self::default();
        for (id, values) in read {
            index.add(id, &values);
        }
        for known in source.known_values().await?.iter() {
            for id in in_reading_order(schema).into_iter().filter(|id| is_named(schema, *id, known)) {
                index.add_values(id, known.values.iter().map(String::as_str));
            }
        }
        Ok(index)
    }

    /// Adds the different values of a column.
    pub(crate) fn add(&mut self, column: ColumnId, values: &[String]) {
        let filled: Vec<&str> = values.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
        if !filled.is_empty() && filled.iter().all(|value| is_date(value)) {
            self.dates.insert(column);
            return;
        }
        if values.len() > PER_COLUMN {
            return;
        }
        self.add_values(column, filled.into_iter());
    }

    /// Adds values of a column, however many it has.
    fn add_values<'a>(&mut self, column: ColumnId, values: impl Iterator<Item = &'a str>) {
        for value in values {
            if value.chars().count() > LONGEST || self.count >= IN_ALL {
                continue;
            }
            let phrase = keys(value);
            if phrase.is_empty() || phrase.len() > 16 {
                continue;
            }
            self.count += 1;
            let stored: Arc<str> = Arc::from(value);
            for (alias, weight) in aliases(value, &phrase) {
                self.link(&alias, column, &stored, weight);
            }
            self.link(&phrase, column, &stored, 1.0);
        }
    }

    fn link(&mut self, phrase: &[u64], column: ColumnId, value: &Arc<str>, weight: Weight) {
        // "A", "In" and 有 are words of questions before they are values.
        if phrase.is_empty() || is_fixed(phrase) {
            return;
        }
        let links = self.phrases.entry(phrase);
        match links.iter_mut().find(|link| link.column == column && link.value == *value) {
            Some(link) => link.weight = link.weight.max(weight),
            None => links.push(ValueLink { column, value: Arc::clone(value), weight }),
        }
    }

    /// Phrases that mean stored values.
    pub(crate) fn phrases(&self) -> &PhraseTrie<ValueLink> {
        &self.phrases
    }
}

/// The text columns, those of large tables last.
fn in_reading_order(schema: &Schema) -> Vec<ColumnId> {
    let is_text = |kind: ValueKind| matches!(kind, ValueKind::Text | ValueKind::Other);
    let columns = |large: bool| {
        schema
            .tables
            .iter()
            .enumerate()
            .filter(move |(_, table)| (known_rows(table) > LARGE) == large)
            .flat_map(move |(index, table)| {
                let columns =
                    table.columns.iter().enumerate().filter(move |(_, column)| is_text(column.kind));
                columns.map(move |(column, _)| ColumnId { table: TableId(index), column })
            })
    };
    columns(false).chain(columns(true)).collect()
}

/// Whether a column is the one that these values are of.
fn is_named(schema: &Schema, id: ColumnId, known: &KnownValues) -> bool {
    let table = schema.tables.get(id.table.0).filter(|table| table.name.eq_ignore_ascii_case(&known.table));
    let column = table.and_then(|table| table.columns.get(id.column));
    column.is_some_and(|column| column.name.eq_ignore_ascii_case(&known.column))
}

/// How many rows a table has; none known counts as none.
fn known_rows(table: &Table) -> u64 {
    table.row_count.map_or(0, |count| count.rows)
}

/// Other words for a value: its translation, 北京 for 北京市, 取消 for 已取消.
fn aliases(value: &str, phrase: &[u64]) -> Vec<(Vec<u64>, Weight)> {
    let mut aliases: Vec<(Vec<u64>, Weight)> = Vec::new();
    for group in STATES.groups(phrase) {
        aliases.extend(group.forms().map(|form| (keys(form), 0.85)));
    }
    if has_han(value) {
        let count = value.chars().count();
        for suffix in ["市", "省", "区", "县", "自治区", "特别行政区", "系", "学院", "有限公司", "部"]
        {
            if let Some(stem) = value.strip_suffix(suffix)
                && stem.chars().count() >= 2
            {
                aliases.push((keys(stem), 0.9));
            }
        }
        if let Some(stem) = value.strip_prefix('已')
            && count >= 3
        {
            aliases.push((keys(stem), 0.8));
        }
    }
    aliases
}

/// Whether a text starts like a day in ISO form, 2024-01-31 or 2024-01-31 12:00:00: only then do comparisons of text
/// follow the calendar.
fn is_date(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && bytes.get(10).is_none_or(|next| matches!(next, b' ' | b'T'))
}

fn texts(column: Option<&dyn Array>) -> Vec<String> {
    let Some(column) = column else { return Vec::new() };
    if let Some(array) = column.as_string_opt::<i32>() {
        return array.iter().flatten().map(str::to_owned).collect();
    }
    if let Some(array) = column.as_string_opt::<i64>() {
        return array.iter().flatten().map(str::to_owned).collect();
    }
    if let Some(array) = column.as_string_view_opt() {
        return array.iter().flatten().map(str::to_owned).collect();
    }
    Vec::new()
}
