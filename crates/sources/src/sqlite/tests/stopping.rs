//! Cancelling, running out of time, dropping: the query ends in the database, and the session works after.

use std::time::{Duration, Instant};

use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;

use super::{ENDLESS, Fixture, LONG, shown};
use crate::sqlite::{SqliteOptions, SqliteSource};
use crate::{Limits, SourceErrorKind};

/// One connection: a query that has not ended keeps all others from running.
fn single() -> SqliteOptions {
    SqliteOptions { connections: 1, busy_timeout: LONG, ..SqliteOptions::default() }
}

fn long() -> Limits {
    Limits { time: LONG, ..Limits::default() }
}

/// Completes when a shared query runs in the database.
async fn running(source: &SqliteSource) {
    while !source.inner.board.is_running() {
        yield_now().await;
    }
}

/// The only session answers, so what ran in it has ended.
async fn assert_free(fixture: &Fixture) {
    let result = fixture.ask_within("SELECT 7 AS n", long()).await.unwrap();
    assert_eq!(shown(&result), "n:Int64:integer\n7");
}

#[tokio::test]
async fn cancelling_ends_the_query_in_the_database() {
    let fixture = Fixture::with_options("", single());
    let cancel = CancellationToken::new();
    let limits = long();
    let asked = fixture.source.answer(ENDLESS, true, &limits, &cancel);
    let cancelling = async {
        running(&fixture.source).await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(asked, cancelling);
    assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Cancelled);
    assert!(!fixture.source.inner.board.is_running());
    assert_free(&fixture).await;
}

#[tokio::test]
async fn a_query_that_is_not_shared_is_cancelled_too() {
    let fixture = Fixture::with_options("", single());
    let cancel = CancellationToken::new();
    let limits = long();
    let asked = fixture.source.answer(ENDLESS, false, &limits, &cancel);
    let cancelling = async {
        while fixture.source.inner.pool.is_free() {
            yield_now().await;
        }
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(asked, cancelling);
    assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Cancelled);
    assert_free(&fixture).await;
}

#[tokio::test]
async fn cancelled_before_it_began() {
    let fixture = Fixture::new("");
    let cancel = CancellationToken::new();
    cancel.cancel();
    let outcome = fixture.source.answer("SELECT 1", true, &long(), &cancel).await;
    assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Cancelled);
}

#[tokio::test]
async fn past_the_time_limit_the_query_is_ended() {
    let fixture = Fixture::with_options("", single());
    let limits = Limits { time: Duration::from_millis(40), ..Limits::default() };
    for deterministic in [true, false] {
        let outcome = fixture.source.answer(ENDLESS, deterministic, &limits, &CancellationToken::new()).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Timeout);
        assert!(error.message().contains("0.04 s"), "{error}");
    }
    assert_free(&fixture).await;
}

#[tokio::test]
async fn waiting_for_a_turn_counts_as_time() {
    let fixture = Fixture::with_options("", single());
    let limits = Limits { time: Duration::from_millis(40), ..Limits::default() };
    let never = CancellationToken::new();
    let all_time = long();
    let first = fixture.source.answer(ENDLESS, true, &all_time, &never);
    let second = async {
        running(&fixture.source).await;
        fixture.ask_within("SELECT 1", limits).await
    };
    tokio::select! {
        _ = first => panic!("endless"),
        outcome = second => assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Timeout),
    }
    assert_free(&fixture).await;
}

#[tokio::test]
async fn a_dropped_future_ends_the_query() {
    let fixture = Fixture::with_options("", single());
    tokio::select! {
        _ = fixture.ask_within(ENDLESS, long()) => panic!("endless"),
        () = running(&fixture.source) => {}
    }
    assert_free(&fixture).await;
}

#[tokio::test]
async fn a_shared_query_goes_on_until_the_last_has_left() {
    let fixture = Fixture::with_options("", single());
    let (first, second) = (CancellationToken::new(), CancellationToken::new());
    let limits = long();
    let watching = async {
        running(&fixture.source).await;
        while fixture.source.inner.board.passengers() < 2 {
            yield_now().await;
        }
        first.cancel();
        while fixture.source.inner.board.passengers() > 1 {
            yield_now().await;
        }
        assert!(fixture.source.inner.board.is_running(), "the second still waits");
        second.cancel();
    };
    let (one, other, ()) = tokio::join!(
        fixture.source.answer(ENDLESS, true, &limits, &first),
        fixture.source.answer(ENDLESS, true, &limits, &second),
        watching,
    );
    assert_eq!(one.unwrap_err().kind(), SourceErrorKind::Cancelled);
    assert_eq!(other.unwrap_err().kind(), SourceErrorKind::Cancelled);
    assert_free(&fixture).await;
}

#[tokio::test]
async fn waiting_for_a_lock_can_be_cancelled() {
    let fixture = Fixture::with_options("CREATE TABLE t (v)", single());
    let writer = fixture.writer();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let cancel = CancellationToken::new();
    let limits = long();
    let started = Instant::now();
    let cancelling = async {
        while fixture.source.inner.pool.is_free() {
            yield_now().await;
        }
        cancel.cancel();
    };
    let (outcome, ()) =
        tokio::join!(fixture.source.answer("SELECT * FROM t", true, &limits, &cancel), cancelling);
    assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Cancelled);
    assert!(started.elapsed() < LONG / 2);
    writer.execute_batch("ROLLBACK").unwrap();
    assert_free(&fixture).await;
}
