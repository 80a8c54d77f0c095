//! Tables, columns and keys as they are read.

use std::sync::Arc;

use super::Fixture;
use crate::{Column, ForeignKey, RowCount, Schema, Source, TableKind, ValueKind};

async fn read(setup: &str) -> Arc<Schema> {
    Fixture::new(setup).source.schema(false).await.unwrap()
}

fn names(schema: &Schema) -> Vec<&str> {
    schema.tables.iter().map(|table| table.name.as_str()).collect()
}

fn column<'schema>(schema: &'schema Schema, table: &str, column: &str) -> &'schema Column {
    schema.table(table).unwrap().column(column).unwrap()
}

#[tokio::test]
async fn columns_with_all_they_carry() {
    let schema = read(
        "CREATE TABLE goods (id INTEGER PRIMARY KEY, code VARCHAR(10) NOT NULL UNIQUE, price DECIMAL(10,2) DEFAULT 9.90, \
         made DATETIME DEFAULT CURRENT_TIMESTAMP, active BOOLEAN NOT NULL DEFAULT 1, doc JSON, raw BLOB, loose, \
         double_price REAL GENERATED ALWAYS AS (price * 2) VIRTUAL, kept TEXT AS (code || '!') STORED); \
         CREATE TABLE pairs (b TEXT, a INT, c INT UNIQUE, PRIMARY KEY (a, b)) WITHOUT ROWID; \
         CREATE UNIQUE INDEX partly ON goods (doc) WHERE doc IS NOT NULL; \
         CREATE UNIQUE INDEX computed ON goods (lower(code)); CREATE UNIQUE INDEX both ON goods (made, active);",
    )
    .await;
    let shown: Vec<String> = schema.tables[0]
        .columns
        .iter()
        .map(|column| {
            let mut words =
                vec![column.name.clone(), column.declared_type.clone(), column.kind.as_str().to_owned()];
            words.extend(column.nullable.then(|| "null".to_owned()));
            words.extend(column.primary.then(|| "primary".to_owned()));
            words.extend(column.unique.then(|| "unique".to_owned()));
            words.extend(column.default.as_ref().map(|default| format!("default {default}")));
            words.join("|")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "id|INTEGER|integer|primary|unique",
            "code|VARCHAR(10)|text|unique",
            "price|DECIMAL(10,2)|number|null|default 9.90",
            "made|DATETIME|timestamp|null|default CURRENT_TIMESTAMP",
            "active|BOOLEAN|boolean|default 1",
            "doc|JSON|json|null",
            "raw|BLOB|binary|null",
            "loose||other|null",
            "double_price|REAL|number|null",
            "kept|TEXT|text|null",
        ]
    );
    let pairs = schema.table("PAIRS").unwrap();
    assert_eq!(pairs.primary_key().collect::<Vec<_>>(), ["b", "a"]);
    assert!(!pairs.columns[0].nullable && !pairs.columns[0].unique && pairs.columns[2].unique);
}

#[tokio::test]
async fn foreign_keys_in_every_spelling() {
    let schema = read(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT UNIQUE); \
         CREATE TABLE pair (a INT, b INT, PRIMARY KEY (b, a)); \
         CREATE TABLE child (id INTEGER PRIMARY KEY, implied INT REFERENCES PARENT, named TEXT REFERENCES parent (CODE), \
         x INT, y INT, self INT REFERENCES child (id), gone INT REFERENCES missing (id), \
         wrong INT REFERENCES parent (missing), FOREIGN KEY (x, y) REFERENCES pair (a, b));",
    )
    .await;
    let key = |columns: &[&str], table: &str, references: &[&str]| ForeignKey {
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        schema: None,
        table: table.to_owned(),
        references: references.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(
        schema.table("child").unwrap().foreign_keys,
        [
            key(&["implied"], "parent", &["id"]),
            key(&["named"], "parent", &["code"]),
            key(&["self"], "child", &["id"]),
            key(&["x", "y"], "pair", &["a", "b"]),
        ]
    );
}

#[tokio::test]
async fn any_name_can_be_read_and_asked() {
    let wild = [
        "客户 表",
        "a\"b",
        "it's",
        "select",
        "x.y",
        "[br]",
        "`tick`",
        " ",
        "Ünïcode🙂",
        "semi;colon",
        "--dash",
    ];
    let setup: String = wild
        .iter()
        .map(|name| {
            let quoted = name.replace('"', "\"\"");
            format!("CREATE TABLE \"{quoted}\" (\"{quoted}\" TEXT PRIMARY KEY, n INT REFERENCES \"{quoted}\"); INSERT INTO \"{quoted}\" VALUES ('v', 'v');")
        })
        .collect();
    let fixture = Fixture::new(&setup);
    let schema = fixture.source.schema(false).await.unwrap();
    assert_eq!(names(&schema), wild);
    for table in &schema.tables {
        assert_eq!(table.columns[0].name, table.name);
        let key = &table.foreign_keys[0];
        assert_eq!((&key.table, &key.references[0]), (&table.name, &table.name));
        assert_eq!(table.row_count, Some(RowCount { rows: 1, exact: true }), "{}", table.name);
        let quoted = crate::Dialect::Sqlite.quote_identifier(&table.name);
        let result = fixture.ask(&format!("SELECT {quoted} FROM {quoted}")).await.unwrap();
        assert_eq!((result.rows(), result.schema().field(0).name()), (1, &table.name));
    }
}

