//! `/connections/{id}/terms` and `/connections/{id}/relations`.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{TestApp, TestUser};

use crate::support::{data, failure, faulty_fields, names, redacted};

async fn own_connection(app: &TestApp, user: &TestUser<'_>) -> String {
    app.sqlite_file("mine.db");
    let body = json!({"name": "mine", "driver": "sqlite", "database": "mine.db", "is_default": true});
    let added = data(user.post("/api/v1/connections", &body).await).await;
    format!("/api/v1/connections/{}", added["id"].as_str().unwrap())
}

async fn demo(user: &TestUser<'_>) -> String {
    let list = data(user.get("/api/v1/connections").await).await;
    let demo = list["connections"].as_array().unwrap().iter().find(|one| one["is_shared"] == true).unwrap();
    format!("/api/v1/connections/{}", demo["id"].as_str().unwrap())
}

fn metric() -> Value {
    json!({"term": "总成交", "kind": "metric", "expression": "SUM(orders.total_amount)", "description": "所有订单的金额"})
}

fn relation() -> Value {
    json!({
        "left_table": "orders", "left_column": "customer_id", "right_table": "customers", "right_column": "id",
        "cardinality": "many_to_one",
    })
}

fn at(path: &str, thing: &Value) -> String {
    format!("{path}/{}", thing["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_term_is_added_used_changed_and_deleted() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let terms = format!("{}/terms", own_connection(&app, &user).await);
    assert_eq!(data(user.get(&terms).await).await, json!({"terms": []}));
    let question = "总成交是多少";
    let events = user.answer(question).await;
    assert_eq!(names(&events).last(), Some(&"error"), "nobody knows the word yet");

    let added = user.post(&terms, &metric()).await.json().await;
    let expected = json!({
        "id": "<uuid>", "term": "总成交", "kind": "metric", "expression": "SUM(orders.total_amount)",
        "description": "所有订单的金额", "is_editable": true,
    });
    assert_eq!(redacted(added.clone()), json!({"success": true, "data": expected, "message": "已添加术语"}));
    let events = user.answer(question).await;
    assert_eq!(names(&events).last(), Some(&"done"));
    let sql = events.iter().find(|event| event.event == "sql").unwrap().json()["sql"].to_string();
    assert!(sql.contains("total_amount"), "{sql}");

    let term = at(&terms, &added["data"]);
    let changed =
        data(user.put(&term, &json!({"expression": "COUNT(orders.id)", "description": null})).await).await;
    assert_eq!((&changed["term"], &changed["description"]), (&json!("总成交"), &Value::Null));
    let events = user.answer(question).await;
    let sql = events.iter().find(|event| event.event == "sql").unwrap().json()["sql"].to_string();
    assert!(sql.contains("COUNT"), "{sql}");
    assert_eq!(data(user.get(&terms).await).await, json!({"terms": [changed]}));

    assert_eq!(data(user.delete(&term).await).await, Value::Null);
    assert_eq!(names(&user.answer(question).await).last(), Some(&"error"));
    for response in [user.delete(&term).await, user.put(&term, &json!({})).await] {
        failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    }
}

#[tokio::test]
async fn an_expression_that_means_nothing_here_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let terms = format!("{}/terms", own_connection(&app, &user).await);
    data(user.post(&terms, &metric()).await).await;
    for (kind, expression, reason) in [
        ("metric", "SUM(orders.missing)", "missing"),
        ("metric", "SUM(", "表达式"),
        ("metric", "SUM(orders.total_amount); DROP TABLE orders", "表达式"),
        ("metric", "load_extension(orders.id)", "load_extension"),
        ("metric", "(SELECT COUNT(*) FROM sqlite_master WHERE orders.id = 1)", "sqlite_master"),
        ("metric", "42", "表名.字段名"),
        ("metric", "orders.id", "聚合"),
        ("metric", "orders.total_amount * 2", "聚合"),
        ("metric", "SUM(orders.total_amount) OVER ()", "聚合"),
        ("dimension", "SUM(orders.total_amount)", "GROUP BY"),
        ("alias", "nothing", "没有这个表"),
    ] {
        let body = json!({"term": "词", "kind": kind, "expression": expression});
        let error =
            failure(user.post(&terms, &body).await, StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR")
                .await;
        let fault = &error["details"]["fields"][0];
        assert_eq!(fault["field"], "expression", "{expression}");
        assert!(fault["message"].as_str().unwrap().contains(reason), "{expression}: {fault}");
    }
    for (kind, expression) in [
        ("dimension", "customers.city"),
        ("alias", "customers.city"),
        ("alias", "orders"),
        ("alias", "总成交"),
        ("metric", "SUM(orders.total_amount) / COUNT(DISTINCT orders.customer_id) -- 客单价"),
    ] {
        let body = json!({"term": format!("{kind} {expression}"), "kind": kind, "expression": expression});
        data(user.post(&terms, &body).await).await;
    }
    let note = json!({"term": "财年", "kind": "note", "expression": "ignored", "description": "从四月开始"});
    assert_eq!(data(user.post(&terms, &note).await).await["expression"], "");
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let own = own_connection(&app, &user).await;
    let terms = format!("{own}/terms");
    let relations = format!("{own}/relations");
    let long = "x".repeat(4_001);
    for (body, fields) in [
        (json!({}), vec!["term", "kind"]),
        (json!({"kind": "metric"}), vec!["term", "expression"]),
        (json!({"term": "a", "kind": "note"}), vec!["description"]),
        (
            json!({"term": " ", "kind": "x", "expression": 7, "description": []}),
            vec!["term", "kind", "expression", "description"],
        ),
        (
            json!({"term": "x".repeat(101), "kind": "metric", "expression": long, "description": long}),
            vec!["term", "expression", "description"],
        ),
        (json!({"term": "a\nb", "kind": true, "expression": "a\u{0}"}), vec!["term", "kind", "expression"]),
    ] {
        assert_eq!(faulty_fields(user.post(&terms, &body).await).await, fields, "{body}");
    }
    data(user.post(&terms, &metric()).await).await;
    assert_eq!(faulty_fields(user.post(&terms, &metric()).await).await, ["term"]);

    let all = ["left_table", "left_column", "right_table", "right_column", "cardinality"];
    for (body, fields) in [
        (json!({}), all.to_vec()),
        (
            json!({"left_table": 1, "left_column": 2, "right_table": 3, "right_column": 4, "cardinality": 5}),
            all.to_vec(),
        ),
        (
            json!({"left_table": "nothing", "left_column": "id", "right_table": "customers", "right_column": "nothing",
                "cardinality": "some_to_many"}),
            vec!["left_table", "right_column", "cardinality"],
        ),
        (
            json!({"left_table": "orders", "left_column": "id", "right_table": "orders", "right_column": "id",
                "cardinality": "one_to_one"}),
            vec!["right_column"],
        ),
    ] {
        assert_eq!(faulty_fields(user.post(&relations, &body).await).await, fields, "{body}");
    }
    data(user.post(&relations, &relation()).await).await;
    assert_eq!(faulty_fields(user.post(&relations, &relation()).await).await, ["right_column"]);
    for path in [format!("{terms}/x"), format!("{relations}/7")] {
        let named = faulty_fields(user.put(&path, &json!({})).await).await;
        assert!(named == ["term_id"] || named == ["relation_id"], "{named:?}");
        assert_eq!(faulty_fields(user.delete(&path).await).await, named);
    }
}

#[tokio::test]
async fn on_a_shared_connection_everybody_has_words_of_their_own() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let other = app.register("other@example.com").await;
    let demo = demo(&user).await;
    let terms = format!("{demo}/terms");
    let list = data(user.get(&terms).await).await;
    let shared = list["terms"].as_array().unwrap().clone();
    assert!(!shared.is_empty());
    assert!(shared.iter().all(|term| term["is_editable"] == false), "{shared:?}");
    let of_all = at(&terms, &shared[0]);
    for response in [user.put(&of_all, &json!({"term": "x"})).await, user.delete(&of_all).await] {
        failure(response, StatusCode::FORBIDDEN, "FORBIDDEN").await;
    }
    // One's own word wins over everybody's of the same name, for oneself alone.
    let word =
        shared.iter().find(|term| term["kind"] == "metric").unwrap()["term"].as_str().unwrap().to_owned();
    let mine = json!({"term": word, "kind": "metric", "expression": "COUNT(DISTINCT orders.customer_id)"});
    let mine = data(user.post(&terms, &mine).await).await;
    assert_eq!(mine["is_editable"], true);
    let sql_of = async |user: &TestUser<'_>| {
        let events = user.answer(&format!("{word}是多少")).await;
        let sql = events.iter().find(|event| event.event == "sql");
        sql.map(|event| event.json()["sql"].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert!(sql_of(&user).await.contains("DISTINCT"), "{}", sql_of(&user).await);
    assert!(!sql_of(&other).await.contains("DISTINCT"), "{}", sql_of(&other).await);
    let seen = data(other.get(&terms).await).await;
    assert_eq!(seen["terms"].as_array().unwrap().len(), shared.len());
    for response in [other.put(&at(&terms, &mine), &json!({})).await, other.delete(&at(&terms, &mine)).await]
    {
        failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    }
    data(user.delete(&at(&terms, &mine)).await).await;
    assert!(!sql_of(&user).await.contains("DISTINCT"));

    let drawn = data(user.post(&format!("{demo}/relations"), &relation()).await).await;
    assert_eq!(drawn["is_editable"], true);
    assert_eq!(data(other.get(&format!("{demo}/relations")).await).await, json!({"relations": []}));
}

#[tokio::test]
async fn a_relation_is_drawn_changed_and_deleted() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let relations = format!("{}/relations", own_connection(&app, &user).await);
    let added = user.post(&relations, &relation()).await.json().await;
    let mut expected = relation();
    expected["is_editable"] = json!(true);
    let mut answered = redacted(added["data"].clone());
    assert_eq!(answered.as_object_mut().unwrap().remove("id"), Some(json!("<uuid>")));
    assert_eq!((answered, &added["message"]), (expected, &json!("已添加关联")));
    let path = at(&relations, &added["data"]);
    let changed = data(user.put(&path, &json!({"cardinality": "many_to_many"})).await).await;
    assert_eq!((&changed["cardinality"], &changed["left_table"]), (&json!("many_to_many"), &json!("orders")));
    assert_eq!(
        faulty_fields(user.put(&path, &json!({"right_table": "nothing"})).await).await,
        ["right_table"]
    );
    assert_eq!(data(user.get(&relations).await).await, json!({"relations": [changed]}));
    data(user.delete(&path).await).await;
    failure(user.delete(&path).await, StatusCode::NOT_FOUND, "NOT_FOUND").await;
}
