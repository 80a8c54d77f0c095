//! Whether a definition of a business word means something in a database, before anybody asks with it.
//!
//! Only the database knows whether it can evaluate an expression, so it is asked to, over no rows. The statement goes through the
//! guard like any other.

use sqlparser::tokenizer::Token;
use wenshu_sources::{Dialect, Schema};

use super::ir::TableId;
use super::terms::{TermFault, column_at, expression_tokens, find_column, find_table};
use crate::{SemanticTerm, TermKind};

/// Why a definition means nothing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeFault {
    /// It isn't one SQL expression.
    Syntax,
    /// It names no table of the database, so that nobody knows what it is about.
    NoTable,
    /// An alias names neither a table, a column nor another term.
    NoTarget,
}

/// The statement that the database runs if it can evaluate the definition; `None` where there is nothing to evaluate.
/// `others` are the terms that an alias may stand for.
///
/// ```text
/// SUM(orders.total_amount)  →  SELECT SUM(orders.total_amount) FROM "orders" WHERE 1 = 0
/// ```
///
/// # Errors
///
/// See [`ProbeFault`].
pub fn probe(
    term: &SemanticTerm,
    others: &[SemanticTerm],
    schema: &Schema,
    dialect: Dialect,
) -> Result<Option<String>, ProbeFault> {
    match term.kind {
        TermKind::Note => Ok(None),
        TermKind::Alias if names_something(&term.expression, others, schema) => Ok(None),
        TermKind::Alias => Err(ProbeFault::NoTarget),
        TermKind::Metric => statement(&term.expression, "", schema, dialect).map(Some),
        // What is grouped by must not be an aggregate, which the database says.
        TermKind::Dimension => statement(&term.expression, " GROUP BY 1", schema, dialect).map(Some),
    }
}

fn statement(
    expression: &str,
    grouping: &str,
    schema: &Schema,
    dialect: Dialect,
) -> Result<String, ProbeFault> {
    let tokens = expression_tokens(expression, dialect).map_err(|fault| match fault {
        TermFault::Syntax | TermFault::NoColumn | TermFault::Multiplied => ProbeFault::Syntax,
    })?;
    let tables = tables_of(&tokens, schema);
    if tables.is_empty() {
        return Err(ProbeFault::NoTable);
    }
    let from: Vec<String> = tables
        .into_iter()
        .map(|id| {
            let table = &schema.tables[id.0];
            let name = dialect.quote_identifier(&table.name);
            match &table.schema {
                Some(schema) => format!("{}.{name}", dialect.quote_identifier(schema)),
                None => name,
            }
        })
        .collect();
    // The line break ends a comment that the expression may end in.
    Ok(format!("SELECT {expression}\nFROM {} WHERE 1 = 0{grouping}", from.join(" CROSS JOIN ")))
}

/// The tables that are named, alone or by their columns. A column that a named table doesn't have is for the database to miss.
fn tables_of(tokens: &[Token], schema: &Schema) -> Vec<TableId> {
    let mut tables: Vec<TableId> = Vec::new();
    for place in 0..tokens.len() {
        let named = match (&tokens[place], tokens.get(place + 1)) {
            (Token::Word(word), Some(Token::Period)) => find_table(schema, &word.value),
            _ => None,
        };
        let named = named.or_else(|| column_at(tokens, place, schema).map(|(column, _)| column.table));
        if let Some(table) = named
            && !tables.contains(&table)
        {
            tables.push(table);
        }
    }
    tables
}

fn names_something(expression: &str, others: &[SemanticTerm], schema: &Schema) -> bool {
    let expression = expression.trim();
    let bare = |name: &str| name.trim().trim_matches(['"', '`', '[', ']']).to_owned();
    others.iter().any(|other| other.kind != TermKind::Note && other.term.trim() == expression)
        || find_table(schema, &bare(expression)).is_some()
        || expression
            .rsplit_once('.')
            .is_some_and(|(table, column)| find_column(schema, &bare(table), &bare(column)).is_some())
}

