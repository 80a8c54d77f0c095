//! Sessions, and what is said in them.

use std::time::Duration;

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_testkit::app::NOON;
use wenshu_testkit::{
    Gate, ModelTimes, ScriptedInterpreter, ScriptedModel, ScriptedReply, ServerDatabase, SseEvent, TestApp,
    TestResponse,
};

use super::support::{data, failure, faulty, register};
use crate::support::names;

pub(crate) fn said(session: Option<&str>, content: &str) -> Value {
    json!({"user_name": "ann", "task": "", "session_id": session, "content": content, "tools": ""})
}

pub(crate) async fn chat(app: &TestApp, body: &Value) -> Vec<SseEvent> {
    let response = app.post("/v1/chat/", body).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.header("content-type"), "text/event-stream");
    response.events().await
}

pub(crate) fn text(events: &[SseEvent]) -> String {
    events.iter().filter(|event| event.event == "message").map(|event| event.data.as_str()).collect()
}

pub(crate) fn session(events: &[SseEvent]) -> String {
    assert_eq!(events[0].event, "session");
    events[0].json()["session_id"].as_str().unwrap().to_owned()
}

pub(crate) async fn messages(app: &TestApp, session: &str) -> Value {
    data(app.post("/v1/chat/get", &json!({"session_id": session})).await).await
}

pub(crate) async fn with_model(model: &ScriptedModel) -> TestApp {
    let once = ModelTimes { requests: 1, ..ModelTimes::default() };
    let app = TestApp::builder().model(model).model_times(once).start().await;
    register(&app, "ann").await;
    app
}

#[tokio::test]
async fn a_session_is_begun_answered_and_gone_on_with() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["您好", "，\n", " 世界 🌏"]));
    let app = with_model(&model).await;
    let id =
        data(app.post("/v1/chat/init", &json!({})).await).await["session_id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 12);
    assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    failure(app.post("/v1/chat/get", &json!({"session_id": id})).await, StatusCode::NOT_FOUND).await;

    let events = chat(&app, &said(Some(&id), &"长".repeat(60))).await;
    assert_eq!(names(&events), ["session", "message", "message", "message", "done"]);
    assert_eq!(session(&events), id);
    assert_eq!(text(&events), "您好，\n 世界 🌏");
    assert!(events.iter().all(|event| !event.id.is_empty()), "{events:?}");
    let done = events.last().unwrap().json();
    assert_eq!(done["session_id"], id.as_str());
    let kept = messages(&app, &id).await;
    assert_eq!(kept[1]["id"], done["message_id"]);
    assert_eq!(
        kept,
        json!([
            {"id": kept[0]["id"], "role": "user", "content": "长".repeat(60), "create_time": NOON, "feedback": null, "feedback_time": null},
            {"id": kept[1]["id"], "role": "assistant", "content": "您好，\n 世界 🌏", "create_time": NOON, "feedback": null, "feedback_time": null},
        ])
    );
    let again = chat(&app, &said(Some(&id), "再来")).await;
    assert_eq!(session(&again), id);
    assert_eq!(messages(&app, &id).await.as_array().unwrap().len(), 4);
    let asked = model.requests().pop().unwrap();
    assert_eq!(asked.texts("user"), ["长".repeat(60), "再来".to_owned()]);
    assert_eq!(asked.texts("assistant"), ["您好，\n 世界 🌏"]);
    // Without an id a new one is given, and any text that nobody has used is one.
    let new = session(&chat(&app, &said(None, "x")).await);
    assert!(new.len() == 12 && new != id, "{new}");
    assert_eq!(session(&chat(&app, &said(Some(" my-own_会话 "), "x")).await), "my-own_会话");
    let list = data(app.post("/v1/chat/list", &json!({"user_name": "ann"})).await).await;
    let sessions: Vec<&str> =
        list.as_array().unwrap().iter().map(|one| one["session_id"].as_str().unwrap()).collect();
    assert_eq!(sessions, ["my-own_会话", new.as_str(), id.as_str()], "newest first");
    assert_eq!(list[2]["title"], "长".repeat(50));
    assert_eq!(list[2]["start_time"], NOON);
    assert!(list[2]["user_id"].is_i64());
}

