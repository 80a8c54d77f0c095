//! Cancelling, running out of time, dropping: the query ends in the database, as its own list of processes shows.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use sqlx::postgres::PgConnection;
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;

use super::{ENDLESS, Fixture, LONG};
use crate::postgres::session::PostgresSession;
use crate::postgres::{failure, read};
use crate::server::connections::Session as _;
use crate::server::gather::Reading;
use crate::server::task::Deadline;
use crate::{Limits, SourceErrorKind};

fn long() -> Limits {
    Limits { time: LONG, ..Limits::default() }
}

/// Statements of the test's database that run now.
async fn running(database: &str, watcher: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = $1 AND application_name = 'wenshu' AND state = 'active' AND query LIKE '%generate_series(1, 1000000)%'",
    )
    .bind(database)
    .fetch_one(watcher)
    .await
    .unwrap()
}

/// Waits until so many run.
async fn until_running(fixture: &Fixture, watcher: &mut PgConnection, count: i64) {
    let begun = Instant::now();
    while running(&fixture.options.database, watcher).await != count {
        assert!(begun.elapsed() < LONG, "never {count} statements");
        yield_now().await;
    }
}

#[tokio::test]
async fn cancelling_ends_the_query_in_the_database() {
    let fixture = Fixture::new("").await;
    let mut watcher = fixture.writer().await;
    let cancel = CancellationToken::new();
    let limits = long();
    let cancelling = async {
        until_running(&fixture, &mut watcher, 1).await;
        cancel.cancel();
        Instant::now()
    };
    let (outcome, cancelled_at) =
        tokio::join!(fixture.source.server.answer(ENDLESS, &limits, &cancel), cancelling);
    assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Cancelled);
    assert!(cancelled_at.elapsed() < Duration::from_secs(2), "{:?}", cancelled_at.elapsed());
    assert_eq!(running(&fixture.options.database, &mut watcher).await, 0);
}

#[tokio::test]
async fn cancelled_before_it_began() {
    let fixture = Fixture::new("").await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let outcome = fixture.source.server.answer("SELECT 1", &long(), &cancel).await;
    assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Cancelled);
}

#[tokio::test]
async fn past_the_time_limit_the_query_is_ended() {
    let fixture = Fixture::new("").await;
    let mut watcher = fixture.writer().await;
    let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
    let error = fixture.ask_within(ENDLESS, limits).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Timeout, "{error}");
    assert!(error.message().contains("0.3 s"), "{error}");
    until_running(&fixture, &mut watcher, 0).await;
    fixture.settle().await;
}

#[tokio::test]
async fn the_database_ends_it_by_itself_too() {
    let fixture = Fixture::new("").await;
    let deadline = Deadline::after(Duration::from_millis(100));
    let mut session = PostgresSession::open(&fixture.options).await.unwrap();
    session.begin(deadline).await.unwrap();
    // Nobody outside looks at the clock.
    let error = read::run(&mut session, ENDLESS, Reading::whole(long())).await.err().unwrap();
    let error = failure::describe(&error, &fixture.options, deadline.limit);
    assert_eq!(error.kind(), SourceErrorKind::Timeout, "{error}");
    session.close().await;
}

#[tokio::test]
async fn the_limit_in_the_database_is_what_is_left_of_the_time() {
    let fixture = Fixture::new("").await;
    let timeout = fixture.ask("SELECT current_setting('statement_timeout') AS t").await.unwrap();
    let shown = super::shown(&timeout);
    // Of 30 s, what was left when the transaction began.
    assert!(shown.ends_with("ms") || shown.ends_with("30s"), "{shown}");
}

#[tokio::test]
async fn a_dropped_future_ends_the_query() {
    let fixture = Fixture::new("").await;
    let mut watcher = fixture.writer().await;
    tokio::select! {
        _ = fixture.ask_within(ENDLESS, long()) => panic!("endless"),
        () = until_running(&fixture, &mut watcher, 1) => {}
    }
    until_running(&fixture, &mut watcher, 0).await;
    fixture.settle().await;
}

#[tokio::test]
async fn a_result_that_is_cut_by_bytes_ends_too() {
    let fixture = Fixture::new("").await;
    let mut watcher = fixture.writer().await;
    let limits = Limits { bytes: 100, rows: usize::MAX, time: LONG };
    let sql = "SELECT a FROM generate_series(1, 1000000) AS a, generate_series(1, 1000000) AS b";
    let result = fixture.ask_within(sql, limits).await.unwrap();
    assert!(result.truncated && result.rows() > 10, "{} rows", result.rows());
    assert_eq!(running(&fixture.options.database, &mut watcher).await, 0);
}

#[tokio::test]
async fn a_stream_that_is_dropped_ends_in_the_database() {
    let fixture = Fixture::new("").await;
    let mut watcher = fixture.writer().await;
    let limits = Limits { bytes: usize::MAX, rows: usize::MAX, time: LONG };
    let sql = "SELECT a FROM generate_series(1, 1000000) AS a, generate_series(1, 1000000) AS b";
    let mut stream =
        fixture.source.server.answer_in_parts(sql, &limits, &CancellationToken::new()).await.unwrap();
    assert!(stream.next().await.unwrap().unwrap().rows() > 0);
    // It waits for its reader, and for no other reason.
    until_running(&fixture, &mut watcher, 1).await;
    drop(stream);
    until_running(&fixture, &mut watcher, 0).await;
    fixture.settle().await;
}
