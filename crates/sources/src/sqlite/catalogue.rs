//! Reading tables, views, columns and keys.
//!
//! All of it is read in one transaction, so it is one picture. Names are taken as they are, whatever characters they
//! hold. A view or virtual table that can't be opened is left out (a broken view has no columns to ask for), and nothing
//! that is there fails because of it. SQLite's own tables and the inner tables of full-text indexes are not shown.

use std::collections::HashMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ErrorCode, Row, params};

use super::failure;
use super::kinds::{Forms, declared_kind, kind_by_name};
use super::session::Session;
use crate::{Column, Dialect, ForeignKey, RowCount, Schema, Table, TableKind, ValueKind};

/// Tables with up to so many rows are counted; larger ones are estimated.
const COUNTED_ROWS: u64 = 100_000;
/// Rows looked at to learn what a column's texts are.
const SAMPLED_ROWS: usize = 64;
/// Steps of SQLite's machine that looking into one view may take: a view may hide any amount of work.
const SAMPLE_STEPS: u64 = 2_000_000;

/// Reads everything. Tables that are `known` to be large are estimated straight away.
pub(super) fn read(session: &Session, known: Option<&Schema>) -> rusqlite::Result<Schema> {
    // Ended on drop; nothing was written.
    let transaction = session.connection.unchecked_transaction()?;
    let names = table_names(&transaction)?;
    let mut tables = Vec::with_capacity(names.len());
    for found in &names {
        match read_table(session, found, is_large(known, &found.name)) {
            Ok(table) if !table.columns.is_empty() => tables.push(table),
            Ok(_) => {}
            Err(error) if concerns_one_table(&error) => {
                tracing::debug!(table.kind = ?found.kind, "a table or view can't be read and is left out");
            }
            Err(error) => return Err(error),
        }
    }
    resolve_references(&mut tables);
    Ok(Schema { tables })
}

/// Whether the rest of the database can be read all the same.
fn concerns_one_table(error: &Error) -> bool {
    // Some virtual tables (R*Tree) prepare writes as soon as they are opened, which the session refuses.
    is_invalid_text(error)
        || matches!(
            failure::code(error),
            Some(ErrorCode::Unknown | ErrorCode::TooBig | ErrorCode::AuthorizationForStatementDenied)
        )
}

/// A name or type that isn't UTF-8 can't be written in a statement either.
fn is_invalid_text(error: &Error) -> bool {
    matches!(error, Error::FromSqlConversionFailure(..) | Error::Utf8Error(..))
}

struct Found {
    name: String,
    kind: TableKind,
    is_virtual: bool,
    without_rowid: bool,
}

/// Tables and views in the order they were made.
fn table_names(connection: &Connection) -> rusqlite::Result<Vec<Found>> {
    // `table_list` alone knows what is virtual and what is a virtual table's inner table.
    let mut statement = connection.prepare(
        "SELECT listed.name, listed.type, listed.wr FROM sqlite_schema AS made \
         JOIN pragma_table_list AS listed ON listed.name = made.name \
         WHERE listed.schema = 'main' AND listed.type <> 'shadow' AND made.type IN ('table', 'view') \
         AND made.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY made.rowid",
    )?;
    let found = statement.query_map([], |row| {
        let listed: String = row.get(1)?;
        Ok(Found {
            name: row.get(0)?,
            kind: if listed == "view" { TableKind::View } else { TableKind::Table },
            is_virtual: listed == "virtual",
            without_rowid: row.get(2)?,
        })
    })?;
    found.filter(|found| !found.as_ref().is_err_and(is_invalid_text)).collect()
}

fn read_table(session: &Session, found: &Found, large: bool) -> rusqlite::Result<Table> {
    let connection = &session.connection;
    let mut columns = read_columns(connection, found)?;
    for name in unique_columns(connection, &found.name)? {
        if let Some(column) = columns.iter_mut().find(|column| column.name == name) {
            column.unique = true;
        }
    }
    refine_kinds(session, found, &mut columns)?;
    Ok(Table {
        schema: None,
        name: found.name.clone(),
        kind: found.kind,
        comment: None,
        foreign_keys: foreign_keys(connection, &found.name)?,
        row_count: row_count(session, found, large)?,
        columns,
    })
}

