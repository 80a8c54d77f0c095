//! Statements that take any time, stack or memory before a row is read, and those that look like them and don't.

use wenshu_sources::{Dialect, SourceErrorKind, guard};

use crate::support::{TestLake, TestTable, ask};

/// What is said of a statement. That it took too long isn't said of any.
async fn said(table: &TestTable, sql: &str) -> Result<(), String> {
    let shown: String = sql.chars().take(200).collect();
    if let Err(refusal) = guard::check(sql, Dialect::DataFusion) {
        panic!("{shown}: the guard refuses it already: {refusal:?}");
    }
    let outcome = ask(table.source.as_ref(), sql).await;
    match outcome {
        Ok(_) => Ok(()),
        Err(error) => {
            assert_eq!(error.kind(), SourceErrorKind::Execution, "{shown}: {error}");
            Err(error.message().to_owned())
        }
    }
}

async fn refuses(table: &TestTable, sql: &str, expected: &str) {
    let shown: String = sql.chars().take(200).collect();
    match said(table, sql).await {
        Ok(()) => panic!("{shown}: it is answered"),
        Err(words) => assert!(words.contains(expected), "{shown}: {words}"),
    }
}

async fn table(lake: &TestLake) -> TestTable {
    lake.table("x.csv", "n,m,word,flag\n1,2,Ann,1\n3,4,Bob,0\n").await
}

/// So many levels of something.
fn nested(levels: usize, innermost: &str, level: &str) -> String {
    (0..levels).fold(innermost.to_owned(), |inner, _| level.replace('$', &inner))
}

#[tokio::test]
async fn long_chains_end_neither_the_process_nor_the_patience() {
    let lake = TestLake::new();
    let table = table(&lake).await;
    for sign in [" + ", " - ", " * ", " || "] {
        let of = if sign == " || " { "word" } else { "n" };
        let chain = |length: usize| format!("SELECT {} FROM t", vec![of; length].join(sign));
        refuses(&table, &chain(1_900), "deep").await;
        let within = said(&table, &chain(290)).await;
        assert!(within.is_ok() || sign == " * ", "{sign}: {within:?}");
    }
    // The same by way of subqueries.
    let tables: String = (1..=60)
        .map(|level| format!(", a{level} AS (SELECT x{} AS x FROM a{})", " + 1".repeat(20), level - 1))
        .collect();
    let sql = format!("WITH a0 AS (SELECT n AS x FROM t){tables} SELECT x FROM a60 WHERE x > 1");
    refuses(&table, &sql, "deep").await;
    // Lists of conditions are long.
    let conditions: Vec<String> = (0..450).map(|n| format!("n = {n} AND m > 1")).collect();
    said(&table, &format!("SELECT count(*) FROM t WHERE {}", conditions.join(" OR "))).await.unwrap();
}

#[tokio::test]
async fn what_the_optimizer_writes_out_is_counted() {
    let lake = TestLake::new();
    let table = table(&lake).await;
    for (innermost, level) in [
        ("n", "coalesce($, m)"),
        ("n", "nvl($, m)"),
        ("n > 1", "CASE WHEN $ THEN n > 1 ELSE m > 1 END"),
        ("n", "abs(CASE WHEN n > 1 THEN $ ELSE m END)"),
        ("n > 1", "($) BETWEEN false AND true"),
        ("word", "cast($ ~ '^(a|b|c|d)$' AS text)"),
    ] {
        let level = level.replace("d)$'", "d)%'");
        let select = |levels: usize| {
            let expr = nested(levels, innermost, &level).replace('%', "$");
            format!("SELECT {expr} FROM t")
        };
        refuses(&table, &select(18), "too ").await;
        said(&table, &select(3)).await.unwrap();
    }
    // Calls within each other are read once each.
    assert_eq!(
        table.ask(&format!("SELECT {} FROM t ORDER BY n", nested(22, "n", "abs($)"))).await,
        ["1", "3"]
    );
    // By way of subqueries.
    let tables: String = (1..=38)
        .map(|level| format!(", a{level} AS (SELECT coalesce(x, n) AS x, n FROM a{})", level - 1))
        .collect();
    let sql = format!("WITH a0 AS (SELECT n AS x, m AS n FROM t){tables} SELECT x FROM a38");
    refuses(&table, &sql, "too large").await;
}

