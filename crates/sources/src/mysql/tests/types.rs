//! MySQL's values and what becomes of them.

use super::Fixture;
use crate::tests::shown;
use crate::{Limits, Source as _, ValueKind};

#[tokio::test]
async fn every_type_comes_out_exactly() {
    let fixture = Fixture::new("SET sql_mode = ''; CREATE TABLE t (id int)").await;
    for (column, value, expected) in [
        ("tinyint(1)", "1", "Boolean:boolean true"),
        ("tinyint(1)", "2", "Int64:integer 2"),
        ("tinyint", "-128", "Int64:integer -128"),
        ("tinyint unsigned", "255", "UInt64:integer 255"),
        ("smallint", "-32768", "Int64:integer -32768"),
        ("mediumint unsigned", "16777215", "UInt64:integer 16777215"),
        ("int", "-2147483648", "Int64:integer -2147483648"),
        ("bigint", "-9223372036854775808", "Int64:integer -9223372036854775808"),
        ("bigint unsigned", "18446744073709551615", "UInt64:integer 18446744073709551615"),
        ("decimal(10,2)", "12.5", "Decimal128(38, 2):number 12.50"),
        (
            "decimal(65,2)",
            "123456789012345678901234567890123456789012345678901234567890.99",
            "Decimal256(76, 2):number 123456789012345678901234567890123456789012345678901234567890.99",
        ),
        ("float", "0.1", "Float64:number 0.1"),
        ("double", "0.1", "Float64:number 0.1"),
        ("double", "1e-300", "Float64:number 1e-300"),
        ("bit(1)", "b'1'", "UInt64:integer 1"),
        (
            "bit(64)",
            "b'1111111111111111111111111111111111111111111111111111111111111111'",
            "UInt64:integer 18446744073709551615",
        ),
        ("year", "2026", "Int64:integer 2026"),
        ("year", "0", "Int64:integer 0"),
        ("date", "'2026-03-01'", "Date32:date 2026-03-01"),
        ("date", "'0000-00-00'", "Utf8:date 0000-00-00"),
        ("date", "'2026-00-00'", "Utf8:date 2026-00-00"),
        ("time", "'10:30:00'", "Time64(µs):time 10:30:00"),
        ("time(3)", "'10:30:00.25'", "Time64(µs):time 10:30:00.250"),
        ("time", "'838:59:59'", "Utf8:time 838:59:59"),
        ("time", "'-01:00:00'", "Utf8:time -01:00:00"),
        ("datetime", "'2026-03-01 10:00:00'", "Timestamp(µs):timestamp 2026-03-01T10:00:00"),
        ("datetime(6)", "'2026-03-01 10:00:00.123456'", "Timestamp(µs):timestamp 2026-03-01T10:00:00.123456"),
        ("datetime", "'0000-00-00 00:00:00'", "Utf8:timestamp 0000-00-00 00:00:00"),
        (
            "timestamp NULL",
            "'2026-03-01 10:00:00'",
            "Timestamp(µs, \"+00:00\"):timestamp 2026-03-01T10:00:00Z",
        ),
        ("char(4)", "'中 \\\\'", "Utf8:text 中 \\"),
        ("varchar(20) COLLATE utf8mb4_bin", "'a''\"'", "Utf8:text a'\""),
        ("varchar(20) CHARACTER SET latin1", "'é'", "Utf8:text é"),
        ("varchar(20) CHARACTER SET gbk", "'北京'", "Utf8:text 北京"),
        ("longtext", "'文'", "Utf8:text 文"),
        ("binary(3)", "x'00ff'", "Binary:binary 00ff00"),
        ("varbinary(9)", "x'00ff'", "Binary:binary 00ff"),
        ("blob", "x'80'", "Binary:binary 80"),
        ("enum('高','low')", "'高'", "Utf8:text 高"),
        ("set('a','b')", "'a,b'", "Utf8:text a,b"),
        ("json", "'{\"a\": [1, 1.10]}'", "Utf8:text {\"a\": [1, 1.10]}"),
        ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "Utf8:text a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("inet6", "'::1'", "Utf8:text ::1"),
        ("int", "NULL", "Int64:integer ∅"),
        ("date", "NULL", "Date32:date ∅"),
    ] {
        fixture
            .run(&format!(
                "SET sql_mode = ''; DROP TABLE IF EXISTS v; SET time_zone = '+00:00'; \
                 CREATE TABLE v (v {column}) CHARACTER SET utf8mb4; INSERT INTO v VALUES ({value})"
            ))
            .await;
        let result = fixture.ask("SELECT v FROM v").await;
        let result = result.unwrap_or_else(|error| panic!("{column} {value}: {error}"));
        let shown = shown(&result);
        let (head, value) = shown.strip_prefix("v:").unwrap().split_once('\n').unwrap();
        assert_eq!(format!("{head} {value}"), expected, "{column}");
    }
    fixture.check("SELECT NULL AS v", "v:Utf8:text\n∅").await;
    fixture
        .check(
            "SELECT 1.50 + 1 AS v, count(*) AS n FROM t",
            "v:Decimal128(38, 2):number n:Int64:integer\n2.50|0",
        )
        .await;
}

