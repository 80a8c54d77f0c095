//! `GET /messages/{id}/export`.

use std::io::{Cursor, Read as _};

use futures::StreamExt as _;
use http::{Method, StatusCode};
use serde_json::Value;
use wenshu_testkit::{ScriptedInterpreter, TestApp, TestResponse, TestUser};

use crate::support::{data, failure, faulty_fields};

/// A statement of 2,500 rows.
const MANY: &str =
    "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2500) SELECT n FROM c";

/// A statement of more rows than anybody takes.
const ENDLESS: &str =
    "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n, 'some text' AS t FROM c";

/// What a table of a shop may hold.
const SHOP: &str = "SELECT '城市, \"上海\"' AS 名称, 9007199254740993 AS large, 12.5 AS price, '2026-03-01' AS day, \
     '=1+1' AS formula, NULL AS unknown, '-5' AS figure, x'00ff' AS bytes, '2026-03-01 10:20:30' AS seen \
     UNION ALL SELECT '两\n行', 2, 0.1, '1850-01-01', '+86 138', NULL, '@x', x'', '2026-03-01 10:20:30'";

async fn app() -> TestApp {
    TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await
}

/// The answer to a question, by the path of its export.
async fn answered(user: &TestUser<'_>, sql: &str) -> (String, Value) {
    let events = user.answer(sql).await;
    let last = events.last().unwrap().json();
    let message = last["message_id"].as_str().unwrap_or_else(|| panic!("{last}")).to_owned();
    let result =
        events.iter().find(|event| event.event == "result").map_or(Value::Null, |event| event.json());
    (format!("/api/v1/messages/{message}/export"), result)
}

async fn text(response: TestResponse) -> String {
    assert_eq!(response.status(), StatusCode::OK);
    String::from_utf8(response.bytes().await.to_vec()).unwrap()
}

/// One file of a workbook.
fn file_of(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn csv_that_a_spreadsheet_opens() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let (path, _) = answered(&user, SHOP).await;
    let response = user.get(&format!("{path}?format=csv")).await;
    assert_eq!(response.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(response.header("cache-control"), "no-store");
    assert_eq!(response.header("x-row-limit"), "100000");
    let disposition = response.header("content-disposition").to_owned();
    assert!(
        disposition.starts_with("attachment; filename=\"export.csv\"; filename*=UTF-8''SELECT%20"),
        "{disposition}"
    );
    assert_eq!(
        text(response).await,
        "\u{feff}名称,large,price,day,formula,unknown,figure,bytes,seen\r\n\
         \"城市, \"\"上海\"\"\",9007199254740993,12.5,2026-03-01,'=1+1,,-5,AP8=,2026-03-01 10:20:30\r\n\
         \"两\n行\",2,0.1,1850-01-01,+86 138,,'@x,,2026-03-01 10:20:30\r\n"
    );
    assert!(text(user.get(&path).await).await.starts_with('\u{feff}'), "csv is the default");
}

#[tokio::test]
async fn json_has_the_values_of_the_answer() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    for sql in [SHOP, "SELECT id, name FROM customers WHERE id < 0"] {
        let (path, result) = answered(&user, sql).await;
        let response = user.get(&format!("{path}?format=json")).await;
        assert_eq!(response.header("content-type"), "application/json");
        assert_eq!(response.json().await, result["data"], "{sql}");
    }
}

