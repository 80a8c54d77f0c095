//! `wenshu ask`, without a server.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rusqlite::Connection;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::program::Place;

fn shop(place: &Place) {
    let connection = Connection::open(place.path("shop.db")).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE stores (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
             INSERT INTO stores VALUES (1, '南京西路店', '上海'), (2, '国贸店', '北京'), (3, '淮海店', '上海');",
        )
        .unwrap();
}

#[tokio::test]
async fn the_demo_is_asked_without_a_server_or_a_store() {
    let place = Place::new();
    let ended = place.run(&["ask", "一共有多少客户？", "--format", "json"]).await.with_code(0);
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(answer["question"], "一共有多少客户？");
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    let connection = Connection::open(place.path(".cache/wenshu/demo.db")).unwrap();
    let count: i64 = connection.query_row("SELECT COUNT(*) FROM customers", [], |row| row.get(0)).unwrap();
    assert_eq!(rows[0].as_object().unwrap().values().next().unwrap(), count);
    assert!(!place.path("data").exists(), "no store is made");
}

#[tokio::test]
async fn any_sqlite_file_is_asked() {
    let place = Place::new();
    shop(&place);
    let csv = place
        .run(&["ask", "How many stores are there?", "--db", "shop.db", "--format", "csv"])
        .await
        .with_code(0);
    assert_eq!(csv.stdout.split("\r\n").nth(1), Some("3"), "{}", csv.stdout);
    let table = place
        .run(&["ask", "How many stores are there?", "--db", "sqlite:shop.db", "--show-sql"])
        .await
        .with_code(0);
    assert!(table.stdout.contains("SELECT") && table.stdout.contains("╭"), "{}", table.stdout);
    assert!(!table.stdout.contains('\u{1b}') && table.stderr.is_empty(), "{table:?}");
}

#[tokio::test]
async fn a_question_that_can_not_be_answered_is_exit_code_2() {
    let place = Place::new();
    shop(&place);
    for format in ["table", "json", "csv", "chart"] {
        let ended = place
            .run(&["ask", "xyzzy plugh frobnicate", "--db", "shop.db", "--format", format])
            .await
            .with_code(2);
        assert!(ended.stdout.is_empty() && ended.stderr.contains("not understood:"), "{ended:?}");
    }
    let chinese =
        place.run(&["ask", "xyzzy plugh frobnicate", "--db", "shop.db", "--lang", "zh"]).await.with_code(2);
    assert!(chinese.stderr.contains("未理解："), "{chinese:?}");
}

#[tokio::test]
async fn databases_that_are_none_are_exit_code_1() {
    let place = Place::new();
    place.write("text.db", &"this is no database, whatever its name says\n".repeat(100));
    for (db, word) in
        [("nowhere.db", "nowhere.db"), ("text.db", "database"), ("postgres://ann:hunter2@db/x", "SQLite")]
    {
        let ended = place.run(&["ask", "How many stores are there?", "--db", db]).await.with_code(1);
        assert!(ended.stderr.contains(word) && !ended.stderr.contains("hunter2"), "{ended:?}");
    }
}

#[tokio::test]
async fn ctrl_c_ends_the_query() {
    let place = Place::new();
    let connection = Connection::open(place.path("endless.db")).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE tickets (id INTEGER PRIMARY KEY, pair INTEGER);
             WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000) INSERT INTO tickets SELECT x, x FROM n;
             CREATE VIEW meetings AS SELECT a.id FROM tickets a, tickets b, tickets c, tickets d WHERE a.id + b.id + c.id + d.id > 0;",
        )
        .unwrap();
    let mut command = place.command(&["ask", "How many meetings are there?", "--db", "endless.db"]);
    command.env("RUST_LOG", "wenshu=debug");
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        let is_running = line.contains("Executing");
        said.push(line);
        if is_running {
            let process = i32::try_from(child.id().unwrap()).unwrap();
            kill(Pid::from_raw(process), Signal::SIGINT).unwrap();
        }
    }
    assert_eq!(child.wait().await.unwrap().code(), Some(130), "{said:#?}");
    assert_eq!(said.last().map(String::as_str), Some("cancelled."), "{said:#?}");
}

#[tokio::test]
async fn a_wrong_command_line_is_exit_code_64() {
    let place = Place::new();
    let long = "客".repeat(10_001);
    for arguments in
        [&["ask"][..], &["ask", "  "], &["ask", "q", "--format", "xml"], &["ask", &long], &["fly"], &[]]
    {
        let ended = place.run(arguments).await.with_code(64);
        assert!(ended.stdout.is_empty() && !ended.stderr.is_empty(), "{ended:?}");
    }
    let help = place.run(&["ask", "--help"]).await.with_code(0);
    assert!(help.stdout.contains("Exit codes"), "{}", help.stdout);
}
