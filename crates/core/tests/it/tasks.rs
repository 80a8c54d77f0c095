//! Tasks: what they write, what they cost, and what becomes of them.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use tokio::sync::Semaphore;
use uuid::Uuid;
use wenshu_answer::{Language, ModelError, ModelErrorKind, ReplyPart, TokenUsage};
use wenshu_core::chats::{ChatDraft, ChatParameters, MessageDraft, PresetDraft};
use wenshu_core::clock::Clock as _;
use wenshu_core::runs::follow::FollowedTask;
use wenshu_core::runs::tasks::{TaskKind, TaskOrder, TaskState, TaskView};
use wenshu_core::runs::{EventId, NumberedEvent, RunEvent};
use wenshu_core::{Actor, AppError, ErrorKind, MessageKind, MessageRole};

use crate::models::{Only, Scripted, open, text};
use crate::support::{TestApp, words};

fn said(role: MessageRole, content: &str) -> MessageDraft {
    MessageDraft {
        role,
        kind: MessageKind::Text,
        content: content.to_owned(),
        is_visible: true,
        created_at: None,
    }
}

fn usage(input_tokens: u64, output_tokens: u64) -> Result<ReplyPart, ModelError> {
    Ok(ReplyPart::Usage(TokenUsage { input_tokens, output_tokens }))
}

/// An application with this model, and somebody with credits who is no admin.
async fn start(model: &Arc<Scripted>, multiplier: u32, credits: i64) -> (TestApp, Actor) {
    let test = TestApp::start_with_model(Arc::new(Only(Arc::clone(model))), |settings| {
        settings.checkpoint_every = Duration::from_millis(1);
        settings.models[0].multiplier = multiplier;
    })
    .await;
    let admin = test.actor("admin@example.com").await;
    assert!(admin.is_admin());
    let ann = test.actor("ann@example.com").await;
    assert!(!ann.is_admin());
    test.app.credits.set(&admin, ann.account(), credits).await.unwrap();
    (test, ann)
}

async fn chat(test: &TestApp, actor: &Actor, messages: Vec<MessageDraft>) -> Uuid {
    let draft = ChatDraft { title: Some("t".to_owned()), messages: Some(messages), ..ChatDraft::default() };
    test.app.chats.create(actor, draft, Vec::new()).await.unwrap().id
}

async fn begin(test: &TestApp, actor: &Actor, chat: Uuid, kind: TaskKind) -> Result<Uuid, AppError> {
    let order = TaskOrder { chat, kind, language: Language::En, key: None };
    test.app.runs.begin_task(actor, order).await
}

/// Follows a task; a reader that has just gone may still hold its place for a moment.
async fn follow(test: &TestApp, task: Uuid) -> FollowedTask {
    loop {
        match test.app.runs.follow_task(task, None).await {
            Err(error) if error.code() == "task_being_read" => tokio::task::yield_now().await,
            followed => return followed.unwrap(),
        }
    }
}

async fn live(test: &TestApp, task: Uuid) -> BoxStream<'static, NumberedEvent> {
    match follow(test, task).await {
        FollowedTask::Live { events, .. } => events,
        FollowedTask::Over(task) => panic!("{task:?}"),
    }
}

/// Waits until a task is over.
async fn over(test: &TestApp, task: Uuid) -> TaskView {
    if let FollowedTask::Live { events, .. } = follow(test, task).await {
        events.collect::<Vec<_>>().await;
    }
    test.app.runs.find_task(task).await.unwrap()
}

/// The balance, after checking that the ledger says the same.
async fn balance(test: &TestApp, actor: &Actor) -> i64 {
    let account = test.store.account(actor.id()).await.unwrap().unwrap();
    let (entries, _) = test.app.credits.history(actor, 100, 0).await.unwrap();
    assert_eq!(entries.items.iter().map(|entry| entry.amount).sum::<i64>(), account.credits, "{entries:?}");
    account.credits
}

async fn contents(test: &TestApp, actor: &Actor, chat: Uuid) -> Vec<String> {
    let chat = test.app.chats.find(actor, chat).await.unwrap();
    chat.messages.into_iter().map(|message| message.content).collect()
}

#[tokio::test]
async fn a_message_is_written_kept_and_paid_for() {
    let model = open(vec![text("Hel"), text("lo"), usage(20, 2)]);
    let (test, ann) = start(&model, 3, 100).await;
    let chat = chat(&test, &ann, vec![said(MessageRole::User, "hi")]).await;
    let task = begin(&test, &ann, chat, TaskKind::Message).await.unwrap();
    let TaskState::Finished { content, cost } = over(&test, task).await.state else { panic!() };
    assert_eq!((content.as_str(), cost), ("Hello", 66));
    assert_eq!(contents(&test, &ann, chat).await, ["hi", "Hello"]);
    assert_eq!(balance(&test, &ann).await, 34);
}

