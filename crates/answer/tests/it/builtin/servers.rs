//! The demo data in real servers: the same questions give the same rows as from SQLite, through statements of each dialect.

use std::fmt::Write as _;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tokio_util::sync::CancellationToken;
use wenshu_answer::Interpretation;
use wenshu_sources::{ClickHouseSource, Dialect, Limits, MySqlSource, PostgresSource, Source, guard};
use wenshu_testkit::ServerDatabase;
use wenshu_testkit::questions::{MOVERS, OVER_ONE_TABLE, QUESTIONS, comparable};

use super::Asked;
use super::demo::demo;

async fn ask(source: &Arc<dyn Source>, sql: &str) -> Vec<Vec<String>> {
    let query = guard::check(sql, source.dialect()).unwrap_or_else(|refusal| panic!("{refusal}\n{sql}"));
    let limits = Limits { rows: 20_000, ..Limits::default() };
    let result = source.query(&query, &limits, &CancellationToken::new()).await;
    comparable(&result.unwrap_or_else(|error| panic!("{error}\n{sql}")))
}

/// The demo's tables for a server, and its rows.
fn script(sqlite: &Connection, dialect: Dialect) -> String {
    let mut script = String::new();
    let mut tables =
        sqlite.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY rowid").unwrap();
    let tables: Vec<(String, String)> =
        tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    for (name, create) in tables {
        let create = match dialect {
            Dialect::Postgres => create.replace("DATETIME", "TIMESTAMP"),
            Dialect::MySql | Dialect::Sqlite => create,
            Dialect::ClickHouse => clickhouse(&create),
            Dialect::DataFusion => unreachable!("datasets are tested where they are asked"),
        };
        writeln!(script, "{create};").unwrap();
        let mut statement = sqlite.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let width = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut some = Vec::new();
        let mut flush = |some: &mut Vec<String>| {
            if !some.is_empty() {
                writeln!(script, "INSERT INTO {name} VALUES {};", some.join(",")).unwrap();
                some.clear();
            }
        };
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<String> = (0..width)
                .map(|place| match row.get_ref(place).unwrap() {
                    ValueRef::Integer(number) => number.to_string(),
                    ValueRef::Real(number) => number.to_string(),
                    ValueRef::Text(text) => dialect.quote_text(std::str::from_utf8(text).unwrap()),
                    other => panic!("{other:?} in {name}"),
                })
                .collect();
            some.push(format!("({})", cells.join(",")));
            if some.len() == 1_000 {
                flush(&mut some);
            }
        }
        flush(&mut some);
    }
    script
}

/// A table as ClickHouse has it: no keys but an order, its own names of types.
fn clickhouse(create: &str) -> String {
    let columns: Vec<String> = create
        .split_once('(')
        .map(|(_, columns)| columns)
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("    ") && !line.trim().starts_with("PRIMARY"))
        .map(|line| {
            let (name, rest) = line.trim().trim_end_matches(',').split_once(' ').unwrap();
            let kind = match rest.split([' ', '(']).next().unwrap() {
                "INTEGER" => "Int64",
                "VARCHAR" => "String",
                "DECIMAL" => "Decimal(10, 2)",
                "DATETIME" => "DateTime('UTC')",
                "DATE" => "Date",
                other => panic!("{other}"),
            };
            format!("{name} {kind}")
        })
        .collect();
    let table = create.split_once('(').unwrap().0;
    format!("{table} ({}) ENGINE = MergeTree ORDER BY tuple()", columns.join(", "))
}

/// Every question answered by both, and what differs.
fn compare(server: Arc<dyn Source>, sqlite: &Asked, questions: &[&str]) {
    let other = sqlite.on(Arc::clone(&server));
    let mut faults = Vec::new();
    for question in questions {
        let draft = |asked: &Asked| match asked.interpret(question) {
            Ok(Interpretation::Query(draft)) => draft.sql,
            other => panic!("{question}: {other:?}"),
        };
        let (here, there) = (draft(sqlite), draft(&other));
        let expected = sqlite.block_on(ask(&sqlite.source, &here));
        // A connection lives in the runtime that opened it.
        let found = other.block_on(async {
            let query = guard::check(&there, server.dialect()).map_err(|refusal| refusal.to_string())?;
            let limits = Limits { rows: 20_000, ..Limits::default() };
            let result = server.query(&query, &limits, &CancellationToken::new()).await;
            result.map(|result| comparable(&result)).map_err(|error| error.to_string())
        });
        assert!(!expected.is_empty(), "{question}: no rows\n{here}");
        if found.as_ref() != Ok(&expected) {
            let few =
                |rows: &[Vec<String>]| rows.iter().take(3).map(|row| row.join(" | ")).collect::<Vec<_>>();
            let found = found.map(|rows| (rows.len(), few(&rows)));
            faults.push(format!(
                "{question}\n  {there}\n  {found:?}\n  {} {:?}",
                expected.len(),
                few(&expected)
            ));
        }
    }
    assert!(faults.is_empty(), "{} of {} differ\n{}", faults.len(), questions.len(), faults.join("\n"));
}

#[test]
fn postgres_answers_as_sqlite_does() {
    let sqlite = demo().with_movers("daily_prices");
    let database = sqlite.block_on(async {
        let database = ServerDatabase::postgres().await;
        database.run(&script(&Connection::open(&sqlite.path).unwrap(), Dialect::Postgres)).await;
        database
    });
    compare(Arc::new(PostgresSource::new(database.options())), &sqlite, &[QUESTIONS, MOVERS].concat());
}

#[test]
fn mariadb_answers_as_sqlite_does() {
    let sqlite = demo().with_movers("daily_prices");
    let database = sqlite.block_on(async {
        let database = ServerDatabase::mariadb().await;
        database.run(&script(&Connection::open(&sqlite.path).unwrap(), Dialect::MySql)).await;
        database
    });
    compare(Arc::new(MySqlSource::new(database.options())), &sqlite, &[QUESTIONS, MOVERS].concat());
}

#[test]
fn clickhouse_answers_as_sqlite_does() {
    let sqlite = demo().with_movers("daily_prices");
    let database = sqlite.block_on(async {
        let database = ServerDatabase::clickhouse().await;
        database.run(&script(&Connection::open(&sqlite.path).unwrap(), Dialect::ClickHouse)).await;
        database
    });
    compare(
        Arc::new(ClickHouseSource::new(database.options()).unwrap()),
        &sqlite,
        &[OVER_ONE_TABLE, MOVERS].concat(),
    );
}
