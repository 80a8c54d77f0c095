//! Adding, editing, trying and deleting connections.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{ScriptedInterpreter, TestApp, TestUser};

use crate::support::{data, failure, faulty_fields, names, redacted};

async fn app() -> TestApp {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    app.sqlite_file("mine.db");
    app
}

fn server() -> Value {
    json!({
        "name": "生产数据库",
        "driver": "mysql",
        "host": "127.0.0.1",
        "port": 1,
        "username": "root",
        "password": "hunter2-hunter2",
        "database": "sales",
        "is_default": true,
    })
}

fn file(name: &str) -> Value {
    json!({"name": name, "driver": "sqlite", "database": "mine.db"})
}

async fn add(user: &TestUser<'_>, body: &Value) -> Value {
    data(user.post("/api/v1/connections", body).await).await
}

async fn list(user: &TestUser<'_>) -> Vec<Value> {
    let list = data(user.get("/api/v1/connections").await).await;
    list["connections"].as_array().unwrap().clone()
}

fn path(connection: &Value) -> String {
    format!("/api/v1/connections/{}", connection["id"].as_str().unwrap())
}

async fn default_of(user: &TestUser<'_>) -> Vec<Value> {
    let list = list(user).await;
    list.into_iter().filter(|one| one["is_default"] == true).map(|one| one["name"].clone()).collect()
}

#[tokio::test]
async fn a_connection_is_added_as_documented() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let response = user.post("/api/v1/connections", &server()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let added = redacted(response.json().await);
    let expected = json!({
        "success": true,
        "data": {
            "id": "<uuid>",
            "name": "生产数据库",
            "driver": "mysql",
            "host": "127.0.0.1",
            "port": 1,
            "username": "root",
            "password_configured": true,
            "database": "sales",
            "tls": null,
            "is_default": true,
            "is_connected": false,
            "is_shared": false,
        },
        "message": "已添加数据库连接",
    });
    assert_eq!(added, expected);
    assert_eq!(redacted(json!(list(&user).await[0])), expected["data"]);
}

#[tokio::test]
async fn ports_follow_the_driver_and_files_have_no_server() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    for (driver, tls, port) in [
        ("mysql", Value::Null, 3306),
        ("postgresql", json!("verify-full"), 5432),
        ("clickhouse", Value::Null, 8123),
        ("clickhouse", json!("require"), 8443),
    ] {
        let body = json!({"name": driver, "driver": driver, "host": "[::1]", "username": "u", "database": "d", "tls": tls});
        let added = add(&user, &body).await;
        assert_eq!(added["port"], port, "{driver}");
        assert_eq!((&added["host"], &added["tls"]), (&json!("::1"), &tls), "{driver}");
        assert_eq!(added["password_configured"], false, "{driver}");
    }
    // Forms send every field, whatever the driver.
    let form = json!({
        "name": "file", "driver": "sqlite", "database": "mine.db", "host": "", "port": null, "username": "", "password": "",
    });
    let added = add(&user, &form).await;
    for field in ["host", "port", "username", "tls"] {
        assert_eq!(added[field], Value::Null, "{field}");
    }
    // What was said for one driver means nothing to another.
    let moved = json!({"driver": "postgresql", "host": "db.example.invalid", "username": "reader", "database": "sales"});
    let moved = data(user.put(&path(&added), &moved).await).await;
    assert_eq!((&moved["driver"], &moved["port"]), (&json!("postgresql"), &json!(5432)));
    let back = user.put(&path(&added), &json!({"driver": "sqlite"})).await;
    assert_eq!(faulty_fields(back).await, ["database"]);
}

#[tokio::test]
async fn an_edit_changes_what_it_names() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let added = add(&user, &server()).await;
    let changed = data(user.put(&path(&added), &json!({"name": " 仓库 ", "port": 3307})).await).await;
    let mut expected = added.clone();
    expected["name"] = json!("仓库");
    expected["port"] = json!(3307);
    assert_eq!(changed, expected);
    // Absent keeps, null clears.
    let kept = data(user.put(&path(&added), &json!({})).await).await;
    assert_eq!(kept, expected);
    let cleared = data(user.put(&path(&added), &json!({"password": null, "port": null})).await).await;
    assert_eq!((&cleared["password_configured"], &cleared["port"]), (&json!(false), &json!(3306)));
    let set = data(user.put(&path(&added), &json!({"password": "another", "tls": "require"})).await).await;
    assert_eq!((&set["password_configured"], &set["tls"]), (&json!(true), &json!("require")));
    let nothing = user.put(&path(&added), &json!({"name": null, "driver": "sqlite", "database": null})).await;
    assert_eq!(faulty_fields(nothing).await, ["name", "database"]);
}

