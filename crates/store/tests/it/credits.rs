//! Credits: the ledger, codes, and what running tasks hold. After each test the ledger's sum is the balance.

use std::collections::HashSet;

use tokio::runtime::Handle;
use uuid::Uuid;
use wenshu_store::{
    BegunRun, CreditReason, FinishedRun, FinishedTask, Found, ListedCode, NewRedeemCode, NewTask, RunKind,
    RunStatus, Store, StoreError,
};

use crate::support::{
    TestDatabase, account, asked, at_once, checkpoint, finished, new_id, on_both_databases, second,
};

on_both_databases!(
    a_code_is_redeemed_once_by_whoever_writes_it_in_whatever_case,
    of_a_hundred_who_redeem_at_once_one_wins,
    codes_are_deleted_and_made_again,
    codes_are_listed_newest_first,
    a_balance_is_set_once_for_each_grant,
    a_task_begins_on_credits_that_nothing_holds,
    of_many_tasks_at_once_one_begins_on_the_last_credit,
    a_task_is_booked_once_however_often_it_ends,
    fifty_ends_at_once_are_booked_exactly,
    a_task_of_a_dead_process_costs_what_its_checkpoint_says,
    a_task_whose_chat_is_deleted_is_booked_all_the_same,
    a_title_is_written,
    a_title_that_was_written_before_the_upgrade_is_what_the_chat_is_called,
    a_task_begins_on_what_was_read_alone,
    what_a_running_task_has_cost_is_booked_before_its_account_goes,
    a_checkpoint_that_comes_while_a_task_is_settled_is_paid_for,
    tasks_are_found_and_deleted_by_their_id,
);

/// The balance, after checking that the ledger says the same.
async fn balance(store: &Store, account: Uuid) -> i64 {
    let balance = store.account(account).await.unwrap().unwrap().credits;
    let ledger = store.credit_entries(account, 1_000, 0).await.unwrap();
    assert_eq!(ledger.total, ledger.items.len() as u64);
    assert_eq!(ledger.items.iter().map(|entry| entry.amount).sum::<i64>(), balance, "{ledger:?}");
    let mut running = 0;
    for entry in ledger.items.iter().rev() {
        running += entry.amount;
        assert_eq!(entry.balance, running, "{ledger:?}");
    }
    balance
}

async fn grant(store: &Store, account: Uuid, credits: i64) {
    assert_eq!(store.set_credits(account, credits, new_id(), second(0)).await.unwrap(), credits);
}

fn code(text: &str, value: i64) -> NewRedeemCode {
    NewRedeemCode { id: new_id(), code: text.to_owned(), value, created_at: second(0) }
}

async fn chat(store: &Store, owner: Uuid) -> Uuid {
    asked(store, owner, "t", "q", "a", 1).await.conversation
}

/// A task on a chat as it is now.
async fn task(store: &Store, owner: Uuid, conversation: Uuid, hold: i64) -> NewTask {
    let last_message = match store.find_chat(owner, conversation).await.unwrap() {
        Found::Own(chat) => chat.last_message,
        _ => None,
    };
    NewTask {
        id: new_id(),
        owner,
        instance: Uuid::from_u128(7),
        conversation,
        last_message,
        kind: RunKind::Chat,
        key: None,
        model: Some("m".to_owned()),
        hold,
        needs_credit: true,
        started_at: second(2),
    }
}

fn finished_task(cost: i64, written: &str) -> FinishedTask {
    FinishedTask { cost: Some(cost), title: None, written: written.to_owned(), error_message: None }
}

fn ended(run: Uuid, cost: i64) -> FinishedRun {
    FinishedRun { task: Some(finished_task(cost, "answer")), ..finished(run, "answer", 3) }
}

fn lacks_credits(begun: &Result<BegunRun, StoreError>) -> bool {
    matches!(begun, Err(StoreError::Conflict { field: "credits" }))
}

