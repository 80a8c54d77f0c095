//! The schema out of ClickHouse's system tables: a handful of statements, however many tables there are.

use std::collections::HashMap;

use super::http::Client;
use super::types::{form, unwrapped};
use crate::server::task::Deadline;
use crate::{Column, RowCount, Schema, SourceError, Table, TableKind};

/// Everything that holds rows, but for the tables inside of materialized views. `{comment}` is there since version 21.
const TABLES: &str = "SELECT name, engine, {comment} FROM system.tables \
                      WHERE database = currentDatabase() AND NOT is_temporary AND name NOT LIKE '.inner%' ORDER BY name";

const COLUMNS: &str = "SELECT table, name, type, default_kind, default_expression, comment FROM system.columns \
                       WHERE database = currentDatabase()";

/// Rows of tables that count them as they are written.
const COUNTS: &str =
    "SELECT table, sum(rows) FROM system.parts WHERE database = currentDatabase() AND active GROUP BY table";

const HAS_COMMENTS: &str =
    "SELECT count() FROM system.columns WHERE database = 'system' AND table = 'tables' AND name = 'comment'";

/// Reads the schema. What ClickHouse calls a primary key tells no rows apart, so no column is one.
pub(super) async fn read(client: &Client, deadline: Deadline, query_id: &str) -> Result<Schema, SourceError> {
    let rows = async |sql: &str| client.rows(sql, query_id, deadline).await;
    let has_comments = rows(HAS_COMMENTS).await?.first().is_some_and(|row| text(row, 0) != "0");
    let comment = if has_comments { "comment" } else { "''" };
    let mut columns: HashMap<String, Vec<Column>> = HashMap::new();
    for row in rows(COLUMNS).await? {
        let is_default = text(&row, 3) == "DEFAULT";
        columns.entry(text(&row, 0).to_owned()).or_default().push(Column {
            name: text(&row, 1).to_owned(),
            declared_type: text(&row, 2).to_owned(),
            kind: form(text(&row, 2)).kind(),
            nullable: unwrapped(text(&row, 2)).0,
            primary: false,
            unique: false,
            default: filled(&row, 4).filter(|_| is_default),
            comment: filled(&row, 5),
        });
    }
    let counts: HashMap<String, u64> = rows(COUNTS)
        .await?
        .iter()
        .filter_map(|row| Some((text(row, 0).to_owned(), text(row, 1).parse().ok()?)))
        .collect();
    let tables = rows(&TABLES.replace("{comment}", comment)).await?;
    let tables = tables.iter().filter_map(|row| {
        let name = text(row, 0);
        let engine = text(row, 1);
        // Where no column may be read there is nothing to ask.
        let columns = columns.remove(name)?;
        let row_count = engine
            .ends_with("MergeTree")
            .then(|| RowCount { rows: counts.get(name).copied().unwrap_or(0), exact: true });
        Some(Table {
            schema: None,
            name: name.to_owned(),
            kind: if engine.ends_with("View") { TableKind::View } else { TableKind::Table },
            comment: filled(row, 2),
            columns,
            foreign_keys: Vec::new(),
            row_count,
        })
    });
    Ok(Schema { tables: tables.collect() })
}

fn text(row: &[Option<String>], position: usize) -> &str {
    row.get(position).and_then(Option::as_deref).unwrap_or_default()
}

fn filled(row: &[Option<String>], position: usize) -> Option<String> {
    row.get(position).cloned().flatten().filter(|text| !text.is_empty())
}