fn read_columns(connection: &Connection, found: &Found) -> rusqlite::Result<Vec<Column>> {
    let mut statement = connection
        .prepare("SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?)")?;
    let read = statement.query_map([&found.name], |row: &Row<'_>| {
        let declared_type: String = row.get(1)?;
        let key_position: i64 = row.get(4)?;
        let hidden: i64 = row.get(5)?;
        let column = Column {
            name: row.get(0)?,
            kind: declared_kind(&declared_type).unwrap_or(ValueKind::Other),
            declared_type,
            nullable: !row.get::<_, bool>(2)?,
            primary: key_position > 0,
            unique: false,
            distinct: false,
            default: row.get(3)?,
            comment: None,
        };
        // 1 marks the hidden columns of virtual tables, 2 and 3 generated columns.
        Ok((hidden != 1).then_some(column))
    })?;
    let mut columns: Vec<Column> = read.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?;
    let mut key: Vec<&mut Column> = columns.iter_mut().filter(|column| column.primary).collect();
    if let [only] = key.as_mut_slice() {
        only.unique = true;
        // Another name of the row's number, which is never NULL though it needn't be declared so.
        if !found.without_rowid && only.declared_type.eq_ignore_ascii_case("INTEGER") {
            only.nullable = false;
        }
    }
    Ok(columns)
}

/// Columns that a whole unique index covers alone.
fn unique_columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "SELECT min(indexed.name) FROM pragma_index_list(?) AS listed \
         JOIN pragma_index_info(listed.name) AS indexed \
         WHERE listed.\"unique\" AND NOT listed.partial GROUP BY listed.name \
         HAVING count(*) = 1 AND min(indexed.cid) >= 0",
    )?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

/// Foreign keys in the order they were declared; [`resolve_references`] completes them.
fn foreign_keys(connection: &Connection, table: &str) -> rusqlite::Result<Vec<ForeignKey>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq",
    )?;
    let mut rows = statement.query([table])?;
    let mut keys: Vec<ForeignKey> = Vec::new();
    let mut last = None;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if last != Some(id) {
            last = Some(id);
            keys.push(ForeignKey {
                columns: Vec::new(),
                schema: None,
                table: row.get(1)?,
                references: Vec::new(),
            });
        }
        if let Some(key) = keys.last_mut() {
            key.columns.push(row.get(2)?);
            // Without a name the parent's primary key is meant.
            key.references.extend(row.get::<_, Option<String>>(3)?);
        }
    }
    Ok(keys)
}

/// Writes the parents' names as they were declared there, fills in primary keys that were left unsaid, and drops keys
/// into tables or columns that don't exist.
fn resolve_references(tables: &mut [Table]) {
    let parents: HashMap<String, (String, Vec<String>, Vec<String>)> = tables
        .iter()
        .map(|table| {
            let key: Vec<String> = table.primary_key().map(str::to_owned).collect();
            let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
            (table.name.to_ascii_lowercase(), (table.name.clone(), key, columns))
        })
        .collect();
    let spelt = |names: &[String], wanted: &str| -> Option<String> {
        names.iter().find(|name| name.eq_ignore_ascii_case(wanted)).cloned()
    };
    for table in tables {
        let own: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        table.foreign_keys.retain_mut(|key| {
            let Some((name, primary, columns)) = parents.get(&key.table.to_ascii_lowercase()) else {
                return false;
            };
            let references = if key.references.is_empty() {
                Some(primary.clone())
            } else {
                key.references.iter().map(|wanted| spelt(columns, wanted)).collect()
            };
            let from: Option<Vec<String>> = key.columns.iter().map(|wanted| spelt(&own, wanted)).collect();
            match (from, references) {
                (Some(from), Some(references)) if from.len() == references.len() => {
                    key.table.clone_from(name);
                    key.columns = from;
                    key.references = references;
                    true
                }
                _ => false,
            }
        });
    }
}

/// Looks at some values of columns whose declared type doesn't say what is in them.
fn refine_kinds(session: &Session, found: &Found, columns: &mut [Column]) -> rusqlite::Result<()> {
    let unclear: Vec<usize> = (0..columns.len())
        .filter(|position| {
            let kind = columns[*position].kind;
            matches!(kind, ValueKind::Text | ValueKind::Other | ValueKind::Time) || kind.is_temporal()
        })
        .collect();
    if unclear.is_empty() {
        return Ok(());
    }
    let quote = |name: &str| Dialect::Sqlite.quote_identifier(name);
    let picked: Vec<String> = unclear.iter().map(|position| quote(&columns[*position].name)).collect();
    let sql = format!("SELECT {} FROM {} LIMIT {SAMPLED_ROWS}", picked.join(", "), quote(&found.name));
    session.switch.allow_steps(SAMPLE_STEPS);
    let sampled = sample(&session.connection, &sql, unclear.len());
    session.switch.allow_steps(u64::MAX);
    let samples = match sampled {
        Ok(samples) => samples,
        // Too much work, or a view that fails on its data: the declared types must do.
        Err(error) if found.kind == TableKind::View && is_sampling_failure(&error) => return Ok(()),
        Err(error) => return Err(error),
    };
    for (position, sample) in unclear.into_iter().zip(samples) {
        let column = &mut columns[position];
        column.kind = sample.kind(column);
    }
    Ok(())
}