async fn a_code_is_redeemed_once_by_whoever_writes_it_in_whatever_case(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    store.insert_code(code("Spring-春天", 100)).await.unwrap();
    let taken = store.insert_code(code("SPRING-春天", 5)).await;
    assert!(matches!(taken, Err(StoreError::Conflict { field: "code" })), "{taken:?}");
    assert_eq!(store.find_code("spring-春天").await.unwrap().unwrap().code, "Spring-春天");
    assert_eq!(store.find_code("winter").await.unwrap(), None);

    assert_eq!(store.redeem_code(alice, "winter", second(1)).await.unwrap(), None);
    let redeemed = store.redeem_code(alice, "sPRING-春天", second(1)).await.unwrap().unwrap();
    assert_eq!((redeemed.value, redeemed.balance), (100, 100));
    for account in [alice, bob] {
        assert_eq!(store.redeem_code(account, "Spring-春天", second(2)).await.unwrap(), None);
    }
    assert_eq!(store.find_code("Spring-春天").await.unwrap(), None, "a code that is redeemed is none");
    assert_eq!((balance(&store, alice).await, balance(&store, bob).await), (100, 0));
    let entries = store.credit_entries(alice, 10, 0).await.unwrap().items;
    assert_eq!((entries[0].reason, entries[0].created_at), (CreditReason::Redeemed, second(1)));
}

async fn of_a_hundred_who_redeem_at_once_one_wins(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    store.insert_code(code("one", 7)).await.unwrap();
    let mut accounts = Vec::new();
    for number in 0..100 {
        accounts.push(account(&store, &format!("user{number}")).await.id);
    }
    let all = accounts.clone();
    let outcomes = at_once(100, &[&store, &other_process], move |index, store| {
        let account = all[index as usize];
        async move { store.redeem_code(account, "ONE", second(1)).await.unwrap() }
    })
    .await;
    assert_eq!(outcomes.iter().flatten().count(), 1, "{outcomes:?}");
    let mut sum = 0;
    for account in accounts {
        sum += balance(&store, account).await;
    }
    assert_eq!(sum, 7);
}

async fn codes_are_listed_newest_first(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    for (text, at) in [("First", 0), ("Second", 1), ("third", 2)] {
        store.insert_code(NewRedeemCode { created_at: second(at), ..code(text, at + 1) }).await.unwrap();
    }
    store.redeem_code(alice, "first", second(5)).await.unwrap().unwrap();
    store.redeem_code(bob, "second", second(6)).await.unwrap().unwrap();
    store.delete_account(bob, second(7)).await.unwrap();
    let listed = |text: &str, at, by: Option<&str>, used: Option<i64>| ListedCode {
        code: text.to_owned(),
        value: at + 1,
        created_at: second(at),
        redeemed_by: by.map(str::to_owned),
        redeemed_at: used.map(second),
    };
    let expected = [
        listed("third", 2, None, None),
        listed("Second", 1, None, Some(6)),
        listed("First", 0, Some("alice"), Some(5)),
    ];
    let page = store.codes(10, 0).await.unwrap();
    assert_eq!((page.items.as_slice(), page.total), (expected.as_slice(), 3));
    let page = store.codes(1, 1).await.unwrap();
    assert_eq!((page.items.as_slice(), page.total), (&expected[1..2], 3));
    assert!(store.codes(10, u64::MAX).await.unwrap().items.is_empty());
}

async fn codes_are_deleted_and_made_again(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    for round in 1..=2 {
        store.insert_code(code("again", 10)).await.unwrap();
        assert!(store.redeem_code(alice, "again", second(round)).await.unwrap().is_some());
        assert!(store.delete_code("AGAIN").await.unwrap());
    }
    assert!(!store.delete_code("again").await.unwrap());
    assert_eq!(balance(&store, alice).await, 20);
    store.insert_code(code("nobody's", 10)).await.unwrap();
    let refused = store.redeem_code(new_id(), "nobody's", second(1)).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    assert!(store.find_code("nobody's").await.unwrap().is_some(), "nothing was redeemed");
    store.insert_code(code("too much", i64::MAX)).await.unwrap();
    assert!(store.redeem_code(alice, "too much", second(1)).await.is_err());
    assert_eq!(balance(&store, alice).await, 20);
}

