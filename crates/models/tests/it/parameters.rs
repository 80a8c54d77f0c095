//! Parameters that a provider doesn't take are left out, not an error.

use futures::StreamExt;
use serde_json::{Value, json};
use wenshu_answer::{LanguageModel, ModelErrorKind, Prompt, ReplyPart, Sampling};
use wenshu_testkit::{ScriptedModel, ScriptedReply};

use crate::support::{SAMPLING, client_of, connect, now, question, settings, text, times, usage};

/// All that a request may do without, in the words of a server of open models.
const NAMES: [&str; 8] = [
    "seed",
    "top_p",
    "top_k",
    "repetition_penalty",
    "frequency_penalty",
    "presence_penalty",
    "temperature",
    "max_tokens",
];

fn full(text: &str) -> Prompt {
    Prompt { sampling: SAMPLING, temperature: Some(0.5), max_output_tokens: Some(9), ..question(text) }
}

async fn ask(model: &dyn LanguageModel, prompt: Prompt) -> (Vec<ReplyPart>, u32) {
    let reply = model.reply(prompt).await.unwrap();
    (reply.parts.map(Result::unwrap).collect().await, reply.requests)
}

/// Which of the names the last request had.
fn sent(server: &ScriptedModel) -> Vec<&'static str> {
    let body = server.last_request().body;
    NAMES.into_iter().filter(|name| !body[*name].is_null()).collect()
}

