//! PostgreSQL's values and what becomes of them.

use super::Fixture;
use crate::Limits;
use crate::tests::shown;

#[tokio::test]
async fn every_type_comes_out_exactly() {
    let fixture = Fixture::new(
        "CREATE TYPE mood AS ENUM ('高兴', 'sad'); CREATE TYPE point2 AS (x int, \"y y\" text); CREATE DOMAIN cents AS numeric(10,2); \
         CREATE TYPE span AS RANGE (subtype = float8);",
    )
    .await;
    for (expression, expected) in [
        ("true", "Boolean:boolean true"),
        ("32767::int2", "Int64:integer 32767"),
        ("'-2147483648'::int4", "Int64:integer -2147483648"),
        ("9223372036854775807::int8", "Int64:integer 9223372036854775807"),
        ("4294967295::oid", "Int64:integer 4294967295"),
        ("0.1::float4", "Float64:number 0.1"),
        ("0.1::float8 + 0.2", "Float64:number 0.30000000000000004"),
        ("'-Infinity'::float8", "Float64:number -inf"),
        ("12.50::numeric(10,2)", "Decimal128(38, 2):number 12.50"),
        ("12.5::cents", "Decimal128(38, 2):number 12.50"),
        (
            "99999999999999999999999999999999999999.99",
            "Decimal256(76, 2):number 99999999999999999999999999999999999999.99",
        ),
        ("'NaN'::numeric", "Utf8:number NaN"),
        ("1e-20::numeric", "Decimal128(38, 20):number 0.00000000000000000001"),
        ("repeat('9', 80)::numeric", &format!("Utf8:number {}", "9".repeat(80))),
        ("'12.34'::money", "Decimal128(38, 2):number 12.34"),
        ("'文本 \"''\\'", "Utf8:text 文本 \"'\\"),
        ("'ab'::char(4)", "Utf8:text ab"),
        ("'x'::\"char\"", "Utf8:text x"),
        ("'n'::name", "Utf8:text n"),
        ("'\\x00ff'::bytea", "Binary:binary 00ff"),
        ("''::bytea", "Binary:binary "),
        ("'2026-03-01'::date", "Date32:date 2026-03-01"),
        ("'infinity'::date", "Utf8:date infinity"),
        ("'0044-03-15 BC'::date", "Utf8:date 0044-03-15 BC"),
        ("'10:30:00.25'::time", "Time64(µs):time 10:30:00.250"),
        ("'24:00:00'::time", "Utf8:time 24:00:00"),
        ("'10:30:00+08'::timetz", "Utf8:time 10:30:00+08"),
        ("'2026-03-01 10:00:00.123456'::timestamp", "Timestamp(µs):timestamp 2026-03-01T10:00:00.123456"),
        ("'2026-03-01 10:00:00+08'::timestamptz", "Timestamp(µs, \"+00:00\"):timestamp 2026-03-01T02:00:00Z"),
        ("'-infinity'::timestamptz", "Utf8:timestamp -infinity"),
        ("'1 year 2 mons 3 days 04:05:06'::interval", "Utf8:other 1 year 2 mons 3 days 04:05:06"),
        ("'{\"a\": [1, 1.10]}'::json", "Utf8:json {\"a\": [1, 1.10]}"),
        ("'{\"b\": 12345678901234567890}'::jsonb", "Utf8:json {\"b\": 12345678901234567890}"),
        ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "Utf8:text a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("'10.0.0.0/8'::inet", "Utf8:text 10.0.0.0/8"),
        ("'08:00:2b:01:02:03'::macaddr", "Utf8:text 08:00:2b:01:02:03"),
        ("'高兴'::mood", "Utf8:text 高兴"),
        ("ARRAY[1, NULL, 3]", "Utf8:json [1,null,3]"),
        ("ARRAY[[1.10, 2], [3, 4]]", "Utf8:json [[1.10,2],[3,4]]"),
        ("ARRAY['a,\"b', '中']", "Utf8:json [\"a,\\\"b\",\"中\"]"),
        ("ARRAY['sad'::mood]", "Utf8:json [\"sad\"]"),
        ("ARRAY[]::text[]", "Utf8:json []"),
        ("ROW(1, 'b')::point2", "Utf8:json {\"x\":1,\"y y\":\"b\"}"),
        ("ROW(1, 'b')", "Utf8:json {\"f1\":1,\"f2\":\"b\"}"),
        ("ARRAY[ROW(1, 'b')::point2]", "Utf8:json [{\"x\":1,\"y y\":\"b\"}]"),
        ("int4range(1, 5)", "Utf8:other [1,5)"),
        ("span(1.5, 2)", "Utf8:other [1.5,2)"),
        ("'{[1,3), [5,7)}'::int4multirange", "Utf8:other {[1,3),[5,7)}"),
        ("B'0101'", "Utf8:other 0101"),
        ("point(1, 2)", "Utf8:other (1,2)"),
        ("to_tsvector('simple', 'a b')", "Utf8:other 'a':1 'b':2"),
        ("'pg_class'::regclass", "Utf8:other pg_class"),
        ("'<a>b</a>'::xml", "Utf8:text <a>b</a>"),
        ("NULL", "Utf8:text ∅"),
        ("NULL::numeric", "Decimal128(38, 0):number ∅"),
        ("NULL::int[]", "Utf8:json ∅"),
    ] {
        let result = fixture.ask(&format!("SELECT {expression} AS v")).await;
        let result = result.unwrap_or_else(|error| panic!("{expression}: {error}"));
        let shown = shown(&result);
        let (head, value) = shown.strip_prefix("v:").unwrap().split_once('\n').unwrap();
        assert_eq!(format!("{head} {value}"), expected, "{expression}");
    }
}

