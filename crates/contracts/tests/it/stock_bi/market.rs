//! Quotes as a real market has them: thousands of stocks, some that aren't traded, codes without their market.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_core::tools::{QuotesFault, QuotesFound, QuotesTable};
use wenshu_testkit::{ScriptedModel, ScriptedReply, TestApp};

use super::chat::{chat, text};
use super::quotes::rows;
use super::support::register;
use super::tools::{asked, given, is_first};

/// An app whose quotes are a table that a script fills, and the database that holds it.
async fn market(model: Option<&ScriptedModel>, script: &str) -> (TestApp, rusqlite::Connection) {
    let builder = TestApp::builder().core(|settings| {
        settings.quotes = QuotesTable { connection: Some("行情".to_owned()), table: "prices".to_owned() };
    });
    let builder = match model {
        Some(model) => builder.model(model),
        None => builder,
    };
    let app = builder.start().await;
    let admin = app.register("admin@example.com").await;
    register(&app, "ann").await;
    app.sqlite_file("quotes.db");
    let database = rusqlite::Connection::open(app.folder.path().join("sources/quotes.db")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE prices (code TEXT, name TEXT, trade_date DATE, open REAL, high REAL, low REAL, close REAL, volume INTEGER);",
        )
        .unwrap();
    database.execute_batch(script).unwrap();
    let body = json!({"name": "行情", "driver": "sqlite", "database": "quotes.db"});
    assert_eq!(admin.post("/api/v1/connections", &body).await.status(), StatusCode::OK);
    drop(admin);
    (app, database)
}

/// Stocks that weren't always traded, by day from the 10th, 11th, 17th and 18th of March.
const SUSPENDED: &str = "
    INSERT INTO prices (code, name, trade_date, close, volume) VALUES
    ('sh1', '甲公司', '2026-03-10', 10, 1), ('sh1', '甲公司', '2026-03-11', 10, 1),
    ('sh1', '甲公司', '2026-03-17', 10, 1), ('sh1', '甲公司', '2026-03-18', 9, 1),
    ('sh2', '乙公司', '2026-03-10', 10, 1), ('sh2', '乙公司', '2026-03-11', 10, 1),
    ('sh2', '乙公司', '2026-03-17', 10, 1), ('sh2', '乙公司', '2026-03-18', 8, 1),
    ('sh3', '丙公司', '2026-03-10', 10, 1), ('sh3', '丙公司', '2026-03-11', 10, 1),
    ('sh3', '丙公司', '2026-03-17', 10, 1), ('sh3', '丙公司', '2026-03-18', NULL, 0),
    ('sh4', '丁公司', '2026-03-10', 10, 1), ('sh4', '丁公司', '2026-03-11', 10, 1),
    ('sh4', '丁公司', '2026-03-17', 10, 1), ('sh4', '丁公司', '2026-03-18', 0, 0),
    ('sh5', '戊公司', '2026-03-10', 5, 1), ('sh5', '戊公司', '2026-03-11', NULL, 0),
    ('sh5', '戊公司', '2026-03-17', 40, 1), ('sh5', '戊公司', '2026-03-18', 50, 1);";

/// A question without a model: names and changes that it shows, and what is said.
async fn moved(app: &TestApp, content: &str, column: &str) -> (Vec<Value>, String) {
    let body = json!({"user_name": "ann", "task": "股票分析", "content": content});
    let events = chat(app, &body).await;
    let shown = rows(&events).iter().map(|row| json!([row["名称"], row[column].as_f64()])).collect();
    (shown, text(&events))
}

/// What the stock tools say to these calls, as JSON where it is.
async fn told(script: &str, calls: &[(&str, Value)]) -> Vec<Value> {
    let model = ScriptedModel::start().await;
    let reply = calls.iter().fold(ScriptedReply::pieces(["查一下。"]), |reply, (name, arguments)| {
        reply.and_tool_call(*name, arguments)
    });
    model.when_request(is_first).reply(reply);
    model.always(ScriptedReply::pieces(["好。"]));
    let (app, _database) = market(Some(&model), script).await;
    chat(&app, &asked("股票分析", json!(""))).await;
    given(&model).iter().map(|told| serde_json::from_str(told).unwrap_or_else(|_| json!(told))).collect()
}

