//! The read-only guard: the only maker of [`ReadOnlyQuery`].
//!
//! A statement passes when it is exactly one query, every node of its syntax tree is on a list of what is allowed,
//! every function is known to only compute, and every relation holds data. Nothing is looked for to be forbidden:
//! what isn't known is refused.
//!
//! # What is checked is what is run
//!
//! A guard that parses is only as good as its parser's likeness to the database's. They differ most in the lexer: where
//! a literal ends (`\'`, `E''`, `$$`, `U&''`, `"a"` as text or as a name), what is a comment (`--x`, `#`, nested ones,
//! MySQL's executable `/*! … */`), what is white space. So the text that came in is never handed on. Its tokens are
//! written anew (`canonical`) without comments and with each literal and quoted name in the plainest form of the
//! dialect, one that reads alike under every setting of the database (`standard_conforming_strings`,
//! `NO_BACKSLASH_ESCAPES`, `ANSI_QUOTES`, …). That text is parsed, walked, and becomes [`ReadOnlyQuery::sql`].
//!
//! It is written from tokens and not from the syntax tree: printing a tree loses and changes things (operators, casts,
//! brackets), while the same tokens in the same order mean the same.
//!
//! What is left are differences of grammar: tokens that the database puts together otherwise than the parser. They are
//! met from two sides. A word that the database reserves is refused where the parser takes it for a name (`reserved`);
//! and where a dialect calls functions without the looks of a call (`t.f`, `(x).f`, `regclass 'x'`, `s.nextval`,
//! `CURRENT_USER`), those forms are refused unless they can only mean data.
//!
//! # Where it ends
//!
//! Views, generated columns, and functions that a database's owner defined under the name and types of a built-in one
//! run with what the database lets them. They are for the other two walls: the session that is opened read-only, and
//! the limits on time, rows and bytes. Those also stop what is pure but endless.
//!
//! PostgreSQL's `t.f` calls an owner's function `f(t)` where the table `t` has no column of that name, which the text alone doesn't
//! tell. Such names go with the statement, and the driver refuses it where the database has a function that could be meant.

mod bounds;
mod calls;
mod canonical;
mod dialects;
mod dotted;
mod expressions;
mod functions;
mod parsers;
mod refusal;
mod reserved;
mod tables;
mod types;
mod walk;

use std::sync::Arc;

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

pub(crate) use dotted::DottedName;
pub use refusal::{Refusal, RefusalReason};

use crate::Dialect;
use parsers::Budget;

/// One statement that only reads, in the dialect it was checked for.
///
/// The fields are private and [`check`] is the only constructor, so a source can't be given anything else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReadOnlyQuery {
    sql: String,
    dialect: Dialect,
    deterministic: bool,
    dotted_names: Arc<[DottedName]>,
}

impl ReadOnlyQuery {
    /// The statement's text, without comments and without a trailing semicolon.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The dialect it was checked for.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether the same data always gives the same rows: no clock, no randomness. What isn't may not be cached.
    pub fn is_deterministic(&self) -> bool {
        self.deterministic
    }

    /// The names that only the database can tell from calls.
    pub(crate) fn dotted_names(&self) -> &Arc<[DottedName]> {
        &self.dotted_names
    }
}

/// Whether a database of this name is the server's own machinery: accounts, statistics, what others are asking. A connection to it
/// would make of every bare name what is refused with its full one.
pub fn is_machinery(database: &str, dialect: Dialect) -> bool {
    dialects::is_machinery_database(dialect, database)
}

/// Checks one statement.
///
/// # Errors
///
/// A [`Refusal`] that names what is wrong. Text that doesn't parse is refused.
pub fn check(sql: &str, dialect: Dialect) -> Result<ReadOnlyQuery, Refusal> {
    let rules = dialects::rules(dialect);
    let budget = Budget::new(bounds::EXPRESSIONS + sql.len());
    let parser = (rules.parser)(budget.clone());
    let sql = canonical::canonical(sql, rules, parser.as_ref())?;
    // The parser grows its stack too, but by less than one of its steps can take.
    stacker::maybe_grow(bounds::stack(sql.depth), bounds::STACK, || {
        check_canonical(sql, dialect, parser.as_ref(), &budget)
    })
}

/// Parses and walks a canonical text, on a stack that is large enough.
fn check_canonical(
    sql: canonical::Canonical,
    dialect: Dialect,
    parser: &dyn sqlparser::dialect::Dialect,
    budget: &Budget,
) -> Result<ReadOnlyQuery, Refusal> {
    let rules = dialects::rules(dialect);
    let parsed = Parser::new(parser)
        .with_recursion_limit(bounds::PARSER_RECURSION)
        .try_with_sql(&sql.text)
        .and_then(|mut parser| {
            let query = parser.parse_query()?;
            parser.expect_token(&Token::EOF)?;
            Ok(query)
        });
    let query = match parsed {
        _ if budget.is_spent() => {
            return refusal::refuse(
                RefusalReason::TooComplex,
                "The statement takes too long to parse. Write it with less nesting.",
            );
        }
        Ok(query) => query,
        Err(ParserError::RecursionLimitExceeded) => {
            return refusal::refuse(
                RefusalReason::TooComplex,
                "The statement is nested too deeply to be checked. Use `WITH` to flatten it.",
            );
        }
        Err(ParserError::TokenizerError(message) | ParserError::ParserError(message)) => {
            if let Some(clause) = sql.locks {
                return walk::not_read_only(clause, "Leave it out.");
            }
            return Err(refusal::unparsed(&message, rules.name));
        }
    };
    let mut walk = walk::Walk::new(rules);
    walk.query(&query)?;
    let (deterministic, dotted_names) = walk.finish()?;
    Ok(ReadOnlyQuery { sql: sql.text, dialect, deterministic, dotted_names: dotted_names.into() })
}