async fn a_balance_is_set_once_for_each_grant(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let alice = account(&store, "alice").await.id;
    let [first, second_grant] = [new_id(), new_id()];
    assert_eq!(store.set_credits(alice, 50, first, second(1)).await.unwrap(), 50);
    assert_eq!(store.set_credits(alice, 50, second_grant, second(1)).await.unwrap(), 50);
    assert_eq!(store.credit_entries(alice, 10, 0).await.unwrap().total, 1, "nothing moved");
    assert_eq!(store.set_credits(alice, -3, second_grant, second(2)).await.unwrap(), -3);
    assert_eq!(store.set_credits(alice, 8, second_grant, second(3)).await.unwrap(), -3, "the same grant");
    at_once(30, &[&store, &other_process], move |index, store| async move {
        store.set_credits(alice, index, new_id(), second(4)).await.unwrap()
    })
    .await;
    assert!((0..30).contains(&balance(&store, alice).await));
    let refused = store.set_credits(new_id(), 1, new_id(), second(1)).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}

async fn a_task_begins_on_credits_that_nothing_holds(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let [first, second_chat] = [chat(&store, alice).await, chat(&store, alice).await];
    assert!(lacks_credits(&store.begin_task(task(&store, alice, first, 10).await).await));
    assert_eq!(store.running_run(alice, first).await.unwrap(), None, "nothing is left of it");
    grant(&store, alice, 10).await;
    let running = task(&store, alice, first, 10).await;
    let begun = store.begin_task(running.clone()).await.unwrap();
    assert_eq!(begun.conversation, first);
    let busy = store.begin_task(task(&store, alice, first, 1).await).await;
    assert!(matches!(busy, Err(StoreError::Conflict { field: "conversation" })), "{busy:?}");
    assert!(
        lacks_credits(&store.begin_task(task(&store, alice, second_chat, 1).await).await),
        "all of it is held"
    );
    let free = NewTask { needs_credit: false, ..task(&store, alice, second_chat, 1_000).await };
    store.begin_task(free.clone()).await.unwrap();
    store.finish_run(ended(free.id, 0)).await.unwrap();
    let refused = store.begin_task(task(&store, bob, first, 1).await).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");

    store.finish_run(ended(running.id, 4)).await.unwrap();
    assert_eq!(balance(&store, alice).await, 6);
    let next = task(&store, alice, second_chat, 100).await;
    store.begin_task(next.clone()).await.unwrap();
    store.finish_run(ended(next.id, 20)).await.unwrap();
    assert_eq!(balance(&store, alice).await, -14, "its own cost may take it below zero");
    assert!(lacks_credits(&store.begin_task(task(&store, alice, first, 1).await).await));
}

async fn of_many_tasks_at_once_one_begins_on_the_last_credit(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let alice = account(&store, "alice").await.id;
    grant(&store, alice, 1).await;
    let mut chats = Vec::new();
    for _ in 0..50 {
        chats.push(chat(&store, alice).await);
    }
    // Again and again, since what lets two through does so for a moment only.
    for _ in 0..10 {
        let mut wanted = Vec::new();
        for chat in &chats {
            wanted.push(task(&store, alice, *chat, 1).await);
        }
        let begun = at_once(50, &[&store, &other_process], move |index, store| {
            let new = wanted[index as usize].clone();
            async move { (new.id, store.begin_task(new).await) }
        })
        .await;
        let won: Vec<Uuid> = begun.iter().filter(|(_, begun)| begun.is_ok()).map(|(id, _)| *id).collect();
        assert_eq!(won.len(), 1, "{begun:?}");
        assert_eq!(begun.iter().filter(|(_, begun)| lacks_credits(begun)).count(), 49, "{begun:?}");
        store.finish_run(ended(won[0], 0)).await.unwrap();
    }
}

