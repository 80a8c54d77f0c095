//! What a question may take: memory, disk, time; and that it can be stopped.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use wenshu_sources::{Dialect, Limits, SourceErrorKind, guard};

use crate::support::{TestLake, ask, rows};

const MIB: usize = 1024 * 1024;

/// Rows that are all different, in no order.
fn many(rows: u64) -> String {
    let mut content = "n,text\n".to_owned();
    for row in 0..rows {
        let n = row.wrapping_mul(2_654_435_761) % 4_294_967_291;
        content.push_str(&format!("{n},a text of some length that has to be held {n}\n"));
    }
    content
}

#[tokio::test]
async fn what_does_not_fit_into_memory_goes_to_disk() {
    // Some 34 MiB to be grouped with less than a half of that.
    let sql = "SELECT count(*) FROM (SELECT text, count(*) AS c FROM t GROUP BY text) AS s";
    let lake = TestLake::with_memory(16 * MIB, 512 * MIB as u64);
    let table = lake.table("x.csv", many(600_000)).await;
    let found = rows(&ask(table.source.as_ref(), sql).await.unwrap());
    assert_eq!(found, ["600000"]);
    // That it went there shows where there is no room.
    let lake = TestLake::with_memory(16 * MIB, MIB as u64);
    let table = lake.table("x.csv", many(600_000)).await;
    let error = ask(table.source.as_ref(), sql).await.unwrap_err();
    assert!(error.message().contains("more memory than the 16 MiB"), "{}", error.message());
}

#[tokio::test]
async fn sorts_go_to_disk_too() {
    let lake = TestLake::with_memory(16 * MIB, 512 * MIB as u64);
    let table = lake.table("x.csv", many(300_000)).await;
    let sql = "SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY text) AS r FROM t) AS s";
    assert_eq!(table.ask(sql).await, ["300000"]);
}

#[tokio::test]
async fn joins_go_to_disk_too_where_they_can() {
    let lake = TestLake::with_memory(48 * MIB, 1024 * MIB as u64);
    let table = lake.table("x.csv", many(700_000)).await;
    let sql = "SELECT count(*), sum(a.n - b.n) FROM t AS a JOIN t AS b ON a.text = b.text";
    assert_eq!(table.ask(sql).await, ["700000|0"]);
}

#[tokio::test]
async fn joins_that_nothing_can_be_sorted_by_hold_a_side_or_fail_clearly() {
    let lake = TestLake::with_memory(8 * MIB, 1024 * MIB as u64);
    let small = lake.table("y.csv", many(1_000)).await;
    for (sql, expected) in [
        ("SELECT count(*) FROM t AS a JOIN t AS b ON a.n < b.n", "499500"),
        ("SELECT count(*) FROM t AS a WHERE NOT EXISTS (SELECT 1 FROM t AS b WHERE b.n < a.n)", "1"),
        (
            "SELECT count(*), count(b.n) FROM generate_series(1, 10) AS a(value) LEFT JOIN t AS b ON b.n >= a.value AND b.n < a.value - 1",
            "10|0",
        ),
        // One that is asked again for each round.
        (
            "WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT r.x + 1 AS x FROM r JOIN (SELECT min(n) AS n FROM t) AS m ON m.n < r.x + 4294967296 WHERE r.x < 5) SELECT count(*) FROM r",
            "5",
        ),
    ] {
        assert_eq!(small.ask(sql).await, [expected], "{sql}");
    }
    // What the left side gives a second time isn't what it gave, so that there is an error and no row.
    let large = lake.table("x.csv", many(150_000)).await;
    for sql in [
        "SELECT count(*) FROM t AS a JOIN t AS b ON a.text < b.text AND a.n + b.n < 0",
        "SELECT count(*) FROM generate_series(1, 3000000) AS a(value) WHERE NOT EXISTS (SELECT 1 FROM generate_series(1, 4000000) AS b(value) WHERE b.value < a.value - 5000000)",
        "SELECT count(b.x) FROM generate_series(1, 3000000) AS a(value) LEFT JOIN generate_series(1, 4000000) AS b(x) ON b.x < a.value - 5000000",
    ] {
        let error = ask(large.source.as_ref(), sql).await.unwrap_err();
        assert!(error.message().contains("more memory than the 8 MiB"), "{sql}: {}", error.message());
    }
}

