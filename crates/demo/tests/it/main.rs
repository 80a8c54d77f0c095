//! The demo database as its readers see it. One module per subject; new tests go beside the one they resemble.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod content;
mod file;

use chrono::NaiveDate;
use rusqlite::{Connection, OpenFlags};

/// A day in the middle of a year, a Saturday.
fn saturday() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 20).unwrap()
}

/// A demo database for this day in a folder that vanishes with the first value.
fn demo(today: NaiveDate) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.db");
    wenshu_demo::create(&path, today).unwrap();
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    (folder, connection)
}

/// The one number a query gives.
fn number(connection: &Connection, sql: &str) -> f64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}
