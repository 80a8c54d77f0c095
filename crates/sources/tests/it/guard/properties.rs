//! Whatever text comes: no panic, and what passes is one query that the database reads as reading only.

use proptest::prelude::*;
use serde::Deserialize;
use sqlparser::dialect::{ClickHouseDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;
use wenshu_sources::Dialect;
use wenshu_sources::guard::check;

use super::{fixture, sqlite};

#[derive(Deserialize)]
struct Table {
    group: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    statements: Vec<String>,
}

/// All statements of both tables.
fn statements() -> Vec<String> {
    ["passed.toml", "refused.toml"]
        .iter()
        .flat_map(|name| toml::from_str::<Table>(&fixture(name)).expect("the table is TOML").group)
        .flat_map(|group| group.statements)
        .collect()
}

fn dialect() -> impl Strategy<Value = Dialect> {
    prop_oneof![
        Just(Dialect::Sqlite),
        Just(Dialect::Postgres),
        Just(Dialect::MySql),
        Just(Dialect::ClickHouse),
        Just(Dialect::DataFusion)
    ]
}

/// A piece that may change how the text around it is read.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("'"),
        Just("''"),
        Just("\""),
        Just("`"),
        Just("["),
        Just("]"),
        Just("("),
        Just(")"),
        Just(";"),
        Just("--"),
        Just("-- "),
        Just("/*"),
        Just("*/"),
        Just("/*!"),
        Just("/*+"),
        Just("#"),
        Just("\\"),
        Just("$$"),
        Just("$a$"),
        Just("E'"),
        Just("U&'"),
        Just("U&\""),
        Just("N'"),
        Just("X'"),
        Just("B'"),
        Just("0x"),
        Just("@"),
        Just(":="),
        Just("::"),
        Just("::regclass"),
        Just("||"),
        Just("="),
        Just("-"),
        Just("."),
        Just(","),
        Just("\n"),
        Just("\r"),
        Just("\u{3000}"),
        Just("\u{a0}"),
        Just("\u{feff}"),
        Just("\0"),
        Just("1"),
        Just("e5"),
        Just("_"),
        Just("中"),
        Just(" INTO x "),
        Just(" FOR UPDATE "),
        Just(" ONLY "),
        Just(" UNION SELECT "),
        Just(" AS "),
        Just(" NOT "),
        Just(" IS "),
        Just(" GLOB "),
        Just(" INTERVAL "),
        Just(" CASE "),
        Just(" END "),
        Just(" DELETE FROM customers "),
        Just(" load_extension('x') "),
        Just(" FROM sqlite_master "),
        Just(" LIMIT 1 "),
        Just("count(*)"),
        Just("WITH "),
        Just("VALUES "),
        Just("SELECT "),
    ]
    .prop_map(str::to_owned)
}

/// A statement of the tables with pieces cut out, put in, or joined to a part of another one.
fn mutated() -> impl Strategy<Value = String> {
    let all = statements();
    let edits =
        prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6, prop::option::of(piece())), 0..4);
    (
        prop::sample::select(all.clone()),
        prop::sample::select(all),
        any::<prop::sample::Index>(),
        any::<bool>(),
        edits,
    )
        .prop_map(|(statement, other, at, join, edits)| {
            let mut signs: Vec<char> = statement.chars().collect();
            if join {
                let other: Vec<char> = other.chars().collect();
                signs.truncate(at.index(signs.len() + 1));
                signs.extend(&other[at.index(other.len() + 1)..]);
            }
            for (place, cut, put) in edits {
                let start = place.index(signs.len() + 1);
                let end = (start + cut).min(signs.len());
                signs.splice(start..end, put.unwrap_or_default().chars());
            }
            signs.into_iter().collect()
        })
}

/// What must hold for every text.
fn holds(sql: &str, dialect: Dialect) -> Result<(), TestCaseError> {
    let Ok(query) = check(sql, dialect) else { return Ok(()) };
    let parsed = match dialect {
        Dialect::Sqlite => Parser::parse_sql(&SQLiteDialect {}, query.sql()),
        Dialect::Postgres | Dialect::DataFusion => Parser::parse_sql(&PostgreSqlDialect {}, query.sql()),
        Dialect::MySql => Parser::parse_sql(&MySqlDialect {}, query.sql()),
        Dialect::ClickHouse => Parser::parse_sql(&ClickHouseDialect {}, query.sql()),
    };
    // The library's own dialect lacks a few operators that the guard's has; then there is nothing to compare.
    if let Ok(statements) = parsed {
        prop_assert_eq!(statements.len(), 1, "{}", query.sql());
        let is_query = matches!(statements[0], sqlparser::ast::Statement::Query(_));
        prop_assert!(is_query, "{}", query.sql());
    }
    let again = check(query.sql(), dialect);
    prop_assert_eq!(again.as_ref(), Ok(&query), "{}", query.sql());
    prop_assert!(
        !query.sql().contains("/*") || query.sql().contains('\'') || query.sql().contains(['"', '`'])
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(sql in "\\PC{0,200}", dialect in dialect()) {
        holds(&sql, dialect)?;
    }

    #[test]
    fn any_text_after_select_is_answered(sql in "[ -~\\n中]{0,60}", dialect in dialect()) {
        holds(&format!("SELECT {sql}"), dialect)?;
    }

    #[test]
    fn mutated_statements_are_answered(sql in mutated(), dialect in dialect()) {
        holds(&sql, dialect)?;
    }
}

#[test]
fn sqlite_agrees_that_what_passes_reads_only() {
    let database = sqlite();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 3_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let prepared = std::cell::Cell::new(0_usize);
    runner
        .run(&mutated(), |sql| {
            let Ok(query) = check(&sql, Dialect::Sqlite) else { return Ok(()) };
            if let Ok(statement) = database.prepare(query.sql()) {
                prepared.set(prepared.get() + 1);
                prop_assert!(statement.readonly(), "{}", query.sql());
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert!(prepared.get() > 30, "only {} were prepared", prepared.get());
}