#[cfg(test)]
mod tests {
    use wenshu_sources::{Column, Table, TableKind, ValueKind, guard};

    use super::*;

    fn table(schema: Option<&str>, name: &str, columns: &[&str]) -> Table {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            declared_type: "INTEGER".to_owned(),
            kind: ValueKind::Integer,
            nullable: true,
            primary: false,
            unique: false,
            distinct: false,
            default: None,
            comment: None,
        };
        Table {
            schema: schema.map(str::to_owned),
            name: name.to_owned(),
            kind: TableKind::Table,
            comment: None,
            columns: columns.iter().map(column).collect(),
            foreign_keys: Vec::new(),
            row_count: None,
        }
    }

    fn schema() -> Schema {
        Schema {
            tables: vec![
                table(None, "orders", &["id", "amount"]),
                table(Some("crm"), "客 户", &["id", "城市"]),
            ],
        }
    }

    fn term(kind: TermKind, expression: &str) -> SemanticTerm {
        SemanticTerm { term: "词".to_owned(), kind, expression: expression.to_owned(), description: None }
    }

    fn probed(kind: TermKind, expression: &str) -> Result<Option<String>, ProbeFault> {
        let others = [SemanticTerm { term: "GMV".to_owned(), ..term(TermKind::Metric, "SUM(amount)") }];
        probe(&term(kind, expression), &others, &schema(), Dialect::Sqlite)
    }

    #[test]
    fn statements_name_the_tables_of_the_expression() {
        for (kind, expression, sql) in [
            (
                TermKind::Metric,
                "SUM(orders.amount)",
                "SELECT SUM(orders.amount)\nFROM \"orders\" WHERE 1 = 0",
            ),
            (TermKind::Metric, "SUM(amount)", "SELECT SUM(amount)\nFROM \"orders\" WHERE 1 = 0"),
            (
                TermKind::Metric,
                "SUM(orders.missing)",
                "SELECT SUM(orders.missing)\nFROM \"orders\" WHERE 1 = 0",
            ),
            (
                TermKind::Dimension,
                "\"客 户\".\"城市\"",
                "SELECT \"客 户\".\"城市\"\nFROM \"crm\".\"客 户\" WHERE 1 = 0 GROUP BY 1",
            ),
            (
                TermKind::Metric,
                "SUM(amount) / COUNT(城市)",
                "SELECT SUM(amount) / COUNT(城市)\nFROM \"orders\" CROSS JOIN \"crm\".\"客 户\" WHERE 1 = 0",
            ),
        ] {
            assert_eq!(probed(kind, expression).unwrap().as_deref(), Some(sql));
            guard::check(sql, Dialect::Sqlite).unwrap();
        }
    }

    #[test]
    fn what_is_no_expression_is_told() {
        for (kind, expression, fault) in [
            (TermKind::Metric, "", ProbeFault::Syntax),
            (TermKind::Metric, "SUM(", ProbeFault::Syntax),
            (TermKind::Metric, "SUM(amount) FROM orders", ProbeFault::Syntax),
            (TermKind::Metric, "amount; DROP TABLE orders", ProbeFault::Syntax),
            (TermKind::Metric, "1", ProbeFault::NoTable),
            (TermKind::Dimension, "id", ProbeFault::NoTable),
            (TermKind::Alias, "nothing", ProbeFault::NoTarget),
            (TermKind::Alias, "orders.nothing", ProbeFault::NoTarget),
        ] {
            assert_eq!(probed(kind, expression), Err(fault), "{expression}");
        }
        for (kind, expression) in [
            (TermKind::Note, "anything at all"),
            (TermKind::Alias, "GMV"),
            (TermKind::Alias, "orders"),
            (TermKind::Alias, "orders.amount"),
            (TermKind::Alias, "crm.客 户.城市"),
        ] {
            assert_eq!(probed(kind, expression), Ok(None), "{expression}");
        }
    }
}
