//! `/chat` with a language model: a server that speaks OpenAI's wire format and says what a test wants.

use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_core::CoreSettings;
use wenshu_testkit::user::encode;
use wenshu_testkit::{
    EventSource, Gate, ModelRequest, ModelTimes, ScriptedModel, ScriptedReply, SseEvent, TestApp, TestServer,
    TestUser, litellm,
};

use crate::support::{data, failure, names, redacted};

const COUNT: &str = "```sql\n-- 所有客户\nSELECT COUNT(*) AS 客户数 FROM customers\n```";

/// An application whose default model is this one, and that tries again without waiting.
async fn app(model: &ScriptedModel) -> TestApp {
    let times = ModelTimes {
        requests: 2,
        backoff: Duration::ZERO,
        longest_backoff: Duration::ZERO,
        ..ModelTimes::default()
    };
    TestApp::builder().model(model).model_times(times).start().await
}

/// The one event of this name.
fn event(events: &[SseEvent], name: &str) -> Value {
    events.iter().find(|event| event.event == name).unwrap_or_else(|| panic!("{name}: {events:?}")).json()
}

/// The conversation of an answer, as `GET /conversations/{id}` shows it.
async fn conversation(user: &TestUser<'_>, events: &[SseEvent]) -> Value {
    let id = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    data(user.get(&format!("/api/v1/conversations/{id}")).await).await
}

#[tokio::test]
async fn sql_rows_and_a_streamed_summary() {
    let model = ScriptedModel::start().await;
    model.when("一共有多少客户").replies([
        ScriptedReply::from(COUNT).usage(900, 20),
        ScriptedReply::pieces(["一共有", " 2000 ", "位客户 😀。"]).usage(100, 5),
    ]);
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let events = user.answer("一共有多少客户？").await;
    let stages: Vec<Value> = events
        .iter()
        .filter(|event| event.event == "progress")
        .map(|event| event.json()["stage"].clone())
        .collect();
    assert_eq!(stages, ["analyzing", "linking", "generating_sql", "executing", "summarizing"]);
    assert_eq!(event(&events, "sql")["sql"], "SELECT COUNT(*) AS 客户数 FROM customers");
    assert_eq!(event(&events, "result")["rows_count"], 1);
    let deltas: Vec<Value> = events
        .iter()
        .filter(|event| event.event == "delta")
        .map(|event| event.json()["content"].clone())
        .collect();
    assert_eq!(deltas, ["一共有", " 2000 ", "位客户 😀。"]);
    let done = redacted(event(&events, "done"));
    assert_eq!(done["usage"], json!({"input_tokens": 1000, "output_tokens": 25}));

    let kept = conversation(&user, &events).await;
    assert_eq!(kept["model"], "scripted");
    let answer = &kept["messages"][1];
    assert_eq!(answer["content"], "一共有 2000 位客户 😀。");
    assert_eq!(answer["metadata"]["sql"], "SELECT COUNT(*) AS 客户数 FROM customers");
    let request = &model.requests()[0];
    assert_eq!(request.model(), "scripted");
    assert!(request.streams() && request.wants_usage());
    assert_eq!(request.authorization(), Some("Bearer sk-scripted"));
}

#[tokio::test]
async fn a_piece_leaves_when_it_arrives() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["你", "好", "！"]).gated(&gate));
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask("你好").await.into_reader();
    for piece in ["你", "好", "！"] {
        gate.let_go(1);
        // The next one is still at the gate.
        assert_eq!(reader.next_named("delta").await.json()["content"], piece);
    }
    gate.open();
    reader.next_named("done").await;
}

#[tokio::test]
async fn usage_that_is_not_reported_is_estimated_and_says_so() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["你好"]).without_usage());
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let usage = event(&user.answer("你好").await, "done")["usage"].clone();
    assert_eq!((&usage["output_tokens"], &usage["estimated"]), (&json!(2), &json!(true)));
    assert!(usage["input_tokens"].as_u64().unwrap() > 100, "{usage}");
}

