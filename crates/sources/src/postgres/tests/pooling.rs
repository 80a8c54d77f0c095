//! How connections are shared, limited and replaced.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use tokio::task::yield_now;

use super::{ENDLESS, Fixture, LONG};
use crate::{Limits, SourceErrorKind};

async fn connections(fixture: &Fixture, watcher: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'wenshu'",
    )
    .bind(&fixture.options.database)
    .fetch_one(watcher)
    .await
    .unwrap()
}

#[tokio::test]
async fn connections_are_used_again_and_never_more_than_allowed() {
    let fixture = Fixture::with_options("", |options| options.connections = 2).await;
    let mut watcher = fixture.writer().await;
    let questions = (0..20).map(|_| fixture.ask("SELECT count(*) FROM generate_series(1, 1000)"));
    for outcome in futures::future::join_all(questions).await {
        outcome.unwrap();
    }
    assert_eq!(connections(&fixture, &mut watcher).await, 2);
    assert_eq!(fixture.source.server.connections.pool.idle_sessions(), 2);
}

#[tokio::test]
async fn who_waits_too_long_for_a_turn_is_told_so() {
    let fixture = Fixture::with_options("", |options| {
        options.connections = 1;
        options.turn_timeout = Duration::from_millis(50);
    })
    .await;
    let limits = Limits { time: LONG, ..Limits::default() };
    let second = async {
        // The first has its turn by then, since it was polled first.
        yield_now().await;
        fixture.ask("SELECT 1").await
    };
    tokio::select! {
        biased;
        _ = fixture.ask_within(ENDLESS, limits) => panic!("endless"),
        outcome = second => {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), SourceErrorKind::Busy, "{error}");
            assert!(error.message().contains("all 1 connections"), "{error}");
        }
    }
    fixture.settle().await;
}

#[tokio::test]
async fn a_connection_that_broke_is_replaced() {
    let fixture = Fixture::with_options("", |options| options.connections = 1).await;
    fixture.ask("SELECT 1").await.unwrap();
    let ended = fixture
        .look(
            "SELECT count(pg_terminate_backend(pid, 10000))::text FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = 'wenshu'",
        )
        .await;
    assert_eq!(ended.as_deref(), Some("1"));
    fixture.check("SELECT 7 AS n", "n:Int64:integer\n7").await;
}

#[tokio::test]
async fn a_connection_that_is_ended_in_mid_query_is_said_to_be() {
    let fixture = Fixture::new("").await;
    let mut watcher = fixture.writer().await;
    let ending = async {
        let statement = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                         WHERE datname = $1 AND state = 'active' AND application_name = 'wenshu' AND query LIKE '%1000000%'";
        loop {
            let ended: i64 = sqlx::query_scalar(statement)
                .bind(&fixture.options.database)
                .fetch_one(&mut watcher)
                .await
                .unwrap();
            if ended == 1 {
                break;
            }
        }
    };
    let limits = Limits { time: LONG, ..Limits::default() };
    let (outcome, ()) = tokio::join!(fixture.ask_within(ENDLESS, limits), ending);
    assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Unreachable);
    fixture.check("SELECT 7 AS n", "n:Int64:integer\n7").await;
}

#[tokio::test]
async fn idle_connections_are_closed() {
    let fixture = Fixture::with_options("", |options| options.idle_timeout = Duration::from_millis(20)).await;
    let mut watcher = fixture.writer().await;
    fixture.ask("SELECT 1").await.unwrap();
    while connections(&fixture, &mut watcher).await > 0 {
        yield_now().await;
    }
}
