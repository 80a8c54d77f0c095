//! Files that are missing, locked, broken, replaced.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

use super::{Fixture, shown};
use crate::sqlite::{SqliteOptions, SqliteSource};
use crate::{Limits, Source, SourceError, SourceErrorKind};

async fn failure(path: PathBuf) -> SourceError {
    let source = SqliteSource::new(path, SqliteOptions::default());
    let asked =
        source.answer("SELECT 1", true, &Limits::default(), &CancellationToken::new()).await.unwrap_err();
    let not_kept =
        source.answer("SELECT 1", false, &Limits::default(), &CancellationToken::new()).await.unwrap_err();
    assert_eq!(asked, not_kept);
    assert_eq!(source.ping().await.unwrap_err(), asked);
    assert_eq!(source.revision().await.unwrap_err(), asked);
    assert_eq!(source.schema(false).await.unwrap_err(), asked);
    asked
}

fn make(path: &Path, value: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(&format!("CREATE TABLE t (v); INSERT INTO t VALUES ('{value}');")).unwrap();
}

#[tokio::test]
async fn what_is_no_database_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.db");
    fs::write(&garbage, "no database at all, ".repeat(200)).unwrap();
    let cut = folder.path().join("cut.db");
    make(&cut, &"x".repeat(20_000));
    let whole = fs::read(&cut).unwrap();
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    for (path, words) in [
        (folder.path().join("missing.db"), "there is no database file"),
        (folder.path().join("no").join("folder.db"), "there is no database file"),
        (PathBuf::from("file:missing.db?mode=memory"), "there is no database file"),
        (PathBuf::from(":memory:"), "there is no database file"),
        (PathBuf::new(), "not a database"),
        (folder.path().to_owned(), "is a folder, not a database"),
        (PathBuf::from("/dev/null"), "is not a regular file"),
        (garbage, "is not an SQLite database"),
    ] {
        let error = failure(path.clone()).await;
        assert_eq!(error.kind(), SourceErrorKind::Unreachable, "{}", path.display());
        assert!(error.message().contains(words), "{}: {error}", path.display());
    }
    let source = SqliteSource::new(cut, SqliteOptions::default());
    let limits = Limits::default();
    let error = source.answer("SELECT * FROM t", true, &limits, &CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Unreachable);
    assert!(error.message().contains("is damaged"), "{error}");
}

#[tokio::test]
async fn an_empty_file_is_an_empty_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.db");
    fs::write(&path, "").unwrap();
    let source = SqliteSource::new(path, SqliteOptions::default());
    assert!(source.schema(false).await.unwrap().tables.is_empty());
    assert!(source.ping().await.unwrap().version.starts_with("SQLite 3."));
}

#[tokio::test]
async fn a_file_that_comes_later_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later.db");
    let source = SqliteSource::new(path.clone(), SqliteOptions::default());
    assert_eq!(source.ping().await.unwrap_err().kind(), SourceErrorKind::Unreachable);
    assert!(!path.exists(), "asking makes no file");
    make(&path, "late");
    let result =
        source.answer("SELECT v FROM t", true, &Limits::default(), &CancellationToken::new()).await.unwrap();
    assert_eq!(shown(&result), "v:Utf8:text\nlate");
    fs::remove_file(&path).unwrap();
    assert_eq!(source.ping().await.unwrap_err().kind(), SourceErrorKind::Unreachable);
}

#[tokio::test]
async fn a_locked_file_is_busy_until_it_is_free() {
    let options = SqliteOptions { busy_timeout: Duration::from_millis(30), ..SqliteOptions::default() };
    for opened_before in [false, true] {
        let fixture = Fixture::with_options("CREATE TABLE t (v); INSERT INTO t VALUES (1);", options.clone());
        if opened_before {
            fixture.ask("SELECT v FROM t").await.unwrap();
        }
        let writer = fixture.writer();
        writer.execute_batch("BEGIN EXCLUSIVE; INSERT INTO t VALUES (2);").unwrap();
        for error in [
            fixture.ask("SELECT v FROM t").await.unwrap_err(),
            fixture.source.schema(true).await.unwrap_err(),
            fixture.source.revision().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), SourceErrorKind::Busy);
            assert!(error.message().contains("is locked by another program; try again"), "{error}");
        }
        writer.execute_batch("COMMIT").unwrap();
        assert_eq!(shown(&fixture.ask("SELECT v FROM t").await.unwrap()), "v:Int64:integer\n1\n2");
    }
}

#[tokio::test]
async fn a_lock_that_goes_is_waited_for() {
    let options = SqliteOptions { connections: 1, busy_timeout: super::LONG, ..SqliteOptions::default() };
    let fixture = Fixture::with_options("CREATE TABLE t (v); INSERT INTO t VALUES (1);", options);
    let writer = fixture.writer();
    writer.execute_batch("BEGIN EXCLUSIVE; INSERT INTO t VALUES (2);").unwrap();
    let release = async {
        while fixture.source.inner.pool.is_free() {
            tokio::task::yield_now().await;
        }
        writer.execute_batch("COMMIT").unwrap();
    };
    let (result, ()) = tokio::join!(fixture.ask("SELECT count(*) AS n FROM t"), release);
    assert_eq!(shown(&result.unwrap()), "n:Int64:integer\n2");
}

