//! Conversations by number, in open mode.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::app::NOON;
use wenshu_testkit::{ScriptedModel, ScriptedReply, TestApp};

use super::support::{conversation, failure, faulty_fields, fine, user};

#[tokio::test]
async fn a_conversation_is_begun_listed_and_read() {
    let app = TestApp::builder().without_demo().start().await;
    let ann = user(&app, "ann").await;
    let body = json!({"user_id": ann, "name": " 第一次 "});
    let named = fine(app.post("/api/v1/conversations/", &body).await).await;
    let keys: Vec<&String> = named.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["user_id", "name", "id", "created_at"]);
    assert_eq!(named["user_id"], ann);
    assert_eq!(named["name"], "第一次");
    assert_eq!(named["created_at"], NOON);
    // The path without its slash is the same.
    let unnamed = fine(app.post("/api/v1/conversations", &json!({"user_id": ann})).await).await;
    assert_eq!(unnamed["name"], Value::Null);
    let listed = fine(app.get(&format!("/api/v1/users/{ann}/conversations")).await).await;
    assert_eq!(listed, json!([unnamed, named]), "newest first");
    let read = fine(app.get(&format!("/api/v1/conversations/{}", named["id"])).await).await;
    let mut expected = named.clone();
    expected["messages"] = json!([]);
    assert_eq!(read, expected);
}

