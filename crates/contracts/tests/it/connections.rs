//! `/connections`.

use serde_json::json;
use wenshu_testkit::{ScriptedInterpreter, TestApp};

use crate::support::{data, redacted};

#[tokio::test]
async fn every_account_sees_the_demo_connection() {
    let app = TestApp::start().await;
    for email in ["first@example.com", "second@example.com"] {
        let user = app.register(email).await;
        let list = user.get("/api/v1/connections").await.json().await;
        let name = list["data"]["connections"][0]["name"].clone();
        assert!(name.as_str().is_some_and(|name| !name.is_empty()), "{list}");
        assert_eq!(
            redacted(list),
            json!({
                "success": true,
                "data": {"connections": [{
                    "id": "<uuid>",
                    "name": name,
                    "driver": "sqlite",
                    "host": null,
                    "port": null,
                    "username": null,
                    "password_configured": false,
                    "database": "demo.db",
                    "tls": null,
                    "is_default": true,
                    "is_connected": false,
                    "is_shared": true,
                }]},
                "message": "操作成功",
            })
        );
    }
}

#[tokio::test]
async fn a_connection_that_answered_is_connected() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    user.answer("SELECT 1 AS one").await;
    let list = data(user.get("/api/v1/connections").await).await;
    assert_eq!(list["connections"][0]["is_connected"], true);
}

#[tokio::test]
async fn without_the_demo_there_is_none() {
    let app = TestApp::builder().without_demo().start().await;
    let user = app.register("user@example.com").await;
    assert_eq!(data(user.get("/api/v1/connections").await).await, json!({"connections": []}));
}