#[tokio::test]
async fn a_workbook_has_numbers_dates_and_text() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let (path, _) = answered(&user, SHOP).await;
    let response = user.get(&format!("{path}?format=xlsx")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.header("content-type"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    );
    assert_eq!(response.header("x-truncated"), "false");
    let length: usize = response.header("content-length").parse().unwrap();
    let workbook = response.bytes().await;
    assert_eq!(workbook.len(), length);
    let sheet = file_of(&workbook, "xl/worksheets/sheet1.xml");
    for cell in [
        "<is><t>名称</t></is>",
        "<is><t>城市, \"上海\"</t></is>",
        // More digits than Excel keeps.
        "<is><t>9007199254740993</t></is>",
        "<v>12.5</v>",
        // The first of March 2026, as Excel counts days; the time after it.
        "<v>46082</v>",
        "<v>46082.43090277778</v>",
        "<is><t>1850-01-01</t></is>",
        // A text, and no formula.
        "<is><t>=1+1</t></is>",
        "<is><t>AP8=</t></is>",
    ] {
        assert!(sheet.contains(cell), "{cell} in {sheet}");
    }
    assert!(!sheet.contains("<f>"), "{sheet}");
}

#[tokio::test]
async fn all_rows_come_past_those_that_are_shown() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let (path, result) = answered(&user, MANY).await;
    assert_eq!((&result["rows_count"], &result["truncated"]), (&Value::from(1000), &Value::from(true)));
    let csv = text(user.get(&format!("{path}?format=csv")).await).await;
    assert_eq!(csv.lines().count(), 2501);
    assert!(csv.ends_with("\r\n2500\r\n"));
    let rows = user.get(&format!("{path}?format=json")).await.json().await;
    let numbers: Vec<i64> = rows.as_array().unwrap().iter().map(|row| row["n"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=2500).collect::<Vec<_>>());
    let workbook = user.get(&format!("{path}?format=xlsx")).await.bytes().await;
    assert_eq!(file_of(&workbook, "xl/worksheets/sheet1.xml").matches("<row ").count(), 2501);
}

#[tokio::test]
async fn nothing_is_left_out_in_silence() {
    let app = TestApp::builder()
        .interpreter(ScriptedInterpreter::open())
        .core(|core| core.export_limits.rows = 1_200)
        .start()
        .await;
    let user = app.register("user@example.com").await;
    let (path, _) = answered(&user, MANY).await;
    let csv = user.get(&format!("{path}?format=csv")).await;
    assert_eq!(csv.header("x-row-limit"), "1200");
    let csv = text(csv).await;
    let (rows, note) = csv.trim_end().rsplit_once("\r\n").unwrap();
    assert_eq!(rows.lines().count(), 1201);
    assert!(note.contains("1200") && note.contains("未导出"), "{note}");
    let rows = user.get(&format!("{path}?format=json")).await.json().await;
    let (note, rows) = rows.as_array().unwrap().split_last().unwrap();
    assert_eq!((rows.len(), &note["$truncated"], &note["$row_limit"]), (1200, &true.into(), &1200.into()));
    let workbook = user.get(&format!("{path}?format=xlsx")).await;
    assert_eq!(workbook.header("x-truncated"), "true");
    let workbook = workbook.bytes().await;
    assert_eq!(file_of(&workbook, "xl/worksheets/sheet1.xml").matches("<row ").count(), 1201);
    assert!(file_of(&workbook, "xl/workbook.xml").contains("name=\"说明\""));
}