#[tokio::test]
async fn rows_are_grouped_in_as_many_ways_as_memory_allows() {
    let lake = TestLake::new();
    let table = table(&lake).await;
    let columns = |count: usize| (0..count).map(|n| format!("n + {n}")).collect::<Vec<_>>().join(", ");
    refuses(&table, &format!("SELECT count(*) FROM t GROUP BY CUBE({})", columns(30)), "ways").await;
    refuses(&table, &format!("SELECT count(*) FROM t GROUP BY CUBE({})", columns(11)), "ways").await;
    assert_eq!(
        table.ask("SELECT n, count(*) FROM t GROUP BY ROLLUP(n) ORDER BY n NULLS LAST").await,
        ["1|1", "3|1", "~|2"]
    );
    assert_eq!(
        table
            .ask("SELECT count(*) FROM (SELECT n, m, word, sum(flag) FROM t GROUP BY CUBE(n, m, word)) AS s")
            .await,
        ["15"]
    );
    assert_eq!(
        table
            .ask("SELECT n, m, count(*) FROM t GROUP BY GROUPING SETS ((n, m), (n), ()) ORDER BY 1, 2")
            .await
            .len(),
        5
    );
}

#[tokio::test]
async fn tuples_are_compared_and_become_no_columns() {
    let lake = TestLake::new();
    let table = table(&lake).await;
    let doubled: String =
        (1..=40).map(|level| format!(", a{level} AS (SELECT (x, x) AS x FROM a{})", level - 1)).collect();
    let sql = format!("WITH a0 AS (SELECT (1, 2) AS x){doubled} SELECT length(x) FROM a40");
    refuses(&table, &sql, "can't be the value of a column").await;
    assert_eq!(table.ask("SELECT word FROM t WHERE (n, m) IN ((1, 2), (5, 6))").await, ["Ann"]);
    assert_eq!(table.ask("SELECT word FROM t WHERE (n, m) = (3, 4)").await, ["Bob"]);
}

#[tokio::test]
async fn percentiles_are_told_from_few_parts() {
    let lake = TestLake::new();
    let table = table(&lake).await;
    for sql in [
        "SELECT approx_percentile_cont(value, 0.5, 1000000000000000) FROM generate_series(1, 10)",
        "SELECT approx_percentile_cont(n, 0.5, 1000000) OVER () FROM t",
        "SELECT approx_percentile_cont(0.5, 100 * 1000000) WITHIN GROUP (ORDER BY n) FROM t",
    ] {
        refuses(&table, sql, "third argument").await;
    }
    for (sql, expected) in [
        ("SELECT approx_percentile_cont(n, 0.5) FROM t", "2"),
        ("SELECT approx_percentile_cont(n, 0.5, 200) FROM t", "2"),
        ("SELECT approx_percentile_cont(0.5) WITHIN GROUP (ORDER BY n) FROM t", "2"),
        ("SELECT median(n), approx_median(n) FROM t", "2|2"),
    ] {
        let found = table.ask(sql).await;
        assert!(found[0].starts_with(expected.split('|').next().unwrap()), "{sql}: {found:?}");
    }
}

#[tokio::test]
async fn conditions_over_window_functions_are_few() {
    let lake = TestLake::new();
    let table = table(&lake).await;
    let question = |columns: usize| {
        let conditions: Vec<String> = (1..=columns).map(|n| format!("w{n} > 5")).collect();
        let maxima: Vec<String> = (1..=columns).map(|n| format!("max(n + {n}) OVER w AS w{n}")).collect();
        format!(
            "SELECT n, {} AS b FROM (SELECT n, {} FROM t WINDOW w AS (PARTITION BY n ROWS UNBOUNDED PRECEDING)) AS s",
            conditions.join(" AND "),
            maxima.join(", ")
        )
    };
    refuses(&table, &question(13), "window functions").await;
    assert_eq!(table.ask(&question(4)).await.len(), 2);
    // Where they aren't chosen there may be as many as anybody wants.
    let conditions: Vec<String> = (1..=13).map(|n| format!("w{n} > 0")).collect();
    let whole = question(13);
    let from = whole.find(" FROM (SELECT n, max").unwrap();
    let sql = format!("SELECT n{} WHERE {}", &whole[from..], conditions.join(" AND "));
    assert_eq!(table.ask(&sql).await.len(), 2);
}

