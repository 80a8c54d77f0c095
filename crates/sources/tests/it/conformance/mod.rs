//! What every source promises, on each database for real: one list of checks, run on all of them.

mod databases;
mod streaming;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::Array;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use tokio_util::sync::CancellationToken;
use wenshu_sources::{
    Dialect, ForeignKey, Limits, QueryResult, RowCount, SourceError, SourceErrorKind, ValueKind, guard,
};

pub(crate) use databases::Database;
use streaming::{
    a_reader_who_goes_ends_the_query, a_slow_reader_is_waited_for_until_time_is_over,
    a_small_result_is_one_part, a_stream_never_ends_as_if_it_were_whole, cancelling_ends_a_stream,
    limits_hold_for_all_parts_together, parts_bring_every_row_once,
};

/// The checks, by name, for every database.
macro_rules! conformance {
    ($($check:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $check() { super::$check(&super::Database::sqlite().await).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $check() { super::$check(&super::Database::postgres().await).await; })*
        }
        mod mariadb {
            $(#[tokio::test] async fn $check() { super::$check(&super::Database::mariadb().await).await; })*
        }
        mod clickhouse {
            $(#[tokio::test] async fn $check() { super::$check(&super::Database::clickhouse().await).await; })*
        }
    };
}

conformance!(
    it_says_what_it_is,
    the_schema_is_read,
    a_refresh_sees_what_is_new,
    names_of_every_sort,
    values_and_what_they_mean,
    rows_and_bytes_are_cut,
    statements_of_another_dialect_are_refused,
    faults_are_said_and_leave_it_usable,
    what_takes_too_long_is_ended,
    what_is_cancelled_is_ended,
    many_ask_at_once,
    a_small_question_is_answered_at_once,
    parts_bring_every_row_once,
    a_small_result_is_one_part,
    limits_hold_for_all_parts_together,
    a_reader_who_goes_ends_the_query,
    a_slow_reader_is_waited_for_until_time_is_over,
    cancelling_ends_a_stream,
    a_stream_never_ends_as_if_it_were_whole,
);

impl Database {
    fn quoted(&self, name: &str) -> String {
        self.source.dialect().quote_identifier(name)
    }

    async fn ask_within(&self, sql: &str, limits: Limits) -> Result<QueryResult, SourceError> {
        let query =
            guard::check(sql, self.source.dialect()).unwrap_or_else(|refusal| panic!("{refusal}\n{sql}"));
        self.source.query(&query, &limits, &CancellationToken::new()).await
    }

    async fn ask(&self, sql: &str) -> Result<QueryResult, SourceError> {
        self.ask_within(sql, Limits::default()).await
    }

    async fn cells(&self, sql: &str) -> Vec<Vec<String>> {
        cells(&self.ask(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}")))
    }
}

fn cells(result: &QueryResult) -> Vec<Vec<String>> {
    let options = FormatOptions::new().with_null("∅");
    let formatters: Vec<_> = result
        .batch
        .columns()
        .iter()
        .map(|array| ArrayFormatter::try_new(array, &options).unwrap())
        .collect();
    (0..result.rows())
        .map(|row| formatters.iter().map(|cell| cell.value(row).to_string()).collect())
        .collect()
}

async fn it_says_what_it_is(database: &Database) {
    let info = database.source.ping().await.unwrap();
    let name = match database.source.dialect() {
        Dialect::Sqlite => "SQLite ",
        Dialect::Postgres => "PostgreSQL ",
        Dialect::MySql => "MariaDB ",
        Dialect::ClickHouse => "ClickHouse ",
        Dialect::DataFusion => unreachable!("datasets are tested where they are asked"),
    };
    let version = info.version.strip_prefix(name).unwrap_or_else(|| panic!("{}", info.version));
    assert!(version.starts_with(|sign: char| sign.is_ascii_digit()), "{version}");
    assert!(info.writable.is_some());
}

async fn the_schema_is_read(database: &Database) {
    let schema = database.source.schema(false).await.unwrap();
    assert!(Arc::ptr_eq(&schema, &database.source.schema(false).await.unwrap()), "it is kept");
    let customers = schema.table("客户").unwrap();
    assert_eq!(customers.row_count, Some(RowCount { rows: 3, exact: true }));
    // What ClickHouse calls keys tells no rows apart, and it has none into other tables.
    let has_keys = database.source.dialect() != Dialect::ClickHouse;
    let keys: &[&str] = if has_keys { &["编号"] } else { &[] };
    assert_eq!(customers.primary_key().collect::<Vec<_>>(), keys);
    let kinds: Vec<(&str, ValueKind, bool)> =
        customers.columns.iter().map(|column| (column.name.as_str(), column.kind, column.nullable)).collect();
    assert_eq!(
        kinds[1..],
        [
            ("名称", ValueKind::Text, false),
            ("born", ValueKind::Date, true),
            ("balance", ValueKind::Number, true),
            ("seen", ValueKind::Timestamp, true),
        ]
    );
    let orders = schema.table("订单 \"明细\"").unwrap();
    if has_keys {
        let key = ForeignKey {
            columns: vec!["客户 编号".to_owned()],
            schema: None,
            table: "客户".to_owned(),
            references: vec!["编号".to_owned()],
        };
        assert_eq!(orders.foreign_keys, [key]);
    } else {
        assert_eq!(orders.foreign_keys, []);
    }
    assert!(schema.table("no_such_table").is_none());
}

async fn a_refresh_sees_what_is_new(database: &Database) {
    database.source.schema(false).await.unwrap();
    database
        .write(match database.source.dialect() {
            Dialect::ClickHouse => "CREATE TABLE later (x Int32) ENGINE = Memory",
            Dialect::DataFusion => unreachable!("datasets are tested where they are asked"),
            _ => "CREATE TABLE later (x INTEGER)",
        })
        .await;
    assert!(database.source.schema(true).await.unwrap().table("later").is_some());
}

async fn names_of_every_sort(database: &Database) {
    let [table, word, key] = ["订单 \"明细\"", "select", "客户 编号"].map(|name| database.quoted(name));
    let rows =
        database.cells(&format!("SELECT {word} FROM {table} WHERE {key} = 1 ORDER BY {word} DESC")).await;
    assert_eq!(rows, [["it's \\ \"x\""], ["a"]]);
    let label = database.quoted("总 数（个）");
    let result = database.ask(&format!("SELECT count(*) AS {label} FROM 客户")).await.unwrap();
    assert_eq!(result.schema().field(0).name(), "总 数（个）");
    let text = database.source.dialect().quote_text("it's \\ \"x\"");
    let rows = database.cells(&format!("SELECT count(*) FROM {table} WHERE {word} = {text}")).await;
    assert_eq!(rows, [["1"]]);
}

async fn values_and_what_they_mean(database: &Database) {
    let result =
        database.ask("SELECT 编号, 名称, born, balance, seen FROM 客户 ORDER BY 编号").await.unwrap();
    use ValueKind::{Date, Integer, Number, Text, Timestamp};
    assert_eq!(*result.kinds, [Integer, Text, Date, Number, Timestamp]);
    assert!(!result.truncated);
    let rows = cells(&result);
    assert_eq!(rows[0][..3], ["1", "甲 😀", "1990-02-03"]);
    assert_eq!(rows[0][3].parse::<f64>().unwrap(), 12.5);
    // ClickHouse has no moments but instants.
    assert_eq!(rows[0][4].replace('T', " ").trim_end_matches('Z'), "2026-03-01 10:20:30");
    assert_eq!(rows[2][2..], ["∅", "∅", "∅"]);
    assert!(result.batch.column(2).is_null(2));
    let large =
        database.cells("SELECT CAST(9007199254740993 AS DECIMAL(20, 0)) + 0, -9223372036854775807").await;
    assert_eq!(large, [["9007199254740993", "-9223372036854775807"]]);
    let nothing = database.ask("SELECT 编号, 名称 FROM 客户 WHERE 编号 > 9").await.unwrap();
    assert_eq!((nothing.rows(), nothing.batch.num_columns(), nothing.truncated), (0, 2, false));
    assert_eq!(*nothing.kinds, [Integer, Text]);
}

async fn rows_and_bytes_are_cut(database: &Database) {
    for (rows, bytes, kept, truncated) in
        [(3, 1_000, 3, false), (2, 1_000, 2, true), (0, 1_000, 0, true), (3, 0, 0, true)]
    {
        let limits = Limits { rows, bytes, ..Limits::default() };
        let result = database.ask_within("SELECT 名称 FROM 客户 ORDER BY 编号", limits).await.unwrap();
        assert_eq!((result.rows(), result.truncated), (kept, truncated), "{rows} rows, {bytes} bytes");
    }
}

async fn statements_of_another_dialect_are_refused(database: &Database) {
    for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql, Dialect::ClickHouse] {
        let query = guard::check("SELECT 1", dialect).unwrap();
        let outcome = database.source.query(&query, &Limits::default(), &CancellationToken::new()).await;
        if dialect == database.source.dialect() {
            outcome.unwrap();
        } else {
            assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Denied, "{dialect:?}");
        }
    }
}

async fn faults_are_said_and_leave_it_usable(database: &Database) {
    for (sql, word) in [("SELECT 价格 FROM 客户", "价格"), ("SELECT * FROM 没有", "没有")] {
        let error = database.ask(sql).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Execution, "{sql}: {error}");
        assert!(error.message().contains(word), "{sql}: {error}");
    }
    assert_eq!(database.cells("SELECT count(*) FROM 客户").await, [["3"]]);
}

