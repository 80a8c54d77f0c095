//! How the file is made, remade and replaced.

use std::fs;

use chrono::{Days, NaiveDate};
use wenshu_demo::{DemoError, create, last_day};

use crate::saturday;

#[test]
fn last_day_is_the_day_it_was_made_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.db");
    assert_eq!(last_day(&path).unwrap(), None);
    for today in [saturday(), saturday() + Days::new(40), NaiveDate::from_ymd_opt(2028, 2, 29).unwrap()] {
        create(&path, today).unwrap();
        assert_eq!(last_day(&path).unwrap(), Some(today));
    }
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["demo.db"], "nothing but the database is left behind");
}

#[test]
fn the_same_day_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first.db"), folder.path().join("second.db"));
    create(&first, saturday()).unwrap();
    create(&second, saturday()).unwrap();
    assert!(fs::read(first).unwrap() == fs::read(second).unwrap());
}

#[test]
fn an_older_generation_is_to_be_remade() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.db");
    create(&path, saturday()).unwrap();
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 0).unwrap();
    assert_eq!(last_day(&path).unwrap(), None);
}

#[test]
fn several_at_once_leave_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.db");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| create(&path, saturday()).unwrap());
        }
    });
    assert_eq!(last_day(&path).unwrap(), Some(saturday()));
    let connection = rusqlite::Connection::open(&path).unwrap();
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
}

#[test]
fn failures_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nowhere").join("demo.db");
    let failure = create(&missing, saturday()).unwrap_err();
    assert!(matches!(failure, DemoError::Write { .. }), "{failure}");
    assert!(failure.to_string().contains("check that its folder exists"), "{failure}");

    let garbage = folder.path().join("garbage.db");
    fs::write(&garbage, "this is no database, however long it may be".repeat(100)).unwrap();
    let failure = last_day(&garbage).unwrap_err();
    assert!(matches!(failure, DemoError::Database { .. }), "{failure}");
    create(&garbage, saturday()).unwrap();
    assert_eq!(last_day(&garbage).unwrap(), Some(saturday()));

    assert!(matches!(create(&garbage, NaiveDate::MIN), Err(DemoError::Calendar(_))));
}
