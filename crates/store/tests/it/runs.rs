//! Runs: beginning, ending, checkpoints, and what happens when many do so at once.

use wenshu_store::{
    ConversationFilter, FinishedRun, NewRun, Run, RunConversation, RunKind, RunStatus, StoreError,
};

use crate::support::{
    TestDatabase, account, asked, at_once, checkpoint, finished, new_connection, new_conversation, new_id,
    new_run, on_both_databases, second,
};

on_both_databases!(
    a_run_comes_back_as_it_went_in,
    a_conversation_has_one_running_run,
    of_many_simultaneous_beginnings_one_wins,
    beginning_needs_an_own_conversation,
    a_failed_beginning_leaves_nothing,
    ending_twice_saves_one_message,
    of_many_simultaneous_ends_one_counts,
    a_run_can_end_without_words,
    checkpoints_last_until_the_end,
    another_ones_runs_are_not_found,
    refusals_do_not_disturb_others,
    beginnings_ends_and_deletions_at_once_go_through,
);

async fn a_run_comes_back_as_it_went_in(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let connection = store.insert_connection(new_connection(Some(alice.id), "c")).await.unwrap().id;
    let new = NewRun { connection: Some(connection), ..new_run(alice.id, new_conversation("t"), "q", 1) };
    let begun = store.begin_run(new.clone()).await.unwrap();
    let mut expected = Run {
        id: new.id,
        owner: alice.id,
        instance: new.instance,
        conversation: begun.conversation,
        kind: RunKind::Question,
        status: RunStatus::Running,
        error_code: None,
        question_message: new.question_message,
        answer_message: None,
        connection: Some(connection),
        model: new.model.clone(),
        input_tokens: 0,
        output_tokens: 0,
        usage_estimated: false,
        partial: None,
        partial_metadata: None,
        checkpointed_at: None,
        started_at: second(1),
        finished_at: None,
    };
    assert_eq!(store.find_run(alice.id, new.id).await.unwrap(), Some(expected.clone()));
    assert_eq!(store.running_run(alice.id, begun.conversation).await.unwrap(), Some(expected.clone()));
    let conversation = store.find_conversation(alice.id, begun.conversation).await.unwrap().unwrap();
    assert_eq!((conversation.connection, conversation.message_count), (Some(connection), 1));

    let ending = FinishedRun {
        status: RunStatus::Failed,
        error_code: Some("NO_DATA".into()),
        input_tokens: 12,
        output_tokens: i64::MAX,
        usage_estimated: true,
        ..finished(new.id, "sorry", 4)
    };
    store.finish_run(ending.clone()).await.unwrap();
    expected.status = RunStatus::Failed;
    expected.error_code = ending.error_code;
    expected.answer_message = ending.message.map(|message| message.id);
    (expected.input_tokens, expected.output_tokens, expected.usage_estimated) = (12, i64::MAX, true);
    expected.finished_at = Some(second(4));
    assert_eq!(store.find_run(alice.id, new.id).await.unwrap(), Some(expected));
    assert_eq!(store.running_run(alice.id, begun.conversation).await.unwrap(), None);
}

async fn a_conversation_has_one_running_run(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let first = new_run(alice.id, new_conversation("t"), "q", 1);
    let begun = store.begin_run(first.clone()).await.unwrap();
    let next = || new_run(alice.id, RunConversation::Existing(begun.conversation), "too early", 2);
    let refused = store.begin_run(next()).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "conversation" })), "{refused:?}");
    assert_eq!(store.messages(alice.id, begun.conversation).await.unwrap().len(), 1);
    let conversation = store.find_conversation(alice.id, begun.conversation).await.unwrap().unwrap();
    assert_eq!((conversation.message_count, conversation.updated_at), (1, second(1)));
    store.finish_run(finished(first.id, "a", 3)).await.unwrap();
    let again = store.begin_run(next()).await.unwrap();
    assert_eq!(again, begun);
}

async fn of_many_simultaneous_beginnings_one_wins(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let alice = account(&store, "alice").await;
    let conversation = asked(&store, alice.id, "t", "q", "a", 1).await.conversation;
    let alice_id = alice.id;
    let outcomes = at_once(30, &[&store, &other_process], move |_, store| async move {
        store.begin_run(new_run(alice_id, RunConversation::Existing(conversation), "again", 2)).await
    })
    .await;
    let busy = |outcome: &&Result<_, StoreError>| {
        matches!(outcome, Err(StoreError::Conflict { field: "conversation" }))
    };
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(busy).count(), 29, "{outcomes:?}");
    assert_eq!(store.messages(alice.id, conversation).await.unwrap().len(), 3);
}

