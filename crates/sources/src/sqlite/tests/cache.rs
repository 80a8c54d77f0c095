//! Answers from memory are what the database would say now.

use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Fixture, shown};
use crate::sqlite::SqliteOptions;
use crate::{Limits, Source};

/// Whether both results are the same memory.
fn same(first: &crate::QueryResult, second: &crate::QueryResult) -> bool {
    Arc::ptr_eq(&first.kinds, &second.kinds)
}

#[tokio::test]
async fn the_second_answer_is_from_memory_until_something_is_committed() {
    for mode in ["DELETE", "WAL"] {
        let fixture = Fixture::new(&format!(
            "PRAGMA journal_mode = {mode}; CREATE TABLE t (v); INSERT INTO t VALUES (1);"
        ));
        let writer = fixture.writer();
        let sql = "SELECT sum(v) AS s FROM t";
        for round in 2..30_i64 {
            let first = fixture.ask(sql).await.unwrap();
            let second = fixture.ask(sql).await.unwrap();
            assert!(same(&first, &second), "{mode}: the second answer was computed again");
            let expected: i64 = (1..round).sum();
            assert_eq!(shown(&second), format!("s:Int64:integer\n{expected}"), "{mode}");
            writer.execute("INSERT INTO t VALUES (?)", [round]).unwrap();
        }
        writer.execute_batch("ALTER TABLE t RENAME COLUMN v TO w").unwrap();
        assert!(fixture.ask(sql).await.unwrap_err().message().contains("no such column"));
    }
}

#[tokio::test]
async fn a_rolled_back_change_changes_nothing() {
    let fixture = Fixture::new("CREATE TABLE t (v); INSERT INTO t VALUES (1);");
    let revision = fixture.source.revision().await.unwrap();
    fixture.writer().execute_batch("BEGIN; INSERT INTO t VALUES (2); ROLLBACK;").unwrap();
    assert_eq!(shown(&fixture.ask("SELECT * FROM t").await.unwrap()), "v:Int64:integer\n1");
    fixture.writer().execute_batch("INSERT INTO t VALUES (2);").unwrap();
    assert_ne!(fixture.source.revision().await.unwrap(), revision);
}

#[tokio::test]
async fn limits_are_part_of_the_question() {
    let fixture = Fixture::new("CREATE TABLE t (v); INSERT INTO t VALUES (1), (2), (3);");
    for (rows, bytes, kept) in [(3, 100, 3), (1, 100, 1), (3, 16, 2), (3, 100, 3)] {
        let limits = Limits { rows, bytes, ..Limits::default() };
        assert_eq!(fixture.ask_within("SELECT v FROM t", limits).await.unwrap().rows(), kept);
    }
}

#[tokio::test]
async fn what_is_not_deterministic_is_not_kept() {
    let fixture = Fixture::new(
        "CREATE TABLE t (v); INSERT INTO t VALUES (1); CREATE VIEW dice AS SELECT random() AS v; \
         CREATE VIEW over_dice AS SELECT v FROM dice; CREATE VIEW plain AS SELECT v FROM t;",
    );
    for (sql, kept) in [
        ("SELECT v FROM plain", true),
        ("SELECT v FROM dice", false),
        ("SELECT v FROM OVER_DICE", false),
        ("SELECT count(*) AS v FROM \"over_dice\"", false),
    ] {
        let first = fixture.ask(sql).await.unwrap();
        let second = fixture.ask(sql).await.unwrap();
        assert_eq!(same(&first, &second), kept, "{sql}");
    }
    let (limits, never) = (Limits::default(), CancellationToken::new());
    let ask = || fixture.source.answer("SELECT random() AS v", false, &limits, &never);
    assert!(!same(&ask().await.unwrap(), &ask().await.unwrap()));
    fixture.writer().execute_batch("DROP VIEW plain; CREATE VIEW plain AS SELECT random() AS v;").unwrap();
    let first = fixture.ask("SELECT v FROM plain").await.unwrap();
    assert!(!same(&first, &fixture.ask("SELECT v FROM plain").await.unwrap()));
}

#[tokio::test]
async fn without_memory_nothing_is_kept() {
    let options = SqliteOptions { cache_bytes: 0, ..SqliteOptions::default() };
    let fixture = Fixture::with_options("CREATE TABLE t (v); INSERT INTO t VALUES (1);", options);
    let first = fixture.ask("SELECT v FROM t").await.unwrap();
    assert!(!same(&first, &fixture.ask("SELECT v FROM t").await.unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_run_once() {
    let fixture = Arc::new(Fixture::new("CREATE TABLE t (v); INSERT INTO t VALUES (1);"));
    fixture.source.ping().await.unwrap();
    let sql = "WITH RECURSIVE c (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM c WHERE k < 200000) SELECT sum(k) AS s FROM c";
    let asked: JoinSet<_> = (0..64)
        .map(|_| {
            let fixture = Arc::clone(&fixture);
            async move { fixture.ask(sql).await.unwrap() }
        })
        .collect();
    let results = asked.join_all().await;
    assert!(results.iter().all(|result| same(result, &results[0])), "all share one run");
    assert_eq!(shown(&results[0]), "s:Int64:integer\n20000100000");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_never_go_back_in_time_under_writes() {
    for mode in ["DELETE", "WAL"] {
        let options = SqliteOptions { busy_timeout: super::LONG, ..SqliteOptions::default() };
        let setup = format!("PRAGMA journal_mode = {mode}; CREATE TABLE t (v); INSERT INTO t VALUES (0);");
        let fixture = Arc::new(Fixture::with_options(&setup, options));
        let committed = Arc::new(std::sync::atomic::AtomicI64::new(0));
        let readers: JoinSet<_> = (0..8)
            .map(|_| {
                let (fixture, committed) = (Arc::clone(&fixture), Arc::clone(&committed));
                async move {
                    loop {
                        let at_least = committed.load(std::sync::atomic::Ordering::SeqCst);
                        let result = fixture.ask("SELECT max(v) AS v FROM t").await.unwrap();
                        let seen = result.batch.column(0).as_primitive::<Int64Type>().value(0);
                        assert!(seen >= at_least, "{mode}: saw {seen} after {at_least} was committed");
                        if seen == 300 {
                            break;
                        }
                    }
                }
            })
            .collect();
        let (writing, written) = (Arc::clone(&fixture), Arc::clone(&committed));
        tokio::task::spawn_blocking(move || {
            let writer = writing.writer();
            writer.busy_timeout(super::LONG).unwrap();
            writer.execute_batch("PRAGMA synchronous = OFF").unwrap();
            for value in 1..=300_i64 {
                writer.execute("INSERT INTO t VALUES (?)", [value]).unwrap();
                written.store(value, std::sync::atomic::Ordering::SeqCst);
            }
        })
        .await
        .unwrap();
        readers.join_all().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_different_ones_share_the_sessions() {
    let options = SqliteOptions { connections: 3, ..SqliteOptions::default() };
    let fixture = Arc::new(Fixture::with_options("CREATE TABLE t (v); INSERT INTO t VALUES (1);", options));
    let asked: JoinSet<_> = (0..64)
        .map(|number| {
            let fixture = Arc::clone(&fixture);
            async move {
                let result = fixture.ask(&format!("SELECT v + {number} AS n FROM t")).await.unwrap();
                assert_eq!(shown(&result), format!("n:Int64:integer\n{}", number + 1));
            }
        })
        .collect();
    asked.join_all().await;
    assert!(fixture.source.inner.pool.idle_sessions() <= 3);
}
