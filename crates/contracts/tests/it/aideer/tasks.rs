//! `/tasks`: what is written, how it is streamed, and to whom.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{
    EventSource, Gate, ScriptedModel, ScriptedReply, SseEvent, TestApp, TestServer, TestUser,
};

use super::support::{failure, faulty_fields, fine};

async fn chat(user: &TestUser<'_>, preset: &Value, messages: &[(&str, &str)]) -> String {
    let messages: Vec<Value> =
        messages.iter().map(|(role, content)| json!({"role": role, "content": content})).collect();
    let body = json!({"preset_id": preset, "title": "t", "messages": messages});
    fine(user.post("/api/v1/chats", &body).await).await["id"].as_str().unwrap().to_owned()
}

async fn begin(user: &TestUser<'_>, chat: &str, kind: &str) -> String {
    let begun = fine(user.post("/api/v1/tasks", &json!({"chat_id": chat, "type": kind})).await).await;
    assert_eq!(begun["status"], "pending");
    begun["task_id"].as_str().unwrap().to_owned()
}

async fn read_all(app: &TestApp, task: &str) -> Vec<SseEvent> {
    app.get(&format!("/api/v1/tasks/{task}/stream")).await.events().await
}

async fn status(app: &TestApp, task: &str) -> Value {
    fine(app.get(&format!("/api/v1/tasks/{task}")).await).await["status"].clone()
}

/// An application with this model, served on a socket.
async fn served(model: &ScriptedModel) -> (TestApp, TestServer) {
    let listener = TestServer::bind().await;
    let bound = listener.local_addr().unwrap();
    let app = TestApp::builder().bound(bound).model(model).start().await;
    let server = TestServer::serve(listener, app.router.clone());
    (app, server)
}

#[tokio::test]
async fn a_reply_streams_as_it_grows_and_joins_the_chat() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["Hel", "lo\n", "😀"]).usage(7, 11).gated(&gate));
    let app = TestApp::builder().model(&model).start().await;
    app.sign_up("admin").await;
    let ann = app.sign_up("ann").await;
    app.grant(&ann, 100).await;
    let chat = chat(&ann, &Value::Null, &[("user", "hi")]).await;
    let task = begin(&ann, &chat, "chat_generation").await;
    let mut reader = app.get(&format!("/api/v1/tasks/{task}/stream")).await.into_reader();
    let open = reader.next().await.unwrap();
    assert_eq!((open.event.as_str(), open.data.as_str()), ("open", "{}"));
    assert_eq!(status(&app, &task).await, "running");
    for content in ["Hel", "Hello\n", "Hello\n😀"] {
        gate.let_go(1);
        let event = reader.next().await.unwrap();
        assert_eq!(event.event, "message");
        assert_eq!(event.json(), json!({"status": "running", "content": content}));
    }
    gate.open();
    let end = reader.next().await.unwrap();
    assert_eq!(end.json(), json!({"status": "finished", "content": "Hello\n😀", "token_cost": 18}));
    let close = reader.next().await.unwrap();
    assert_eq!((close.event.as_str(), close.data.as_str()), ("close", "{}"));
    assert!(reader.next().await.is_none());

    assert_eq!(status(&app, &task).await, "finished");
    let kept = fine(ann.get(&format!("/api/v1/chats/{chat}")).await).await;
    assert_eq!(kept["messages"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&kept["messages"][1]["role"], &kept["messages"][1]["content"]),
        (&json!("assistant"), &json!("Hello\n😀"))
    );
    assert_eq!(fine(ann.get("/api/v1/users/me").await).await["credits_left"], 82);

    // Over, it replays its end, to as many as ask; who has seen the end is told that nothing follows.
    for _ in 0..2 {
        let events = read_all(&app, &task).await;
        assert_eq!(events, [open.clone(), end.clone(), close.clone()]);
    }
    let request = app.request(http::Method::GET, &format!("/api/v1/tasks/{task}/stream"));
    let request = request.header("last-event-id", &close.id).body(axum::body::Body::empty()).unwrap();
    assert_eq!(app.send(request).await.status(), StatusCode::NO_CONTENT);
    let path = format!("/api/v1/tasks/{task}");
    fine(app.send(app.request(http::Method::DELETE, &path).body(axum::body::Body::empty()).unwrap()).await)
        .await;
    failure(app.get(&path).await, StatusCode::NOT_FOUND).await;
    failure(app.get(&format!("{path}/stream")).await, StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn a_preset_comes_before_the_messages_and_its_parameters_reach_the_model() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["ok"]).usage(1, 1));
    let app = TestApp::builder().model(&model).start().await;
    let ann = app.sign_up("ann").await;
    let preset = json!({
        "title": "p",
        "parameters": {"model": "Scripted", "seed": 5, "max_tokens": 9, "top_p": 0.5, "top_k": 3, "repetition_penalty": 1.5,
            "frequency_penalty": 0.25, "presence_penalty": -0.25, "temperature": 0.75},
        "messages": [
            {"role": "system", "content": "Be brief.", "visibility": false},
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "two"},
        ],
    });
    let preset = fine(ann.post("/api/v1/presets", &preset).await).await["id"].clone();
    let chat = chat(&ann, &preset, &[("user", "three")]).await;
    let check = |count: usize| {
        let requests = model.requests();
        assert_eq!(requests.len(), count);
        let request = &requests[count - 1];
        assert_eq!(request.system(), "Be brief.");
        assert_eq!(request.texts("user"), ["one", "three"]);
        let body = &request.body;
        for (name, value) in [
            ("seed", json!(5)),
            ("max_tokens", json!(9)),
            ("top_p", json!(0.5)),
            ("top_k", json!(3)),
            ("repetition_penalty", json!(1.5)),
            ("frequency_penalty", json!(0.25)),
            ("presence_penalty", json!(-0.25)),
            ("temperature", json!(0.75)),
        ] {
            assert_eq!(body[name], value, "{name}");
        }
        assert!(body.get("tools").is_none_or(Value::is_null), "{body}");
    };
    read_all(&app, &begin(&ann, &chat, "chat_generation").await).await;
    check(1);
    // Deleted, it still is what the chat begins with, and the chat can be written back with it.
    fine(ann.delete(&format!("/api/v1/presets/{}", preset.as_str().unwrap())).await).await;
    let path = format!("/api/v1/chats/{chat}");
    let mut kept = fine(ann.get(&path).await).await;
    assert_eq!(kept["preset_id"], preset);
    kept["messages"].as_array_mut().unwrap().truncate(1);
    fine(ann.put(&path, &kept).await).await;
    read_all(&app, &begin(&ann, &chat, "chat_generation").await).await;
    check(2);
    let other = json!({"preset_id": preset, "title": "t", "messages": []});
    let refused = ann.post("/api/v1/chats", &other).await;
    assert_eq!(failure(refused, StatusCode::BAD_REQUEST).await, "Preset not found");
}

