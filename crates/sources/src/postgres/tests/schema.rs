//! The schema: what is in it, and how long reading it takes.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Executor as _};

use super::Fixture;
use crate::{ForeignKey, RowCount, Source as _, Table, TableKind, ValueKind};

const SETUP: &str = r#"
    CREATE SCHEMA "销售 部"; CREATE SCHEMA hidden;
    CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN cents AS numeric(10,2);
    CREATE TABLE 客户 (编号 serial PRIMARY KEY, 名称 varchar(20) NOT NULL, email text UNIQUE, mood mood DEFAULT 'a');
    COMMENT ON TABLE 客户 IS '所有客户'; COMMENT ON COLUMN 客户.名称 IS '客户的''名称';
    INSERT INTO 客户 (名称) VALUES ('甲'), ('乙');
    CREATE TABLE "销售 部"."订单 ""明细""" (
        a int, b int, "select" cents, 客户编号 int REFERENCES 客户, tags text[], at timestamptz DEFAULT now(),
        dropped int, raw bytea, PRIMARY KEY (a, b));
    ALTER TABLE "销售 部"."订单 ""明细""" DROP COLUMN dropped;
    CREATE TABLE pieces (x int, y int, FOREIGN KEY (y, x) REFERENCES "销售 部"."订单 ""明细""" (a, b));
    CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, day date NOT NULL) PARTITION BY RANGE (day);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    INSERT INTO events (day) VALUES ('2025-05-05'), ('2026-05-05'), ('2026-05-06');
    CREATE VIEW names AS SELECT 名称 FROM 客户;
    CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM 客户;
    CREATE TABLE large (id int, filler text);
    INSERT INTO large SELECT n, repeat('x', 200) FROM generate_series(1, 20000) AS n;
    CREATE EXTENSION IF NOT EXISTS file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    CREATE FOREIGN TABLE far (line text) SERVER files OPTIONS (filename '/no/such/file');
    CREATE UNIQUE INDEX ON pieces (x) WHERE y > 0;
    ANALYZE large;
"#;

fn table<'schema>(tables: &'schema [Table], name: &str) -> &'schema Table {
    tables.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("no table {name}"))
}

fn exactly(rows: u64) -> Option<RowCount> {
    Some(RowCount { rows, exact: true })
}