async fn beginning_needs_an_own_conversation(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let conversation = asked(&store, alice.id, "t", "q", "a", 1).await.conversation;
    for (owner, id) in [(bob.id, conversation), (alice.id, new_id())] {
        let refused = store.begin_run(new_run(owner, RunConversation::Existing(id), "q", 2)).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    }
    let refused = store.begin_run(new_run(new_id(), new_conversation("nobody's"), "q", 2)).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    let no_connection =
        NewRun { connection: Some(new_id()), ..new_run(alice.id, new_conversation("t"), "q", 2) };
    let refused = store.begin_run(no_connection).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    let everything = ConversationFilter { limit: 10, ..ConversationFilter::default() };
    assert_eq!(store.conversations(alice.id, &everything).await.unwrap().total, 1);
    assert_eq!(store.conversations(bob.id, &everything).await.unwrap().total, 0);
}

async fn a_failed_beginning_leaves_nothing(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let first = new_run(alice.id, new_conversation("t"), "q", 1);
    let conversation = store.begin_run(first.clone()).await.unwrap().conversation;
    store.finish_run(finished(first.id, "a", 1)).await.unwrap();
    let new_id_but = |change: fn(&mut NewRun, &NewRun)| {
        let mut run = new_run(alice.id, new_conversation("second"), "q", 2);
        change(&mut run, &first);
        run
    };
    for clashing in [
        new_id_but(|run, first| run.id = first.id),
        new_id_but(|run, first| run.question_message = first.question_message),
        new_id_but(|run, first| run.conversation = first.conversation.clone()),
    ] {
        let refused = store.begin_run(clashing).await;
        assert!(matches!(refused, Err(StoreError::Conflict { field: "id" })), "{refused:?}");
    }
    let same_run = NewRun { conversation: RunConversation::Existing(conversation), ..first.clone() };
    let refused = store.begin_run(same_run).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "id" })), "{refused:?}");
    let everything = ConversationFilter { limit: 10, ..ConversationFilter::default() };
    let page = store.conversations(alice.id, &everything).await.unwrap();
    assert_eq!((page.total, page.items.len(), page.items[0].message_count), (1, 1, 2));
    assert_eq!(store.running_run(alice.id, conversation).await.unwrap(), None);
}

async fn ending_twice_saves_one_message(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let run = new_run(alice.id, new_conversation("t"), "q", 1);
    let (id, conversation) = (run.id, store.begin_run(run).await.unwrap().conversation);
    store.finish_run(finished(id, "first", 2)).await.unwrap();
    let before = store.find_run(alice.id, id).await.unwrap();
    let again = FinishedRun { status: RunStatus::Cancelled, ..finished(id, "second", 3) };
    store.finish_run(again).await.unwrap();
    assert_eq!(store.find_run(alice.id, id).await.unwrap(), before);
    let messages = store.messages(alice.id, conversation).await.unwrap();
    assert_eq!(messages.iter().map(|message| message.content.as_str()).collect::<Vec<_>>(), ["q", "first"]);
    let found = store.find_conversation(alice.id, conversation).await.unwrap().unwrap();
    assert_eq!((found.message_count, found.updated_at), (2, second(2)));
    store.finish_run(finished(new_id(), "nobody's", 4)).await.unwrap();
}

async fn of_many_simultaneous_ends_one_counts(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let alice = account(&store, "alice").await;
    let run = new_run(alice.id, new_conversation("t"), "q", 1);
    let (id, conversation) = (run.id, store.begin_run(run).await.unwrap().conversation);
    at_once(30, &[&store, &other_process], move |_, store| async move {
        store.finish_run(finished(id, "answer", 2)).await.unwrap();
    })
    .await;
    assert_eq!(store.messages(alice.id, conversation).await.unwrap().len(), 2);
    let found = store.find_conversation(alice.id, conversation).await.unwrap().unwrap();
    assert_eq!(found.message_count, 2);
}

async fn a_run_can_end_without_words(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let run = new_run(alice.id, new_conversation("t"), "q", 1);
    let (id, conversation) = (run.id, store.begin_run(run).await.unwrap().conversation);
    let ending = FinishedRun { status: RunStatus::Cancelled, message: None, ..finished(id, "", 5) };
    store.finish_run(ending).await.unwrap();
    let run = store.find_run(alice.id, id).await.unwrap().unwrap();
    assert_eq!(
        (run.status, run.answer_message, run.finished_at),
        (RunStatus::Cancelled, None, Some(second(5)))
    );
    let found = store.find_conversation(alice.id, conversation).await.unwrap().unwrap();
    assert_eq!((found.message_count, found.updated_at), (1, second(5)));
}

