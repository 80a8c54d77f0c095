//! Results in parts.

use std::time::Duration;

use arrow::array::AsArray as _;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;
use wenshu_sources::{Dialect, Limits, QueryResult, RowStream, SourceError, SourceErrorKind, guard};

use super::Database;

/// Rows of [`many`].
const MANY: usize = 160_000;

const LIMITS: Limits = Limits { time: Duration::from_secs(60), rows: usize::MAX, bytes: usize::MAX };

/// A statement of [`MANY`] rows: numbers and text.
fn many(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::ClickHouse => "SELECT n, 'some text, for its size' AS t FROM endless LIMIT 160000",
        Dialect::DataFusion => unreachable!("datasets are tested where they are asked"),
        _ => {
            "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 400) \
             SELECT (a.n - 1) * 400 + b.n - 1 AS n, 'some text, for its size' AS t FROM c AS a, c AS b"
        }
    }
}

/// A statement of so many rows that nobody waits for the last.
fn endless(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::ClickHouse => "SELECT n FROM endless",
        Dialect::DataFusion => unreachable!("datasets are tested where they are asked"),
        _ => {
            "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 400) \
             SELECT a.n FROM c AS a, c AS b, c AS d, c AS e"
        }
    }
}

/// A statement that fails after many rows.
fn failing(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::ClickHouse => "SELECT intDiv(1, n - 150000) AS x FROM endless LIMIT 160000",
        Dialect::DataFusion => unreachable!("datasets are tested where they are asked"),
        Dialect::Sqlite => {
            "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 400) \
             SELECT CASE WHEN a.n = 300 THEN abs(b.n * 0 - 9223372036854775807 - 1) ELSE b.n END FROM c AS a, c AS b"
        }
        _ => {
            "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 400) \
             SELECT CASE WHEN a.n = 300 THEN (SELECT c.n FROM c) ELSE b.n END FROM c AS a, c AS b"
        }
    }
}

async fn stream(database: &Database, sql: &str, limits: Limits) -> RowStream {
    let query = guard::check(sql, database.source.dialect()).unwrap_or_else(|refusal| panic!("{refusal}"));
    database.source.stream(&query, &limits, &CancellationToken::new()).await.unwrap()
}

async fn parts(database: &Database, sql: &str, limits: Limits) -> Vec<Result<QueryResult, SourceError>> {
    stream(database, sql, limits).await.collect().await
}

async fn is_usable(database: &Database) {
    assert_eq!(database.cells("SELECT count(*) FROM 客户").await, [["3"]]);
}

/// Waits until what was stopped has been ended: as many streams as run at once can't all have begun before. A connection that is
/// just being made when its test ends keeps a server from dropping its database for a minute.
async fn settle(database: &Database) {
    let several = match database.source.dialect() {
        Dialect::ClickHouse => "SELECT n FROM endless LIMIT 5000".to_owned(),
        Dialect::DataFusion => unreachable!("datasets are tested where they are asked"),
        dialect => format!("{} LIMIT 5000", many(dialect)),
    };
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(stream(database, &several, LIMITS).await);
    }
    for stream in streams {
        assert!(stream.collect::<Vec<_>>().await.iter().all(Result::is_ok));
    }
    is_usable(database).await;
}

pub(super) async fn parts_bring_every_row_once(database: &Database) {
    let mut stream = stream(database, many(database.source.dialect()), LIMITS).await;
    let (mut rows, mut sum, mut count) = (0, 0_i64, 0);
    while let Some(part) = stream.next().await {
        let part = part.unwrap();
        assert!(part.rows() <= 1_000 && !part.truncated, "{} rows", part.rows());
        assert!(part.batch.get_array_memory_size() < 1024 * 1024);
        assert_eq!(part.schema().field(0).name(), "n");
        assert_eq!(part.kinds.len(), 2);
        let numbers = cast(part.batch.column(0), &DataType::Int64).unwrap();
        sum += numbers.as_primitive::<Int64Type>().values().iter().sum::<i64>();
        rows += part.rows();
        count += 1;
    }
    let many = i64::try_from(MANY).unwrap();
    assert_eq!((rows, sum), (MANY, many * (many - 1) / 2));
    assert!(count >= MANY / 1_000, "{count} parts");
    is_usable(database).await;
}

