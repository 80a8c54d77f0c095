//! Statements that would grow past any memory, and those that look like them and don't.

use wenshu_sources::{SourceErrorKind, guard};

use crate::support::{TestLake, TestTable, ask, rows};

/// What this process may have taken at most when all of that is over. Without bounds one of the statements takes more than a machine has.
const MOST_RESIDENT: u64 = 1_500 * 1024 * 1024;

/// The most memory that this process has had by now.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// A chain of subqueries, each of which computes something of the one before.
fn chain(levels: usize, first: &str, of: &str, last: &str) -> String {
    let tables = (1..=levels).map(|level| format!(", a{level} AS (SELECT {of} AS x FROM a{})", level - 1));
    format!("WITH a0 AS ({first}){} {}", tables.collect::<String>(), last.replace('$', &format!("a{levels}")))
}

async fn refusal(table: &TestTable, sql: &str) -> String {
    let shown: String = sql.chars().take(300).collect();
    let error = match ask(table.source.as_ref(), sql).await {
        Err(error) => error,
        Ok(result) => panic!("{shown}: {} rows", result.rows()),
    };
    assert_eq!(error.kind(), SourceErrorKind::Execution, "{shown}: {error}");
    error.message().to_owned()
}

#[tokio::test]
async fn what_would_take_any_memory_is_refused() {
    let lake = TestLake::new();
    let long = "x".repeat(40_000);
    let table = lake.table("x.csv", format!("n,v,name\n1,{long},Ann\n2,{long},Bob\n")).await;
    let thousand = "a".repeat(1_000);
    let first = &format!("SELECT '{}' AS x", "abcdefghij".repeat(10));
    let of_column = "SELECT name AS x FROM t";
    let nested = |times: usize, call: &str| {
        (0..times).fold("'aaaa'".to_owned(), |inner, _| call.replace('$', &inner).replace('#', &thousand))
    };
    let chars = |text: &str| text.chars().count();
    for (sql, expected) in [
        (format!("SELECT {}", nested(4, "replace($, 'a', '#')")), "`replace`"),
        (format!("SELECT length({}) FROM t", nested(4, "replace($, 'a', '#')")), "`replace`"),
        (format!("SELECT {}", nested(4, "regexp_replace($, 'a', '#', 'g')")), "`regexp_replace`"),
        (
            format!("SELECT {}", nested(4, "array_to_string(string_to_array($, NULL), '#')")),
            "`array_to_string`",
        ),
        (
            format!("SELECT count(*) FROM generate_series(1, length({}))", nested(4, "replace($, 'a', '#')")),
            "Argument #2",
        ),
        (chain(40, first, "x || x", "SELECT x FROM $"), "too large"),
        (chain(11, first, "x || x", "SELECT x FROM $"), "`||`"),
        (chain(11, first, "concat(x, x)", "SELECT length(x) FROM $"), "`concat`"),
        (chain(5, first, "concat_ws(x, x, x, x)", "SELECT length(x) FROM $"), "`concat_ws`"),
        (chain(5, "SELECT 'aaaa' AS x", "replace(x, 'a', x)", "SELECT max(x) FROM $"), "`replace`"),
        (chain(3, "SELECT v AS x FROM t", "x || x", "SELECT length(x) FROM $"), "`||`"),
        (chain(3, "SELECT v AS x FROM t", "concat(x, x)", "SELECT x FROM $"), "`concat`"),
        (chain(13, "SELECT make_array(1, 2) AS x", "array_concat(x, x)", "SELECT x FROM $"), "`array_concat`"),
        (chain(13, "SELECT make_array(n) AS x FROM t", "x || x", "SELECT cardinality(x) FROM $"), "`array_concat`"),
        (chain(13, "SELECT make_array(n) AS x FROM t", "make_array(x, x)", "SELECT x FROM $"), "`make_array`"),
        // Planning alone.
        (chain(60, of_column, "x || x", "SELECT x FROM $ WHERE x LIKE 'b%'"), "too large"),
        (chain(60, "SELECT n AS x FROM t", "x + x", "SELECT x FROM $ WHERE x > 1"), "too large"),
        (
            (1..60).fold("WITH a0 AS (SELECT 1 AS x)".to_owned(), |sql, level| {
                format!("{sql}, a{level} AS (SELECT * FROM a{0} UNION ALL SELECT * FROM a{0})", level - 1)
            }) + " SELECT count(*) FROM a59",
            "too large",
        ),
        // Rows that are worked at.
        ("SELECT replace(v, 'x', v) FROM t".to_owned(), "`replace`"),
        ("SELECT regexp_replace(v, 'x', v, 'g') FROM t".to_owned(), "`regexp_replace`"),
        (
            "SELECT count(DISTINCT concat(v, b.value)) FROM t, generate_series(1, 1000000) AS b(value)".to_owned(),
            "more memory",
        ),
        (
            "SELECT count(DISTINCT upper(v) || b.value) FROM t, generate_series(1, 1000000) AS b(value)".to_owned(),
            "more memory",
        ),
        (
            "SELECT s.x, b.value FROM (SELECT string_agg(a.value, ',') AS x FROM generate_series(1, 1000000) AS a(value)) AS s, generate_series(1, 10000) AS b(value)".to_owned(),
            "string_agg",
        ),
        (
            "SELECT string_agg(name, ',') OVER (ORDER BY n) FROM t".to_owned(),
            "OVER",
        ),
        ("SELECT count(*) OVER (), value FROM generate_series(1, 10000000000)".to_owned(), "more memory"),
        (
            "SELECT levenshtein(concat(v, a.value), concat(v, a.value)) FROM t, generate_series(1, 100000) AS a(value)".to_owned(),
            "`levenshtein`",
        ),
    ] {
        assert!(chars(&sql) <= 20_000, "longer than a statement may be");
        let said = refusal(&table, &sql).await;
        assert!(said.contains(expected), "{}: {said}", sql.chars().take(300).collect::<String>());
        assert!(resident() < MOST_RESIDENT, "{} MiB: {}", resident() >> 20, sql.chars().take(300).collect::<String>());
    }
    // Whoever comes next isn't hindered.
    assert_eq!(table.ask("SELECT count(*) FROM t").await, ["2"]);
}

