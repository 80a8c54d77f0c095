//! The second wall: what the session refuses when the guard has let it through.

use tokio_util::sync::CancellationToken;

use super::{Fixture, MySqlSource};
use crate::tests::shown;
use crate::{Dialect, Limits, ServerOptions, Source as _, SourceErrorKind, guard};

const SETUP: &str = "CREATE TABLE t (id int PRIMARY KEY, v varchar(20)); INSERT INTO t VALUES (1, 'one'); \
                     CREATE TABLE m (id int) ENGINE=MyISAM; INSERT INTO m VALUES (1); \
                     CREATE SEQUENCE s; CREATE VIEW w AS SELECT v FROM t; \
                     CREATE FUNCTION wipe() RETURNS int BEGIN DELETE FROM t; RETURN 1; END; \
                     CREATE FUNCTION wipe_m() RETURNS int BEGIN DELETE FROM m; RETURN 1; END; \
                     CREATE PROCEDURE wipe_all() BEGIN DELETE FROM t; SELECT 1; END;";

#[tokio::test]
async fn nothing_is_written() {
    let fixture = Fixture::new(SETUP).await;
    let file = format!("/tmp/{}", fixture.options.database);
    let into_file = format!("SELECT 1 INTO OUTFILE '{file}'");
    for sql in [
        "INSERT INTO t VALUES (2, 'two')",
        "INSERT INTO t VALUES (2, 'two') RETURNING id",
        "REPLACE INTO t VALUES (1, 'two') RETURNING id",
        "UPDATE t SET v = 'changed'",
        "DELETE FROM t",
        "DELETE FROM t RETURNING id",
        "DELETE FROM m RETURNING id",
        "TRUNCATE t",
        "DROP TABLE t",
        "CREATE TABLE u (x int)",
        "CREATE TEMPORARY TABLE u (x int)",
        "CREATE TABLE u AS SELECT * FROM t",
        "CREATE OR REPLACE VIEW w AS SELECT 1",
        "SELECT v INTO @x FROM t",
        into_file.as_str(),
        "SELECT next_value FROM s FOR UPDATE",
        "SELECT nextval(s)",
        "SELECT setval(s, 7)",
        "SELECT wipe()",
        "SELECT wipe_m()",
        "CALL wipe_all()",
        "LOAD DATA INFILE '/etc/hostname' INTO TABLE t",
        "SET SESSION TRANSACTION READ WRITE",
        "SET @@autocommit = 0",
        "COMMIT",
        "ROLLBACK",
        "START TRANSACTION READ WRITE",
        "LOCK TABLES t WRITE",
        "HANDLER t OPEN",
        "ANALYZE TABLE t",
        "OPTIMIZE TABLE t",
        "REPAIR TABLE m",
        "CHECK TABLE t",
        "ANALYZE DELETE FROM t",
        "EXPLAIN DELETE FROM t",
        "SHOW TABLES",
        "KILL 1",
        "PREPARE p FROM 'DELETE FROM t'",
        "EXECUTE IMMEDIATE 'DELETE FROM t'",
        "BEGIN NOT ATOMIC DELETE FROM t; END",
        "SELECT 1; DELETE FROM t",
        "SELECT 1); DELETE FROM t; SELECT (1",
        "SELECT 1) FROM t UNION SELECT (SELECT 1",
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
    assert_eq!(fixture.look("SELECT group_concat(v) FROM t").await, "one");
    assert_eq!(fixture.look("SELECT count(*) FROM m").await, "1");
    assert_eq!(fixture.look("SELECT next_not_cached_value FROM s").await, "1");
    assert_eq!(
        fixture.look("SELECT count(*) FROM information_schema.tables WHERE table_schema = database()").await,
        "4"
    );
    assert!(!std::path::Path::new(&file).exists());
}

#[tokio::test]
async fn what_writes_is_refused_by_the_transaction_itself() {
    let fixture = Fixture::new(SETUP).await;
    for sql in ["SELECT wipe()", "SELECT wipe_m()", "SELECT nextval(s)"] {
        let error = fixture.ask(sql).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Denied, "{sql}: {error}");
        assert!(error.message().contains("READ ONLY transaction"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn the_way_text_is_read_does_not_depend_on_the_server() {
    let fixture = Fixture::new("").await;
    fixture
        .check(
            "SELECT \"text\" AS a, 'it''s \\' \\\\' AS b, 1 || 0 AS c, @@session.tx_read_only AS d",
            "a:Utf8:text b:Utf8:text c:Int64:integer d:Int64:integer\ntext|it's ' \\|1|1",
        )
        .await;
}

#[tokio::test]
async fn a_limit_in_a_derived_table_holds() {
    let fixture = Fixture::new(
        "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1), (2), (3); \
         CREATE TABLE i (id int PRIMARY KEY, p int, v int); \
         INSERT INTO i VALUES (1, 1, 10), (2, 2, 21), (3, 3, 1), (4, 2, 1), (5, 1, 81);",
    )
    .await;
    let top = "SELECT p.id FROM i JOIN p ON p.id = i.p GROUP BY p.id ORDER BY sum(i.v) DESC, p.id LIMIT 1";
    let sql = format!(
        "SELECT sum(i.v) AS v FROM i JOIN p ON p.id = i.p WHERE p.id IN (SELECT * FROM ({top}) AS t)"
    );
    fixture.check(&sql, "v:Decimal128(38, 0):number\n91").await;
}

#[tokio::test]
async fn faults_of_the_statement_are_said() {
    let fixture = Fixture::new("CREATE TABLE t (id int, name text)").await;
    for (sql, words) in [
        ("SELECT price FROM t", "Unknown column 'price'"),
        ("SELECT * FROM orders", "orders' doesn't exist"),
        ("SELECT * FROM", "error in your SQL syntax"),
        ("SELECT no_such_thing()", "no_such_thing does not exist"),
        ("SELECT sum(sum(id)) FROM t", "Invalid use of group function"),
    ] {
        let error = fixture.ask(sql).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Execution, "{sql}: {error}");
        assert!(error.message().contains(words), "{sql}: {error}");
    }
    let error = fixture.ask("SELECT * FROM t WHERE id = ?").await.unwrap_err();
    assert!(error.message().contains("parameters without a value"), "{error}");
    fixture.check("SELECT 1 AS a", "a:Int64:integer\n1").await;
}

#[tokio::test]
async fn the_servers_own_database_is_no_data() {
    let options = Fixture::new("").await.options.clone();
    for database in ["mysql", "information_schema", "INFORMATION_SCHEMA", "performance_schema", "sys"] {
        let source = MySqlSource::new(ServerOptions { database: database.to_owned(), ..options.clone() });
        let query = guard::check("SELECT * FROM global_priv", Dialect::MySql).unwrap();
        let error = source.query(&query, &Limits::default(), &CancellationToken::new()).await.unwrap_err();
        assert_eq!(error.kind(), SourceErrorKind::Denied, "{database}: {error}");
        assert!(error.message().contains(database), "{error}");
        assert!(source.stream(&query, &Limits::default(), &CancellationToken::new()).await.is_err());
    }
}
