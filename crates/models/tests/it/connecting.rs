//! Which models can be opened.

use wenshu_answer::{ModelConnector, ModelErrorKind, ModelSettings};
use wenshu_models::{Connector, PROVIDERS};
use wenshu_testkit::{ScriptedModel, ScriptedReply};

use crate::support::{KEY, ask, connect, now, refused, settings, text, times};

#[tokio::test]
async fn every_provider() {
    let connector = Connector::new(times(), now).unwrap();
    let names: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
    assert_eq!(
        names,
        [
            "anthropic",
            "dashscope",
            "deepseek",
            "gemini",
            "ollama",
            "openai",
            "openai_compatible",
            "openrouter"
        ]
    );
    for provider in PROVIDERS {
        for base_url in [None, Some("https://models.example.com/v1/".to_owned())] {
            let settings = ModelSettings {
                provider: provider.name.to_owned(),
                base_url: base_url.clone(),
                ..settings("")
            };
            match connector.connect(&settings) {
                Ok(model) => assert_eq!(model.takes_tools(), provider.takes_tools),
                Err(error) => {
                    assert!(provider.base_url.is_none() && base_url.is_none(), "{}: {error}", provider.name);
                }
            }
        }
    }
}

#[tokio::test]
async fn everything_that_speaks_chat_completions() {
    for provider in ["openai", "openai_compatible", "deepseek", "dashscope", "openrouter"] {
        let server = ScriptedModel::start().await;
        server.always(ScriptedReply::pieces(["ok"]).without_usage());
        for base_url in [server.url(), format!("{}/", server.url())] {
            let settings = ModelSettings { provider: provider.to_owned(), ..settings(base_url) };
            assert_eq!(
                ask(&*connect(&settings, times()), "hi").await,
                (vec![text("ok")], None, 1),
                "{provider}"
            );
            let request = server.last_request();
            assert_eq!(request.path, "/v1/chat/completions");
            assert_eq!(request.authorization(), Some(format!("Bearer {KEY}").as_str()));
        }
    }
}

#[tokio::test]
async fn settings_that_are_none() {
    let connector = Connector::new(times(), now).unwrap();
    let good = settings("https://models.example.com/v1");
    let with_url = |url: &str| ModelSettings { base_url: Some(url.to_owned()), ..good.clone() };
    for settings in [
        ModelSettings { provider: "acme".to_owned(), ..good.clone() },
        ModelSettings { provider: "OpenAI".to_owned(), ..good.clone() },
        ModelSettings { model_id: " ".to_owned(), ..good.clone() },
        ModelSettings { base_url: None, ..good.clone() },
        with_url(""),
        with_url("models.example.com/v1"),
        with_url("ftp://models.example.com"),
        with_url("http://"),
        with_url("http://me:pw@models.example.com/v1"),
        with_url("https://models.example.com/v1?key=1"),
    ] {
        let error = connector.connect(&settings).err().unwrap_or_else(|| panic!("{settings:?}"));
        assert_eq!((error.kind, error.requests), (ModelErrorKind::Rejected, 0), "{settings:?}");
    }
}

#[tokio::test]
async fn without_a_key_that_is_needed_nothing_is_sent() {
    let settings =
        ModelSettings { provider: "openai".to_owned(), base_url: None, api_key: None, ..settings("") };
    let error = refused(&*connect(&settings, times()), "hi").await;
    assert_eq!((error.kind, error.requests), (ModelErrorKind::Unauthorized, 0));
}

#[tokio::test]
async fn a_rule_for_hosts_is_kept_at_each_connect() {
    let server = ScriptedModel::start().await;
    server.always(ScriptedReply::pieces(["ok"]).without_usage());
    let named = server.url().replace("127.0.0.1", "localhost");
    let connector = Connector::new(times(), now).unwrap();
    let settings = settings(named);
    let ok = vec![text("ok")];
    // The operator's own go anywhere, and so does what the rule allows.
    assert_eq!(ask(&*connector.connect(&settings).unwrap(), "hi").await.0, ok);
    assert_eq!(ask(&*connector.connect_within(&settings, |_| true).unwrap(), "hi").await.0, ok);
    let asked = server.requests().len();
    let model = connector.connect_within(&settings, |address| !address.is_loopback()).unwrap();
    let error = refused(&*model, "hi").await;
    assert_eq!(error.kind, ModelErrorKind::Unreachable, "{error}");
    assert_eq!(server.requests().len(), asked, "nothing was sent");
    // What was allowed keeps its connections, and what is asked anew is looked up anew.
    assert_eq!(ask(&*connector.connect_within(&settings, |_| true).unwrap(), "hi").await.0, ok);
}
