//! Walls, stopping and the schema.

use std::time::{Duration, Instant};

use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;

use super::{ClickHouseSource, ENDLESS, Fixture, LONG, run, server};
use crate::tests::shown;
use crate::{
    Dialect, Limits, RowCount, ServerOptions, Source as _, SourceErrorKind, TableKind, ValueKind, guard,
};

const SETUP: &str =
    "CREATE TABLE t (id UInt32, v String) ENGINE = MergeTree ORDER BY id; INSERT INTO t VALUES (1, 'one')";

fn long() -> Limits {
    Limits { time: LONG, ..Limits::default() }
}

#[tokio::test]
async fn nothing_is_written_and_nothing_else_reached() {
    let fixture = Fixture::new(SETUP).await;
    for sql in [
        "INSERT INTO t VALUES (2, 'two')",
        "INSERT INTO t SELECT 2, 'two'",
        "CREATE TABLE u (x UInt8) ENGINE = Memory",
        "CREATE TEMPORARY TABLE u (x UInt8)",
        "DROP TABLE t",
        "TRUNCATE TABLE t",
        "ALTER TABLE t DROP COLUMN v",
        "ALTER TABLE t DELETE WHERE 1",
        "RENAME TABLE t TO u",
        "OPTIMIZE TABLE t",
        "SET readonly = 0",
        "SET max_execution_time = 0",
        "SELECT 1 SETTINGS max_execution_time = 0",
        "KILL QUERY WHERE 1",
        "SYSTEM RELOAD CONFIG",
        "SELECT * FROM file('x.csv', 'CSV', 'a String')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "SELECT 1 FORMAT JSON",
        "SELECT 1; DROP TABLE t",
        "",
        "-- nothing",
    ] {
        let error = match fixture.ask(sql).await {
            Err(error) => error,
            Ok(result) => panic!("{sql} gave {}", shown(&result)),
        };
        assert!(
            matches!(error.kind(), SourceErrorKind::Denied | SourceErrorKind::Execution),
            "{sql}: {:?} {error}",
            error.kind()
        );
    }
    assert_eq!(run(&fixture.source, "SELECT id, v FROM t").await, "1\tone\n");
}

#[tokio::test]
async fn faults_of_the_statement_are_said() {
    let fixture = Fixture::new(SETUP).await;
    for (sql, words) in [
        ("SELECT price FROM t", "price"),
        ("SELECT * FROM orders", "orders"),
        ("SELECT * FROM t WHERE (", "Syntax error"),
        ("SELECT no_such_thing()", "no_such_thing"),
        (
            "SELECT sum(throwIf(number = 70000)) FROM (SELECT number FROM system.numbers LIMIT 100000) AS n",
            "throwIf",
        ),
    ] {
        let error = fixture.ask(sql).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Execution, "{sql}: {error}");
        assert!(error.message().contains(words), "{sql}: {error}");
        assert!(!error.message().contains("DB::Exception"), "{sql}: {error}");
    }
}

/// Queries of the test's database that run now.
async fn running(fixture: &Fixture) -> usize {
    let text =
        run(&fixture.source, "SELECT query FROM system.processes WHERE query LIKE '%number < 0%FORMAT Tab%'")
            .await;
    // The others' too; their databases have other names, but the list doesn't tell them.
    text.lines().filter(|line| line.contains(&fixture.options.database)).count()
}

async fn until_running(fixture: &Fixture, count: usize) {
    let begun = Instant::now();
    while running(fixture).await != count {
        assert!(begun.elapsed() < LONG, "never {count} statements");
        yield_now().await;
    }
}

/// The endless statement with a mark by which the list of processes tells it from others.
fn endless(fixture: &Fixture) -> String {
    format!("{ENDLESS} AND '{}' != ''", fixture.options.database)
}

#[tokio::test]
async fn cancelling_ends_the_query_in_the_database() {
    let fixture = Fixture::new("").await;
    let cancel = CancellationToken::new();
    let (limits, sql) = (long(), endless(&fixture));
    let cancelling = async {
        until_running(&fixture, 1).await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(fixture.source.answer(&sql, &limits, &cancel), cancelling);
    assert_eq!(outcome.unwrap_err().kind(), SourceErrorKind::Cancelled);
    until_running(&fixture, 0).await;
}

#[tokio::test]
async fn past_the_time_limit_the_query_is_ended() {
    let fixture = Fixture::new("").await;
    let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
    let error = fixture.ask_within(&endless(&fixture), limits).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Timeout, "{error}");
    until_running(&fixture, 0).await;
}