#[tokio::test]
async fn sql_that_fails_goes_back_to_the_model_and_each_attempt_is_seen() {
    let model = ScriptedModel::start().await;
    model.always_in_turn([
        "```sql\nDROP TABLE customers\n```".into(),
        "```sql\nSELECT town FROM customers\n```".into(),
        COUNT.into(),
        "好。".into(),
    ]);
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let events = user.answer("客户").await;
    let attempts: Vec<(String, Value)> = events
        .iter()
        .filter(|event| event.event == "sql" || event.json()["stage"] == "repairing")
        .map(|event| (event.event.clone(), event.json()["attempt"].clone()))
        .collect();
    let expected = [("progress", 2), ("sql", 2), ("progress", 3), ("sql", 3)];
    assert_eq!(attempts, expected.map(|(name, attempt)| (name.to_owned(), json!(attempt))));
    assert_eq!(events.last().unwrap().event, "done");

    let model = ScriptedModel::start().await;
    model.always("```sql\nSELECT town FROM customers\n```");
    let app = crate::model::app(&model).await;
    let user = app.register("user@example.com").await;
    let events = user.answer("客户").await;
    let error = event(&events, "error");
    assert_eq!(error["code"], "SQL_EXECUTION_FAILED");
    assert_eq!(error["details"]["attempts"].as_array().unwrap().len(), 3);
    assert_eq!(model.requests().len(), 3);
}

#[tokio::test]
async fn a_follow_up_comes_with_the_rounds_before_it() {
    let model = ScriptedModel::start().await;
    model.when("一共有多少客户").replies([COUNT.into(), "很多。".into()]);
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let events = user.answer("一共有多少客户？").await;
    let id = events[0].json()["conversation_id"].as_str().unwrap().to_owned();
    model.when("那上海呢").reply("不知道。");
    let next = format!("/api/v1/chat/stream?query={}&conversation_id={id}", encode("那上海呢？"));
    user.get(&next).await.events().await;
    let request = model.last_request();
    let said = request.texts("user");
    assert_eq!(said[0], "一共有多少客户？");
    assert!(said[1].contains("那上海呢？"), "{said:?}");
    assert!(request.texts("assistant")[0].contains("SELECT COUNT(*)"), "{request:?}");
}

#[tokio::test]
async fn a_stop_ends_the_request_at_the_model() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["开始"]).then_hang());
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask("你好").await.into_reader();
    let id = reader.next().await.unwrap().json()["conversation_id"].clone();
    reader.next_named("delta").await;
    let stopped = user.post("/api/v1/chat/stop", &json!({"conversation_id": id})).await;
    assert_eq!(data(stopped).await["stopped"], true);
    model.disconnected(1).await;
    assert_eq!(reader.next_named("error").await.json()["code"], "CANCELLED");
    let kept = data(user.get(&format!("/api/v1/conversations/{}", id.as_str().unwrap())).await).await;
    assert_eq!(kept["messages"][1]["content"], "开始");
    assert_eq!(kept["messages"][1]["metadata"]["error"]["code"], "CANCELLED");
}

#[tokio::test]
async fn a_call_that_is_not_whole_is_counted_while_it_comes_and_when_it_is_stopped() {
    let model = ScriptedModel::start().await;
    // Four hundred characters, which are about a hundred tokens.
    let sql = json!({"sql": "SELECT 1 +".repeat(40)});
    model.always(ScriptedReply::tool_call("run_sql", &sql).without_usage().then_hang());
    let often = |settings: &mut CoreSettings| settings.checkpoint_every = Duration::from_millis(1);
    let app = TestApp::builder().model(&model).core(often).start().await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask("你好").await.into_reader();
    let begun = reader.next().await.unwrap();
    let id = begun.json()["run_id"].as_str().unwrap().parse().unwrap();
    let owner = user.id.parse().unwrap();
    let run = async || app.store.find_run(owner, id).await.unwrap().unwrap();
    while run().await.output_tokens < 100 {
        tokio::task::yield_now().await;
    }
    user.post("/api/v1/chat/stop", &json!({"conversation_id": begun.json()["conversation_id"]})).await;
    reader.next_named("error").await;
    let run = run().await;
    assert!((100..120).contains(&run.output_tokens) && run.usage_estimated, "{run:?}");
}

#[tokio::test]
async fn a_model_that_takes_no_tools_writes_its_query_in_words() {
    let model = ScriptedModel::start().await;
    let refusal = json!({"error": {"message": "registry.ollama.ai/library/gemma:2b does not support tools"}});
    model.when_request(|request| !request.tools().is_empty()).reply(ScriptedReply::status_with(400, refusal));
    model.always_in_turn([COUNT.into(), "一共有 2000 位。".into(), COUNT.into(), "一共有 2000 位。".into()]);
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    for requests in [3, 5] {
        let events = user.answer("一共有多少客户？").await;
        assert_eq!(event(&events, "result")["rows_count"], 1, "{events:?}");
        assert_eq!(events.last().unwrap().event, "done");
        assert_eq!(model.requests().len(), requests, "it is offered tools once");
    }
    let asked = &model.requests()[1];
    assert!(
        !asked.system().contains("run_sql") && !asked.question().contains("run_sql"),
        "{}",
        asked.question()
    );
}

