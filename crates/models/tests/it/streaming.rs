//! Replies that go well.

use futures::StreamExt;
use serde_json::{Value, json};
use wenshu_answer::{Prompt, PromptMessage, ReplyPart, Speaker, Tool, Unfinished};
use wenshu_testkit::{Gate, ScriptedModel, ScriptedReply};

use crate::support::{KEY, ask, client_of, question, text, unfinished, usage};

#[tokio::test]
async fn each_piece_comes_when_it_is_sent() {
    let server = ScriptedModel::start().await;
    let gate = Gate::closed();
    let pieces = ["上月", "销售额 ", "📈👩‍👩‍👧", "\n\n  **42**\r\n"];
    server.always(ScriptedReply::pieces(pieces).usage(11, 4).gated(&gate));
    let model = client_of(&server);
    gate.let_go(1);
    let mut reply = model.reply(question("hi")).await.unwrap();
    assert_eq!(reply.requests, 1);
    for piece in pieces {
        // The next one is still held back on the server.
        assert_eq!(reply.parts.next().await.unwrap().unwrap(), text(piece));
        gate.let_go(1);
    }
    assert_eq!(reply.parts.next().await.unwrap().unwrap(), usage(11, 4));
    assert!(reply.parts.next().await.is_none());
}

#[tokio::test]
async fn what_is_sent() {
    let server = ScriptedModel::start().await;
    let message = |speaker, text: &str| PromptMessage::new(speaker, text);
    let parameters =
        json!({ "type": "object", "properties": { "sql": { "type": "string" } }, "required": ["sql"] });
    let prompt = Prompt {
        system: "Be brief.".to_owned(),
        messages: vec![
            message(Speaker::User, "一"),
            message(Speaker::Assistant, "二"),
            message(Speaker::User, "三"),
        ],
        tools: vec![Tool {
            name: "run_sql".to_owned(),
            description: "Runs SQL.".to_owned(),
            parameters: parameters.clone(),
        }],
        max_output_tokens: Some(100),
        temperature: Some(0.5),
        sampling: crate::support::SAMPLING,
        ..Prompt::default()
    };
    client_of(&server).reply(prompt).await.unwrap();
    let request = server.last_request();
    assert_eq!(request.path, "/v1/chat/completions");
    assert_eq!(request.authorization(), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(request.model(), "gpt-test");
    assert!(request.streams() && request.wants_usage());
    assert_eq!(request.system(), "Be brief.");
    assert_eq!(
        (request.texts("user"), request.texts("assistant")),
        (vec!["一".into(), "三".into()], vec!["二".into()])
    );
    assert_eq!(request.tools(), ["run_sql"]);
    assert_eq!(request.body["tools"][0]["function"]["parameters"], parameters);
    assert_eq!((&request.body["max_tokens"], &request.body["temperature"]), (&json!(100), &json!(0.5)));
    for (name, value) in [
        ("seed", json!(7)),
        ("top_p", json!(0.25)),
        ("top_k", json!(40)),
        ("repetition_penalty", json!(1.5)),
        ("frequency_penalty", json!(-0.5)),
        ("presence_penalty", json!(0.75)),
    ] {
        assert_eq!(request.body[name], value, "{name}");
    }
}

#[tokio::test]
async fn characters_and_frames_cut_anywhere() {
    let pieces = ["数据🙂", "é\u{301}", "完"];
    for bytes in 1..=9 {
        let server = ScriptedModel::start().await;
        server.always(ScriptedReply::pieces(pieces).usage(1, 3).in_writes_of(bytes));
        let (parts, error, _) = ask(&*client_of(&server), "hi").await;
        assert_eq!(error, None);
        assert_eq!(parts, [text(pieces[0]), text(pieces[1]), text(pieces[2]), usage(1, 3)], "{bytes}");
    }
}

#[tokio::test]
async fn thinking_and_tool_calls() {
    let server = ScriptedModel::start().await;
    let first = json!({ "sql": "SELECT '问' AS \"列\"", "limit": 10 });
    let reply = ScriptedReply::pieces::<&str>([])
        .and_thinking(["先", "想"])
        .and_pieces(["好"])
        .and_tool_call("run_sql", &first)
        .and_tool_call("draw_chart", &json!({}))
        .and_raw_tool_call("broken", r#"{"sql": "SELE"#);
    server.always(reply.usage(5, 6));
    let (parts, error, _) = ask(&*client_of(&server), "hi").await;
    assert_eq!(error, None);
    let thinking = |text: &str| ReplyPart::Thinking(text.to_owned());
    let call = |name: &str, arguments: Value| ReplyPart::ToolCall { name: name.to_owned(), arguments };
    assert_eq!(
        parts,
        [
            thinking("先"),
            thinking("想"),
            text("好"),
            call("run_sql", first),
            call("draw_chart", json!({})),
            call("broken", json!(r#"{"sql": "SELE"#)),
            usage(5, 6),
        ]
    );
}

#[tokio::test]
async fn replies_that_lack_something() {
    let server = ScriptedModel::start().await;
    server.when("no usage").reply(ScriptedReply::pieces(["a"]).without_usage());
    server.when("empty").reply(ScriptedReply::pieces::<&str>([]).usage(3, 0));
    server.when("nothing").reply(ScriptedReply::pieces::<&str>([]).without_usage());
    server.when("odd reason").reply(ScriptedReply::pieces(["a"]).finish_reason("bored").without_usage());
    // A server that says neither why it ended nor, here, anything of usage.
    let bare = json!({ "choices": [{ "index": 0, "delta": { "content": "a" } }] }).to_string();
    server
        .when("no reason")
        .reply(ScriptedReply::pieces::<&str>([]).and_data(bare).and_data("[DONE]").ending_early());
    let model = client_of(&server);
    for (question, expected) in [
        ("no usage", vec![text("a")]),
        ("empty", vec![usage(3, 0)]),
        ("nothing", vec![]),
        ("odd reason", vec![text("a")]),
        ("no reason", vec![text("a")]),
    ] {
        assert_eq!(ask(&*model, question).await, (expected, None, 1), "{question}");
    }
}

#[tokio::test]
async fn a_reply_that_is_not_whole_says_so() {
    let server = ScriptedModel::start().await;
    let words = ScriptedReply::pieces(["a", "b"]);
    server.when("too long").reply(words.clone().finish_reason("length").usage(1, 2));
    server.when("not counted").reply(words.clone().finish_reason("length").without_usage());
    server.when("withheld").reply(words.finish_reason("content_filter").usage(1, 2));
    server
        .when("nothing")
        .reply(ScriptedReply::pieces::<&str>([]).finish_reason("content_filter").usage(1, 0));
    let called = ScriptedReply::pieces::<&str>([]).and_raw_tool_call("run_sql", r#"{"sql": "SELECT 1 FR"#);
    server.when("in a call").reply(called.finish_reason("length").without_usage());
    let model = client_of(&server);
    let (length, filtered) = (unfinished(Unfinished::Length), unfinished(Unfinished::Filtered));
    let arguments = json!(r#"{"sql": "SELECT 1 FR"#);
    let call = ReplyPart::ToolCall { name: "run_sql".to_owned(), arguments };
    for (question, expected) in [
        ("too long", vec![text("a"), text("b"), length.clone(), usage(1, 2)]),
        ("not counted", vec![text("a"), text("b"), length.clone()]),
        ("withheld", vec![text("a"), text("b"), filtered.clone(), usage(1, 2)]),
        ("nothing", vec![filtered, usage(1, 0)]),
        ("in a call", vec![call, length]),
    ] {
        assert_eq!(ask(&*model, question).await, (expected, None, 1), "{question}");
    }
}

#[tokio::test]
async fn frames_that_are_no_pieces() {
    let server = ScriptedModel::start().await;
    let reply = ScriptedReply::pieces(["a"])
        .and_raw(": keep-alive\n\n")
        .and_raw("event: ping\r\ndata:\r\n\r\n")
        .and_data(r#"{"object":"something.new","of":1}"#)
        .and_data(r#"{"id":"x","object":"chat.completion.chunk","choices":[],"prompt_filter_results":[]}"#)
        .and_data("null")
        .and_pieces(["b"]);
    server.always(reply.usage(1, 2));
    assert_eq!(ask(&*client_of(&server), "hi").await, (vec![text("a"), text("b"), usage(1, 2)], None, 1));
}

#[tokio::test]
async fn a_server_that_answers_whole() {
    let server = ScriptedModel::start().await;
    let whole = json!({
        "id": "x", "object": "chat.completion", "model": "m",
        "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": "整个" } }],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
    });
    server.always(ScriptedReply::status_with(200, whole));
    assert_eq!(ask(&*client_of(&server), "hi").await, (vec![text("整个"), usage(1, 2)], None, 1));
}

#[tokio::test]
async fn many_at_once_keep_apart() {
    let server = ScriptedModel::start().await;
    for number in 0..50 {
        server.when(format!("<{number}>")).reply(format!("answer {number} of many 🙂").as_str());
    }
    let model = client_of(&server);
    let asked = (0..50).map(|number| {
        let model = &model;
        async move {
            let (parts, error, _) = ask(&**model, &format!("<{number}>")).await;
            assert_eq!(error, None);
            let text: String = parts
                .into_iter()
                .filter_map(|part| if let ReplyPart::Text(text) = part { Some(text) } else { None })
                .collect();
            assert_eq!(text, format!("answer {number} of many 🙂"));
        }
    });
    futures::future::join_all(asked).await;
}