#[tokio::test]
async fn an_edit_is_asked_from_then_on() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    std::fs::copy(app.folder.path().join("sources/mine.db"), app.folder.path().join("sources/other.db"))
        .unwrap();
    std::fs::write(app.folder.path().join("sources/broken.db"), "this is no database, whatever it says")
        .unwrap();
    let added = add(&user, &file("mine")).await;
    let id = added["id"].as_str().unwrap();
    let ask = async || {
        let path = format!("/api/v1/chat/stream?query=SELECT%201&connection_id={id}");
        let events = user.get(&path).await.events().await;
        names(&events).last().copied().unwrap().to_owned()
    };
    assert_eq!(ask().await, "done");
    // In the same moment of the clock.
    data(user.put(&path(&added), &json!({"database": "broken.db"})).await).await;
    assert_eq!(ask().await, "error");
    data(user.put(&path(&added), &json!({"database": "other.db"})).await).await;
    assert_eq!(ask().await, "done");
}

#[tokio::test]
async fn there_is_one_default() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    assert_eq!(default_of(&user).await, ["演示数据库 Demo"]);
    let first = add(&user, &file("first")).await;
    assert_eq!(first["is_default"], false);
    assert_eq!(default_of(&user).await, ["演示数据库 Demo"]);
    let mut second = file("second");
    second["is_default"] = json!(true);
    let second = add(&user, &second).await;
    assert_eq!(default_of(&user).await, ["second"]);
    data(user.put(&path(&first), &json!({"is_default": true})).await).await;
    assert_eq!(default_of(&user).await, ["first"]);
    data(user.put(&path(&second), &json!({"is_default": false})).await).await;
    assert_eq!(default_of(&user).await, ["first"]);
    // It moves to what is asked without a choice.
    data(user.delete(&path(&first)).await).await;
    assert_eq!(default_of(&user).await, ["演示数据库 Demo"]);
    let other = app.register("other@example.com").await;
    assert_eq!(default_of(&other).await, ["演示数据库 Demo"]);
}

#[tokio::test]
async fn deleting_leaves_conversations_with_their_messages() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let added = add(&user, &file("mine")).await;
    let id = added["id"].as_str().unwrap();
    let events =
        user.get(&format!("/api/v1/chat/stream?query=SELECT%201&connection_id={id}")).await.events().await;
    let conversation = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    let response = user.delete(&path(&added)).await;
    assert_eq!(response.json().await, json!({"success": true, "data": null, "message": "已删除数据库连接"}));
    let seen = data(user.get(&format!("/api/v1/conversations/{conversation}")).await).await;
    assert_eq!(seen["connection_id"], Value::Null);
    assert_eq!(seen["messages"].as_array().unwrap().len(), 2);
    // The conversation goes on with the default one.
    let path = format!("/api/v1/chat/stream?query=SELECT%202&conversation_id={conversation}");
    let events = user.get(&path).await.events().await;
    assert_eq!(names(&events).last(), Some(&"done"));
    for response in [
        user.delete(&self::path(&added)).await,
        user.put(&self::path(&added), &json!({})).await,
        user.post(&format!("{}/test", self::path(&added)), &json!({})).await,
        user.get(&format!("{}/schema", self::path(&added))).await,
    ] {
        failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    }
}

#[tokio::test]
async fn a_test_says_what_is_there() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let demo = list(&user).await[0].clone();
    let test = data(user.post(&format!("{}/test", path(&demo)), &json!({})).await).await;
    assert_eq!(test["connected"], true, "{test}");
    assert!(test["version"].as_str().unwrap().starts_with("SQLite 3."), "{test}");
    assert!(test["tables_count"].as_u64().unwrap() > 3, "{test}");
    assert!(test["message"].as_str().unwrap().starts_with("连接成功"), "{test}");
    assert_eq!(list(&user).await[0]["is_connected"], true);
}