#[tokio::test]
async fn a_title_is_written_and_paid_for() {
    let model = open(vec![text("\"Greet"), text("ings\"."), usage(5, 2)]);
    let (test, ann) = start(&model, 1, 100).await;
    let empty = chat(&test, &ann, vec![]).await;
    let nothing = begin(&test, &ann, empty, TaskKind::Title).await.unwrap_err();
    assert_eq!((nothing.kind(), nothing.code()), (ErrorKind::Invalid, "empty_chat"));
    let chat = chat(&test, &ann, vec![said(MessageRole::User, "hi")]).await;
    let task = begin(&test, &ann, chat, TaskKind::Title).await.unwrap();
    let TaskState::Finished { content, cost } = over(&test, task).await.state else { panic!() };
    assert_eq!((content.as_str(), cost), ("Greetings", 7));
    let chat = test.app.chats.find(&ann, chat).await.unwrap();
    assert_eq!((chat.title.as_str(), chat.messages.len()), ("Greetings", 1));
    assert_eq!(balance(&test, &ann).await, 93);
}

#[tokio::test]
async fn what_a_model_did_not_do_costs_nothing() {
    let refused = ModelError::new(ModelErrorKind::ProviderFailed, "status 500");
    let model = open(vec![Err(refused)]);
    let (test, ann) = start(&model, 1, 1).await;
    let chat = chat(&test, &ann, vec![said(MessageRole::User, "hi")]).await;
    for _ in 0..2 {
        let task = begin(&test, &ann, chat, TaskKind::Message).await.unwrap();
        let TaskState::Failed { content, cost, .. } = over(&test, task).await.state else { panic!() };
        assert_eq!((content.as_str(), cost), ("", 0));
    }
    assert_eq!(contents(&test, &ann, chat).await, ["hi"]);
    assert_eq!(balance(&test, &ann).await, 1);
}

#[tokio::test]
async fn without_a_model_it_is_said_what_to_do_and_costs_nothing() {
    let test = TestApp::start().await;
    let admin = test.actor("admin@example.com").await;
    let chat = chat(&test, &admin, vec![said(MessageRole::User, "hi")]).await;
    let task = begin(&test, &admin, chat, TaskKind::Message).await.unwrap();
    let TaskState::Failed { cost, error, .. } = over(&test, task).await.state else { panic!() };
    assert_eq!((cost, error.code()), (0, "no_model"));
    assert!(error.text().en.contains("OPENAI_API_KEY"), "{}", error.text().en);
    assert_eq!(balance(&test, &admin).await, 0);
}

#[tokio::test]
async fn credits_are_needed_but_by_admins() {
    let model = open(vec![text("Hello"), usage(1, 1)]);
    let (test, ann) = start(&model, 1, 0).await;
    let theirs = chat(&test, &ann, vec![said(MessageRole::User, "hi")]).await;
    let refused = begin(&test, &ann, theirs, TaskKind::Message).await.unwrap_err();
    assert_eq!(refused.code(), "no_credits");
    assert_eq!(test.app.runs.running(), 0);
    let admin = test.returning("admin@example.com").await;
    for (actor, chat, code) in [(&admin, theirs, "not_yours"), (&ann, Uuid::nil(), "not_found")] {
        assert_eq!(begin(&test, actor, chat, TaskKind::Message).await.unwrap_err().code(), code);
    }
    let own = chat(&test, &admin, vec![said(MessageRole::User, "hi")]).await;
    let task = begin(&test, &admin, own, TaskKind::Message).await.unwrap();
    assert!(matches!(over(&test, task).await.state, TaskState::Finished { cost: 2, .. }));
    assert_eq!(balance(&test, &admin).await, -2, "what it cost is booked all the same");
}