#[tokio::test]
async fn a_session_is_its_users() {
    let app = TestApp::start().await;
    register(&app, "ann").await;
    register(&app, "bob").await;
    let id = session(&chat(&app, &said(None, "一共有多少客户？")).await);
    let mut body = said(Some(&id), "hi");
    body["user_name"] = json!("bob");
    let response = app.post("/v1/chat/", &body).await;
    assert_eq!(failure(response, StatusCode::NOT_FOUND).await, "会话不存在");
    let list = data(app.post("/v1/chat/list", &json!({"user_name": "bob"})).await).await;
    assert_eq!(list, json!([]));
    for (path, body) in [
        ("chat/list", json!({"user_name": "nobody"})),
        ("chat/", json!({"user_name": "nobody", "content": "hi"})),
        ("chat/get", json!({"session_id": "nothing"})),
        ("chat/delete", json!({"session_id": "nothing"})),
        ("chat/feedback", json!({"session_id": "nothing", "message_id": 1, "feedback": true})),
    ] {
        failure(app.post(&format!("/v1/{path}"), &body).await, StatusCode::NOT_FOUND).await;
    }
    data(app.post("/v1/chat/delete", &json!({"session_id": id})).await).await;
    failure(app.post("/v1/chat/get", &json!({"session_id": id})).await, StatusCode::NOT_FOUND).await;
    failure(app.post("/v1/chat/delete", &json!({"session_id": id})).await, StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn feedback_is_given_taken_back_and_seen() {
    let app = TestApp::start().await;
    register(&app, "ann").await;
    let events = chat(&app, &said(None, "一共有多少客户？")).await;
    let id = session(&events);
    let (question, answer) = {
        let kept = messages(&app, &id).await;
        (kept[0]["id"].as_i64().unwrap(), kept[1]["id"].as_i64().unwrap())
    };
    let give = async |message: i64, liked: Value| {
        let body = json!({"session_id": id, "message_id": message, "feedback": liked});
        app.post("/v1/chat/feedback", &body).await
    };
    for (liked, shown) in
        [(json!(true), true), (json!("true"), true), (json!(false), false), (json!("0"), false)]
    {
        data(give(answer, liked).await).await;
        let kept = messages(&app, &id).await;
        assert_eq!((&kept[1]["feedback"], &kept[1]["feedback_time"]), (&json!(shown), &json!(NOON)));
        assert_eq!(kept[0]["feedback"], Value::Null);
    }
    failure(give(question, json!(true)).await, StatusCode::NOT_FOUND).await;
    failure(give(answer + 1000, json!(true)).await, StatusCode::NOT_FOUND).await;
    // Of another session it is no answer of this one.
    let other = chat(&app, &said(None, "一共有多少订单？")).await;
    let other = other.last().unwrap().json()["message_id"].as_i64().unwrap();
    failure(give(other, json!(true)).await, StatusCode::NOT_FOUND).await;
    assert_eq!(faulty(give(answer, json!("maybe")).await).await, ["feedback"]);
    let response = app.post("/v1/chat/feedback", &json!({})).await;
    assert_eq!(faulty(response).await, ["session_id", "message_id", "feedback"]);
    // At once, in both ways: one of them stands, and none fails.
    let bodies =
        [true, false].map(|liked| json!({"session_id": id, "message_id": answer, "feedback": liked}));
    let giving = (0..20).map(|index| app.post("/v1/chat/feedback", &bodies[index % 2]));
    for response in futures::future::join_all(giving).await {
        data(response).await;
    }
    assert!(messages(&app, &id).await[1]["feedback"].is_boolean());
}

#[tokio::test]
async fn data_comes_as_rows_a_chart_and_words() {
    let app = TestApp::start().await;
    register(&app, "ann").await;
    for (task, tools) in [
        ("数据BI", json!("")),
        ("data", json!(null)),
        (" 数据BI ", json!("query_data")),
        ("通用对话", json!(["query_data"])),
    ] {
        let body = json!({"user_name": "ann", "task": task, "content": "上月各城市的销售额", "tools": tools});
        let events = chat(&app, &body).await;
        let kinds = names(&events);
        assert_eq!(kinds[..3], ["session", "result", "visualization"], "{task}");
        assert_eq!(kinds.last(), Some(&"done"), "{task}");
        let result = events[1].json();
        let keys: Vec<&String> = result.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["sql", "columns", "data", "rows_count"]);
        assert!(result["sql"].as_str().unwrap().starts_with("SELECT"), "{result}");
        assert_eq!(result["data"].as_array().unwrap().len(), result["rows_count"].as_u64().unwrap() as usize);
        assert!(events[2].json()["chart"]["type"].is_string());
        let kept = messages(&app, &session(&events)).await;
        assert_eq!(kept[1]["content"], text(&events));
        assert!(!text(&events).is_empty());
    }
}

#[tokio::test]
async fn what_is_not_understood_is_a_failure_where_data_or_stocks_are_asked_for() {
    let app = TestApp::start().await;
    register(&app, "ann").await;
    for (task, expected) in [("数据BI", ""), ("股票分析", "行情")] {
        let body = json!({"user_name": "ann", "task": task, "content": "火星股票的心情指数"});
        let events = chat(&app, &body).await;
        assert_eq!(names(&events), ["session", "error"], "{task}");
        let error = events[1].json();
        assert_eq!(error["code"], 422, "{error}");
        assert!(error["message"].as_str().unwrap().contains(expected), "{error}");
    }
    // Quotes of the demo database are answered, and said to be made up, whatever they are asked for; nothing else is said to be.
    let label = "\n\n（以上为演示行情，是合成数据，不是真实的市场价格。）";
    for (task, content, is_labelled) in [
        ("股票分析", "贵州茅台最近30天的收盘价", true),
        ("数据BI", "贵州茅台最近30天的收盘价", true),
        ("数据BI", "一共有多少客户？", false),
    ] {
        let events = chat(&app, &json!({"user_name": "ann", "task": task, "content": content})).await;
        assert_eq!(names(&events)[..2], ["session", "result"], "{task} {content}");
        assert_eq!(text(&events).ends_with(label), is_labelled, "{task} {content}: {events:?}");
    }
    // Talked about without a model, it is answered by what the engine is.
    for (content, words) in [("请写一首关于春天的诗", "没有接入语言模型"), ("你好", "我是问数")]
    {
        let events = chat(&app, &said(None, content)).await;
        assert_eq!(events.last().unwrap().event, "done");
        assert!(text(&events).contains(words), "{events:?}");
    }
}

#[tokio::test]
async fn a_task_has_a_name_in_both_languages() {
    let app = TestApp::start().await;
    register(&app, "ann").await;
    for (task, other, content) in [
        ("chat", "通用对话", "请写一首关于春天的诗"),
        ("data", "数据BI", "一共有多少客户？"),
        ("stock", "股票分析", "贵州茅台最近30天的收盘价"),
    ] {
        let asked = |task: &str| json!({"user_name": "ann", "task": task, "content": content});
        let (one, same) = (chat(&app, &asked(task)).await, chat(&app, &asked(other)).await);
        assert_eq!(names(&one).last(), Some(&"done"), "{task}: {one:?}");
        assert_eq!((names(&one), text(&one)), (names(&same), text(&same)), "{task}");
    }
}

#[tokio::test]
async fn a_question_back_is_said_in_words() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    register(&app, "ann").await;
    let body = json!({"user_name": "ann", "task": "数据BI", "content": "clarify"});
    let events = chat(&app, &body).await;
    assert_eq!(names(&events), ["session", "message", "done"]);
    assert_eq!(text(&events), "Which one?\n- SELECT 'this' AS choice\n- SELECT 'that' AS choice");
}