async fn a_task_is_booked_once_however_often_it_ends(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let alice = account(&store, "alice").await.id;
    let chat = chat(&store, alice).await;
    grant(&store, alice, 100).await;
    let running = task(&store, alice, chat, 30).await;
    let id = running.id;
    store.begin_task(running).await.unwrap();
    let ends = at_once(50, &[&store, &other_process], move |index, store| async move {
        store.finish_run(ended(id, 10 + index)).await.unwrap()
    })
    .await;
    assert_eq!(ends.iter().filter(|ended| **ended).count(), 1, "{ends:?}");
    assert_eq!(store.messages(alice, chat).await.unwrap().len(), 3);
    let cost = 100 - balance(&store, alice).await;
    assert!((10..60).contains(&cost), "{cost}");
    assert_eq!(store.find_task(id).await.unwrap().unwrap().cost, cost);
}

async fn fifty_ends_at_once_are_booked_exactly(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let alice = account(&store, "alice").await.id;
    grant(&store, alice, 1_000_000).await;
    let mut tasks = Vec::new();
    for _ in 0..50 {
        let new = task(&store, alice, chat(&store, alice).await, 100).await;
        tasks.push(new.id);
        store.begin_task(new).await.unwrap();
    }
    let ids: HashSet<Uuid> = tasks.iter().copied().collect();
    assert_eq!(ids.len(), 50);
    at_once(50, &[&store, &other_process], move |index, store| {
        let id = tasks[index as usize];
        async move { store.finish_run(ended(id, index)).await.unwrap() }
    })
    .await;
    assert_eq!(balance(&store, alice).await, 1_000_000 - (0..50).sum::<i64>());
    assert_eq!(
        store.credit_entries(alice, 1, 0).await.unwrap().total,
        50,
        "one for each that cost something"
    );
}

async fn a_task_of_a_dead_process_costs_what_its_checkpoint_says(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    grant(&store, alice, 100).await;
    let [spoken, silent] = [chat(&store, alice).await, chat(&store, alice).await];
    let [with_words, without] =
        [task(&store, alice, spoken, 10).await, task(&store, alice, silent, 10).await];
    for new in [&with_words, &without] {
        store.begin_task(new.clone()).await.unwrap();
    }
    let mut reached = checkpoint("half", 4);
    (reached.input_tokens, reached.output_tokens) = (5, 7);
    (reached.usage_estimated, reached.cost) = (true, Some(24));
    store.checkpoint_run(with_words.id, reached).await.unwrap();
    assert_eq!(
        store.mark_interrupted(second(9), second(10), &|_, _| Some("{}".to_owned())).await.unwrap(),
        2
    );
    assert_eq!(
        store.mark_interrupted(second(9), second(10), &|_, _| Some("{}".to_owned())).await.unwrap(),
        0
    );
    assert_eq!(balance(&store, alice).await, 76);
    let task = store.find_task(with_words.id).await.unwrap().unwrap();
    assert_eq!((task.run.status, task.cost), (RunStatus::Interrupted, 24));
    assert_eq!((task.run.input_tokens, task.run.output_tokens, task.run.usage_estimated), (5, 7, true));
    assert_eq!(task.content.as_deref(), Some("half"));
    assert_eq!(store.messages(alice, spoken).await.unwrap().len(), 3);
    assert_eq!(store.messages(alice, silent).await.unwrap().len(), 2, "nothing was said");
}

async fn a_task_whose_chat_is_deleted_is_booked_all_the_same(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    grant(&store, alice, 100).await;
    let [stopped, killed] = [chat(&store, alice).await, chat(&store, alice).await];
    let [first, last] = [task(&store, alice, stopped, 60).await, task(&store, alice, killed, 10).await];
    for (new, conversation) in [(&first, stopped), (&last, killed)] {
        store.begin_task(new.clone()).await.unwrap();
        assert!(store.delete_conversation(alice, conversation).await.unwrap());
    }
    assert!(!store.finish_run(ended(first.id, 9)).await.unwrap(), "there is no run any more");
    assert_eq!(balance(&store, alice).await, 91);
    let mut reached = checkpoint("half", 4);
    reached.cost = Some(3);
    store.checkpoint_run(last.id, reached).await.unwrap();
    assert_eq!(
        store.mark_interrupted(second(9), second(10), &|_, _| Some("{}".to_owned())).await.unwrap(),
        0
    );
    assert_eq!(balance(&store, alice).await, 88);
    let whole = task(&store, alice, chat(&store, alice).await, 1).await;
    store.begin_task(whole).await.unwrap();
}