#[tokio::test]
async fn everything_that_holds_rows() {
    let fixture = Fixture::new(SETUP).await;
    let schema = fixture.source.schema(false).await.unwrap();
    let listed: Vec<(Option<&str>, &str, TableKind)> = schema
        .tables
        .iter()
        .map(|table| (table.schema.as_deref(), table.name.as_str(), table.kind))
        .collect();
    use TableKind::{Table as Stored, View};
    assert_eq!(
        listed,
        [
            (None, "客户", Stored),
            (None, "pieces", Stored),
            (None, "events", Stored),
            (None, "names", View),
            (None, "counted", View),
            (None, "large", Stored),
            (None, "far", Stored),
            (Some("销售 部"), "订单 \"明细\"", Stored),
        ]
    );
    let customers = table(&schema.tables, "客户");
    assert_eq!(customers.comment.as_deref(), Some("所有客户"));
    assert_eq!(customers.row_count, exactly(2));
    assert_eq!(customers.primary_key().collect::<Vec<_>>(), ["编号"]);
    let columns: Vec<_> = customers
        .columns
        .iter()
        .map(|column| {
            (column.name.as_str(), column.declared_type.as_str(), column.kind, column.nullable, column.unique)
        })
        .collect();
    assert_eq!(
        columns,
        [
            ("编号", "integer", ValueKind::Integer, false, true),
            ("名称", "character varying(20)", ValueKind::Text, false, false),
            ("email", "text", ValueKind::Text, true, true),
            ("mood", "mood", ValueKind::Text, true, false),
        ]
    );
    assert_eq!(customers.columns[1].comment.as_deref(), Some("客户的'名称"));
    assert_eq!(customers.columns[3].default.as_deref(), Some("'a'::mood"));

    let orders = table(&schema.tables, "订单 \"明细\"");
    let kinds: Vec<_> = orders.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
    use ValueKind::{Binary, Integer, Json, Number, Timestamp};
    assert_eq!(
        kinds,
        [
            ("a", Integer),
            ("b", Integer),
            ("select", Number),
            ("客户编号", Integer),
            ("tags", Json),
            ("at", Timestamp),
            ("raw", Binary),
        ]
    );
    assert_eq!(orders.primary_key().collect::<Vec<_>>(), ["a", "b"]);
    assert!(orders.columns.iter().all(|column| !column.unique));
    assert_eq!(orders.row_count, exactly(0));
    let key = |columns: &[&str], schema: Option<&str>, table: &str, references: &[&str]| ForeignKey {
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        schema: schema.map(str::to_owned),
        table: table.to_owned(),
        references: references.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(orders.foreign_keys, [key(&["客户编号"], None, "客户", &["编号"])]);
    let pieces = table(&schema.tables, "pieces");
    assert_eq!(pieces.foreign_keys, [key(&["y", "x"], Some("销售 部"), "订单 \"明细\"", &["a", "b"])]);
    assert!(pieces.columns.iter().all(|column| !column.unique), "a partial index keeps nothing apart");

    assert_eq!(table(&schema.tables, "events").row_count, exactly(3));
    assert_eq!(table(&schema.tables, "counted").row_count, exactly(1));
    assert_eq!(table(&schema.tables, "names").row_count, None);
    assert_eq!(table(&schema.tables, "far").row_count, None);
    assert_eq!(table(&schema.tables, "large").row_count, Some(RowCount { rows: 20_000, exact: false }));
}

#[tokio::test]
async fn a_table_that_cannot_be_counted_costs_nobody_the_schema() {
    let fixture = Fixture::new(
        "CREATE FUNCTION fails() RETURNS bool LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'; \
         CREATE TABLE plain (a int); CREATE TABLE odd (a int); INSERT INTO odd VALUES (1); \
         ALTER TABLE odd ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON odd USING (fails());",
    )
    .await;
    let role = format!("limited_{}", fixture.options.database);
    let run = async |sql: String| {
        fixture.writer().await.execute(AssertSqlSafe(sql)).await.unwrap();
    };
    run(format!(
        "CREATE ROLE \"{role}\" LOGIN PASSWORD 'x'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \"{role}\""
    ))
    .await;
    let source = super::PostgresSource::new(crate::ServerOptions {
        username: role.clone(),
        password: secrecy::SecretString::from("x"),
        ..fixture.options.clone()
    });
    let schema = source.schema(false).await.unwrap();
    assert_eq!(schema.tables.len(), 2);
    run(format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\"")).await;
}

#[tokio::test]
async fn it_is_kept_until_it_is_asked_for_anew() {
    let fixture = Fixture::new("CREATE TABLE a (x int)").await;
    let first = fixture.source.schema(false).await.unwrap();
    fixture.writer().await.execute("CREATE TABLE b (y int)").await.unwrap();
    assert!(Arc::ptr_eq(&first, &fixture.source.schema(false).await.unwrap()));
    assert_eq!(fixture.source.schema(true).await.unwrap().tables.len(), 2);
    assert_eq!(fixture.source.schema(false).await.unwrap().tables.len(), 2);
}

#[tokio::test]
async fn a_thousand_tables_take_less_than_three_seconds() {
    let mut setup = String::new();
    for number in 0..1000 {
        write!(
            setup,
            "CREATE TABLE 表_{number} (id int PRIMARY KEY, name text NOT NULL, amount numeric(10,2), at timestamptz, \
             up int {}); COMMENT ON TABLE 表_{number} IS '第 {number} 张表'; INSERT INTO 表_{number} VALUES (1, 'x');",
            if number == 0 { String::new() } else { format!("REFERENCES 表_{} (id)", number - 1) }
        )
        .unwrap();
    }
    let fixture = Fixture::new(&setup).await;
    let begun = Instant::now();
    let schema = fixture.source.schema(false).await.unwrap();
    let first = begun.elapsed();
    assert!(first < Duration::from_secs(3), "{first:?}");
    assert_eq!(schema.tables.len(), 1000);
    assert!(schema.tables.iter().all(|table| table.row_count == exactly(1) && table.comment.is_some()));
    assert_eq!(schema.tables.iter().map(|table| table.foreign_keys.len()).sum::<usize>(), 999);
    let begun = Instant::now();
    fixture.source.schema(false).await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(10), "{:?}", begun.elapsed());
    println!("1,000 tables: {first:?}");
}