#[tokio::test]
async fn every_stock_of_a_whole_market_is_known_by_its_name() {
    // As many as there are, kept stock by stock: the last ones are far beyond the first rows.
    let script = "
        WITH RECURSIVE stocks(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM stocks WHERE n < 5499),
                       days(d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM days WHERE d < 39)
        INSERT INTO prices (code, name, trade_date, close, volume)
        SELECT printf('sh%06d', 600000 + n), CASE n WHEN 5499 THEN '贵州茅台' ELSE printf('公司%04d号', n) END,
               date('2026-02-07', '+' || d || ' days'), 10 + (n * 37 + d * 53) % 1000 / 100.0, 1
        FROM stocks, days ORDER BY n, d;";
    let (app, database) = market(None, script).await;
    // The 17th of February is the tenth day after the 7th.
    let expected: Vec<f64> =
        (10..40).map(|day| 10.0 + f64::from((5499 * 37 + day * 53) % 1000) / 100.0).collect();
    let prices = async |content: &str, column: &str| -> Vec<f64> {
        let body = json!({"user_name": "ann", "task": "股票分析", "content": content});
        rows(&chat(&app, &body).await).iter().map(|row| row[column].as_f64().unwrap()).collect()
    };
    let shown = rows(
        &chat(&app, &json!({"user_name": "ann", "task": "股票分析", "content": "贵州茅台最近30天的收盘价"}))
            .await,
    );
    let column = shown[0].as_object().unwrap().keys().nth(1).unwrap().clone();
    let closes: Vec<f64> = shown.iter().map(|row| row[&column].as_f64().unwrap()).collect();
    assert_eq!(closes, expected);
    assert_eq!(prices("公司5480号最近30天的收盘价", &column).await.len(), 30);
    // One that is listed while the server runs.
    database
        .execute("INSERT INTO prices (code, name, trade_date, close, volume) VALUES ('sh688999', '新星股份', '2026-03-18', 77, 1)", [])
        .unwrap();
    assert_eq!(prices("新星股份最近30天的收盘价", &column).await, [77.0]);
    // The whole market moves: each stock by what its close was before the week.
    let close = |stock: i32, day: i32| 10.0 + f64::from((stock * 37 + day * 53) % 1000) / 100.0;
    let mut changes: Vec<(i32, f64)> =
        (0..5500).map(|stock| (stock, close(stock, 39) / close(stock, 32))).collect();
    changes.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let expected: Vec<Value> = changes[..5]
        .iter()
        .map(|(stock, ratio)| {
            json!([format!("sh{:06}", 600_000 + stock), ((ratio - 1.0) * 10_000.0).round() / 100.0])
        })
        .collect();
    let body = json!({"user_name": "ann", "task": "股票分析", "content": "近一周涨幅最大的5只股票"});
    let shown: Vec<Value> = rows(&chat(&app, &body).await)
        .iter()
        .map(|row| json!([row["代码"], row["涨幅（%）"].as_f64()]))
        .collect();
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn stocks_that_are_not_traded_neither_rise_nor_fall() {
    let (app, _database) = market(None, SUSPENDED).await;
    let (shown, said) = moved(&app, "跌幅最大的3只股票", "跌幅（%）").await;
    // What fell most is first, in the words too; nobody falls by a price that there isn't.
    assert_eq!(shown, [json!(["乙公司", 20.0]), json!(["甲公司", 10.0]), json!(["戊公司", -25.0])]);
    assert!(said.contains("跌幅（%）最高的是乙公司 · sh2（20），其次是甲公司 · sh1（10）"), "{said}");
    // The last price before the week needn't be of the day before it.
    let (shown, said) = moved(&app, "近一周涨幅最大的5只股票", "涨幅（%）").await;
    let expected = [
        json!(["戊公司", 900.0]),
        json!(["丙公司", 0.0]),
        json!(["丁公司", 0.0]),
        json!(["甲公司", -10.0]),
        json!(["乙公司", -20.0]),
    ];
    assert_eq!(shown, expected);
    assert!(said.contains("最高的是戊公司 · sh5（900）"), "{said}");
    let (_, said) = moved(&app, "3月以来涨幅最大的股票", "涨幅（%）").await;
    assert!(said.contains("没有符合条件的数据"), "all of them were listed since: {said}");
}

#[tokio::test]
async fn tools_compare_prices_over_any_days() {
    let told = told(
        SUSPENDED,
        &[
            ("get_stock_rank", json!({})),
            ("get_stock_rank", json!({"days": 7, "size": 2})),
            ("get_stock_rank", json!({"days": 7, "asc": true, "size": 1})),
            ("get_stock_rank", json!({"days": 0})),
            ("get_stock_info", json!({"code": "sh4"})),
            ("get_week_line", json!({"code": "sh3", "start": "2026-03-16"})),
        ],
    )
    .await;
    let changes = |told: &Value| -> Vec<Value> {
        let stocks = told["stocks"].as_array().unwrap_or_else(|| panic!("{told}"));
        stocks.iter().map(|stock| json!([stock["name"], stock["change_percent"]])).collect()
    };
    assert_eq!(
        changes(&told[0]),
        [json!(["戊公司", 25.0]), json!(["甲公司", -10.0]), json!(["乙公司", -20.0])]
    );
    assert_eq!((&told[0]["trade_date"], &told[0]["total"]), (&json!("2026-03-18"), &json!(3)));
    assert_eq!(changes(&told[1]), [json!(["戊公司", 900.0]), json!(["丙公司", 0.0])]);
    assert_eq!((&told[1]["change_since"], &told[1]["total"]), (&json!("2026-03-12"), &json!(5)));
    assert_eq!(changes(&told[2]), [json!(["乙公司", -20.0])]);
    assert!(told[3].as_str().unwrap().contains("`days` is 1 to 366"), "{}", told[3]);
    let last = &told[4]["last"];
    assert_eq!((&last["trade_date"], last["close"].as_f64()), (&json!("2026-03-17"), Some(10.0)));
    assert_eq!(told[5]["lines"][0][4], json!(10.0), "the last close that there is: {}", told[5]);
}

#[tokio::test]
async fn quotes_that_can_be_read_again_are_shown_as_reached() {
    let model = ScriptedModel::start().await;
    model.when_request(is_first).reply(ScriptedReply::tool_call("get_stock_info", &json!({"code": "sh1"})));
    model.always(ScriptedReply::pieces(["好。"]));
    let (app, _database) = market(Some(&model), SUSPENDED).await;
    let connection = async || app.store.admins_connection("行情").await.unwrap().unwrap();
    app.store.set_connection_reached(connection().await.id, false).await.unwrap();
    chat(&app, &asked("股票分析", json!(""))).await;
    assert!(given(&model)[0].contains("甲公司"), "{:?}", given(&model));
    assert_eq!(connection().await.last_reached, Some(true));
}

#[tokio::test]
async fn bare_digits_are_no_stock_of_another_market() {
    let script = "
        INSERT INTO prices (code, name, trade_date, open, high, low, close, volume) VALUES
        ('000001', '平安银行', '2026-03-18', 11, 11, 11, 11, 1), ('600519', '贵州茅台', '2026-03-18', 1500, 1500, 1500, 1500, 1),
        ('000002', '万科', '2026-03-18', 7, 7, 7, 7, 1), ('sh000002', '另一个', '2026-03-18', 3000, 3000, 3000, 3000, 1);";
    let line = |code: &str| ("get_day_line", json!({"code": code}));
    let codes = ["sh000001", "sz000001", "600519.SH", "000001", "000002"];
    let told = told(script, &codes.map(line)).await;
    assert!(told[0].as_str().unwrap().contains("no stock of this code"), "{}", told[0]);
    for (told, name) in [(&told[1], "平安银行"), (&told[2], "贵州茅台"), (&told[3], "平安银行")] {
        assert_eq!(told["name"], name);
    }
    assert!(told[4].as_str().unwrap().contains("several markets"), "{}", told[4]);
}

#[tokio::test]
async fn an_operator_is_told_why_quotes_cannot_be_used() {
    let app = TestApp::builder()
        .core(|settings| {
            settings.quotes =
                QuotesTable { connection: Some("行情".to_owned()), table: "prices".to_owned() };
        })
        .start()
        .await;
    let fault = async || app.app.tools.check_quotes().await.unwrap_err().to_string();
    assert!(fault().await.starts_with("no connection called `行情` is shared"), "{}", fault().await);
    let admin = app.register("admin@example.com").await;
    app.sqlite_file("quotes.db");
    let body = json!({"name": "行情", "driver": "sqlite", "database": "quotes.db"});
    assert_eq!(admin.post("/api/v1/connections", &body).await.status(), StatusCode::OK);
    assert!(fault().await.starts_with("the connection `行情` has no table `prices`"), "{}", fault().await);
    let database = rusqlite::Connection::open(app.folder.path().join("sources/quotes.db")).unwrap();
    let becomes =
        |script: &str| database.execute_batch(&format!("DROP TABLE IF EXISTS prices; {script}")).unwrap();
    becomes("CREATE TABLE prices (code TEXT, Name TEXT, trade_date DATE, close REAL)");
    let lacking = "the table `prices` has no column called `open`, `high`, `low`, `volume`: ";
    assert!(fault().await.starts_with(lacking), "{}", fault().await);
    let columns = |kind: &str| {
        format!(
            "CREATE TABLE prices (code TEXT, name TEXT, trade_date {kind}, open REAL, high REAL, low REAL, close REAL, volume REAL);"
        )
    };
    becomes(&columns("INTEGER"));
    assert!(
        fault().await.starts_with("`trade_date` of the table `prices` holds no dates"),
        "{}",
        fault().await
    );
    becomes(&columns("DATE"));
    assert!(fault().await.contains("can't be read: There are no quotes"), "{}", fault().await);
    becomes(&format!(
        "{} INSERT INTO prices (code, trade_date, close) VALUES ('sh1', '2026-03-17', 1)",
        columns("DATE")
    ));
    let last_day = "2026-03-17".parse().unwrap();
    assert_eq!(app.app.tools.check_quotes().await, Ok(QuotesFound::Table { last_day }));
    // Without a connection there are those that were made up, or none.
    assert_eq!(TestApp::start().await.app.tools.check_quotes().await, Ok(QuotesFound::Demo));
    let app = TestApp::builder()
        .core(|settings| settings.quotes = QuotesTable { connection: None, table: "prices".to_owned() })
        .start()
        .await;
    assert_eq!(app.app.tools.check_quotes().await, Err(QuotesFault::NeedsConnection));
}
