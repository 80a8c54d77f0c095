//! The SQLite driver as its callers see it: every statement goes through the guard, every database is a real file.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::AsArray;
use arrow::datatypes::{Float64Type, Int64Type};
use rusqlite::Connection;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wenshu_sources::{
    Dialect, Limits, QueryResult, ReadOnlyQuery, Source, SourceError, SourceErrorKind, SqliteOptions,
    SqliteSource, ValueKind, guard,
};

/// A shop's file in a folder that vanishes with the value.
struct Shop {
    _folder: tempfile::TempDir,
    path: PathBuf,
    source: Arc<dyn Source>,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch(
                "CREATE TABLE 门店 (编号 INTEGER PRIMARY KEY, 城市 VARCHAR(20) NOT NULL);
                 CREATE TABLE \"订单 明细\" (id INTEGER PRIMARY KEY, 门店编号 INT REFERENCES 门店, \"select\" TEXT,
                     金额 DECIMAL(10,2), 下单时间 DATETIME);
                 INSERT INTO 门店 VALUES (1, '北京'), (2, '上海'), (3, '西安');
                 INSERT INTO \"订单 明细\" (门店编号, \"select\", 金额, 下单时间) VALUES
                     (1, 'a', 10.5, '2026-01-01 10:00:00'), (2, 'b', 20, '2026-01-02 11:00:00'),
                     (2, 'it''s', 5.25, '2026-02-01 12:00:00');",
            )
            .unwrap();
        let source = Arc::new(SqliteSource::new(path.clone(), SqliteOptions::default()));
        Self { _folder: folder, path, source }
    }

    async fn ask(&self, sql: &str) -> Result<QueryResult, SourceError> {
        self.source.query(&checked(sql), &Limits::default(), &CancellationToken::new()).await
    }
}

fn checked(sql: &str) -> ReadOnlyQuery {
    guard::check(sql, Dialect::Sqlite).unwrap()
}

#[tokio::test]
async fn a_question_over_two_tables() {
    let shop = Shop::new();
    let result = shop
        .ask(
            "SELECT s.城市 AS city, SUM(o.金额) AS sales, COUNT(*) AS n, date(MAX(o.下单时间)) AS last \
             FROM 门店 s JOIN \"订单 明细\" o ON o.门店编号 = s.编号 GROUP BY s.城市 ORDER BY sales DESC;",
        )
        .await
        .unwrap();
    assert_eq!(*result.kinds, [ValueKind::Text, ValueKind::Number, ValueKind::Integer, ValueKind::Date]);
    assert_eq!(
        result.batch.column(0).as_string::<i32>().iter().flatten().collect::<Vec<_>>(),
        ["上海", "北京"]
    );
    assert_eq!(result.batch.column(1).as_primitive::<Float64Type>().values(), &[25.25, 10.5]);
    assert_eq!(result.batch.column(2).as_primitive::<Int64Type>().values(), &[2, 1]);
    assert!(!result.truncated);
}

#[tokio::test]
async fn names_and_literals_of_every_sort() {
    let shop = Shop::new();
    for (sql, rows) in [
        ("SELECT \"select\" FROM \"订单 明细\" WHERE \"select\" = 'it''s'", 1),
        ("SELECT * FROM [订单 明细] WHERE 金额 > 6", 2),
        ("SELECT * FROM `门店` WHERE 城市 LIKE '%京%' OR 城市 IN ('上海', ';--')", 2),
        (
            "WITH m AS (SELECT strftime('%Y-%m', 下单时间) AS 月 FROM \"订单 明细\") SELECT 月 FROM m GROUP BY 月",
            2,
        ),
        ("SELECT 城市 FROM 门店 WHERE NOT EXISTS (SELECT 1 FROM \"订单 明细\" WHERE 门店编号 = 编号)", 1),
        ("SELECT * FROM 门店 WHERE 1 = 0", 0),
    ] {
        assert_eq!(shop.ask(sql).await.unwrap().rows(), rows, "{sql}");
    }
}

#[tokio::test]
async fn what_the_database_refuses_is_said() {
    let shop = Shop::new();
    for sql in ["SELECT 价格 FROM 门店", "SELECT * FROM 客户", "SELECT \"价格\" FROM 门店"] {
        let error = shop.ask(sql).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Execution, "{sql}");
        assert!(error.message().contains("no such"), "{sql}: {error}");
    }
    let foreign = guard::check("SELECT 1", Dialect::Postgres).unwrap();
    let refused = shop.source.query(&foreign, &Limits::default(), &CancellationToken::new()).await;
    assert_eq!(refused.unwrap_err().kind(), SourceErrorKind::Denied);
}

#[tokio::test]
async fn a_change_by_another_program_is_in_the_next_answer() {
    let shop = Shop::new();
    let writer = Connection::open(&shop.path).unwrap();
    let sql = "SELECT COUNT(*) AS n FROM 门店";
    for expected in 3..40_i64 {
        let revision = shop.source.revision().await.unwrap();
        for _ in 0..2 {
            let result = shop.ask(sql).await.unwrap();
            assert_eq!(result.batch.column(0).as_primitive::<Int64Type>().value(0), expected);
        }
        assert_eq!(shop.source.revision().await.unwrap(), revision);
        writer.execute("INSERT INTO 门店 (城市) VALUES ('成都')", []).unwrap();
        assert_ne!(shop.source.revision().await.unwrap(), revision);
    }
}

#[tokio::test]
async fn what_changes_by_itself_is_not_kept() {
    let shop = Shop::new();
    let sql = "SELECT random() AS r";
    assert!(!checked(sql).is_deterministic());
    let (first, second) = (shop.ask(sql).await.unwrap(), shop.ask(sql).await.unwrap());
    assert_ne!(first.batch, second.batch);
    let sql = "SELECT 城市 FROM 门店";
    assert!(checked(sql).is_deterministic());
    let (first, second) = (shop.ask(sql).await.unwrap(), shop.ask(sql).await.unwrap());
    assert!(Arc::ptr_eq(&first.kinds, &second.kinds), "the second is the first, kept");
}

#[tokio::test]
async fn past_the_time_limit() {
    let shop = Shop::new();
    let endless = checked(
        "WITH RECURSIVE c (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM c) SELECT COUNT(*) AS n FROM c WHERE k < 0",
    );
    let limits = Limits { time: Duration::from_millis(30), ..Limits::default() };
    let error = shop.source.query(&endless, &limits, &CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Timeout);
    assert_eq!(shop.ask("SELECT 1 AS one").await.unwrap().rows(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_at_once() {
    let shop = Arc::new(Shop::new());
    let asked: JoinSet<_> = (0..64_i64)
        .map(|number| {
            let shop = Arc::clone(&shop);
            async move {
                for round in 0..5 {
                    let sql = format!("SELECT COUNT(*) + {} AS n FROM \"订单 明细\"", number % 8 + round);
                    let result = shop.ask(&sql).await.unwrap();
                    let seen = result.batch.column(0).as_primitive::<Int64Type>().value(0);
                    assert_eq!(seen, 3 + number % 8 + round);
                    assert_eq!(shop.source.schema(false).await.unwrap().tables.len(), 2);
                }
            }
        })
        .collect();
    asked.join_all().await;
}
