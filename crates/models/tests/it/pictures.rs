//! Pictures reach each provider in its own form, and nobody here fetches one.

use futures::StreamExt;
use serde_json::{Value, json};
use wenshu_answer::{ModelErrorKind, ModelSettings, Picture, PictureKind, Prompt, PromptMessage, Speaker};
use wenshu_testkit::{ScriptedModel, ScriptedReply};

use crate::support::{connect, question, settings, times};

fn shown(pictures: Vec<Picture>) -> Prompt {
    let message = PromptMessage { pictures, ..PromptMessage::new(Speaker::User, "What is this?") };
    Prompt { messages: vec![message], ..question("") }
}

fn address() -> Picture {
    // Nothing listens there: whoever fetched it would fail.
    Picture::Address("https://127.0.0.1:1/cat.png".to_owned())
}

fn content() -> Picture {
    Picture::Content { kind: PictureKind::Png, base64: "iVBORw0=".to_owned() }
}

async fn sent(provider: &str, pictures: Vec<Picture>) -> Result<Value, ModelErrorKind> {
    let server = ScriptedModel::start().await;
    server.always(ScriptedReply::pieces(["a cat"]).usage(1, 1));
    let settings = ModelSettings { provider: provider.to_owned(), ..settings(server.url()) };
    let reply = connect(&settings, times()).reply(shown(pictures)).await.map_err(|error| error.kind)?;
    reply.parts.collect::<Vec<_>>().await;
    let body = server.last_request().body;
    let messages = body["messages"].as_array().unwrap();
    Ok(messages.iter().rfind(|message| message["role"] == "user").unwrap().clone())
}

#[tokio::test]
async fn in_the_form_of_chat_completions() {
    let message = sent("openai_compatible", vec![address(), content()]).await.unwrap();
    let urls: Vec<&Value> =
        message["content"].as_array().unwrap().iter().map(|part| &part["image_url"]["url"]).collect();
    assert_eq!(
        urls,
        [&json!("https://127.0.0.1:1/cat.png"), &json!("data:image/png;base64,iVBORw0="), &Value::Null]
    );
    assert_eq!(message["content"][2]["text"], "What is this?");
}

#[tokio::test]
async fn in_the_form_of_messages() {
    let message = sent("anthropic", vec![address(), content()]).await.unwrap();
    let parts = message["content"].as_array().unwrap();
    assert_eq!(parts[0]["source"], json!({"type": "url", "url": "https://127.0.0.1:1/cat.png"}));
    assert_eq!(parts[1]["source"], json!({"type": "base64", "media_type": "image/png", "data": "iVBORw0="}));
    assert_eq!(parts[2]["text"], "What is this?");
}

#[tokio::test]
async fn in_the_form_of_ollama_which_takes_no_addresses() {
    let message = sent("ollama", vec![content()]).await.unwrap();
    assert_eq!((&message["images"], &message["content"]), (&json!(["iVBORw0="]), &json!("What is this?")));
    assert_eq!(sent("ollama", vec![address()]).await, Err(ModelErrorKind::Rejected));
}

#[tokio::test]
async fn not_with_words_in_their_place_where_the_provider_takes_none() {
    for picture in [address(), content()] {
        assert_eq!(sent("deepseek", vec![picture]).await, Err(ModelErrorKind::Rejected));
    }
}
