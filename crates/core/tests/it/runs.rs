//! Runs: answered, stopped, come back to, interrupted.

use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use wenshu_core::runs::{Asked, NumberedEvent, RunEvent, RunHandle};
use wenshu_core::{ErrorKind, MessageRole, MessageStatus};

use crate::support::{TestApp, ask, until, words};

const CITIES: &str = "SELECT name, people FROM city ORDER BY people";

async fn all(handle: RunHandle) -> Vec<NumberedEvent> {
    handle.events.collect().await
}

#[tokio::test]
async fn a_question_is_answered_and_kept() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    let handle = test.ask(&ann, CITIES).await;
    let conversation = handle.conversation;
    let events = all(handle).await;
    let words = words(&events);
    assert_eq!(words.first().map(String::as_str), Some("analyzing"), "{words:?}");
    assert_eq!(words.last().map(String::as_str), Some("finished"));
    let rows = r#"rows [{"name":"北京","people":2},{"name":"上海","people":3}]"#.to_owned();
    let order: Vec<usize> = ["sql".to_owned(), "executing".to_owned(), rows, "text do".to_owned()]
        .iter()
        .map(|word| {
            words.iter().position(|other| other == word).unwrap_or_else(|| panic!("{word} in {words:?}"))
        })
        .collect();
    assert!(order.is_sorted(), "{words:?}");
    assert_eq!(
        events.iter().map(|event| event.id.place).collect::<Vec<_>>(),
        (1..=events.len() as u64).collect::<Vec<_>>()
    );

    let view = test.app.conversations.find(&ann, conversation).await.unwrap();
    assert_eq!(view.conversation.title, CITIES);
    let [question, answer] = view.messages.as_slice() else { panic!("{:?}", view.messages) };
    assert_eq!((question.message.role, question.message.content.as_str()), (MessageRole::User, CITIES));
    assert_eq!((answer.message.role, answer.message.content.as_str()), (MessageRole::Assistant, "done"));
    assert_eq!(answer.message.status, MessageStatus::Complete);
    let record = answer.record.as_ref().unwrap();
    assert_eq!(record.sql.as_deref(), Some(CITIES));
    assert_eq!(
        record.data.as_ref().unwrap().get(),
        r#"[{"name":"北京","people":2},{"name":"上海","people":3}]"#
    );
    assert_eq!(record.columns.as_ref().unwrap()[1].kind, "integer");
    let RunEvent::Finished { message, .. } = events.last().unwrap().event.as_ref() else { panic!() };
    assert_eq!(*message, Some(answer.message.id));
}

#[tokio::test]
async fn bad_questions_and_things_of_others_are_refused_before_anything_is_stored() {
    let test = TestApp::start().await;
    let [ann, bob] = [test.actor("ann@example.com").await, test.actor("bob@example.com").await];
    let conversation = test.ask(&ann, CITIES).await;
    let anns = conversation.conversation;
    all(conversation).await;
    let refused = |ask| async {
        match test.app.runs.ask(&bob, ask).await {
            Ok(_) => panic!("it was taken"),
            Err(error) => error,
        }
    };
    for query in ["", " \n ", "a\0b", &"x".repeat(10_001)] {
        assert_eq!(refused(ask(query)).await.fields()[0].field, "query");
    }
    let mut other = ask(CITIES);
    other.conversation = Some(anns);
    assert_eq!(refused(other).await.kind(), ErrorKind::NotFound);
    let mut other = ask(CITIES);
    other.connection = Some(anns);
    assert_eq!(refused(other).await.kind(), ErrorKind::NotFound);
    let mut other = ask(CITIES);
    other.model = Some("gpt-4o".to_owned());
    assert_eq!(refused(other).await.kind(), ErrorKind::NotFound);
    assert!(test.app.runs.stop(&bob, anns).await.is_err());
    assert!(test.app.conversations.find(&bob, anns).await.is_err());
    assert_eq!(test.app.runs.running(), 0);
}

#[tokio::test]
async fn a_stop_reaches_the_database_and_keeps_what_there_was() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    let mut handle = test.ask(&ann, "endless").await;
    until(&mut handle, "executing").await;
    assert!(test.app.runs.stop(&ann, handle.conversation).await.unwrap());
    let conversation = handle.conversation;
    let rest = all(handle).await;
    assert_eq!(words(&rest).last().map(String::as_str), Some("failed cancelled"));
    assert!(!test.app.runs.stop(&ann, conversation).await.unwrap());
    let view = test.app.conversations.find(&ann, conversation).await.unwrap();
    assert_eq!(view.messages[1].message.status, MessageStatus::Partial);
    assert_eq!(view.messages[1].record.as_ref().unwrap().error.as_ref().unwrap().code, "cancelled");

    let mut again = ask(CITIES);
    again.conversation = Some(conversation);
    let Asked::Run(handle) = test.app.runs.ask(&ann, again).await.unwrap() else { panic!() };
    assert_eq!(words(&all(handle).await).last().map(String::as_str), Some("finished"));
}

