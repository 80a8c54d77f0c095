//! Pictures in chats: they are shown to the model, or it is said that they can't be.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{ScriptedModel, ScriptedReply, TestApp, TestUser};

use super::support::{faulty_fields, fine};

const CAT: &str = "data:image/png;base64,iVBORw0=";

async fn chat(user: &TestUser<'_>, picture: &str) -> String {
    let messages = json!([
        {"role": "user", "type": "image", "content": picture},
        {"role": "user", "content": "hello"},
    ]);
    let body = json!({"preset_id": null, "title": "t", "messages": messages});
    fine(user.post("/api/v1/chats", &body).await).await["id"].as_str().unwrap().to_owned()
}

fn task(chat: &str) -> Value {
    json!({"chat_id": chat, "type": "chat_generation"})
}

async fn end(app: &TestApp, user: &TestUser<'_>, chat: &str) -> Value {
    let begun = fine(user.post("/api/v1/tasks", &task(chat)).await).await;
    let path = format!("/api/v1/tasks/{}/stream", begun["task_id"].as_str().unwrap());
    let events = app.get(&path).await.events().await;
    events[events.len() - 2].json()
}

#[tokio::test]
async fn a_picture_is_shown_to_the_model() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["a cat"]).without_usage());
    let app = TestApp::builder().model(&model).start().await;
    let ann = app.sign_up("ann").await;
    for picture in [CAT, "https://127.0.0.1:1/cat.png"] {
        let end = end(&app, &ann, &chat(&ann, picture).await).await;
        assert_eq!(end["content"], "a cat");
        assert!(end["token_cost"].as_i64().unwrap() > 500, "a picture counts: {end}");
        let content = &model.last_request().body["messages"][0]["content"];
        assert_eq!(
            (&content[0]["image_url"]["url"], &content[1]["text"]),
            (&json!(picture), &json!("hello"))
        );
    }
}

#[tokio::test]
async fn a_model_that_takes_none_fails_with_that_and_costs_nothing() {
    let refusal = json!({"error": {"message": "This model does not support image input", "code": null}});
    for status in [400, 404, 422] {
        let model = ScriptedModel::start().await;
        model
            .when_request(|request| request.body["messages"].to_string().contains("image_url"))
            .reply(ScriptedReply::status_with(status, refusal.clone()));
        let app = TestApp::builder().model(&model).start().await;
        app.sign_up("admin").await;
        let ann = app.sign_up("ann").await;
        app.grant(&ann, 10_000).await;
        let end = end(&app, &ann, &chat(&ann, CAT).await).await;
        assert_eq!((&end["status"], &end["token_cost"]), (&json!("failed"), &json!(0)));
        assert!(end["error"].as_str().unwrap().contains("图片"), "{end}");
        assert_eq!(fine(ann.get("/api/v1/users/me").await).await["credits_left"], 10_000);
    }
}

#[tokio::test]
async fn what_no_model_can_be_shown_is_refused_before_anything_is_asked() {
    let model = ScriptedModel::start().await;
    let app = TestApp::builder().model(&model).start().await;
    let ann = app.sign_up("ann").await;
    for picture in ["http://example.com/cat.png", "/cat.png", "data:image/svg+xml;base64,PHN2Zz4=", "a cat"] {
        let refused = ann.post("/api/v1/tasks", &task(&chat(&ann, picture).await)).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(faulty_fields(refused).await, ["body.chat_id"], "{picture}");
    }
    assert!(model.requests().is_empty());
}

#[tokio::test]
async fn what_was_said_before_and_what_others_show_is_passed_over() {
    let model = ScriptedModel::start().await;
    let app = TestApp::builder().model(&model).start().await;
    let ann = app.sign_up("ann").await;
    let picture = |role: &str, content: &str| json!({"role": role, "type": "image", "content": content});
    let words = |role: &str, content: &str| json!({"role": role, "content": content});
    let preset = json!({
        "title": "p", "type": "chat_generation", "visibility": "private", "parameters": {},
        "messages": [picture("user", "http://example.com/cat.png"), words("system", "be kind")],
    });
    let preset = fine(ann.post("/api/v1/presets", &preset).await).await["id"].clone();
    let messages = json!([
        picture("user", "http://example.com/cat.png"),
        words("user", "what is this?"),
        picture("assistant", CAT),
        words("assistant", "a cat"),
        words("user", "thanks"),
    ]);
    let chat = json!({"preset_id": preset, "title": "t", "messages": messages});
    let chat = fine(ann.post("/api/v1/chats", &chat).await).await["id"].as_str().unwrap().to_owned();
    let end = end(&app, &ann, &chat).await;
    assert_eq!((&end["status"], &end["content"]), (&json!("finished"), &json!("Hello!")));
    let asked = model.last_request().body["messages"].to_string();
    assert!(
        asked.contains("be kind") && asked.contains("what is this?") && asked.contains("thanks"),
        "{asked}"
    );
    assert!(!asked.contains("image_url") && !asked.contains("cat.png"), "{asked}");
}
