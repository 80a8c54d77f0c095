//! The read-only guard: what it lets through, what it refuses and why, and that nothing makes it fall over.

mod bounds;
mod meaning;
mod properties;
mod servers;
mod tables;

use std::path::PathBuf;

use rusqlite::Connection;

/// A file of `tests/fixtures/guard`.
fn fixture(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/guard").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A SQLite database in memory with the tables that the statements ask, and a few rows.
fn sqlite() -> Connection {
    let database = Connection::open_in_memory().expect("a database in memory");
    database.execute_batch(&fixture("schema.sql")).expect("the schema is SQL");
    database
        .execute_batch(
            "INSERT INTO customers VALUES (1, '王 O''Neil', '北京', '金牌', '2025-03-01'), (2, 'b;--', '上海', NULL, '2026-01-02');
             INSERT INTO stores VALUES (1, 'one', '北京', 'north'), (2, 'two', '上海', 'east');
             INSERT INTO products VALUES (1, 1, '手机', 1999.5, 1500), (2, 1, 'x', 10, 4);
             INSERT INTO orders VALUES (1, 1, 1, 'paid', '2026-01-05', 99.5), (2, 2, 1, 'new', '2026-02-05', 1200);
             INSERT INTO order_items VALUES (1, 1, 1, 2, 10);
             INSERT INTO documents VALUES (1, '{\"a\": [1, 2], \"b\": \"c\", \"x\": {\"y\": 1}}');
             INSERT INTO \"订单\" VALUES (1, '甲', 150.5, '北京');
             INSERT INTO \"order\" VALUES (1, 's', 'a', 'b', 'c');",
        )
        .expect("the rows go in");
    database
}