async fn a_task_begins_on_what_was_read_alone(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    grant(&store, alice, 100).await;
    let chat = chat(&store, alice).await;
    let (first, stale) = (task(&store, alice, chat, 1).await, task(&store, alice, chat, 1).await);
    store.begin_task(first.clone()).await.unwrap();
    store.finish_run(ended(first.id, 1)).await.unwrap();
    let refused = store.begin_task(stale.clone()).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "messages" })), "{refused:?}");
    let again = task(&store, alice, chat, 1).await;
    store.begin_task(NewTask { last_message: again.last_message, ..stale }).await.unwrap();
}

async fn what_a_running_task_has_cost_is_booked_before_its_account_goes(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    account(&store, "bob").await;
    grant(&store, alice, 100).await;
    let new = task(&store, alice, chat(&store, alice).await, 50).await;
    store.begin_task(new.clone()).await.unwrap();
    let mut reached = checkpoint("half", 4);
    reached.cost = Some(30);
    store.checkpoint_run(new.id, reached).await.unwrap();
    store.delete_account(alice, second(5)).await.unwrap();
    let ledger = store.credit_entries(alice, 10, 0).await.unwrap().items;
    let booked: Vec<_> = ledger.iter().map(|entry| (entry.reason, entry.amount, entry.balance)).collect();
    assert_eq!(booked, [(CreditReason::ChatTask, -30, 70), (CreditReason::Granted, 100, 100)]);
    assert!(!store.finish_run(ended(new.id, 31)).await.unwrap(), "it went with its account");
    assert_eq!(store.credit_entries(alice, 10, 0).await.unwrap().total, 2);
}

async fn a_checkpoint_that_comes_while_a_task_is_settled_is_paid_for(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    grant(&store, alice, 100).await;
    let new = task(&store, alice, chat(&store, alice).await, 50).await;
    store.begin_task(new.clone()).await.unwrap();
    let reach = |cost, at| {
        let mut reached = checkpoint("half", at);
        reached.cost = Some(cost);
        store.checkpoint_run(new.id, reached)
    };
    reach(20, 4).await.unwrap();
    // What is kept of the message is asked for once it is known which tasks there are.
    let still_alive = |_: &str, _: Option<&str>| {
        tokio::task::block_in_place(|| Handle::current().block_on(reach(50, 5))).unwrap();
        None
    };
    assert_eq!(store.mark_interrupted(second(9), second(10), &still_alive).await.unwrap(), 1);
    assert_eq!(balance(&store, alice).await, 50);
    assert_eq!(store.booked_cost(new.id).await.unwrap(), 50);
    assert!(!store.finish_run(ended(new.id, 60)).await.unwrap());
    assert_eq!(balance(&store, alice).await, 50, "it was paid for once");
}

/// On PostgreSQL alone: SQLite has one who writes at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_that_comes_while_an_account_goes_is_paid_for() {
    let database = TestDatabase::postgres().await;
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    account(&store, "bob").await;
    grant(&store, alice, 100).await;
    let new = task(&store, alice, chat(&store, alice).await, 50).await;
    store.begin_task(new.clone()).await.unwrap();
    let mut reached = checkpoint("half", 4);
    reached.cost = Some(20);
    store.checkpoint_run(new.id, reached).await.unwrap();
    // A checkpoint that is committed once somebody waits for it.
    let checkpointing = database.execute(
        "DO $$ BEGIN UPDATE credit_holds SET spent = 50; PERFORM pg_advisory_xact_lock(7);
         WHILE NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
         AND wait_event_type = 'Lock' AND query LIKE 'DELETE FROM credit_holds%')
         LOOP PERFORM pg_sleep(0.005); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$",
    );
    let deleting = async {
        database
            .execute(
                "DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7
                 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                 LOOP PERFORM pg_sleep(0.005); END LOOP; END $$",
            )
            .await;
        store.delete_account(alice, second(5)).await.unwrap();
    };
    tokio::join!(checkpointing, deleting);
    let booked = store.credit_entries(alice, 1, 0).await.unwrap().items;
    assert_eq!((booked[0].amount, booked[0].balance), (-50, 50));
}

