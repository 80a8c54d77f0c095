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

/// Tables of other databases than the connection's that are shown at most, whole databases at a time.
const TABLES_ELSEWHERE: u64 = 2_000;

/// The databases that this account sees, but for the server's own, with how many tables each has: the connection's own first.
const DATABASES: &str = "
    SELECT table_schema, count(*), table_schema = database() FROM information_schema.tables
    WHERE table_schema NOT IN ('information_schema', 'mysql', 'ndbinfo', 'performance_schema', 'sys')
    GROUP BY table_schema ORDER BY table_schema = database() DESC, table_schema";

/// Everything that holds rows, in the order of its names: the database keeps no other. `{databases}` are those that are shown.
const TABLES: &str = "
    SELECT table_schema, table_name, table_type, table_comment, table_rows, data_length, table_schema = database()
    FROM information_schema.tables
    WHERE table_schema IN ({databases}) AND table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
    ORDER BY table_schema = database() DESC, table_schema, table_name";

const COLUMNS: &str = "
    SELECT table_schema, table_name, column_name, column_type, data_type, is_nullable, column_default, column_comment
    FROM information_schema.columns
    WHERE table_schema IN ({databases}) ORDER BY table_schema, table_name, ordinal_position";

/// Indexes that keep rows apart, over whole columns.
const KEYS: &str = "
    SELECT table_schema, table_name, index_name, column_name FROM information_schema.statistics
    WHERE table_schema IN ({databases}) AND non_unique = 0 AND sub_part IS NULL AND column_name IS NOT NULL
    ORDER BY table_schema, table_name, index_name, seq_in_index";

const FOREIGN_KEYS: &str = "
    SELECT table_schema, table_name, constraint_name, column_name, nullif(referenced_table_schema, database()),
           referenced_table_name, referenced_column_name
    FROM information_schema.key_column_usage
    WHERE table_schema IN ({databases}) AND referenced_table_name IS NOT NULL
    ORDER BY table_schema, table_name, constraint_name, ordinal_position";

/// MariaDB's JSON columns are text with a check.
const JSON_CHECKS: &str = "
    SELECT constraint_schema, table_name, constraint_name FROM information_schema.check_constraints
    WHERE constraint_schema IN ({databases}) AND check_clause = concat('json_valid(`', constraint_name, '`)')";

type Row = Vec<Option<String>>;

/// Reads the schema in the transaction that the session is in.
pub(super) async fn read(session: &mut MySqlSession) -> Result<Schema, sqlx::Error> {
    // MySQL 8 keeps figures for a day unless it is told not to; other servers don't know the setting.
    optional(session, "SET SESSION information_schema_stats_expiry = 0").await?;
    let databases = databases(&session.texts(DATABASES).await?, session.other_databases);
    if databases.is_empty() {
        return Ok(Schema::default());
    }
    let of = |statement: &str| statement.replace("{databases}", &databases);
    let mut tables = Tables::default();
    let mut sizes = Vec::new();
    for row in session.texts(of(TABLES)).await? {
        sizes.push(row.get(5).and_then(Option::as_deref).and_then(|bytes| bytes.parse().ok()));
        tables.add(&row);
    }
    session.texts(of(COLUMNS)).await?.iter().for_each(|row| tables.column(row));
    tables.keys(&session.texts(of(KEYS)).await?);
    tables.foreign_keys(&session.texts(of(FOREIGN_KEYS)).await?);
    for row in optional(session, &of(JSON_CHECKS)).await? {
        if let Some(column) = tables.column_mut(&row, 2) {
            column.kind = ValueKind::Json;
        }
    }
    count(session, &mut tables.tables, &sizes).await?;
    // Where no column may be read there is nothing to ask.
    tables.tables.retain(|table| !table.columns.is_empty());
    Ok(Schema { tables: tables.tables })
}

