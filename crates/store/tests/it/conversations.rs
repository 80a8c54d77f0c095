//! Conversations and messages: order, paging, search, isolation, deletion.

use uuid::Uuid;
use wenshu_store::{ConversationFilter, MessageRole, MessageStatus, NewMessage, RunConversation, Store};

use crate::support::{
    TestDatabase, account, asked, checkpoint, finished, new_conversation, new_id, new_run, on_both_databases,
    second, session,
};

on_both_databases!(
    a_conversation_is_what_was_said_in_it,
    messages_keep_their_metadata,
    newest_activity_comes_first,
    pages_cover_the_list_exactly,
    favorites_are_filtered_and_counted,
    search_finds_titles_and_messages,
    search_takes_wildcards_literally,
    another_ones_conversations_are_not_found,
    deleting_takes_everything_along,
    every_change_raises_the_revision,
    no_input_is_a_failure,
);

fn all() -> ConversationFilter {
    ConversationFilter { limit: 100, ..ConversationFilter::default() }
}

fn searching(text: &str) -> ConversationFilter {
    ConversationFilter { search: Some(text.to_owned()), ..all() }
}

async fn titles(store: &Store, owner: Uuid, filter: &ConversationFilter) -> (Vec<String>, u64) {
    let page = store.conversations(owner, filter).await.unwrap();
    (page.items.into_iter().map(|conversation| conversation.title).collect(), page.total)
}

fn listed(titles: &[&str]) -> (Vec<String>, u64) {
    (titles.iter().map(|title| (*title).to_owned()).collect(), titles.len() as u64)
}

async fn a_conversation_is_what_was_said_in_it(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let begun = asked(&store, alice.id, "客户", "一共有多少客户？", "共 1,000 位客户。", 1).await;
    let next = new_run(alice.id, RunConversation::Existing(begun.conversation), "And in 上海?", 5);
    let next_id = next.id;
    store.begin_run(next).await.unwrap();
    store.finish_run(finished(next_id, "130.", 6)).await.unwrap();

    let found = store.find_conversation(alice.id, begun.conversation).await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.number, found.owner),
        (begun.conversation, begun.conversation_number, alice.id)
    );
    assert_eq!((found.title.as_str(), found.model.as_deref()), ("客户", Some("builtin")));
    assert_eq!((found.message_count, found.is_favorite), (4, false));
    assert_eq!((found.created_at, found.updated_at), (second(1), second(6)));
    assert_eq!(store.conversations(alice.id, &all()).await.unwrap().items, [found]);

    let messages = store.messages(alice.id, begun.conversation).await.unwrap();
    let said: Vec<_> =
        messages.iter().map(|message| (message.role, message.content.as_str(), message.created_at)).collect();
    assert_eq!(
        said,
        [
            (MessageRole::User, "一共有多少客户？", second(1)),
            (MessageRole::Assistant, "共 1,000 位客户。", second(1)),
            (MessageRole::User, "And in 上海?", second(5)),
            (MessageRole::Assistant, "130.", second(6)),
        ]
    );
    let last = |most| store.last_messages(alice.id, begun.conversation, most);
    assert_eq!(last(3).await.unwrap(), messages[1..]);
    assert_eq!(last(9).await.unwrap(), messages);
    assert_eq!(last(0).await.unwrap(), []);
    assert!(messages.is_sorted_by_key(|message| message.number));
    assert!(messages.iter().all(|message| message.status == MessageStatus::Complete));
}

async fn messages_keep_their_metadata(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let run = new_run(alice.id, new_conversation("t"), "q", 1);
    let (id, conversation) = (run.id, store.begin_run(run).await.unwrap().conversation);
    // Keys not in alphabetical order, a NUL, and a number that a float would round.
    let text = "{\"z\":[1.50,{\"b\":null,\"a\":\"\\u0000\u{1f600}\"}],\"a\":9007199254740993}";
    let message = NewMessage {
        id: new_id(),
        content: "a\0b".into(),
        status: MessageStatus::Partial,
        metadata: Some(text.to_owned()),
    };
    let finish = wenshu_store::FinishedRun { message: Some(message.clone()), ..finished(id, "", 2) };
    store.finish_run(finish).await.unwrap();
    let saved = store.messages(alice.id, conversation).await.unwrap().pop().unwrap();
    assert_eq!(
        (saved.id, saved.status, saved.role),
        (message.id, MessageStatus::Partial, MessageRole::Assistant)
    );
    assert_eq!(saved.content, "a\u{fffd}b");
    assert_eq!(saved.metadata, message.metadata);
}