#[tokio::test]
async fn types_do_not_need_rows_and_hold_for_all_of_them() {
    let fixture =
        Fixture::new("CREATE TABLE t (id int, price numeric(10,2), at timestamptz, tags text[])").await;
    fixture
        .check(
            "SELECT *, count(*) OVER () FROM t",
            "id:Int64:integer price:Decimal128(38, 0):number at:Timestamp(µs, \"+00:00\"):timestamp tags:Utf8:json count:Int64:integer",
        )
        .await;
    fixture
        .check(
            "SELECT v FROM (VALUES (1.5), (NULL), (-0.125)) AS a (v)",
            "v:Decimal128(38, 3):number\n1.500\n∅\n-0.125",
        )
        .await;
    fixture.check("SELECT FROM (VALUES (1), (2)) AS a", "\n\n").await;
}

#[tokio::test]
async fn names_are_told_apart_and_order_is_kept() {
    let fixture = Fixture::new("").await;
    fixture
        .check(
            "SELECT 1 AS id, 2 AS id, 3, 4 AS \"销售 额\"\"x\" -- the end",
            "id:Int64:integer id_2:Int64:integer ?column?:Int64:integer 销售 额\"x:Int64:integer\n1|2|3|4",
        )
        .await;
    let sql = "SELECT n FROM generate_series(1, 500) AS n ORDER BY n % 7 DESC, n DESC";
    let result = fixture.ask(sql).await.unwrap();
    let mut expected: Vec<i32> = (1..=500).collect();
    expected.sort_by_key(|n| (-(n % 7), -n));
    let expected: Vec<String> = expected.iter().map(i32::to_string).collect();
    assert_eq!(shown(&result).lines().skip(1).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn rows_and_bytes_are_cut() {
    let fixture =
        Fixture::new("CREATE TABLE t (v text); INSERT INTO t VALUES ('aaaa'), ('bbbb'), ('cccc');").await;
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
    }
    let endless = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c";
    let result = fixture.ask_within(endless, within(5, 100)).await.unwrap();
    assert_eq!((result.rows(), result.truncated), (5, true));
    let giant = "SELECT repeat('x', 20000000) AS v UNION ALL SELECT 'y'";
    let result = fixture.ask_within(giant, within(5, 1000)).await.unwrap();
    assert_eq!((result.rows(), result.truncated), (0, true));
}