#[tokio::test]
async fn a_replaced_file_is_seen() {
    let fixture = Fixture::new("CREATE TABLE t (v); INSERT INTO t VALUES ('old');");
    let sql = "SELECT v FROM t";
    assert_eq!(shown(&fixture.ask(sql).await.unwrap()), "v:Utf8:text\nold");
    let revision = fixture.source.revision().await.unwrap();
    for value in ["new", "newer"] {
        let other = fixture.folder.path().join("other.db");
        make(&other, value);
        fs::rename(&other, &fixture.path).unwrap();
        assert_eq!(shown(&fixture.ask(sql).await.unwrap()), format!("v:Utf8:text\n{value}"));
        assert_ne!(fixture.source.revision().await.unwrap(), revision);
    }
}

#[tokio::test]
async fn a_file_written_over_in_place_is_seen() {
    let fixture = Fixture::new("CREATE TABLE t (v); INSERT INTO t VALUES ('old');");
    let sql = "SELECT v FROM t";
    assert_eq!(shown(&fixture.ask(sql).await.unwrap()), "v:Utf8:text\nold");
    let other = fixture.folder.path().join("other.db");
    // The same number of changes, so that SQLite's own counter can't tell them apart; another length.
    let connection = Connection::open(&other).unwrap();
    connection
        .execute_batch(&format!("CREATE TABLE t (v); INSERT INTO t VALUES ('{}');", "long".repeat(5_000)))
        .unwrap();
    drop(connection);
    fs::copy(&other, &fixture.path).unwrap();
    let result = fixture.ask("SELECT length(v) AS n FROM t").await.unwrap();
    assert_eq!(shown(&result), "n:Int64:integer\n20000");
}

#[tokio::test]
async fn wal_databases_are_read_while_they_are_written() {
    let fixture = Fixture::new("PRAGMA journal_mode = WAL; CREATE TABLE t (v); INSERT INTO t VALUES (1);");
    let sql = "SELECT count(*) AS n FROM t";
    assert_eq!(shown(&fixture.ask(sql).await.unwrap()), "n:Int64:integer\n1");
    let writer = fixture.writer();
    writer.execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (2);").unwrap();
    assert_eq!(shown(&fixture.ask(sql).await.unwrap()), "n:Int64:integer\n1");
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(shown(&fixture.ask(sql).await.unwrap()), "n:Int64:integer\n2");
    writer.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3);").unwrap();
    assert_eq!(shown(&fixture.ask(sql).await.unwrap()), "n:Int64:integer\n3");
}

#[tokio::test]
async fn what_a_crashed_writer_left_behind_is_said() {
    let fixture = Fixture::new("CREATE TABLE t (v); INSERT INTO t VALUES (zeroblob(100000));");
    let writer = fixture.writer();
    // A cache of one page makes the writer change the file before it commits.
    writer.execute_batch("PRAGMA cache_size = 1; BEGIN; UPDATE t SET v = randomblob(200000);").unwrap();
    let crashed = fixture.folder.path().join("crashed.db");
    fs::copy(&fixture.path, &crashed).unwrap();
    let journal = |path: &Path| PathBuf::from(format!("{}-journal", path.display()));
    fs::copy(journal(&fixture.path), journal(&crashed)).unwrap();
    let error = failure(crashed.clone()).await;
    assert_eq!(error.kind(), SourceErrorKind::Unreachable);
    assert!(error.message().contains("an unfinished change of a program that crashed"), "{error}");
    // Opened once by a program that may write, it works again.
    let count: i64 = Connection::open(&crashed)
        .unwrap()
        .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1);
    SqliteSource::new(crashed, SqliteOptions::default()).ping().await.unwrap();
}

#[tokio::test]
async fn no_lock_is_left_behind() {
    let fixture = Fixture::new("CREATE TABLE t (v); INSERT INTO t VALUES (1), (2), (3);");
    let writer = fixture.writer();
    writer.busy_timeout(Duration::ZERO).unwrap();
    let cut = Limits { rows: 1, ..Limits::default() };
    for _ in 0..5 {
        fixture.ask("SELECT v FROM t").await.unwrap();
        assert!(fixture.ask_within("SELECT v FROM t", cut).await.unwrap().truncated);
        assert!(fixture.ask("SELECT missing FROM t").await.is_err());
        fixture.source.schema(false).await.unwrap();
        writer.execute_batch("BEGIN EXCLUSIVE; INSERT INTO t VALUES (4); COMMIT;").unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_is_turned_to_another_file_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("link.db");
    let source = SqliteSource::new(path.clone(), SqliteOptions::default());
    for value in ["first", "second"] {
        let target = folder.path().join(value);
        make(&target, value);
        let link = folder.path().join("turned");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        fs::rename(&link, &path).unwrap();
        let limits = Limits::default();
        let result =
            source.answer("SELECT v FROM t", true, &limits, &CancellationToken::new()).await.unwrap();
        assert_eq!(shown(&result), format!("v:Utf8:text\n{value}"));
    }
}

#[tokio::test]
async fn names_that_are_not_text_harm_nothing_else() {
    let fixture = Fixture::new("CREATE TABLE bad (xyz); INSERT INTO bad VALUES (1); CREATE TABLE good (v);");
    fixture
        .writer()
        .execute_batch(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = CAST(replace(CAST(sql AS BLOB), x'79', x'ff') AS \
             TEXT) WHERE name = 'bad'; PRAGMA writable_schema = RESET;",
        )
        .unwrap();
    let schema = fixture.source.schema(false).await.unwrap();
    let names: Vec<_> = schema.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["good"]);
    // Such a name can't be shown to the authorizer, which denies it.
    let error = fixture.ask("SELECT * FROM bad").await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Denied);
    assert_eq!(shown(&fixture.ask("SELECT count(*) AS n FROM bad").await.unwrap()), "n:Int64:integer\n1");
}