#[tokio::test]
async fn a_dropped_future_ends_the_query() {
    let fixture = Fixture::new("").await;
    let sql = endless(&fixture);
    tokio::select! {
        _ = fixture.ask_within(&sql, long()) => panic!("endless"),
        () = until_running(&fixture, 1) => {}
    }
    until_running(&fixture, 0).await;
}

#[tokio::test]
async fn the_schema() {
    let fixture = Fixture::new(
        "CREATE TABLE `订 单` (`编号` UInt32, price Decimal(10, 2) DEFAULT 0, note Nullable(String), at DateTime, tags Array(String)) \
         ENGINE = MergeTree ORDER BY `编号`; INSERT INTO `订 单` (`编号`) VALUES (1), (2); \
         CREATE TABLE log (x UInt8) ENGINE = Log; CREATE VIEW seen AS SELECT `编号` FROM `订 单`; \
         CREATE MATERIALIZED VIEW made ENGINE = MergeTree ORDER BY x AS SELECT x FROM log",
    )
    .await;
    let schema = fixture.source.schema(false).await.unwrap();
    // Databases of other tests may be there too.
    let own = schema.tables.iter().filter(|table| table.schema.is_none());
    let listed: Vec<_> = own.map(|table| (table.name.as_str(), table.kind, table.row_count)).collect();
    use TableKind::{Table as Stored, View};
    let two = Some(RowCount { rows: 2, exact: true });
    assert_eq!(
        listed,
        [("log", Stored, None), ("made", View, None), ("seen", View, None), ("订 单", Stored, two)]
    );
    let columns: Vec<_> = schema.tables[3]
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.declared_type.as_str(), column.kind, column.nullable))
        .collect();
    use ValueKind::{Integer, Json, Number, Text, Timestamp};
    assert_eq!(
        columns,
        [
            ("编号", "UInt32", Integer, false),
            ("price", "Decimal(10, 2)", Number, false),
            ("note", "Nullable(String)", Text, true),
            ("at", "DateTime", Timestamp, false),
            ("tags", "Array(String)", Json, false),
        ]
    );
    assert!(schema.tables[3].columns.iter().all(|column| !column.primary && !column.unique));
    assert!(schema.tables[3].columns[1].default.is_some());
}

#[tokio::test]
async fn what_lies_in_other_databases() {
    let fixture = Fixture::new("CREATE TABLE here (x UInt8) ENGINE = Log").await;
    let other = Fixture::new(
        "CREATE TABLE here (a String, b UInt8) ENGINE = MergeTree ORDER BY b; INSERT INTO here VALUES ('a', 1)",
    )
    .await;
    let name = other.options.database.as_str();
    let schema = fixture.source.schema(false).await.unwrap();
    assert_eq!(schema.table("here").unwrap().schema, None, "the connection's own comes first");
    let foreign = schema.tables.iter().find(|table| table.schema.as_deref() == Some(name)).unwrap();
    assert_eq!((foreign.name.as_str(), foreign.columns.len()), ("here", 2));
    assert_eq!(foreign.row_count, Some(RowCount { rows: 1, exact: true }));
    assert!(schema.tables.iter().all(|table| table.schema.as_deref() != Some("system")));
    let query = guard::check(&format!("SELECT a FROM {name}.here"), Dialect::ClickHouse).unwrap();
    let result = fixture.source.query(&query, &Limits::default(), &CancellationToken::new()).await.unwrap();
    assert_eq!(shown(&result), "a:Utf8:text\na");
    let options = ServerOptions { other_databases: false, ..fixture.options.clone() };
    let alone = ClickHouseSource::new(options).unwrap().schema(false).await.unwrap();
    assert!(alone.tables.iter().all(|table| table.schema.is_none()));
}

#[tokio::test]
async fn the_servers_own_database_is_no_data() {
    let source = ClickHouseSource::new(server("system")).unwrap();
    let query = guard::check("SELECT name FROM tables", Dialect::ClickHouse).unwrap();
    let error = source.query(&query, &Limits::default(), &CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Denied, "{error}");
    assert!(source.stream(&query, &Limits::default(), &CancellationToken::new()).await.is_err());
}
