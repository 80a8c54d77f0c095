//! Stocks that users follow.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::app::NOON;
use wenshu_testkit::{ServerDatabase, TestApp};

use super::support::{data, failure, faulty, register};

async fn listed(app: &TestApp, name: &str) -> Value {
    data(app.post("/v1/stock/list_fav_stock", &json!({"user_name": name})).await).await
}

fn stock(name: &str, code: &str) -> Value {
    json!({"user_name": name, "stock_code": code})
}

#[tokio::test]
async fn stocks_are_followed_in_one_form_oldest_first() {
    let app = TestApp::builder().without_demo().start().await;
    register(&app, "ann").await;
    register(&app, "bob").await;
    assert_eq!(listed(&app, "ann").await, json!([]));
    for code in ["sz000001", " 600519.SH ", "AAPL", "sh600519", "aapl", "hk700"] {
        let added = data(app.post("/v1/stock/add_fav_stock", &stock("ann", code)).await).await;
        assert_eq!(added, json!([]));
        app.clock.advance(Duration::from_secs(1));
    }
    let list = listed(&app, "ann").await;
    let codes: Vec<&str> =
        list.as_array().unwrap().iter().map(|one| one["stock_code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["sz000001", "sh600519", "AAPL", "hk00700"]);
    assert_eq!(list[0], json!({"stock_code": "sz000001", "create_time": NOON}));
    assert_eq!(listed(&app, "bob").await, json!([]));
    data(app.post("/v1/stock/del_fav_stock", &stock("ann", "SH600519")).await).await;
    let gone = app.post("/v1/stock/del_fav_stock", &stock("ann", "sh600519")).await;
    failure(gone, StatusCode::NOT_FOUND).await;
    failure(app.post("/v1/stock/del_fav_stock", &stock("bob", "AAPL")).await, StatusCode::NOT_FOUND).await;
    for _ in 0..2 {
        data(app.post("/v1/stock/clear_fav_stock", &json!({"user_name": "ann"})).await).await;
        assert_eq!(listed(&app, "ann").await, json!([]));
    }
}

#[tokio::test]
async fn parameters_are_checked_and_unknown_users_are_not_found() {
    let app = TestApp::builder().without_demo().start().await;
    register(&app, "ann").await;
    for code in ["", " ", "600519", "xx600519", "sh60051", "茅台"] {
        for path in ["add_fav_stock", "del_fav_stock"] {
            let response = app.post(&format!("/v1/stock/{path}"), &stock("ann", code)).await;
            assert_eq!(faulty(response).await, ["stock_code"], "{code:?}");
        }
    }
    let response = app.post("/v1/stock/add_fav_stock", &json!({})).await;
    assert_eq!(faulty(response).await, ["user_name", "stock_code"]);
    for path in ["list_fav_stock", "add_fav_stock", "del_fav_stock", "clear_fav_stock"] {
        let response = app.post(&format!("/v1/stock/{path}"), &stock("nobody", "AAPL")).await;
        assert_eq!(failure(response, StatusCode::NOT_FOUND).await, "用户不存在");
    }
}

async fn the_same_one_fifty_times_at_once_is_one(app: &TestApp) {
    register(app, "ann").await;
    let body = stock("ann", "sh600519");
    for response in
        futures::future::join_all((0..50).map(|_| app.post("/v1/stock/add_fav_stock", &body))).await
    {
        data(response).await;
    }
    assert_eq!(listed(app, "ann").await.as_array().unwrap().len(), 1);
    // Taken away at once, it is there for one of them.
    let removing = futures::future::join_all((0..20).map(|_| app.post("/v1/stock/del_fav_stock", &body)));
    let mut removed = 0;
    for response in removing.await {
        let status = response.status();
        assert!(matches!(status, StatusCode::OK | StatusCode::NOT_FOUND), "{status}");
        removed += usize::from(status == StatusCode::OK);
    }
    assert_eq!(removed, 1);
    // What somebody follows goes with them.
    data(app.post("/v1/stock/add_fav_stock", &body).await).await;
    register(app, "bob").await;
    data(app.post("/v1/stock/add_fav_stock", &stock("bob", "AAPL")).await).await;
    data(app.post("/v1/users/delete", &json!({"user_name": "bob"})).await).await;
    register(app, "bob").await;
    assert_eq!(listed(app, "bob").await, json!([]));
}

#[tokio::test]
async fn on_sqlite_the_same_one_fifty_times_at_once_is_one() {
    the_same_one_fifty_times_at_once_is_one(&TestApp::builder().without_demo().start().await).await;
}

#[tokio::test]
async fn on_postgres_the_same_one_fifty_times_at_once_is_one() {
    let database = ServerDatabase::postgres().await;
    let app = TestApp::builder().without_demo().store_in(&database).start().await;
    the_same_one_fifty_times_at_once_is_one(&app).await;
}