#[tokio::test]
async fn a_database_that_is_not_there_is_an_outcome_of_a_test_and_a_failure_of_reading_it() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let mut missing = file("missing");
    missing["database"] = json!("missing.db");
    let added = add(&user, &missing).await;
    let test = data(user.post(&format!("{}/test", path(&added)), &json!({})).await).await;
    assert_eq!(
        (&test["connected"], &test["version"], &test["tables_count"]),
        (&json!(false), &Value::Null, &Value::Null)
    );
    let message = test["message"].as_str().unwrap();
    assert!(message.contains("missing.db"), "{message}");
    assert!(!message.contains(app.folder.path().to_str().unwrap()), "{message}");
    let schema = user.get(&format!("{}/schema", path(&added))).await;
    let error = failure(schema, StatusCode::BAD_GATEWAY, "UPSTREAM_ERROR").await;
    assert_eq!(error["message"], test["message"]);

    app.sqlite_file("missing.db");
    let schema = data(user.get(&format!("{}/schema", path(&added))).await).await;
    assert!(!schema["tables"].as_array().unwrap().is_empty());
    let seen = list(&user).await;
    assert_eq!(seen.iter().find(|one| one["name"] == "missing").unwrap()["is_connected"], true);
    std::fs::remove_file(app.folder.path().join("sources/missing.db")).unwrap();
    let test = data(user.post(&format!("{}/test", path(&added)), &json!({})).await).await;
    assert_eq!(test["connected"], false);
    let seen = list(&user).await;
    assert_eq!(seen.iter().find(|one| one["name"] == "missing").unwrap()["is_connected"], false);
}

#[tokio::test]
async fn a_schema_is_answered_as_documented() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let demo = list(&user).await[0].clone();
    let schema = data(user.get(&format!("{}/schema?refresh=true", path(&demo))).await).await;
    let tables = schema["tables"].as_array().unwrap();
    let orders = tables.iter().find(|table| table["name"] == "orders").unwrap();
    let keys: Vec<&String> = orders.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["name", "schema", "kind", "comment", "columns", "foreign_keys", "row_count", "row_count_exact"]
    );
    let id = &orders["columns"][0];
    assert_eq!((&id["name"], &id["primary"]), (&json!("id"), &json!(true)), "{id}");
    let keys: Vec<&String> = id.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["name", "type", "kind", "nullable", "primary", "default", "comment"]);
    assert!(orders["row_count"].as_u64().unwrap() > 100, "{orders}");
    assert_eq!(orders["row_count_exact"], true);
    let customers = orders["foreign_keys"].as_array().unwrap().iter().find(|key| key["table"] == "customers");
    assert_eq!(
        customers.unwrap(),
        &json!({"columns": ["customer_id"], "schema": null, "table": "customers", "references": ["id"]})
    );
}

