//! What a database holds, as `GET /connections/{id}/schema` answers it.

use serde::Serialize;
use utoipa::ToSchema;
use wenshu_core::{Column, ForeignKey, Schema, Table, TableKind};

use super::words::TableKindWord;

/// The tables and views.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Schema)]
pub struct SchemaDto<'a> {
    tables: Vec<TableDto<'a>>,
}

impl<'a> From<&'a Schema> for SchemaDto<'a> {
    fn from(schema: &'a Schema) -> Self {
        Self { tables: schema.tables.iter().map(TableDto::from).collect() }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SchemaTable)]
struct TableDto<'a> {
    name: &'a str,
    /// The database schema, when that isn't the default one.
    schema: Option<&'a str>,
    #[schema(value_type = TableKindWord)]
    kind: &'static str,
    comment: Option<&'a str>,
    columns: Vec<ColumnDto<'a>>,
    foreign_keys: Vec<ForeignKeyDto<'a>>,
    row_count: Option<u64>,
    /// Whether it was counted rather than estimated.
    row_count_exact: Option<bool>,
}

impl<'a> From<&'a Table> for TableDto<'a> {
    fn from(table: &'a Table) -> Self {
        let Table { schema, name, kind, comment, columns, foreign_keys, row_count } = table;
        Self {
            name,
            schema: schema.as_deref(),
            kind: match kind {
                TableKind::Table => "table",
                TableKind::View => "view",
            },
            comment: comment.as_deref(),
            columns: columns.iter().map(ColumnDto::from).collect(),
            foreign_keys: foreign_keys.iter().map(ForeignKeyDto::from).collect(),
            row_count: row_count.map(|count| count.rows),
            row_count_exact: row_count.map(|count| count.exact),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SchemaColumn)]
struct ColumnDto<'a> {
    name: &'a str,
    /// As the database writes it.
    #[serde(rename = "type")]
    declared_type: &'a str,
    /// What it holds, in the words that results use too.
    #[schema(value_type = String)]
    kind: &'static str,
    nullable: bool,
    primary: bool,
    default: Option<&'a str>,
    comment: Option<&'a str>,
}

impl<'a> From<&'a Column> for ColumnDto<'a> {
    fn from(column: &'a Column) -> Self {
        let Column { name, declared_type, kind, nullable, primary, unique: _, distinct: _, default, comment } =
            column;
        Self {
            name,
            declared_type,
            kind: kind.as_str(),
            nullable: *nullable,
            primary: *primary,
            default: default.as_deref(),
            comment: comment.as_deref(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ForeignKey)]
struct ForeignKeyDto<'a> {
    #[schema(value_type = Vec<String>)]
    columns: &'a [String],
    schema: Option<&'a str>,
    table: &'a str,
    #[schema(value_type = Vec<String>)]
    references: &'a [String],
}

impl<'a> From<&'a ForeignKey> for ForeignKeyDto<'a> {
    fn from(key: &'a ForeignKey) -> Self {
        let ForeignKey { columns, schema, table, references } = key;
        Self { columns, schema: schema.as_deref(), table, references }
    }
}
