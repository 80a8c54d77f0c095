//! The same over the real guard and the real SQLite driver, on the demo database.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use wenshu_sources::sqlite::{SqliteOptions, SqliteSource};
use wenshu_sources::{Limits, Source, SourceErrorKind};

use super::{Heard, ask_source, query, script};
use crate::{AnswerErrorKind, AnswerEvent, ChartType, Stage};

/// A statement that runs for hours.
const ENDLESS: &str = "WITH RECURSIVE counter (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM counter) \
                       SELECT COUNT(*) AS orders FROM counter WHERE number < 0";

/// A demo database in a folder that vanishes with the value.
struct Demo {
    folder: TempDir,
}

impl Demo {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        wenshu_demo::create(&folder.path().join("demo.db"), today).unwrap();
        Self { folder }
    }

    fn source(&self) -> Arc<dyn Source> {
        Arc::new(SqliteSource::new(self.folder.path().join("demo.db"), SqliteOptions::default()))
    }

    async fn ask(&self, statements: &[&str], limits: Limits) -> Heard {
        let attempts = statements.len() as u32;
        let interpreter = Arc::new(script(statements.iter().map(|sql| query(sql)).collect(), attempts));
        ask_source(&interpreter, self.source(), limits, &CancellationToken::new(), &|_| {}).await
    }
}

#[tokio::test]
async fn a_failing_statement_is_mended_by_the_next() {
    let heard = Demo::new()
        .ask(
            &[
                "UPDATE orders SET total_amount = 0",
                "SELECT town, COUNT(*) AS orders FROM stores GROUP BY town",
                "SELECT city, COUNT(*) AS orders FROM stores GROUP BY city ORDER BY city",
            ],
            Limits::default(),
        )
        .await;
    let stages: Vec<&str> =
        heard.events.iter().map(String::as_str).filter(|event| event.contains("sql")).collect();
    assert_eq!(stages, ["sql 2", "sql 3"]);
    let answer = heard.answer();
    let rows = answer.result.unwrap().rows();
    let chart = answer.chart.unwrap();
    assert_eq!((chart.kind, chart.labels.len()), (ChartType::Bar, rows));
}

#[tokio::test]
async fn the_databases_words_reach_the_person() {
    let failed = Demo::new().ask(&["SELECT town FROM stores"], Limits::default()).await.failure();
    assert!(failed.error.message.contains("no such column: town"), "{}", failed.error.message);
    assert_eq!(failed.error.attempts.len(), 1);
}

#[tokio::test]
async fn limits_hold() {
    let demo = Demo::new();
    let few = Limits { rows: 3, ..Limits::default() };
    let answer = demo.ask(&["SELECT name, price FROM products"], few).await.answer();
    let result = answer.result.unwrap();
    assert_eq!((result.rows(), result.truncated), (3, true));

    let short = Limits { time: Duration::from_millis(50), ..Limits::default() };
    let failed = demo.ask(&[ENDLESS, "SELECT 1 AS orders"], short).await.failure();
    assert!(
        matches!(&failed.error.kind, AnswerErrorKind::Source(error) if error.kind() == SourceErrorKind::Timeout),
        "{failed}"
    );
    assert!(failed.error.message.contains("0.05 秒"), "{}", failed.error.message);
    assert!(failed.partial.sql.is_some_and(|sql| sql.contains("RECURSIVE")));
}

#[tokio::test]
async fn stopping_ends_the_query_in_the_database() {
    let demo = Demo::new();
    let cancel = CancellationToken::new();
    let interpreter = Arc::new(script(vec![query(ENDLESS)], 1));
    let executing = Notify::new();
    let watch = |event: &AnswerEvent| {
        if matches!(event, AnswerEvent::Progress { stage: Stage::Executing, .. }) {
            executing.notify_one();
        }
    };
    // The driver is asked right after that event, before the other future gets its turn.
    let stop = async {
        executing.notified().await;
        cancel.cancel();
    };
    let asking = ask_source(&interpreter, demo.source(), Limits::default(), &cancel, &watch);
    let (heard, ()) = tokio::join!(asking, stop);
    assert_eq!(heard.failure().error.kind, AnswerErrorKind::Cancelled);
}

#[tokio::test]
async fn a_file_that_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let source = Arc::new(SqliteSource::new(folder.path().join("nothing.db"), SqliteOptions::default()));
    let interpreter = Arc::new(script(vec![query("SELECT 1 AS orders")], 1));
    let heard = ask_source(&interpreter, source, Limits::default(), &CancellationToken::new(), &|_| {}).await;
    let failed = heard.failure();
    assert!(
        matches!(&failed.error.kind, AnswerErrorKind::Source(error) if error.kind() == SourceErrorKind::Unreachable),
        "{failed}"
    );
    assert!(failed.error.message.contains("nothing.db"), "{}", failed.error.message);
}