#[tokio::test]
async fn a_failing_model_is_an_event_with_a_status() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["half"]).cut());
    let app = with_model(&model).await;
    let events = chat(&app, &said(None, "hi")).await;
    assert_eq!(names(&events), ["session", "message", "error"]);
    assert_eq!(events[2].json()["code"], 502);
    assert_eq!(messages(&app, &session(&events)).await[1]["content"], "half");
}

#[tokio::test]
async fn fields_are_checked_and_named() {
    let app = TestApp::builder().without_demo().start().await;
    register(&app, "ann").await;
    let long = "长".repeat(10_001);
    for (body, names) in [
        (json!({}), vec!["user_name", "content"]),
        (json!({"user_name": "ann", "content": " \n"}), vec!["content"]),
        (json!({"user_name": "ann", "content": 7}), vec!["content"]),
        (json!({"user_name": "ann", "content": "x".repeat(100_001)}), vec!["content"]),
        (json!({"user_name": "ann", "content": long, "task": "数据BI"}), vec!["content"]),
        (json!({"user_name": "ann", "content": "x", "task": "聊天"}), vec!["task"]),
        (json!({"user_name": "ann", "content": "x", "task": 1}), vec!["task"]),
        (json!({"user_name": "ann", "content": "x", "session_id": "a b"}), vec!["session_id"]),
        (json!({"user_name": "ann", "content": "x", "session_id": "x".repeat(65)}), vec!["session_id"]),
        (json!({"user_name": "ann", "content": "x", "session_id": 1}), vec!["session_id"]),
        (json!({"user_name": "ann", "content": "x", "tools": "query_data,nonsense"}), vec!["tools"]),
        (json!({"user_name": "ann", "content": "x", "tools": "[oops"}), vec!["tools"]),
        (json!({"user_name": "ann", "content": "x", "tools": ["nonsense"]}), vec!["tools"]),
        (json!({"user_name": "ann", "content": "x", "tools": {}}), vec!["tools"]),
    ] {
        assert_eq!(faulty(app.post("/v1/chat/", &body).await).await, names, "{names:?}");
    }
    let body = json!({"user_name": "ann", "content": "x", "task": "聊天"});
    let message = failure(app.post("/v1/chat/", &body).await, StatusCode::UNPROCESSABLE_ENTITY).await;
    for task in ["通用对话", "股票分析", "数据BI"] {
        assert!(message.contains(task), "{message}");
    }
    let body = json!({"user_name": "ann", "content": "x", "tools": "nonsense"});
    let message = failure(app.post("/v1/chat/", &body).await, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(message.contains("nonsense") && message.contains("query_data"), "{message}");
    // There is nothing to ask.
    let body = json!({"user_name": "ann", "content": "x", "task": "数据BI"});
    failure(app.post("/v1/chat/", &body).await, StatusCode::CONFLICT).await;
}

pub(crate) async fn back(app: &TestApp, body: &Value, last: &str) -> TestResponse {
    let request = app.request(Method::POST, "/v1/chat").header(CONTENT_TYPE, "application/json");
    let request = request.header("last-event-id", last);
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_reader_who_comes_back_goes_on_where_it_stopped() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["one", " two", " three"]).gated(&gate));
    let app = with_model(&model).await;
    let body = said(None, "Count.");
    let mut reader = app.post("/v1/chat/", &body).await.into_reader();
    let first = reader.next().await.unwrap();
    assert_eq!(first.event, "session");
    let id = first.json()["session_id"].as_str().unwrap().to_owned();
    gate.let_go(1);
    let piece = reader.next().await.unwrap();
    assert_eq!(piece.data, "one");
    drop(reader);
    // From before the first piece, and from after it; no second run is begun.
    let from_start = back(&app, &body, &first.id).await;
    let from_piece = back(&app, &body, &piece.id).await;
    gate.open();
    let events = from_start.events().await;
    assert_eq!(names(&events), ["message", "message", "message", "done"]);
    assert_eq!(text(&events), "one two three");
    assert_eq!(events[3].json()["session_id"], id.as_str());
    let events = from_piece.events().await;
    assert_eq!(text(&events), " two three");
    let over = back(&app, &body, &events.last().unwrap().id).await;
    assert_eq!(over.status(), StatusCode::NO_CONTENT);
    assert_eq!(model.requests().len(), 1);
    assert_eq!(messages(&app, &id).await.as_array().unwrap().len(), 2);
    // Another body is another thing to say.
    let other = back(&app, &said(None, "Count again."), &piece.id).await.events().await;
    assert_eq!(other[0].event, "session");
    assert_eq!(model.requests().len(), 2);
}

