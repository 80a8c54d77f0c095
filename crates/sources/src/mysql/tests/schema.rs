//! The schema: what is in it, and how long reading it takes.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::Fixture;
use crate::{ForeignKey, RowCount, Source as _, Table, TableKind, ValueKind};

const SETUP: &str = r#"
    CREATE TABLE 客户 (编号 int AUTO_INCREMENT PRIMARY KEY, 名称 varchar(20) NOT NULL COMMENT '客户的''名称',
        email varchar(100) UNIQUE, mood enum('a', 'b') DEFAULT 'a', doc json, old tinyint(1)) COMMENT '所有客户';
    INSERT INTO 客户 (名称) VALUES ('甲'), ('乙');
    CREATE TABLE `订单 "明细``"` (a int, b int, `select` decimal(10,2) DEFAULT 0, 客户编号 int, at timestamp NULL, raw blob,
        PRIMARY KEY (a, b), CONSTRAINT k FOREIGN KEY (客户编号) REFERENCES 客户 (编号));
    CREATE TABLE pieces (x int, y int, t varchar(200), UNIQUE (t(5)),
        CONSTRAINT two FOREIGN KEY (y, x) REFERENCES `订单 "明细``"` (a, b));
    CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (year(day))
        (PARTITION p1 VALUES LESS THAN (2026), PARTITION p2 VALUES LESS THAN MAXVALUE);
    INSERT INTO events VALUES (1, '2025-05-05'), (2, '2026-05-05');
    CREATE VIEW names AS SELECT 名称 FROM 客户; CREATE SEQUENCE s;
    CREATE TABLE large (id int, filler text);
    INSERT INTO large SELECT seq, repeat('x', 200) FROM seq_1_to_20000; ANALYZE TABLE large;
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
    // Databases of other tests may be there too.
    let own = schema.tables.iter().filter(|table| table.schema.is_none());
    let listed: Vec<(&str, TableKind)> = own.map(|table| (table.name.as_str(), table.kind)).collect();
    use TableKind::{Table as Stored, View};
    assert_eq!(
        listed,
        [
            ("events", Stored),
            ("large", Stored),
            ("names", View),
            ("pieces", Stored),
            ("客户", Stored),
            ("订单 \"明细`\"", Stored)
        ]
    );
    let customers = table(&schema.tables, "客户");
    assert_eq!(customers.comment.as_deref(), Some("所有客户"));
    assert_eq!(customers.row_count, exactly(2));
    let columns: Vec<_> = customers
        .columns
        .iter()
        .map(|column| {
            (
                column.name.as_str(),
                column.declared_type.as_str(),
                column.kind,
                column.nullable,
                column.primary,
                column.unique,
                column.default.as_deref(),
            )
        })
        .collect();
    use ValueKind::{Binary, Boolean, Integer, Json, Number, Text, Timestamp};
    assert_eq!(
        columns,
        [
            ("编号", "int(11)", Integer, false, true, true, None),
            ("名称", "varchar(20)", Text, false, false, false, None),
            ("email", "varchar(100)", Text, true, false, true, None),
            ("mood", "enum('a','b')", Text, true, false, false, Some("'a'")),
            ("doc", "longtext", Json, true, false, false, None),
            ("old", "tinyint(1)", Boolean, true, false, false, None),
        ]
    );
    assert_eq!(customers.columns[1].comment.as_deref(), Some("客户的'名称"));
    let orders = table(&schema.tables, "订单 \"明细`\"");
    let kinds: Vec<ValueKind> = orders.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [Integer, Integer, Number, Integer, Timestamp, Binary]);
    assert_eq!(orders.primary_key().collect::<Vec<_>>(), ["a", "b"]);
    assert!(orders.columns.iter().all(|column| !column.unique));
    let key = |columns: &[&str], table: &str, references: &[&str]| ForeignKey {
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        schema: None,
        table: table.to_owned(),
        references: references.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(orders.foreign_keys, [key(&["客户编号"], "客户", &["编号"])]);
    let pieces = table(&schema.tables, "pieces");
    assert_eq!(pieces.foreign_keys, [key(&["y", "x"], "订单 \"明细`\"", &["a", "b"])]);
    assert!(pieces.columns.iter().all(|column| !column.unique), "a part of a text keeps nothing apart");
    assert_eq!(table(&schema.tables, "events").row_count, exactly(2));
    assert_eq!(table(&schema.tables, "names").row_count, None);
    assert_eq!(table(&schema.tables, "names").comment, None);
    let large = table(&schema.tables, "large").row_count.unwrap();
    assert!(!large.exact && large.rows > 15_000 && large.rows < 25_000, "{large:?}");
}

#[tokio::test]
async fn hundreds_of_tables_take_seconds() {
    let mut setup = String::new();
    for number in 0..300 {
        write!(
            setup,
            "CREATE TABLE 表_{number} (id int PRIMARY KEY, name text NOT NULL, amount decimal(10,2), at timestamp NULL) \
             COMMENT '第 {number} 张表'; INSERT INTO 表_{number} VALUES (1, 'x', 1, NULL);"
        )
        .unwrap();
    }
    let fixture = Fixture::new(&setup).await;
    let begun = Instant::now();
    let schema = fixture.source.schema(false).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(schema.tables.iter().filter(|table| table.schema.is_none()).count(), 300);
    assert!(schema.tables.iter().all(|table| table.row_count == exactly(1) && table.comment.is_some()));
    println!("300 tables: {:?}", begun.elapsed());
}

#[tokio::test]
async fn what_lies_in_other_databases() {
    let fixture = Fixture::new("CREATE TABLE here (id int PRIMARY KEY)").await;
    let other = format!("{}_其他", fixture.options.database);
    fixture
        .run(&format!(
            "CREATE DATABASE `{other}`; CREATE TABLE `{other}`.here (id int PRIMARY KEY, doc json, \
             FOREIGN KEY (id) REFERENCES {}.here (id)); INSERT INTO here VALUES (7); \
             INSERT INTO `{other}`.here VALUES (7, '[1]')",
            fixture.options.database
        ))
        .await;
    let schema = fixture.source.schema(false).await.unwrap();
    let tables: Vec<&Table> = schema
        .tables
        .iter()
        .filter(|table| table.schema.as_ref().is_none_or(|schema| *schema == other))
        .collect();
    let [own, foreign] = tables[..] else { panic!("{tables:?}") };
    assert_eq!((own.schema.as_deref(), own.name.as_str(), own.row_count), (None, "here", exactly(1)));
    assert!(std::ptr::eq(schema.table("here").unwrap(), own), "the connection's own comes first");
    assert_eq!((foreign.schema.as_deref(), foreign.columns.len()), (Some(other.as_str()), 2));
    assert_eq!(foreign.primary_key().collect::<Vec<_>>(), ["id"]);
    assert_eq!(foreign.foreign_keys[0].table, "here");
    assert_eq!(foreign.foreign_keys[0].schema, None, "the connection's own database needs no name");
    let machinery = ["information_schema", "mysql", "performance_schema", "sys"];
    assert!(
        schema.tables.iter().all(|table| !machinery.contains(&table.schema.as_deref().unwrap_or_default()))
    );
    fixture
        .check(&format!("SELECT id, doc FROM `{other}`.here"), "id:Int64:integer doc:Utf8:json\n7|[1]")
        .await;
    fixture.run(&format!("DROP DATABASE `{other}`")).await;
}
