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
    // One that nothing can be sorted by holds a side.
    let table = lake.table("y.csv", many(100)).await;
    let sql = "SELECT count(*) FROM t AS a JOIN t AS b ON a.text < b.text AND a.n + b.n < 0";
    assert_eq!(table.ask(sql).await, ["0"]);
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