#[tokio::test]
async fn a_client_that_goes_away_changes_nothing() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["你", "好"]).gated(&gate));
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let mut reader = user.ask("你好").await.into_reader();
    let first = reader.next().await.unwrap();
    drop(reader);
    gate.open();
    model.finished(1).await;
    // Coming back, the rest is read up to the end.
    let request = user
        .request(http::Method::GET, &format!("/api/v1/chat/stream?query={}", encode("你好")))
        .header("last-event-id", &first.id);
    let events = app.send(request.body(axum::body::Body::empty()).unwrap()).await.events().await;
    assert_eq!(events.last().unwrap().event, "done");
    let kept = conversation(&user, &[first]).await;
    assert_eq!(kept["messages"][1]["content"], "你好");
    assert_eq!(model.requests().len(), 1);
}

#[tokio::test]
async fn a_reply_that_breaks_off_is_an_error_and_what_came_is_kept() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["你"]).cut());
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let events = user.answer("你好").await;
    let last = events.last().unwrap();
    assert_eq!((last.event.as_str(), &last.json()["code"]), ("error", &json!("MODEL_CUT")));
    let kept = conversation(&user, &events).await;
    assert_eq!(kept["messages"][1]["content"], "你");
    assert_eq!(kept["messages"][1]["metadata"]["error"]["code"], "MODEL_CUT");
    assert_eq!(model.requests().len(), 1, "what has been said is not asked for again");
}

#[tokio::test]
async fn a_busy_model_is_asked_again_and_then_reported() {
    let model = ScriptedModel::start().await;
    model.when("你好").replies([ScriptedReply::status(503), "好".into()]);
    model.when("在吗").reply(ScriptedReply::status(429));
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    assert_eq!(user.answer("你好").await.last().unwrap().event, "done");
    let error = event(&user.answer("在吗").await, "error");
    assert_eq!(error["code"], "MODEL_RATE_LIMITED");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("429") && !message.contains("sk-scripted"), "{message}");
    assert_eq!(model.requests().len(), 4);
}

#[tokio::test]
async fn a_model_that_is_not_there_is_an_error_event_in_the_asked_language() {
    let model = ScriptedModel::start().await;
    let app = app(&model).await;
    model.close();
    let user = app.register("user@example.com").await;
    let events =
        user.get(&format!("/api/v1/chat/stream?language=en&query={}", encode("hi"))).await.events().await;
    let error = event(&events, "error");
    assert_eq!(error["code"], "MODEL_UNREACHABLE");
    assert!(error["message"].as_str().unwrap().starts_with("The language model can't be reached"), "{error}");
}

#[tokio::test]
async fn a_model_is_chosen_by_id_or_name_and_the_built_in_engine_stays() {
    let model = ScriptedModel::start().await;
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let user = &user;
    let ask = async |name: &str| {
        user.get(&format!("/api/v1/chat/stream?query={}&model={name}", encode("一共有多少客户？"))).await
    };
    for name in ["scripted", "Scripted"] {
        assert_eq!(names(&ask(name).await.events().await).last(), Some(&"done"));
    }
    assert_eq!(model.requests().len(), 2);
    let events = ask("builtin").await.events().await;
    assert_eq!(conversation(user, &events).await["model"], "builtin");
    assert_eq!(model.requests().len(), 2);
    failure(ask("nothing").await, StatusCode::NOT_FOUND, "NOT_FOUND").await;
}

#[tokio::test]
async fn a_stop_reaches_the_model_within_a_tenth_of_a_second() {
    /// How often that is measured. The median counts, since a busy machine may hold up any one of them.
    const ROUNDS: usize = 5;
    let model = ScriptedModel::start().await;
    model.when("开始").reply(ScriptedReply::pieces(["开始"]).then_hang());
    model.when("沉默").reply(ScriptedReply::never());
    let listener = TestServer::bind().await;
    let bound = listener.local_addr().unwrap();
    let app = TestApp::builder().bound(bound).model(&model).start().await;
    let server = TestServer::serve(listener, app.router.clone());
    let user = app.register("user@example.com").await;
    for (kind, question) in ["开始", "沉默"].into_iter().enumerate() {
        let mut noticed = Vec::new();
        for round in 1..=ROUNDS {
            let path = format!("/api/v1/chat/stream?query={}", encode(question));
            let mut events = EventSource::open(&server, &path, &user.access_token);
            let id = events.next().await.unwrap().json()["conversation_id"].clone();
            let asked = kind * ROUNDS + round;
            model.asked(asked).await;
            if question == "开始" {
                events.next_named("delta").await;
            }
            let body = json!({"conversation_id": id}).to_string();
            let stop = format!(
                "POST /api/v1/chat/stop HTTP/1.1\r\nhost: {bound}\r\nauthorization: Bearer {}\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                user.access_token,
                body.len()
            );
            let sent = Instant::now();
            let ((), answer) = tokio::join!(
                async {
                    model.disconnected(asked).await;
                    noticed.push(sent.elapsed());
                },
                server.raw(stop.as_bytes())
            );
            assert!(answer.contains("\"stopped\":true"), "{answer}");
            events.next_named("error").await;
        }
        noticed.sort();
        assert!(noticed[ROUNDS / 2] < Duration::from_millis(100), "{question}: {noticed:?}");
    }
}

