//! `/shared/models`: what everybody is offered, by the configuration and by admins.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{ScriptedModel, ScriptedReply, TestApp, TestUser};

use super::support::{faulty_fields, fine, fine_as, gone, problem};
use crate::support::{data, failure};

const MODELS: &str = "/wenshu/v1/shared/models";
const KEY: &str = "sk-shared-0123456789abcdef";
const COUNT: &str = "```sql\nSELECT COUNT(*) AS 客户数 FROM customers\n```";

/// A model of this server's.
fn scripted(model: &ScriptedModel, name: &str, multiplier: i64) -> Value {
    json!({
        "name": name, "provider": "openai_compatible", "model_id": format!("{name}-model"), "base_url": model.url(),
        "api_key": KEY, "multiplier": multiplier,
    })
}

async fn share(admin: &TestUser<'_>, body: &Value) -> Value {
    fine_as(admin.post(MODELS, body).await, StatusCode::CREATED).await
}

fn path(model: &Value) -> String {
    format!("{MODELS}/{}", model["id"].as_str().unwrap())
}

/// The models that somebody is offered in QueryGPT's contract, by name.
async fn offered(user: &TestUser<'_>) -> Vec<Value> {
    data(user.get("/api/v1/models").await).await["models"].as_array().unwrap().clone()
}

fn names(models: &[Value]) -> Vec<&str> {
    models.iter().map(|model| model["name"].as_str().unwrap()).collect()
}

/// What a chat of AIDeer's costs.
async fn chat_costs(app: &TestApp, user: &TestUser<'_>) -> i64 {
    let chat = json!({"preset_id": null, "title": "t", "messages": [{"role": "user", "content": "hi"}]});
    let chat = fine(user.post("/api/v1/chats", &chat).await).await["id"].clone();
    let task = json!({"chat_id": chat, "type": "chat_generation"});
    let task = fine(user.post("/api/v1/tasks", &task).await).await["task_id"].as_str().unwrap().to_owned();
    let events = app.get(&format!("/api/v1/tasks/{task}/stream")).await.events().await;
    let end = &events[events.len() - 2].json();
    assert_eq!(end["status"], "finished", "{end}");
    end["token_cost"].as_i64().unwrap()
}

#[tokio::test]
async fn everybody_is_answered_by_it_and_pays_what_the_admin_says() {
    let model = ScriptedModel::start().await;
    model.when("一共有多少客户").replies([
        ScriptedReply::from(COUNT).usage(900, 20),
        ScriptedReply::pieces(["一共有 2000 位客户。"]).usage(100, 5),
    ]);
    model.always(ScriptedReply::pieces(["Hello"]).usage(7, 11));
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    let ann = app.sign_up("ann").await;
    app.grant(&ann, 1_000).await;
    assert_eq!(names(&offered(&ann).await), ["内置引擎 Built-in"]);
    let shared = share(&admin, &scripted(&model, "shared", 3)).await;
    assert_eq!(shared["source"], "stored");
    assert_eq!((&shared["multiplier"], &shared["api_key_hint"]), (&json!(3), &json!("…cdef")));

    let list = offered(&ann).await;
    assert_eq!(names(&list), ["shared", "内置引擎 Built-in"]);
    assert_eq!((&list[0]["is_default"], &list[0]["is_shared"]), (&json!(true), &json!(true)));
    assert_eq!((&list[0]["base_url"], &list[0]["api_key_configured"]), (&Value::Null, &json!(false)));
    let events = ann.answer("一共有多少客户？").await;
    let done = events.last().unwrap();
    assert_eq!(done.event, "done", "{events:?}");
    assert_eq!(done.json()["usage"], json!({"input_tokens": 1000, "output_tokens": 25}));
    assert_eq!(model.requests()[0].authorization(), Some(format!("Bearer {KEY}").as_str()));
    let conversation =
        format!("/api/v1/conversations/{}", events[0].json()["conversation_id"].as_str().unwrap());
    assert_eq!(data(ann.get(&conversation).await).await["model"], "shared-model");

    assert_eq!(chat_costs(&app, &ann).await, 18 * 3);
    assert_eq!(fine(ann.get("/api/v1/users/me").await).await["credits_left"], 1_000 - 54);
    let changed = fine(admin.put(&path(&shared), &json!({"multiplier": null})).await).await;
    assert_eq!((&changed["multiplier"], &changed["name"]), (&json!(1), &json!("shared")));
    assert_eq!(chat_costs(&app, &ann).await, 18, "the new price holds at once");

    let renamed = fine(admin.put(&path(&shared), &json!({"name": "渠道"})).await).await;
    assert_eq!((&renamed["name"], &renamed["api_key_configured"]), (&json!("渠道"), &json!(true)));
    assert_eq!(names(&offered(&ann).await)[0], "渠道");
    gone(admin.delete(&path(&shared)).await).await;
    assert_eq!(names(&offered(&ann).await), ["内置引擎 Built-in"]);
    assert_eq!(data(ann.get(&conversation).await).await["messages"].as_array().unwrap().len(), 2);
    problem(admin.delete(&path(&shared)).await, StatusCode::NOT_FOUND, "not_found").await;
}

