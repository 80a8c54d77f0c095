//! `/connections`.

use serde_json::{Value, json};
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
async fn so_many_queries_run_on_a_connection_at_once() {
    let engine = ScriptedInterpreter::open();
    let app = TestApp::builder().interpreter(engine).core(|settings| settings.connection_pool_size = 1);
    let app = app.start().await;
    app.sqlite_file("mine.db");
    let user = app.register("user@example.com").await;
    let mine = json!({"name": "mine", "driver": "sqlite", "database": "mine.db"});
    let mine = data(user.post("/api/v1/connections", &mine).await).await["id"].clone();
    let endless = "WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter) SELECT count(*) FROM counter";
    let mut first = user.ask(endless).await.into_reader();
    let beginning = first.next().await.unwrap().json();
    first.next_named("sql").await;
    let mut second = user.ask("SELECT 1 AS one").await.into_reader();
    let waiting = second.next().await.unwrap().json();
    second.next_named("sql").await;
    // Another connection is none of their concern.
    let elsewhere = json!({"query": "SELECT 1 AS one", "connection_id": mine});
    let events = user.post("/api/v1/chat/stream", &elsewhere).await.events().await;
    assert_eq!(events.last().unwrap().event, "done");
    let stop = async |of: &Value| {
        let body = json!({"conversation_id": of["conversation_id"]});
        data(user.post("/api/v1/chat/stop", &body).await).await["stopped"].clone()
    };
    assert_eq!(stop(&waiting).await, true, "it waits for its turn");
    assert_eq!(second.next_named("error").await.json()["code"], "CANCELLED");
    assert_eq!(stop(&beginning).await, true);
    assert_eq!(first.next_named("error").await.json()["code"], "CANCELLED");
    assert_eq!(user.answer("SELECT 1 AS one").await.last().unwrap().event, "done");
}

#[tokio::test]
async fn without_the_demo_there_is_none() {
    let app = TestApp::builder().without_demo().start().await;
    let user = app.register("user@example.com").await;
    assert_eq!(data(user.get("/api/v1/connections").await).await, json!({"connections": []}));
}
