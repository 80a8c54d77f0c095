//! Adding, editing, trying, asking and deleting models.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{ModelTimes, ScriptedModel, ScriptedReply, SseEvent, TestApp, TestServer, TestUser};

use crate::support::{data, failure, faulty_fields, redacted};

const MODELS: &str = "/api/v1/models";
const KEY: &str = "sk-ant-0123456789abcdef";

/// Retries that nobody waits for.
fn times() -> ModelTimes {
    ModelTimes {
        requests: 2,
        backoff: Duration::ZERO,
        longest_backoff: Duration::ZERO,
        ..ModelTimes::default()
    }
}

async fn app() -> TestApp {
    TestApp::builder().model_times(times()).start().await
}

fn claude() -> Value {
    json!({
        "name": "Claude 3.5 Sonnet",
        "provider": "anthropic",
        "model_id": "claude-3-5-sonnet-20241022",
        "base_url": "https://127.0.0.1:1",
        "api_key": KEY,
        "is_default": false,
    })
}

/// A model of this server's.
fn scripted(model: &ScriptedModel, name: &str) -> Value {
    json!({
        "name": name, "provider": "openai_compatible", "model_id": format!("{name}-model"), "base_url": model.url(),
        "api_key": KEY,
    })
}

async fn add(user: &TestUser<'_>, body: &Value) -> Value {
    data(user.post(MODELS, body).await).await
}

async fn list(user: &TestUser<'_>) -> Vec<Value> {
    data(user.get(MODELS).await).await["models"].as_array().unwrap().clone()
}

fn path(model: &Value) -> String {
    format!("{MODELS}/{}", model["id"].as_str().unwrap())
}

async fn defaults(user: &TestUser<'_>) -> Vec<Value> {
    let list = list(user).await;
    list.into_iter().filter(|one| one["is_default"] == true).map(|one| one["name"].clone()).collect()
}

/// What a question is answered with by this model, or by the default one.
async fn answer(user: &TestUser<'_>, model: Option<&Value>) -> String {
    let body = json!({"query": "hi", "model": model});
    let events = user.post("/api/v1/chat/stream", &body).await.events().await;
    words(&events)
}