#[tokio::test]
async fn a_reader_goes_on_in_another_process() {
    let engine = ScriptedInterpreter::gated();
    let quick = || {
        TestApp::builder()
            .interpreter(engine.clone())
            .core(|settings| settings.checkpoint_every = Duration::from_millis(5))
    };
    let app = quick().start().await;
    let other = quick().beside(&app).start().await;
    register(&app, "ann").await;
    let sql = "SELECT 'a' AS name, 1 AS amount UNION ALL SELECT 'b', 2";
    let mut body = said(None, sql);
    body["task"] = json!("数据BI");
    let mut reader = app.post("/v1/chat/", &body).await.into_reader();
    let mut seen = vec![reader.next().await.unwrap()];
    let id = session(&seen);
    engine.let_go(2);
    while seen.last().unwrap().event != "message" {
        seen.push(reader.next().await.unwrap());
    }
    drop(reader);

    let mut elsewhere = back(&other, &body, &seen.last().unwrap().id).await.into_reader();
    engine.let_go(2);
    while let Some(event) = elsewhere.next().await {
        seen.push(event);
    }
    assert_eq!(text(&seen), "There were 2 rows.");
    let done = seen.last().unwrap();
    assert_eq!((done.event.as_str(), &done.json()["session_id"]), ("done", &json!(id)));
    assert_eq!(seen.iter().filter(|event| event.event == "result").count(), 1, "{seen:?}");
    let kept = messages(&other, &id).await;
    assert_eq!((kept.as_array().unwrap().len(), &kept[1]["id"]), (2, &done.json()["message_id"]));
    assert_eq!(back(&other, &body, &done.id).await.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn one_answer_at_a_time_in_a_session() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["one"]).gated(&gate));
    let app = with_model(&model).await;
    let mut reader = app.post("/v1/chat/", &said(Some("mine"), "x")).await.into_reader();
    assert_eq!(reader.next().await.unwrap().event, "session");
    failure(app.post("/v1/chat/", &said(Some("mine"), "y")).await, StatusCode::CONFLICT).await;
    // Deleting it stops the answer, in the model too.
    data(app.post("/v1/chat/delete", &json!({"session_id": "mine"})).await).await;
    let end = reader.next().await.unwrap();
    assert_eq!((end.event.as_str(), &end.json()["code"]), ("error", &json!(409)), "{end:?}");
    gate.open();
}

