//! How statements are read: in PostgreSQL's grammar, as the guard reads them.
//!
//! The parser would take an expression for the name of an argument there and reads each argument of a call twice for that, so that calls
//! within each other take exponential time. The guard doesn't let it, and has read the statement in time; neither is it let here.

use std::any::TypeId;

use datafusion::common::plan_err;
use datafusion::error::DataFusionError;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::dialect::{Dialect, PostgreSqlDialect, Precedence};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};

/// Reads the one statement that there is; how deep what stands in it may stand in each other is the parser's own limit.
///
/// # Errors
///
/// Those of the parser.
pub(super) fn parsed(sql: &str) -> Result<Statement, DataFusionError> {
    let mut statements = DFParserBuilder::new(sql).with_dialect(&Reading).build()?.parse_statements()?;
    match (statements.pop_front(), statements.is_empty()) {
        (Some(statement), true) => Ok(statement),
        _ => plan_err!("one statement is asked at a time"),
    }
}

/// PostgreSQL, without names of arguments that are expressions.
#[derive(Debug)]
struct Reading;

/// The switches that are as there.
macro_rules! as_there {
    ($($switch:ident),* $(,)?) => {
        $(fn $switch(&self) -> bool { PostgreSqlDialect {}.$switch() })*
    };
}

impl Dialect for Reading {
    fn dialect(&self) -> TypeId {
        TypeId::of::<PostgreSqlDialect>()
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        PostgreSqlDialect {}.identifier_quote_style(identifier)
    }

    fn is_delimited_identifier_start(&self, sign: char) -> bool {
        PostgreSqlDialect {}.is_delimited_identifier_start(sign)
    }

    fn is_identifier_start(&self, sign: char) -> bool {
        PostgreSqlDialect {}.is_identifier_start(sign)
    }

    fn is_identifier_part(&self, sign: char) -> bool {
        PostgreSqlDialect {}.is_identifier_part(sign)
    }

    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        PostgreSqlDialect {}.is_reserved_for_identifier(keyword)
    }

    fn is_custom_operator_part(&self, sign: char) -> bool {
        PostgreSqlDialect {}.is_custom_operator_part(sign)
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        PostgreSqlDialect {}.get_next_precedence(parser)
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        PostgreSqlDialect {}.prec_value(precedence)
    }

    as_there!(
        supports_unicode_string_literal,
        supports_filter_during_aggregation,
        supports_group_by_expr,
        allow_extract_custom,
        allow_extract_single_quotes,
        supports_factorial_operator,
        supports_bitwise_shift_operators,
        supports_empty_projections,
        supports_nested_comments,
        supports_string_escape_constant,
        supports_numeric_literal_underscores,
        supports_array_typedef_with_brackets,
        supports_geometric_types,
        supports_notnull_operator,
        supports_interval_options,
        supports_comma_separated_trim,
    );
}
