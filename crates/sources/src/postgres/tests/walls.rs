//! The second wall: what the session refuses when the guard has let it through.

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::{Fixture, shown};
use crate::{Dialect, Limits, Source as _, SourceErrorKind, guard};

const SETUP: &str = "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'one'); \
                     CREATE SEQUENCE s; CREATE VIEW w AS SELECT v FROM t; \
                     CREATE FUNCTION wipe(t) RETURNS int LANGUAGE sql AS 'DELETE FROM t; SELECT 1'; \
                     CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM t; RETURN 1; END';";

#[tokio::test]
async fn nothing_is_written() {
    let fixture = Fixture::new(SETUP).await;
    for sql in [
        "INSERT INTO t VALUES (2, 'two')",
        "INSERT INTO t VALUES (2, 'two') RETURNING id",
        "WITH new AS (INSERT INTO t VALUES (3, 'three') RETURNING id) SELECT * FROM new",
        "UPDATE t SET v = 'changed' RETURNING v",
        "DELETE FROM t RETURNING id",
        "TRUNCATE t",
        "DROP TABLE t",
        "CREATE TABLE u (x int)",
        "CREATE TEMP TABLE u (x int)",
        "CREATE TABLE u AS SELECT * FROM t",
        "SELECT * INTO u FROM t",
        "SELECT * FROM t FOR UPDATE",
        "SELECT nextval('s')",
        "SELECT setval('s', 7)",
        "SELECT wipe()",
        "SELECT t.wipe FROM t",
        "SELECT wipe(t) FROM t",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "SELECT set_config('transaction_read_only', 'off', true), wipe()",
        "SELECT set_config('default_transaction_read_only', 'off', false), wipe()",
        "SET transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "COMMIT",
        "ROLLBACK",
        "BEGIN READ WRITE",
        "COPY t FROM PROGRAM 'echo 2'",
        "COPY t TO PROGRAM 'true'",
        "CALL wipe()",
        "DO 'BEGIN DELETE FROM t; END'",
        "NOTIFY wenshu",
        "LOCK TABLE t",
        "VACUUM",
        "EXPLAIN ANALYZE DELETE FROM t",
        "SELECT 1; DELETE FROM t",
        "SELECT 1; COMMIT; SET default_transaction_read_only = off; DELETE FROM t",
        "SELECT 1) AS x; DELETE FROM t; SELECT * FROM (SELECT 1",
        "SELECT 1) AS x (y); COMMIT; DELETE FROM t; --",
        "",
        "-- nothing",
        ";",
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
    assert_eq!(fixture.look("SELECT v FROM t WHERE id = 1").await.as_deref(), Some("one"));
    assert_eq!(fixture.look("SELECT count(*)::text FROM t").await.as_deref(), Some("1"));
    assert_eq!(fixture.look("SELECT last_value::text || is_called FROM s").await.as_deref(), Some("1false"));
    assert_eq!(
        fixture.look("SELECT count(*)::text FROM pg_class WHERE relname = 'u'").await.as_deref(),
        Some("0")
    );
}

#[tokio::test]
async fn what_writes_is_refused_by_the_transaction_itself() {
    let fixture = Fixture::new(SETUP).await;
    for (sql, words) in [
        ("SELECT wipe()", "cannot execute DELETE in a read-only transaction"),
        ("SELECT t.wipe FROM t", "cannot execute DELETE in a read-only transaction"),
        ("SELECT nextval('s')", "cannot execute nextval() in a read-only transaction"),
    ] {
        let error = fixture.ask(sql).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Denied, "{sql}");
        assert!(error.message().contains(words), "{sql}: {error}");
    }
}

#[tokio::test]
async fn what_is_set_does_not_outlive_the_query() {
    let fixture = Fixture::with_options("", |options| options.connections = 1).await;
    fixture
        .ask("SELECT set_config('search_path', 'nowhere', false), set_config('work_mem', '99MB', false)")
        .await
        .unwrap();
    fixture
        .check(
            "SELECT current_setting('search_path') AS a, current_setting('work_mem') <> '99MB' AS b, \
             current_setting('transaction_read_only') AS c",
            "a:Utf8:text b:Boolean:boolean c:Utf8:text\npg_catalog, public, pg_temp|true|on",
        )
        .await;
}

#[tokio::test]
async fn what_is_let_through_is_taken_back() {
    let fixture = Fixture::with_options("", |options| options.connections = 1).await;
    // Versions before 16 let large objects be made in a transaction that only reads.
    let _ = fixture.ask("SELECT lo_create(4711)").await;
    let _ = fixture.ask("SELECT lo_from_bytea(4712, 'x')").await;
    assert_eq!(
        fixture.look("SELECT count(*)::text FROM pg_largeobject_metadata").await.as_deref(),
        Some("0")
    );
}

