//! The schema out of ClickHouse's system tables: a handful of statements, however many tables there are.

use std::collections::HashMap;

use super::http::Client;
use super::types::{form, unwrapped};
use crate::server::task::Deadline;
use crate::{Column, Dialect, RowCount, Schema, SourceError, Table, TableKind};

/// Tables of other databases than the connection's that are shown at most, whole databases at a time.
const TABLES_ELSEWHERE: u64 = 2_000;

/// The databases that this account sees, but for the server's own, with how many tables each has.
const DATABASES: &str = "SELECT database, count(), database = currentDatabase() FROM system.tables \
                         WHERE database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA', \
                         '_temporary_and_external_tables') GROUP BY database \
                         ORDER BY database = currentDatabase() DESC, database";

/// Everything that holds rows, but for the tables inside of materialized views. `{comment}` is there since version 21, and
/// `{databases}` are those that are shown.
const TABLES: &str = "SELECT name, engine, {comment}, database, database = currentDatabase() FROM system.tables \
                      WHERE database IN ({databases}) AND NOT is_temporary AND name NOT LIKE '.inner%' \
                      ORDER BY database = currentDatabase() DESC, database, name";

const COLUMNS: &str = "SELECT table, name, type, default_kind, default_expression, comment, database \
                       FROM system.columns WHERE database IN ({databases})";

/// Rows of tables that count them as they are written.
const COUNTS: &str = "SELECT table, sum(rows), database FROM system.parts \
                      WHERE database IN ({databases}) AND active GROUP BY database, table";

const HAS_COMMENTS: &str =
    "SELECT count() FROM system.columns WHERE database = 'system' AND table = 'tables' AND name = 'comment'";

/// Reads the schema. What ClickHouse calls a primary key tells no rows apart, so no column is one.
pub(super) async fn read(client: &Client, deadline: Deadline, query_id: &str) -> Result<Schema, SourceError> {
    let rows = async |sql: &str| client.rows(sql, query_id, deadline).await;
    let has_comments = rows(HAS_COMMENTS).await?.first().is_some_and(|row| text(row, 0) != "0");
    let comment = if has_comments { "comment" } else { "''" };
    let databases = databases(&rows(DATABASES).await?, client.options.other_databases);
    if databases.is_empty() {
        return Ok(Schema::default());
    }
    let of = |statement: &str| statement.replace("{databases}", &databases);
    let place = |database: &str, table: &str| (database.to_owned(), table.to_owned());
    let mut columns: HashMap<(String, String), Vec<Column>> = HashMap::new();
    for row in rows(&of(COLUMNS)).await? {
        let is_default = text(&row, 3) == "DEFAULT";
        columns.entry(place(text(&row, 6), text(&row, 0))).or_default().push(Column {
            name: text(&row, 1).to_owned(),
            declared_type: text(&row, 2).to_owned(),
            kind: form(text(&row, 2)).kind(),
            nullable: unwrapped(text(&row, 2)).0,
            primary: false,
            unique: false,
            distinct: false,
            default: filled(&row, 4).filter(|_| is_default),
            comment: filled(&row, 5),
        });
    }
    let counts: HashMap<(String, String), u64> = rows(&of(COUNTS))
        .await?
        .iter()
        .filter_map(|row| Some((place(text(row, 2), text(row, 0)), text(row, 1).parse().ok()?)))
        .collect();
    let tables = rows(&of(TABLES).replace("{comment}", comment)).await?;
    let tables = tables.iter().filter_map(|row| {
        let place = place(text(row, 3), text(row, 0));
        let engine = text(row, 1);
        // Where no column may be read there is nothing to ask.
        let columns = columns.remove(&place)?;
        let row_count = engine
            .ends_with("MergeTree")
            .then(|| RowCount { rows: counts.get(&place).copied().unwrap_or(0), exact: true });
        let (database, name) = place;
        Some(Table {
            schema: (text(row, 4) != "1").then_some(database),
            name,
            kind: if engine.ends_with("View") { TableKind::View } else { TableKind::Table },
            comment: filled(row, 2),
            columns,
            foreign_keys: Vec::new(),
            row_count,
        })
    });
    Ok(Schema { tables: tables.collect() })
}

/// The databases that are shown, as a list of literals: the connection's own, and as many others as are not too much to read.
fn databases(rows: &[Vec<Option<String>>], others: bool) -> String {
    let mut elsewhere = 0;
    let shown = rows.iter().filter(|row| {
        let is_own = text(row, 2) == "1";
        elsewhere += if is_own { 0 } else { text(row, 1).parse().unwrap_or(TABLES_ELSEWHERE) };
        is_own || others && elsewhere <= TABLES_ELSEWHERE
    });
    let shown: Vec<String> = shown.map(|row| Dialect::ClickHouse.quote_text(text(row, 0))).collect();
    shown.join(", ")
}

fn text(row: &[Option<String>], position: usize) -> &str {
    row.get(position).and_then(Option::as_deref).unwrap_or_default()
}

fn filled(row: &[Option<String>], position: usize) -> Option<String> {
    row.get(position).cloned().flatten().filter(|text| !text.is_empty())
}