async fn what_takes_too_long_is_ended(database: &Database) {
    let limits = Limits { time: Duration::from_millis(200), ..Limits::default() };
    let error = database.ask_within(database.endless(), limits).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Timeout, "{error}");
    assert!(error.message().contains("0.2 s"), "{error}");
    assert_eq!(database.cells("SELECT count(*) FROM 客户").await, [["3"]]);
}

async fn what_is_cancelled_is_ended(database: &Database) {
    let query = guard::check(database.endless(), database.source.dialect()).unwrap();
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    // Before it began, and at some point of its way.
    for turns in [0, 1, 50] {
        let cancel = CancellationToken::new();
        let cancelling = async {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            cancel.cancel();
        };
        let (outcome, ()) = tokio::join!(database.source.query(&query, &limits, &cancel), cancelling);
        assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Cancelled, "after {turns} turns");
    }
    assert_eq!(database.cells("SELECT count(*) FROM 客户").await, [["3"]]);
}

/// Nothing between two messages waits for the network's acknowledgement of the first, which would be 40 ms each time.
async fn a_small_question_is_answered_at_once(database: &Database) {
    database.cells("SELECT 1").await;
    let mut times = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        assert_eq!(database.cells("SELECT 1").await, [["1"]]);
        times.push(begun.elapsed());
    }
    times.sort();
    // Half of the time that an acknowledgement is held back for: whoever waits for one waits with each question.
    assert!(times[10] < Duration::from_millis(20), "half of 20 questions took longer than {:?}", times[10]);
}

async fn many_ask_at_once(database: &Database) {
    let asked = (0..40).map(|number| async move {
        let rows = database.cells(&format!("SELECT {number} + count(*) FROM 客户")).await;
        assert_eq!(rows, [[(number + 3).to_string()]]);
    });
    futures::future::join_all(asked).await;
}
