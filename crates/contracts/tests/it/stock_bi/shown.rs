//! What an answer has shown besides its words: all of it is there for a reader who comes back, and after a process was killed.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use wenshu_core::runs::EventId;
use wenshu_testkit::app::TestAppBuilder;
use wenshu_testkit::{Gate, ScriptedModel, ScriptedReply, SseEvent, TestApp};

use super::chat::{back, chat, text};
use super::support::{register, sign_in};
use super::tools::{asked, is_first};
use crate::support::{data, names};

const WITH_A_CHART: &str = "SELECT 'a' AS name, 1 AS amount UNION ALL SELECT 'b', 2";
const ONE_ROW: &str = "SELECT 42 AS answer";

/// Asks data twice, with something else in between.
fn body() -> Value {
    asked("通用对话", json!(["query_data", "get_stock_code"]))
}

/// A model that does, and then says this.
async fn asking_twice(words: ScriptedReply) -> ScriptedModel {
    let model = ScriptedModel::start().await;
    let sql = |sql: &str| ScriptedReply::tool_call("run_sql", &json!({"sql": sql}));
    let writes_sql = |request: &wenshu_testkit::ModelRequest| request.tools().contains(&"run_sql");
    model.when_request(writes_sql).replies([sql(WITH_A_CHART), sql(ONE_ROW)]);
    let calls = ScriptedReply::pieces(["我查一下。"])
        .and_tool_call("query_data", &json!({"question": "一"}))
        .and_tool_call("get_stock_code", &json!({"keyword": "茅台"}))
        .and_tool_call("query_data", &json!({"question": "二"}));
    model.when_request(is_first).reply(calls);
    model.always(words);
    model
}

fn quick(model: &ScriptedModel) -> TestAppBuilder {
    with_checkpoints_every(model, Duration::from_millis(5))
}

fn with_checkpoints_every(model: &ScriptedModel, every: Duration) -> TestAppBuilder {
    TestApp::builder().model(model).core(move |settings| settings.checkpoint_every = every)
}

/// What is shown besides words: the name and the data of each event, with a call's end in the place of both its events.
fn shown(events: &[SseEvent]) -> Vec<(String, Value)> {
    let is_shown = |event: &&SseEvent| {
        matches!(event.event.as_str(), "result" | "visualization")
            || event.event == "tool" && event.json()["status"] != "running"
    };
    events.iter().filter(is_shown).map(|event| (event.event.clone(), event.json())).collect()
}

/// What QueryGPT's contract says of the only answer there is.
async fn kept(app: &TestApp) -> Value {
    let token = sign_in(app, "ann").await;
    let get = async |path: &str| {
        let request = app.request_as(&token, Method::GET, path).body(axum::body::Body::empty()).unwrap();
        data(app.send(request).await).await
    };
    let id = get("/api/v1/conversations").await["conversations"][0]["id"].as_str().unwrap().to_owned();
    get(&format!("/api/v1/conversations/{id}")).await["messages"][1]["metadata"].clone()
}

/// Whether what is kept of calls is what the stream has shown.
fn assert_kept(metadata: &Value, events: &[SseEvent]) {
    let calls = metadata["tool_calls"].as_array().unwrap();
    let of_calls = calls.iter().flat_map(|call| {
        let results = call["results"].as_array().unwrap().iter().flat_map(|result| {
            let rows = json!({
                "sql": result["sql"], "columns": result["columns"], "data": result["data"], "rows_count": result["rows_count"],
            });
            let chart = result.get("visualization").map(|chart| ("visualization".to_owned(), json!({"chart": chart})));
            [("result".to_owned(), rows)].into_iter().chain(chart)
        });
        let end = json!({"name": call["name"], "arguments": call["arguments"], "status": call["status"]});
        results.chain([("tool".to_owned(), end)]).collect::<Vec<_>>()
    });
    assert_eq!(of_calls.collect::<Vec<_>>(), shown(events), "{metadata}");
}

