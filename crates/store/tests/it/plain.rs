//! What the plain contracts keep: sessions, numbers, feedback, roles by name, stocks that are followed.

use uuid::Uuid;
use wenshu_store::{
    AccountStatus, AccountUpdate, FavouriteStock, Feedback, NewAccount, Role, RunConversation, Store,
    StoreError,
};

use crate::support::{
    TestDatabase, account, asked, at_once, finished, new_account, new_id, new_run, on_both_databases, second,
    session,
};

on_both_databases!(
    a_conversation_is_found_by_its_keys_and_its_owner,
    one_session_is_one_conversation,
    names_are_told_from_what_stands_in_for_them,
    feedback_is_kept_with_its_time,
    stocks_are_followed_once_and_go_with_their_account,
    a_role_has_a_name_and_a_disabled_account_is_out,
);

fn in_session(id: &str) -> RunConversation {
    RunConversation::New { id: new_id(), title: "t".to_owned(), session: Some(id.to_owned()) }
}

async fn a_conversation_is_found_by_its_keys_and_its_owner(database: TestDatabase) {
    let store = database.open().await;
    let [ann, bob] = [account(&store, "ann").await.id, account(&store, "bob").await.id];
    let begun = store.begin_run(new_run(ann, in_session("abc"), "q", 1)).await.unwrap();
    let other = asked(&store, ann, "t", "q", "a", 2).await;
    let found = store.conversation_by_session(ann, "abc").await.unwrap().unwrap();
    assert_eq!((found.id, found.session.as_deref()), (begun.conversation, Some("abc")));
    assert_eq!(store.conversation_by_number(ann, begun.conversation_number).await.unwrap().unwrap(), found);
    for stranger in [
        store.conversation_by_session(bob, "abc").await.unwrap(),
        store.conversation_by_number(bob, begun.conversation_number).await.unwrap(),
        store.conversation_by_session(ann, "ABC").await.unwrap(),
        // One with a session is known by nothing else.
        store.conversation_by_session(ann, &begun.conversation.to_string()).await.unwrap(),
    ] {
        assert_eq!(stranger, None);
    }
    // One without is known by its own id.
    let id = other.conversation.to_string();
    assert_eq!(store.conversation_by_session(ann, &id).await.unwrap().unwrap().id, other.conversation);
    assert_eq!(store.owner_of_session(&id).await.unwrap(), Some(ann));
    assert_eq!(store.owner_of_session("abc").await.unwrap(), Some(ann));
    assert_eq!(store.owner_of_session("nothing").await.unwrap(), None);
    assert_eq!(store.owner_of_number(other.conversation_number).await.unwrap(), Some(ann));
    assert_eq!(store.owner_of_number(i64::MAX).await.unwrap(), None);
    let begun = async |offset, limit| -> Vec<Uuid> {
        let part = store.conversations_begun(ann, offset, limit).await.unwrap();
        part.into_iter().map(|conversation| conversation.id).collect()
    };
    assert_eq!(begun(0, None).await, [other.conversation, found.id]);
    assert_eq!(begun(1, Some(1)).await, [found.id]);
    assert!(begun(2, Some(5)).await.is_empty());
}

