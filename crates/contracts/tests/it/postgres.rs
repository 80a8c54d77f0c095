//! A connection to a real PostgreSQL server, from the form to the answer.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{ScriptedInterpreter, TestApp, TestUser};

use crate::support::{data, failure};

/// The server of the tests as the fields of a connection.
fn server() -> Value {
    let url = std::env::var("WENSHU_TEST_POSTGRES_URL").expect(
        "this test needs a PostgreSQL server: run it with `cargo xtask test`, or see `cargo xtask services up`",
    );
    let rest = url.split_once("://").unwrap().1;
    let (account, place) = rest.split_once('@').unwrap();
    let (username, password) = account.split_once(':').unwrap_or((account, ""));
    let (address, database) = place.split_once('/').unwrap();
    let (host, port) = address.rsplit_once(':').unwrap();
    let port: u16 = port.parse().unwrap();
    json!({
        "name": "pg", "driver": "postgresql", "host": host, "port": port, "username": username,
        "password": password, "database": database.split('?').next().unwrap(),
    })
}

async fn tested(user: &TestUser<'_>, body: &Value) -> (String, Value) {
    let added = data(user.post("/api/v1/connections", body).await).await;
    let id = added["id"].as_str().unwrap().to_owned();
    let test = data(user.post(&format!("/api/v1/connections/{id}/test"), &json!({})).await).await;
    (id, test)
}

#[tokio::test]
async fn a_server_is_tested_looked_into_and_asked() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    let (id, test) = tested(&user, &server()).await;
    assert_eq!(test["connected"], true, "{test}");
    assert!(test["version"].as_str().unwrap().starts_with("PostgreSQL "), "{test}");
    // The tests' account is the server's owner.
    assert_eq!(test["writable"], true, "{test}");
    assert!(test["message"].as_str().unwrap().contains("只读账号"), "{test}");
    let schema = data(user.get(&format!("/api/v1/connections/{id}/schema")).await).await;
    assert!(schema["tables"].is_array(), "{schema}");
    let body = json!({"query": "SELECT 1.50::numeric(5,2) AS price", "connection_id": id});
    let events = user.post("/api/v1/chat/stream", &body).await.events().await;
    let result = events.iter().find(|event| event.event == "result").expect("a result");
    assert_eq!(result.json()["data"], json!([{"price": "1.50"}]));
}

#[tokio::test]
async fn what_is_wrong_is_named_without_the_password() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    for (field, value, cause) in [
        ("database", json!("no such database"), "数据库不存在"),
        ("username", json!("no_such_role"), "登录失败"),
        ("port", json!(1), "连接被拒绝"),
        ("host", json!("no-such-host.invalid"), "找不到主机"),
    ] {
        let mut body = server();
        // Whether a database is there is told to those who may sign in.
        if field != "database" {
            body["password"] = json!("hunter2-hunter2");
        }
        body[field] = value;
        let (id, test) = tested(&user, &body).await;
        assert_eq!(test["connected"], false, "{field}: {test}");
        let message = test["message"].as_str().unwrap();
        assert!(message.starts_with(cause), "{field}: {message}");
        assert!(!message.contains("hunter2"), "{field}: {message}");
        let schema = user.get(&format!("/api/v1/connections/{id}/schema")).await;
        failure(schema, StatusCode::BAD_GATEWAY, "UPSTREAM_ERROR").await;
        let asked = json!({"query": "SELECT 1", "connection_id": id});
        let events = user.post("/api/v1/chat/stream", &asked).await.events().await;
        let last = events.last().unwrap();
        assert_eq!((last.event.as_str(), &last.json()["code"]), ("error", &json!("DATABASE_UNREACHABLE")));
    }
}
