//! What was used over time: sums by day, week and month, of everything, of models and of accounts, whatever has been deleted since.

use std::time::{Duration, Instant};

use chrono::NaiveDate;
use uuid::Uuid;
use wenshu_store::{
    FinishedRun, FinishedTask, NewRun, NewTask, RunKind, RunStatus, Store, UsageBy, UsageOf, UsageSpan,
    UsageSum,
};

use crate::support::{
    TestDatabase, account, at_once, checkpoint, finished, new_conversation, new_id, new_run,
    on_both_databases, second,
};

on_both_databases!(
    sums_are_of_days_weeks_and_months,
    sums_are_of_models_and_of_accounts,
    what_is_deleted_stays_counted,
    a_task_counts_with_its_tokens_and_its_credits,
    of_many_ends_at_once_all_are_counted,
    what_was_there_before_the_upgrade_is_counted,
    a_hundred_thousand_sums_are_read_at_once,
);

/// Thursday, 2025-10-09, is the day of `second(0)`.
const DAY: i64 = 24 * 3_600;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn all_of(by: UsageBy, of: UsageOf) -> UsageSpan {
    UsageSpan { first: day("2025-09-01"), last: day("2026-02-28"), by, of }
}

async fn usage(store: &Store, span: UsageSpan) -> Vec<UsageSum> {
    store.usage(span, 1_000).await.unwrap()
}

/// A sum without credits.
fn sum(start: &str, key: Option<&str>, [answers, failed, input_tokens, output_tokens]: [i64; 4]) -> UsageSum {
    let key = key.map(str::to_owned);
    UsageSum { start: day(start), key, answers, failed, input_tokens, output_tokens, credits: 0 }
}

/// A question that began and ended like this; its conversation.
async fn asked(
    store: &Store,
    owner: Uuid,
    model: Option<&str>,
    at: i64,
    status: RunStatus,
    tokens: i64,
) -> Uuid {
    let new = NewRun { model: model.map(str::to_owned), ..new_run(owner, new_conversation("t"), "q", at) };
    let id = new.id;
    let begun = store.begin_run(new).await.unwrap();
    let usage = (tokens * 10, tokens);
    let ended = FinishedRun {
        status,
        input_tokens: usage.0,
        output_tokens: usage.1,
        // On the day on which it began it counts, however long it took.
        ..finished(id, "a", at + DAY)
    };
    assert!(store.finish_run(ended.clone()).await.unwrap());
    assert!(!store.finish_run(ended).await.unwrap(), "it has ended, and counts once");
    begun.conversation
}

async fn sums_are_of_days_weeks_and_months(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    assert_eq!(usage(&store, all_of(UsageBy::Day, UsageOf::All)).await, []);
    use RunStatus::{Cancelled, Failed, Finished, Interrupted};
    for (at, status) in
        [(0, Finished), (1, Cancelled), (3 * DAY, Failed), (4 * DAY, Interrupted), (84 * DAY, Finished)]
    {
        asked(&store, alice, Some("m"), at, status, 1).await;
    }
    // One that runs counts when it has ended.
    store.begin_run(new_run(alice, new_conversation("t"), "q", 0)).await.unwrap();
    let by = |by| all_of(by, UsageOf::All);
    assert_eq!(
        usage(&store, by(UsageBy::Day)).await,
        [
            sum("2025-10-09", None, [2, 0, 20, 2]),
            sum("2025-10-12", None, [0, 1, 10, 1]),
            sum("2025-10-13", None, [0, 1, 10, 1]),
            sum("2026-01-01", None, [1, 0, 10, 1]),
        ]
    );
    assert_eq!(
        usage(&store, by(UsageBy::Week)).await,
        [
            sum("2025-10-06", None, [2, 1, 30, 3]),
            sum("2025-10-13", None, [0, 1, 10, 1]),
            sum("2025-12-29", None, [1, 0, 10, 1]),
        ],
        "weeks begin on Mondays, in another year too"
    );
    assert_eq!(
        usage(&store, by(UsageBy::Month)).await,
        [sum("2025-10-01", None, [2, 2, 40, 4]), sum("2026-01-01", None, [1, 0, 10, 1])]
    );
    let some = UsageSpan { first: day("2025-10-12"), last: day("2025-10-13"), ..by(UsageBy::Month) };
    assert_eq!(usage(&store, some).await, [sum("2025-10-01", None, [0, 2, 20, 2])], "both days are in it");
    let one = UsageSpan { last: day("2025-10-12"), by: UsageBy::Week, ..some };
    assert_eq!(usage(&store, one).await, [sum("2025-10-06", None, [0, 1, 10, 1])]);
    assert_eq!(store.usage(by(UsageBy::Day), 3).await.unwrap().len(), 3);
}

