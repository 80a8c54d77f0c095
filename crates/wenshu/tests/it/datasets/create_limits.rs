//! What a dataset of rows or of a query may take, and what it is refused for: in the contract's words, and with nothing left of it.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_core::accounts::{Authority, Trust};
use wenshu_core::datasets::DatasetLimits;
use wenshu_core::{Actor, CoreSettings, Limits};
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{TestApp, TestResponse};

use super::{LakeApp, lake};

/// A query that gives this many rows of some text.
fn rows_of(count: usize) -> String {
    format!(
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n, 'some text' AS t FROM c"
    )
}

fn of_query(sql: &str) -> Value {
    json!({"user_name": "ann", "name": "kept", "sql": sql})
}

fn of_rows(count: usize) -> Value {
    let rows: Vec<Value> = (0..count).map(|row| json!([format!("text {row}")])).collect();
    json!({"user_name": "ann", "name": "given", "columns": [{"name": "a", "type": "text"}], "rows": rows})
}

async fn start(change: impl FnOnce(&mut CoreSettings) + 'static) -> LakeApp {
    let app = LakeApp::with(change).await;
    register(&app.app, "ann").await;
    app
}

async fn register(app: &TestApp, name: &str) {
    let body = json!({"user_name": name, "password": PASSWORD});
    assert_eq!(app.post("/v1/users/register", &body).await.status(), StatusCode::OK);
}

async fn actor(app: &LakeApp, name: &str) -> Actor {
    let authority = Authority::open(&Trust::in_open_mode(), None);
    app.app.app.accounts.act_for_named(&authority, name).await.unwrap()
}

async fn create(app: &LakeApp, body: &Value) -> TestResponse {
    app.app.post("/v1/data/create", body).await
}

/// Checks a refusal in the contract's words, and answers them.
async fn refused(response: TestResponse, status: StatusCode) -> String {
    let answered = response.status();
    let body = response.json().await;
    assert_eq!((&body["code"], &body["data"]), (&json!(answered.as_u16()), &json!([])), "{body}");
    assert_eq!(answered, status, "{body}");
    body["message"].as_str().unwrap().to_owned()
}

/// Checks that there is nothing: neither a dataset nor a file.
async fn nothing_is_left(app: &LakeApp) {
    let listed = app.app.post("/v1/data/list", &json!({"user_name": "ann"})).await.json().await;
    assert_eq!((&listed["data"], app.files()), (&json!([]), 0), "{listed}");
}

#[tokio::test]
async fn half_a_result_is_none() {
    for (rows, bytes, words) in [(10, usize::MAX, "10 行"), (1_000_000, 1024 * 1024, "1 MiB")] {
        let limits = Limits { time: Duration::from_secs(60), rows, bytes };
        let app = start(move |settings| settings.export_limits = limits).await;
        let message =
            refused(create(&app, &of_query(&rows_of(100_000))).await, StatusCode::PAYLOAD_TOO_LARGE).await;
        assert!(message.contains(words) && message.contains("没有保存"), "{message}");
        nothing_is_left(&app).await;
        // As many as are allowed are whole.
        let made = create(&app, &of_query(&rows_of(10))).await.json().await;
        assert_eq!(made["data"]["tables"][0]["rows"], 10, "{made}");
    }
}