#[tokio::test]
async fn windows_hold_what_they_may() {
    let lake = TestLake::with_memory(16 * MIB, 512 * MIB as u64);
    let table = lake.table("x.csv", many(150_000)).await;
    // Sorted on disk, and told row by row.
    for (sql, expected) in [
        ("SELECT max(s) FROM (SELECT count(text) OVER (ORDER BY n) AS s FROM t) AS w", "150000"),
        (
            "SELECT max(s) FROM (SELECT count(text) OVER (ORDER BY n % 1000, n % 7) AS s FROM t) AS w",
            "150000",
        ),
        (
            "SELECT max(s) FROM (SELECT count(text) OVER (ORDER BY n ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS s FROM t) AS w",
            "7",
        ),
        ("SELECT count(s) FROM (SELECT lag(text, 2) OVER (ORDER BY n) AS s FROM t) AS w", "149998"),
    ] {
        assert_eq!(table.ask(sql).await, [expected], "{sql}");
    }
    // Told when all rows are there, of which there is no room for so many.
    for window in [
        "count(text) OVER (ORDER BY n ROWS BETWEEN 1000000000 PRECEDING AND CURRENT ROW)",
        "count(text) OVER (ORDER BY n / 10000000000)",
        "count(text) OVER (ORDER BY n RANGE BETWEEN 4000000000 PRECEDING AND CURRENT ROW)",
        "length(lag(text, 100000000) OVER (ORDER BY n))",
        "length(last_value(text) IGNORE NULLS OVER (ORDER BY n))",
        "length(nth_value(text, 100000000) OVER (ORDER BY n))",
    ] {
        let sql = format!("SELECT max(s), max(length(text)) FROM (SELECT text, {window} AS s FROM t) AS w");
        let error = ask(table.source.as_ref(), &sql).await.unwrap_err();
        assert!(error.message().contains("more memory than the 16 MiB"), "{sql}: {}", error.message());
    }
    // With room it is the same answer as ever.
    let lake = TestLake::with_memory(128 * MIB, 512 * MIB as u64);
    let table = lake.table("x.csv", many(20_000)).await;
    for (window, expected) in [
        ("count(*) OVER (ORDER BY n ROWS BETWEEN 1000000000 PRECEDING AND CURRENT ROW)", "20000|200010000"),
        ("count(*) OVER (ORDER BY n % 2)", "20000|"),
        ("lag(1, 15000) OVER (ORDER BY n)", "1|5000"),
        (
            "count(*) OVER (PARTITION BY n % 2 ORDER BY n RANGE BETWEEN 4294967295 PRECEDING AND CURRENT ROW)",
            "",
        ),
    ] {
        let found =
            table.ask(&format!("SELECT max(s), sum(s) FROM (SELECT {window} AS s FROM t) AS w")).await;
        assert!(found[0].starts_with(expected), "{window}: {found:?}");
    }
}

#[tokio::test]
async fn whoever_asks_is_told_in_time_though_the_engine_is_busy() {
    let lake = TestLake::new();
    let table = lake.table("x.csv", "a,b\n1,2\n").await;
    // Letters are compared without a pause.
    let busy = "SELECT max(levenshtein(s, reverse(s))) FROM (SELECT string_agg(value, '') AS s FROM generate_series(1, 7000)) AS a, generate_series(1, 4) AS b(value)";
    let busy = guard::check(busy, Dialect::DataFusion).unwrap();
    let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
    let cancel = CancellationToken::new();
    let mut parts = table.source.stream(&busy, &limits, &cancel).await.unwrap();
    let part = futures::StreamExt::next(&mut parts).await.unwrap();
    assert_eq!(part.unwrap_err().kind(), SourceErrorKind::Timeout);
    let outcome = table.source.query(&busy, &limits, &cancel).await;
    assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Timeout);
    // By then it is still at it.
    let rest = wenshu_sources::datasets::Lake::shutdown(&lake.lake);
    assert!(futures::FutureExt::now_or_never(rest).is_none());
}

#[tokio::test]
async fn what_cannot_be_done_within_its_bounds_fails_clearly() {
    let lake = TestLake::with_memory(2 * MIB, MIB as u64);
    let table = lake.table("x.csv", many(60_000)).await;
    let sql = "SELECT n, text, count(*) FROM t GROUP BY n, text ORDER BY text DESC LIMIT 5";
    let error = ask(table.source.as_ref(), sql).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Execution);
    assert!(error.message().contains("more memory than the 2 MiB"), "{}", error.message());
    // Whoever comes next isn't hindered by it.
    assert_eq!(rows(&ask(table.source.as_ref(), "SELECT count(*) FROM t").await.unwrap()), ["60000"]);
}

const ENDLESS: &str = "SELECT count(*) FROM generate_series(1, 100000000) AS a(x), generate_series(1, 100000000) AS b(y) WHERE x + y = 0";

#[tokio::test]
async fn a_question_ends_with_its_time() {
    let lake = TestLake::new();
    let table = lake.table("x.csv", "a,b\n1,2\n").await;
    let query = guard::check(ENDLESS, Dialect::DataFusion).unwrap();
    let limits = Limits { time: Duration::from_millis(200), ..Limits::default() };
    let error = table.source.query(&query, &limits, &CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Timeout, "{error}");
}

#[tokio::test]
async fn a_question_can_be_stopped() {
    let lake = TestLake::new();
    let table = lake.table("x.csv", "a,b\n1,2\n").await;
    let query = guard::check(ENDLESS, Dialect::DataFusion).unwrap();
    let cancel = CancellationToken::new();
    let limits = Limits::default();
    let asked = table.source.query(&query, &limits, &cancel);
    let stop = async {
        tokio::task::yield_now().await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(asked, stop);
    assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Cancelled);
    // Nothing goes on behind its back: the lake comes to rest.
    let rest =
        tokio::time::timeout(Duration::from_secs(10), wenshu_sources::datasets::Lake::shutdown(&lake.lake));
    rest.await.unwrap();
}
