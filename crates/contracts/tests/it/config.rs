//! `/config`.

use serde_json::{Value, json};
use wenshu_testkit::{ScriptedInterpreter, TestApp, TestUser};

use crate::support::{data, faulty_fields};

const CONFIG: &str = "/api/v1/config";

async fn connections(user: &TestUser<'_>) -> Vec<Value> {
    let list = data(user.get("/api/v1/connections").await).await;
    list["connections"].as_array().unwrap().clone()
}

#[tokio::test]
async fn nothing_chosen_is_the_defaults() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let demo = connections(&user).await[0]["id"].clone();
    let builtin = data(user.get("/api/v1/models").await).await["models"][0]["id"].clone();
    let answer = user.get(CONFIG).await.json().await;
    assert_eq!(
        answer,
        json!({
            "success": true,
            "data": {
                "language": "zh", "theme": "light", "default_model_id": builtin, "default_connection_id": demo,
                "view_mode": "user", "context_rounds": 3,
            },
            "message": "操作成功",
        })
    );
}

#[tokio::test]
async fn what_is_named_changes_and_null_is_the_default_again() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let other = app.register("other@example.com").await;
    let before = data(user.get(CONFIG).await).await;
    let documented = json!({"language": "en", "theme": "dark", "view_mode": "developer"});
    let changed = data(user.put(CONFIG, &documented).await).await;
    let mut expected = before.clone();
    for (name, value) in documented.as_object().unwrap() {
        expected[name] = value.clone();
    }
    assert_eq!(changed, expected);
    assert_eq!(data(user.put(CONFIG, &json!({"context_rounds": 0})).await).await["context_rounds"], 0);
    assert_eq!(data(user.put(CONFIG, &json!({"context_rounds": 20})).await).await["theme"], "dark");
    let nothing = json!({"language": null, "theme": null, "view_mode": null, "context_rounds": null});
    data(user.put(CONFIG, &nothing).await).await;
    assert_eq!(data(user.get(CONFIG).await).await, before);
    assert_eq!(data(other.get(CONFIG).await).await, before);
}

#[tokio::test]
async fn the_default_connection_is_the_one_that_the_list_marks() {
    let app = TestApp::start().await;
    app.sqlite_file("mine.db");
    let user = app.register("user@example.com").await;
    let other = app.register("other@example.com").await;
    let demo = connections(&user).await[0]["id"].clone();
    let body = json!({"name": "mine", "driver": "sqlite", "database": "mine.db", "is_default": true});
    let mine = data(user.post("/api/v1/connections", &body).await).await["id"].clone();
    let marked = async || {
        let list = connections(&user).await;
        let marked: Vec<Value> = list.iter().filter(|one| one["is_default"] == true).cloned().collect();
        assert_eq!(marked.len(), 1);
        marked[0]["id"].clone()
    };
    assert_eq!(data(user.get(CONFIG).await).await["default_connection_id"], mine);
    for id in [&demo, &mine] {
        let changed = data(user.put(CONFIG, &json!({"default_connection_id": id})).await).await;
        assert_eq!(&changed["default_connection_id"], id);
        assert_eq!(&marked().await, id);
    }
    data(user.put(CONFIG, &json!({"default_connection_id": null})).await).await;
    assert_eq!(marked().await, demo);
    let not_theirs = other.put(CONFIG, &json!({"default_connection_id": mine})).await;
    assert_eq!(faulty_fields(not_theirs).await, ["default_connection_id"]);
}

#[tokio::test]
async fn the_default_model_is_the_one_that_the_list_marks() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let other = app.register("other@example.com").await;
    let body = json!({"name": "mine", "provider": "ollama", "model_id": "qwen3", "is_default": true});
    let mine = data(user.post("/api/v1/models", &body).await).await["id"].clone();
    let list = async || data(user.get("/api/v1/models").await).await["models"].as_array().unwrap().clone();
    let marked = async || {
        let list = list().await;
        let marked: Vec<Value> = list.iter().filter(|one| one["is_default"] == true).cloned().collect();
        assert_eq!(marked.len(), 1);
        marked[0]["id"].clone()
    };
    assert_eq!(data(user.get(CONFIG).await).await["default_model_id"], mine);
    let builtin = list().await[1]["id"].clone();
    for id in [&builtin, &mine] {
        let changed = data(user.put(CONFIG, &json!({"default_model_id": id})).await).await;
        assert_eq!(&changed["default_model_id"], id);
        assert_eq!(&marked().await, id);
    }
    data(user.put(CONFIG, &json!({"default_model_id": null})).await).await;
    assert_eq!(marked().await, builtin);
    let not_theirs = other.put(CONFIG, &json!({"default_model_id": mine})).await;
    assert_eq!(faulty_fields(not_theirs).await, ["default_model_id"]);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let id = "0190f5a0-0000-7000-8000-00000000ffff";
    let all =
        ["language", "theme", "default_model_id", "default_connection_id", "view_mode", "context_rounds"];
    for (body, fields) in [
        (
            json!({"language": "de", "theme": "red", "default_model_id": id, "default_connection_id": id, "view_mode": "x",
                "context_rounds": 21}),
            all.to_vec(),
        ),
        (
            json!({"language": 1, "theme": 2, "default_model_id": 3, "default_connection_id": "x", "view_mode": [],
                "context_rounds": "many"}),
            all.to_vec(),
        ),
        (json!({"context_rounds": -1}), vec!["context_rounds"]),
        (json!({"context_rounds": 1.5}), vec!["context_rounds"]),
        (json!({"language": "ZH"}), vec!["language"]),
        (json!({"language": ""}), vec!["language"]),
    ] {
        let mut named = faulty_fields(user.put(CONFIG, &body).await).await;
        named.sort_by_key(|field| all.iter().position(|one| one == field));
        assert_eq!(named, fields, "{body}");
    }
    let nothing_of_it = json!({"theme": "dark", "language": "de"});
    assert_eq!(faulty_fields(user.put(CONFIG, &nothing_of_it).await).await, ["language"]);
    assert_eq!(data(user.get(CONFIG).await).await["theme"], "light");
}

#[tokio::test]
async fn answers_are_in_the_preferred_language_unless_the_question_asks_for_another() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    let first_words = async |query: &str| {
        let events = user.get(&format!("/api/v1/chat/stream?query=hello{query}")).await.events().await;
        events[0].json()["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(first_words("").await, "正在分析查询...");
    data(user.put(CONFIG, &json!({"language": "en"})).await).await;
    assert_eq!(first_words("").await, "Analyzing the question...");
    assert_eq!(first_words("&language=zh").await, "正在分析查询...");
}

#[tokio::test]
async fn a_question_is_read_with_as_many_earlier_rounds_as_preferred() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let follow_up = async || {
        let events = user.answer("上月各城市的销售额").await;
        let conversation = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
        let body = json!({"query": "那本月呢", "conversation_id": conversation});
        let events = user.post("/api/v1/chat/stream", &body).await.events().await;
        events.last().unwrap().event.clone()
    };
    assert_eq!(follow_up().await, "done");
    data(user.put(CONFIG, &json!({"context_rounds": 0})).await).await;
    assert_eq!(follow_up().await, "error", "there is nothing to complete it from");
}
