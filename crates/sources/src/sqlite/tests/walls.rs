//! The second wall: what the session refuses when the guard has let it through.

use std::fs;

use super::{Fixture, shown};
use crate::SourceErrorKind;

const SETUP: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'one'); \
                     CREATE VIEW w AS SELECT v FROM t; CREATE INDEX i ON t (v);";

#[tokio::test]
async fn nothing_is_written_and_nothing_else_reached() {
    let fixture = Fixture::new(SETUP);
    fixture.ask("SELECT v FROM t").await.unwrap();
    let before = fs::read(&fixture.path).unwrap();
    let elsewhere = fixture.folder.path().join("other.db");
    let attach = format!("ATTACH '{}' AS other", elsewhere.display());
    let vacuum_into = format!("VACUUM INTO '{}'", elsewhere.display());
    for sql in [
        "INSERT INTO t VALUES (2, 'two')",
        "INSERT INTO t VALUES (2, 'two') RETURNING id",
        "WITH new AS (SELECT 3 AS id) INSERT INTO t SELECT id, 'three' FROM new RETURNING *",
        "REPLACE INTO t VALUES (1, 'two') RETURNING id",
        "UPDATE t SET v = 'changed'",
        "UPDATE t SET v = 'changed' RETURNING v",
        "DELETE FROM t",
        "DELETE FROM t RETURNING id",
        "DROP TABLE t",
        "DROP VIEW w",
        "DROP INDEX i",
        "CREATE TABLE u (x)",
        "CREATE TEMP TABLE u (x)",
        "CREATE TABLE u AS SELECT * FROM t",
        "CREATE VIEW u AS SELECT 1",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE f USING fts5(x)",
        "ALTER TABLE t ADD COLUMN x",
        "ALTER TABLE t RENAME TO u",
        "REINDEX",
        "ANALYZE",
        "VACUUM",
        vacuum_into.as_str(),
        attach.as_str(),
        "ATTACH ':memory:' AS other",
        "DETACH main",
        "BEGIN",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "SAVEPOINT s",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = WAL",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA table_info(t)",
        "PRAGMA database_list",
        "SELECT * FROM pragma_table_info('t')",
        "SELECT * FROM pragma_database_list",
        "SELECT load_extension('libm.so.6')",
        "SELECT writefile('x', 'y')",
        "SELECT readfile('/etc/hostname')",
        "SELECT fts3_tokenizer('simple')",
        "EXPLAIN DELETE FROM t",
    ] {
        let error = fixture.ask(sql).await.unwrap_err();
        assert!(
            matches!(error.kind(), SourceErrorKind::Denied | SourceErrorKind::Execution),
            "{sql}: {:?} {error}",
            error.kind()
        );
        let unknown_function = error.message().contains("no such function");
        assert!(error.kind() == SourceErrorKind::Denied || unknown_function, "{sql}: {error}");
    }
    assert!(fs::read(&fixture.path).unwrap() == before, "the file is untouched");
    assert!(!elsewhere.exists());
    assert_eq!(shown(&fixture.ask("SELECT count(*) AS n FROM t").await.unwrap()), "n:Int64:integer\n1");
}

#[tokio::test]
async fn only_the_first_statement_is_compiled() {
    let fixture = Fixture::new(SETUP);
    let _ = fixture.ask("SELECT 1; DELETE FROM t").await;
    assert_eq!(shown(&fixture.ask("SELECT count(*) AS n FROM t").await.unwrap()), "n:Int64:integer\n1");
    for sql in ["", "-- nothing", ";"] {
        assert_eq!(fixture.ask(sql).await.unwrap_err().kind(), SourceErrorKind::Denied, "{sql:?}");
    }
}

#[tokio::test]
async fn what_only_reads_works() {
    let fixture = Fixture::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, n INT); INSERT INTO t VALUES (1, 'one', 10), (2, 'two', 20); \
         CREATE VIEW w AS SELECT v FROM t; CREATE VIRTUAL TABLE docs USING fts5(body); \
         INSERT INTO docs VALUES ('hello world');",
    );
    for (sql, expected) in [
        ("SELECT v FROM w ORDER BY 1", "v:Utf8:text\none\ntwo"),
        ("SELECT replace(v, 'o', '0') AS v FROM t WHERE id = 2", "v:Utf8:text\ntw0"),
        ("SELECT sum(n) OVER (ORDER BY id) AS s FROM t", "s:Int64:integer\n10\n30"),
        (
            "WITH RECURSIVE c (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM c WHERE k < 3) SELECT k FROM c",
            "k:Int64:integer\n1\n2\n3",
        ),
        ("SELECT body FROM docs WHERE docs MATCH 'hello'", "body:Utf8:text\nhello world"),
        ("SELECT value FROM json_each('[1,2]')", "value:Int64:integer\n1\n2"),
        ("SELECT 1 AS a UNION SELECT 2 ORDER BY 1 DESC", "a:Int64:integer\n2\n1"),
        ("VALUES (1, 'x')", "column1:Int64:integer column2:Utf8:text\n1|x"),
    ] {
        let result = fixture.ask(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(shown(&result), expected, "{sql}");
    }
}

#[tokio::test]
async fn faults_of_the_statement_are_said() {
    let fixture = Fixture::new(SETUP);
    for (sql, words) in [
        ("SELECT price FROM t", "no such column: price"),
        ("SELECT \"price\" FROM t", "no such column"),
        ("SELECT * FROM orders", "no such table: orders"),
        ("SELECT * FROM", "incomplete input"),
        ("SELECT no_such_thing()", "no such function: no_such_thing"),
        ("SELECT sum(sum(id)) FROM t", "misuse of aggregate"),
        ("SELECT abs(-9223372036854775808)", "integer overflow"),
        ("SELECT * FROM t WHERE id = ?", "parameters without a value"),
    ] {
        let error = fixture.ask(sql).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Execution, "{sql}: {error}");
        assert!(error.message().contains(words), "{sql}: {error}");
    }
}
