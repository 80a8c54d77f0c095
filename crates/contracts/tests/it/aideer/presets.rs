//! `/presets`.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{ScriptedModel, TestApp, TestUser};

use super::support::{failure, faulty_fields, fine};

async fn make(user: &TestUser<'_>, body: &Value) -> Value {
    fine(user.post("/api/v1/presets", body).await).await
}

fn at(preset: &Value) -> String {
    format!("/api/v1/presets/{}", preset["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_preset_is_made_read_changed_and_deleted() {
    let model = ScriptedModel::start().await;
    let app = TestApp::builder().model(&model).start().await;
    app.sign_up("admin").await;
    let ann = app.sign_up("ann").await;
    let parameters = json!({
        "model": "scripted", "seed": i64::MAX, "max_tokens": 100, "top_p": 1.0, "top_k": 100,
        "repetition_penalty": 0.0, "frequency_penalty": -2.0, "presence_penalty": 2.0, "temperature": 1.99,
    });
    let body = json!({
        "title": "诗人", "description": "写诗", "type": "chat_generation", "visibility": "unlisted",
        "parameters": parameters, "messages": [{"role": "system", "content": "Write poems."}],
    });
    let preset = make(&ann, &body).await;
    let expected = json!({
        "id": preset["id"], "owner_id": ann.id.parse::<i64>().unwrap(), "title": "诗人", "description": "写诗",
        "type": "chat_generation", "visibility": "unlisted", "parameters": parameters,
        "messages": [{"role": "system", "type": "text", "content": "Write poems.", "visibility": true,
            "create_time": "2026-03-18T12:00:00Z"}],
        "create_time": "2026-03-18T12:00:00Z", "update_time": "2026-03-18T12:00:00Z",
    });
    assert_eq!(preset, expected);
    assert_eq!(fine(ann.get(&at(&preset)).await).await, expected);
    assert_eq!(fine(ann.get("/api/v1/presets").await).await, json!([expected]));
    let changed = fine(ann.put(&at(&preset), &json!({"title": "散文家"})).await).await;
    assert_eq!((&changed["description"], &changed["parameters"]), (&Value::Null, &json!({})));
    assert_eq!((&changed["visibility"], &changed["messages"]), (&json!("unlisted"), &json!([])));
    fine(ann.delete(&at(&preset)).await).await;
    failure(ann.get(&at(&preset)).await, StatusCode::NOT_FOUND).await;
    failure(ann.delete(&at(&preset)).await, StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn presets_are_seen_and_changed_by_whom_they_are_for() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let of = |visibility: &str| json!({"title": visibility, "visibility": visibility});
    failure(ann.post("/api/v1/presets", &of("public")).await, StatusCode::FORBIDDEN).await;
    let [private, unlisted] = [make(&ann, &of("private")).await, make(&ann, &of("unlisted")).await];
    let public = make(&admin, &of("public")).await;
    failure(ann.put(&at(&private), &of("public")).await, StatusCode::FORBIDDEN).await;
    failure(bob.get(&at(&private)).await, StatusCode::FORBIDDEN).await;
    for preset in [&unlisted, &public] {
        assert_eq!(&fine(bob.get(&at(preset)).await).await, preset);
    }
    for preset in [&private, &unlisted, &public] {
        failure(bob.put(&at(preset), &of("private")).await, StatusCode::FORBIDDEN).await;
        failure(bob.delete(&at(preset)).await, StatusCode::FORBIDDEN).await;
    }
    failure(admin.put(&at(&private), &of("private")).await, StatusCode::FORBIDDEN).await;
    assert_eq!(fine(bob.get("/api/v1/presets").await).await, json!([public]));
    // What isn't said of who may read it stays as it is.
    let public = fine(admin.put(&at(&public), &json!({"title": "new"})).await).await;
    assert_eq!((&public["title"], &public["visibility"]), (&json!("new"), &json!("public")));
    assert_eq!(fine(ann.get("/api/v1/presets").await).await.as_array().unwrap().len(), 3);
    fine(admin.delete(&at(&public)).await).await;
}

#[tokio::test]
async fn fields_are_checked() {
    let app = TestApp::start().await;
    let ann = app.sign_up("ann").await;
    for (body, field) in [
        (json!({}), "title"),
        (json!({"title": "x".repeat(51)}), "title"),
        (json!({"title": "t", "description": "x".repeat(256)}), "description"),
        (json!({"title": "t", "description": ""}), "description"),
        (json!({"title": "t", "type": "video_generation"}), "type"),
        (json!({"title": "t", "visibility": "shared"}), "visibility"),
        (json!({"title": "t", "parameters": []}), "parameters"),
        (json!({"title": "t", "messages": [{"role": "user"}]}), "messages.0.content"),
    ] {
        let response = ann.post("/api/v1/presets", &body).await;
        assert_eq!(faulty_fields(response).await, [format!("body.{field}")], "{body}");
    }
    for (name, values) in [
        ("model", vec![json!(""), json!(1), json!("no such model")]),
        ("seed", vec![json!(-1), json!(1.5), json!(9_223_372_036_854_775_808_u64)]),
        ("max_tokens", vec![json!(0), json!("many")]),
        ("top_p", vec![json!(0), json!(1.01), json!("NaN")]),
        ("top_k", vec![json!(0), json!(101)]),
        ("repetition_penalty", vec![json!(-0.1)]),
        ("frequency_penalty", vec![json!(-2.1), json!(2.1)]),
        ("presence_penalty", vec![json!(-2.1), json!(2.1)]),
        ("temperature", vec![json!(-0.1), json!(2), json!(true)]),
    ] {
        for value in values {
            let body = json!({"title": "t", "parameters": {name: value}});
            let response = ann.post("/api/v1/presets", &body).await;
            assert_eq!(faulty_fields(response).await, [format!("body.parameters.{name}")], "{body}");
        }
    }
}
