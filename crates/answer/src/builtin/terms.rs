//! Semantic terms made ready: their SQL cut into text and columns, and the table whose rows it is taken over.

use wenshu_sources::{Dialect, Schema};

use sqlparser::dialect::{
    ClickHouseDialect, Dialect as SqlDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect,
};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::graph::Graph;
use super::ir::{ColumnId, TableId};
use crate::{SemanticTerm, TermKind};

/// A metric or dimension that this schema can answer.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    /// The word.
    pub(crate) name: String,
    /// Other words for it.
    pub(crate) other_names: Vec<String>,
    /// Metric or dimension.
    pub(crate) kind: TermKind,
    /// As it was defined.
    pub(crate) expression: String,
    /// Its SQL, in pieces.
    pub(crate) pieces: Vec<Piece>,
    /// The table whose rows are aggregated or grouped: every other table of the expression has at most one row for each
    /// of its rows.
    pub(crate) base: TableId,
    /// All tables of the expression.
    pub(crate) tables: Vec<TableId>,
}

impl Term {
    /// The column, for a dimension that is nothing but one.
    pub(crate) fn single_column(&self) -> Option<ColumnId> {
        match self.pieces.as_slice() {
            [Piece::Column(column)] => Some(*column),
            _ => None,
        }
    }
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// SQL that needs no change.
    Text(String),
    /// A column, written with its table.
    Column(ColumnId),
}

/// Why a term can't be used on this schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TermFault {
    /// It isn't an SQL expression.
    Syntax,
    /// It names no column of this schema.
    NoColumn,
    /// An aggregate over one table would be multiplied by the rows of another.
    Multiplied,
}

/// Makes a metric or dimension ready.
pub(crate) fn prepare(
    term: &SemanticTerm,
    schema: &Schema,
    graph: &Graph,
    dialect: Dialect,
) -> Result<Term, TermFault> {
    let tokens = expression_tokens(&term.expression, dialect)?;
    let mut pieces: Vec<Piece> = Vec::new();
    let mut calls: Vec<(bool, Vec<TableId>)> = Vec::new();
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut position = 0;
    while position < tokens.len() {
        if let Some((column, length)) = column_at(&tokens, position, schema) {
            pieces.push(Piece::Column(column));
            if let Some(call) = open.iter().rev().flatten().next()
                && !calls[*call].1.contains(&column.table)
            {
                calls[*call].1.push(column.table);
            }
            position += length;
            continue;
        }
        match &tokens[position] {
            Token::LParen => {
                let aggregate = position
                    .checked_sub(1)
                    .and_then(|before| tokens.get(before))
                    .and_then(|token| match token {
                        Token::Word(word) => Some(word.value.to_lowercase()),
                        _ => None,
                    })
                    .filter(|name| matches!(name.as_str(), "sum" | "avg" | "count" | "total"));
                open.push(aggregate.map(|_| {
                    let distinct = tokens[position + 1..]
                        .iter()
                        .find(|token| !matches!(token, Token::Whitespace(_)))
                        .is_some_and(|token| token.to_string().eq_ignore_ascii_case("distinct"));
                    calls.push((distinct, Vec::new()));
                    calls.len() - 1
                }));
            }
            Token::RParen => {
                open.pop();
            }
            _ => {}
        }
        let text = tokens[position].to_string();
        match pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(&text),
            _ => pieces.push(Piece::Text(text)),
        }
        position += 1;
    }
    let mut tables: Vec<TableId> = Vec::new();
    for piece in &pieces {
        if let Piece::Column(column) = piece
            && !tables.contains(&column.table)
        {
            tables.push(column.table);
        }
    }
    if tables.is_empty() {
        return Err(TermFault::NoColumn);
    }
    let reaches_all = |candidate: &TableId| tables.iter().all(|table| graph.reaches_one(*candidate, *table));
    let base = *tables.iter().find(|table| reaches_all(table)).ok_or(TermFault::Multiplied)?;
    // SUM(orders.total_amount) beside SUM(order_items.quantity): the first would count an order once for each item.
    let multiplied =
        calls.iter().any(|(distinct, over)| !distinct && !over.is_empty() && !over.contains(&base));
    if multiplied {
        return Err(TermFault::Multiplied);
    }
    Ok(Term {
        name: term.term.trim().to_owned(),
        other_names: Vec::new(),
        kind: term.kind,
        expression: term.expression.trim().to_owned(),
        pieces,
        base,
        tables,
    })
}