#[tokio::test]
async fn types_do_not_need_rows_and_names_are_told_apart() {
    let fixture =
        Fixture::new("CREATE TABLE t (id int, price decimal(10,2), at timestamp NULL, v varbinary(3))").await;
    fixture
        .check(
            "SELECT *, id, count(*) OVER () AS n FROM t",
            "id:Int64:integer price:Decimal128(38, 0):number at:Timestamp(µs, \"+00:00\"):timestamp v:Binary:binary \
             id_2:Int64:integer n:Int64:integer",
        )
        .await;
    fixture.check("SELECT 1 AS `销售 额\"``x` -- the end", "销售 额\"`x:Int64:integer\n1").await;
}

#[tokio::test]
async fn rows_and_bytes_are_cut() {
    let fixture = Fixture::with_options(
        "CREATE TABLE t (v text); INSERT INTO t VALUES ('aaaa'), ('bbbb'), ('cccc');",
        |options| options.connections = 1,
    )
    .await;
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
        for sql in [
            "SELECT v FROM t",
            "SELECT v FROM t LIMIT 1000",
            "SELECT v FROM t WHERE v < 'b' UNION ALL SELECT v FROM t WHERE v > 'b'",
            "WITH c AS (SELECT v FROM t) SELECT a.v FROM c AS a JOIN (SELECT v FROM c) AS b USING (v)",
        ] {
            let result = fixture.ask_within(sql, within(rows, bytes)).await.unwrap();
            assert_eq!(
                (result.rows(), result.truncated),
                (kept, truncated),
                "{rows} rows, {bytes} bytes: {sql}"
            );
        }
    }
    let endless = "SELECT a.n FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 900) \
                   SELECT n FROM c) AS a, information_schema.columns AS b, information_schema.columns AS d LIMIT 100000000";
    let result = fixture.ask_within(endless, within(5, 100)).await.unwrap();
    assert_eq!((result.rows(), result.truncated), (5, true));
    fixture.check("SELECT 7 AS n", "n:Int64:integer\n7").await;
}

#[tokio::test]
async fn what_the_schema_calls_json_is_json_in_a_result() {
    let fixture = Fixture::new(
        "CREATE TABLE `单 据` (id int, `文 档` json, plain longtext); \
         INSERT INTO `单 据` VALUES (1, '{\"a\": 1}', '{}')",
    )
    .await;
    let schema = fixture.source.schema(false).await.unwrap();
    let kinds: Vec<ValueKind> =
        schema.table("单 据").unwrap().columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [ValueKind::Integer, ValueKind::Json, ValueKind::Text]);
    for (condition, rows) in [("1", "\n{\"a\": 1}|{}"), ("id > 1", "")] {
        fixture
            .check(
                &format!("SELECT `文 档` AS d, plain FROM `单 据` AS x WHERE {condition}"),
                &format!("d:Utf8:json plain:Utf8:text{rows}"),
            )
            .await;
    }
}