#[tokio::test]
async fn patterns_are_constants_and_medians_have_short_frames() {
    let lake = TestLake::new();
    let table = table(&lake).await;
    for sql in [
        "SELECT regexp_replace(word, word, '') FROM t",
        "SELECT regexp_like(word, '\\w{100}' || n) FROM t",
        "SELECT regexp_count(word, word) FROM t",
        "SELECT count(*) FROM t WHERE word ~ word",
    ] {
        refuses(&table, sql, "has to be a constant").await;
    }
    let frame = "SELECT median(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING) FROM t";
    refuses(&table, frame, "`median` with OVER").await;
    let lists = "SELECT array_has_all(a, a) FROM (SELECT array_agg(value) AS a FROM generate_series(1, 30000)) AS s, generate_series(1, 100) AS b(value)";
    refuses(&table, lists, "`array_has_all`").await;
    for (sql, expected) in [
        ("SELECT regexp_replace(word, '[a-z]+', 'x') FROM t ORDER BY n", &["Ax", "Bx"][..]),
        ("SELECT word FROM t WHERE word ~ '^(A|C)'", &["Ann"]),
        ("SELECT word FROM t WHERE word ~ ('^' || 'A')", &["Ann"]),
        ("SELECT regexp_count(word, 'n') FROM t ORDER BY n", &["2", "0"]),
        ("SELECT word FROM t WHERE word LIKE '%' || left(word, 1) || '%' ORDER BY n", &["Ann", "Bob"]),
        ("SELECT median(n) OVER (PARTITION BY flag) FROM t ORDER BY 1", &["1", "3"]),
        (
            "SELECT median(n) OVER (ORDER BY n ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM t ORDER BY 1",
            &["1", "2"],
        ),
        ("SELECT array_has_all(make_array(n, m), make_array(n)) FROM t ORDER BY n", &["true", "true"]),
    ] {
        let found = table.ask(sql).await;
        let found: Vec<&str> = found.iter().map(|row| row.strip_suffix(".0").unwrap_or(row)).collect();
        assert_eq!(found, expected, "{sql}");
    }
}

#[tokio::test]
async fn differences_below_zero_are_below_zero() {
    let lake = TestLake::new();
    let table = table(&lake).await;
    for (sql, expected) in [
        (
            "SELECT rank() OVER (ORDER BY n) - rank() OVER (ORDER BY n DESC) AS d FROM t ORDER BY n",
            &["-1", "1"][..],
        ),
        (
            "WITH r AS (SELECT n, row_number() OVER (ORDER BY m) AS a, row_number() OVER (ORDER BY m DESC) AS b FROM t), d AS (SELECT n, a - b AS lost FROM r) SELECT n, lost, sum(lost) OVER () FROM d WHERE lost < 0 UNION ALL SELECT n, lost, abs(lost) FROM d WHERE lost > 0 ORDER BY 1",
            &["1|-1|-1", "3|1|1"],
        ),
        ("SELECT cardinality(make_array(n)) - cardinality(make_array(n, m)) FROM t", &["-1", "-1"]),
        ("SELECT -n, - (n - 4) FROM t ORDER BY n", &["-1|3", "-3|1"]),
        ("SELECT n, count(*) FROM t GROUP BY n ORDER BY -n", &["3|1", "1|1"]),
    ] {
        assert_eq!(table.ask(sql).await, expected, "{sql}");
    }
    refuses(
        &table,
        "SELECT CAST(n AS INT) * CAST(2147483647 AS INT) FROM t",
        "2147483647, which is the largest",
    )
    .await;
    let least = "SELECT -(n - 9223372036854775807 - 2) FROM t WHERE n = 1";
    refuses(&table, least, "DECIMAL").await;
}