async fn checkpoints_last_until_the_end(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let run = new_run(alice.id, new_conversation("t"), "q", 1);
    let id = run.id;
    store.begin_run(run).await.unwrap();
    for (text, at) in [("部分", 2), ("部分文字\0", 3)] {
        store.checkpoint_run(id, checkpoint(text, at)).await.unwrap();
    }
    let run = store.find_run(alice.id, id).await.unwrap().unwrap();
    assert_eq!((run.partial.as_deref(), run.checkpointed_at), (Some("部分文字\u{fffd}"), Some(second(3))));
    store.finish_run(finished(id, "全文", 4)).await.unwrap();
    store.checkpoint_run(id, checkpoint("late", 5)).await.unwrap();
    assert_eq!(store.find_run(alice.id, id).await.unwrap().unwrap().partial, None);
}

async fn another_ones_runs_are_not_found(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let run = new_run(alice.id, new_conversation("t"), "q", 1);
    let (id, conversation) = (run.id, store.begin_run(run).await.unwrap().conversation);
    assert_eq!(store.find_run(bob.id, id).await.unwrap(), None);
    assert_eq!(store.running_run(bob.id, conversation).await.unwrap(), None);
    assert_eq!(store.find_run(alice.id, new_id()).await.unwrap(), None);
    assert_eq!(store.running_run(alice.id, new_id()).await.unwrap(), None);
}

/// On SQLite these share transactions, so each way of failing must spare the neighbours.
async fn refusals_do_not_disturb_others(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let busy =
        store.begin_run(new_run(alice.id, new_conversation("busy"), "q", 1)).await.unwrap().conversation;
    let existing = new_run(alice.id, new_conversation("existing"), "q", 1);
    store.begin_run(existing.clone()).await.unwrap();
    let (alice_id, existing_id) = (alice.id, existing.id);
    let outcomes = at_once(200, &[&store], move |index, store| async move {
        let conversation = match index % 5 {
            0 => RunConversation::Existing(busy),
            1 => RunConversation::Existing(new_id()),
            _ => new_conversation("new"),
        };
        let mut new = new_run(alice_id, conversation, "q", 2);
        if index % 5 == 2 {
            new.id = existing_id;
        }
        (index, store.begin_run(new).await)
    })
    .await;
    for (index, outcome) in outcomes {
        match index % 5 {
            0 => {
                assert!(matches!(outcome, Err(StoreError::Conflict { field: "conversation" })), "{outcome:?}")
            }
            1 => assert!(matches!(outcome, Err(StoreError::NotFound)), "{outcome:?}"),
            2 => assert!(matches!(outcome, Err(StoreError::Conflict { field: "id" })), "{outcome:?}"),
            _ => assert!(outcome.is_ok(), "{outcome:?}"),
        }
    }
    let everything = ConversationFilter { limit: 1000, ..ConversationFilter::default() };
    let page = store.conversations(alice.id, &everything).await.unwrap();
    assert_eq!((page.total, page.items.len()), (82, 82));
    assert!(page.items.iter().all(|conversation| conversation.message_count == 1));
}

/// Transactions that take the same rows must not wait for each other in a circle.
async fn beginnings_ends_and_deletions_at_once_go_through(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let alice = account(&store, "alice").await;
    let owner = alice.id;
    let deleted = at_once(24, &[&store, &other_process], move |index, store| async move {
        let first = new_run(owner, new_conversation("t"), "q", index);
        let conversation = store.begin_run(first.clone()).await.unwrap().conversation;
        let next = new_run(owner, RunConversation::Existing(conversation), "q", index);
        let (end, checkpoint, begin, delete, title) = tokio::join!(
            store.finish_run(finished(first.id, "a", index)),
            store.checkpoint_run(first.id, checkpoint("a", index)),
            store.begin_run(next),
            async {
                if index % 3 == 0 { store.delete_conversation(owner, conversation).await } else { Ok(false) }
            },
            store.set_title(owner, conversation, "new"),
        );
        end.unwrap();
        checkpoint.unwrap();
        title.unwrap();
        let is_refused =
            matches!(begin, Err(StoreError::Conflict { field: "conversation" } | StoreError::NotFound));
        assert!(begin.is_ok() || is_refused, "{begin:?}");
        delete.unwrap()
    })
    .await;
    assert_eq!(deleted.into_iter().filter(|deleted| *deleted).count(), 8);
    let everything = ConversationFilter { limit: 1000, ..ConversationFilter::default() };
    let page = store.conversations(alice.id, &everything).await.unwrap();
    assert_eq!((page.total, page.items.len()), (16, 16));
    for conversation in page.items {
        let messages = store.messages(alice.id, conversation.id).await.unwrap();
        assert_eq!(messages.len() as i64, conversation.message_count);
    }
}
