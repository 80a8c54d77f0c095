//! Connections to real PostgreSQL, MariaDB and ClickHouse servers, from the form to the answer.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{ScriptedInterpreter, TestApp, TestUser};

use crate::support::{data, failure};

/// Where a server of the tests is.
fn url(driver: &str) -> String {
    let variable = match driver {
        "mysql" => "WENSHU_TEST_MARIADB_URL",
        "clickhouse" => "WENSHU_TEST_CLICKHOUSE_URL",
        _ => "WENSHU_TEST_POSTGRES_URL",
    };
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run this with `cargo xtask test`, or see `cargo xtask services up`")
    })
}

/// A server of the tests as the fields of a connection.
fn server(driver: &str) -> Value {
    let url = url(driver);
    let rest = url.split_once("://").unwrap().1;
    let (account, place) = rest.split_once('@').unwrap();
    let (username, password) = account.split_once(':').unwrap_or((account, ""));
    let (address, database) = place.split_once('/').unwrap_or((place, ""));
    let database = if database.is_empty() { "default" } else { database };
    let (host, port) = address.rsplit_once(':').unwrap();
    let port: u16 = port.parse().unwrap();
    json!({
        "name": driver, "driver": driver, "host": host, "port": port, "username": username,
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
    for (driver, version) in
        [("postgresql", "PostgreSQL "), ("mysql", "MariaDB "), ("clickhouse", "ClickHouse ")]
    {
        let (id, test) = tested(&user, &server(driver)).await;
        assert_eq!(test["connected"], true, "{test}");
        assert!(test["version"].as_str().unwrap().starts_with(version), "{test}");
        // The tests' account is the server's owner.
        assert_eq!(test["writable"], true, "{test}");
        assert!(test["message"].as_str().unwrap().contains("只读账号"), "{test}");
        let schema = data(user.get(&format!("/api/v1/connections/{id}/schema")).await).await;
        assert!(schema["tables"].is_array(), "{schema}");
        let body = json!({"query": "SELECT CAST(1.5 AS DECIMAL(5,2)) AS price", "connection_id": id});
        let events = user.post("/api/v1/chat/stream", &body).await.events().await;
        let result = events.iter().find(|event| event.event == "result").expect("a result");
        assert_eq!(result.json()["data"], json!([{"price": "1.50"}]), "{driver}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_named_without_the_password() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    for driver in ["postgresql", "mysql", "clickhouse"] {
        for (field, value, cause) in [
            ("database", json!("no such database"), "数据库不存在"),
            ("username", json!("no_such_role"), "登录失败"),
            ("port", json!(1), "连接被拒绝"),
            ("host", json!("no-such-host.invalid"), "找不到主机"),
        ] {
            let mut body = server(driver);
            // Whether a database is there is told to those who may sign in.
            if field != "database" {
                body["password"] = json!("hunter2-hunter2");
            }
            body[field] = value;
            let (id, test) = tested(&user, &body).await;
            assert_eq!(test["connected"], false, "{driver} {field}: {test}");
            let message = test["message"].as_str().unwrap();
            assert!(message.starts_with(cause), "{driver} {field}: {message}");
            assert!(!message.contains("hunter2"), "{driver} {field}: {message}");
            let schema = user.get(&format!("/api/v1/connections/{id}/schema")).await;
            failure(schema, StatusCode::BAD_GATEWAY, "UPSTREAM_ERROR").await;
            let asked = json!({"query": "SELECT 1", "connection_id": id});
            let events = user.post("/api/v1/chat/stream", &asked).await.events().await;
            let last = events.last().unwrap();
            let code = &last.json()["code"];
            assert_eq!(
                (last.event.as_str(), code),
                ("error", &json!("DATABASE_UNREACHABLE")),
                "{driver} {field}"
            );
        }
    }
}

#[tokio::test]
async fn certificates_are_checked_by_the_operators_authorities() {
    let authorities: String = ["postgresql", "mysql"]
        .map(|driver| std::fs::read_to_string(url(driver).rsplit_once('=').unwrap().1).unwrap())
        .concat();
    let trusting = TestApp::builder().core(|core| core.tls_authorities = Some(authorities)).start().await;
    let other = TestApp::start().await;
    for (app, host, driver, connected) in [
        (&trusting, "localhost", "postgresql", true),
        (&trusting, "localhost", "mysql", true),
        // The certificate has another name.
        (&trusting, "127.0.0.1", "postgresql", false),
        (&trusting, "127.0.0.1", "mysql", false),
        // Nobody knows who signed it.
        (&other, "localhost", "postgresql", false),
        (&other, "localhost", "mysql", false),
    ] {
        let user = app.register(&format!("{driver}-{host}@example.com")).await;
        let mut body = server(driver);
        body["host"] = json!(host);
        body["tls"] = json!("verify-full");
        let (_, test) = tested(&user, &body).await;
        assert_eq!(test["connected"], connected, "{driver} at {host}: {test}");
        if !connected {
            assert!(
                test["message"].as_str().unwrap().starts_with("加密连接失败"),
                "{driver} at {host}: {test}"
            );
        }
    }
}