async fn one_session_is_one_conversation(database: TestDatabase) {
    let store = database.open().await;
    let [ann, bob] = [account(&store, "ann").await.id, account(&store, "bob").await.id];
    let other = database.open().await;
    let outcomes = at_once(8, &[&store, &other], |index, store: Store| {
        let owner = if index % 2 == 0 { ann } else { bob };
        async move { store.begin_run(new_run(owner, in_session("same"), "q", 1)).await }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert!(refused.into_iter().all(|error| matches!(error, StoreError::Conflict { .. })));
}

async fn names_are_told_from_what_stands_in_for_them(database: TestDatabase) {
    let store = database.open().await;
    let ann = account(&store, "ann").await.id;
    let conversation = asked(&store, ann, "q", "q", "a", 1).await.conversation;
    let found = async || store.find_conversation(ann, conversation).await.unwrap().unwrap();
    assert!(found().await.is_named);
    // What has no name yet is begun as a chat.
    let id = new_id();
    let chat = wenshu_store::NewChat {
        id,
        owner: ann,
        preset: None,
        title: String::new(),
        is_named: false,
        visibility: wenshu_store::ChatVisibility::Private,
        messages: Vec::new(),
        copied_from: None,
        created_at: second(1),
    };
    store.insert_chat(chat).await.unwrap();
    let found = async || store.find_conversation(ann, id).await.unwrap().unwrap();
    assert!(!found().await.is_named);
    assert!(store.replace_title(ann, id, "", "what was said").await.unwrap());
    let stands_in = found().await;
    assert_eq!((stands_in.title.as_str(), stands_in.is_named), ("what was said", false));
    store.set_title(ann, id, "a name").await.unwrap();
    assert!(found().await.is_named);
}

async fn feedback_is_kept_with_its_time(database: TestDatabase) {
    let store = database.open().await;
    let [ann, bob] = [account(&store, "ann").await.id, account(&store, "bob").await.id];
    let run = new_run(ann, in_session("abc"), "q", 1);
    let id = run.id;
    let there = store.begin_run(run).await.unwrap().conversation;
    let ended = finished(id, "a", 2);
    let answer_id = ended.message.as_ref().unwrap().id;
    store.finish_run(ended).await.unwrap();
    let messages = store.messages(ann, there).await.unwrap();
    let (question, answer) = (messages[0].number, messages[1].number);
    assert_eq!(store.message_number(ann, answer_id).await.unwrap(), Some(answer));
    assert_eq!(store.message_number(bob, answer_id).await.unwrap(), None);
    let likes = |is_liked, at| Feedback { is_liked, at: second(at) };
    for (given, kept) in [
        (likes(true, 3), likes(true, 3)),
        (likes(true, 4), likes(true, 3)),
        (likes(false, 5), likes(false, 5)),
        (likes(false, 6), likes(false, 5)),
        (likes(true, 7), likes(true, 7)),
    ] {
        assert!(store.set_feedback(ann, there, answer, given).await.unwrap());
        assert_eq!(store.messages(ann, there).await.unwrap()[1].feedback, Some(kept));
    }
    assert_eq!(store.messages(ann, there).await.unwrap()[0].feedback, None);
    let other = asked(&store, ann, "t", "q", "a", 8).await.conversation;
    for (owner, conversation, number) in [(bob, there, answer), (ann, other, answer), (ann, there, question)]
    {
        assert!(!store.set_feedback(owner, conversation, number, likes(false, 9)).await.unwrap());
    }
}

async fn stocks_are_followed_once_and_go_with_their_account(database: TestDatabase) {
    let store = database.open().await;
    let [ann, bob] = [account(&store, "ann").await.id, account(&store, "bob").await.id];
    let stock = |code: &str, at| FavouriteStock { code: code.to_owned(), created_at: second(at) };
    let other = database.open().await;
    let outcomes = at_once(50, &[&store, &other], |index, store: Store| {
        let stock = stock("sh600519", index);
        async move { store.insert_favourite_stock(ann, stock).await }
    })
    .await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    store.insert_favourite_stock(ann, stock("AAPL", 1)).await.unwrap();
    let codes = async |of| -> Vec<String> {
        store.favourite_stocks(of).await.unwrap().into_iter().map(|stock| stock.code).collect()
    };
    assert_eq!(codes(ann).await, ["sh600519", "AAPL"], "in the order in which they were added");
    assert!(codes(bob).await.is_empty());
    assert!(!store.delete_favourite_stock(bob, "AAPL").await.unwrap());
    assert!(store.delete_favourite_stock(ann, "AAPL").await.unwrap());
    assert!(!store.delete_favourite_stock(ann, "AAPL").await.unwrap());
    let nobody = store.insert_favourite_stock(new_id(), stock("AAPL", 1)).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)), "{nobody:?}");
    store.clear_favourite_stocks(ann).await.unwrap();
    assert!(codes(ann).await.is_empty());
    store.insert_favourite_stock(bob, stock("AAPL", 1)).await.unwrap();
    store.delete_account(bob, second(2)).await.unwrap();
    assert!(codes(bob).await.is_empty());
}

async fn a_role_has_a_name_and_a_disabled_account_is_out(database: TestDatabase) {
    let store = database.open().await;
    let new = NewAccount { role_label: Some("分析师".to_owned()), ..new_account("ann") };
    let ann = store.insert_account(new).await.unwrap();
    assert_eq!((ann.role, ann.role_label.as_deref()), (Role::User, Some("分析师")));
    let changed = AccountUpdate { role_label: Some(None), ..AccountUpdate::default() };
    assert_eq!(store.update_account(ann.id, changed, second(1)).await.unwrap().role_label, None);
    let session = session(&store, ann.id, 1).await;
    assert!(store.active_account(ann.id).await.unwrap().is_some());
    let disabled = AccountUpdate { status: Some(AccountStatus::Disabled), ..AccountUpdate::default() };
    let disabled = store.update_account(ann.id, disabled, second(2)).await.unwrap();
    assert_eq!(disabled.status, AccountStatus::Disabled);
    assert!(store.active_account(ann.id).await.unwrap().is_none());
    let active = AccountUpdate { status: Some(AccountStatus::Active), ..AccountUpdate::default() };
    store.update_account(ann.id, active, second(3)).await.unwrap();
    assert!(store.active_account(ann.id).await.unwrap().is_some());
    assert!(store.session_account(session).await.unwrap().is_none(), "its sessions have ended");
    let admin = store.insert_account(NewAccount { role: Role::Admin, ..new_account("root") }).await.unwrap();
    let disabled = AccountUpdate { status: Some(AccountStatus::Disabled), ..AccountUpdate::default() };
    let refused = store.update_account(admin.id, disabled, second(4)).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "role" })), "{refused:?}");
}