#[tokio::test]
async fn a_run_has_its_time() {
    let test = TestApp::start_with(|settings| settings.run_time = Duration::from_millis(50)).await;
    let ann = test.actor("ann@example.com").await;
    let events = all(test.ask(&ann, "endless").await).await;
    assert_eq!(words(&events).last().map(String::as_str), Some("failed run_timeout"));
}

#[tokio::test]
async fn a_query_has_its_time_and_rows() {
    let test = TestApp::start_with(|settings| {
        settings.query_limits.time = Duration::from_millis(50);
        settings.query_limits.rows = 1;
    })
    .await;
    let ann = test.actor("ann@example.com").await;
    let events = all(test.ask(&ann, "endless").await).await;
    assert_eq!(words(&events).last().map(String::as_str), Some("failed query_timeout"));
    let events = all(test.ask(&ann, CITIES).await).await;
    let cut = events.iter().any(
        |event| matches!(event.event.as_ref(), RunEvent::Rows { table, .. } if table.truncated && table.rows == 1),
    );
    assert!(cut, "{:?}", words(&events));
}

#[tokio::test]
async fn what_fails_says_why_and_is_kept() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    for (question, code) in [
        ("SELECT population FROM city", "failed sql_execution_failed"),
        ("DELETE FROM city", "failed sql_refused"),
        ("panic", "failed internal"),
    ] {
        let handle = test.ask(&ann, question).await;
        let conversation = handle.conversation;
        let events = all(handle).await;
        assert_eq!(words(&events).last().map(String::as_str), Some(code), "{question}");
        let view = test.app.conversations.find(&ann, conversation).await.unwrap();
        assert!(view.messages[1].record.as_ref().unwrap().error.is_some(), "{question}");
    }
    assert_eq!(test.app.runs.running(), 0);
}

#[tokio::test]
async fn a_reader_who_goes_away_changes_nothing_and_one_who_comes_back_misses_nothing() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    let mut handle = test.ask(&ann, CITIES).await;
    let first = handle.events.next().await.unwrap();
    let run = handle.run;
    drop(handle);

    let mut back = ask(CITIES);
    back.last_event = Some(first.id);
    let Asked::Run(handle) = test.app.runs.ask(&ann, back.clone()).await.unwrap() else { panic!() };
    assert_eq!(handle.run, run);
    let rest = all(handle).await;
    assert_eq!(rest.first().unwrap().id.place, 2);
    assert_eq!(words(&rest).last().map(String::as_str), Some("finished"));

    back.last_event = Some(rest.last().unwrap().id);
    assert!(matches!(test.app.runs.ask(&ann, back.clone()).await.unwrap(), Asked::Over));

    let mut other_question = back.clone();
    other_question.query = "SELECT 1".to_owned();
    let Asked::Run(handle) = test.app.runs.ask(&ann, other_question).await.unwrap() else { panic!() };
    assert_ne!(handle.run, run);
    all(handle).await;

    // A stranger who knows the id starts a run of their own.
    let bob = test.actor("bob@example.com").await;
    let Asked::Run(handle) = test.app.runs.ask(&bob, back).await.unwrap() else { panic!() };
    assert_ne!(handle.run, run);
    all(handle).await;
}

#[tokio::test]
async fn a_caller_who_leaves_while_asking_gets_an_answer_all_the_same() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    // The first question leaves nothing to be read for the second, which is with the server once it has been polled.
    all(test.ask(&ann, CITIES).await).await;
    let polled = test.app.runs.ask(&ann, ask(CITIES)).now_or_never();
    assert!(polled.is_none(), "it was dropped before it was answered");
    test.app.shutdown(Duration::from_secs(30)).await;
    let filter = wenshu_store::ConversationFilter { limit: 10, ..Default::default() };
    let conversations = test.store.conversations(ann.id(), &filter).await.unwrap().items;
    let counts: Vec<i64> = conversations.iter().map(|conversation| conversation.message_count).collect();
    assert_eq!(counts, [2, 2]);
}

