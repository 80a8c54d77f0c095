//! The canonical text means what the statement meant, and says whether its rows can change.

use rusqlite::types::Value;
use serde::Deserialize;
use wenshu_sources::Dialect::{self, MySql, Postgres, Sqlite};
use wenshu_sources::guard::check;

use super::{fixture, sqlite};

fn canonical(sql: &str, dialect: Dialect) -> String {
    check(sql, dialect).unwrap_or_else(|refusal| panic!("{sql}: {refusal}")).sql().to_owned()
}

#[test]
fn the_text_is_written_in_its_plainest_form() {
    for (dialect, sql, expected) in [
        (Sqlite, "SELECT 1 ;", "SELECT 1"),
        (Sqlite, "SELECT a -- b\nFROM t", "SELECT a \nFROM t"),
        (Sqlite, "SELECT a/* b */FROM t", "SELECT a FROM t"),
        (Sqlite, "SELECT [a]]b] FROM t", "SELECT `a]b` FROM t"),
        (Sqlite, "SELECT \"a\"\"b\", 0xff, 'it''s'", "SELECT \"a\"\"b\", 255, 'it''s'"),
        (Sqlite, "SELECT 1--2\n", "SELECT 1"),
        (Postgres, "SELECT 1- /**/-2", "SELECT 1-  -2"),
        (Postgres, "SELECT $$a'b\\$$, E'\\x41\\'', U&'\\4e2d'", "SELECT E'a''b\\\\', 'A''', '中'"),
        (Postgres, "SELECT a=-1", "SELECT a= -1"),
        (Postgres, "SELECT 1 /* a /* b */ c */ + 1", "SELECT 1   + 1"),
        (MySql, "SELECT \"a'b\", 'a\\'b', 'a\\\\', '\\%'", "SELECT 'a''b', 'a''b', 'a\\\\', '\\\\%'"),
        (MySql, "SELECT COUNT (*) FROM t # x", "SELECT COUNT(*) FROM t"),
        (MySql, "SELECT 1--1", "SELECT 1- -1"),
        (MySql, "SELECT 1 -- 1", "SELECT 1"),
    ] {
        assert_eq!(canonical(sql, dialect), expected, "{dialect:?} {sql}");
    }
}

#[test]
fn sqlite_gives_the_same_rows_for_both_texts() {
    #[derive(Deserialize)]
    struct Table {
        group: Vec<Group>,
    }
    #[derive(Deserialize)]
    struct Group {
        dialects: Vec<Dialect>,
        statements: Vec<String>,
    }
    let table: Table = toml::from_str(&fixture("passed.toml")).expect("the table is TOML");
    let database = sqlite();
    let rows = |sql: &str| -> Vec<Vec<Value>> {
        let mut statement = database.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let width = statement.column_count();
        let rows = statement.query_map([], |row| (0..width).map(|column| row.get(column)).collect());
        rows.expect("it runs").collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{sql}: {error}"))
    };
    let mut compared = 0;
    for group in table.group.iter().filter(|group| group.dialects.contains(&Sqlite)) {
        for statement in &group.statements {
            let query = check(statement, Sqlite).unwrap_or_else(|refusal| panic!("{statement}: {refusal}"));
            if query.is_deterministic() {
                assert_eq!(rows(statement), rows(query.sql()), "{statement}");
                compared += 1;
            }
        }
    }
    assert!(compared > 50, "only {compared} were compared");
}

#[test]
fn clocks_and_dice_are_told() {
    for (dialect, sql, expected) in [
        (Sqlite, "SELECT count(*) FROM orders", true),
        (Sqlite, "SELECT random()", false),
        (Sqlite, "SELECT CURRENT_TIMESTAMP", false),
        (Sqlite, "SELECT date('now')", false),
        (Sqlite, "SELECT date('NOW', '-1 day')", false),
        (Sqlite, "SELECT date()", false),
        (Sqlite, "SELECT datetime('subsec')", false),
        (Sqlite, "SELECT strftime('%Y')", false),
        (Sqlite, "SELECT strftime('%Y', 'now')", false),
        (Sqlite, "SELECT strftime('%Y', '2026-01-01')", true),
        (Sqlite, "SELECT date('2026-01-01', 'start of month')", true),
        (Sqlite, "SELECT julianday(2460000.5), julianday(-1)", true),
        (Sqlite, "SELECT date(ordered_at) FROM orders", false),
        (Sqlite, "SELECT date(\"now\")", false),
        (Sqlite, "SELECT 1 WHERE EXISTS (SELECT date('now'))", false),
        (Sqlite, "SELECT timediff('2026-01-01', 'now')", false),
        (Postgres, "SELECT now()", false),
        (Postgres, "SELECT current_date", false),
        (Postgres, "SELECT ordered_at > 'today' FROM orders", false),
        (Postgres, "SELECT date 'tomorrow'", false),
        (Postgres, "SELECT gen_random_uuid()", false),
        (Postgres, "SELECT date_trunc('month', ordered_at) FROM orders", true),
        (MySql, "SELECT NOW(), CURDATE()", false),
        (MySql, "SELECT UTC_TIMESTAMP", false),
        (MySql, "SELECT RAND()", false),
        (MySql, "SELECT DATE_FORMAT(ordered_at, '%Y') FROM orders", true),
        (MySql, "SELECT TO_DAYS(ordered_at) FROM orders", true),
    ] {
        let query = check(sql, dialect).unwrap_or_else(|refusal| panic!("{sql}: {refusal}"));
        assert_eq!(query.is_deterministic(), expected, "{dialect:?} {sql}");
    }
}

#[test]
fn a_refusal_names_what_is_wrong() {
    for (dialect, sql, expected) in [
        (
            Sqlite,
            "DELETE FROM t",
            "`DELETE` is not a query: only `SELECT`, `WITH … SELECT` and `VALUES` are run.",
        ),
        (
            Sqlite,
            "SELECT load_extension('x')",
            "`load_extension` isn't a function of SQLite that is known to only compute. Use a built-in one on the data.",
        ),
        (
            Sqlite,
            "SELECT * FROM sqlite_master",
            "`sqlite_master` belongs to the database itself and isn't data. Ask for a table of data.",
        ),
        (Sqlite, "SELECT a FROM", "The text can't be read as SQLite: Expected: identifier, found: EOF."),
        (
            Postgres,
            "SELECT * FROM ONLY t",
            "`ONLY` is a reserved word of PostgreSQL and can't be a name here. Quote it if it is one.",
        ),
        (
            Postgres,
            "SELECT * FROM t FOR UPDATE",
            "`FOR UPDATE` isn't allowed in a read-only query. It locks rows; leave it out.",
        ),
    ] {
        let refusal = check(sql, dialect).expect_err(sql);
        assert_eq!(refusal.to_string(), expected);
    }
}
