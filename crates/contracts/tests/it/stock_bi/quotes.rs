//! Stocks without a model: what the built-in engine says of quotes, held against what is computed from them here.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wenshu_core::tools::QuotesTable;
use wenshu_testkit::{SseEvent, TestApp};

use super::chat::{chat, session, text};
use super::support::register;
use super::tools::LABEL;
use crate::support::names;

/// All quotes of the demo database: code, name, day, close.
fn quotes(app: &TestApp) -> Vec<(String, String, String, f64)> {
    let demo = rusqlite::Connection::open(app.folder.path().join("demo.db")).unwrap();
    let mut select = demo.prepare("SELECT code, name, trade_date, close FROM daily_prices").unwrap();
    let quotes =
        select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    quotes.map(Result::unwrap).collect()
}

/// The rows that an answer shows.
pub(super) fn rows(events: &[SseEvent]) -> Vec<Value> {
    let results: Vec<&SseEvent> = events.iter().filter(|event| event.event == "result").collect();
    let [result] = results[..] else { panic!("{events:?}") };
    result.json()["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn without_a_model_prices_of_a_stock_come_from_the_quotes() {
    let app = TestApp::start().await;
    register(&app, "ann").await;
    let mut expected: Vec<(String, f64)> = quotes(&app)
        .into_iter()
        .filter(|(_, name, day, _)| {
            name == "贵州茅台" && ("2026-02-17".."2026-03-19").contains(&day.as_str())
        })
        .map(|(_, _, day, close)| (day, close))
        .collect();
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(expected.len(), 22, "thirty days that end on 18 March are 22 trading days");
    let body = json!({"user_name": "ann", "task": "股票分析", "content": "贵州茅台最近30天的收盘价"});
    let events = chat(&app, &body).await;
    let shown: Vec<(String, f64)> = rows(&events)
        .iter()
        .map(|row| {
            let values: Vec<&Value> = row.as_object().unwrap().values().collect();
            (values[0].as_str().unwrap().to_owned(), values[1].as_f64().unwrap())
        })
        .collect();
    assert_eq!(shown, expected);
    assert!(text(&events).ends_with(LABEL), "{events:?}");
}

#[tokio::test]
async fn without_a_model_the_stocks_that_moved_most_come_from_the_quotes() {
    let app = TestApp::start().await;
    register(&app, "ann").await;
    let quotes = quotes(&app);
    let codes: BTreeSet<&str> = quotes.iter().map(|(code, ..)| code.as_str()).collect();
    // Each stock's last close before and within a stretch of days.
    let moved = |first: &str, last: &str, rises: bool| -> Vec<(String, f64)> {
        let close = |code: &str, fits: &dyn Fn(&str) -> bool| {
            let of_code = quotes.iter().filter(|quote| quote.0 == code && fits(&quote.2));
            of_code.max_by(|one, other| one.2.cmp(&other.2)).unwrap().3
        };
        let mut moved: Vec<(String, f64)> = codes
            .iter()
            .map(|code| {
                let within = |day: &str| first <= day && day <= last;
                let change = close(code, &within) / close(code, &|day| day < first) - 1.0;
                let change = if rises { change } else { -change };
                ((*code).to_owned(), (change * 10_000.0).round() / 100.0)
            })
            .collect();
        moved.sort_by(|one, other| other.1.total_cmp(&one.1));
        moved
    };
    for (content, first, last, rises, count, column) in [
        ("近一周涨幅最大的5只股票", "2026-03-12", "2026-03-18", true, 5, "涨幅（%）"),
        ("上个月跌幅最大的3只股票是哪些？", "2026-02-01", "2026-02-28", false, 3, "跌幅（%）"),
        ("30天涨幅最大的股票", "2026-02-17", "2026-03-18", true, 10, "涨幅（%）"),
        ("5日涨幅榜", "2026-03-14", "2026-03-18", true, 10, "涨幅（%）"),
        ("涨幅榜", "2026-03-18", "2026-03-18", true, 10, "涨幅（%）"),
    ] {
        let body = json!({"user_name": "ann", "task": "股票分析", "content": content});
        let events = chat(&app, &body).await;
        let shown: Vec<(String, f64)> = rows(&events)
            .iter()
            .map(|row| (row["代码"].as_str().unwrap().to_owned(), row[column].as_f64().unwrap()))
            .collect();
        assert_eq!(shown, moved(first, last, rises)[..count], "{content}");
        assert!(text(&events).ends_with(LABEL), "{content}: {events:?}");
    }
    // A question that goes on from another one says only what is different.
    let first =
        chat(&app, &json!({"user_name": "ann", "task": "股票分析", "content": "近一周涨幅最大的5只股票"}))
            .await;
    let session = session(&first);
    for (content, first, last, rises, count, columns) in [
        ("那上个月呢？", "2026-02-01", "2026-02-28", true, 5, ["代码", "涨幅（%）"]),
        ("跌幅最大的3只呢", "2026-02-01", "2026-02-28", false, 3, ["代码", "跌幅（%）"]),
        ("And last week?", "2026-03-09", "2026-03-15", false, 3, ["代码", "跌幅（%）"]),
    ] {
        let body = json!({"user_name": "ann", "task": "股票分析", "content": content, "session_id": session});
        let events = chat(&app, &body).await;
        let shown: Vec<(String, f64)> = rows(&events)
            .iter()
            .map(|row| (row[columns[0]].as_str().unwrap().to_owned(), row[columns[1]].as_f64().unwrap()))
            .collect();
        assert_eq!(shown, moved(first, last, rises)[..count], "{content}");
        let chart = events.iter().find(|event| event.event == "visualization").unwrap().json();
        let title = chart["chart"]["title"].as_str().unwrap().to_owned();
        assert!(title.contains(if rises { "涨幅最大的5只" } else { "跌幅最大的3只" }), "{title}");
    }
    // What is asked of a table elsewhere is no question about quotes.
    let body = json!({"user_name": "ann", "task": "股票分析", "content": "近一周涨幅最大的5个城市"});
    assert_eq!(names(&chat(&app, &body).await), ["session", "error"]);
}

#[tokio::test]
async fn stocks_are_answered_from_the_connection_that_holds_quotes() {
    // An admin's own, and one that everybody has.
    for path in ["/api/v1/connections", "/wenshu/v1/shared/connections"] {
        answered_from_a_connection(path).await;
    }
}

async fn answered_from_a_connection(path: &str) {
    let app = TestApp::builder()
        .core(|settings| {
            settings.quotes =
                QuotesTable { connection: Some("行情".to_owned()), table: "prices".to_owned() };
        })
        .start()
        .await;
    let admin = app.register("admin@example.com").await;
    register(&app, "ann").await;
    app.sqlite_file("quotes.db");
    let database = rusqlite::Connection::open(app.folder.path().join("sources/quotes.db")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE prices (code TEXT, name TEXT, trade_date DATE, open REAL, high REAL, low REAL, close REAL, volume INTEGER);
             INSERT INTO prices VALUES ('sh1', '甲公司', '2026-03-16', 1, 1, 1, 10, 5), ('sh1', '甲公司', '2026-03-17', 1, 1, 1, 11, 5),
             ('sh2', '乙公司', '2026-03-16', 1, 1, 1, 10, 5), ('sh2', '乙公司', '2026-03-17', 1, 1, 1, 12, 5);",
        )
        .unwrap();
    let body = json!({"name": "行情", "driver": "sqlite", "database": "quotes.db"});
    assert!(admin.post(path, &body).await.status().is_success(), "{path}");
    let ask = async |task: &str, content: &str, tools: &str| {
        chat(&app, &json!({"user_name": "ann", "task": task, "content": content, "tools": tools})).await
    };
    // Everybody's questions about stocks are answered from it, and no others.
    let prices = ask("股票分析", "甲公司的收盘价", "").await;
    assert_eq!(rows(&prices).len(), 2, "{prices:?}");
    assert!(!text(&prices).contains("演示"), "{prices:?}");
    for (task, tools, is_read) in
        [("股票分析", "", false), ("", "get_day_line", false), ("", "query_data", true)]
    {
        let events = ask(task, "一共有多少客户？", tools).await;
        assert_eq!(events.iter().any(|event| event.event == "result"), is_read, "{task} {tools}: {events:?}");
    }
    let labelled = ask("数据BI", "贵州茅台最近30天的收盘价", "").await;
    assert!(text(&labelled).ends_with(LABEL), "the demo database is the default connection: {labelled:?}");
    let body = json!({"user_name": "ann", "task": "股票分析", "content": "涨幅最大的股票"});
    let events = chat(&app, &body).await;
    let shown: Vec<(Value, Value)> =
        rows(&events).iter().map(|row| (row["名称"].clone(), row["涨幅（%）"].clone())).collect();
    assert_eq!(shown, [(json!("乙公司"), json!(20)), (json!("甲公司"), json!(10))]);
    assert!(!text(&events).contains("演示"), "{events:?}");
}
