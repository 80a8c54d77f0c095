//! Asking the scripted model.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use secrecy::SecretString;
use wenshu_answer::{
    LanguageModel, ModelConnector, ModelError, ModelSettings, Prompt, PromptMessage, ReplyPart, Sampling,
    Speaker, TokenUsage, Unfinished,
};
use wenshu_models::{Connector, ModelTimes};
use wenshu_testkit::ScriptedModel;

pub(crate) const KEY: &str = "sk-secret-0123456789abcdef";

/// Times that no test waits for.
pub(crate) fn times() -> ModelTimes {
    ModelTimes {
        backoff: Duration::from_millis(1),
        longest_backoff: Duration::from_millis(4),
        ..ModelTimes::default()
    }
}

/// The time that models take it to be: 2026-11-21 10:00.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_255_200, 0).unwrap()
}

pub(crate) fn settings(base_url: impl Into<String>) -> ModelSettings {
    ModelSettings {
        provider: "openai_compatible".to_owned(),
        model_id: "gpt-test".to_owned(),
        base_url: Some(base_url.into()),
        api_key: Some(SecretString::from(KEY)),
    }
}

pub(crate) fn connect(settings: &ModelSettings, times: ModelTimes) -> Arc<dyn LanguageModel> {
    Connector::new(times, now).unwrap().connect(settings).unwrap()
}

pub(crate) fn client_of(server: &ScriptedModel) -> Arc<dyn LanguageModel> {
    connect(&settings(server.url()), times())
}

/// Each way to choose words, told apart by its number.
pub(crate) const SAMPLING: Sampling = Sampling {
    seed: Some(7),
    top_p: Some(0.25),
    top_k: Some(40),
    repetition_penalty: Some(1.5),
    frequency_penalty: Some(-0.5),
    presence_penalty: Some(0.75),
};

pub(crate) fn question(text: &str) -> Prompt {
    Prompt {
        system: "You answer in Chinese.".to_owned(),
        messages: vec![PromptMessage::new(Speaker::User, text)],
        ..Prompt::default()
    }
}

/// All parts, or those before the failure and the failure; without the form in which a provider wants its reply back.
pub(crate) async fn ask(model: &dyn LanguageModel, text: &str) -> (Vec<ReplyPart>, Option<ModelError>, u32) {
    match model.reply(question(text)).await {
        Ok(mut reply) => {
            let mut parts = Vec::new();
            while let Some(part) = reply.parts.next().await {
                match part {
                    Ok(ReplyPart::OwnForm(_)) => {}
                    Ok(part) => parts.push(part),
                    Err(error) => {
                        assert!(reply.parts.next().await.is_none(), "nothing comes after a failure");
                        return (parts, Some(error), reply.requests);
                    }
                }
            }
            (parts, None, reply.requests)
        }
        Err(error) => {
            let requests = error.requests;
            (Vec::new(), Some(error), requests)
        }
    }
}

/// The failure of a question that fails before its first part.
pub(crate) async fn refused(model: &dyn LanguageModel, text: &str) -> ModelError {
    let (parts, error, _) = ask(model, text).await;
    assert_eq!(parts, []);
    error.unwrap_or_else(|| panic!("{text}: no failure"))
}

pub(crate) fn text(text: &str) -> ReplyPart {
    ReplyPart::Text(text.to_owned())
}

pub(crate) fn usage(input_tokens: u64, output_tokens: u64) -> ReplyPart {
    ReplyPart::Usage(TokenUsage { input_tokens, output_tokens })
}

pub(crate) fn unfinished(why: Unfinished) -> ReplyPart {
    ReplyPart::Unfinished(why)
}