fn words(events: &[SseEvent]) -> String {
    let pieces = events.iter().filter(|event| event.event == "delta");
    pieces.map(|event| event.json()["content"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_model_is_added_and_listed_as_documented() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let response = user.post(MODELS, &claude()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let expected = json!({
        "success": true,
        "data": {
            "id": "<uuid>",
            "name": "Claude 3.5 Sonnet",
            "provider": "anthropic",
            "model_id": "claude-3-5-sonnet-20241022",
            "base_url": "https://127.0.0.1:1",
            "api_key_configured": true,
            "api_key_hint": "…cdef",
            "is_default": false,
            "is_available": true,
            "is_shared": false,
        },
        "message": "已添加模型",
    });
    assert_eq!(redacted(response.json().await), expected);
    let seen = list(&user).await;
    assert_eq!(redacted(seen[1].clone()), expected["data"]);
    let builtin = json!({
        "id": "<uuid>", "name": "内置引擎 Built-in", "provider": "builtin", "model_id": "builtin", "base_url": null,
        "api_key_configured": false, "api_key_hint": null, "is_default": true, "is_available": true, "is_shared": true,
    });
    assert_eq!(redacted(seen[0].clone()), builtin);
    let other = app.register("other@example.com").await;
    assert_eq!(list(&other).await, [seen[0].clone()]);
}

#[tokio::test]
async fn an_edit_changes_what_it_names() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let added = add(&user, &claude()).await;
    let changed = data(user.put(&path(&added), &json!({"name": " 我的模型 "})).await).await;
    let mut expected = added.clone();
    expected["name"] = json!("我的模型");
    assert_eq!(changed, expected);
    // Absent keeps, null clears; a key that is needed and missing makes it unavailable.
    assert_eq!(data(user.put(&path(&added), &json!({})).await).await, expected);
    let cleared = data(user.put(&path(&added), &json!({"api_key": null, "base_url": null})).await).await;
    for (field, value) in [
        ("api_key_configured", json!(false)),
        ("api_key_hint", Value::Null),
        ("base_url", Value::Null),
        ("is_available", json!(false)),
    ] {
        assert_eq!(cleared[field], value, "{field}");
    }
    let set = data(user.put(&path(&added), &json!({"api_key": " short "})).await).await;
    assert_eq!((&set["api_key_hint"], &set["is_available"]), (&json!("…"), &json!(true)));
    let nothing = user.put(&path(&added), &json!({"name": null, "provider": null, "model_id": ""})).await;
    assert_eq!(faulty_fields(nothing).await, ["name", "provider", "model_id"]);
    let elsewhere = user.put(&path(&added), &json!({"provider": "openai_compatible"})).await;
    assert_eq!(faulty_fields(elsewhere).await, ["base_url"]);
}

#[tokio::test]
async fn questions_go_to_the_model_that_is_named_or_the_default() {
    let (first, second) = (ScriptedModel::start().await, ScriptedModel::start().await);
    first.always("first here");
    second.always("second here");
    let shared = ScriptedModel::start().await;
    shared.always("shared here");
    let app = TestApp::builder().model(&shared).model_times(times()).start().await;
    let user = app.register("user@example.com").await;
    assert_eq!(answer(&user, None).await, "shared here");
    let mine = add(&user, &scripted(&first, "first")).await;
    assert_eq!(answer(&user, None).await, "shared here");
    let mut other = scripted(&second, "second");
    other["is_default"] = json!(true);
    let other = add(&user, &other).await;
    assert_eq!(answer(&user, None).await, "second here");
    for field in ["id", "model_id", "name"] {
        assert_eq!(answer(&user, Some(&mine[field])).await, "first here", "{field}");
    }
    assert_eq!(first.last_request().authorization(), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(first.last_request().model(), "first-model");
    let offered = list(&user).await.into_iter().find(|one| one["name"] == "Scripted").unwrap();
    for field in ["id", "model_id", "name"] {
        assert_eq!(answer(&user, Some(&offered[field])).await, "shared here", "{field}");
    }
    assert_eq!(offered["is_shared"], true);
    assert_eq!((&offered["base_url"], &offered["api_key_configured"]), (&Value::Null, &json!(false)));
    // An edit is asked from then on, in the same moment of the clock.
    let moved = json!({"base_url": first.url(), "api_key": "another-key"});
    data(user.put(&path(&other), &moved).await).await;
    assert_eq!(answer(&user, None).await, "first here");
    assert_eq!(first.last_request().authorization(), Some("Bearer another-key"));
    // Nobody else's.
    let stranger = app.register("stranger@example.com").await;
    for field in ["id", "model_id", "name"] {
        let body = json!({"query": "hi", "model": mine[field]});
        let response = stranger.post("/api/v1/chat/stream", &body).await;
        failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    }
    assert_eq!(answer(&stranger, None).await, "shared here");
}

#[tokio::test]
async fn there_is_one_default() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    assert_eq!(defaults(&user).await, ["内置引擎 Built-in"]);
    let mut body = claude();
    body["is_default"] = json!(true);
    let first = add(&user, &body).await;
    assert_eq!((&first["is_default"], defaults(&user).await), (&json!(true), vec![first["name"].clone()]));
    body["name"] = json!("second");
    let second = add(&user, &body).await;
    assert_eq!(defaults(&user).await, ["second"]);
    data(user.put(&path(&first), &json!({"is_default": false})).await).await;
    assert_eq!(defaults(&user).await, ["second"]);
    let changed = data(user.put(&path(&first), &json!({"is_default": true, "name": "first"})).await).await;
    assert_eq!((&changed["is_default"], defaults(&user).await), (&json!(true), vec![json!("first")]));
    data(user.delete(&path(&first)).await).await;
    assert_eq!(defaults(&user).await, ["内置引擎 Built-in"]);
    data(user.put(&path(&second), &json!({"is_default": true})).await).await;
    data(user.put(&path(&second), &json!({"is_default": false})).await).await;
    assert_eq!(defaults(&user).await, ["内置引擎 Built-in"]);
}

#[tokio::test]
async fn what_everybody_has_is_not_edited_and_keeps_its_id() {
    let model = ScriptedModel::start().await;
    let app = TestApp::builder().model(&model).start().await;
    let again = TestApp::builder().model(&model).start().await;
    let (user, elsewhere) = (app.register("user@example.com").await, again.register("u@example.com").await);
    let shared = list(&user).await;
    assert_eq!(shared.len(), 2);
    assert_eq!(shared, list(&elsewhere).await);
    assert_eq!(shared[0]["name"], "Scripted");
    for one in &shared {
        for response in [
            user.put(&path(one), &json!({"is_default": true})).await,
            user.put(&path(one), &json!({"provider": "nonsense"})).await,
            user.delete(&path(one)).await,
        ] {
            let error = failure(response, StatusCode::FORBIDDEN, "FORBIDDEN").await;
            assert_eq!(error["message"], "这是所有人共用的模型，不能修改或删除");
        }
        let test = data(user.post(&format!("{}/test", path(one)), &json!({})).await).await;
        assert_eq!(test["success"], true, "{test}");
    }
}

#[tokio::test]
async fn a_test_says_whose_fault_it_is() {
    let model = ScriptedModel::start().await;
    model.require_key(KEY);
    model.offer_models(["good"]);
    let app = app().await;
    let user = app.register("user@example.com").await;
    let mut body = scripted(&model, "m");
    body["model_id"] = json!("good");
    let added = add(&user, &body).await;
    let test = async || data(user.post(&format!("{}/test", path(&added)), &json!({})).await).await;
    let change = async |body: Value| data(user.put(&path(&added), &body).await).await;
    let available =
        async || list(&user).await.iter().find(|one| one["name"] == "m").unwrap()["is_available"] == true;

    let good = test().await;
    assert!(good["latency_ms"].is_u64(), "{good}");
    let keys: Vec<&String> = good.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["success", "latency_ms", "message", "reason", "model"]);
    assert_eq!(
        (&good["success"], &good["message"], &good["reason"], &good["model"]),
        (&json!(true), &json!("模型可用"), &Value::Null, &json!("good"))
    );
    let nobody = TestServer::bind().await.local_addr().unwrap();
    let down = ScriptedModel::start().await;
    down.always(ScriptedReply::status(500));
    for (edit, reason, words) in [
        (json!({"api_key": "sk-wrong-key-of-mine"}), "unauthorized", "不接受所配置的密钥（status 401"),
        (
            json!({"api_key": KEY, "model_id": "better"}),
            "unknown_model",
            "没有所配置的模型或地址（status 404",
        ),
        (json!({"base_url": format!("http://{nobody}/v1")}), "unreachable", "连不上语言模型"),
        (json!({"base_url": "http://models.example.invalid/v1"}), "unreachable", "连不上语言模型"),
        (json!({"base_url": down.url()}), "provider_failed", "语言模型的服务出错（status 500"),
    ] {
        change(edit).await;
        assert!(available().await, "{reason}: nobody has tried yet");
        let failed = test().await;
        assert_eq!((&failed["success"], &failed["reason"]), (&json!(false), &json!(reason)), "{failed}");
        let message = failed["message"].as_str().unwrap();
        assert!(message.contains(words) && !message.contains("sk-"), "{message}");
        assert!(!available().await, "{reason}");
    }
    assert_eq!(down.requests().len(), 1, "whoever tries a model wants to know how it is now");
    change(json!({"base_url": model.url(), "model_id": "good"})).await;
    assert_eq!(test().await["success"], true);
    assert!(available().await);
}

#[tokio::test]
async fn deleting_leaves_conversations_that_go_on_with_the_default() {
    let model = ScriptedModel::start().await;
    model.always("mine here");
    let shared = ScriptedModel::start().await;
    shared.always("shared here");
    let app = TestApp::builder().model(&shared).model_times(times()).start().await;
    let user = app.register("user@example.com").await;
    let mut body = scripted(&model, "mine");
    body["is_default"] = json!(true);
    let added = add(&user, &body).await;
    let events = user.answer("hi").await;
    assert_eq!(words(&events), "mine here");
    let conversation = events[0].json()["conversation_id"].clone();
    let response = user.delete(&path(&added)).await;
    assert_eq!(response.json().await, json!({"success": true, "data": null, "message": "已删除模型"}));
    let detail = format!("/api/v1/conversations/{}", conversation.as_str().unwrap());
    let seen = data(user.get(&detail).await).await;
    assert_eq!(
        (&seen["model"], &seen["messages"][1]["content"]),
        (&json!("mine-model"), &json!("mine here"))
    );
    let more = json!({"query": "more", "conversation_id": conversation});
    let events = user.post("/api/v1/chat/stream", &more).await.events().await;
    assert_eq!(words(&events), "shared here");
    assert_eq!(data(user.get(&detail).await).await["model"], "scripted");
    for response in [
        user.delete(&path(&added)).await,
        user.put(&path(&added), &json!({})).await,
        user.post(&format!("{}/test", path(&added)), &json!({})).await,
        user.post("/api/v1/chat/stream", &json!({"query": "hi", "model": added["id"]})).await,
    ] {
        failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    }
}

#[tokio::test]
async fn metadata_and_link_local_hosts_are_refused_however_they_are_written() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let added = add(&user, &claude()).await;
    for url in [
        "http://169.254.169.254/latest",
        "http://0xA9FEA9FE/v1",
        "http://2852039166/v1",
        "http://169.254.43518/v1",
        "https://100.100.100.200",
        "http://[fe80::1]:80/v1",
        "http://[::ffff:169.254.169.254]/v1",
        "http://[fd00:ec2::254]/v1",
    ] {
        let mut body = claude();
        body["base_url"] = json!(url);
        assert_eq!(faulty_fields(user.post(MODELS, &body).await).await, ["base_url"], "{url}");
        let moved = user.put(&path(&added), &json!({"base_url": url})).await;
        assert_eq!(faulty_fields(moved).await, ["base_url"], "{url}");
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let with = |field: &str, value: Value| {
        let mut body = claude();
        body[field] = value;
        body
    };
    let long = "x".repeat(1_025);
    let all = ["name", "provider", "model_id", "base_url", "api_key", "is_default"];
    for (body, fields) in [
        (json!({}), vec!["name", "provider", "model_id"]),
        (json!({"name": " ", "provider": "openai_compatible"}), vec!["name", "model_id", "base_url"]),
        (with("name", json!("a\nb")), vec!["name"]),
        (with("name", json!("字".repeat(101))), vec!["name"]),
        (with("provider", json!("acme")), vec!["provider"]),
        (with("provider", json!("OpenAI")), vec!["provider"]),
        (with("provider", json!("builtin")), vec!["provider"]),
        (with("model_id", json!("x".repeat(201))), vec!["model_id"]),
        (with("model_id", json!("a\u{0}")), vec!["model_id"]),
        (with("base_url", json!("models.example.com/v1")), vec!["base_url"]),
        (with("base_url", json!("ftp://models.example.com")), vec!["base_url"]),
        (with("base_url", json!("http://")), vec!["base_url"]),
        (with("base_url", json!("http://me:pw@127.0.0.1/v1")), vec!["base_url"]),
        (with("base_url", json!("http://127.0.0.1/v1?key=1")), vec!["base_url"]),
        (with("base_url", json!("http://127.0.0.1/v1#x")), vec!["base_url"]),
        (with("base_url", json!(format!("http://127.0.0.1/{long}"))), vec!["base_url"]),
        (with("api_key", json!(long)), vec!["api_key"]),
        (with("api_key", json!("a\nb")), vec!["api_key"]),
        (with("is_default", json!("maybe")), vec!["is_default"]),
        (
            json!({"name": 1, "provider": 2, "model_id": [], "base_url": {}, "api_key": 5, "is_default": 6}),
            all.to_vec(),
        ),
    ] {
        let response = user.post(MODELS, &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{body}");
    }
    assert_eq!(list(&user).await.len(), 1, "nothing of what was refused is there");
    let added = add(&user, &claude()).await;
    let response = user.put(&path(&added), &json!({"name": "", "provider": "x", "base_url": "y"})).await;
    assert_eq!(faulty_fields(response).await, ["name", "provider", "base_url"]);
}

#[tokio::test]
async fn the_key_is_never_answered_and_stored_encrypted() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let added = add(&user, &claude()).await;
    let mut seen = vec![added.to_string(), json!(list(&user).await).to_string()];
    for response in [
        user.put(&path(&added), &json!({"name": "n"})).await,
        user.post(&format!("{}/test", path(&added)), &json!({})).await,
        user.post("/api/v1/chat/stream", &json!({"query": "hi", "model": added["id"]})).await,
        user.put(&path(&added), &json!({"api_key": format!("{KEY}\u{0}")})).await,
        user.put(&path(&added), &json!({"base_url": format!("http://{KEY}@127.0.0.1/")})).await,
    ] {
        seen.push(String::from_utf8_lossy(&response.bytes().await).into_owned());
    }
    assert!(seen.iter().all(|text| !text.contains("0123456789")), "{seen:?}");
    for file in std::fs::read_dir(app.folder.path()).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            let bytes = std::fs::read(&file).unwrap();
            let found = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
            assert!(!found, "{}", file.display());
        }
    }
}

