//! `/shared/connections`: databases that everybody may ask, with the account that an admin has given.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{ScriptedInterpreter, TestApp, TestUser};

use super::support::{faulty_fields, fine, fine_as, gone, problem};
use crate::support::{data, failure};

const CONNECTIONS: &str = "/wenshu/v1/shared/connections";
const PASSWORD: &str = "s3cret-of-the-database";

async fn share(admin: &TestUser<'_>, body: &Value) -> Value {
    fine_as(admin.post(CONNECTIONS, body).await, StatusCode::CREATED).await
}

fn path(connection: &Value) -> String {
    format!("{CONNECTIONS}/{}", connection["id"].as_str().unwrap())
}

/// The connections that somebody may ask in QueryGPT's contract.
async fn offered(user: &TestUser<'_>) -> Vec<Value> {
    data(user.get("/api/v1/connections").await).await["connections"].as_array().unwrap().clone()
}

fn names(connections: &[Value]) -> Vec<&str> {
    connections.iter().map(|connection| connection["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everybody_asks_it_and_conversations_keep_their_answers() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let admin = app.register("admin@example.com").await;
    let user = app.register("user@example.com").await;
    app.sqlite_file("shared.db");
    let before = names(&offered(&user).await).len();
    let body = json!({"name": "仓库", "driver": "sqlite", "database": "shared.db"});
    let shared = share(&admin, &body).await;
    assert_eq!((&shared["source"], &shared["is_connected"]), (&json!("stored"), &Value::Null));
    let list = offered(&user).await;
    assert_eq!(list.len(), before + 1);
    let seen = list.iter().find(|connection| connection["id"] == shared["id"]).unwrap();
    assert_eq!(seen["is_shared"], true);

    let id = shared["id"].as_str().unwrap();
    let ask = format!("/api/v1/chat/stream?query=SELECT+1+AS+one&connection_id={id}");
    let events = user.get(&ask).await.events().await;
    assert_eq!(events.last().unwrap().event, "done", "{events:?}");
    let conversation =
        format!("/api/v1/conversations/{}", events[0].json()["conversation_id"].as_str().unwrap());
    assert_eq!(data(user.get(&conversation).await).await["connection_id"], id);
    // What somebody says of its words is theirs.
    let terms = format!("/api/v1/connections/{id}/terms");
    let term = json!({"term": "量", "kind": "metric", "expression": "COUNT(orders.id)"});
    data(user.post(&terms, &term).await).await;
    let count =
        async |user: &TestUser<'_>| data(user.get(&terms).await).await["terms"].as_array().unwrap().len();
    assert_eq!((count(&user).await, count(&admin).await), (1, 0));

    for somebody in [&user, &admin] {
        let own = format!("/api/v1/connections/{id}");
        failure(somebody.put(&own, &json!({"name": "x"})).await, StatusCode::FORBIDDEN, "FORBIDDEN").await;
        failure(somebody.delete(&own).await, StatusCode::FORBIDDEN, "FORBIDDEN").await;
    }
    let renamed = fine(admin.put(&path(&shared), &json!({"name": "数仓"})).await).await;
    assert_eq!((&renamed["name"], &renamed["database"]), (&json!("数仓"), &json!("shared.db")));
    assert!(names(&offered(&user).await).contains(&"数仓"));
    gone(admin.delete(&path(&shared)).await).await;
    assert_eq!(offered(&user).await.len(), before);
    let kept = data(user.get(&conversation).await).await;
    assert_eq!((&kept["connection_id"], kept["messages"].as_array().unwrap().len()), (&Value::Null, 2));
    let refused = user.get(&ask).await;
    failure(refused, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    problem(admin.delete(&path(&shared)).await, StatusCode::NOT_FOUND, "not_found").await;
}

#[tokio::test]
async fn its_password_is_in_no_answer() {
    let app = TestApp::start().await;
    let admin = app.register("admin@example.com").await;
    let user = app.register("user@example.com").await;
    let body = json!({
        "name": "pg", "driver": "postgresql", "host": "127.0.0.1", "port": 1, "username": "reader", "password": PASSWORD,
        "database": "sales", "tls": "disable",
    });
    let shared = share(&admin, &body).await;
    assert_eq!((&shared["username"], &shared["password_configured"]), (&json!("reader"), &json!(true)));
    let test = fine(admin.post(&format!("{}/test", path(&shared)), &json!({})).await).await;
    assert_eq!(test["connected"], false, "nobody listens there");
    let listed = fine(admin.get(CONNECTIONS).await).await;
    let last = listed["connections"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["id"], &last["is_connected"]), (&shared["id"], &json!(false)));
    let edited = fine(admin.put(&path(&shared), &json!({"name": "pg2"})).await).await;
    assert_eq!(edited["password_configured"], true, "what isn't sent stays");
    let asked = format!("/api/v1/chat/stream?query=hi&connection_id={}", shared["id"].as_str().unwrap());
    let seen_by_users = [
        data(user.get("/api/v1/connections").await).await.to_string(),
        String::from_utf8(user.get(&asked).await.bytes().await.to_vec()).unwrap(),
    ];
    for text in &seen_by_users {
        assert!(!text.contains("reader"), "{text}");
    }
    for text in seen_by_users.iter().chain([&shared, &test, &listed, &edited].map(Value::to_string).iter()) {
        assert!(!text.contains(PASSWORD), "{text}");
    }
    let cleared = fine(admin.put(&path(&shared), &json!({"password": null})).await).await;
    assert_eq!(cleared["password_configured"], false);
}

#[tokio::test]
async fn the_demo_database_and_what_is_somebodys_own_are_not_changed_here() {
    let app = TestApp::start().await;
    let admin = app.register("admin@example.com").await;
    let user = app.register("user@example.com").await;
    let listed = fine(admin.get(CONNECTIONS).await).await;
    let demo = &listed["connections"][0];
    assert_eq!((&demo["source"], &demo["driver"]), (&json!("demo"), &json!("sqlite")));
    let refused = admin.put(&path(demo), &json!({"name": "x"})).await;
    problem(refused, StatusCode::FORBIDDEN, "demo_connection").await;
    problem(admin.delete(&path(demo)).await, StatusCode::FORBIDDEN, "demo_connection").await;
    let test = fine(admin.post(&format!("{}/test", path(demo)), &json!({})).await).await;
    assert_eq!(test["connected"], true, "{test}");
    app.sqlite_file("mine.db");
    let own = json!({"name": "mine", "driver": "sqlite", "database": "mine.db"});
    let own = data(user.post("/api/v1/connections", &own).await).await;
    problem(admin.put(&path(&own), &json!({"name": "x"})).await, StatusCode::NOT_FOUND, "not_found").await;
    problem(admin.delete(&path(&own)).await, StatusCode::NOT_FOUND, "not_found").await;
    let test = admin.post(&format!("{}/test", path(&own)), &json!({})).await;
    problem(test, StatusCode::NOT_FOUND, "not_found").await;
    assert_eq!(fine(admin.get(CONNECTIONS).await).await["connections"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn rules_are_those_of_any_connection() {
    let app = TestApp::start().await;
    let admin = app.register("admin@example.com").await;
    assert_eq!(faulty_fields(admin.post(CONNECTIONS, &json!({})).await).await, ["name", "driver"]);
    let bad = json!({
        "name": "", "driver": "mysql", "host": "169.254.169.254", "port": 0, "username": 7, "password": [], "database": "mysql",
        "tls": "x",
    });
    assert_eq!(
        faulty_fields(admin.post(CONNECTIONS, &bad).await).await,
        ["name", "host", "port", "username", "password", "database", "tls"]
    );
    let elsewhere = json!({"name": "n", "driver": "sqlite", "database": "/etc/passwd"});
    assert_eq!(faulty_fields(admin.post(CONNECTIONS, &elsewhere).await).await, ["database"]);
}
