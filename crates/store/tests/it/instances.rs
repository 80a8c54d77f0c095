//! Instances: which runs are taken for interrupted, and what is saved of them.

use uuid::Uuid;
use wenshu_store::{BegunRun, Checkpoint, MessageRole, MessageStatus, NewRun, RunStatus, Store};

use crate::support::{
    TestDatabase, account, at_once, checkpoint, finished, new_conversation, new_id, new_run,
    on_both_databases, second,
};

on_both_databases!(
    runs_of_dead_processes_are_interrupted,
    a_checkpoint_becomes_a_partial_message,
    a_retired_process_is_dead_at_once,
    signs_of_life_keep_a_run,
    several_processes_interrupt_a_run_once,
    dead_processes_are_forgotten,
);

async fn begin(store: &Store, owner: Uuid, instance: Uuid, at: i64) -> (Uuid, BegunRun) {
    let run = NewRun { instance, ..new_run(owner, new_conversation("t"), "q", at) };
    (run.id, store.begin_run(run).await.unwrap())
}

async fn status(store: &Store, owner: Uuid, run: Uuid) -> RunStatus {
    store.find_run(owner, run).await.unwrap().unwrap().status
}

async fn runs_of_dead_processes_are_interrupted(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let (dead, alive) = (new_id(), new_id());
    store.heartbeat(dead, second(1)).await.unwrap();
    store.heartbeat(alive, second(1)).await.unwrap();
    let (of_dead, begun) = begin(&store, alice.id, dead, 2).await;
    let (of_alive, _) = begin(&store, alice.id, alive, 2).await;
    let (of_unknown, _) = begin(&store, alice.id, new_id(), 2).await;
    let (over, _) = begin(&store, alice.id, dead, 2).await;
    store.finish_run(finished(over, "a", 3)).await.unwrap();
    store.heartbeat(alive, second(10)).await.unwrap();
    assert_eq!(
        store.mark_interrupted(second(10), second(20), &|_, _| Some("{}".to_owned())).await.unwrap(),
        2
    );
    assert_eq!(
        store.mark_interrupted(second(10), second(21), &|_, _| Some("{}".to_owned())).await.unwrap(),
        0
    );
    assert_eq!(status(&store, alice.id, of_dead).await, RunStatus::Interrupted);
    assert_eq!(status(&store, alice.id, of_alive).await, RunStatus::Running);
    assert_eq!(status(&store, alice.id, of_unknown).await, RunStatus::Interrupted);
    assert_eq!(status(&store, alice.id, over).await, RunStatus::Finished);
    let run = store.find_run(alice.id, of_dead).await.unwrap().unwrap();
    assert_eq!((run.finished_at, run.answer_message), (Some(second(20)), Some(of_dead)));
    // Without a checkpoint the message is empty but says why, and the conversation goes on.
    let messages = store.messages(alice.id, begun.conversation).await.unwrap();
    assert_eq!((messages.len(), messages[1].content.as_str()), (2, ""));
    assert_eq!((messages[1].status, messages[1].metadata.as_deref()), (MessageStatus::Partial, Some("{}")));
    let next = new_run(alice.id, wenshu_store::RunConversation::Existing(begun.conversation), "again", 30);
    store.begin_run(next).await.unwrap();
}