/// The databases that are shown, as a list of literals: the connection's own, and as many others as are not too much to read.
fn databases(rows: &[Row], others: bool) -> String {
    let mut elsewhere = 0;
    let shown = rows.iter().filter(|row| {
        let is_own = text(row, 2) == "1";
        elsewhere += if is_own { 0 } else { text(row, 1).parse().unwrap_or(TABLES_ELSEWHERE) };
        is_own || others && elsewhere <= TABLES_ELSEWHERE
    });
    let shown: Vec<String> = shown.map(|row| Dialect::MySql.quote_text(text(row, 0))).collect();
    shown.join(", ")
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
    positions: HashMap<(String, String), usize>,
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
        let is_view = text(row, 2) == "VIEW";
        let estimate = filled(row, 4).and_then(|rows| rows.parse().ok());
        let (database, name) = (text(row, 0).to_owned(), text(row, 1).to_owned());
        self.positions.insert((database.clone(), name.clone()), self.tables.len());
        self.tables.push(Table {
            schema: (text(row, 6) != "1").then_some(database),
            name,
            kind: if is_view { TableKind::View } else { TableKind::Table },
            // A view's is always `VIEW`.
            comment: filled(row, 3).filter(|_| !is_view),
            columns: Vec::new(),
            foreign_keys: Vec::new(),
            row_count: estimate.filter(|_| !is_view).map(|rows| RowCount { rows, exact: false }),
        });
    }

    /// The table that the first two cells name.
    fn table_mut(&mut self, row: &Row) -> Option<&mut Table> {
        let place = (text(row, 0).to_owned(), text(row, 1).to_owned());
        self.tables.get_mut(*self.positions.get(&place)?)
    }

    fn column_mut(&mut self, row: &Row, column: usize) -> Option<&mut Column> {
        self.table_mut(row)?.columns.iter_mut().find(|known| known.name == text(row, column))
    }

    fn column(&mut self, row: &Row) {
        let Some(table) = self.table_mut(row) else { return };
        table.columns.push(Column {
            name: text(row, 2).to_owned(),
            declared_type: text(row, 3).to_owned(),
            kind: kind(text(row, 4), text(row, 3)),
            nullable: text(row, 5) == "YES",
            primary: false,
            unique: false,
            distinct: false,
            // MariaDB writes the word where there is none.
            default: row.get(6).cloned().flatten().filter(|default| default != "NULL"),
            comment: filled(row, 7),
        });
    }

    /// One row for each column of each key, together.
    fn keys(&mut self, rows: &[Row]) {
        for key in rows.chunk_by(|one, other| one[..3] == other[..3]) {
            for row in key {
                if let Some(column) = self.column_mut(row, 3) {
                    column.primary |= text(row, 2) == "PRIMARY";
                    column.unique |= key.len() == 1;
                }
            }
        }
    }

    /// One row for each column of each key, together.
    fn foreign_keys(&mut self, rows: &[Row]) {
        for key in rows.chunk_by(|one, other| one[..3] == other[..3]) {
            let names = |position| key.iter().map(|row| text(row, position).to_owned()).collect();
            let foreign_key = ForeignKey {
                columns: names(3),
                schema: filled(&key[0], 4),
                table: text(&key[0], 5).to_owned(),
                references: names(6),
            };
            if let Some(table) = self.table_mut(&key[0]) {
                table.foreign_keys.push(foreign_key);
            }
        }
    }
}

/// Counts the small tables of the connection's own database, the smallest first, for as long as that is little work.
async fn count(
    session: &mut MySqlSession,
    tables: &mut [Table],
    sizes: &[Option<u64>],
) -> Result<(), sqlx::Error> {
    let mut small: Vec<(u64, usize)> = sizes
        .iter()
        .enumerate()
        .filter_map(|(position, size)| Some(((*size)?, position)))
        .filter(|(size, position)| {
            let table = &tables[*position];
            *size <= COUNTED_BYTES && table.kind == TableKind::Table && table.schema.is_none()
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_shown_whole_until_it_is_too_much() {
        let row = |name: &str, tables: u64, is_own: bool| {
            [name.to_owned(), tables.to_string(), u8::from(is_own).to_string()].map(Some).to_vec()
        };
        let rows =
            [row("own", 9_000, true), row("a'b", 1_500, false), row("c", 400, false), row("d", 400, false)];
        assert_eq!(databases(&rows, true), "'own', 'a''b', 'c'");
        assert_eq!(databases(&rows, false), "'own'");
        assert_eq!(databases(&[], true), "");
    }
}
