//! The scripted model speaks OpenAI's format, and misbehaves as it is told to.

use bytes::Bytes;
use futures::{Stream, StreamExt};
use serde_json::{Value, json};
use wenshu_testkit::sse::SseReader;
use wenshu_testkit::{Gate, ScriptedModel, ScriptedReply};

fn client() -> reqwest::Client {
    // Another test of the same process may have been first.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn ask(model: &ScriptedModel, question: &str, more: &Value) -> reqwest::RequestBuilder {
    let mut body = json!({ "model": "gpt", "messages": [{ "role": "user", "content": question }] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    client().post(format!("{}/chat/completions", model.url())).bearer_auth("sk-test").json(&body)
}

async fn stream(
    model: &ScriptedModel,
    question: &str,
) -> SseReader<impl Stream<Item = reqwest::Result<Bytes>> + Unpin> {
    let more = json!({ "stream": true, "stream_options": { "include_usage": true } });
    let response = ask(model, question, &more).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    SseReader::new(response.bytes_stream())
}

#[tokio::test]
async fn streams_in_the_format() {
    let model = ScriptedModel::start().await;
    model.when("销售额").reply(ScriptedReply::pieces(["上月", " 📈"]).usage(7, 2));
    let mut events = stream(&model, "上月的销售额").await;
    let mut chunks = Vec::new();
    loop {
        let event = events.next().await.unwrap();
        if event.data == "[DONE]" {
            break;
        }
        chunks.push(event.json());
    }
    assert!(events.next().await.is_none());
    let deltas: Vec<&Value> =
        chunks.iter().filter_map(|chunk| chunk["choices"].get(0)).map(|choice| &choice["delta"]).collect();
    assert_eq!(
        json!(deltas),
        json!([{ "role": "assistant", "content": "" }, { "content": "上月" }, { "content": " 📈" }, {}])
    );
    assert_eq!(chunks[0]["object"], "chat.completion.chunk");
    assert_eq!(chunks[0]["usage"], Value::Null);
    assert_eq!(chunks[3]["choices"][0]["finish_reason"], "stop");
    assert_eq!(chunks[4]["choices"], json!([]));
    assert_eq!(chunks[4]["usage"]["total_tokens"], 9);
    let request = model.last_request();
    assert_eq!(request.question(), "上月的销售额");
    assert_eq!(request.authorization(), Some("Bearer sk-test"));
}

#[tokio::test]
async fn replies_whole() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["a", "b"]).and_tool_call("run_sql", &json!({ "sql": "SELECT 1" })));
    let reply: Value = ask(&model, "hi", &json!({})).send().await.unwrap().json().await.unwrap();
    let choice = &reply["choices"][0];
    assert_eq!(choice["message"]["content"], "ab");
    assert_eq!(choice["message"]["tool_calls"][0]["function"]["arguments"], r#"{"sql":"SELECT 1"}"#);
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert_eq!(reply["usage"]["prompt_tokens"], 2);
}

#[tokio::test]
async fn rules_have_their_turn() {
    let model = ScriptedModel::start().await;
    model.when("busy").replies([ScriptedReply::status(429).header("retry-after", "1"), "here".into()]);
    model.when_request(|request| request.tools() == ["run_sql"]).reply("with tools");
    let busy = ask(&model, "busy?", &json!({})).send().await.unwrap();
    assert_eq!((busy.status().as_u16(), busy.headers()["retry-after"].to_str().unwrap()), (429, "1"));
    let error: Value = busy.json().await.unwrap();
    assert_eq!(error["error"]["code"], "rate_limit_exceeded");
    let tools = json!({ "tools": [{ "type": "function", "function": { "name": "run_sql" } }] });
    for (question, more, expected) in [
        ("busy?", json!({}), "here"),
        ("busy?", json!({}), "here"),
        ("else", tools, "with tools"),
        ("else", json!({}), "Hello!"),
    ] {
        let reply: Value = ask(&model, question, &more).send().await.unwrap().json().await.unwrap();
        assert_eq!(reply["choices"][0]["message"]["content"], expected);
    }
    assert_eq!(model.requests().len(), 5);
}

#[tokio::test]
async fn keys_and_models_are_checked() {
    let model = ScriptedModel::start().await;
    model.require_key("sk-right");
    let refused = ask(&model, "hi", &json!({})).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    model.require_key("sk-test");
    model.offer_models(["other"]);
    let refused = ask(&model, "hi", &json!({})).send().await.unwrap();
    assert_eq!(refused.status(), 404);
    let taken = ask(&model, "hi", &json!({ "model": "other" })).send().await.unwrap();
    assert_eq!(taken.status(), 200);
    let listed = client().get(format!("{}/models", model.url())).bearer_auth("sk-test");
    let listed: Value = listed.send().await.unwrap().json().await.unwrap();
    assert_eq!(listed["data"][0]["id"], "other");
}

#[tokio::test]
async fn a_gate_holds_pieces_and_a_client_that_goes_is_noticed() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["one", "two"]).gated(&gate));
    let mut events = stream(&model, "hi").await;
    assert_eq!(events.next().await.unwrap().json()["choices"][0]["delta"]["role"], "assistant");
    gate.let_go(1);
    assert_eq!(events.next().await.unwrap().json()["choices"][0]["delta"]["content"], "one");
    drop(events);
    model.disconnected(1).await;
}

#[tokio::test]
async fn writes_cut_through_characters() {
    for bytes in 1..=5 {
        let model = ScriptedModel::start().await;
        model.always(ScriptedReply::pieces(["数据🙂"]).in_writes_of(bytes));
        let more = json!({ "stream": true });
        let mut chunks = ask(&model, "hi", &more).send().await.unwrap().bytes_stream();
        let mut all = Vec::new();
        let mut cut_characters = false;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.unwrap();
            cut_characters |= std::str::from_utf8(&chunk).is_err();
            all.extend_from_slice(&chunk);
        }
        assert!(cut_characters, "{bytes}");
        let all = String::from_utf8(all).unwrap();
        assert!(all.contains("数据🙂") && all.ends_with("data: [DONE]\n\n"), "{all}");
    }
}

#[tokio::test]
async fn faults() {
    let model = ScriptedModel::start().await;
    model.when("cut").reply(ScriptedReply::pieces(["half"]).cut());
    model.when("resets").reply(ScriptedReply::pieces(["half"]).then_reset());
    model.when("at once").reply(ScriptedReply::reset());
    for question in ["cut", "resets"] {
        let more = json!({ "stream": true });
        let chunks = ask(&model, question, &more).send().await.unwrap().bytes_stream();
        let chunks: Vec<_> = chunks.collect().await;
        let text: Vec<u8> = chunks.iter().flatten().flatten().copied().collect();
        assert!(String::from_utf8(text).unwrap().contains("half"), "{question}");
        assert!(chunks.last().unwrap().is_err(), "{question}");
    }
    assert!(ask(&model, "at once", &json!({})).send().await.is_err());
    assert_eq!(model.requests().len(), 3);
}

#[tokio::test]
async fn closes_and_reopens() {
    let model = ScriptedModel::start().await;
    model.close();
    model.reopen().await;
    assert_eq!(ask(&model, "hi", &json!({})).send().await.unwrap().status(), 200);
    model.close();
    let error = loop {
        // The listener is gone a moment after it was told to.
        if let Err(error) = ask(&model, "hi", &json!({})).send().await {
            break error;
        }
    };
    assert!(error.is_connect() || error.is_request(), "{error}");
}