#[tokio::test]
async fn one_conversation_answers_one_question_at_a_time() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    let mut handle = test.ask(&ann, "endless").await;
    until(&mut handle, "executing").await;
    let mut second = ask(CITIES);
    second.conversation = Some(handle.conversation);
    let Err(error) = test.app.runs.ask(&ann, second).await else { panic!("it was taken") };
    assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, "still_answering"));
    test.app.runs.stop(&ann, handle.conversation).await.unwrap();
    all(handle).await;
}

#[tokio::test]
async fn an_account_has_so_many_runs_at_once() {
    let test = TestApp::start_with(|settings| settings.runs_per_account = 1).await;
    let ann = test.actor("ann@example.com").await;
    let handle = test.ask(&ann, "endless").await;
    let Err(error) = test.app.runs.ask(&ann, ask(CITIES)).await else { panic!("it was taken") };
    assert_eq!(error.kind(), ErrorKind::TooMany);
    test.app.runs.stop(&ann, handle.conversation).await.unwrap();
    all(handle).await;
    all(test.ask(&ann, CITIES).await).await;
}

#[tokio::test]
async fn a_shutdown_saves_what_runs_as_interrupted() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    let mut handle = test.ask(&ann, "endless").await;
    until(&mut handle, "executing").await;
    test.app.shutdown(Duration::ZERO).await;
    let conversation = handle.conversation;
    assert_eq!(words(&all(handle).await).last().map(String::as_str), Some("failed interrupted"));
    let messages = test.store.messages(ann.id(), conversation).await.unwrap();
    assert_eq!(messages[1].status, MessageStatus::Partial);
    let Err(error) = test.app.runs.ask(&ann, ask(CITIES)).await else { panic!("it was taken") };
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_run_that_a_dead_process_left_is_marked_at_the_next_start() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    let mut handle = test.ask(&ann, "endless").await;
    until(&mut handle, "executing").await;
    // Another process on the same files, while the first neither works nor signs off.
    let after = test.restart().await;
    let run = after.store.find_run(ann.id(), handle.run).await.unwrap().unwrap();
    assert_eq!(run.status, wenshu_store::RunStatus::Interrupted);
    let view = after.app.conversations.find(&ann, handle.conversation).await.unwrap();
    assert_eq!(view.messages[0].message.role, MessageRole::User);
    test.app.runs.stop(&ann, handle.conversation).await.unwrap();
    all(handle).await;
    let run = after.store.find_run(ann.id(), run.id).await.unwrap().unwrap();
    assert_eq!(run.status, wenshu_store::RunStatus::Interrupted, "what is over stays as it is");
}

#[tokio::test]
async fn the_list_of_conversations_is_always_current() {
    let test = TestApp::start().await;
    let ann = test.register("ann@example.com").await.unwrap();
    let list = || async {
        let actor = test.app.accounts.authenticate(ann.tokens.access_text()).await.unwrap();
        let filter = wenshu_store::ConversationFilter { limit: 10, ..Default::default() };
        let page = test.app.conversations.list(&actor, filter).await.unwrap();
        (page.total, page.items.iter().map(|item| item.message_count).collect::<Vec<_>>())
    };
    let actor = test.app.accounts.authenticate(ann.tokens.access_text()).await.unwrap();
    assert_eq!(list().await, (0, vec![]));
    let mut handle = test.ask(&actor, "endless").await;
    until(&mut handle, "executing").await;
    assert_eq!(list().await, (1, vec![1]));
    test.app.runs.stop(&actor, handle.conversation).await.unwrap();
    let conversation = handle.conversation;
    all(handle).await;
    assert_eq!(list().await, (1, vec![2]));
    assert!(test.store.delete_conversation(actor.id(), conversation).await.unwrap());
    assert_eq!(list().await, (0, vec![]));
}

#[tokio::test]
async fn a_run_whose_conversation_is_gone_was_stopped() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    for is_stopped in [true, false] {
        let mut handle = test.ask(&ann, if is_stopped { "endless" } else { CITIES }).await;
        if is_stopped {
            until(&mut handle, "executing").await;
        }
        assert!(test.store.delete_conversation(ann.id(), handle.conversation).await.unwrap());
        if is_stopped {
            assert!(test.app.runs.stop(&ann, handle.conversation).await.unwrap());
            assert_eq!(words(&all(handle).await).last().map(String::as_str), Some("failed cancelled"));
        } else {
            // It may have been quicker than the deletion.
            let last = words(&all(handle).await).pop().unwrap();
            assert!(["failed cancelled", "finished"].contains(&last.as_str()), "{last}");
        }
    }
}