#[tokio::test]
async fn long_constants_in_many_columns_stay_small() {
    let lake = TestLake::new();
    let table = lake.table("x.csv", format!("n\n{}", "1\n".repeat(20_000))).await;
    let text = "b".repeat(8_000);
    let columns: Vec<String> = (0..1_000).map(|number| format!("c || n::text AS c{number}")).collect();
    let sql = format!(
        "WITH x AS (SELECT n, '{text}' AS c FROM t) SELECT count(DISTINCT q) FROM (SELECT concat({}) AS q FROM (SELECT {} FROM x) AS y) AS z",
        (0..1_000).map(|number| format!("left(c{number}, 1)")).collect::<Vec<_>>().join(","),
        columns.join(",")
    );
    if guard::check(&sql, wenshu_sources::Dialect::DataFusion).is_ok() {
        let _ = ask(table.source.as_ref(), &sql).await;
    }
    assert!(resident() < MOST_RESIDENT, "{} MiB", resident() >> 20);
}

#[tokio::test]
async fn copies_in_many_columns_stay_small() {
    let lake = TestLake::new();
    let row = format!("1,{}\n", "ab".repeat(4_000));
    let table = lake.table("x.csv", format!("n,v\n{}", row.repeat(2_000))).await;
    let lengths: Vec<String> =
        (0..60).map(|number| format!("length(max(reverse(left(v, {}))))", 8_000 - number)).collect();
    assert_eq!(table.ask(&format!("SELECT {} FROM t", lengths.join(" + "))).await, ["478230"]);
    // All copies of all rows are a gigabyte.
    assert!(resident() < MOST_RESIDENT / 2, "{} MiB", resident() >> 20);
}

#[tokio::test]
async fn lines_of_many_short_columns_are_put_together() {
    let lake = TestLake::new();
    let names: Vec<String> = (0..20).map(|number| format!("c{number}")).collect();
    let row = vec!["Shang hai"; 20].join(",") + "\n";
    let table = lake.table("x.csv", format!("{}\n{}", names.join(","), row.repeat(20_000))).await;
    let parts: Vec<String> =
        names.iter().map(|name| format!("'{{\"customer_{name}\":\"' || {name} || '\"'")).collect();
    let sql =
        format!("SELECT max(length(l)), count(*) FROM (SELECT {} AS l FROM t) AS s", parts.join(" || "));
    assert_eq!(table.ask(&sql).await, ["530|20000"]);
}

