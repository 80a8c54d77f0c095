//! Runs that a language model answers: what they take, and what is kept while they go on.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream;
use tokio::sync::Semaphore;
use uuid::Uuid;
use wenshu_answer::{
    HostRule, LanguageModel, ModelConnector, ModelError, ModelErrorKind, ModelSettings, Prompt, ProviderInfo,
    Reply, ReplyPart, TokenUsage,
};
use wenshu_core::Actor;
use wenshu_core::conversations::ConversationView;
use wenshu_core::runs::{Ask, Asked, RunEvent};
use wenshu_store::RunStatus;

use crate::support::{TestApp, ask, until, words};

/// Says these parts, each after one step, and never ends if told so.
pub(crate) struct Scripted {
    pub(crate) parts: Vec<Result<ReplyPart, ModelError>>,
    pub(crate) steps: Arc<Semaphore>,
    pub(crate) hangs: bool,
}

#[async_trait]
impl LanguageModel for Scripted {
    fn takes_tools(&self) -> bool {
        false
    }

    async fn reply(&self, _prompt: Prompt) -> Result<Reply, ModelError> {
        let steps = Arc::clone(&self.steps);
        let parts = stream::iter(self.parts.clone()).then(move |part| {
            let steps = Arc::clone(&steps);
            async move {
                steps.acquire().await.unwrap().forget();
                part
            }
        });
        let parts = if self.hangs { parts.chain(stream::pending()).boxed() } else { parts.boxed() };
        Ok(Reply { parts, requests: 1 })
    }
}

/// Always the same model.
pub(crate) struct Only(pub(crate) Arc<Scripted>);

impl ModelConnector for Only {
    fn providers(&self) -> Vec<ProviderInfo> {
        Vec::new()
    }

    fn connect(&self, _settings: &ModelSettings) -> Result<Arc<dyn LanguageModel>, ModelError> {
        Ok(Arc::clone(&self.0) as Arc<dyn LanguageModel>)
    }

    fn connect_within(
        &self,
        settings: &ModelSettings,
        _rule: HostRule,
    ) -> Result<Arc<dyn LanguageModel>, ModelError> {
        self.connect(settings)
    }
}

pub(crate) fn text(words: &str) -> Result<ReplyPart, ModelError> {
    Ok(ReplyPart::Text(words.to_owned()))
}

pub(crate) fn open(parts: Vec<Result<ReplyPart, ModelError>>) -> Arc<Scripted> {
    Arc::new(Scripted { parts, steps: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)), hangs: false })
}

async fn app(model: &Arc<Scripted>) -> TestApp {
    TestApp::start_with_model(Arc::new(Only(Arc::clone(model))), |settings| {
        settings.checkpoint_every = Duration::from_millis(1);
        settings.model_titles = false;
    })
    .await
}

#[tokio::test]
async fn what_an_answer_took_is_kept_with_its_run() {
    let reported = TokenUsage { input_tokens: 300, output_tokens: 4 };
    let test = app(&open(vec![text("Hello"), Ok(ReplyPart::Usage(reported))])).await;
    let ann = test.actor("ann@example.com").await;
    let handle = test.ask(&ann, "hi").await;
    let run = handle.run;
    let events: Vec<_> = handle.events.collect().await;
    let RunEvent::Finished { usage, .. } = events.last().unwrap().event.as_ref() else {
        panic!("{events:?}")
    };
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.is_estimated), (300, 4, false));
    let run = test.store.find_run(ann.id(), run).await.unwrap().unwrap();
    assert_eq!((run.input_tokens, run.output_tokens, run.usage_estimated), (300, 4, false));
    assert_eq!(run.model.as_deref(), Some("m"));
}

#[tokio::test]
async fn a_stopped_and_a_broken_answer_cost_what_had_come() {
    let steps = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
    let test = app(&Arc::new(Scripted { parts: vec![text("你好")], steps, hangs: true })).await;
    let ann = test.actor("ann@example.com").await;
    let mut handle = test.ask(&ann, "hi").await;
    until(&mut handle, "text 你好").await;
    test.app.runs.stop(&ann, handle.conversation).await.unwrap();
    let run = handle.run;
    handle.events.collect::<Vec<_>>().await;
    let run = test.store.find_run(ann.id(), run).await.unwrap().unwrap();
    assert_eq!((run.status, run.output_tokens, run.usage_estimated), (RunStatus::Cancelled, 2, true));
    assert!(run.input_tokens > 100, "{run:?}");

    let test = app(&open(vec![text("你好吗"), Err(ModelError::new(ModelErrorKind::Cut, "no end"))])).await;
    let ann = test.actor("ann@example.com").await;
    let handle = test.ask(&ann, "hi").await;
    let run = handle.run;
    let events: Vec<_> = handle.events.collect().await;
    assert_eq!(words(&events).last().map(String::as_str), Some("failed model_cut"));
    let run = test.store.find_run(ann.id(), run).await.unwrap().unwrap();
    assert_eq!((run.status, run.output_tokens, run.usage_estimated), (RunStatus::Failed, 3, true));
}

