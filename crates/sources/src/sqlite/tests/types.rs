//! SQLite's values and what becomes of them.

use rusqlite::Connection;

use super::{Fixture, shown};
use crate::Limits;
use crate::sqlite::values::real_as_text;

/// A database, a statement, and the whole result.
async fn check(setup: &str, sql: &str, expected: &str) {
    let fixture = Fixture::new(setup);
    let result = fixture.ask(sql).await.unwrap();
    assert_eq!(shown(&result), expected, "{sql}");
    assert!(!result.truncated);
}

#[tokio::test]
async fn storage_classes_give_the_types() {
    check(
        "",
        "SELECT 1 AS a, 2.5 AS b, 'x' AS c, x'00ff' AS d, NULL AS e",
        "a:Int64:integer b:Float64:number c:Utf8:text d:Binary:binary e:Utf8:text\n1|2.5|x|00ff|∅",
    )
    .await;
    check(
        "CREATE TABLE t (price DECIMAL(10,2), big DECIMAL(20,0)); INSERT INTO t VALUES (12, 9007199254740993), (0.5, 0.5), (NULL, NULL);",
        "SELECT price, big FROM t",
        "price:Float64:number big:Utf8:text\n12.0|9007199254740993\n0.5|0.5\n∅|∅",
    )
    .await;
    check(
        "CREATE TABLE t (price DECIMAL(10,2)); INSERT INTO t VALUES (12.00);",
        "SELECT price FROM t",
        "price:Int64:number\n12",
    )
    .await;
    check(
        "CREATE TABLE t (flag BOOLEAN, odd BOOLEAN, word BOOLEAN); INSERT INTO t VALUES (1, 2, 'true'), (0, 1, 'false');",
        "SELECT flag, odd, word FROM t",
        "flag:Boolean:boolean odd:Int64:integer word:Utf8:text\ntrue|2|true\nfalse|1|false",
    )
    .await;
    check(
        "",
        "SELECT 9223372036854775807 AS top, -9223372036854775808 AS bottom",
        "top:Int64:integer bottom:Int64:integer\n9223372036854775807|-9223372036854775808",
    )
    .await;
    check(
        "",
        "SELECT 9223372036854775807 AS n UNION ALL SELECT 0.5",
        "n:Utf8:text\n9223372036854775807\n0.5",
    )
    .await;
    check(
        "",
        "SELECT 1e308 * 10 AS up, -1e308 * 10 AS down",
        "up:Float64:number down:Float64:number\ninf|-inf",
    )
    .await;
}

#[tokio::test]
async fn a_mixed_column_is_text_as_sqlite_casts_it() {
    check(
        "CREATE TABLE t (v); INSERT INTO t VALUES (1), (2.0), ('三'), (x'61'), (NULL), (1e20);",
        "SELECT v FROM t",
        "v:Utf8:text\n1\n2.0\n三\na\n∅\n1.0e+20",
    )
    .await;
}

#[test]
fn reals_are_written_as_sqlite_writes_them() {
    let connection = Connection::open_in_memory().unwrap();
    for real in [
        1.0,
        -1.5,
        0.1,
        0.1 + 0.2,
        1e15,
        1e14,
        123_456_789_012_345.0,
        1e-4,
        1.234e-5,
        1e100,
        -2.5e-10,
        100.0,
        1.0 / 3.0,
        2.0 / 3.0,
        999_999_999_999_999.9,
        5e-324,
        f64::MAX,
        f64::INFINITY,
        f64::NEG_INFINITY,
        12_345.678_9,
        0.0,
    ] {
        let cast: String = connection.query_row("SELECT CAST(? AS TEXT)", [real], |row| row.get(0)).unwrap();
        assert_eq!(real_as_text(real), cast, "{real:e}");
    }
}

#[tokio::test]
async fn dates_are_known_by_type_or_form() {
    check(
        "CREATE TABLE t (made DATETIME, day DATE, odd DATE, stamp DATETIME, seconds DATETIME); \
         INSERT INTO t VALUES ('2026-03-01 10:00:00', '2026-03-01', 'soon', '2026-03-01', 1772323200);",
        "SELECT made, day, odd, stamp, seconds, date(made) AS d, datetime(made) AS m, strftime('%Y-%m', made) AS month, \
         strftime('%Y', made) || '-Q1' AS quarter FROM t",
        "made:Utf8:timestamp day:Utf8:date odd:Utf8:text stamp:Utf8:timestamp seconds:Int64:integer d:Utf8:date \
         m:Utf8:timestamp month:Utf8:text quarter:Utf8:text\n\
         2026-03-01 10:00:00|2026-03-01|soon|2026-03-01|1772323200|2026-03-01|2026-03-01 10:00:00|2026-03|2026-Q1",
    )
    .await;
}

