//! The parser's dialects, adjusted: what the databases accept and it doesn't, and what it must not do here.
//!
//! Each behaves as the dialect that it wraps, but for what its own comment says.

use std::any::TypeId;
use std::cell::Cell;
use std::rc::Rc;

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::{
    ClickHouseDialect, Dialect, MySqlDialect, PostgreSqlDialect, Precedence, SQLiteDialect,
};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// How many expressions the parser may begin to read.
///
/// Where one reading fails it tries another, and nested attempts take exponential time: `INTERVAL INTERVAL INTERVAL …`.
/// When the budget is spent every attempt fails at once.
#[derive(Clone, Debug)]
pub(super) struct Budget(Rc<Cell<usize>>);

impl Budget {
    /// A budget for so many expressions.
    pub(super) fn new(expressions: usize) -> Self {
        Self(Rc::new(Cell::new(expressions)))
    }

    /// Whether nothing is left of it.
    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    fn spend(&self) -> Option<Result<Expr, ParserError>> {
        self.0.set(self.0.get().saturating_sub(1));
        self.is_spent().then(|| Err(ParserError::ParserError("it takes too long to parse".to_owned())))
    }
}

/// SQLite's parser.
pub(super) fn sqlite(budget: Budget) -> Box<dyn Dialect> {
    Box::new(Sqlite(budget))
}

/// PostgreSQL's parser.
pub(super) fn postgres(budget: Budget) -> Box<dyn Dialect> {
    Box::new(Postgres(budget))
}

/// The parser of MySQL and MariaDB.
pub(super) fn mysql(budget: Budget) -> Box<dyn Dialect> {
    Box::new(MySql(budget))
}

/// ClickHouse's parser.
pub(super) fn clickhouse(budget: Budget) -> Box<dyn Dialect> {
    Box::new(ClickHouse(budget))
}

/// The switches that are as in the wrapped dialect.
macro_rules! as_in {
    ($inner:expr; $($switch:ident),* $(,)?) => {
        $(fn $switch(&self) -> bool { $inner.$switch() })*
    };
}

/// SQLite, with `GLOB`, `IS` between any two values, and shifts.
#[derive(Debug)]
struct Sqlite(Budget);

impl Dialect for Sqlite {
    fn dialect(&self) -> TypeId {
        TypeId::of::<SQLiteDialect>()
    }

    fn parse_prefix(&self, _parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        self.0.spend()
    }

    fn is_delimited_identifier_start(&self, sign: char) -> bool {
        SQLiteDialect {}.is_delimited_identifier_start(sign)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        SQLiteDialect {}.identifier_quote_style(identifier)
    }

    fn is_identifier_start(&self, sign: char) -> bool {
        SQLiteDialect {}.is_identifier_start(sign)
    }

    fn is_identifier_part(&self, sign: char) -> bool {
        SQLiteDialect {}.is_identifier_part(sign)
    }

    as_in!(SQLiteDialect {};
        supports_filter_during_aggregation,
        supports_in_empty_list,
        supports_limit_comma,
        supports_dollar_placeholder,
        supports_notnull_operator,
        supports_comma_separated_trim,
    );

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        let negated = usize::from(is_word(parser, 0, "NOT"));
        (is_word(parser, negated, "GLOB") || (negated == 1 && is_word(parser, 1, "MATCH")))
            .then(|| Ok(self.prec_value(Precedence::Like)))
    }

    fn parse_infix(
        &self,
        parser: &mut Parser,
        left: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        let negated = is_word(parser, 0, "NOT");
        for (word, operator) in [
            ("GLOB", BinaryOperator::Custom("GLOB".to_owned())),
            ("MATCH", BinaryOperator::Match),
            ("REGEXP", BinaryOperator::Regexp),
        ] {
            if !is_word(parser, usize::from(negated), word) || (negated && word == "REGEXP") {
                continue;
            }
            skip(parser, if negated { 2 } else { 1 });
            return Some(parser.parse_subexpr(self.prec_value(Precedence::Like)).map(|right| {
                let (left, right) = (Box::new(left.clone()), Box::new(right));
                Expr::BinaryOp { left, op: operator, right }
            }));
        }
        if !is_word(parser, 0, "IS") {
            return None;
        }
        let negated = is_word(parser, 1, "NOT");
        let value = 1 + usize::from(negated);
        if ["NULL", "TRUE", "FALSE", "DISTINCT"].iter().any(|word| is_word(parser, value, word)) {
            return None;
        }
        skip(parser, value);
        Some(parser.parse_subexpr(precedence).map(|right| {
            let (left, right) = (Box::new(left.clone()), Box::new(right));
            if negated { Expr::IsDistinctFrom(left, right) } else { Expr::IsNotDistinctFrom(left, right) }
        }))
    }
}

