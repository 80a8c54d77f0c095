//! SQL for a query: FROM, JOIN and GROUP BY derived from what is asked.
//!
//! The promise kept here: no figure is multiplied by a join. An aggregate is taken over one row for each row of its own
//! table. Tables with at most one row for each of these are joined; a condition on any other table is a semi-join
//! (`IN (SELECT …)`); a grouping by any other table goes through the distinct pairs of row and group; figures of
//! different tables are computed apart and put together afterwards.

mod figures;
mod filters;
mod scope;
mod time;

use wenshu_sources::Dialect;

use super::catalog::Catalog;
use super::ir::{ColumnId, Dimension, Labelled, Literal, Order, OrderKey, Query, Shape, TableId, TermId};
use super::terms::Piece;
use scope::Scope;

/// Why no SQL can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SqlFault {
    /// Nothing joins these tables.
    NotJoined(TableId, TableId),
    /// Rows of this table can't be told apart, so that they can't be counted once through a join.
    NoKey(TableId),
    /// A share of figures that don't add up.
    NotAShare,
    /// Groups chosen by a figure of another table than the one shown.
    Mixed,
}

/// The identifier, in quotes only where it needs them.
pub(crate) fn quote(dialect: Dialect, name: &str) -> String {
    let simple = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        && (!matches!(dialect, Dialect::Postgres | Dialect::DataFusion)
            || !name.contains(|character: char| character.is_ascii_uppercase()));
    let lower = name.to_ascii_lowercase();
    let is_reserved = RESERVED.contains(&lower.as_str())
        || dialect == Dialect::ClickHouse && RESERVED_BY_CLICKHOUSE.contains(&lower.as_str());
    if simple && !is_reserved { name.to_owned() } else { dialect.quote_identifier(name) }
}

/// Words that one of the dialects doesn't take as a bare name.
const RESERVED: [&str; 144] = [
    "add",
    "all",
    "alter",
    "analyze",
    "and",
    "any",
    "as",
    "asc",
    "between",
    "both",
    "by",
    "call",
    "case",
    "cast",
    "change",
    "check",
    "collate",
    "column",
    "commit",
    "condition",
    "constraint",
    "create",
    "cross",
    "cube",
    "current",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "database",
    "databases",
    "default",
    "deferrable",
    "delete",
    "desc",
    "describe",
    "distinct",
    "div",
    "do",
    "drop",
    "each",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "explain",
    "false",
    "fetch",
    "filter",
    "first_value",
    "for",
    "foreign",
    "from",
    "full",
    "function",
    "glob",
    "grant",
    "group",
    "grouping",
    "groups",
    "having",
    "if",
    "ignore",
    "in",
    "index",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "key",
    "keys",
    "kill",
    "lag",
    "last_value",
    "lateral",
    "lead",
    "leading",
    "left",
    "like",
    "limit",
    "load",
    "lock",
    "match",
    "maxvalue",
    "natural",
    "not",
    "notnull",
    "null",
    "of",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "over",
    "partition",
    "primary",
    "procedure",
    "range",
    "rank",
    "read",
    "recursive",
    "references",
    "regexp",
    "release",
    "rename",
    "repeat",
    "replace",
    "right",
    "row",
    "row_number",
    "rows",
    "select",
    "set",
    "show",
    "some",
    "system",
    "table",
    "then",
    "to",
    "trailing",
    "transaction",
    "trigger",
    "true",
    "union",
    "unique",
    "update",
    "usage",
    "use",
    "user",
    "using",
    "values",
    "view",
    "virtual",
    "when",
    "where",
    "window",
    "with",
    "xor",
];

/// Words that begin something in ClickHouse alone.
const RESERVED_BY_CLICKHOUSE: [&str; 11] =
    ["anti", "any", "array", "asof", "final", "format", "global", "prewhere", "sample", "semi", "settings"];

/// The statement for a query.
pub(crate) fn write(catalog: &Catalog, query: &Query) -> Result<String, SqlFault> {
    let writer = Writer { catalog };
    match &query.shape {
        Shape::Figures { measures, dimensions, share } => {
            writer.figures(query, measures, dimensions, share.as_ref())
        }
        Shape::Rows { table, columns, distinct } => writer.rows(query, *table, columns, *distinct),
    }
}

/// Writes parts of statements over one catalog.
struct Writer<'a> {
    catalog: &'a Catalog,
}