#[tokio::test]
async fn what_cannot_be_exported_is_said() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let (path, _) = answered(&user, "SELECT 1 AS one").await;
    for query in ["format=pdf", "format=", "format=csv&format=csv"] {
        assert_eq!(faulty_fields(user.get(&format!("{path}?{query}")).await).await, ["format"], "{query}");
    }
    assert_eq!(faulty_fields(user.get("/api/v1/messages/7/export").await).await, ["id"]);
    let nowhere = "/api/v1/messages/0190f5a0-0000-7000-8000-00000000ffff/export";
    failure(user.get(nowhere).await, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    let head = app.send(user.request(Method::HEAD, &path).body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((head.status(), head.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET"));

    // A question has no SQL, and a statement that the database refuses is said in its words.
    let events = user.answer("SELECT missing FROM orders").await;
    let conversation = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    let messages = data(user.get(&format!("/api/v1/conversations/{conversation}")).await).await;
    let [question, answer] = [0, 1].map(|at| messages["messages"][at]["id"].as_str().unwrap().to_owned());
    let path_of = |message: &str| format!("/api/v1/messages/{message}/export");
    let error =
        failure(user.get(&path_of(&question)).await, StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR");
    assert!(error.await["message"].as_str().unwrap().contains("没有查询结果"));
    for format in ["csv", "xlsx", "json"] {
        let refused = user.get(&format!("{}?format={format}", path_of(&answer))).await;
        let error = failure(refused, StatusCode::BAD_GATEWAY, "UPSTREAM_ERROR").await;
        assert!(error["message"].as_str().unwrap().contains("missing"), "{error}");
    }

    // An answer whose connection is gone.
    app.sqlite_file("mine.db");
    let connection = serde_json::json!({"name": "mine", "driver": "sqlite", "database": "mine.db"});
    let connection = data(user.post("/api/v1/connections", &connection).await).await;
    let id = connection["id"].as_str().unwrap();
    let sql = serde_json::json!({"sql": "SELECT 1 AS one", "connection_id": id});
    let events = user.post(&format!("/api/v1/conversations/{conversation}/sql"), &sql).await.events().await;
    let message = events.last().unwrap().json()["message_id"].as_str().unwrap().to_owned();
    assert_eq!(text(user.get(&path_of(&message)).await).await, "\u{feff}one\r\n1\r\n");
    data(user.delete(&format!("/api/v1/connections/{id}")).await).await;
    let error = failure(user.get(&path_of(&message)).await, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    assert_eq!(error["message"], "数据库连接不存在");
}

#[tokio::test]
async fn a_file_that_breaks_off_does_not_end_as_if_it_were_whole() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let sql = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 9000) \
               SELECT CASE WHEN n = 8000 THEN abs(n * 0 - 9223372036854775807 - 1) ELSE n END AS n FROM c";
    let (path, result) = answered(&user, sql).await;
    assert_eq!(result["rows_count"], 1000);
    for format in ["csv", "json"] {
        let response = user.get(&format!("{path}?format={format}")).await;
        assert_eq!(response.status(), StatusCode::OK);
        let pieces: Vec<_> = response.into_stream().collect().await;
        let (last, first) = pieces.split_last().unwrap();
        assert!(
            last.is_err() && first.iter().all(Result::is_ok) && first.len() >= 7,
            "{} pieces",
            first.len()
        );
    }
    // On the wire: the connection is cut in the middle of a chunked body.
    let server = app.spawn().await;
    let request = format!(
        "GET {path}?format=csv HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        user.access_token
    );
    let answer = server.raw(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{}", &answer[..200]);
    assert!(!answer.ends_with("\r\n0\r\n\r\n"), "it ended well");
    // A workbook is written before it is sent.
    let refused = user.get(&format!("{path}?format=xlsx")).await;
    failure(refused, StatusCode::BAD_GATEWAY, "UPSTREAM_ERROR").await;
}

#[tokio::test]
async fn who_goes_away_ends_the_query_and_few_export_at_once() {
    let app = TestApp::builder()
        .interpreter(ScriptedInterpreter::open())
        .core(|core| (core.export_limits.rows, core.export_limits.bytes) = (usize::MAX, usize::MAX))
        .start()
        .await;
    let user = app.register("user@example.com").await;
    let (path, _) = answered(&user, ENDLESS).await;
    for _ in 0..5 {
        let mut taken = Vec::new();
        for format in ["csv", "json"] {
            let mut body = user.get(&format!("{path}?format={format}")).await.into_stream();
            assert!(!body.next().await.unwrap().unwrap().is_empty());
            taken.push(body);
        }
        let third = user.get(&path).await;
        assert!(!third.header("retry-after").is_empty());
        failure(third, StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED").await;
    }
    // More queries than a source runs at once are over, or this would wait for its turn.
    user.answer("SELECT 1 AS one").await;
}