async fn sums_are_of_models_and_of_accounts(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    for (owner, model) in [(alice, Some("b")), (alice, Some("B")), (bob, Some("b")), (bob, None)] {
        asked(&store, owner, model, 0, RunStatus::Finished, 1).await;
    }
    assert_eq!(
        usage(&store, all_of(UsageBy::Day, UsageOf::Model)).await,
        [
            sum("2025-10-09", Some("B"), [1, 0, 10, 1]),
            sum("2025-10-09", Some("b"), [2, 0, 20, 2]),
            sum("2025-10-09", None, [1, 0, 10, 1]),
        ]
    );
    assert_eq!(
        usage(&store, all_of(UsageBy::Month, UsageOf::User)).await,
        [sum("2025-10-01", Some("alice"), [2, 0, 20, 2]), sum("2025-10-01", Some("bob"), [2, 0, 20, 2]),]
    );
}

async fn what_is_deleted_stays_counted(database: TestDatabase) {
    let store = database.open().await;
    let mut owners = Vec::new();
    for name in ["alice", "bob", "carol"] {
        let owner = account(&store, name).await.id;
        let conversation = asked(&store, owner, Some("m"), 0, RunStatus::Finished, 1).await;
        owners.push((owner, conversation));
    }
    let before = usage(&store, all_of(UsageBy::Day, UsageOf::All)).await;
    let (alice, conversation) = owners[0];
    assert!(store.delete_conversation(alice, conversation).await.unwrap());
    for (owner, _) in &owners[1..] {
        store.delete_account(*owner, second(1)).await.unwrap();
    }
    assert_eq!(usage(&store, all_of(UsageBy::Day, UsageOf::All)).await, before);
    assert_eq!(
        usage(&store, all_of(UsageBy::Day, UsageOf::User)).await,
        [sum("2025-10-09", Some("alice"), [1, 0, 10, 1]), sum("2025-10-09", None, [2, 0, 20, 2])],
        "those who are gone are one"
    );
    // One that goes while it is answered was stopped by that.
    let run = new_run(alice, new_conversation("t"), "q", DAY);
    let (id, begun) = (run.id, store.begin_run(run).await.unwrap());
    let mut reached = checkpoint("half", DAY);
    (reached.input_tokens, reached.output_tokens) = (5, 2);
    store.checkpoint_run(id, reached).await.unwrap();
    assert!(store.delete_conversation(alice, begun.conversation).await.unwrap());
    assert!(!store.finish_run(finished(id, "whole", DAY)).await.unwrap());
    let tomorrow = UsageSpan { first: day("2025-10-10"), ..all_of(UsageBy::Day, UsageOf::All) };
    assert_eq!(usage(&store, tomorrow).await, [sum("2025-10-10", None, [1, 0, 5, 2])]);
    store.empty().await.unwrap();
    assert_eq!(database.count("usage_days").await, 0);
}

async fn chat_task(store: &Store, owner: Uuid, conversation: Uuid, kind: RunKind, at: i64) -> Uuid {
    let last_message = match store.find_chat(owner, conversation).await.unwrap() {
        wenshu_store::Found::Own(chat) => chat.last_message,
        _ => None,
    };
    let new = NewTask {
        id: new_id(),
        owner,
        instance: Uuid::from_u128(7),
        conversation,
        last_message,
        kind,
        key: None,
        model: Some("m".to_owned()),
        hold: 1,
        needs_credit: false,
        started_at: second(at),
    };
    let id = new.id;
    store.begin_task(new).await.unwrap();
    id
}

fn ended_task(run: Uuid, cost: i64, at: i64) -> FinishedRun {
    let task = FinishedTask { cost: Some(cost), title: None, written: "w".to_owned(), error_message: None };
    FinishedRun {
        task: Some(task),
        input_tokens: 3,
        output_tokens: 4,
        message: None,
        ..finished(run, "", at)
    }
}

async fn a_task_counts_with_its_tokens_and_its_credits(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    store.set_credits(alice, 1_000, new_id(), second(0)).await.unwrap();
    let conversation = asked(&store, alice, None, -DAY, RunStatus::Finished, 0).await;
    let reply = chat_task(&store, alice, conversation, RunKind::Chat, 0).await;
    let title = chat_task(&store, alice, conversation, RunKind::Title, 0).await;
    for (task, cost) in [(reply, 21), (title, 7)] {
        assert!(store.finish_run(ended_task(task, cost, DAY)).await.unwrap());
        assert!(!store.finish_run(ended_task(task, cost, DAY)).await.unwrap());
    }
    let today = UsageSpan { first: day("2025-10-09"), ..all_of(UsageBy::Day, UsageOf::Model) };
    let expected = UsageSum { credits: 28, ..sum("2025-10-09", Some("m"), [1, 0, 6, 8]) };
    assert_eq!(
        usage(&store, today).await,
        [expected],
        "a title is no answer, and what is granted isn't used"
    );
    // Of one whose chat was deleted the model isn't known any more when it is paid for.
    let last = chat_task(&store, alice, conversation, RunKind::Chat, 2 * DAY).await;
    assert!(store.delete_conversation(alice, conversation).await.unwrap());
    assert!(!store.finish_run(ended_task(last, 5, 2 * DAY)).await.unwrap());
    let later = UsageSpan { first: day("2025-10-10"), ..today };
    assert_eq!(
        usage(&store, later).await,
        [
            sum("2025-10-11", Some("m"), [1, 0, 0, 0]),
            UsageSum { credits: 5, ..sum("2025-10-11", None, [0, 0, 0, 0]) },
        ]
    );
}