pub(super) async fn a_small_result_is_one_part(database: &Database) {
    for (sql, rows) in
        [("SELECT 名称 FROM 客户 ORDER BY 编号", 3), ("SELECT 名称 FROM 客户 WHERE 编号 > 9", 0)]
    {
        let parts = parts(database, sql, Limits::default()).await;
        let [Ok(part)] = &parts[..] else { panic!("{} parts", parts.len()) };
        assert_eq!((part.rows(), part.truncated, part.batch.num_columns()), (rows, false, 1));
    }
}

pub(super) async fn limits_hold_for_all_parts_together(database: &Database) {
    let sql = many(database.source.dialect());
    for (limits, least, most) in [
        (Limits { rows: 2_500, ..LIMITS }, 2_500, 2_500),
        (Limits { rows: 2_000, ..LIMITS }, 2_000, 2_000),
        (Limits { bytes: 100_000, ..LIMITS }, 2_000, 5_000),
        (Limits { rows: 0, ..LIMITS }, 0, 0),
    ] {
        let parts = parts(database, sql, limits).await;
        let cut: Vec<bool> = parts.iter().map(|part| part.as_ref().unwrap().truncated).collect();
        let (last, others) = cut.split_last().unwrap();
        assert!(*last && !others.contains(&true), "{limits:?}: {cut:?}");
        let rows: usize = parts.iter().map(|part| part.as_ref().unwrap().rows()).sum();
        assert!((least..=most).contains(&rows), "{limits:?}: {rows} rows");
    }
    is_usable(database).await;
}

pub(super) async fn a_reader_who_goes_ends_the_query(database: &Database) {
    // The server of ClickHouse puts by what isn't taken, up to the limit.
    let limits = Limits { rows: 1_000_000, ..LIMITS };
    // More than there are connections: each is free again.
    for _ in 0..20 {
        let mut stream = stream(database, endless(database.source.dialect()), limits).await;
        for _ in 0..3 {
            assert!(stream.next().await.unwrap().unwrap().rows() > 0);
        }
    }
    settle(database).await;
}

pub(super) async fn a_slow_reader_is_waited_for_until_time_is_over(database: &Database) {
    let limits = Limits { time: Duration::from_secs(1), ..LIMITS };
    let mut stream = stream(database, endless(database.source.dialect()), limits).await;
    let mut rows = 0;
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(part) => rows += part.rows(),
            Err(error) => break error,
        }
        // Nothing is taken for longer than the whole may take; what was on its way by then is all that comes.
        let longer = Limits { time: Duration::from_millis(1_200), ..LIMITS };
        database.ask_within(database.endless(), longer).await.unwrap_err();
    };
    assert_eq!(error.kind(), SourceErrorKind::Timeout, "{error}");
    assert!(rows <= 5_000, "{rows} rows were held for a reader who took one part");
    assert!(stream.next().await.is_none());
    settle(database).await;
}

pub(super) async fn cancelling_ends_a_stream(database: &Database) {
    let sql = endless(database.source.dialect());
    let query = guard::check(sql, database.source.dialect()).unwrap();
    let cancel = CancellationToken::new();
    let limits = Limits { rows: 1_000_000, ..LIMITS };
    let mut stream = database.source.stream(&query, &limits, &cancel).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    cancel.cancel();
    let outcomes: Vec<_> = stream.collect().await;
    let error = outcomes.into_iter().next_back().unwrap().unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Cancelled, "{error}");
    settle(database).await;
}

pub(super) async fn a_stream_never_ends_as_if_it_were_whole(database: &Database) {
    for sql in [failing(database.source.dialect()), "SELECT 价格 FROM 客户"] {
        let mut parts = parts(database, sql, LIMITS).await;
        let error = parts.pop().unwrap().unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Execution, "{sql}: {error}");
        assert!(parts.iter().all(Result::is_ok));
    }
    is_usable(database).await;
}
