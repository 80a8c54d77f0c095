//! Providers with wire formats of their own: Anthropic's Messages, Google's `generateContent` and Ollama's chat.

use futures::StreamExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use wenshu_answer::{
    AnsweredCall, ModelErrorKind, ModelSettings, Prompt, PromptMessage, ReplyPart, Speaker, Tool, ToolRound,
    Unfinished,
};
use wenshu_testkit::{Gate, ModelRequest, ScriptedModel, ScriptedReply, TestServer};

use crate::support::{KEY, ask, connect, question, refused, settings, text, times, unfinished, usage};

const PROVIDERS: [&str; 3] = ["anthropic", "gemini", "ollama"];

fn settings_of(provider: &str, base_url: impl Into<String>) -> ModelSettings {
    let base_url: String = base_url.into();
    // Google has the version of its API in each path.
    let base_url = if provider == "gemini" { base_url.replace("/v1", "/v1beta") } else { base_url };
    ModelSettings { provider: provider.to_owned(), ..settings(base_url) }
}

/// The key that a request shows, in the way of its provider.
fn key_of<'a>(provider: &str, request: &'a ModelRequest) -> Option<&'a str> {
    match provider {
        "anthropic" => request.headers.get("x-api-key")?.to_str().ok(),
        "gemini" => request.headers.get("x-goog-api-key")?.to_str().ok(),
        _ => request.authorization()?.strip_prefix("Bearer "),
    }
}

fn tool() -> Tool {
    Tool {
        name: "run_sql".to_owned(),
        description: "Runs SQL.".to_owned(),
        parameters: json!({ "type": "object", "properties": { "sql": { "type": "string" } }, "required": ["sql"] }),
    }
}

#[tokio::test]
async fn each_piece_comes_when_it_is_sent_and_usage_at_the_end() {
    for provider in PROVIDERS {
        let server = ScriptedModel::start().await;
        let gate = Gate::closed();
        let pieces = ["上月", "销售额 ", "📈👩‍👩‍👧", "\n\n  **42**\r\n"];
        server.always(ScriptedReply::pieces(pieces).usage(11, 4).gated(&gate));
        let model = connect(&settings_of(provider, server.url()), times());
        gate.let_go(1);
        let mut reply = model.reply(question("hi")).await.unwrap();
        for piece in pieces {
            // The next one is still held back on the server.
            assert_eq!(reply.parts.next().await.unwrap().unwrap(), text(piece), "{provider}");
            gate.let_go(1);
        }
        assert_eq!(reply.parts.next().await.unwrap().unwrap(), usage(11, 4), "{provider}");
        assert!(reply.parts.next().await.is_none(), "{provider}");
    }
}

#[tokio::test]
async fn what_is_sent() {
    for (provider, path) in [
        ("anthropic", "/v1/messages"),
        ("gemini", "/v1beta/models/gpt-test:streamGenerateContent?alt=sse"),
        ("ollama", "/api/chat"),
    ] {
        let server = ScriptedModel::start().await;
        server.require_key(KEY);
        let message = |speaker, text: &str| PromptMessage::new(speaker, text);
        let prompt = Prompt {
            system: "Be brief.".to_owned(),
            messages: vec![
                message(Speaker::User, "一"),
                message(Speaker::Assistant, "二"),
                message(Speaker::User, "三"),
            ],
            tools: vec![tool()],
            max_output_tokens: Some(100),
            temperature: Some(1.5),
            sampling: crate::support::SAMPLING,
            ..Prompt::default()
        };
        for base_url in [server.url(), server.url().replace("/v1", ""), server.url().replace("/v1", "/")] {
            let model = connect(&settings_of(provider, base_url), times());
            assert!(model.reply(prompt.clone()).await.is_ok(), "{provider}");
            let request = server.last_request();
            assert_eq!(request.path, path);
            assert_eq!(key_of(provider, &request), Some(KEY));
            assert_eq!(request.model(), "gpt-test");
            assert!(request.streams() || provider == "gemini", "its path says so");
            assert_eq!(request.system(), "Be brief.");
            assert_eq!(request.question(), "三");
            assert_eq!(request.texts("assistant"), ["二"]);
            assert_eq!(request.tools(), ["run_sql"]);
        }
        let body = server.last_request().body;
        match provider {
            // It takes less warmth than others, and few parameters.
            "anthropic" => {
                assert_eq!((&body["max_tokens"], &body["temperature"]), (&json!(100), &json!(1.0)), "{body}");
                assert_eq!((&body["top_p"], &body["top_k"]), (&json!(0.25), &json!(40)), "{body}");
                for name in ["seed", "repetition_penalty", "frequency_penalty", "presence_penalty"] {
                    assert_eq!(body.get(name), None, "{name}");
                }
            }
            "gemini" => {
                let expected = json!({
                    "maxOutputTokens": 100, "temperature": 1.5, "seed": 7, "topP": 0.25, "topK": 40,
                    "frequencyPenalty": -0.5, "presencePenalty": 0.75,
                });
                assert_eq!(body["generationConfig"], expected, "{body}");
                let declared = &body["tools"][0]["functionDeclarations"][0];
                assert_eq!(declared["parametersJsonSchema"], tool().parameters, "{body}");
            }
            _ => {
                let expected = json!({
                    "num_predict": 100, "temperature": 1.5, "seed": 7, "top_p": 0.25, "top_k": 40,
                    "repeat_penalty": 1.5, "frequency_penalty": -0.5, "presence_penalty": 0.75,
                });
                assert_eq!(body["options"], expected, "{body}");
            }
        }
    }
}