async fn a_checkpoint_becomes_a_partial_message(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let (run, begun) = begin(&store, alice.id, new_id(), 1).await;
    let with_metadata = Checkpoint { metadata: Some("[1]".to_owned()), ..checkpoint("上海", 2) };
    store.checkpoint_run(run, with_metadata).await.unwrap();
    // What was kept before stays where there is nothing new.
    store.checkpoint_run(run, checkpoint("上海的销售额", 2)).await.unwrap();
    let running = store.find_run(alice.id, run).await.unwrap().unwrap();
    assert_eq!(
        (running.partial.as_deref(), running.partial_metadata.as_deref()),
        (Some("上海的销售额"), Some("[1]"))
    );
    let metadata =
        |question: &str, shown: Option<&str>| Some(format!("{question} {}", shown.unwrap_or_default()));
    assert_eq!(store.mark_interrupted(second(3), second(9), &metadata).await.unwrap(), 1);
    let messages = store.messages(alice.id, begun.conversation).await.unwrap();
    let saved = messages.last().unwrap();
    assert_eq!((saved.role, saved.status), (MessageRole::Assistant, MessageStatus::Partial));
    assert_eq!((saved.content.as_str(), saved.created_at), ("上海的销售额", second(9)));
    assert_eq!(saved.metadata.as_deref(), Some("q [1]"));
    let interrupted = store.find_run(alice.id, run).await.unwrap().unwrap();
    assert_eq!((interrupted.answer_message, interrupted.partial_metadata), (Some(saved.id), None));
    let conversation = store.find_conversation(alice.id, begun.conversation).await.unwrap().unwrap();
    assert_eq!(conversation.message_count, 2);
    // The process was slow, not dead: what it says now comes too late.
    store.finish_run(finished(run, "late", 10)).await.unwrap();
    assert_eq!(store.messages(alice.id, begun.conversation).await.unwrap(), messages);
}

async fn a_retired_process_is_dead_at_once(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let instance = new_id();
    store.heartbeat(instance, second(100)).await.unwrap();
    let (run, _) = begin(&store, alice.id, instance, 100).await;
    store.retire_instance(instance, second(101)).await.unwrap();
    assert_eq!(
        store.mark_interrupted(second(0), second(102), &|_, _| Some("{}".to_owned())).await.unwrap(),
        1
    );
    assert_eq!(status(&store, alice.id, run).await, RunStatus::Interrupted);
    let (run, _) = begin(&store, alice.id, instance, 103).await;
    store.retire_instance(instance, second(104)).await.unwrap();
    store.heartbeat(instance, second(105)).await.unwrap();
    assert_eq!(
        store.mark_interrupted(second(0), second(106), &|_, _| Some("{}".to_owned())).await.unwrap(),
        0,
        "it is back"
    );
    assert_eq!(status(&store, alice.id, run).await, RunStatus::Running);
}

async fn signs_of_life_keep_a_run(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let (run, _) = begin(&store, alice.id, new_id(), 5).await;
    assert_eq!(
        store.mark_interrupted(second(5), second(6), &|_, _| Some("{}".to_owned())).await.unwrap(),
        0,
        "it has just begun"
    );
    store.checkpoint_run(run, checkpoint("a", 8)).await.unwrap();
    assert_eq!(
        store.mark_interrupted(second(8), second(9), &|_, _| Some("{}".to_owned())).await.unwrap(),
        0,
        "it has just said something"
    );
    assert_eq!(
        store.mark_interrupted(second(9), second(10), &|_, _| Some("{}".to_owned())).await.unwrap(),
        1
    );
}

async fn several_processes_interrupt_a_run_once(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let alice = account(&store, "alice").await;
    let mut conversations = Vec::new();
    for _ in 0..5 {
        let (run, begun) = begin(&store, alice.id, new_id(), 1).await;
        store.checkpoint_run(run, checkpoint("partial", 2)).await.unwrap();
        conversations.push(begun.conversation);
    }
    let marked = at_once(8, &[&store, &other_process], |_, store| async move {
        store.mark_interrupted(second(3), second(4), &|_, _| Some("{}".to_owned())).await.unwrap()
    })
    .await;
    assert_eq!(marked.into_iter().sum::<u64>(), 5);
    for conversation in conversations {
        assert_eq!(store.messages(alice.id, conversation).await.unwrap().len(), 2);
    }
}

async fn dead_processes_are_forgotten(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let instance = new_id();
    store.heartbeat(instance, second(1)).await.unwrap();
    store.mark_interrupted(second(5), second(6), &|_, _| Some("{}".to_owned())).await.unwrap();
    store.heartbeat(instance, second(7)).await.unwrap();
    let (run, _) = begin(&store, alice.id, instance, 1).await;
    assert_eq!(store.mark_interrupted(second(5), second(8), &|_, _| Some("{}".to_owned())).await.unwrap(), 0);
    assert_eq!(status(&store, alice.id, run).await, RunStatus::Running);
}