#[tokio::test]
async fn those_of_the_configuration_are_listed_and_changed_there_alone() {
    let model = ScriptedModel::start().await;
    let app = TestApp::builder().model(&model).start().await;
    let admin = app.register("admin@example.com").await;
    let user = app.register("user@example.com").await;
    let shared = share(&admin, &scripted(&model, "ours", 0)).await;
    let listed = fine(admin.get(MODELS).await).await;
    let listed = listed["models"].as_array().unwrap();
    assert_eq!(listed[1], shared);
    let configured = &listed[0];
    let fields = json!({
        "id": configured["id"], "source": "configuration", "name": "Scripted", "provider": "openai_compatible",
        "model_id": "scripted", "base_url": null, "api_key_configured": false, "api_key_hint": null, "multiplier": 1,
        "is_available": true, "created_at": null,
    });
    assert_eq!((listed.len(), configured), (2, &fields));
    let refused = admin.put(&path(configured), &json!({"name": "x"})).await;
    problem(refused, StatusCode::FORBIDDEN, "configured_model").await;
    problem(admin.delete(&path(configured)).await, StatusCode::FORBIDDEN, "configured_model").await;
    model.always(ScriptedReply::from("OK"));
    for one in listed {
        let test = fine(admin.post(&format!("{}/test", path(one)), &json!({})).await).await;
        assert_eq!((&test["success"], &test["model"]), (&json!(true), &one["model_id"]), "{test}");
    }
    // The configuration's are before those of admins, and the default; neither can be changed as if it were one's own.
    assert_eq!(names(&offered(&user).await), ["Scripted", "ours", "内置引擎 Built-in"]);
    for somebody in [&user, &admin] {
        let own = format!("/api/v1/models/{}", shared["id"].as_str().unwrap());
        failure(somebody.put(&own, &json!({"name": "x"})).await, StatusCode::FORBIDDEN, "FORBIDDEN").await;
        failure(somebody.delete(&own).await, StatusCode::FORBIDDEN, "FORBIDDEN").await;
    }
    // And nobody's own is anybody else's to share or to change.
    let own = json!({"name": "mine", "provider": "ollama", "model_id": "m"});
    let own = data(user.post("/api/v1/models", &own).await).await;
    problem(admin.put(&path(&own), &json!({"name": "x"})).await, StatusCode::NOT_FOUND, "not_found").await;
    problem(admin.delete(&path(&own)).await, StatusCode::NOT_FOUND, "not_found").await;
    let test = admin.post(&format!("{}/test", path(&own)), &json!({})).await;
    problem(test, StatusCode::NOT_FOUND, "not_found").await;
    assert_eq!(fine(admin.get(MODELS).await).await["models"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn its_key_is_in_no_answer_and_metadata_services_are_no_models() {
    let app = TestApp::start().await;
    let admin = app.register("admin@example.com").await;
    let user = app.register("user@example.com").await;
    let body = json!({"name": "a", "provider": "anthropic", "model_id": "claude", "api_key": KEY});
    let shared = share(&admin, &body).await;
    let texts = [
        shared.to_string(),
        fine(admin.get(MODELS).await).await.to_string(),
        fine(admin.put(&path(&shared), &json!({"name": "b"})).await).await.to_string(),
        data(admin.get("/api/v1/models").await).await.to_string(),
        data(user.get("/api/v1/models").await).await.to_string(),
    ];
    for text in &texts {
        assert!(!text.contains(&KEY[..KEY.len() - 4]), "{text}");
    }
    let cleared = fine(admin.put(&path(&shared), &json!({"api_key": null})).await).await;
    assert_eq!((&cleared["api_key_configured"], &cleared["is_available"]), (&json!(false), &json!(false)));
    assert_eq!(offered(&user).await[0]["is_available"], false);

    assert_eq!(faulty_fields(admin.post(MODELS, &json!({})).await).await, ["name", "provider", "model_id"]);
    let bad = json!({
        "name": 7, "provider": "builtin", "model_id": "", "base_url": "http://169.254.169.254/v1", "api_key": [],
        "multiplier": -1,
    });
    assert_eq!(
        faulty_fields(admin.post(MODELS, &bad).await).await,
        ["name", "provider", "model_id", "base_url", "api_key", "multiplier"]
    );
    for multiplier in [json!(1_000_001), json!(0.5), json!("many")] {
        let refused = admin.put(&path(&shared), &json!({"multiplier": multiplier})).await;
        assert_eq!(faulty_fields(refused).await, ["multiplier"]);
    }
}

#[tokio::test]
async fn another_process_learns_of_every_change() {
    let model = ScriptedModel::start().await;
    let here = TestApp::start().await;
    let admin = here.register("admin@example.com").await;
    let there = TestApp::builder().beside(&here).start().await;
    let elsewhere = async || {
        let request = there.request_as(&admin.access_token, http::Method::GET, "/api/v1/models");
        let body = data(there.send(request.body(axum::body::Body::empty()).unwrap()).await).await;
        body["models"][0]["name"].clone()
    };
    assert_eq!(elsewhere().await, "内置引擎 Built-in");
    let shared = share(&admin, &scripted(&model, "shared", 1)).await;
    assert_eq!(elsewhere().await, "shared");
    fine(admin.put(&path(&shared), &json!({"name": "renamed"})).await).await;
    assert_eq!(elsewhere().await, "renamed");
    gone(admin.delete(&path(&shared)).await).await;
    assert_eq!(elsewhere().await, "内置引擎 Built-in");
}