#[tokio::test]
async fn metadata_and_link_local_hosts_are_refused_however_they_are_written() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    for host in [
        "169.254.169.254",
        "169.254.1.1",
        "0xA9FEA9FE",
        "2852039166",
        "100.100.100.200",
        "[fe80::1]",
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
    ] {
        let mut body = server();
        body["host"] = json!(host);
        assert_eq!(faulty_fields(user.post("/api/v1/connections", &body).await).await, ["host"], "{host}");
    }
    let added = add(&user, &server()).await;
    let moved = user.put(&path(&added), &json!({"host": "169.254.169.254"})).await;
    assert_eq!(faulty_fields(moved).await, ["host"]);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let with = |field: &str, value: Value| {
        let mut body = server();
        body[field] = value;
        body
    };
    let long = "x".repeat(1_025);
    for (body, fields) in [
        (json!({}), vec!["name", "driver"]),
        (json!({"driver": "mysql"}), vec!["name", "host", "username", "database"]),
        (json!({"driver": "postgresql", "name": " "}), vec!["name", "host", "username", "database"]),
        (json!({"driver": "clickhouse", "name": "c"}), vec!["host", "database"]),
        (json!({"driver": "sqlite", "name": "s"}), vec!["database"]),
        (json!({"driver": "sqlite", "name": "s", "database": "../wenshu.db"}), vec!["database"]),
        (json!({"driver": "sqlite", "name": "s", "database": long}), vec!["database"]),
        (with("name", json!(7)), vec!["name"]),
        (with("name", json!("a\nb")), vec!["name"]),
        (with("name", json!("字".repeat(101))), vec!["name"]),
        (with("driver", json!("oracle")), vec!["driver"]),
        (with("driver", json!("MySQL")), vec!["driver"]),
        (with("driver", json!(null)), vec!["driver"]),
        (with("driver", json!([])), vec!["driver"]),
        (with("host", json!("")), vec!["host"]),
        (with("host", json!("/var/run/mysqld")), vec!["host"]),
        (with("host", json!("http://db")), vec!["host"]),
        (with("host", json!("db:3306")), vec!["host"]),
        (with("host", json!(false)), vec!["host"]),
        (with("port", json!(0)), vec!["port"]),
        (with("port", json!(65_536)), vec!["port"]),
        (with("port", json!(-1)), vec!["port"]),
        (with("port", json!("x")), vec!["port"]),
        (with("port", json!(1.5)), vec!["port"]),
        (with("username", json!("")), vec!["username"]),
        (with("username", json!("a\u{0}")), vec!["username"]),
        (with("username", json!("x".repeat(256))), vec!["username"]),
        (with("password", json!(7)), vec!["password"]),
        (with("password", json!("a\u{0}")), vec!["password"]),
        (with("password", json!(long)), vec!["password"]),
        (with("database", json!("")), vec!["database"]),
        (with("database", json!("x".repeat(256))), vec!["database"]),
        (with("database", json!("MYSQL")), vec!["database"]),
        (with("database", json!("information_schema")), vec!["database"]),
        (with("database", json!("performance_schema")), vec!["database"]),
        (with("database", json!("sys")), vec!["database"]),
        (
            json!({"driver": "clickhouse", "name": "c", "host": "db.example.invalid", "database": "system"}),
            vec!["database"],
        ),
        (with("tls", json!("sometimes")), vec!["tls"]),
        (with("tls", json!(true)), vec!["tls"]),
        (with("is_default", json!("maybe")), vec!["is_default"]),
        (
            json!({
                "name": 1, "driver": "mysql", "host": "a b", "port": 0, "username": 2, "password": 3, "database": 4, "tls": 5,
                "is_default": 6,
            }),
            vec!["name", "host", "port", "username", "password", "database", "tls", "is_default"],
        ),
    ] {
        let response = user.post("/api/v1/connections", &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{body}");
    }
    let added = add(&user, &server()).await;
    for (body, fields) in [
        (json!({"name": "", "port": 0, "tls": "x"}), vec!["name", "port", "tls"]),
        (json!({"host": null, "username": null, "database": null}), vec!["host", "username", "database"]),
        (json!({"driver": "clickhouse", "tls": "prefer"}), vec!["host", "database", "tls"]),
    ] {
        let response = user.put(&path(&added), &body).await;
        let mut named = faulty_fields(response).await;
        named.sort_by_key(|field| fields.iter().position(|one| one == field));
        assert_eq!(named, fields, "{body}");
    }
    assert_eq!(
        faulty_fields(user.get(&format!("{}/schema?refresh=x", path(&added))).await).await,
        ["refresh"]
    );
    assert_eq!(list(&user).await.len(), 2, "nothing of what was refused is there");
}

#[tokio::test]
async fn the_password_is_never_answered() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let added = add(&user, &server()).await;
    let mut seen = vec![added.to_string(), json!(list(&user).await).to_string()];
    seen.push(data(user.put(&path(&added), &json!({"name": "n"})).await).await.to_string());
    for response in [
        user.post(&format!("{}/test", path(&added)), &json!({})).await,
        user.get(&format!("{}/schema", path(&added))).await,
        user.post("/api/v1/chat/stream", &json!({"query": "SELECT 1", "connection_id": added["id"]})).await,
        user.put(&path(&added), &json!({"password": "hunter2-hunter2\u{0}"})).await,
    ] {
        seen.push(String::from_utf8_lossy(&response.bytes().await).into_owned());
    }
    assert!(seen.iter().all(|text| !text.contains("hunter2")), "{seen:?}");
}

#[tokio::test]
async fn edits_at_once_all_happen() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let added = add(&user, &server()).await;
    let path = path(&added);
    let (name, port, tls) = (json!({"name": "renamed"}), json!({"port": 3399}), json!({"tls": "require"}));
    let edits = futures::future::join3(user.put(&path, &name), user.put(&path, &port), user.put(&path, &tls));
    let (one, two, three) = tokio::time::timeout(Duration::from_secs(30), edits).await.unwrap();
    for response in [one, two, three] {
        data(response).await;
    }
    let seen = list(&user).await;
    let seen = seen.iter().find(|one| one["id"] == added["id"]).unwrap();
    assert_eq!(
        (&seen["name"], &seen["port"], &seen["tls"]),
        (&json!("renamed"), &json!(3399), &json!("require"))
    );
}