#[tokio::test]
async fn the_text_of_a_running_answer_is_kept_and_survives_its_process() {
    let model = Arc::new(Scripted {
        parts: vec![text("one "), text("two "), text("three")],
        steps: Arc::new(Semaphore::new(0)),
        hangs: true,
    });
    let test = app(&model).await;
    let ann = test.actor("ann@example.com").await;
    let mut handle = test.ask(&ann, "count").await;
    for (piece, so_far) in [("text one ", "one "), ("text two ", "one two ")] {
        model.steps.add_permits(1);
        until(&mut handle, piece).await;
        loop {
            let run = test.store.find_run(ann.id(), handle.run).await.unwrap().unwrap();
            if run.partial.as_deref() == Some(so_far) {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    // Another process takes over; this one is dead for it.
    let next = test.restart().await;
    let view = next.app.conversations.find(&ann, handle.conversation).await.unwrap();
    assert_eq!(view.messages[1].message.content, "one two ");
    let run = next.store.find_run(ann.id(), handle.run).await.unwrap().unwrap();
    assert_eq!(run.status, RunStatus::Interrupted);
}

/// Waits until the conversation is called so.
async fn until_called(test: &TestApp, actor: &Actor, conversation: Uuid, title: &str) {
    while test.app.conversations.find(actor, conversation).await.unwrap().conversation.title != title {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_model_names_a_new_conversation_and_no_other() {
    let reported = TokenUsage { input_tokens: 300, output_tokens: 4 };
    let model = open(vec![text("**“问候”**\n"), Ok(ReplyPart::Usage(reported))]);
    let test = TestApp::start_with_model(Arc::new(Only(Arc::clone(&model))), |_| {}).await;
    let ann = test.actor("ann@example.com").await;
    let handle = test.ask(&ann, "hi").await;
    let (run, conversation) = (handle.run, handle.conversation);
    let events = handle.events.collect::<Vec<_>>().await;
    until_called(&test, &ann, conversation, "问候").await;
    let RunEvent::Finished { usage, .. } = events.last().unwrap().event.as_ref() else {
        panic!("{events:?}")
    };
    assert_eq!((usage.input_tokens, usage.output_tokens), (300, 4));
    let kept = test.store.find_run(ann.id(), run).await.unwrap().unwrap();
    assert_eq!((kept.input_tokens, kept.output_tokens), (300, 4), "what was said at its end");

    test.app.conversations.rename(&ann, conversation, "mine").await.unwrap();
    let again = Ask { conversation: Some(conversation), ..ask("and now?") };
    let Asked::Run(handle) = test.app.runs.ask(&ann, again).await.unwrap() else { panic!("over") };
    let run = handle.run;
    handle.events.collect::<Vec<_>>().await;
    // Shutdown waits for every task of a run.
    test.app.shutdown(Duration::from_secs(60)).await;
    let view = test.app.conversations.find(&ann, conversation).await.unwrap();
    assert_eq!(view.conversation.title, "mine");
    let kept = test.store.find_run(ann.id(), run).await.unwrap().unwrap();
    assert_eq!(kept.input_tokens, 300, "nothing but the answer");
}

#[tokio::test]
async fn no_title_holds_anything_up_and_a_name_of_ones_own_stays() {
    // The second reply, which is the title's, waits.
    let model =
        Arc::new(Scripted { parts: vec![text("Title")], steps: Arc::new(Semaphore::new(1)), hangs: false });
    let test = TestApp::start_with_model(Arc::new(Only(Arc::clone(&model))), |_| {}).await;
    let ann = test.actor("ann@example.com").await;
    let handle = test.ask(&ann, "hi").await;
    let conversation = handle.conversation;
    handle.events.collect::<Vec<_>>().await;
    let called = |view: ConversationView| view.conversation.title;
    assert_eq!(called(test.app.conversations.find(&ann, conversation).await.unwrap()), "hi");
    test.app.conversations.rename(&ann, conversation, "mine").await.unwrap();
    model.steps.add_permits(1);
    // Another conversation's title comes after the first one's reply has been used up.
    model.steps.add_permits(2);
    let other = test.ask(&ann, "ho").await;
    let other_conversation = other.conversation;
    other.events.collect::<Vec<_>>().await;
    until_called(&test, &ann, other_conversation, "Title").await;
    assert_eq!(called(test.app.conversations.find(&ann, conversation).await.unwrap()), "mine");
    // One that waits when the server stops is given up.
    model.steps.add_permits(1);
    let last = test.ask(&ann, "bye").await;
    let last_conversation = last.conversation;
    last.events.collect::<Vec<_>>().await;
    test.app.shutdown(Duration::from_secs(60)).await;
    assert_eq!(called(test.app.conversations.find(&ann, last_conversation).await.unwrap()), "bye");
}