#[tokio::test]
async fn descriptions_of_tools_are_as_long_as_their_provider_takes_them() {
    let description = "长".repeat(3_000);
    for (provider, expected) in [
        ("openai", 1_024),
        ("openai_compatible", 1_024),
        ("openrouter", 1_024),
        ("deepseek", 1_024),
        ("dashscope", 1_024),
        ("anthropic", 3_000),
        ("gemini", 3_000),
        ("ollama", 3_000),
    ] {
        let server = ScriptedModel::start().await;
        let model = connect(&settings_of(provider, server.url()), times());
        let tools = vec![Tool { description: description.clone(), ..tool() }];
        assert!(model.reply(Prompt { tools, ..question("hi") }).await.is_ok(), "{provider}");
        let body = server.last_request().body.to_string();
        assert_eq!(body.matches('长').count(), expected, "{provider}");
    }
}

#[tokio::test]
async fn thinking_and_tool_calls() {
    for provider in PROVIDERS {
        let server = ScriptedModel::start().await;
        let arguments = json!({ "sql": "SELECT '销售额' AS a", "measures": ["a"] });
        server.when("call").reply(
            ScriptedReply::pieces(["let me see"])
                .and_tool_call("run_sql", &arguments)
                .and_tool_call("run_sql", &json!({}))
                .usage(7, 9),
        );
        server.when("think").reply(
            ScriptedReply::pieces::<&str>([]).and_thinking(["hm", "m"]).and_pieces(["ok"]).usage(1, 2),
        );
        let model = connect(&settings_of(provider, server.url()), times());
        let call = |arguments| ReplyPart::ToolCall { name: "run_sql".to_owned(), arguments };
        let (parts, error, _) = ask(&*model, "call").await;
        assert_eq!(error, None, "{provider}");
        assert_eq!(parts, [text("let me see"), call(arguments), call(json!({})), usage(7, 9)], "{provider}");
        let (parts, error, _) = ask(&*model, "think").await;
        let thought = |text: &str| ReplyPart::Thinking(text.to_owned());
        assert_eq!(error, None, "{provider}");
        assert_eq!(parts, [thought("hm"), thought("m"), text("ok"), usage(1, 2)], "{provider}");
    }
}

