//! The schema out of `information_schema`: a handful of statements, however many tables there are.

use std::collections::HashMap;

use super::session::MySqlSession;
use super::types::kind;
use crate::{Column, Dialect, ForeignKey, RowCount, Schema, Table, TableKind, ValueKind};

/// Tables up to this size are counted; of larger ones the database's estimate is taken.
const COUNTED_BYTES: u64 = 1024 * 1024;
/// What is read for counting in all.
const COUNTED_BYTES_IN_ALL: u64 = 64 * 1024 * 1024;
/// Tables counted by one statement.
const COUNTED_AT_ONCE: usize = 250;

/// Everything that holds rows, in the order of its names: the database keeps no other.
const TABLES: &str = "
    SELECT table_name, table_type, table_comment, table_rows, data_length FROM information_schema.tables
    WHERE table_schema = database() AND table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
    ORDER BY table_name";

const COLUMNS: &str = "
    SELECT table_name, column_name, column_type, data_type, is_nullable, column_default, column_comment
    FROM information_schema.columns WHERE table_schema = database() ORDER BY table_name, ordinal_position";

/// Indexes that keep rows apart, over whole columns.
const KEYS: &str = "
    SELECT table_name, index_name, column_name FROM information_schema.statistics
    WHERE table_schema = database() AND non_unique = 0 AND sub_part IS NULL AND column_name IS NOT NULL
    ORDER BY table_name, index_name, seq_in_index";

const FOREIGN_KEYS: &str = "
    SELECT table_name, constraint_name, column_name, nullif(referenced_table_schema, database()),
           referenced_table_name, referenced_column_name
    FROM information_schema.key_column_usage
    WHERE table_schema = database() AND referenced_table_name IS NOT NULL
    ORDER BY table_name, constraint_name, ordinal_position";

/// MariaDB's JSON columns are text with a check.
const JSON_CHECKS: &str = "
    SELECT table_name, constraint_name FROM information_schema.check_constraints
    WHERE constraint_schema = database() AND check_clause = concat('json_valid(`', constraint_name, '`)')";

type Row = Vec<Option<String>>;

/// Reads the schema in the transaction that the session is in.
pub(super) async fn read(session: &mut MySqlSession) -> Result<Schema, sqlx::Error> {
    // MySQL 8 keeps figures for a day unless it is told not to; other servers don't know the setting.
    optional(session, "SET SESSION information_schema_stats_expiry = 0").await?;
    let mut tables = Tables::default();
    let mut sizes = Vec::new();
    for row in session.texts(TABLES).await? {
        sizes.push(row.get(4).and_then(Option::as_deref).and_then(|bytes| bytes.parse().ok()));
        tables.add(&row);
    }
    session.texts(COLUMNS).await?.iter().for_each(|row| tables.column(row));
    tables.keys(&session.texts(KEYS).await?);
    tables.foreign_keys(&session.texts(FOREIGN_KEYS).await?);
    for row in optional(session, JSON_CHECKS).await? {
        if let Some(column) = tables.column_mut(&row, 0, 1) {
            column.kind = ValueKind::Json;
        }
    }
    count(session, &mut tables.tables, &sizes).await?;
    // Where no column may be read there is nothing to ask.
    tables.tables.retain(|table| !table.columns.is_empty());
    Ok(Schema { tables: tables.tables })
}

/// Rows of a statement that not every server understands.
async fn optional(session: &mut MySqlSession, statement: &str) -> Result<Vec<Row>, sqlx::Error> {
    match session.texts(statement).await {
        Err(sqlx::Error::Database(_)) => Ok(Vec::new()),
        other => other,
    }
}

/// The tables as they are put together, and where each is by its name.
#[derive(Default)]
struct Tables {
    tables: Vec<Table>,
    positions: HashMap<String, usize>,
}

/// A cell that is there; empty where it is not.
fn text(row: &Row, position: usize) -> &str {
    row.get(position).and_then(Option::as_deref).unwrap_or_default()
}

