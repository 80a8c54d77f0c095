//! However long, deep or twisted a statement is, checking it ends soon and never overflows the stack. Tests run on threads
//! with a stack of 2 MiB.

use std::time::{Duration, Instant};

use wenshu_sources::Dialect;
use wenshu_sources::guard::{RefusalReason, check};

const DIALECTS: [Dialect; 5] =
    [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql, Dialect::ClickHouse, Dialect::DataFusion];

/// Checks within a time that only an exponential parser exceeds, even where tests are slow.
fn quickly(sql: &str, dialect: Dialect) -> Result<(), RefusalReason> {
    let start = Instant::now();
    let checked = check(sql, dialect);
    let beginning: String = sql.chars().take(60).collect();
    assert!(start.elapsed() < Duration::from_secs(10), "{dialect:?} took {:?}: {beginning}", start.elapsed());
    checked.map(drop).map_err(|refusal| refusal.reason)
}

#[test]
fn a_statement_is_at_most_100_000_bytes_long() {
    for dialect in DIALECTS {
        let long = format!("SELECT '{}'", "中".repeat(40_000));
        assert_eq!(quickly(&long, dialect), Err(RefusalReason::TooComplex));
        let just = format!("SELECT '{}'", "x".repeat(90_000));
        assert_eq!(quickly(&just, dialect), Ok(()));
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let openings = [
        "(",
        "abs(",
        "CASE WHEN ",
        "(SELECT ",
        "ARRAY[",
        "a[",
        "CAST(",
        "1 IN (",
        "EXISTS (SELECT ",
        "sum(1) OVER (ORDER BY ",
        "(SELECT * FROM ",
        "trim(",
    ];
    for dialect in DIALECTS {
        for opening in openings {
            for head in ["SELECT ", "SELECT * FROM ", "SELECT 1 WHERE 1 = "] {
                let sql = format!("{head}{}", opening.repeat(100_000 / opening.len() - 10));
                let refused = quickly(&sql, dialect);
                // An open `[` is a name without end in SQLite.
                assert!(
                    matches!(refused, Err(RefusalReason::TooComplex | RefusalReason::Syntax)),
                    "{opening}"
                );
            }
        }
        let parentheses = format!("SELECT {}1{}", "(".repeat(49_000), ")".repeat(49_000));
        assert_eq!(quickly(&parentheses, dialect), Err(RefusalReason::TooComplex));
    }
}

#[test]
fn chains_of_prefixes_and_suffixes_are_refused_or_walked() {
    for dialect in DIALECTS {
        for prefix in [
            "NOT ",
            "- ",
            "+ ",
            "~ ",
            "INTERVAL ",
            "BINARY ",
            "EXISTS ",
            "DISTINCT ",
            "1 BETWEEN 1 AND ",
            "1 IS ",
        ] {
            for times in [10, 50, 1_000, 9_000 / prefix.len()] {
                quickly(&format!("SELECT {}1", prefix.repeat(times)), dialect).ok();
            }
        }
        for suffix in [
            " + 1",
            " IS NULL",
            " AND 1",
            "::int",
            "[1]",
            " COLLATE x",
            " AT TIME ZONE 'UTC'",
            " UNION SELECT 1",
            " || 1",
        ] {
            for times in [10, 1_000, 1_900, 2_100, 90_000 / suffix.len()] {
                quickly(&format!("SELECT 1{}", suffix.repeat(times)), dialect).ok();
            }
        }
    }
}

#[test]
fn nested_calls_take_no_exponential_time() {
    for dialect in DIALECTS {
        for (opening, inner, closing) in [
            ("abs(", "1", ")"),
            ("coalesce(a, ", "1", ")"),
            ("CASE WHEN ", "1", " THEN 1 END"),
            ("(SELECT ", "1", ")"),
            ("(", "1", ")"),
            ("CAST(", "1", " AS CHAR)"),
            ("(1, ", "1", ")"),
            ("INTERVAL ", "1", ""),
            ("INTERVAL (", "1", ")"),
            ("NOT (", "1", ")"),
        ] {
            for times in [8, 16, 24, 32] {
                let sql = format!("SELECT {}{inner}{}", opening.repeat(times), closing.repeat(times));
                quickly(&sql, dialect).ok();
                quickly(&sql[..sql.len() - 1], dialect).ok();
                quickly(&format!("SELECT * FROM t WHERE {}", &sql["SELECT ".len()..]), dialect).ok();
            }
        }
        let from = |times: usize| format!("SELECT * FROM {}t{}", "(".repeat(times), ")".repeat(times));
        quickly(&from(39), dialect).ok();
        let joins = format!("SELECT * FROM {}t{}", "(a JOIN ".repeat(30), ")".repeat(30));
        quickly(&joins, dialect).ok();
    }
}

#[test]
fn what_people_write_is_within_the_bounds() {
    for dialect in DIALECTS {
        let list = (0..3_000).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
        assert_eq!(quickly(&format!("SELECT name FROM customers WHERE id IN ({list})"), dialect), Ok(()));
        let columns = (0..300)
            .map(|number| {
                format!("sum(CASE WHEN month = {number} AND a <> b THEN amount ELSE 0 END) AS m{number}")
            })
            .collect::<Vec<_>>()
            .join(", ");
        assert_eq!(
            quickly(&format!("SELECT {columns} FROM orders"), dialect),
            Err(RefusalReason::TooComplex)
        );
        let columns = (0..150)
            .map(|number| format!("sum(CASE WHEN month = {number} THEN amount ELSE 0 END) AS m{number}"));
        let columns = columns.collect::<Vec<_>>().join(", ");
        assert_eq!(quickly(&format!("SELECT {columns} FROM orders"), dialect), Ok(()));
        let conditions = (0..500).map(|number| format!("a = {number}")).collect::<Vec<_>>().join(" OR ");
        assert_eq!(quickly(&format!("SELECT 1 FROM t WHERE {conditions}"), dialect), Ok(()));
        let deep = format!("SELECT {}1{}", "abs(".repeat(20), ")".repeat(20));
        assert_eq!(quickly(&deep, dialect), Ok(()));
        let nested = format!("{}SELECT 1{}", "SELECT * FROM (".repeat(12), ") AS t".repeat(12));
        assert_eq!(quickly(&nested, dialect), Ok(()));
    }
}
