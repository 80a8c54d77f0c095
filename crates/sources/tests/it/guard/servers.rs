//! What passes the guard is SQL of the database that it passes for: run on real servers.

use wenshu_sources::{Dialect, Limits, SourceErrorKind, guard};

use super::tables::passed;
use crate::conformance::Database;

/// Parts of statements that MariaDB doesn't run: SQL of MySQL alone, and tables, indexes and partitions that aren't there.
const NOT_OF_MARIADB: &[&str] = &[
    "lag(total_amount, 1, 0)",
    "body->'$.a'",
    "MATCH (name) AGAINST",
    "shop.orders",
    "`shop`.`orders`",
    "2024_sales",
    "USE INDEX (by_date)",
    "PARTITION (p0)",
    "VALUES ROW(1, 2)",
    "ANY_VALUE(name)",
    "MEMBER OF",
];

/// What stands for the tables of `schema.sql`, in the words of the dialect.
fn schema(dialect: Dialect) -> String {
    let schema = super::fixture("schema.sql");
    match dialect {
        Dialect::MySql => schema.replace("\"a\"\"b\"", "`a\"b`").replace('"', "`").replace("`a`b`", "`a\"b`"),
        _ => schema,
    }
}

async fn run(database: Database, elsewhere: &[&str]) {
    let dialect = database.source.dialect();
    database.write(&schema(dialect)).await;
    let mut faults = Vec::new();
    let mut failed = 0;
    for statement in passed(dialect) {
        let query = guard::check(&statement, dialect).unwrap();
        let limits = Limits { rows: 10, ..Limits::default() };
        if let Err(error) = database.source.query(&query, &limits, &Default::default()).await {
            assert_ne!(error.kind(), SourceErrorKind::Denied, "{}", query.sql());
            failed += 1;
            if !elsewhere.iter().any(|part| query.sql().contains(part)) {
                faults.push(format!("{:?} {error}\n    {}", error.kind(), query.sql()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(failed, elsewhere.len(), "what is said not to run does");
}

#[tokio::test]
async fn postgres() {
    run(Database::postgres().await, &[]).await;
}

#[tokio::test]
async fn mariadb() {
    run(Database::mariadb().await, NOT_OF_MARIADB).await;
}