/// A cell with something in it.
fn filled(row: &Row, position: usize) -> Option<String> {
    row.get(position).cloned().flatten().filter(|text| !text.is_empty())
}

impl Tables {
    fn add(&mut self, row: &Row) {
        let is_view = text(row, 1) == "VIEW";
        let estimate = filled(row, 3).and_then(|rows| rows.parse().ok());
        self.positions.insert(text(row, 0).to_owned(), self.tables.len());
        self.tables.push(Table {
            schema: None,
            name: text(row, 0).to_owned(),
            kind: if is_view { TableKind::View } else { TableKind::Table },
            // A view's is always `VIEW`.
            comment: filled(row, 2).filter(|_| !is_view),
            columns: Vec::new(),
            foreign_keys: Vec::new(),
            row_count: estimate.filter(|_| !is_view).map(|rows| RowCount { rows, exact: false }),
        });
    }

    fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.tables.get_mut(*self.positions.get(name)?)
    }

    fn column_mut(&mut self, row: &Row, table: usize, column: usize) -> Option<&mut Column> {
        let table = self.table_mut(text(row, table))?;
        table.columns.iter_mut().find(|known| known.name == text(row, column))
    }

    fn column(&mut self, row: &Row) {
        let Some(table) = self.table_mut(text(row, 0)) else { return };
        table.columns.push(Column {
            name: text(row, 1).to_owned(),
            declared_type: text(row, 2).to_owned(),
            kind: kind(text(row, 3), text(row, 2)),
            nullable: text(row, 4) == "YES",
            primary: false,
            unique: false,
            // MariaDB writes the word where there is none.
            default: row.get(5).cloned().flatten().filter(|default| default != "NULL"),
            comment: filled(row, 6),
        });
    }

    /// One row for each column of each key, together.
    fn keys(&mut self, rows: &[Row]) {
        for key in rows.chunk_by(|one, other| one[..2] == other[..2]) {
            for row in key {
                if let Some(column) = self.column_mut(row, 0, 2) {
                    column.primary |= text(row, 1) == "PRIMARY";
                    column.unique |= key.len() == 1;
                }
            }
        }
    }

    /// One row for each column of each key, together.
    fn foreign_keys(&mut self, rows: &[Row]) {
        for key in rows.chunk_by(|one, other| one[..2] == other[..2]) {
            let names = |position| key.iter().map(|row| text(row, position).to_owned()).collect();
            let foreign_key = ForeignKey {
                columns: names(2),
                schema: filled(&key[0], 3),
                table: text(&key[0], 4).to_owned(),
                references: names(5),
            };
            if let Some(table) = self.table_mut(text(&key[0], 0)) {
                table.foreign_keys.push(foreign_key);
            }
        }
    }
}

/// Counts the small tables, the smallest first, for as long as that is little work.
async fn count(
    session: &mut MySqlSession,
    tables: &mut [Table],
    sizes: &[Option<u64>],
) -> Result<(), sqlx::Error> {
    let mut small: Vec<(u64, usize)> = sizes
        .iter()
        .enumerate()
        .filter_map(|(position, size)| Some(((*size)?, position)))
        .filter(|(size, position)| *size <= COUNTED_BYTES && tables[*position].kind == TableKind::Table)
        .collect();
    small.sort_unstable();
    let mut in_all = 0;
    small.retain(|(size, _)| {
        in_all += size;
        in_all <= COUNTED_BYTES_IN_ALL
    });
    for some in small.chunks(COUNTED_AT_ONCE) {
        let counts: Vec<String> = some
            .iter()
            .map(|(_, position)| {
                let name = Dialect::MySql.quote_identifier(&tables[*position].name);
                format!("SELECT {position}, count(*) FROM {name}")
            })
            .collect();
        // A table that can't be read now must not cost all the others their schema.
        for row in optional(session, &counts.join(" UNION ALL ")).await? {
            if let (Ok(position), Ok(rows)) = (text(&row, 0).parse::<usize>(), text(&row, 1).parse()) {
                tables[position].row_count = Some(RowCount { rows, exact: true });
            }
        }
    }
    Ok(())
}