#[tokio::test]
async fn edits_at_once_all_happen() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let added = add(&user, &claude()).await;
    let path = path(&added);
    let (name, model_id, key) = (json!({"name": "n"}), json!({"model_id": "m"}), json!({"api_key": null}));
    let edits =
        futures::future::join3(user.put(&path, &name), user.put(&path, &model_id), user.put(&path, &key));
    let (one, two, three) = tokio::time::timeout(Duration::from_secs(30), edits).await.unwrap();
    for response in [one, two, three] {
        data(response).await;
    }
    let seen = list(&user).await;
    let seen = seen.iter().find(|one| one["id"] == added["id"]).unwrap();
    assert_eq!(
        (&seen["name"], &seen["model_id"], &seen["api_key_configured"]),
        (&json!("n"), &json!("m"), &json!(false))
    );
}

#[tokio::test]
async fn a_question_shows_whether_a_model_is_there() {
    let app = app().await;
    let user = app.register("user@example.com").await;
    let model = ScriptedModel::start().await;
    model.require_key(KEY);
    model.always("in words");
    let added = add(&user, &scripted(&model, "m")).await;
    let is_available =
        async || list(&user).await.iter().find(|one| one["name"] == "m").unwrap()["is_available"] == true;
    let ask = async || user.get("/api/v1/chat/stream?query=hello&model=m").await.events().await;
    for (key, answers) in [("sk-other", false), (KEY, true)] {
        data(user.put(&path(&added), &json!({"api_key": key})).await).await;
        assert!(is_available().await, "nothing is known of it yet");
        let last = ask().await.pop().unwrap();
        assert_eq!(last.event == "done", answers, "{}", last.json());
        assert_eq!(is_available().await, answers);
    }
}
