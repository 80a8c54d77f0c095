//! The demo data in real servers: the same questions give the same rows as from SQLite, through statements of each dialect.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tokio_util::sync::CancellationToken;
use wenshu_answer::Interpretation;
use wenshu_sources::{
    ClickHouseSource, Dialect, Limits, MySqlSource, PostgresSource, QueryResult, Source, guard,
};
use wenshu_testkit::ServerDatabase;

use super::Asked;
use super::demo::demo;

/// Questions of every kind that the engine writes SQL for.
const QUESTIONS: &[&str] = &[
    "一共有多少客户？",
    "Number of customers in each city",
    "上月销售额是多少",
    "上个月的订单数",
    "Top 5 products by sales",
    "最近12个月销售额按月趋势",
    "在北京的门店",
    "没有订单的客户数量",
    "价格超过平均价格的产品",
    "Number of orders in each quarter of this year",
    "每个品类的毛利从高到低排序",
    "Which city has the highest average order value?",
    "价格大于1000的产品数量",
    "How many orders did we get last month?",
    "订单总金额最高的10个客户",
    "average order value per region",
    "哪个品类卖得最好",
    "Number of orders by status in the last 30 days",
    "上海和深圳今年注册的客户有哪些",
    "已取消订单的占比",
    "Monthly sales of the best-selling product",
    "Sales by city last month",
    "各城市的客户数量和订单数量",
    "每年的订单数量",
    "每天的订单数量",
    "每小时的订单数量",
    "orders by week this year",
    "share of sales by category",
    "订单数超过20的客户",
    "average price by category",
    "毛利率最高的3个品类",
    "customers without orders in 北京",
    "每个门店的销售额",
    "贵州茅台最近30天的收盘价",
];

/// Questions that compare days of the quotes.
const MOVERS: &[&str] =
    &["近一周涨幅最大的5只股票", "跌得最多的3只股票", "which stocks rose most this month?", "上个月跌幅榜"];

/// Those of them that are about one table: ClickHouse has no keys from which it could be told how tables belong
/// together. Debian's, of 2018, compares no decimals with those of a subquery.
const OVER_ONE_TABLE: &[&str] = &[
    "一共有多少客户？",
    "Number of customers in each city",
    "上个月的订单数",
    "在北京的门店",
    "Number of orders in each quarter of this year",
    "价格大于1000的产品数量",
    "How many orders did we get last month?",
    "Number of orders by status in the last 30 days",
    "上海和深圳今年注册的客户有哪些",
    "每年的订单数量",
    "每天的订单数量",
    "每小时的订单数量",
    "orders by week this year",
    "贵州茅台最近30天的收盘价",
];

/// Rows in any order, numbers to four decimals, moments as SQLite has them.
fn rows(result: &QueryResult) -> Vec<Vec<String>> {
    let options = FormatOptions::default();
    let cell = |array: &ArrayRef, row: usize| {
        if array.is_null(row) {
            return "NULL".to_owned();
        }
        if array.data_type().is_numeric() {
            let numbers = cast(array, &DataType::Float64).unwrap();
            let number = arrow::array::AsArray::as_primitive::<Float64Type>(numbers.as_ref()).value(row);
            return format!("{number:.4}");
        }
        let text = ArrayFormatter::try_new(array, &options).unwrap().value(row).to_string();
        // ClickHouse has no moments but instants.
        if array.data_type().is_temporal() {
            text.replace('T', " ").trim_end_matches('Z').to_owned()
        } else {
            text
        }
    };
    let mut rows: Vec<Vec<String>> = (0..result.rows())
        .map(|row| result.batch.columns().iter().map(|array| cell(array, row)).collect())
        .collect();
    rows.sort();
    rows
}

async fn ask(source: &Arc<dyn Source>, sql: &str) -> Vec<Vec<String>> {
    let query = guard::check(sql, source.dialect()).unwrap_or_else(|refusal| panic!("{refusal}\n{sql}"));
    let limits = Limits { rows: 20_000, ..Limits::default() };
    let result = source.query(&query, &limits, &CancellationToken::new()).await;
    rows(&result.unwrap_or_else(|error| panic!("{error}\n{sql}")))
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
            result.map(|result| rows(&result)).map_err(|error| error.to_string())
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