#[tokio::test]
async fn views_virtual_tables_and_what_is_broken() {
    let schema = read(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, made DATETIME, total DECIMAL(10,2)); \
         INSERT INTO orders (made, total) VALUES ('2026-01-01 10:00:00', 5); ANALYZE; \
         CREATE VIEW by_day AS SELECT date(made) AS day, sum(total) AS total FROM orders GROUP BY 1; \
         CREATE VIEW lost AS SELECT * FROM gone; CREATE VIEW failing AS SELECT abs(-9223372036854775808) AS n; \
         CREATE VIEW endless AS WITH RECURSIVE c (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM c) \
         SELECT CAST(max(k) AS TEXT) AS top FROM c; \
         CREATE VIRTUAL TABLE docs USING fts5(body, title); INSERT INTO docs VALUES ('b', 't'); \
         CREATE VIRTUAL TABLE spots USING rtree(id, x0, x1); \
         CREATE TABLE last (v);",
    )
    .await;
    assert_eq!(names(&schema), ["orders", "by_day", "failing", "endless", "docs", "last"]);
    let by_day = schema.table("by_day").unwrap();
    assert_eq!((by_day.kind, by_day.row_count), (TableKind::View, None));
    assert_eq!(column(&schema, "by_day", "day").kind, ValueKind::Date);
    let docs = schema.table("docs").unwrap();
    assert_eq!(docs.kind, TableKind::Table);
    assert_eq!(docs.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["body", "title"]);
}

#[tokio::test]
async fn dates_that_are_kept_as_text() {
    let schema = read(
        "CREATE TABLE t (day TEXT, moment VARCHAR(30), word TEXT, late TEXT, created_at TEXT, birth_date TEXT, \
         unix INTEGER, seconds DATETIME, bare, period TEXT, amount VARCHAR(20)); \
         INSERT INTO t VALUES ('2026-01-01', '2026-01-01T10:00:00Z', 'a', NULL, NULL, NULL, 1772323200, 1772323200, \
         '2026-01-01', '2026-01', 5); \
         INSERT INTO t VALUES ('2026-01-02', '2026-01-02T10:00:00Z', '2026-01-01', '2026-01-01', NULL, NULL, 1, 1, NULL, \
         '2026-02', 'x');",
    )
    .await;
    for (name, kind) in [
        ("day", ValueKind::Date),
        ("moment", ValueKind::Timestamp),
        ("word", ValueKind::Text),
        ("late", ValueKind::Date),
        ("created_at", ValueKind::Timestamp),
        ("birth_date", ValueKind::Date),
        ("unix", ValueKind::Integer),
        ("seconds", ValueKind::Integer),
        ("bare", ValueKind::Date),
        ("period", ValueKind::Text),
        ("amount", ValueKind::Text),
    ] {
        assert_eq!(column(&schema, "t", name).kind, kind, "{name}");
    }
}

#[tokio::test]
async fn large_tables_are_estimated() {
    let fill = |table: &str, rows: u64| {
        format!(
            "CREATE TABLE {table} (v); WITH RECURSIVE c (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM c WHERE k < {rows}) \
             INSERT INTO {table} SELECT k FROM c;"
        )
    };
    let setup = format!(
        "{}{}CREATE INDEX i ON analyzed (v); ANALYZE; {}DELETE FROM guessed WHERE v <= 10;",
        fill("counted", 100_000),
        fill("analyzed", 100_500),
        fill("guessed", 100_100)
    );
    let schema = read(&setup).await;
    let count = |table: &str| schema.table(table).unwrap().row_count.unwrap();
    assert_eq!(count("counted"), RowCount { rows: 100_000, exact: true });
    assert_eq!(count("analyzed"), RowCount { rows: 100_500, exact: false });
    assert_eq!(count("guessed"), RowCount { rows: 100_100, exact: false });
}

#[tokio::test]
async fn a_large_table_that_shrank_is_counted_again_on_refresh() {
    let fixture = Fixture::new(
        "CREATE TABLE t (v); WITH RECURSIVE c (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM c WHERE k < 100001) \
         INSERT INTO t SELECT k FROM c;",
    );
    let count = async |refresh| fixture.source.schema(refresh).await.unwrap().tables[0].row_count.unwrap();
    assert_eq!(count(false).await, RowCount { rows: 100_001, exact: false });
    fixture.writer().execute_batch("DELETE FROM t WHERE v > 5").unwrap();
    assert!(!count(false).await.exact);
    assert_eq!(count(true).await, RowCount { rows: 5, exact: true });
    assert_eq!(count(false).await, RowCount { rows: 5, exact: true });
}

#[tokio::test]
async fn kept_until_something_changes_or_refresh_asks() {
    let fixture = Fixture::new("CREATE TABLE t (v)");
    let first = fixture.source.schema(false).await.unwrap();
    assert!(Arc::ptr_eq(&first, &fixture.source.schema(false).await.unwrap()));
    assert!(!Arc::ptr_eq(&first, &fixture.source.schema(true).await.unwrap()));
    fixture.writer().execute_batch("INSERT INTO t VALUES (1); CREATE TABLE u (w);").unwrap();
    let second = fixture.source.schema(false).await.unwrap();
    assert_eq!(names(&second), ["t", "u"]);
    assert_eq!(second.tables[0].row_count, Some(RowCount { rows: 1, exact: true }));
}