#[tokio::test]
async fn sql_that_the_length_limit_cut_is_not_run_and_words_are_a_partial_answer() {
    let model = ScriptedModel::start().await;
    let half = ScriptedReply::from("```sql\nSELECT COUNT(*) AS n FROM customers").finish_reason("length");
    let whole = ScriptedReply::from("```sql\nSELECT COUNT(*) AS n FROM customers WHERE city = '上海'\n```");
    // What is asked for again is asked for behind it.
    let is_asked = |request: &ModelRequest| request.texts("user").iter().any(|text| text.contains("上海"));
    model.when_request(is_asked).replies([half, whole, "好。".into()]);
    model.when("你好").reply(ScriptedReply::pieces(["你好，我"]).finish_reason("length"));
    model.when("什么").reply(ScriptedReply::pieces::<&str>([]).finish_reason("content_filter"));
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let events = user.answer("上海有多少客户").await;
    let sql = event(&events, "sql");
    assert_eq!((&sql["attempt"], events.last().unwrap().event.as_str()), (&json!(2), "done"));
    assert!(sql["sql"].as_str().unwrap().contains("WHERE city"), "{sql}");

    let events = user.answer("你好").await;
    assert_eq!(event(&events, "error")["code"], "MODEL_LENGTH_LIMIT");
    let kept = conversation(&user, &events).await;
    assert_eq!(kept["messages"][1]["content"], "你好，我");
    assert_eq!(kept["messages"][1]["metadata"]["error"]["code"], "MODEL_LENGTH_LIMIT");

    let before = model.requests().len();
    let error = event(&user.answer("说什么").await, "error");
    assert_eq!(error["code"], "MODEL_FILTERED");
    assert_eq!(model.requests().len(), before + 1, "it isn't asked again");
}

#[tokio::test]
async fn thinking_that_only_its_end_shows_is_not_kept() {
    let model = ScriptedModel::start().await;
    model.when("你好").reply(ScriptedReply::pieces(["A secret", " plan.", "</think>", "\n\n", "你好！"]));
    model.when("再说").reply("好。");
    let app = app(&model).await;
    let user = app.register("user@example.com").await;
    let events = user.answer("你好").await;
    let kept = conversation(&user, &events).await;
    assert_eq!(kept["messages"][1]["content"], "你好！");
    let id = kept["id"].as_str().unwrap();
    let next = format!("/api/v1/chat/stream?query={}&conversation_id={id}", encode("再说"));
    user.get(&next).await.events().await;
    assert_eq!(model.last_request().texts("assistant"), ["你好！"]);
}

#[tokio::test]
async fn a_question_is_answered_through_a_proxy_that_none_of_us_wrote() {
    let (base_url, key) = litellm();
    let app = TestApp::builder().model_at("sql", base_url.clone(), &key).model_at("words", base_url, &key);
    let app = app.start().await;
    let user = app.register("user@example.com").await;
    let events = user.answer("一共有多少客户？").await;
    assert_eq!(event(&events, "sql")["sql"], "SELECT COUNT(*) AS customer_count FROM customers");
    assert_eq!(event(&events, "result")["columns"][0]["name"], "customer_count");
    let usage = event(&events, "done")["usage"].clone();
    assert!(usage["input_tokens"].as_u64().unwrap() > 0 && usage["estimated"].is_null(), "{usage}");
    let asked = format!("/api/v1/chat/stream?model=words&query={}", encode("你好"));
    let events = user.get(&asked).await.events().await;
    assert_eq!(
        conversation(&user, &events).await["messages"][1]["content"],
        "The proxy says hello, 代理说你好。"
    );
}