/// The tokens of a text that is one SQL expression and nothing else.
///
/// # Errors
///
/// [`TermFault::Syntax`].
pub(crate) fn expression_tokens(expression: &str, dialect: Dialect) -> Result<Vec<Token>, TermFault> {
    let sql_dialect: Box<dyn SqlDialect> = match dialect {
        Dialect::Sqlite => Box::new(SQLiteDialect {}),
        Dialect::Postgres | Dialect::DataFusion => Box::new(PostgreSqlDialect {}),
        Dialect::MySql => Box::new(MySqlDialect {}),
        Dialect::ClickHouse => Box::new(ClickHouseDialect {}),
    };
    let mut parser =
        Parser::new(sql_dialect.as_ref()).try_with_sql(expression).map_err(|_| TermFault::Syntax)?;
    parser.parse_expr().map_err(|_| TermFault::Syntax)?;
    if parser.peek_token_ref().token != Token::EOF {
        return Err(TermFault::Syntax);
    }
    Tokenizer::new(sql_dialect.as_ref(), expression).tokenize().map_err(|_| TermFault::Syntax)
}

/// A column that starts at this token, with how many tokens it takes: `table.column`, or a bare name that only one table
/// has.
pub(crate) fn column_at(tokens: &[Token], position: usize, schema: &Schema) -> Option<(ColumnId, usize)> {
    let Token::Word(first) = tokens.get(position)? else { return None };
    if position > 0 && matches!(tokens[position - 1], Token::Period) {
        return None;
    }
    match (tokens.get(position + 1), tokens.get(position + 2)) {
        (Some(Token::Period), Some(Token::Word(second))) => {
            let column = find_column(schema, &first.value, &second.value)?;
            Some((column, 3))
        }
        (Some(Token::LParen), _) => None,
        _ => {
            let mut found = schema.tables.iter().filter(|table| table.column(&first.value).is_some());
            let table = found.next()?;
            if found.next().is_some() {
                return None;
            }
            Some((find_column(schema, &table.name, &first.value)?, 1))
        }
    }
}

/// The column of these names, letter case aside.
pub(crate) fn find_column(schema: &Schema, table: &str, column: &str) -> Option<ColumnId> {
    let index = find_table(schema, table)?;
    let columns = &schema.tables[index.0].columns;
    let column = columns
        .iter()
        .position(|candidate| candidate.name == column)
        .or_else(|| columns.iter().position(|candidate| candidate.name.eq_ignore_ascii_case(column)))?;
    Some(ColumnId { table: index, column })
}

/// The table of this name, letter case aside; `schema.name` tells tables of different schemas apart.
pub(crate) fn find_table(schema: &Schema, name: &str) -> Option<TableId> {
    let position = |fits: &dyn Fn(&wenshu_sources::Table) -> bool| schema.tables.iter().position(fits);
    let is_qualified = |table: &wenshu_sources::Table| {
        let of_schema = table.schema.as_deref().and_then(|schema| name.strip_prefix(schema));
        of_schema.and_then(|rest| rest.strip_prefix('.')) == Some(table.name.as_str())
    };
    position(&|table| table.name == name)
        .or_else(|| position(&is_qualified))
        .or_else(|| position(&|table| table.name.eq_ignore_ascii_case(name)))
        .map(TableId)
}