#[tokio::test]
async fn a_title_is_written() {
    let model = ScriptedModel::start().await;
    model.when("Write its title").reply(ScriptedReply::pieces(["“春天", "的诗”"]).usage(20, 2));
    let app = TestApp::builder().model(&model).start().await;
    app.sign_up("admin").await;
    let ann = app.sign_up("ann").await;
    app.grant(&ann, 100).await;
    let chat = chat(&ann, &Value::Null, &[("user", "写一首诗"), ("assistant", "春眠不觉晓")]).await;
    let events = read_all(&app, &begin(&ann, &chat, "title_generation").await).await;
    let end = events[events.len() - 2].json();
    assert_eq!(end, json!({"status": "finished", "content": "春天的诗", "token_cost": 22}));
    assert!(model.last_request().question().contains("春眠不觉晓"));
    let kept = fine(ann.get(&format!("/api/v1/chats/{chat}")).await).await;
    assert_eq!((&kept["title"], kept["messages"].as_array().unwrap().len()), (&json!("春天的诗"), 2));
    let records = fine(ann.get("/api/v1/users/me/credits").await).await;
    assert_eq!(
        (&records["credits_left"], &records["credit_records"][0]["amount"]),
        (&json!(78), &json!(-22))
    );
}

#[tokio::test]
async fn what_a_task_wrote_is_told_whatever_becomes_of_the_chat() {
    let model = ScriptedModel::start().await;
    model.when("Write its title").reply(ScriptedReply::pieces(["问候"]).usage(1, 1));
    model.always(ScriptedReply::pieces(["the reply"]).usage(1, 1));
    let app = TestApp::builder().model(&model).start().await;
    let ann = app.sign_up("ann").await;
    let chat = chat(&ann, &Value::Null, &[("user", "hi")]).await;
    let mut ends = Vec::new();
    for (kind, content) in [("chat_generation", "the reply"), ("title_generation", "问候")] {
        let task = begin(&ann, &chat, kind).await;
        let events = read_all(&app, &task).await;
        let end = events[events.len() - 2].clone();
        assert_eq!((&end.json()["status"], &end.json()["content"]), (&json!("finished"), &json!(content)));
        ends.push((task, end));
    }
    let anew =
        json!({"preset_id": null, "title": "secret plans", "messages": [{"role": "user", "content": "bye"}]});
    fine(ann.put(&format!("/api/v1/chats/{chat}"), &anew).await).await;
    for (task, end) in ends {
        assert_eq!(read_all(&app, &task).await[1], end);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_replies_to_all_that_was_said_before_it_began() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["more"]).usage(1, 1));
    let builder = TestApp::builder().model(&model).http(|http| http.rate_limits.per_account = None);
    let app = builder.core(|core| core.runs_per_account = 100).start().await;
    let ann = app.sign_up("ann").await;
    let chat = chat(&ann, &Value::Null, &[("user", "hi")]).await;
    let body = json!({"chat_id": chat, "type": "chat_generation"});
    let begun = futures::future::join_all((0..60).map(|_| ann.post("/api/v1/tasks", &body))).await;
    let mut count = 0;
    for response in begun {
        if response.status() == StatusCode::OK {
            let task = fine(response).await["task_id"].as_str().unwrap().to_owned();
            read_all(&app, &task).await;
            count += 1;
        } else {
            assert_eq!(faulty_fields(response).await, ["body.chat_id"]);
        }
    }
    let read: Vec<usize> =
        model.requests().iter().map(|request| request.body["messages"].as_array().unwrap().len()).collect();
    assert_eq!(read, (1..=count).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_for_again_under_its_key_is_the_same_task() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["ok"]).usage(1, 1));
    let app = TestApp::builder().model(&model).start().await;
    app.sign_up("admin").await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let mut chats = Vec::new();
    for user in [&ann, &bob] {
        app.grant(user, 100).await;
        chats.push(chat(user, &Value::Null, &[("user", "hi")]).await);
    }
    let ask = |user: &TestUser<'_>, key: &str, chat: &str, kind: &str| {
        let request = user.request(http::Method::POST, "/api/v1/tasks").header("idempotency-key", key);
        let body = json!({"chat_id": chat, "type": kind}).to_string();
        app.send(
            request.header("content-type", "application/json").body(axum::body::Body::from(body)).unwrap(),
        )
    };
    let id = async |response| fine(response).await["task_id"].as_str().unwrap().to_owned();
    let asked =
        futures::future::join_all((0..20).map(|_| ask(&ann, "one", &chats[0], "chat_generation"))).await;
    let mut tasks = Vec::new();
    for response in asked {
        tasks.push(id(response).await);
    }
    tasks.dedup();
    assert_eq!(tasks.len(), 1);
    read_all(&app, &tasks[0]).await;
    assert_eq!(
        id(ask(&ann, "one", &chats[0], "chat_generation").await).await,
        tasks[0],
        "over, it is the same"
    );
    assert_eq!(model.requests().len(), 1);
    // The key is its owner's, and of one task.
    assert_ne!(id(ask(&bob, "one", &chats[1], "chat_generation").await).await, tasks[0]);
    let other = ask(&ann, "one", &chats[0], "title_generation").await;
    assert_eq!(faulty_fields(other).await, ["header.idempotency-key"]);
    assert_ne!(id(ask(&ann, "two", &chats[0], "chat_generation").await).await, tasks[0]);
    for key in ["", &"x".repeat(256)] {
        let refused = ask(&ann, key, &chats[0], "chat_generation").await;
        assert_eq!(faulty_fields(refused).await, ["header.idempotency-key"]);
    }
}