async fn newest_activity_comes_first(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let old = asked(&store, alice.id, "old", "q", "a", 1).await;
    asked(&store, alice.id, "same time, first", "q", "a", 2).await;
    asked(&store, alice.id, "same time, second", "q", "a", 2).await;
    let expected = listed(&["same time, second", "same time, first", "old"]);
    assert_eq!(titles(&store, alice.id, &all()).await, expected);
    // A mark or a title is no activity.
    assert!(store.set_favorite(alice.id, old.conversation, true).await.unwrap());
    assert!(store.set_title(alice.id, old.conversation, "older\0").await.unwrap());
    let expected = listed(&["same time, second", "same time, first", "older\u{fffd}"]);
    assert_eq!(titles(&store, alice.id, &all()).await, expected);
    let next = new_run(alice.id, RunConversation::Existing(old.conversation), "q", 3);
    store.begin_run(next).await.unwrap();
    let expected = listed(&["older\u{fffd}", "same time, second", "same time, first"]);
    assert_eq!(titles(&store, alice.id, &all()).await, expected);
}

async fn pages_cover_the_list_exactly(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    for index in 0..7 {
        asked(&store, alice.id, &format!("c{index}"), "word", "a", index / 2).await;
        asked(&store, bob.id, "of bob", "word", "a", index).await;
    }
    let expected: Vec<String> = (0..7).rev().map(|index| format!("c{index}")).collect();
    for search in [None, Some("word".to_owned())] {
        for limit in [1, 3, 7, 8] {
            let mut seen = Vec::new();
            for offset in (0..7).step_by(limit) {
                let filter = ConversationFilter {
                    search: search.clone(),
                    limit: limit as u64,
                    offset: offset as u64,
                    ..ConversationFilter::default()
                };
                let (page, total) = titles(&store, alice.id, &filter).await;
                assert!(page.len() <= limit);
                assert_eq!(total, 7);
                seen.extend(page);
            }
            assert_eq!(seen, expected, "pages of {limit}");
        }
        for (limit, offset) in [(0, 0), (5, 7), (u64::MAX, u64::MAX), (5, u64::MAX)] {
            let filter = ConversationFilter { search: search.clone(), limit, offset, ..all() };
            assert_eq!(titles(&store, alice.id, &filter).await, (Vec::new(), 7));
        }
    }
    let everything = ConversationFilter { limit: u64::MAX, ..all() };
    assert_eq!(titles(&store, alice.id, &everything).await, (expected, 7));
    assert_eq!(titles(&store, new_id(), &all()).await, (Vec::new(), 0));
}

async fn favorites_are_filtered_and_counted(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let mut made = Vec::new();
    for index in 0..4 {
        made.push(asked(&store, alice.id, &format!("c{index}"), "q", "a", index).await.conversation);
    }
    let favorites = ConversationFilter { favorites: true, ..all() };
    assert_eq!(titles(&store, alice.id, &favorites).await, listed(&[]));
    for index in [0, 2, 2] {
        assert!(store.set_favorite(alice.id, made[index], true).await.unwrap());
    }
    assert_eq!(titles(&store, alice.id, &favorites).await, listed(&["c2", "c0"]));
    let second_page = ConversationFilter { offset: 1, limit: 1, ..favorites.clone() };
    assert_eq!(titles(&store, alice.id, &second_page).await, (vec!["c0".to_owned()], 2));
    let searched = ConversationFilter { search: Some("c2".into()), ..favorites.clone() };
    assert_eq!(titles(&store, alice.id, &searched).await, listed(&["c2"]));
    assert!(store.set_favorite(alice.id, made[2], false).await.unwrap());
    assert_eq!(titles(&store, alice.id, &favorites).await, listed(&["c0"]));
    assert!(store.find_conversation(alice.id, made[0]).await.unwrap().unwrap().is_favorite);
}

async fn search_finds_titles_and_messages(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    asked(&store, alice.id, "各城市的销售额", "上月各城市的销售额", "上海最高。", 1).await;
    asked(&store, alice.id, "Top customers", "Top 10 customers", "Here they are.", 2).await;
    asked(&store, alice.id, "last", "退款率", "4%", 3).await;
    asked(&store, bob.id, "上海", "上海", "上海", 4).await;
    for (search, expected) in [
        ("销售额", &["各城市的销售额"][..]),
        ("上海", &["各城市的销售额"]),
        ("售", &["各城市的销售额"]),
        ("CUSTOMERS", &["Top customers"]),
        ("here they", &["Top customers"]),
        ("退款", &["last"]),
        ("a", &["last", "Top customers"]),
        ("e", &["Top customers"]),
        ("不存在", &[]),
    ] {
        assert_eq!(titles(&store, alice.id, &searching(search)).await, listed(expected), "{search}");
    }
    assert_eq!(titles(&store, alice.id, &searching("")).await.1, 3);
}

async fn search_takes_wildcards_literally(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    for (title, at) in [("100% sure", 1), ("snake_case", 2), ("back\\slash", 3), ("plain", 4), ("quo'te", 5)]
    {
        asked(&store, alice.id, title, "q", "x", at).await;
    }
    for (search, expected) in [
        ("%", &["100% sure"][..]),
        ("0% s", &["100% sure"]),
        ("_", &["snake_case"]),
        ("\\", &["back\\slash"]),
        ("\\%", &[]),
        ("p%n", &[]),
        ("p_ain", &[]),
        ("'", &["quo'te"]),
        ("[a-z]", &[]),
    ] {
        assert_eq!(titles(&store, alice.id, &searching(search)).await, listed(expected), "{search}");
    }
}