impl Writer<'_> {
    fn quote(&self, name: &str) -> String {
        quote(self.catalog.dialect, name)
    }

    /// A name that people read, as an alias; always quoted, because it may be anything.
    fn alias(&self, label: &str) -> String {
        let simple = label.starts_with(|first: char| first.is_ascii_lowercase())
            && label.chars().all(|character| character.is_ascii_lowercase() || character == '_');
        if simple { self.quote(label) } else { self.catalog.dialect.quote_identifier(label) }
    }

    /// The table as it stands after FROM.
    fn table(&self, table: TableId) -> String {
        let described = self.catalog.table(table);
        match &described.schema {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(&described.name)),
            None => self.quote(&described.name),
        }
    }

    fn column(&self, column: ColumnId) -> String {
        format!(
            "{}.{}",
            self.quote(&self.catalog.table(column.table).name),
            self.quote(&self.catalog.column(column).name)
        )
    }

    fn term(&self, term: TermId) -> String {
        self.catalog.terms[term.0]
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Column(column) => self.column(*column),
            })
            .collect()
    }

    fn literal(&self, literal: &Literal) -> String {
        match literal {
            Literal::Number(number) => number.clone(),
            Literal::Text(text) => self.catalog.dialect.quote_text(text),
        }
    }

    /// The columns that tell rows of a table apart.
    fn key(&self, table: TableId) -> Result<Vec<String>, SqlFault> {
        let info = &self.catalog.tables[table.0];
        if !info.key.is_empty() {
            return Ok(info.key.iter().map(|&column| self.column(ColumnId { table, column })).collect());
        }
        let described = self.catalog.table(table);
        if self.catalog.dialect == Dialect::Sqlite && described.kind == wenshu_sources::TableKind::Table {
            return Ok(vec![format!("{}.rowid", self.quote(&described.name))]);
        }
        Err(SqlFault::NoKey(table))
    }

    /// The tables a dimension needs.
    fn dimension_tables(&self, dimension: Dimension) -> Vec<TableId> {
        match dimension {
            Dimension::Column(column) | Dimension::Time(column, _) => vec![column.table],
            Dimension::Entity(table) => vec![table],
            Dimension::Term(term) => self.catalog.terms[term.0].tables.clone(),
        }
    }

    /// What a dimension shows.
    fn dimension(&self, dimension: Dimension) -> String {
        match dimension {
            Dimension::Column(column) => self.column(column),
            Dimension::Entity(table) => self.column(self.catalog.display(table)),
            Dimension::Term(term) => self.term(term),
            Dimension::Time(column, grain) => self.bucket(column, grain),
        }
    }

    /// What a dimension is grouped by: an entity by its key, so that namesakes stay apart.
    fn grouping(&self, dimension: Dimension) -> Result<Vec<String>, SqlFault> {
        let shown = self.dimension(dimension);
        Ok(match dimension {
            Dimension::Entity(table) => {
                let mut columns = self.key(table)?;
                if !columns.contains(&shown) {
                    columns.push(shown);
                }
                columns
            }
            _ => vec![shown],
        })
    }

    fn rows(
        &self,
        query: &Query,
        table: TableId,
        columns: &[Labelled<Dimension>],
        distinct: bool,
    ) -> Result<String, SqlFault> {
        let mut scope = Scope::new(table);
        for column in columns {
            for needed in self.dimension_tables(column.thing) {
                scope.join(self.catalog, needed)?;
            }
        }
        let conditions = self.conditions(&mut scope, &query.filters)?;
        let mut order: Vec<String> = Vec::new();
        for Order { key, descending } in &query.order {
            let expression = match key {
                OrderKey::Dimension(index) => columns.get(*index).map(|column| self.dimension(column.thing)),
                OrderKey::Column(column) => {
                    scope.join(self.catalog, column.table)?;
                    Some(self.column(*column))
                }
                OrderKey::Measure(_) => None,
            };
            order.extend(expression.map(|expression| ordered(&expression, *descending)));
        }
        // Of rows that tie at the limit the same are shown every time.
        if query.limit.is_some() && !distinct {
            for key in self.key(table).unwrap_or_default() {
                if !order.iter().any(|known| known.starts_with(&key)) {
                    order.push(key);
                }
            }
        }
        let shown: Vec<String> = columns
            .iter()
            .map(|column| format!("{} AS {}", self.dimension(column.thing), self.alias(&column.label)))
            .collect();
        Ok(Select {
            distinct,
            columns: shown,
            from: self.from(&scope),
            conditions,
            order,
            limit: query.limit,
            ..Select::default()
        }
        .text())
    }
}

fn ordered(expression: &str, descending: bool) -> String {
    format!("{expression}{}", if descending { " DESC" } else { "" })
}

/// The clauses of one SELECT.
#[derive(Default)]
struct Select {
    distinct: bool,
    columns: Vec<String>,
    from: String,
    conditions: Vec<String>,
    grouping: Vec<String>,
    having: Vec<String>,
    order: Vec<String>,
    limit: Option<u64>,
}

impl Select {
    fn text(&self) -> String {
        let mut sql = String::from(if self.distinct { "SELECT DISTINCT " } else { "SELECT " });
        sql.push_str(&self.columns.join(", "));
        sql.push_str(" FROM ");
        sql.push_str(&self.from);
        for (clause, parts, separator) in [
            (" WHERE ", &self.conditions, " AND "),
            (" GROUP BY ", &self.grouping, ", "),
            (" HAVING ", &self.having, " AND "),
            (" ORDER BY ", &self.order, ", "),
        ] {
            if !parts.is_empty() {
                sql.push_str(clause);
                sql.push_str(&parts.join(separator));
            }
        }
        if let Some(limit) = self.limit {
            sql.push_str(&format!(" LIMIT {limit}"));
        }
        sql
    }
}