#[tokio::test]
async fn replies_that_are_not_whole_and_frames_that_are_no_frames() {
    for (provider, reason) in [("anthropic", "max_tokens"), ("gemini", "MAX_TOKENS"), ("ollama", "length")] {
        let server = ScriptedModel::start().await;
        server.when("too long").reply(ScriptedReply::pieces(["a"]).finish_reason(reason).usage(1, 2));
        // What stands for a piece of text between our decoder of Chat Completions and what reads from it.
        let odd = ScriptedReply::pieces(["a"]).and_data(r#"["not said"]"#).and_pieces(["b"]);
        server.when("odd").reply(odd.usage(1, 2));
        let model = connect(&settings_of(provider, server.url()), times());
        let (parts, error, _) = ask(&*model, "too long").await;
        assert_eq!(
            (parts, error),
            (vec![text("a"), unfinished(Unfinished::Length), usage(1, 2)], None),
            "{provider}"
        );
        let (parts, _, _) = ask(&*model, "odd").await;
        assert!(!parts.contains(&text("not said")), "{provider}: {parts:?}");
    }
    for (provider, reason) in [("anthropic", "refusal"), ("gemini", "SAFETY")] {
        let server = ScriptedModel::start().await;
        server.always(ScriptedReply::pieces(["I"]).finish_reason(reason).usage(1, 2));
        let (parts, error, _) = ask(&*connect(&settings_of(provider, server.url()), times()), "hi").await;
        let expected = vec![text("I"), unfinished(Unfinished::Filtered), usage(1, 2)];
        assert_eq!((parts, error), (expected, None), "{provider}");
    }
}

#[tokio::test]
async fn characters_and_frames_cut_anywhere_and_no_usage() {
    for provider in PROVIDERS {
        for bytes in [1, 2, 3, 7] {
            let server = ScriptedModel::start().await;
            server.always(ScriptedReply::pieces(["数据🙂", "完"]).without_usage().in_writes_of(bytes));
            let model = connect(&settings_of(provider, server.url()), times());
            let (parts, error, _) = ask(&*model, "hi").await;
            assert_eq!((parts, error), (vec![text("数据🙂"), text("完")], None), "{provider} {bytes}");
        }
    }
}

#[tokio::test]
async fn a_bad_key_an_unknown_model_and_a_server_that_is_not_there_are_told_apart() {
    let server = ScriptedModel::start().await;
    server.require_key(KEY);
    server.offer_models(["gpt-test"]);
    let nobody = TestServer::bind().await.local_addr().unwrap();
    for (provider, bad_key, unknown_model) in [
        ("anthropic", "status 401, authentication_error", "status 404, not_found_error"),
        ("gemini", "status 400", "status 404"),
        ("ollama", "status 401", "status 404"),
    ] {
        let good = settings_of(provider, server.url());
        assert_eq!(ask(&*connect(&good, times()), "hi").await.1, None, "{provider}");
        let api_key = Some(SecretString::from("sk-other"));
        for (settings, kind, detail) in [
            (ModelSettings { api_key, ..good.clone() }, ModelErrorKind::Unauthorized, bad_key),
            (
                ModelSettings { model_id: "gpt-9".to_owned(), ..good.clone() },
                ModelErrorKind::UnknownModel,
                unknown_model,
            ),
            (
                settings_of(provider, format!("http://{nobody}")),
                ModelErrorKind::Unreachable,
                "no connection to the provider",
            ),
        ] {
            let error = refused(&*connect(&settings, times()), "hi").await;
            assert_eq!((error.kind, error.detail.as_str()), (kind, detail), "{provider}");
        }
    }
}

#[tokio::test]
async fn other_refusals_and_what_may_pass() {
    for (provider, status, kind, detail, requests) in [
        ("anthropic", 400, ModelErrorKind::Rejected, "status 400, invalid_request_error", 1),
        ("anthropic", 413, ModelErrorKind::PromptTooLong, "status 413, request_too_large", 1),
        ("anthropic", 429, ModelErrorKind::RateLimited, "status 429, rate_limit_error", 4),
        ("anthropic", 529, ModelErrorKind::ProviderFailed, "status 529, overloaded_error", 4),
        ("gemini", 400, ModelErrorKind::Rejected, "status 400", 1),
        ("gemini", 403, ModelErrorKind::Unauthorized, "status 403", 1),
        ("gemini", 429, ModelErrorKind::RateLimited, "status 429", 4),
        ("gemini", 503, ModelErrorKind::ProviderFailed, "status 503", 4),
        ("ollama", 400, ModelErrorKind::Rejected, "status 400", 1),
        ("ollama", 429, ModelErrorKind::RateLimited, "status 429", 4),
        ("ollama", 500, ModelErrorKind::ProviderFailed, "status 500", 4),
    ] {
        let server = ScriptedModel::start().await;
        server.always(ScriptedReply::status(status));
        let model = connect(&settings_of(provider, server.url()), times());
        let error = refused(&*model, "a secret question").await;
        assert_eq!(
            (error.kind, error.detail.as_str(), error.requests),
            (kind, detail, requests),
            "{provider} {status}"
        );
    }
}

#[tokio::test]
async fn errors_within_the_stream_and_streams_that_are_cut() {
    let overloaded = json!({ "type": "error", "error": { "type": "overloaded_error", "message": KEY } });
    for (provider, error, detail) in [
        ("anthropic", overloaded, "an error within the stream, overloaded_error"),
        (
            "gemini",
            json!({ "error": { "code": 503, "status": "UNAVAILABLE", "message": KEY } }),
            "status 503",
        ),
        ("ollama", json!({ "error": format!("{KEY} ran out of memory") }), "an error within the stream"),
    ] {
        let server = ScriptedModel::start().await;
        let begun = || ScriptedReply::pieces(["half"]);
        server.when("failed").reply(begun().and_data(error.to_string()).ending_early());
        server.when("early end").reply(begun().ending_early());
        server.when("broken off").reply(begun().cut());
        server.when("reset").reply(begun().then_reset());
        let model = connect(&settings_of(provider, server.url()), times());
        let (parts, error, requests) = ask(&*model, "failed").await;
        let error = error.unwrap();
        assert_eq!((parts, error.detail.as_str(), requests), (vec![text("half")], detail, 1), "{provider}");
        assert_eq!(error.kind, ModelErrorKind::ProviderFailed, "{provider}");
        for question in ["early end", "broken off", "reset"] {
            let (parts, error, requests) = ask(&*model, question).await;
            assert_eq!((parts, requests), (vec![text("half")], 1), "{provider} {question}");
            assert_eq!(error.unwrap().kind, ModelErrorKind::Cut, "{provider} {question}");
        }
    }
}

#[tokio::test]
async fn calls_go_back_with_what_they_gave() {
    let call = |name: &str, result: &str, is_error| AnsweredCall {
        name: name.to_owned(),
        arguments: json!({"keyword": "茅台"}).as_object().unwrap().clone(),
        result: result.to_owned(),
        is_error,
    };
    let rounds = vec![
        ToolRound {
            said: "let me see".to_owned(),
            calls: vec![call("find", "sh600519", false), call("find", "no", true)],
            own_form: None,
        },
        ToolRound { said: String::new(), calls: vec![call("other", "7", false)], own_form: None },
    ];
    for provider in ["openai_compatible", "anthropic", "gemini", "ollama"] {
        let server = ScriptedModel::start().await;
        let model = connect(&settings_of(provider, server.url()), times());
        let reply = model
            .reply(Prompt { rounds: rounds.clone(), tools: vec![tool()], ..question("hi") })
            .await
            .unwrap();
        let parts: Vec<_> = reply.parts.collect().await;
        assert!(parts.iter().all(Result::is_ok), "{provider} {parts:?}");
        let body = server.last_request().body;
        let messages = body["messages"].as_array().or(body["contents"].as_array()).unwrap();
        let results: Vec<(Value, Value)> = match provider {
            "anthropic" => messages
                .iter()
                .filter_map(|message| message["content"].as_array())
                .flatten()
                .filter(|block| block["type"] == "tool_result")
                .map(|block| (block["tool_use_id"].clone(), block["content"].clone()))
                .collect(),
            // That each answers a call that stands before it its server sees to.
            "gemini" => messages
                .iter()
                .flat_map(|message| message["parts"].as_array().unwrap())
                .filter(|part| part["functionResponse"].is_object())
                .map(|part| (Value::Null, part["functionResponse"]["response"].clone()))
                .collect(),
            _ => messages
                .iter()
                .filter(|message| message["role"] == "tool")
                .map(|message| (message["tool_call_id"].clone(), message["content"].clone()))
                .collect(),
        };
        let texts: String = results.iter().map(|(_, content)| content.to_string()).collect();
        assert_eq!(results.len(), 3, "{provider} {body}");
        assert!(
            texts.contains("sh600519") && texts.contains("no") && texts.contains('7'),
            "{provider} {body}"
        );
        if !matches!(provider, "gemini" | "ollama") {
            let ids: Vec<&Value> = results.iter().map(|(id, _)| id).collect();
            assert_eq!(ids, ["call00000", "call00001", "call01000"], "{provider}");
            // Each answers a call that stands before it.
            let text = body.to_string();
            assert!(ids.iter().all(|id| text.matches(&id.to_string()).count() == 2), "{provider} {body}");
        }
        assert!(body.to_string().contains("let me see"), "{provider} {body}");
    }
}

/// What a provider says and calls, and the messages in which it gets that back.
async fn called_and_gone_back(provider: &str) -> Value {
    let server = ScriptedModel::start().await;
    let reply = ScriptedReply::pieces::<&str>([])
        .and_thinking(["h", "m"])
        .and_pieces(["let ", "me ", "see"])
        .and_raw_tool_call("run_sql", "{\"sql\": \"SEL")
        .and_tool_call("functions.run_sql", &json!({"sql": "SELECT 1"}));
    server.when_request(|request| request.texts("tool").is_empty()).reply(reply);
    server.always("done");
    let model = connect(&settings_of(provider, server.url()), times());
    let asked = || Prompt { tools: vec![tool()], ..question("hi") };
    let parts: Vec<_> = model.reply(asked()).await.unwrap().parts.map(Result::unwrap).collect().await;
    let (mut own_form, mut calls) = (None, Vec::new());
    for part in parts {
        match part {
            ReplyPart::OwnForm(form) => own_form = Some(form),
            // Whichever comes first.
            ReplyPart::ToolCall { name, arguments } => calls.push(AnsweredCall {
                name,
                is_error: !arguments.is_object(),
                result: if arguments.is_object() { "one row" } else { "no JSON" }.to_owned(),
                arguments: arguments.as_object().cloned().unwrap_or_default(),
            }),
            _ => {}
        }
    }
    assert_eq!(own_form.as_ref().unwrap().thinking, "hm", "{provider}");
    let round = ToolRound { said: "let me see".to_owned(), calls, own_form };
    let reply = model.reply(Prompt { rounds: vec![round], ..asked() }).await.unwrap();
    assert!(reply.parts.all(|part| async move { part.is_ok() }).await, "{provider}");
    server.last_request().body["messages"].clone()
}

#[tokio::test]
async fn a_reply_that_calls_goes_back_as_its_provider_gave_it() {
    let messages = called_and_gone_back("openai_compatible").await;
    let [.., called, broken, ran] = messages.as_array().unwrap().as_slice() else { panic!("{messages}") };
    assert_eq!((&called["content"], &called["reasoning_content"]), (&json!("let me see"), &json!("hm")));
    let ids: Vec<&Value> = called["tool_calls"].as_array().unwrap().iter().map(|call| &call["id"]).collect();
    assert_eq!(ids, [&json!(format!("call_{:024}", 0)), &json!(format!("call_{:024}", 1))]);
    assert_eq!((&broken["tool_call_id"], &ran["tool_call_id"]), (ids[0], ids[1]));
    assert!(
        broken["content"].to_string().contains("no JSON") && ran["content"].to_string().contains("one row")
    );
    // What is no JSON isn't sent on, and no name that servers refuse.
    let function = |place: usize| &called["tool_calls"][place]["function"];
    let arguments = function(0)["arguments"].as_str().unwrap();
    assert!(serde_json::from_str::<Value>(arguments).unwrap().is_object(), "{arguments}");
    assert_eq!(function(0)["name"], "run_sql");
    assert_eq!(*function(1), json!({"name": "functions_run_sql", "arguments": r#"{"sql":"SELECT 1"}"#}));

    let messages = called_and_gone_back("anthropic").await;
    let [.., called, results] = messages.as_array().unwrap().as_slice() else { panic!("{messages}") };
    let [thinking, words, first, second] = called["content"].as_array().unwrap().as_slice() else {
        panic!("{called}")
    };
    assert_eq!(*thinking, json!({"type": "thinking", "thinking": "hm", "signature": "signed0000"}));
    assert_eq!(*words, json!({"type": "text", "text": "let me see"}));
    assert!(first["input"].is_object(), "{called}");
    assert_eq!(second["input"], json!({"sql": "SELECT 1"}));
    let [broken, ran] = results["content"].as_array().unwrap().as_slice() else { panic!("{results}") };
    assert_eq!((&broken["tool_use_id"], &ran["tool_use_id"]), (&first["id"], &second["id"]));
    assert_eq!(first["id"], format!("toolu_{:024}", 0));
    assert_eq!((&broken["is_error"], ran["is_error"] == json!(true)), (&json!(true), false), "{results}");

    let messages = called_and_gone_back("ollama").await;
    let [.., called, one, _other] = messages.as_array().unwrap().as_slice() else { panic!("{messages}") };
    assert_eq!((&called["content"], &called["thinking"]), (&json!("let me see"), &json!("hm")), "{called}");
    assert_eq!(
        (&called["tool_calls"][0]["function"]["name"], &one["role"]),
        (&json!("run_sql"), &json!("tool"))
    );
}

#[tokio::test]
async fn a_reply_that_calls_goes_back_to_google_with_its_signature() {
    for (name, is_signed) in [("gemini-2.5-flash", false), ("gemini-3-pro-preview", true)] {
        let server = ScriptedModel::start().await;
        let reply = ScriptedReply::pieces::<&str>([])
            .and_thinking(["h", "m"])
            .and_pieces(["let ", "me ", "see"])
            .and_tool_call("run_sql", &json!({"sql": "SELECT 1"}))
            .and_tool_call("run_sql", &json!({}));
        server.when_request(|request| request.texts("tool").is_empty()).reply(reply);
        server.always("done");
        let settings = ModelSettings { model_id: name.to_owned(), ..settings_of("gemini", server.url()) };
        let model = connect(&settings, times());
        let asked = || Prompt { tools: vec![tool()], ..question("hi") };
        let parts: Vec<_> = model.reply(asked()).await.unwrap().parts.map(Result::unwrap).collect().await;
        let (mut own_form, mut calls) = (None, Vec::new());
        for part in parts {
            match part {
                ReplyPart::OwnForm(form) => own_form = Some(form),
                ReplyPart::ToolCall { name, arguments } => calls.push(AnsweredCall {
                    name,
                    arguments: arguments.as_object().unwrap().clone(),
                    result: format!("result {}", calls.len()),
                    is_error: calls.len() == 1,
                }),
                _ => {}
            }
        }
        assert_eq!(own_form.as_ref().unwrap().thinking, "hm", "{name}");
        let round = ToolRound { said: "let me see".to_owned(), calls, own_form };
        let reply = model.reply(Prompt { rounds: vec![round.clone()], ..asked() }).await.unwrap();
        assert!(reply.parts.all(|part| async move { part.is_ok() }).await, "{name}");
        let body = server.last_request().body;
        let [_, called, given] = body["contents"].as_array().unwrap().as_slice() else { panic!("{body}") };
        assert_eq!((&called["role"], &given["role"]), (&json!("model"), &json!("user")));
        let called = called["parts"].as_array().unwrap();
        assert_eq!(called[0], json!({"text": "hm", "thought": true}), "{name}");
        assert_eq!(called[1]["text"], "let me see", "{name}");
        let (first, second) = (&called[2], &called[3]);
        assert_eq!(first["functionCall"]["args"], json!({"sql": "SELECT 1"}), "{name}");
        let signature = first["thoughtSignature"].as_str();
        assert_eq!(signature, is_signed.then_some("response00000001SignedByGemini=="), "{name}");
        assert!(second["thoughtSignature"].is_null(), "of several at once the first is signed");
        let [good, bad] = given["parts"].as_array().unwrap().as_slice() else { panic!("{given}") };
        let [good, bad] = [good, bad].map(|part| &part["functionResponse"]);
        assert_eq!((&good["name"], &good["response"]), (&json!("run_sql"), &json!({"result": "result 0"})));
        assert_eq!(bad["response"], json!({"error": "result 1"}), "{name}");
        assert_eq!(good["id"], first["functionCall"]["id"], "{name}");
        assert_eq!(good["id"].is_string(), is_signed, "{name}");
        // One that wasn't kept, as after another model has answered, is taken too.
        let unkept = ToolRound { own_form: None, ..round };
        let reply = model.reply(Prompt { rounds: vec![unkept], ..asked() }).await.unwrap();
        assert!(reply.parts.all(|part| async move { part.is_ok() }).await, "{name}");
    }
}