#[tokio::test]
async fn one_long_cell_elsewhere_changes_nothing() {
    let lake = TestLake::new();
    let long = lake
        .import_to("a/2", "long.csv", format!("body,k\n{},1\n", "word ".repeat(800_000) + "end"), u64::MAX)
        .await
        .unwrap();
    let short = lake
        .import_to(
            "a/1",
            "short.csv",
            format!("day,city,amount\n{}", "2024-01-02,Beijing,2\n".repeat(30_000)),
            u64::MAX,
        )
        .await
        .unwrap();
    let table =
        |name: &str, imported: &wenshu_sources::datasets::Imported| wenshu_sources::datasets::DatasetTable {
            name: name.to_owned(),
            comment: None,
            path: imported.tables[0].path.clone(),
            columns: imported.tables[0].columns.clone(),
            rows: imported.tables[0].rows,
        };
    let source = wenshu_sources::datasets::Lake::open(
        &lake.lake,
        vec![table("stories", &long), table("sales", &short)],
    );
    let words = "SELECT cardinality(string_to_array(body, ' ')) FROM stories";
    assert_eq!(rows(&ask(source.as_ref(), words).await.unwrap()), ["800001"]);
    // One row at a time this would take minutes.
    let calls: Vec<String> =
        (0..20).map(|number| format!("to_char(day, '%Y-%m-%d {number}') AS m{number}")).collect();
    let sql = format!(
        "SELECT count(m1), max(r) FROM (SELECT *, row_number() OVER (ORDER BY m0) AS r FROM (SELECT {} FROM sales) AS a) AS b",
        calls.join(", ")
    );
    assert_eq!(rows(&ask(source.as_ref(), &sql).await.unwrap()), ["30000|30000"]);
}

