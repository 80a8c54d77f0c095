//! `/prompts`.

use axum::body::Body;
use http::header::ACCEPT_LANGUAGE;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_testkit::{ScriptedModel, TestApp, TestUser};

use crate::support::{data, failure, faulty_fields};

const PROMPTS: &str = "/api/v1/prompts";

async fn list(user: &TestUser<'_>) -> Vec<Value> {
    data(user.get(PROMPTS).await).await["prompts"].as_array().unwrap().clone()
}

/// The fault of a text as a prompt.
async fn fault(user: &TestUser<'_>, key: &str, text: Value) -> (String, String) {
    let response = user.put(PROMPTS, &json!({"prompts": {key: text}})).await;
    let error = failure(response, StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR").await;
    let fields = error["details"]["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 1, "{error}");
    let text = |name: &str| fields[0][name].as_str().unwrap().to_owned();
    (text("field"), text("message"))
}

#[tokio::test]
async fn the_prompts_that_come_with_wenshu() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let prompts = list(&user).await;
    let keys: Vec<&Value> = prompts.iter().map(|prompt| &prompt["key"]).collect();
    assert_eq!(keys, ["system", "sql_generation", "sql_repair", "summary", "title"]);
    for prompt in &prompts {
        let fields: Vec<&String> = prompt.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["key", "name", "content", "default", "is_customized", "variables"]);
        assert_eq!((&prompt["content"], &prompt["is_customized"]), (&prompt["default"], &json!(false)));
    }
    assert_eq!(prompts[1]["name"], "生成 SQL");
    assert_eq!(prompts[2]["variables"], json!(["sql", "error", "tools"]));
    let english = user.request(Method::GET, PROMPTS).header(ACCEPT_LANGUAGE, "en").body(Body::empty());
    let english = data(app.send(english.unwrap()).await).await;
    assert_eq!(english["prompts"][1]["name"], "Writing SQL");
}

#[tokio::test]
async fn what_changes_is_used_in_the_next_question_of_this_user() {
    let model = ScriptedModel::start().await;
    model.always("in words");
    let app = TestApp::builder().model(&model).start().await;
    let user = app.register("user@example.com").await;
    let other = app.register("other@example.com").await;
    user.answer("hello").await;
    let before = model.last_request();
    let texts = json!({"prompts": {"system": "You speak like a pirate. Today is {{ today }}.", "sql_generation": "Q: {{ question }}"}});
    let changed = data(user.put(PROMPTS, &texts).await).await;
    assert_eq!(changed["prompts"], json!(list(&user).await));
    let customized: Vec<&Value> =
        changed["prompts"].as_array().unwrap().iter().map(|prompt| &prompt["is_customized"]).collect();
    assert_eq!(customized, [true, true, false, false, false]);
    assert_ne!(changed["prompts"][0]["content"], changed["prompts"][0]["default"]);
    user.answer("hello").await;
    let request = model.last_request();
    assert_eq!(request.system(), "You speak like a pirate. Today is 2026-03-18.");
    assert_eq!(request.question(), "Q: hello");
    other.answer("hello").await;
    assert_eq!(model.last_request().system(), before.system());

    let reset = data(user.post(&format!("{PROMPTS}/reset"), &json!({"keys": ["system"]})).await).await;
    assert_eq!(reset["prompts"][0]["is_customized"], false);
    assert_eq!(reset["prompts"][1]["is_customized"], true);
    user.answer("hello").await;
    let request = model.last_request();
    assert_eq!((request.system(), request.question()), (before.system(), "Q: hello".to_owned()));
    // Without a body: all of them.
    let nothing = user.request(Method::POST, &format!("{PROMPTS}/reset")).body(Body::empty()).unwrap();
    let response = app.send(nothing).await.json().await;
    assert_eq!(response["message"], "已重置提示词");
    assert_eq!(response["data"]["prompts"], json!(list(&other).await));
    user.answer("hello").await;
    assert_eq!(model.last_request().question(), before.question());
}

#[tokio::test]
async fn null_and_the_default_text_are_no_customization() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let default = list(&user).await[3]["default"].clone();
    let set = async |text: &Value| {
        let changed = data(user.put(PROMPTS, &json!({"prompts": {"summary": text}})).await).await;
        changed["prompts"][3]["is_customized"] == true
    };
    assert!(set(&json!("{{ rows }}")).await);
    assert!(!set(&default).await);
    assert!(set(&json!("{{ rows }}")).await);
    assert!(!set(&Value::Null).await);
    data(user.put(PROMPTS, &json!({"prompts": {}})).await).await;
    data(user.post(&format!("{PROMPTS}/reset"), &json!({"keys": []})).await).await;
    data(user.post(&format!("{PROMPTS}/reset"), &json!({})).await).await;
}

#[tokio::test]
async fn what_is_no_prompt_is_refused_with_its_line_and_reason() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let before = list(&user).await;
    let endless = format!("{}x{}", "{% for a in question %}".repeat(8), "{% endfor %}".repeat(8));
    for (text, words) in [
        ("one\n{% if %}", "第 2 行：模板语法错误："),
        ("one\n\n{{ secret }}", "第 3 行：用到了不存在的变量、过滤器或函数：secret。可用的变量：dialect"),
        ("{{ question|nothing }}", "第 1 行：用到了不存在的变量、过滤器或函数："),
        ("{% include '/etc/passwd' %}", "第 1 行："),
        (&endless, "模板无法填写："),
        ("{% set s = question ~ question %}", "第 1 行：用到了不存在的变量、过滤器或函数："),
        (" \n", "不能为空"),
    ] {
        let (field, message) = fault(&user, "sql_generation", json!(text)).await;
        assert_eq!(field, "prompts.sql_generation", "{text}");
        assert!(message.contains(words), "{text}: {message}");
    }
    for (key, text, named) in [
        ("nonsense", json!("x"), "prompts.nonsense"),
        ("System", json!("x"), "prompts.System"),
        ("system", json!(7), "prompts.system"),
        ("system", json!("a\u{0}"), "prompts.system"),
        ("system", json!("字".repeat(20_001)), "prompts.system"),
        // What belongs to another prompt is no variable of this one.
        ("system", json!("{{ question }}"), "prompts.system"),
    ] {
        assert_eq!(fault(&user, key, text).await.0, named);
    }
    for body in [json!({}), json!({"prompts": null}), json!({"prompts": []}), json!({"prompts": "x"})] {
        assert_eq!(faulty_fields(user.put(PROMPTS, &body).await).await, ["prompts"], "{body}");
    }
    let several =
        json!({"prompts": {"summary": "{{ rows }}", "system": "{{ x }}", "sql_repair": "{% if %}"}});
    let mut named = faulty_fields(user.put(PROMPTS, &several).await).await;
    named.sort();
    assert_eq!(named, ["prompts.sql_repair", "prompts.system"]);
    for body in [json!({"keys": "system"}), json!({"keys": [7]}), json!({"keys": ["nonsense"]})] {
        let response = user.post(&format!("{PROMPTS}/reset"), &body).await;
        assert_eq!(faulty_fields(response).await, ["keys"], "{body}");
    }
    assert_eq!(list(&user).await, before, "nothing of what was refused is there");
}