async fn another_ones_conversations_are_not_found(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let id = asked(&store, alice.id, "t", "q", "a", 1).await.conversation;
    let unknown = new_id();
    for (owner, conversation) in [(bob.id, id), (alice.id, unknown)] {
        assert_eq!(store.find_conversation(owner, conversation).await.unwrap(), None);
        assert_eq!(store.messages(owner, conversation).await.unwrap(), []);
        assert_eq!(store.last_messages(owner, conversation, 9).await.unwrap(), []);
        assert!(!store.set_favorite(owner, conversation, true).await.unwrap());
        assert!(!store.set_title(owner, conversation, "mine").await.unwrap());
        assert!(!store.delete_conversation(owner, conversation).await.unwrap());
    }
    let untouched = store.find_conversation(alice.id, id).await.unwrap().unwrap();
    assert_eq!((untouched.title.as_str(), untouched.is_favorite), ("t", false));
    assert_eq!(store.messages(alice.id, id).await.unwrap().len(), 2);
    assert_eq!(titles(&store, bob.id, &all()).await, listed(&[]));
}

async fn deleting_takes_everything_along(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let run = new_run(alice.id, new_conversation("running"), "q", 1);
    let run_id = run.id;
    let running = store.begin_run(run).await.unwrap();
    let kept = asked(&store, alice.id, "kept", "q", "a", 2).await;
    assert!(store.delete_conversation(alice.id, running.conversation).await.unwrap());
    assert!(!store.delete_conversation(alice.id, running.conversation).await.unwrap());
    assert_eq!(store.find_conversation(alice.id, running.conversation).await.unwrap(), None);
    assert_eq!(store.messages(alice.id, running.conversation).await.unwrap(), []);
    assert_eq!(store.find_run(alice.id, run_id).await.unwrap(), None);
    assert_eq!(store.running_run(alice.id, running.conversation).await.unwrap(), None);
    // The run's end comes too late, and that is no failure.
    store.finish_run(finished(run_id, "late", 3)).await.unwrap();
    store.checkpoint_run(run_id, checkpoint("late", 3)).await.unwrap();
    assert_eq!(titles(&store, alice.id, &all()).await, listed(&["kept"]));
    assert_eq!(store.messages(alice.id, kept.conversation).await.unwrap().len(), 2);
    // Its number does not come back.
    let next = asked(&store, alice.id, "next", "q", "a", 4).await;
    assert!(store.delete_conversation(alice.id, next.conversation).await.unwrap());
    let after = asked(&store, alice.id, "after", "q", "a", 5).await;
    assert!(after.conversation_number > next.conversation_number);
}

async fn every_change_raises_the_revision(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let (of_alice, of_bob) = (session(&store, alice.id, 1).await, session(&store, bob.id, 2).await);
    let revision =
        async |session| store.session_account(session).await.unwrap().unwrap().conversations_revision;
    let mut seen = vec![revision(of_alice).await];
    let run = new_run(alice.id, new_conversation("t"), "q", 1);
    let run_id = run.id;
    let conversation = store.begin_run(run).await.unwrap().conversation;
    seen.push(revision(of_alice).await);
    store.finish_run(finished(run_id, "a", 2)).await.unwrap();
    seen.push(revision(of_alice).await);
    store.set_favorite(alice.id, conversation, true).await.unwrap();
    seen.push(revision(of_alice).await);
    store.set_title(alice.id, conversation, "u").await.unwrap();
    seen.push(revision(of_alice).await);
    let run = new_run(alice.id, RunConversation::Existing(conversation), "q", 3);
    store.begin_run(run).await.unwrap();
    seen.push(revision(of_alice).await);
    store.delete_conversation(alice.id, conversation).await.unwrap();
    seen.push(revision(of_alice).await);
    assert!(seen.is_sorted_by(|before, after| before < after), "{seen:?}");
    let last = revision(of_alice).await;
    assert!(!store.set_title(bob.id, conversation, "u").await.unwrap());
    store.finish_run(finished(run_id, "a", 2)).await.unwrap();
    assert_eq!((revision(of_alice).await, revision(of_bob).await), (last, 0));
}

async fn no_input_is_a_failure(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let long = "长".repeat(300_000);
    asked(&store, alice.id, &long, &long, &long, 1).await;
    for search in ["\0", "a\0b", "\u{fffd}", long.as_str(), &"%".repeat(5_000), "\\", "{}", "$1", "?"] {
        store.conversations(alice.id, &searching(search)).await.unwrap();
    }
    assert_eq!(titles(&store, alice.id, &searching(&"长".repeat(3_000))).await.1, 1);
    assert_eq!(titles(&store, alice.id, &searching(&long)).await.1, 0, "too long to search for");
    assert_eq!(store.account_by_login(&long).await.unwrap(), None);
}