#[tokio::test]
async fn a_title_is_written_while_the_chat_is_replied_to_and_a_stop_ends_both() {
    let model = ScriptedModel::start().await;
    model
        .when("Write its title")
        .replies([ScriptedReply::pieces(["问候"]).usage(1, 1), ScriptedReply::pieces(["…"]).then_hang()]);
    model.always(ScriptedReply::pieces(["half"]).then_hang());
    let app = TestApp::builder().model(&model).start().await;
    let ann = app.sign_up("ann").await;
    let chat = chat(&ann, &Value::Null, &[("user", "hi")]).await;
    let writing = begin(&ann, &chat, "chat_generation").await;
    let titled = read_all(&app, &begin(&ann, &chat, "title_generation").await).await;
    assert_eq!(titled[1].json()["content"], "问候");
    assert_eq!(status(&app, &writing).await, "running");
    let titling = begin(&ann, &chat, "title_generation").await;
    for kind in ["title_generation", "chat_generation"] {
        let busy = ann.post("/api/v1/tasks", &json!({"chat_id": chat, "type": kind})).await;
        assert_eq!(faulty_fields(busy).await, ["body.chat_id"], "one of each kind");
    }
    let stopped = ann.post("/api/v1/chat/stop", &json!({"conversation_id": chat})).await;
    assert_eq!(stopped.json().await["data"]["stopped"], true);
    for task in [writing, titling] {
        read_all(&app, &task).await;
        assert_eq!(status(&app, &task).await, "failed");
    }
    assert_eq!(fine(ann.get(&format!("/api/v1/chats/{chat}")).await).await["title"], "问候");
}