/// PostgreSQL, without names of arguments that are expressions: for those the parser reads every argument of a call
/// twice, so that nested calls take exponential time.
#[derive(Debug)]
struct Postgres(Budget);

impl Dialect for Postgres {
    fn dialect(&self) -> TypeId {
        TypeId::of::<PostgreSqlDialect>()
    }

    fn parse_prefix(&self, _parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        self.0.spend()
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

    as_in!(PostgreSqlDialect {};
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

/// MySQL, with `WITH ROLLUP` and the operator `MOD`, and with executable comments left as comments, to be refused.
#[derive(Debug)]
struct MySql(Budget);

impl Dialect for MySql {
    fn dialect(&self) -> TypeId {
        TypeId::of::<MySqlDialect>()
    }

    fn parse_prefix(&self, _parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        self.0.spend()
    }

    fn is_identifier_start(&self, sign: char) -> bool {
        MySqlDialect {}.is_identifier_start(sign)
    }

    fn is_identifier_part(&self, sign: char) -> bool {
        MySqlDialect {}.is_identifier_part(sign)
    }

    fn is_delimited_identifier_start(&self, sign: char) -> bool {
        MySqlDialect {}.is_delimited_identifier_start(sign)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        MySqlDialect {}.identifier_quote_style(identifier)
    }

    fn is_table_factor_alias(&self, explicit: bool, keyword: &Keyword, parser: &mut Parser) -> bool {
        MySqlDialect {}.is_table_factor_alias(explicit, keyword, parser)
    }

    as_in!(MySqlDialect {};
        supports_string_literal_backslash_escape,
        supports_string_literal_concatenation,
        ignores_wildcard_escapes,
        supports_numeric_prefix,
        supports_bitwise_shift_operators,
        require_interval_qualifier,
        supports_limit_comma,
        supports_table_hints,
        requires_single_line_comment_whitespace,
        supports_match_against,
        supports_select_modifiers,
        supports_data_type_signed_suffix,
        supports_cross_join_constraint,
        supports_double_ampersand_operator,
        supports_binary_kw_as_cast,
    );

    fn supports_multiline_comment_hints(&self) -> bool {
        false
    }

    fn supports_group_by_with_modifier(&self) -> bool {
        true
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        is_word(parser, 0, "MOD").then(|| Ok(self.prec_value(Precedence::MulDivModOp)))
    }

    fn parse_infix(
        &self,
        parser: &mut Parser,
        left: &Expr,
        _precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        for (word, operator) in [("DIV", BinaryOperator::MyIntegerDivide), ("MOD", BinaryOperator::Modulo)] {
            if is_word(parser, 0, word) {
                skip(parser, 1);
                return Some(parser.parse_subexpr(self.prec_value(Precedence::MulDivModOp)).map(|right| {
                    let (left, right) = (Box::new(left.clone()), Box::new(right));
                    Expr::BinaryOp { left, op: operator, right }
                }));
            }
        }
        None
    }
}

/// ClickHouse, with bare names in any script, which are handed on in quotes. What it has beyond other databases is left out
/// where it isn't parsed to be refused in words.
#[derive(Debug)]
struct ClickHouse(Budget);

impl Dialect for ClickHouse {
    fn dialect(&self) -> TypeId {
        TypeId::of::<ClickHouseDialect>()
    }

    fn parse_prefix(&self, _parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        self.0.spend()
    }

    fn is_identifier_start(&self, sign: char) -> bool {
        ClickHouseDialect {}.is_identifier_start(sign) || (!sign.is_ascii() && sign.is_alphabetic())
    }

    fn is_identifier_part(&self, sign: char) -> bool {
        ClickHouseDialect {}.is_identifier_part(sign) || (!sign.is_ascii() && sign.is_alphanumeric())
    }

    as_in!(ClickHouseDialect {};
        supports_string_literal_backslash_escape,
        require_interval_qualifier,
        supports_limit_comma,
        supports_numeric_literal_underscores,
        supports_array_join_syntax,
        supports_group_by_expr,
        supports_group_by_with_modifier,
        supports_nested_comments,
        supports_prewhere,
        supports_limit_by,
        supports_settings,
        supports_select_format,
        supports_comma_separated_trim,
    );

    /// `\%` is for `LIKE` to read.
    fn ignores_wildcard_escapes(&self) -> bool {
        true
    }
}

/// Whether the token that stands so many places ahead is this bare word.
fn is_word(parser: &Parser, ahead: usize, word: &str) -> bool {
    match &parser.peek_nth_token_ref(ahead).token {
        Token::Word(found) => found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word),
        _ => false,
    }
}

fn skip(parser: &mut Parser, tokens: usize) {
    for _ in 0..tokens {
        parser.advance_token();
    }
}
