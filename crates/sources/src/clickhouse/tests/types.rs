//! ClickHouse's values and what becomes of them.

use super::Fixture;
use crate::Limits;
use crate::tests::shown;

#[tokio::test]
async fn every_type_comes_out_exactly() {
    let fixture = Fixture::new("").await;
    for (expression, expected) in [
        ("toUInt8(255)", "UInt64:integer 255"),
        ("toInt64('-9223372036854775808')", "Int64:integer -9223372036854775808"),
        ("toUInt64('18446744073709551615')", "UInt64:integer 18446744073709551615"),
        ("toFloat32(0.1)", "Float64:number 0.1"),
        ("toFloat64(0.1) + 0.2", "Float64:number 0.30000000000000004"),
        ("1 / 0", "Float64:number inf"),
        ("toDecimal64('12.50', 2)", "Decimal128(38, 2):number 12.50"),
        ("toDecimal128('99999999999999999999.999', 3)", "Decimal128(38, 3):number 99999999999999999999.999"),
        ("'文本 \"''\\\\\\t|'", "Utf8:text 文本 \"'\\\t|"),
        ("toFixedString('ab', 4)", "Utf8:text ab"),
        ("toDate('2026-03-01')", "Date32:date 2026-03-01"),
        (
            "toDateTime('2026-03-01 10:00:00', 'Asia/Shanghai')",
            "Timestamp(µs, \"+00:00\"):timestamp 2026-03-01T02:00:00Z",
        ),
        (
            "toDateTime('2026-03-01 10:00:00', 'UTC')",
            "Timestamp(µs, \"+00:00\"):timestamp 2026-03-01T10:00:00Z",
        ),
        ("toDateTime(1772359200)", "Timestamp(µs, \"+00:00\"):timestamp 2026-03-01T10:00:00Z"),
        ("toUUID('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')", "Utf8:text a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("CAST('高', 'Enum8(\\'高\\' = 1)')", "Utf8:text 高"),
        ("[1, 2]", "Utf8:json [1,2]"),
        ("['a\\'b', '中\"']", "Utf8:json [\"a'b\",\"中\\\"\"]"),
        ("[[toNullable(1), NULL]]", "Utf8:json [[1,null]]"),
        ("(1, 'x', [2.5])", "Utf8:json [1,\"x\",[2.5]]"),
        ("[toDate('2026-03-01')]", "Utf8:json [\"2026-03-01\"]"),
        ("toNullable(7)", "UInt64:integer 7"),
        ("CAST(NULL, 'Nullable(Float64)')", "Float64:number ∅"),
        ("NULL", "Utf8:text ∅"),
        ("''", "Utf8:text "),
        ("'\\\\N'", "Utf8:text \\N"),
    ] {
        let result = fixture.ask(&format!("SELECT {expression} AS v")).await;
        let result = result.unwrap_or_else(|error| panic!("{expression}: {error}"));
        let shown = shown(&result);
        let (head, value) = shown.strip_prefix("v:").unwrap().split_once('\n').unwrap();
        assert_eq!(format!("{head} {value}"), expected, "{expression}");
    }
}

#[tokio::test]
async fn names_types_and_order_without_rows_too() {
    let fixture = Fixture::new(
        "CREATE TABLE `订单 明细` (`编号` UInt32, `select` Nullable(String), day Date) ENGINE = Memory; \
         INSERT INTO `订单 明细` VALUES (2, NULL, '2026-01-02'), (1, 'x', '2026-01-01')",
    )
    .await;
    fixture
        .check(
            "SELECT `编号`, `select`, day FROM `订单 明细` ORDER BY `编号` -- the end",
            "编号:UInt64:integer select:Utf8:text day:Date32:date\n1|x|2026-01-01\n2|∅|2026-01-02",
        )
        .await;
    fixture.check("SELECT `编号` FROM `订单 明细` WHERE `编号` > 5", "编号:UInt64:integer").await;
}

#[tokio::test]
async fn rows_and_bytes_are_cut() {
    let fixture = Fixture::new("").await;
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
        let sql = "SELECT concat('aaa', toString(number)) AS v FROM system.numbers LIMIT 3";
        let result = fixture.ask_within(sql, within(rows, bytes)).await.unwrap();
        assert_eq!((result.rows(), result.truncated), (kept, truncated), "{rows} rows, {bytes} bytes");
    }
    let result = fixture.ask_within("SELECT number FROM system.numbers", within(5, 100)).await.unwrap();
    assert_eq!((result.rows(), result.truncated), (5, true));
}

#[tokio::test]
async fn moments_are_the_same_whatever_zone_a_column_has() {
    let fixture = Fixture::new(
        "CREATE TABLE t (id Int32, here DateTime, there DateTime('Asia/Shanghai'), maybe Nullable(DateTime('America/New_York'))) \
         ENGINE = Memory; \
         INSERT INTO t VALUES (1, 1772359200, 1772359200, 1772359200), (2, 1782900000, 1782900000, NULL)",
    )
    .await;
    let instant = "Timestamp(µs, \"+00:00\"):timestamp";
    fixture
        .check(
            "SELECT here, there, maybe FROM t ORDER BY id",
            &format!(
                "here:{instant} there:{instant} maybe:{instant}\n\
                 2026-03-01T10:00:00Z|2026-03-01T10:00:00Z|2026-03-01T10:00:00Z\n\
                 2026-07-01T10:00:00Z|2026-07-01T10:00:00Z|∅"
            ),
        )
        .await;
}