#[tokio::test]
async fn neither_rows_nor_a_result_are_larger_than_a_file_may_be() {
    let limits = DatasetLimits { file_bytes: 20_000, account_bytes: 10_000_000 };
    let app = start(move |settings| settings.dataset_limits = limits).await;
    for body in [of_rows(20_000), of_query(&rows_of(50_000))] {
        let message = refused(create(&app, &body).await, StatusCode::PAYLOAD_TOO_LARGE).await;
        assert!(message.contains("数据过大"), "{message}");
        nothing_is_left(&app).await;
    }
    for body in [of_rows(10), of_query(&rows_of(10))] {
        assert_eq!(create(&app, &body).await.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn rows_and_results_take_of_what_all_datasets_may() {
    let limits = DatasetLimits { file_bytes: 10_000_000, account_bytes: 20_000 };
    let app = start(move |settings| settings.dataset_limits = limits).await;
    for body in [of_rows(20_000), of_query(&rows_of(50_000))] {
        let message = refused(create(&app, &body).await, StatusCode::PAYLOAD_TOO_LARGE).await;
        assert!(message.contains("总大小") && message.contains("删除"), "{message}");
        nothing_is_left(&app).await;
    }
    // Small ones fit until it is used up, whichever they are.
    let mut fitted = 0;
    loop {
        let body = if fitted % 2 == 0 { of_rows(100) } else { of_query(&rows_of(100)) };
        let response = create(&app, &body).await;
        if response.status() != StatusCode::OK {
            refused(response, StatusCode::PAYLOAD_TOO_LARGE).await;
            break;
        }
        fitted += 1;
        assert!(app.bytes() <= limits.account_bytes, "{}", app.bytes());
    }
    assert!(fitted > 1, "{fitted}");
}

#[tokio::test]
async fn what_is_being_made_counts_whatever_it_is_made_of() {
    let app = start(|_| {}).await;
    let actor = actor(&app, "ann").await;
    let mut under_way = Vec::new();
    for _ in 0..4 {
        under_way.push(app.app.app.datasets.upload(&actor, "x.csv", Default::default()).await.unwrap());
    }
    for body in [of_rows(1), of_query("SELECT 1 AS a")] {
        let response = create(&app, &body).await;
        assert_eq!(response.header("retry-after"), "5");
        refused(response, StatusCode::TOO_MANY_REQUESTS).await;
    }
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_told_so() {
    let limits = Limits { time: Duration::from_millis(200), rows: 1_000_000_000, bytes: 1024 * 1024 * 1024 };
    let app = start(move |settings| settings.export_limits = limits).await;
    let endless =
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) AS n FROM c";
    let message = refused(create(&app, &of_query(endless)).await, StatusCode::GATEWAY_TIMEOUT).await;
    assert!(!message.contains("RECURSIVE"), "{message}");
    nothing_is_left(&app).await;
    // One that is past its time when rows of it have come is no half dataset.
    let slow = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n, n % 7 AS m FROM c WHERE n % 1000 = 0";
    refused(create(&app, &of_query(slow)).await, StatusCode::GATEWAY_TIMEOUT).await;
    nothing_is_left(&app).await;
}

#[tokio::test]
async fn a_connection_is_the_callers_own_and_there_is_one() {
    let app = start(|_| {}).await;
    register(&app.app, "bob").await;
    // Bob has a dataset, and with it a connection that is asked by its id.
    let mut body = of_rows(3);
    body["user_name"] = json!("bob");
    assert_eq!(create(&app, &body).await.status(), StatusCode::OK);
    let bob = actor(&app, "bob").await;
    let connection = app.app.app.datasets.connection(&bob).await.unwrap().unwrap();
    let mut asked = of_query("SELECT count(*) AS n FROM given");
    asked["connection"] = json!(connection);
    let files = app.files();
    let message = refused(create(&app, &asked).await, StatusCode::NOT_FOUND).await;
    assert!(message.contains("连接"), "{message}");
    assert_eq!(app.files(), files);
    asked["connection"] = json!("0190f5a0-0000-7000-8000-000000000001");
    refused(create(&app, &asked).await, StatusCode::NOT_FOUND).await;
    asked["user_name"] = json!("bob");
    asked["connection"] = json!(connection);
    let made = create(&app, &asked).await.json().await;
    assert_eq!(made["data"]["tables"][0]["rows"], 1, "{made}");
}

#[tokio::test]
async fn without_any_connection_there_is_nothing_to_ask() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(&folder);
    let app = TestApp::builder()
        .without_demo()
        .core(move |settings| settings.lake = Some(Arc::new(lake)))
        .start()
        .await;
    let app = LakeApp { app, lake: folder };
    register(&app.app, "ann").await;
    let message =
        refused(create(&app, &of_query("SELECT 1 AS a")).await, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(message.starts_with("connection 还没有"), "{message}");
    nothing_is_left(&app).await;
    assert_eq!(create(&app, &of_rows(1)).await.status(), StatusCode::OK);
}
