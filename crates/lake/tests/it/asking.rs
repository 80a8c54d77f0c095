//! Questions about datasets: the statements that interpreters write, several datasets at once, and the walls.

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;
use wenshu_sources::datasets::{DatasetTable, Lake};
use wenshu_sources::{Dialect, Limits, SourceErrorKind, ValueKind, guard};

use crate::support::{TestLake, ask, rows};

const SALES: &str =
    "City,amount,day\nBeijing,1.5,2024-01-31\nShanghai,2.5,2024-02-01\nBeijing,3.0,2024-04-02\n";

#[tokio::test]
async fn statements_of_the_usual_kinds() {
    let lake = TestLake::new();
    let table = lake.table("x.csv", SALES).await;
    for (sql, expected) in [
        (
            "SELECT \"City\", sum(amount) AS total FROM t GROUP BY \"City\" ORDER BY total DESC",
            &["Beijing|4.5", "Shanghai|2.5"][..],
        ),
        (
            "SELECT to_char(day, '%Y-%m') AS m, count(*) FROM t GROUP BY 1 ORDER BY 1",
            &["2024-01|1", "2024-02|1", "2024-04|1"],
        ),
        (
            "SELECT to_char(day, '%Y') || '-Q' || date_part('quarter', day) AS q, count(*) FROM t GROUP BY 1 ORDER BY 1",
            &["2024-Q1|2", "2024-Q2|1"],
        ),
        ("SELECT to_char(date_trunc('week', day), '%Y-%m-%d') FROM t ORDER BY day LIMIT 1", &["2024-01-29"]),
        ("SELECT count(*) FROM t WHERE day >= '2024-02-01' AND day < '2024-03-01'", &["1"]),
        (
            "WITH a AS (SELECT amount, row_number() OVER (ORDER BY amount DESC) AS r FROM t) SELECT amount FROM a WHERE r = 1",
            &["3.0"],
        ),
        ("SELECT count(DISTINCT \"City\"), round(avg(amount), 2), median(amount) FROM t", &["2|2.33|2.5"]),
        (
            "SELECT CASE WHEN amount > 2 THEN '高' ELSE '低' END AS k, count(*) FROM t GROUP BY k ORDER BY k DESC",
            &["高|2", "低|1"],
        ),
        (
            "SELECT \"City\" || '市', upper(\"City\"), length(\"City\") FROM t WHERE \"City\" ILIKE 'shang%'",
            &["Shanghai市|SHANGHAI|8"],
        ),
        ("SELECT CAST(amount AS INTEGER) AS i, amount::text AS t FROM t ORDER BY 2 LIMIT 1", &["1|1.5"]),
        ("SELECT sum(amount) FILTER (WHERE \"City\" = 'Beijing') FROM t", &["4.5"]),
        ("SELECT 1 AS a UNION ALL SELECT 2 ORDER BY a", &["1", "2"]),
        ("SELECT \"City\" FROM t WHERE amount = (SELECT max(amount) FROM t)", &["Beijing"]),
        ("SELECT make_array(1, 2)", &["[1,2]"]),
        ("SELECT amount::int, amount::text FROM t ORDER BY 2 LIMIT 1", &["1|1.5"]),
        ("SELECT count(*), count(*) FROM (SELECT amount, amount::int FROM t) AS s", &["3|3"]),
    ] {
        assert_eq!(table.ask(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn what_the_guard_refuses() {
    for sql in [
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"/etc/passwd\"",
        "SELECT * FROM \"s3://bucket/file.parquet\"",
        "SELECT * FROM other.public.t",
        "SELECT input_file_name() FROM t",
        "SELECT version()",
        "CREATE TABLE x AS SELECT 1",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "COPY t TO '/tmp/x.csv'",
        "INSERT INTO t VALUES (1)",
        "SET datafusion.execution.batch_size = 1",
        "EXPLAIN SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('/etc/passwd')",
        "DELETE FROM t",
    ] {
        assert!(guard::check(sql, Dialect::DataFusion).is_err(), "{sql}");
    }
}

#[tokio::test]
async fn errors_say_what_is_wrong() {
    let lake = TestLake::new();
    let table = lake.table("x.csv", SALES).await;
    for (sql, expected) in [
        ("SELECT nothing FROM t", "nothing"),
        ("SELECT * FROM missing", "missing"),
        ("SELECT 1 / 0 FROM t", "zero"),
    ] {
        let error = ask(table.source.as_ref(), sql).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Execution, "{sql}");
        assert!(error.message().contains(expected), "{sql}: {}", error.message());
        assert!(!error.message().contains("datasets/"), "{}", error.message());
    }
}

#[tokio::test]
async fn datasets_are_joined_in_one_question() {
    let lake = TestLake::new();
    let sales = lake.import_to("a/1", "sales.csv", SALES, u64::MAX).await.unwrap();
    let cities = "name,province\nBeijing,北京\nShanghai,上海\n";
    let cities = lake.import_to("a/2", "cities.csv", cities, u64::MAX).await.unwrap();
    let table = |name: &str, imported: &wenshu_sources::datasets::Imported| DatasetTable {
        name: name.to_owned(),
        comment: Some("说明".to_owned()),
        path: imported.tables[0].path.clone(),
        columns: imported.tables[0].columns.clone(),
        rows: imported.tables[0].rows,
    };
    let source = lake.lake.open(vec![table("销售", &sales), table("cities", &cities)]);
    let sql = "SELECT province, sum(amount) FROM 销售 JOIN cities ON name = \"City\" GROUP BY 1 ORDER BY 2";
    let joined = ask(source.as_ref(), sql).await.unwrap();
    assert_eq!(rows(&joined), ["上海|2.5", "北京|4.5"]);
    assert_eq!(joined.kinds.to_vec(), [ValueKind::Text, ValueKind::Number]);
    let schema = source.schema(false).await.unwrap();
    assert_eq!(schema.tables.len(), 2);
    let table = schema.table("销售").unwrap();
    assert_eq!((table.comment.as_deref(), table.row_count.unwrap().rows), (Some("说明"), 3));
    let info = source.ping().await.unwrap();
    assert!(info.version.starts_with("DataFusion 55"), "{}", info.version);
    assert_eq!(info.writable, Some(false));
}

#[tokio::test]
async fn results_keep_to_their_limits_and_come_in_parts() {
    let lake = TestLake::new();
    let content =
        "n,text\n".to_owned() + &(0..25_000).map(|n| format!("{n},some text\n")).collect::<String>();
    let table = lake.table("x.csv", content).await;
    let all = guard::check("SELECT * FROM t ORDER BY n", Dialect::DataFusion).unwrap();
    let cancel = CancellationToken::new();
    let limits = Limits { rows: 10, ..Limits::default() };
    let cut = table.source.query(&all, &limits, &cancel).await.unwrap();
    assert_eq!((cut.rows(), cut.truncated), (10, true));
    let limits = Limits { bytes: 10_000, ..limits };
    let limits = Limits { rows: 100_000, ..limits };
    let cut = table.source.query(&all, &limits, &cancel).await.unwrap();
    assert!(cut.truncated && (100..1_000).contains(&cut.rows()), "{}", cut.rows());

    let limits = Limits { rows: 20_500, bytes: usize::MAX, ..Limits::default() };
    let mut parts = table.source.stream(&all, &limits, &cancel).await.unwrap();
    let (mut rows, mut last) = (0, false);
    while let Some(part) = parts.next().await {
        let part = part.unwrap();
        assert!(part.rows() <= 1_000 && !last);
        rows += part.rows();
        last = part.truncated;
    }
    assert_eq!((rows, last), (20_500, true));
    // Nothing at all is a part as well.
    let none = guard::check("SELECT * FROM t WHERE n < 0", Dialect::DataFusion).unwrap();
    let mut parts = table.source.stream(&none, &limits, &cancel).await.unwrap();
    let part = parts.next().await.unwrap().unwrap();
    assert_eq!((part.rows(), part.batch.num_columns(), part.truncated), (0, 2, false));
    assert!(parts.next().await.is_none());
}