/// A name with the body of its refusal.
type Rule = (&'static str, Value);

/// A server that refuses each of these names with these words, and else replies.
async fn server(rules: Vec<Rule>) -> ScriptedModel {
    let server = ScriptedModel::start().await;
    for (name, body) in rules {
        server
            .when_request(move |request| !request.body[name].is_null())
            .reply(ScriptedReply::status_with(400, body));
    }
    server.always(ScriptedReply::pieces(["ok"]).usage(1, 1));
    server
}

#[tokio::test]
async fn each_name_that_is_refused_is_left_out_and_not_sent_again() {
    let unrecognized = |name: &str| {
        json!({"error": {"message": format!("Unrecognized request argument supplied: {name}"), "type": "invalid_request_error",
            "param": null, "code": null}})
    };
    let server = server(NAMES.map(|name| (name, unrecognized(name))).to_vec()).await;
    let model = client_of(&server);
    let whole = vec![text("ok"), usage(1, 1)];
    assert_eq!(ask(&*model, full("hi")).await, (whole.clone(), 9), "one refusal for each");
    assert_eq!(ask(&*model, full("again")).await, (whole, 1));
    assert_eq!(sent(&server), [""; 0]);
    assert_eq!(server.requests().len(), 10);
}

#[tokio::test]
async fn what_is_refused_is_remembered_for_its_model_alone() {
    let extra = json!({"detail": [{"type": "extra_forbidden", "loc": ["body", "top_k"], "msg": "Extra inputs are not permitted"}]});
    let server = server(vec![("top_k", extra)]).await;
    let connector = wenshu_models::Connector::new(times(), now).unwrap();
    let open = |name: &str| {
        let settings = wenshu_answer::ModelSettings { model_id: name.to_owned(), ..settings(server.url()) };
        wenshu_answer::ModelConnector::connect(&connector, &settings).unwrap()
    };
    assert_eq!(ask(&*open("one"), full("hi")).await.1, 2);
    let without: Vec<&str> = NAMES.into_iter().filter(|name| *name != "top_k").collect();
    assert_eq!(sent(&server), without);
    assert_eq!(ask(&*open("one"), full("hi")).await.1, 1, "opened again, it is the same model");
    assert_eq!(ask(&*open("other"), full("hi")).await.1, 2);
}

#[tokio::test]
async fn a_refusal_that_names_nothing_is_about_what_not_every_server_has() {
    let bad = json!({"message": "Bad Request"});
    let server = server(vec![("repetition_penalty", bad)]).await;
    let model = client_of(&server);
    // It may have been about anything, so that others are sent them again.
    for question in ["hi", "again"] {
        assert_eq!(ask(&*model, full(question)).await.1, 2);
        assert_eq!(
            sent(&server),
            ["seed", "top_p", "frequency_penalty", "presence_penalty", "temperature", "max_tokens"]
        );
    }
    let without = Prompt { sampling: Sampling { repetition_penalty: None, ..SAMPLING }, ..full("hi") };
    assert_eq!(ask(&*model, without).await.1, 1);
    assert!(sent(&server).contains(&"top_k"));
}

#[tokio::test]
async fn the_most_tokens_of_a_reply_are_sent_by_the_name_that_a_refusal_names() {
    let refusal = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    let refusal =
        json!({"error": {"message": refusal, "param": "max_tokens", "code": "unsupported_parameter"}});
    let server = server(vec![("max_tokens", refusal.clone())]).await;
    let model = client_of(&server);
    for requests in [2, 1] {
        assert_eq!(ask(&*model, full("hi")).await.1, requests);
        assert_eq!(server.last_request().body["max_completion_tokens"], 9);
        assert!(server.last_request().body["max_tokens"].is_null());
    }
    // Who takes neither is sent neither.
    let server =
        self::server(vec![("max_tokens", refusal.clone()), ("max_completion_tokens", refusal)]).await;
    let model = client_of(&server);
    for requests in [3, 1] {
        assert_eq!(ask(&*model, full("hi")).await.1, requests);
        assert!(server.last_request().body["max_completion_tokens"].is_null());
    }
}

#[tokio::test]
async fn of_two_that_are_not_taken_together_one_is_left_out() {
    let refusal = "`temperature` and `top_p` cannot both be specified for this model. Please use only one.";
    let refusal = json!({"type": "error", "error": {"type": "invalid_request_error", "message": refusal}});
    let server = ScriptedModel::start().await;
    server
        .when_request(|request| !request.body["temperature"].is_null() && !request.body["top_p"].is_null())
        .reply(ScriptedReply::status_with(400, refusal));
    server.always(ScriptedReply::pieces(["ok"]).usage(1, 1));
    let model = client_of(&server);
    for requests in [2, 1] {
        assert_eq!(ask(&*model, full("hi")).await.1, requests);
        let sent = sent(&server);
        assert!(sent.contains(&"temperature") && !sent.contains(&"top_p"), "{sent:?}");
    }
    assert_eq!(ask(&*model, Prompt { temperature: None, ..full("hi") }).await.1, 1);
    assert!(sent(&server).contains(&"top_p"), "it is taken alone");
}

#[tokio::test]
async fn a_model_that_refuses_tools_is_known_to_take_none() {
    for (provider, status, body) in [
        ("ollama", 400, json!({"error": "registry.ollama.ai/library/gemma:2b does not support tools"})),
        (
            "openai_compatible",
            404,
            json!({"error": {"message": "No endpoints found that support tool use.", "code": 404}}),
        ),
    ] {
        let server = ScriptedModel::start().await;
        server
            .when_request(|request| !request.tools().is_empty())
            .reply(ScriptedReply::status_with(status, body));
        server.always(ScriptedReply::pieces(["ok"]).usage(1, 1));
        let connector = wenshu_models::Connector::new(times(), now).unwrap();
        let open = |name: &str| {
            let settings = wenshu_answer::ModelSettings {
                provider: provider.to_owned(),
                model_id: name.to_owned(),
                ..settings(server.url())
            };
            wenshu_answer::ModelConnector::connect(&connector, &settings).unwrap()
        };
        let tool = wenshu_answer::Tool {
            name: "find".to_owned(),
            description: "Finds.".to_owned(),
            parameters: json!({"type": "object"}),
        };
        let with_tools = || Prompt { tools: vec![tool.clone()], ..question("hi") };
        let model = open("one");
        assert!(model.takes_tools());
        // The prompt was written for a model that has them: another one is for whoever asks to write.
        assert!(model.reply(with_tools()).await.is_err());
        assert!(!model.takes_tools() && !open("one").takes_tools() && open("other").takes_tools());
        let Err(error) = model.reply(with_tools()).await else { panic!("it was taken") };
        assert_eq!(
            (error.kind, server.requests().len()),
            (ModelErrorKind::TakesNoTools, 1),
            "nothing is sent"
        );
        assert_eq!(ask(&*model, question("hi")).await, (vec![text("ok"), usage(1, 1)], 1));
    }
    // A question about that, which is refused for something else and repeated with it, says nothing of the model.
    let server = ScriptedModel::start().await;
    let repeated =
        json!({"error": {"message": "bad request: [{'content': 'Which model does not support tools?'}]"}});
    server.when("does not support").reply(ScriptedReply::status_with(400, repeated));
    server.always("ok");
    let model = client_of(&server);
    let tool = wenshu_answer::Tool {
        name: "find".to_owned(),
        description: String::new(),
        parameters: json!({"type": "object"}),
    };
    let asked = |text| Prompt { tools: vec![tool.clone()], ..question(text) };
    let refused = model.reply(asked("Which model does not support tools?")).await.err().unwrap();
    // Whether it does say so, who asks now finds out without any.
    assert_eq!(refused.kind, ModelErrorKind::TakesNoTools);
    assert!(model.takes_tools() && model.reply(asked("hi")).await.is_ok());
    assert_eq!(server.last_request().tools(), ["find"]);
    // Nor does what is wrong with a tool.
    let server = ScriptedModel::start().await;
    let wrong = json!({"error": {"message": "Invalid schema for function 'find': unknown type", "param": "tools[0]"}});
    server.always(ScriptedReply::status_with(400, wrong));
    let model = client_of(&server);
    let tool = wenshu_answer::Tool {
        name: "find".to_owned(),
        description: String::new(),
        parameters: json!({"type": "odd"}),
    };
    assert!(model.reply(Prompt { tools: vec![tool], ..question("hi") }).await.is_err());
    assert!(model.takes_tools());
}

#[tokio::test]
async fn what_is_refused_for_another_reason_is_not_asked_again() {
    let wrong =
        json!({"error": {"message": "top_p must be at most 0.2", "param": "top_p", "code": "invalid_value"}});
    let server = server(vec![("top_p", wrong)]).await;
    let model = connect(&settings(server.url()), times());
    for prompt in [full("hi"), Prompt { sampling: SAMPLING, ..question("hi") }] {
        let Err(error) = model.reply(prompt).await else { panic!("it was taken") };
        assert_eq!((error.kind, error.requests), (ModelErrorKind::Rejected, 1));
    }
    // Without any there is nothing to leave out.
    let refusing = ScriptedModel::start().await;
    refusing.always(ScriptedReply::status_with(400, json!({"message": "Bad Request"})));
    let Err(error) = client_of(&refusing).reply(question("hi")).await else { panic!("it was taken") };
    assert_eq!((error.kind, error.requests), (ModelErrorKind::Rejected, 1));
}