fn is_sampling_failure(error: &Error) -> bool {
    matches!(failure::code(error), Some(ErrorCode::OperationInterrupted)) || concerns_one_table(error)
}

/// What was seen of one column.
#[derive(Default)]
struct Sample {
    integers: bool,
    reals: bool,
    blobs: bool,
    texts: bool,
    forms: Forms,
}

impl Sample {
    fn kind(&self, column: &Column) -> ValueKind {
        let declared = declared_kind(&column.declared_type);
        match (self.texts, self.integers, self.reals, self.blobs) {
            (true, false, false, false) => self.forms.kind(declared).unwrap_or(ValueKind::Text),
            (false, true, false, false) if column.kind != ValueKind::Text => ValueKind::Integer,
            (false, _, true, false) if column.kind != ValueKind::Text => ValueKind::Number,
            (false, false, false, true) => ValueKind::Binary,
            (false, false, false, false) if declared == Some(ValueKind::Text) => {
                kind_by_name(&column.name).unwrap_or(ValueKind::Text)
            }
            (false, false, false, false) => column.kind,
            _ => ValueKind::Text,
        }
    }
}

fn sample(connection: &Connection, sql: &str, width: usize) -> rusqlite::Result<Vec<Sample>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut samples: Vec<Sample> = Vec::new();
    samples.resize_with(width, Sample::default);
    while let Some(row) = rows.next()? {
        for (position, sample) in samples.iter_mut().enumerate() {
            match row.get_ref(position)? {
                ValueRef::Null => {}
                ValueRef::Integer(_) => sample.integers = true,
                ValueRef::Real(_) => sample.reals = true,
                ValueRef::Blob(_) => sample.blobs = true,
                ValueRef::Text(text) => {
                    sample.texts = true;
                    sample.forms.add(text);
                }
            }
        }
    }
    Ok(samples)
}

/// Whether an earlier reading found more rows than are counted.
fn is_large(known: Option<&Schema>, name: &str) -> bool {
    known
        .and_then(|schema| schema.tables.iter().find(|table| table.name == name))
        .and_then(|table| table.row_count)
        .is_some_and(|count| !count.exact)
}

/// Counts up to the bound, estimates beyond; views aren't counted, for that would run them.
///
/// Counting as far as the bound takes longest where the answer is an estimate anyway, so it is left out where the table
/// is known to be `large`, by an earlier reading or by `ANALYZE`.
fn row_count(session: &Session, found: &Found, large: bool) -> rusqlite::Result<Option<RowCount>> {
    if found.kind == TableKind::View {
        return Ok(None);
    }
    let connection = &session.connection;
    let table = Dialect::Sqlite.quote_identifier(&found.name);
    let analyzed = analyzed_rows(connection, &found.name)?;
    let mut least = COUNTED_ROWS + 1;
    if !large && analyzed.is_none_or(|rows| rows <= COUNTED_ROWS) {
        let bounded = format!("SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {least})");
        least = connection.query_row(&bounded, [], |row| row.get::<_, i64>(0))?.unsigned_abs();
        if least <= COUNTED_ROWS {
            return Ok(Some(RowCount { rows: least, exact: true }));
        }
    }
    let estimated = match analyzed {
        Some(rows) => rows,
        None if found.without_rowid || found.is_virtual => least,
        // Rows are mostly numbered from one without gaps.
        None => {
            let largest: Option<i64> =
                connection.query_row(&format!("SELECT max(rowid) FROM {table}"), [], |row| row.get(0))?;
            largest.and_then(|rowid| u64::try_from(rowid).ok()).unwrap_or(least)
        }
    };
    Ok(Some(RowCount { rows: estimated.max(least), exact: false }))
}

/// The row count that the last `ANALYZE` noted.
fn analyzed_rows(connection: &Connection, table: &str) -> rusqlite::Result<Option<u64>> {
    let exists: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1')",
        [],
        |row| row.get(0),
    )?;
    if !exists {
        return Ok(None);
    }
    let noted: Option<i64> = connection.query_row(
        "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = ?",
        params![table],
        |row| row.get(0),
    )?;
    Ok(noted.and_then(|rows| u64::try_from(rows).ok()))
}
