//! A stream that shows life while there is nothing to say, and what is kept of an answer that didn't come to its end.

use std::time::Duration;

use futures::StreamExt as _;
use serde_json::{Value, json};
use wenshu_testkit::{Gate, ModelTimes, ScriptedModel, ScriptedReply, TestApp, TestUser};

use super::streaming::{joined, stored};
use super::support::{conversation, user};

/// The line that shows life.
const ALIVE: &str = ": keep-alive\n\n";

#[tokio::test]
async fn signs_of_life_fall_between_events_and_a_client_split_by_hand_reads_the_stored_reply() {
    let pieces = ["您好", "，\n", "\n  two", "data: no field", "\r\nend "];
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(pieces).gated(&gate));
    let app = TestApp::builder()
        .without_demo()
        .model(&model)
        .http(|settings| settings.keep_alive = Duration::from_millis(20))
        .start()
        .await;
    let ann = user(&app, "ann").await;
    let there = conversation(&app, ann).await;
    let response = app.post("/api/v1/chat", &json!({"conversation_id": there, "message": "hi"})).await;
    let mut chunks = response.into_stream();
    let (mut stream, mut signs) = (String::new(), 0);
    for _ in pieces {
        // Each piece comes after signs of life, and nothing but them comes before it is let go.
        let until = signs + 2;
        while signs < until {
            let chunk = chunks.next().await.unwrap().unwrap();
            let chunk = std::str::from_utf8(&chunk).unwrap();
            assert!(chunk.ends_with("\n\n"), "an event was cut: {chunk:?}");
            signs += usize::from(chunk == ALIVE);
            stream.push_str(chunk);
        }
        gate.let_go(1);
    }
    gate.open();
    while let Some(chunk) = chunks.next().await {
        stream.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
    }
    assert!(stream.matches(ALIVE).count() >= 2 * pieces.len(), "{stream}");
    // What isn't one is what the document has, to the byte.
    let without = stream.replace(ALIVE, "");
    assert_eq!(
        without,
        "data: 您好\n\ndata: ，\ndata: \n\ndata: \ndata:   two\n\ndata: data: no field\n\ndata: \ndata: end \n\n"
    );
    assert_eq!(joined(&stream), "您好，\n\n  twodata: no field\nend ");
    assert_eq!(stored(&app, there).await, ["hi".to_owned(), joined(&stream)]);
}

/// The messages of this user's only conversation, as the contract shows them that tells what became of an answer.
async fn messages(user: &TestUser<'_>) -> Vec<Value> {
    let list = user.get("/api/v1/conversations").await.json().await;
    let conversations = list["data"]["conversations"].as_array().unwrap_or_else(|| panic!("{list}"));
    let [conversation] = &conversations[..] else { panic!("{list}") };
    let path = format!("/api/v1/conversations/{}", conversation["id"].as_str().unwrap());
    let detail = user.get(&path).await.json().await;
    detail["data"]["messages"].as_array().unwrap_or_else(|| panic!("{detail}")).clone()
}

#[tokio::test]
async fn what_there_was_of_an_answer_that_failed_is_marked_as_partial_in_both_open_contracts() {
    let model = ScriptedModel::start().await;
    model.when("half").reply(ScriptedReply::pieces(["The sky", " is"]).cut());
    model.always("All of it.");
    let once = ModelTimes { requests: 1, ..ModelTimes::default() };
    let app = TestApp::builder().without_demo().model(&model).model_times(once).start().await;
    for is_stock_bi in [false, true] {
        let name = if is_stock_bi { "bob" } else { "ann" };
        let person = app.sign_up(name).await;
        let number: i64 = person.id.parse().unwrap();
        let there = if is_stock_bi { 0 } else { conversation(&app, number).await };
        for said in ["half", "whole"] {
            let response = if is_stock_bi {
                app.post("/v1/chat/", &json!({"user_name": name, "session_id": "a-session", "content": said}))
                    .await
            } else {
                app.post("/api/v1/chat", &json!({"conversation_id": there, "message": said})).await
            };
            response.bytes().await;
        }
        let kept = messages(&person).await;
        let contents: Vec<&str> = kept.iter().map(|message| message["content"].as_str().unwrap()).collect();
        assert_eq!(contents, ["half", "The sky is", "whole", "All of it."], "{name}");
        let error = &kept[1]["metadata"]["error"];
        assert!(error["code"].is_string() && error["message"].is_string(), "{}", kept[1]);
        for whole in [&kept[0], &kept[2], &kept[3]] {
            assert_eq!(whole["metadata"]["error"], Value::Null, "{whole}");
        }
    }
}
