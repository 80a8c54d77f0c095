//! Cancelling, running out of time, dropping: the query ends in the database, as its own list of processes shows.

use std::time::{Duration, Instant};

use sqlx::mysql::MySqlConnection;
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;

use super::{ENDLESS, Fixture, LONG, look};
use crate::mysql::session::MySqlSession;
use crate::mysql::{failure, read};
use crate::server::connections::Session as _;
use crate::server::gather::Reading;
use crate::server::task::Deadline;
use crate::{Limits, SourceErrorKind};

fn long() -> Limits {
    Limits { time: LONG, ..Limits::default() }
}

/// Statements of the test's database that run now.
async fn running(fixture: &Fixture, watcher: &mut MySqlConnection) -> u64 {
    let database = &fixture.options.database;
    let statement = format!(
        "SELECT count(*) FROM information_schema.processlist WHERE db = '{database}' AND info LIKE 'WITH RECURSIVE%'"
    );
    look(watcher, &statement).await.parse().unwrap()
}

/// Waits until so many run.
async fn until_running(fixture: &Fixture, watcher: &mut MySqlConnection, count: u64) {
    let begun = Instant::now();
    while running(fixture, watcher).await != count {
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
    assert_eq!(running(&fixture, &mut watcher).await, 0);
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
}

#[tokio::test]
async fn the_database_ends_it_by_itself_too() {
    let fixture = Fixture::new("").await;
    let deadline = Deadline::after(Duration::from_millis(100));
    let mut session = MySqlSession::open(&fixture.options).await.unwrap();
    session.begin(deadline).await.unwrap();
    // Nobody outside looks at the clock.
    let error = read::run(&mut session, ENDLESS, Reading::whole(long())).await.err().unwrap();
    let error = failure::describe(&error, &fixture.options, deadline.limit);
    assert_eq!(error.kind(), SourceErrorKind::Timeout, "{error}");
    session.close().await;
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
}

#[tokio::test]
async fn a_connection_that_broke_is_replaced() {
    let fixture = Fixture::with_options("", |options| options.connections = 1).await;
    fixture.ask("SELECT 1").await.unwrap();
    let mut watcher = fixture.writer().await;
    let find = format!(
        "SELECT max(id) FROM information_schema.processlist WHERE db = '{}' AND command = 'Sleep' AND id <> connection_id()",
        fixture.options.database
    );
    let number = look(&mut watcher, &find).await;
    fixture.run(&format!("KILL {number}")).await;
    fixture.check("SELECT 7 AS n", "n:Int64:integer\n7").await;
}