#[tokio::test]
async fn names_mean_what_the_database_says() {
    // Functions of an owner under built-in names are never reached without their schema.
    let fixture = Fixture::new(
        "CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql AS 'SELECT ''mine''::text'; \
         CREATE SCHEMA sales; CREATE TABLE sales.orders (n int); INSERT INTO sales.orders VALUES (7)",
    )
    .await;
    fixture.check("SELECT lower('ABC'::text) AS v", "v:Utf8:text\nabc").await;
    fixture.check("SELECT n FROM sales.orders", "n:Int64:integer\n7").await;
    assert!(
        fixture
            .ask("SELECT n FROM orders")
            .await
            .unwrap_err()
            .message()
            .contains("\"orders\" does not exist")
    );
}

#[tokio::test]
async fn faults_of_the_statement_are_said() {
    let fixture = Fixture::new("CREATE TABLE t (id int, name text)").await;
    for (sql, words) in [
        ("SELECT price FROM t", "column \"price\" does not exist"),
        ("SELECT t.nam FROM t", "Perhaps you meant to reference the column \"t.name\""),
        ("SELECT * FROM orders", "relation \"orders\" does not exist"),
        ("SELECT * FROM", "syntax error"),
        ("SELECT no_such_thing()", "function no_such_thing() does not exist"),
        ("SELECT 1 / 0", "division by zero"),
        ("SELECT 'abc'::int", "invalid input syntax"),
        ("SELECT * FROM t WHERE id = $1", "wrong number of parameters"),
    ] {
        let error = fixture.ask(sql).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Execution, "{sql}: {error}");
        assert!(error.message().contains(words), "{sql}: {error}");
    }
    fixture.check("SELECT 1 AS a", "a:Int64:integer\n1").await;
}

#[tokio::test]
async fn a_name_after_a_dot_calls_no_function() {
    let fixture = Fixture::new(
        "CREATE TABLE t (id int, full_name text, \"Odd\" int); INSERT INTO t VALUES (1, 'one', 7); \
         CREATE TABLE u (f int, a int); INSERT INTO u VALUES (5, 6); \
         CREATE FUNCTION f(t) RETURNS text LANGUAGE sql AS 'SELECT ''called''::text'; \
         CREATE FUNCTION full_name(t) RETURNS text LANGUAGE sql AS 'SELECT ''called''::text'; \
         CREATE FUNCTION \"Odd\"(record) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN ''called''; END'; \
         CREATE FUNCTION g(x anyelement, y int DEFAULT 1) RETURNS text LANGUAGE sql AS 'SELECT ''called''::text'; \
         CREATE FUNCTION a2345678901234567890123456789012345678901234567890123456789_123(t) RETURNS text \
             LANGUAGE sql AS 'SELECT ''called''::text'; \
         CREATE SCHEMA hidden; CREATE FUNCTION hidden.id(t) RETURNS text LANGUAGE sql AS 'SELECT ''called''::text';",
    )
    .await;
    for sql in [
        "SELECT t.f FROM t",
        "SELECT x.f FROM t AS x",
        "SELECT T.\"f\" FROM t",
        "SELECT public.t.f FROM public.t",
        "SELECT x.g FROM t AS x",
        "SELECT s.f FROM (SELECT * FROM t) AS s",
        "SELECT s.f FROM (SELECT 1, 'a'::text, 2) AS s",
        "WITH c AS (SELECT * FROM t) SELECT c.f FROM c",
        "SELECT id FROM t WHERE t.f = 'called'",
        "SELECT id FROM t ORDER BY t.f",
        "SELECT u.\"Odd\" FROM u",
        "SELECT x.f FROM u AS x WHERE EXISTS (SELECT x.f FROM t AS x)",
        "SELECT t.a2345678901234567890123456789012345678901234567890123456789_123456 FROM t",
    ] {
        let query = guard::check(sql, Dialect::Postgres).unwrap_or_else(|refusal| panic!("{sql}: {refusal}"));
        let error = fixture.source.query(&query, &Limits::default(), &CancellationToken::new()).await;
        let error = error.map(|result| shown(&result)).unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Execution, "{sql}: {error}");
        assert!(error.message().contains("could call the function"), "{sql}: {error}");
        let mut stream =
            fixture.source.stream(&query, &Limits::default(), &CancellationToken::new()).await.unwrap();
        let error = stream.next().await.unwrap().map(|result| shown(&result)).unwrap_err();
        assert!(error.message().contains("could call the function"), "{sql}: {error}");
    }
    for (sql, expected) in [
        ("SELECT t.id, t.full_name, t.\"Odd\" FROM t", "1|one|7"),
        ("SELECT x.full_name FROM t AS x", "one"),
        ("SELECT u.f, u.a FROM u", "5|6"),
        ("SELECT s.id FROM (SELECT t.id FROM t) AS s", "1"),
        ("SELECT public.t.full_name FROM public.t", "one"),
        ("SELECT t.ctid FROM t", "(0,1)"),
    ] {
        let query = guard::check(sql, Dialect::Postgres).unwrap();
        let result = fixture.source.query(&query, &Limits::default(), &CancellationToken::new()).await;
        let result = result.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(shown(&result).lines().last(), Some(expected), "{sql}");
    }
}