#[tokio::test]
async fn why_a_task_failed_is_told_late_as_it_was_at_once() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::status(401));
    let app = TestApp::builder().model(&model).start().await;
    let ann = app.sign_up("ann").await;
    let chat = chat(&ann, &Value::Null, &[("user", "hi")]).await;
    let task = begin(&ann, &chat, "chat_generation").await;
    let at_once = read_all(&app, &task).await[1].json();
    assert!(at_once["error"].as_str().unwrap().contains("密钥"), "{at_once}");
    assert_eq!(read_all(&app, &task).await[1].json(), at_once);
}

#[tokio::test]
async fn what_stands_against_a_task_is_said() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["…"]).then_hang());
    let app = TestApp::builder().model(&model).start().await;
    app.sign_up("admin").await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let chat = chat(&ann, &Value::Null, &[("user", "hi")]).await;
    let task = |chat: &str, kind: &str| json!({"chat_id": chat, "type": kind});
    let post = async |user: &TestUser<'_>, body: &Value| user.post("/api/v1/tasks", body).await;
    let nil = "00000000-0000-0000-0000-000000000000";
    for (body, fields) in [
        (json!({}), vec!["body.chat_id", "body.type"]),
        (task("x", "chat_generation"), vec!["body.chat_id"]),
        (task(&chat, "image_generation"), vec!["body.type"]),
        (task(&chat, "poem"), vec!["body.type"]),
    ] {
        assert_eq!(faulty_fields(post(&ann, &body).await).await, fields, "{body}");
    }
    let wanted = task(&chat, "chat_generation");
    failure(post(&ann, &wanted).await, StatusCode::PAYMENT_REQUIRED).await;
    failure(post(&bob, &wanted).await, StatusCode::FORBIDDEN).await;
    failure(post(&ann, &task(nil, "chat_generation")).await, StatusCode::NOT_FOUND).await;
    app.grant(&ann, 1_000_000).await;
    let empty = self::chat(&ann, &Value::Null, &[]).await;
    assert_eq!(
        faulty_fields(post(&ann, &task(&empty, "title_generation")).await).await,
        ["body.chat_id"],
        "nothing was said yet"
    );
    let preset = json!({"title": "p", "type": "image_generation"});
    let preset = fine(ann.post("/api/v1/presets", &preset).await).await["id"].clone();
    let painting = self::chat(&ann, &preset, &[("user", "a cat")]).await;
    assert_eq!(
        faulty_fields(post(&ann, &task(&painting, "chat_generation")).await).await,
        ["body.chat_id"],
        "its preset is for pictures"
    );
    let running = begin(&ann, &chat, "chat_generation").await;
    assert_eq!(faulty_fields(post(&ann, &wanted).await).await, ["body.chat_id"], "one at a time");
    let path = format!("/api/v1/tasks/{running}");
    let delete = app.request(http::Method::DELETE, &path).body(axum::body::Body::empty()).unwrap();
    assert_eq!(faulty_fields(app.send(delete).await).await, ["path.task_id"], "it is running");
    for path in [format!("/api/v1/tasks/{nil}"), format!("/api/v1/tasks/{nil}/stream")] {
        failure(app.get(&path).await, StatusCode::NOT_FOUND).await;
    }
    assert_eq!(faulty_fields(app.get("/api/v1/tasks/1").await).await, ["path.task_id"]);
}

#[tokio::test]
async fn without_a_model_a_task_says_what_to_do() {
    let app = TestApp::start().await;
    let ann = app.sign_up("ann").await;
    let chat = chat(&ann, &Value::Null, &[("user", "hi")]).await;
    let events = read_all(&app, &begin(&ann, &chat, "chat_generation").await).await;
    let end = events[events.len() - 2].json();
    assert_eq!((&end["status"], &end["token_cost"]), (&json!("failed"), &json!(0)));
    assert!(end["error"].as_str().unwrap().contains("OPENAI_API_KEY"), "{end}");
}