async fn a_title_is_written(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    grant(&store, alice, 100).await;
    let chat = chat(&store, alice).await;
    let new = NewTask { kind: RunKind::Title, ..task(&store, alice, chat, 10).await };
    store.begin_task(new.clone()).await.unwrap();
    let task =
        FinishedTask { title: Some("春天的问题".to_owned()), ..finished_task(2, "春天的问题") };
    let end = FinishedRun { message: None, task: Some(task), ..ended(new.id, 2) };
    assert!(store.finish_run(end).await.unwrap());
    let conversation = store.find_conversation(alice, chat).await.unwrap().unwrap();
    assert_eq!((conversation.title.as_str(), conversation.message_count), ("春天的问题", 2));
    let task = store.find_task(new.id).await.unwrap().unwrap();
    assert_eq!((task.content.as_deref(), task.cost, task.run.kind), (Some("春天的问题"), 2, RunKind::Title));
    let entries = store.credit_entries(alice, 1, 0).await.unwrap().items;
    assert_eq!((entries[0].reason, entries[0].amount), (CreditReason::TitleTask, -2));
    assert_eq!(balance(&store, alice).await, 98);
}

async fn a_title_that_was_written_before_the_upgrade_is_what_the_chat_is_called(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    grant(&store, alice, 100).await;
    let mut tasks = Vec::new();
    for (status, title) in [(RunStatus::Finished, Some("春天的问题".to_owned())), (RunStatus::Failed, None)]
    {
        let conversation = chat(&store, alice).await;
        let new = NewTask { kind: RunKind::Title, ..task(&store, alice, conversation, 10).await };
        store.begin_task(new.clone()).await.unwrap();
        let task = FinishedTask { title, ..finished_task(2, "x") };
        let end = FinishedRun { message: None, status, task: Some(task), ..ended(new.id, 2) };
        assert!(store.finish_run(end).await.unwrap());
        tasks.push(new.id);
    }
    store.close().await;
    // As the version before has left it.
    for statement in [
        "ALTER TABLE runs DROP COLUMN written",
        "ALTER TABLE runs DROP COLUMN error_message",
        "DELETE FROM seaql_migrations WHERE version = 'm0016_written'",
    ] {
        database.execute(statement).await;
    }
    let store = database.open().await;
    let mut written = Vec::new();
    for task in tasks {
        written.push(store.find_task(task).await.unwrap().unwrap().content);
    }
    assert_eq!(written, [Some("春天的问题".to_owned()), None]);
}

async fn tasks_are_found_and_deleted_by_their_id(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    grant(&store, alice, 1).await;
    let chat = chat(&store, alice).await;
    let new = task(&store, alice, chat, 1).await;
    store.begin_task(new.clone()).await.unwrap();
    assert!(!store.delete_task(new.id).await.unwrap(), "it is running");
    assert_eq!(store.find_task(new.id).await.unwrap().unwrap().run.status, RunStatus::Running);
    store.finish_run(ended(new.id, 1)).await.unwrap();
    assert!(store.delete_task(new.id).await.unwrap());
    assert_eq!(store.find_task(new.id).await.unwrap(), None);
    assert_eq!(balance(&store, alice).await, 0);
    assert_eq!(store.messages(alice, chat).await.unwrap().len(), 3, "what it wrote stays");
    // Runs that answer questions are no tasks.
    let question = crate::support::new_run(alice, crate::support::new_conversation("t"), "q", 5);
    let id = question.id;
    store.begin_run(question).await.unwrap();
    store.finish_run(finished(id, "a", 6)).await.unwrap();
    assert_eq!(store.find_task(id).await.unwrap(), None);
    assert!(!store.delete_task(id).await.unwrap());
}