#[tokio::test]
async fn without_rows_types_come_from_the_declaration() {
    check(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, price DECIMAL(10,2), flag BOOLEAN, day DATE, made DATETIME, doc JSON, raw BLOB, name)",
        "SELECT *, id + 1 AS more FROM t",
        "id:Int64:integer price:Float64:number flag:Boolean:boolean day:Utf8:date made:Utf8:timestamp doc:Utf8:json raw:Binary:binary name:Utf8:text more:Utf8:text",
    )
    .await;
    check(
        "CREATE TABLE t (id INTEGER, price REAL); INSERT INTO t VALUES (NULL, NULL)",
        "SELECT * FROM t",
        "id:Int64:integer price:Float64:number\n∅|∅",
    )
    .await;
}

#[tokio::test]
async fn names_are_told_apart() {
    check(
        "",
        "SELECT 1 AS id, 2 AS id, 3 AS id_2, 4 AS id",
        "id:Int64:integer id_3:Int64:integer id_2:Int64:integer id_4:Int64:integer\n1|2|3|4",
    )
    .await;
    check("", "SELECT 1 AS \"销售 额\"\"x\", 2 AS \"\"", "销售 额\"x:Int64:integer :Int64:integer\n1|2")
        .await;
}

#[tokio::test]
async fn invalid_text_does_not_fail_the_query() {
    check("", "SELECT CAST(x'61ff62' AS TEXT) AS v", "v:Utf8:text\na\u{fffd}b").await;
    check("", "SELECT 'a' || char(0) || 'b' AS v", "v:Utf8:text\na\0b").await;
}

#[tokio::test]
async fn utf16_databases_are_read() {
    check(
        "PRAGMA encoding = 'UTF-16'; CREATE TABLE 客户 (城市 TEXT); INSERT INTO 客户 VALUES ('北京');",
        "SELECT 城市 FROM 客户",
        "城市:Utf8:text\n北京",
    )
    .await;
}

#[tokio::test]
async fn rows_and_bytes_are_cut() {
    let fixture = Fixture::new("CREATE TABLE t (v); INSERT INTO t VALUES ('aaaa'), ('bbbb'), ('cccc');");
    let within = |rows, bytes| Limits { rows, bytes, ..Limits::default() };
    for (rows, bytes, kept, truncated) in [
        (3, 100, 3, false),
        (2, 100, 2, true),
        (0, 100, 0, true),
        (3, 12, 3, false),
        (3, 11, 2, true),
        (3, 0, 0, true),
        (usize::MAX, usize::MAX, 3, false),
    ] {
        let result = fixture.ask_within("SELECT v FROM t", within(rows, bytes)).await.unwrap();
        assert_eq!((result.rows(), result.truncated), (kept, truncated), "{rows} rows, {bytes} bytes");
        assert_eq!(shown(&result).lines().next(), Some("v:Utf8:text"));
    }
    let endless = "WITH RECURSIVE counter (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM counter) SELECT number FROM counter";
    let result = fixture.ask_within(endless, within(5, 100)).await.unwrap();
    assert_eq!((result.rows(), result.truncated), (5, true));
}

#[tokio::test]
async fn one_giant_value_does_not_take_memory() {
    let fixture = Fixture::new("");
    let limits = Limits { bytes: 2 * 1024 * 1024, ..Limits::default() };
    let fits = fixture.ask_within("SELECT length(zeroblob(2000000)) AS n", limits).await.unwrap();
    assert_eq!(shown(&fits), "n:Int64:integer\n2000000");
    let cut = fixture
        .ask_within("SELECT zeroblob(2000000) UNION ALL SELECT zeroblob(2000001)", limits)
        .await
        .unwrap();
    assert_eq!((cut.rows(), cut.truncated), (1, true));
    for sql in ["SELECT zeroblob(900000000)", "SELECT replace(hex(zeroblob(1000000)), '0', 'abcdefgh')"] {
        let error = fixture.ask_within(sql, limits).await.unwrap_err();
        assert_eq!(error.kind(), crate::SourceErrorKind::Execution, "{sql}");
        assert!(error.message().contains("larger than the limit"), "{error}");
    }
}