#[tokio::test]
async fn a_failure_is_told_and_what_came_before_it_is_kept() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["half"]).cut());
    let app = TestApp::builder().model(&model).start().await;
    let ann = app.sign_up("ann").await;
    let chat = chat(&ann, &Value::Null, &[("user", "hi")]).await;
    let task = begin(&ann, &chat, "chat_generation").await;
    let events = read_all(&app, &task).await;
    let end = events[events.len() - 2].json();
    assert_eq!((&end["status"], &end["content"]), (&json!("failed"), &json!("half")));
    assert!(!end["error"].as_str().unwrap().is_empty());
    assert_eq!(status(&app, &task).await, "failed");
    let kept = fine(ann.get(&format!("/api/v1/chats/{chat}")).await).await;
    assert_eq!(kept["messages"][1]["content"], "half");
}

#[tokio::test]
async fn over_a_socket_one_reads_until_it_goes_and_comes_back_where_it_was() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["a", "b", "c"]).usage(1, 3).gated(&gate));
    let (app, server) = served(&model).await;
    let ann = app.sign_up("ann").await;
    let chat = chat(&ann, &Value::Null, &[("user", "hi")]).await;
    let task = begin(&ann, &chat, "chat_generation").await;
    let path = format!("/api/v1/tasks/{task}/stream");
    let mut first = EventSource::open(&server, &path, &ann.access_token);
    assert_eq!(first.next().await.unwrap().event, "open");
    gate.let_go(1);
    let seen = first.next().await.unwrap();
    assert_eq!(seen.json()["content"], "a");
    assert_eq!(faulty_fields(app.get(&path).await).await, ["path.task_id"], "somebody is reading");

    // Its reader's id takes the place over; the text goes on where it was.
    let mut second = EventSource::open(&server, &path, &ann.access_token).after(&seen.id);
    gate.let_go(1);
    assert_eq!(second.next().await.unwrap().json()["content"], "ab");
    drop(second);
    drop(first);
    // The place is free once the server has noticed.
    let mut third = loop {
        let response = app.get(&path).await;
        if response.status() == StatusCode::OK {
            break response.into_reader();
        }
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        tokio::task::yield_now().await;
    };
    assert_eq!(third.next().await.unwrap().event, "open");
    assert_eq!(third.next().await.unwrap().json()["content"], "ab");
    gate.open();
    let mut last = third.next().await.unwrap();
    while last.event != "close" {
        last = third.next().await.unwrap();
    }
    let mut after = EventSource::open(&server, &path, &ann.access_token).after(&last.id);
    assert!(after.next().await.is_none(), "nothing follows the end");
    assert_eq!(model.requests().len(), 1);
}

#[tokio::test]
async fn thinking_that_only_its_end_shows_leaves_the_reply() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["Secret", "</think>\n", "Hello"]).usage(1, 1).gated(&gate));
    let app = TestApp::builder().model(&model).start().await;
    app.sign_up("admin").await;
    let ann = app.sign_up("ann").await;
    app.grant(&ann, 100).await;
    let chat = chat(&ann, &Value::Null, &[("user", "hi")]).await;
    let task = begin(&ann, &chat, "chat_generation").await;
    let mut reader = app.get(&format!("/api/v1/tasks/{task}/stream")).await.into_reader();
    reader.next_named("open").await;
    gate.let_go(1);
    assert_eq!(reader.next().await.unwrap().json()["content"], "Secret");
    gate.let_go(1);
    assert_eq!(reader.next().await.unwrap().json()["content"], "");
    gate.open();
    let end = loop {
        let event = reader.next().await.unwrap();
        if event.json()["status"] == "finished" {
            break event;
        }
    };
    assert_eq!(end.json()["content"], "Hello");
}

#[tokio::test]
async fn a_reply_as_long_as_was_asked_for_is_whole_and_one_the_provider_cut_is_not() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["Once upon"]).finish_reason("length").usage(1, 1));
    let app = TestApp::builder().model(&model).start().await;
    app.sign_up("admin").await;
    let ann = app.sign_up("ann").await;
    app.grant(&ann, 100).await;
    let body = json!({"title": "p", "parameters": {"max_tokens": 2}, "messages": []});
    let preset = fine(ann.post("/api/v1/presets", &body).await).await["id"].clone();
    for (preset, expected) in [(preset, "finished"), (Value::Null, "failed")] {
        let chat = chat(&ann, &preset, &[("user", "hi")]).await;
        let task = begin(&ann, &chat, "chat_generation").await;
        let events = read_all(&app, &task).await;
        let end = events.iter().rev().find(|event| event.event == "message").unwrap().json();
        assert_eq!((&end["status"], &end["content"]), (&json!(expected), &json!("Once upon")), "{end}");
    }
}