#[tokio::test]
async fn what_is_harmless_works() {
    let lake = TestLake::new();
    let long = "word ".repeat(20_000);
    let table =
        lake.table("x.csv", format!("n,v,name,day\n1,{long},Ann Lee,2024-01-02\n2,,Bob,2024-05-03\n")).await;
    for (sql, expected) in [
        ("SELECT replace(replace(name, ' ', ''), 'n', 'nn') FROM t ORDER BY n", &["AnnnnLee", "Bob"][..]),
        (
            "SELECT name || '-' || n || '-' || to_char(day, '%Y-%m') FROM t ORDER BY n",
            &["Ann Lee-1-2024-01", "Bob-2-2024-05"],
        ),
        ("SELECT name || NULL FROM t ORDER BY n", &["~", "~"]),
        (
            "SELECT concat(name, NULL, '!') AS c, count(*) FROM t GROUP BY c ORDER BY c",
            &["Ann Lee!|1", "Bob!|1"],
        ),
        ("SELECT name || '!', count(*) FROM t GROUP BY name || '!' ORDER BY 1", &["Ann Lee!|1", "Bob!|1"]),
        ("SELECT n + 1, count(*) FROM t GROUP BY n + 1 HAVING n + 1 > 2 ORDER BY n + 1", &["3|1"]),
        ("SELECT concat_ws('/', name, n) FROM t ORDER BY 1", &["Ann Lee/1", "Bob/2"]),
        ("SELECT length(replace(v, ' ', '  ')) FROM t WHERE n = 1", &["120000"]),
        (
            "SELECT length(regexp_replace(v, 'w[a-z]', 'something longer', 'g')) FROM t WHERE n = 1",
            &["380000"],
        ),
        (
            "SELECT length(array_to_string(string_to_array(v, ' '), ', and then ')) FROM t WHERE n = 1",
            &["300000"],
        ),
        ("SELECT length(regexp_replace(v, '\\s+', ' ', 'g')) FROM t WHERE n = 1", &["100000"]),
        ("SELECT length(v || v) FROM t WHERE n = 1", &["200000"]),
        ("SELECT string_agg(name, ', ' ORDER BY n) FROM t", &["Ann Lee, Bob"]),
        (
            "SELECT s.x, t.n FROM (SELECT string_agg(name, ', ' ORDER BY n) AS x FROM t) AS s, t ORDER BY n",
            &["Ann Lee, Bob|1", "Ann Lee, Bob|2"],
        ),
        ("SELECT array_to_string(array_agg(name ORDER BY n), '+') FROM t", &["Ann Lee+Bob"]),
        ("SELECT x FROM unnest(string_to_array('a b', ' ')) AS u(x) ORDER BY x", &["a", "b"]),
        ("SELECT make_array(n, n + 1)[2] FROM t ORDER BY n", &["2", "3"]),
        (
            "SELECT upper(name), overlay(name PLACING 'xx' FROM 1 FOR 2) FROM t ORDER BY n",
            &["ANN LEE|xxn Lee", "BOB|xxb"],
        ),
        ("SELECT regexp_match(name, '([A-Z])[a-z]+')[1] FROM t ORDER BY n", &["A", "B"]),
        ("SELECT sum(n) OVER (ORDER BY n), count(*) OVER () FROM t ORDER BY n", &["1|2", "3|2"]),
        ("SELECT levenshtein(name, 'Bob') FROM t ORDER BY n", &["7", "0"]),
        ("SELECT count(*) FROM generate_series(1, length(replace('abc', 'b', 'bb')) * 2)", &["8"]),
        ("SELECT translate(name, 'ab', 'xy') FROM t ORDER BY n", &["Ann Lee", "Boy"]),
        (
            "SELECT to_char(day, '%Y') || '-Q' || date_part('quarter', day) AS q, sum(n) FROM t GROUP BY q ORDER BY q",
            &["2024-Q1|1", "2024-Q2|2"],
        ),
        (
            "WITH a AS (SELECT name || 'x' AS x FROM t), b AS (SELECT x || x AS x FROM a) SELECT x FROM b WHERE x LIKE 'B%'",
            &["BobxBobx"],
        ),
        ("SELECT (SELECT max(name) || '!' FROM t) || n FROM t ORDER BY n", &["Bob!1", "Bob!2"]),
    ] {
        assert_eq!(table.ask(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn whole_numbers_do_not_begin_anew_at_the_other_end() {
    let lake = TestLake::new();
    let table = lake.table("x.csv", format!("n,k\n{}", "500000000000000000,1\n".repeat(30))).await;
    for (sql, expected) in [
        ("SELECT sum(n) FROM t", "`sum`"),
        ("SELECT k, sum(n) FROM t GROUP BY k", "`sum`"),
        ("SELECT sum(n) OVER () FROM t", "`sum`"),
        ("SELECT sum(n) OVER (ORDER BY k ROWS BETWEEN 25 PRECEDING AND CURRENT ROW) FROM t", "`sum`"),
        (
            "SELECT sum(DISTINCT n + value * 100000000000000000) FROM t, generate_series(1, 40) AS a(value)",
            "`sum`",
        ),
        ("SELECT n * 100 FROM t", "`*`"),
        ("SELECT n + n * 18 FROM t", "`+`"),
        ("SELECT 0 - n * 18 - n FROM t", "`-`"),
        ("SELECT 9223372036854775807 + 1", "`+`"),
        ("SELECT count(*) FROM t WHERE n * 100 > 0", "`*`"),
    ] {
        let said = refusal(&table, sql).await;
        assert!(said.contains(expected) && said.contains("DECIMAL"), "{sql}: {said}");
    }
    for (sql, expected) in [
        ("SELECT sum(CAST(n AS DECIMAL(38, 0))) FROM t", "15000000000000000000"),
        ("SELECT sum(n) FROM t WHERE k = 2", "~"),
        ("SELECT sum(k), sum(DISTINCT k), sum(k) FILTER (WHERE n < 0) FROM t", "30|1|~"),
        ("SELECT k, sum(k), sum(k) FILTER (WHERE n < 0) FROM t GROUP BY k", "1|30|~"),
        (
            "SELECT max(s) FROM (SELECT sum(k) OVER (ORDER BY k ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS s FROM t) AS a",
            "3",
        ),
        ("SELECT sum(k * 1.5), sum(n / 1000000) , avg(k) FROM t", "45.0|15000000000000|1.0"),
        ("SELECT 2 * 3 + 4 - 1", "9"),
        ("SELECT sum(k + 1) FROM t", "60"),
    ] {
        assert_eq!(table.ask(sql).await, [expected], "{sql}");
    }
}