async fn of_many_ends_at_once_all_are_counted(database: TestDatabase) {
    const TASKS: i64 = 40;
    let (here, there) = (database.open().await, database.open().await);
    let owners = [account(&here, "alice").await.id, account(&here, "bob").await.id];
    at_once(TASKS, &[&here, &there], |index, store| async move {
        let owner = owners[usize::try_from(index).unwrap() % 2];
        asked(&store, owner, Some("m"), index % 3 * DAY, RunStatus::Finished, 1).await;
    })
    .await;
    let sums = usage(&here, all_of(UsageBy::Month, UsageOf::User)).await;
    assert_eq!(
        sums,
        [
            sum("2025-10-01", Some("alice"), [20, 0, 200, 20]),
            sum("2025-10-01", Some("bob"), [20, 0, 200, 20])
        ]
    );
}

async fn what_was_there_before_the_upgrade_is_counted(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let conversation = asked(&store, alice, Some("m"), 0, RunStatus::Finished, 2).await;
    asked(&store, alice, None, 0, RunStatus::Failed, 1).await;
    let task = chat_task(&store, alice, conversation, RunKind::Chat, DAY).await;
    assert!(store.finish_run(ended_task(task, 21, DAY)).await.unwrap());
    let expected = usage(&store, all_of(UsageBy::Day, UsageOf::Model)).await;
    assert_eq!(expected.len(), 3, "{expected:?}");
    assert_eq!(expected.iter().map(|sum| sum.credits).sum::<i64>(), 21);
    store.close().await;
    // As the version before left it.
    let is_sqlite = matches!(database, TestDatabase::Sqlite(_));
    let tables = |on: &str| if is_sqlite { String::new() } else { format!(" ON {on}") };
    for (trigger, table) in
        [("runs_usage", "runs"), ("runs_usage_deleted", "runs"), ("credit_entries_usage", "credit_entries")]
    {
        database.execute(&format!("DROP TRIGGER {trigger}{}", tables(table))).await;
    }
    for statement in [
        "DROP TABLE usage_days",
        "DROP TABLE shared_models",
        "DROP INDEX redeem_codes_created",
        "ALTER TABLE sessions DROP COLUMN user_agent",
        "DELETE FROM revisions WHERE name = 'shared_models'",
        "DELETE FROM seaql_migrations WHERE version = 'm0022_administration'",
    ] {
        database.execute(statement).await;
    }
    if !is_sqlite {
        for function in ["count_usage_of_run", "count_usage_of_entry", "raise_shared_models_revision"] {
            database.execute(&format!("DROP FUNCTION {function}")).await;
        }
    }
    let store = database.open().await;
    assert_eq!(usage(&store, all_of(UsageBy::Day, UsageOf::Model)).await, expected);
}

/// More than a hundred thousand runs ever make: each is a sum of its own.
async fn a_hundred_thousand_sums_are_read_at_once(database: TestDatabase) {
    let store = database.open().await;
    account(&store, "alice").await;
    let owner = match database {
        TestDatabase::Sqlite(_) => "randomblob(16)",
        TestDatabase::Postgres(_) => "gen_random_uuid()",
    };
    let numbers =
        "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 99999)";
    let insert = format!(
        "INSERT INTO usage_days (day, owner, model, answers, input_tokens) {numbers} SELECT 20370 + n % 100, {owner}, 'm' || (n % 7), 1, n FROM numbers"
    );
    database.execute(&insert).await;
    for (by, of, count) in [
        (UsageBy::Day, UsageOf::All, 100),
        (UsageBy::Week, UsageOf::Model, 105),
        (UsageBy::Month, UsageOf::User, 4),
    ] {
        let started = Instant::now();
        let sums = store.usage(all_of(by, of), 1_000).await.unwrap();
        let elapsed = started.elapsed();
        assert_eq!(sums.len(), count, "{by:?} {of:?}");
        assert_eq!(sums.iter().map(|sum| sum.answers).sum::<i64>(), 100_000);
        assert!(elapsed < Duration::from_secs(2), "{by:?} {of:?}: {elapsed:?}");
    }
}