#[tokio::test]
async fn all_calls_and_results_are_there_for_whoever_comes_back() {
    let model = asking_twice(ScriptedReply::pieces(["好。"])).await;
    let app = quick(&model).start().await;
    register(&app, "ann").await;
    let events = chat(&app, &body()).await;
    let kinds = [
        "session",
        "message",
        "tool",
        "result",
        "visualization",
        "tool",
        "tool",
        "tool",
        "tool",
        "result",
        "tool",
    ];
    assert_eq!(names(&events)[..11], kinds, "{events:?}");
    let all = shown(&events);
    assert_eq!((&all[0].1["sql"], &all[4].1["sql"]), (&json!(WITH_A_CHART), &json!(ONE_ROW)), "{all:?}");
    let other = quick(&model).beside(&app).start().await;
    for (place, event) in events.iter().enumerate() {
        if event.event == "done" {
            break;
        }
        let rest = back(&other, &body(), &event.id).await.events().await;
        assert_eq!(shown(&rest), shown(&events[place + 1..]), "after {place}: {event:?}");
        assert_eq!(text(&rest), text(&events[place + 1..]), "after {place}");
    }
    let metadata = kept(&app).await;
    assert_eq!(metadata["sql"], ONE_ROW, "what was shown last is the result of the answer");
    assert_kept(&metadata, &events);
    assert_eq!(model.requests().len(), 4);
}

#[tokio::test]
async fn what_a_killed_process_has_shown_is_kept() {
    let gate = Gate::closed();
    let model = asking_twice(ScriptedReply::pieces(["好。"]).gated(&gate)).await;
    let app = quick(&model).start().await;
    register(&app, "ann").await;
    let mut reader = app.post("/v1/chat/", &body()).await.into_reader();
    let mut events = Vec::new();
    while events.len() < 11 {
        events.push(reader.next().await.unwrap());
    }
    // Another process knows of it before it is over.
    let other = quick(&model).beside(&app).start().await;
    let mut elsewhere = back(&other, &body(), &events[0].id).await.into_reader();
    let mut there = Vec::new();
    while shown(&there).len() < shown(&events).len() || text(&there) != text(&events) {
        there.push(elsewhere.next().await.unwrap());
    }
    assert_eq!(shown(&there), shown(&events));
    drop(elsewhere);
    // The first process is as good as dead from here on: the next one knows that nobody else is there.
    let last = events.last().unwrap().id.parse::<EventId>().unwrap();
    let again = quick(&model).again_in(Arc::clone(&app.folder)).start().await;
    let rest = back(&again, &body(), &last.to_string()).await.events().await;
    assert_eq!(names(&rest), ["error"], "{rest:?}");
    let all = back(&again, &body(), &events[0].id).await.events().await;
    assert_eq!((shown(&all), text(&all)), (shown(&events), "我查一下。".to_owned()));
    let metadata = kept(&again).await;
    assert_kept(&metadata, &events);
    assert_eq!(metadata["error"]["code"], "INTERRUPTED", "{metadata}");
    gate.open();
}

#[tokio::test]
async fn a_call_is_kept_when_it_begins() {
    let gate = Gate::closed();
    let model = ScriptedModel::start().await;
    model
        .when_request(|request| request.tools().contains(&"run_sql"))
        .reply(ScriptedReply::tool_call("run_sql", &json!({"sql": ONE_ROW})).gated(&gate));
    let question = json!({"question": "一"});
    let reply = ScriptedReply::pieces(["我查一下。"]).and_tool_call("query_data", &question);
    model.when_request(is_first).reply(reply);
    model.always(ScriptedReply::pieces(["好。"]));
    // Nothing else has it kept before the test is over.
    let app = with_checkpoints_every(&model, Duration::from_secs(24 * 60 * 60)).start().await;
    register(&app, "ann").await;
    let mut reader = app.post("/v1/chat/", &body()).await.into_reader();
    let begun = reader.next().await.unwrap();
    let other = quick(&model).beside(&app).start().await;
    let mut elsewhere = back(&other, &body(), &begun.id).await.into_reader();
    assert_eq!(elsewhere.next_named("message").await.data, "我查一下。");
    drop(elsewhere);
    let again = quick(&model).again_in(Arc::clone(&app.folder)).start().await;
    let call = kept(&again).await["tool_calls"][0].clone();
    assert_eq!(
        (&call["name"], &call["arguments"], &call["status"]),
        (&json!("query_data"), &question, &json!("error")),
        "{call}"
    );
    gate.open();
}