#[tokio::test]
async fn the_list_comes_in_parts() {
    let app = TestApp::builder().without_demo().start().await;
    let ann = user(&app, "ann").await;
    let mut numbers = Vec::new();
    for _ in 0..12 {
        numbers.insert(0, conversation(&app, ann).await);
    }
    let path = format!("/api/v1/users/{ann}/conversations");
    let listed = async |query: &str| -> Vec<i64> {
        let list = fine(app.get(&format!("{path}?{query}")).await).await;
        list.as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(listed("").await, numbers[..10]);
    assert_eq!(listed("skip=10").await, numbers[10..]);
    assert_eq!(listed("skip=1&limit=2").await, numbers[1..3]);
    assert_eq!(listed("limit=100").await, numbers);
    assert!(listed("skip=9223372036854775807").await.is_empty());
    for (query, fields) in [
        ("skip=-1", vec!["query.skip"]),
        ("limit=0", vec!["query.limit"]),
        ("limit=101", vec!["query.limit"]),
        ("limit=x&skip=y", vec!["query.skip", "query.limit"]),
        ("skip=1.5", vec!["query.skip"]),
        ("limit=", vec!["query.limit"]),
    ] {
        let response = app.get(&format!("{path}?{query}")).await;
        assert_eq!(faulty_fields(response).await, fields, "{query}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_documents_words() {
    let app = TestApp::builder().without_demo().start().await;
    let body = json!({"user_id": 99});
    let text = failure(app.post("/api/v1/conversations/", &body).await, StatusCode::NOT_FOUND).await;
    assert_eq!(text, "User not found");
    for path in ["/api/v1/users/99/conversations", "/api/v1/users/99999999999999999999/conversations"] {
        assert_eq!(failure(app.get(path).await, StatusCode::NOT_FOUND).await, "User not found");
    }
    for number in ["0", "99", "99999999999999999999"] {
        let path = format!("/api/v1/conversations/{number}");
        assert_eq!(failure(app.get(&path).await, StatusCode::NOT_FOUND).await, "Conversation not found");
    }
    let body = json!({"conversation_id": 99, "message": "hi"});
    let text = failure(app.post("/api/v1/chat", &body).await, StatusCode::NOT_FOUND).await;
    assert_eq!(text, "Conversation not found");
    for (path, body, fields) in [
        ("/api/v1/conversations/", json!({}), vec!["body.user_id"]),
        ("/api/v1/conversations/", json!({"user_id": "x", "name": 7}), vec!["body.user_id", "body.name"]),
        ("/api/v1/conversations/", json!({"user_id": 1.5}), vec!["body.user_id"]),
        ("/api/v1/conversations/", json!({"user_id": 1, "name": "x".repeat(201)}), vec!["body.name"]),
        ("/api/v1/chat", json!({}), vec!["body.conversation_id", "body.message"]),
        ("/api/v1/chat", json!({"conversation_id": 1, "message": ""}), vec!["body.message"]),
        ("/api/v1/chat", json!({"conversation_id": 1, "message": " \n\t"}), vec!["body.message"]),
        ("/api/v1/chat", json!({"conversation_id": 1, "message": "x".repeat(100_001)}), vec!["body.message"]),
        ("/api/v1/chat", json!({"conversation_id": 1, "message": "a\u{0}"}), vec!["body.message"]),
        ("/api/v1/chat", json!({"conversation_id": "one", "message": "a"}), vec!["body.conversation_id"]),
    ] {
        assert_eq!(faulty_fields(app.post(path, &body).await).await, fields, "{path} {fields:?}");
    }
    let response = app.get("/api/v1/users/x/conversations").await;
    assert_eq!(faulty_fields(response).await, ["path.user_id"]);
}

#[tokio::test]
async fn a_conversation_is_the_same_in_every_contract() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["Blue."]));
    let app = TestApp::builder().model(&model).start().await;
    let person = app.sign_up("ann").await;
    let number: i64 = person.id.parse().unwrap();
    let unnamed = conversation(&app, number).await;
    let said = json!({"conversation_id": unnamed, "message": "Why is the sky blue?\nSay it in a word."});
    app.post("/api/v1/chat", &said).await.bytes().await;
    // It has no name here, and elsewhere it is called by what was said first.
    let read = fine(app.get(&format!("/api/v1/conversations/{unnamed}")).await).await;
    assert_eq!(read["name"], Value::Null);
    let contents: Vec<&str> = read["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["content"].as_str().unwrap())
        .collect();
    assert_eq!(contents, ["Why is the sky blue?\nSay it in a word.", "Blue."]);
    let chats = fine(person.get("/api/v1/chats").await).await;
    assert_eq!(chats[0]["title"], "Why is the sky blue? Say it in a word.");
    assert_eq!(chats[0]["messages"][1]["content"], "Blue.");
    let listed = person.get("/api/v1/conversations").await.json().await;
    let id = listed["data"]["conversations"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(Value::from(id.clone()), chats[0]["id"]);
    // A name that is given elsewhere is its name here too.
    let renamed = person.patch(&format!("/api/v1/conversations/{id}"), &json!({"title": "Sky"})).await;
    assert_eq!(renamed.status(), StatusCode::OK);
    let read = fine(app.get(&format!("/api/v1/conversations/{unnamed}")).await).await;
    assert_eq!(read["name"], "Sky");
    // What a system is told isn't listed, and the beginning that a chat has comes before what is said.
    let preset = json!({"title": "p", "messages": [{"role": "system", "content": "Answer in rhymes."}]});
    let preset = fine(person.post("/api/v1/presets", &preset).await).await;
    let chat = json!({
        "preset_id": preset["id"], "title": "t",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
    });
    fine(person.post("/api/v1/chats", &chat).await).await;
    let listed = fine(app.get(&format!("/api/v1/users/{number}/conversations?limit=1")).await).await;
    let chat = listed[0]["id"].as_i64().unwrap();
    app.post("/api/v1/chat", &json!({"conversation_id": chat, "message": "Again"})).await.bytes().await;
    let read = fine(app.get(&format!("/api/v1/conversations/{chat}")).await).await;
    let roles: Vec<&str> = read["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["user", "user", "assistant"]);
    let request = model.requests().pop().unwrap();
    let prompt = request.body["messages"].to_string();
    let places = ["Answer in rhymes.", "Be brief.", "Hello", "Again"].map(|text| prompt.find(text));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{prompt}");
}
