//! Against a server that none of us wrote: LiteLLM's proxy, with models that answer without a provider.
//!
//! Which models it has and what they say is in `xtask/python/litellm/config.yaml`.

use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt as _;
use wenshu_answer::{
    LanguageModel, ModelConnector as _, ModelError, ModelErrorKind, ModelSettings, Prompt, PromptMessage,
    ReplyPart, Speaker, Tool,
};
use wenshu_models::{Connector, ModelTimes};
use wenshu_testkit::litellm;

use crate::support::now;

/// A model of the proxy, asked twice at most.
fn model(name: &str, key: Option<&str>) -> Arc<dyn LanguageModel> {
    let (base_url, right_key) = litellm();
    let times = ModelTimes { requests: 2, backoff: Duration::from_millis(1), ..ModelTimes::default() };
    let settings = ModelSettings {
        provider: "openai_compatible".to_owned(),
        model_id: name.to_owned(),
        base_url: Some(base_url),
        api_key: Some(key.unwrap_or(&right_key).into()),
    };
    Connector::new(times, now).unwrap().connect(&settings).unwrap()
}

fn prompt() -> Prompt {
    let message = |speaker, text: &str| PromptMessage::new(speaker, text);
    Prompt {
        system: "Answer briefly.".to_owned(),
        messages: vec![
            message(Speaker::User, "你好"),
            message(Speaker::Assistant, "你好！"),
            message(Speaker::User, "How many customers are there?"),
        ],
        ..Prompt::default()
    }
}

async fn parts(model: &dyn LanguageModel, prompt: Prompt) -> (Vec<ReplyPart>, u32) {
    let reply = model.reply(prompt).await.unwrap();
    (reply.parts.try_collect().await.unwrap(), reply.requests)
}

/// What is said when there is no reply.
async fn refusal(name: &str, key: Option<&str>) -> ModelError {
    match model(name, key).reply(prompt()).await {
        Ok(_) => panic!("`{name}` replied"),
        Err(error) => error,
    }
}

fn text(parts: &[ReplyPart]) -> String {
    let words = parts.iter().filter_map(|part| match part {
        ReplyPart::Text(text) => Some(text.as_str()),
        _ => None,
    });
    words.collect()
}

#[tokio::test]
async fn a_reply_comes_in_pieces_and_with_its_usage() {
    let (parts, requests) = parts(&*model("words", None), prompt()).await;
    assert_eq!(text(&parts), "The proxy says hello, 代理说你好。");
    assert!(parts.len() > 3, "it came at once: {parts:?}");
    let Some((ReplyPart::Usage(usage), before)) = parts.split_last() else {
        panic!("the usage isn't last: {parts:?}");
    };
    assert!(usage.input_tokens > 0 && usage.output_tokens > 0, "{usage:?}");
    assert!(before.iter().all(|part| matches!(part, ReplyPart::Text(_))), "{before:?}");
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn a_query_arrives_as_it_was_written_whether_a_tool_is_offered_or_not() {
    let tool = Tool {
        name: "run_sql".to_owned(),
        description: "Runs one query.".to_owned(),
        parameters: serde_json::json!({
            "type": "object",
            "properties": { "sql": { "type": "string" } },
            "required": ["sql"],
        }),
    };
    let model = model("sql", None);
    for tools in [Vec::new(), vec![tool]] {
        let (parts, _) = parts(&*model, Prompt { tools, ..prompt() }).await;
        assert_eq!(text(&parts), "```sql\nSELECT COUNT(*) AS customer_count FROM customers\n```");
    }
}

#[tokio::test]
async fn a_wrong_key_is_told_from_everything_else_and_never_repeated() {
    let error = refusal("words", Some("not-the-key")).await;
    assert_eq!((error.kind, error.requests), (ModelErrorKind::Unauthorized, 1), "{error}");
    assert!(error.detail.contains("401") && !error.detail.contains("not-the-key"), "{error}");
}

#[tokio::test]
async fn a_model_that_the_proxy_lacks_is_refused_at_once() {
    let error = refusal("no-such-model", None).await;
    // The proxy answers 400, where OpenAI answers 404.
    assert_eq!((error.kind, error.requests), (ModelErrorKind::UnknownModel, 1), "{error}");
}

#[tokio::test]
async fn what_may_pass_is_asked_again_and_then_reported() {
    let error = refusal("rate-limited", None).await;
    assert_eq!((error.kind, error.requests), (ModelErrorKind::RateLimited, 2), "{error}");
    let error = refusal("failing", None).await;
    assert_eq!((error.kind, error.requests), (ModelErrorKind::ProviderFailed, 2), "{error}");
}