#[tokio::test]
async fn of_many_who_begin_one_session_at_once_one_does() {
    let app = TestApp::builder().without_demo().start().await;
    register(&app, "ann").await;
    let body = said(Some("mine"), "你好");
    let responses = futures::future::join_all((0..10).map(|_| app.post("/v1/chat/", &body))).await;
    let mut begun = 0;
    for response in responses {
        let status = response.status();
        assert!(matches!(status, StatusCode::OK | StatusCode::CONFLICT), "{status}");
        begun += usize::from(status == StatusCode::OK);
        response.bytes().await;
    }
    assert!(begun >= 1);
    let list = data(app.post("/v1/chat/list", &json!({"user_name": "ann"})).await).await;
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    assert_eq!(messages(&app, "mine").await.as_array().unwrap().len(), 2 * begun, "what was taken is kept");
}

#[tokio::test]
async fn of_two_who_begin_one_session_at_once_it_is_there_for_one() {
    let postgres = ServerDatabase::postgres().await;
    let on_sqlite = TestApp::builder().without_demo();
    let on_postgres = TestApp::builder().without_demo().store_in(&postgres);
    for app in [on_sqlite, on_postgres] {
        let app = app.start().await;
        let people = ["ann", "bob"];
        for name in people {
            register(&app, name).await;
        }
        for turn in 0..5 {
            let session = format!("session-{turn}");
            let bodies =
                people.map(|name| json!({"user_name": name, "content": "你好", "session_id": session}));
            let responses =
                futures::future::join_all(bodies.iter().map(|body| app.post("/v1/chat/", body))).await;
            let mut statuses: Vec<StatusCode> = Vec::new();
            for response in responses {
                statuses.push(response.status());
                response.bytes().await;
            }
            statuses.sort();
            assert_eq!(statuses, [StatusCode::OK, StatusCode::NOT_FOUND]);
        }
    }
}

#[tokio::test]
async fn conversations_of_other_contracts_are_sessions_here() {
    let app = TestApp::start().await;
    let person = app.sign_up("ann").await;
    person.answer("一共有多少客户？").await;
    let list = data(app.post("/v1/chat/list", &json!({"user_name": "ann"})).await).await;
    let id = list[0]["session_id"].as_str().unwrap();
    let kept = messages(&app, id).await;
    assert_eq!(kept[0]["content"], "一共有多少客户？");
    assert_eq!(session(&chat(&app, &said(Some(id), "上月的订单数")).await), id);
    assert_eq!(messages(&app, id).await.as_array().unwrap().len(), 4);
}