#[tokio::test]
async fn a_reader_has_the_stream_to_itself_until_it_goes() {
    let steps = Arc::new(Semaphore::new(1));
    let parts = vec![text("Hel"), text("lo"), usage(1, 1)];
    let model = Arc::new(Scripted { parts, steps: Arc::clone(&steps), hangs: false });
    let (test, ann) = start(&model, 1, 100).await;
    let chat = chat(&test, &ann, vec![said(MessageRole::User, "hi")]).await;
    let task = begin(&test, &ann, chat, TaskKind::Message).await.unwrap();
    let busy = begin(&test, &ann, chat, TaskKind::Message).await.unwrap_err();
    assert_eq!(busy.code(), "still_answering");
    assert_eq!(test.app.runs.delete_task(task).await.unwrap_err().code(), "task_running");
    let mut first = live(&test, task).await;
    let event = first.next().await.unwrap();
    assert_eq!(words(std::slice::from_ref(&event)), ["text Hel"]);
    let follow = |last| test.app.runs.follow_task(task, last);
    assert_eq!(follow(None).await.err().unwrap().code(), "task_being_read");
    let stranger = EventId::new(Uuid::nil(), 1);
    assert_eq!(follow(Some(stranger)).await.err().unwrap().code(), "task_being_read");

    // Who brings what it saw takes over, and the reader there was ends.
    let Ok(FollowedTask::Live { events: second, seen }) = follow(Some(event.id)).await else { panic!() };
    assert_eq!(seen, Some(1));
    assert!(first.next().await.is_none());
    drop(first);
    assert_eq!(follow(None).await.err().unwrap().code(), "task_being_read");
    drop(second);
    let third = live(&test, task).await;
    steps.add_permits(10);
    let events = third.collect::<Vec<_>>().await;
    assert_eq!(words(&events), ["text Hel", "text lo", "finished"]);
    let Ok(FollowedTask::Over(view)) = follow(None).await else { panic!() };
    assert!(matches!(view.state, TaskState::Finished { ref content, cost: 2 } if content == "Hello"));
    test.app.runs.delete_task(task).await.unwrap();
    assert_eq!(test.app.runs.find_task(task).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(balance(&test, &ann).await, 98);
}

#[tokio::test]
async fn a_task_that_its_process_did_not_live_to_end_is_paid_up_to_its_checkpoint() {
    let parts = vec![text("Hello"), text(" world")];
    let model = Arc::new(Scripted { parts, steps: Arc::new(Semaphore::new(1)), hangs: true });
    let (test, ann) = start(&model, 2, 100).await;
    let chat = chat(&test, &ann, vec![said(MessageRole::User, "hello")]).await;
    let task = begin(&test, &ann, chat, TaskKind::Message).await.unwrap();
    // "hello" is two tokens by the estimate, and so is "Hello".
    loop {
        let run = test.store.find_task(task).await.unwrap().unwrap().run;
        if (run.partial.as_deref(), run.input_tokens, run.output_tokens) == (Some("Hello"), 2, 2) {
            break;
        }
        tokio::task::yield_now().await;
    }
    let after = test.restart().await;
    let TaskState::Failed { content, cost, error } = after.app.runs.find_task(task).await.unwrap().state
    else {
        panic!()
    };
    assert_eq!((content.as_str(), cost, error.code()), ("Hello", 8, "interrupted"));
    let ann = after.returning("ann@example.com").await;
    assert_eq!(balance(&after, &ann).await, 92);
    assert_eq!(contents(&after, &ann, chat).await, ["hello", "Hello"]);
}

#[tokio::test]
async fn a_task_that_another_process_has_ended_says_what_was_booked() {
    let steps = Arc::new(Semaphore::new(1));
    let parts = vec![text("Hello"), text(" world"), usage(2, 40)];
    let model = Arc::new(Scripted { parts, steps: Arc::clone(&steps), hangs: false });
    let (test, ann) = start(&model, 1, 100).await;
    let chat = chat(&test, &ann, vec![said(MessageRole::User, "hello")]).await;
    let task = begin(&test, &ann, chat, TaskKind::Message).await.unwrap();
    let events = live(&test, task).await;
    while test.store.find_task(task).await.unwrap().unwrap().run.output_tokens != 2 {
        tokio::task::yield_now().await;
    }
    // Taken for dead, it goes on.
    let later = test.clock.now() + TimeDelta::minutes(10);
    assert_eq!(test.store.mark_interrupted(later, later, &|_, _| None).await.unwrap(), 1);
    steps.add_permits(10);
    let events = events.collect::<Vec<_>>().await;
    let Some(RunEvent::Failed(failure)) = events.last().map(|event| event.event.as_ref()) else {
        panic!("{events:?}")
    };
    assert_eq!((failure.error.code(), failure.usage.cost), ("interrupted", 4));
    assert_eq!(balance(&test, &ann).await, 96);
}

#[tokio::test]
async fn a_chat_that_is_deleted_in_the_middle_is_paid_for() {
    let parts = vec![text("Hello"), text(" world")];
    let model = Arc::new(Scripted { parts, steps: Arc::new(Semaphore::new(1)), hangs: true });
    let (test, ann) = start(&model, 1, 100).await;
    let chat = chat(&test, &ann, vec![said(MessageRole::User, "hello")]).await;
    let task = begin(&test, &ann, chat, TaskKind::Message).await.unwrap();
    let mut run = live(&test, task).await;
    run.next().await.unwrap();
    test.app.delete_chat(&ann, chat).await.unwrap();
    run.collect::<Vec<_>>().await;
    assert_eq!(balance(&test, &ann).await, 96);
    assert_eq!(test.app.runs.find_task(task).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn presets_name_models_there_are() {
    let model = open(vec![text("Hello"), usage(1, 1)]);
    let (test, ann) = start(&model, 1, 100).await;
    let draft = |model: &str| PresetDraft {
        title: Some("p".to_owned()),
        parameters: ChatParameters { model: Some(model.to_owned()), ..ChatParameters::default() },
        ..PresetDraft::default()
    };
    let refused = test.app.presets.create(&ann, draft("none"), Vec::new()).await.unwrap_err();
    assert_eq!(refused.fields()[0].field, "parameters.model");
    for name in ["m", "builtin"] {
        test.app.presets.create(&ann, draft(name), Vec::new()).await.unwrap();
    }
}
