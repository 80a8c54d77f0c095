//! Chats and presets: the same rows as conversations, seen another way.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wenshu_store::{
    Chat, ChatChange, ChatMessage, ChatOrder, ChatVisibility, ConversationFilter, Found, MessageKind,
    MessageRole, NewChat, NewPreset, PresetChange, PresetVisibility, Slice, Store, StoreError,
};

use crate::support::{TestDatabase, account, asked, at_once, new_id, on_both_databases, second};

on_both_databases!(
    a_chat_is_a_conversation_and_the_other_way_round,
    messages_that_stay_keep_what_belongs_to_them,
    lists_are_ordered_and_cut,
    a_shared_chat_is_copied_once_for_each_reader,
    what_is_taken_out_of_a_chat_is_not_found_any_more,
    presets_are_seen_by_whom_they_are_for,
    a_deleted_preset_stays_with_its_chats_and_goes_with_the_last,
);

fn said(role: MessageRole, content: &str) -> (Uuid, ChatMessage) {
    let message = ChatMessage {
        role,
        kind: MessageKind::Text,
        content: content.to_owned(),
        is_visible: true,
        created_at: second(1),
    };
    (new_id(), message)
}

fn new_chat(owner: Uuid, title: &str, messages: Vec<(Uuid, ChatMessage)>) -> NewChat {
    NewChat {
        id: new_id(),
        owner,
        preset: None,
        title: title.to_owned(),
        is_named: true,
        visibility: ChatVisibility::Private,
        messages,
        copied_from: None,
        created_at: second(1),
    }
}

fn change(chat: &NewChat, messages: Vec<(Uuid, ChatMessage)>) -> ChatChange {
    ChatChange {
        id: chat.id,
        owner: chat.owner,
        preset: chat.preset,
        title: chat.title.clone(),
        visibility: chat.visibility,
        messages,
        updated_at: second(5),
    }
}

async fn own(store: &Store, owner: Uuid, id: Uuid) -> Chat {
    match store.find_chat(owner, id).await.unwrap() {
        Found::Own(chat) => chat,
        other => panic!("{other:?}"),
    }
}

fn slice(order: ChatOrder, descending: bool) -> Slice {
    Slice { order, descending, limit: 100, offset: 0 }
}

fn contents(chat: &Chat) -> Vec<&str> {
    chat.messages.iter().map(|message| message.content.as_str()).collect()
}

async fn a_chat_is_a_conversation_and_the_other_way_round(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await.id);
    let mut hidden = said(MessageRole::System, "be kind\0");
    (hidden.1.is_visible, hidden.1.kind) = (false, MessageKind::Image);
    let new = new_chat(alice.id, "闲聊", vec![hidden, said(MessageRole::User, "hi")]);
    store.insert_chat(new.clone()).await.unwrap();
    let chat = own(&store, alice.id, new.id).await;
    assert_eq!(contents(&chat), ["be kind\u{fffd}", "hi"]);
    assert_eq!((chat.messages[0].kind, chat.messages[0].is_visible), (MessageKind::Image, false));
    assert_eq!((chat.owner, chat.owner_number), (alice.id, alice.number));
    assert_eq!((chat.created_at, chat.updated_at), (second(1), second(1)));
    let conversation = store.find_conversation(alice.id, new.id).await.unwrap().unwrap();
    assert_eq!((conversation.title.as_str(), conversation.message_count), ("闲聊", 2));
    let page = store.conversations(alice.id, &ConversationFilter { limit: 10, ..Default::default() }).await;
    assert_eq!(page.unwrap().total, 1);

    let begun = asked(&store, alice.id, "销售", "多少？", "很多", 2).await.conversation;
    let chat = own(&store, alice.id, begun).await;
    assert_eq!((contents(&chat), chat.preset), (vec!["多少？", "很多"], None));
    assert_eq!(chat.messages[1].role, MessageRole::Assistant);
    assert_eq!(store.find_chat(bob, begun).await.unwrap(), Found::Denied);
    assert_eq!(store.find_chat(bob, new_id()).await.unwrap(), Found::Missing);
    assert!(matches!(store.insert_chat(new_chat(new_id(), "t", vec![])).await, Err(StoreError::NotFound)));
}

async fn messages_that_stay_keep_what_belongs_to_them(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let id = asked(&store, alice, "销售", "多少？", "很多", 2).await.conversation;
    let before = store.messages(alice, id).await.unwrap();
    let chat = NewChat { id, ..new_chat(alice, "新标题", vec![]) };
    let [question, other] = [said(MessageRole::User, "多少？"), said(MessageRole::Assistant, "不多")];
    let longer =
        vec![question.clone(), said(MessageRole::Assistant, "很多"), said(MessageRole::User, "真的？")];
    assert!(store.change_chat(change(&chat, longer)).await.unwrap());
    let after = store.messages(alice, id).await.unwrap();
    assert_eq!((after.len(), &after[..2]), (3, &before[..]), "those that were there are the same");
    assert!(store.change_chat(change(&chat, vec![question, other])).await.unwrap());
    let after = store.messages(alice, id).await.unwrap();
    assert_eq!((after.len(), &after[0]), (2, &before[0]));
    assert_eq!(after[1].content, "不多");
    let conversation = store.find_conversation(alice, id).await.unwrap().unwrap();
    assert_eq!((conversation.title.as_str(), conversation.message_count), ("新标题", 2));
    assert_eq!(conversation.updated_at, second(5));
    assert!(store.change_chat(change(&chat, vec![])).await.unwrap());
    assert!(store.messages(alice, id).await.unwrap().is_empty());
    let bob = account(&store, "bob").await.id;
    let stolen = ChatChange { owner: bob, ..change(&chat, vec![]) };
    assert!(!store.change_chat(stolen).await.unwrap());
}

async fn lists_are_ordered_and_cut(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    for (title, at) in [("b", 1), ("a", 2), ("c", 2)] {
        let chat = new_chat(alice, title, vec![said(MessageRole::User, title)]);
        store.insert_chat(NewChat { created_at: second(at), ..chat }).await.unwrap();
    }
    let titles = async |slice: Slice| {
        let chats = store.chats(alice, &slice).await.unwrap();
        assert!(chats.iter().all(|chat| contents(chat) == [chat.title.as_str()]));
        chats.into_iter().map(|chat| chat.title).collect::<Vec<_>>()
    };
    assert_eq!(titles(slice(ChatOrder::Created, true)).await, ["c", "a", "b"]);
    assert_eq!(titles(slice(ChatOrder::Updated, false)).await, ["b", "a", "c"]);
    assert_eq!(titles(slice(ChatOrder::Title, false)).await, ["a", "b", "c"]);
    assert_eq!(titles(slice(ChatOrder::Id, true)).await, ["c", "a", "b"]);
    assert_eq!(titles(Slice { limit: 1, offset: 1, ..slice(ChatOrder::Title, true) }).await, ["b"]);
    assert!(titles(Slice { offset: 3, ..slice(ChatOrder::Title, true) }).await.is_empty());
    assert!(store.chats(new_id(), &slice(ChatOrder::Title, true)).await.unwrap().is_empty());
}

async fn a_shared_chat_is_copied_once_for_each_reader(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let shared = NewChat {
        visibility: ChatVisibility::Shared,
        ..new_chat(alice, "t", vec![said(MessageRole::User, "hi")])
    };
    store.insert_chat(shared.clone()).await.unwrap();
    assert!(matches!(store.find_chat(bob, shared.id).await.unwrap(), Found::Shared(_)));
    let of = shared.id;
    let made = at_once(20, &[&store, &other_process], move |_, store| async move {
        store.insert_chat(NewChat { copied_from: Some(of), ..new_chat(bob, "t", vec![]) }).await
    })
    .await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
    let copy = store.find_copy(bob, of).await.unwrap().unwrap();
    assert_eq!(copy.owner, bob);
    assert_eq!(store.find_copy(alice, of).await.unwrap(), None);
    assert!(store.delete_conversation(bob, copy.id).await.unwrap());
    assert_eq!(store.find_copy(bob, of).await.unwrap(), None);
}

async fn what_is_taken_out_of_a_chat_is_not_found_any_more(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let kept = said(MessageRole::User, "kept words");
    let chat = new_chat(alice, "标题文字", vec![kept.clone(), said(MessageRole::User, "gone words")]);
    store.insert_chat(chat.clone()).await.unwrap();
    let empty = new_chat(alice, "空空如也", vec![]);
    store.insert_chat(empty).await.unwrap();
    let found = async |text: &str| {
        let search = Some(text.to_owned());
        let filter = ConversationFilter { search, limit: 10, ..Default::default() };
        store.conversations(alice, &filter).await.unwrap().total
    };
    for indexed in [false, true] {
        if indexed {
            store.index_messages().await.unwrap();
        }
        for text in ["kept", "gone", "标题文", "空如也"] {
            assert_eq!(found(text).await, 1, "{text} {indexed}");
        }
    }
    let mut change = change(&chat, vec![kept, said(MessageRole::User, "new words")]);
    change.title = "another".to_owned();
    store.change_chat(change).await.unwrap();
    for indexed in [false, true] {
        if indexed {
            store.index_messages().await.unwrap();
        }
        for (text, count) in [("kept", 1), ("new", 1), ("gone", 0), ("标题文", 0), ("another", 1)] {
            assert_eq!(found(text).await, count, "{text} {indexed}");
        }
    }
}

fn preset(title: &str, visibility: PresetVisibility) -> PresetChange {
    PresetChange {
        title: title.to_owned(),
        description: Some("用途".to_owned()),
        kind: "chat_generation".to_owned(),
        visibility,
        parameters: r#"{"b":1,"a":2}"#.to_owned(),
        messages: "[]".to_owned(),
    }
}

async fn insert_preset(store: &Store, owner: Uuid, content: PresetChange, at: DateTime<Utc>) -> Uuid {
    let id = new_id();
    store.insert_preset(NewPreset { id, owner, content, created_at: at }).await.unwrap();
    id
}

async fn presets_are_seen_by_whom_they_are_for(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await.id);
    let mut ids = Vec::new();
    for visibility in [PresetVisibility::Private, PresetVisibility::Unlisted, PresetVisibility::Public] {
        ids.push(insert_preset(&store, alice.id, preset("p", visibility), second(1)).await);
    }
    let Found::Own(mine) = store.find_preset(alice.id, ids[0]).await.unwrap() else { panic!() };
    assert_eq!((mine.owner_number, mine.parameters.as_str()), (Some(alice.number), r#"{"b":1,"a":2}"#));
    assert_eq!(store.find_preset(bob, ids[0]).await.unwrap(), Found::Denied);
    for id in &ids[1..] {
        assert!(matches!(store.find_preset(bob, *id).await.unwrap(), Found::Shared(_)));
    }
    assert_eq!(store.find_preset(bob, new_id()).await.unwrap(), Found::Missing);
    let listed = async |reader| {
        let presets = store.presets(reader, &slice(ChatOrder::Created, false)).await.unwrap();
        presets.into_iter().map(|preset| preset.id).collect::<Vec<_>>()
    };
    assert_eq!((listed(alice.id).await, listed(bob).await), (ids.clone(), vec![ids[2]]));
    let changed = preset("new", PresetVisibility::Private);
    assert!(!store.change_preset(bob, ids[2], changed.clone(), second(2)).await.unwrap());
    assert!(store.change_preset(alice.id, ids[2], changed, second(2)).await.unwrap());
    assert!(listed(bob).await.is_empty());
}

async fn a_deleted_preset_stays_with_its_chats_and_goes_with_the_last(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let id = insert_preset(&store, alice, preset("p", PresetVisibility::Public), second(1)).await;
    let mut chats = Vec::new();
    for _ in 0..2 {
        let chat = NewChat { preset: Some(id), ..new_chat(bob, "t", vec![]) };
        store.insert_chat(chat.clone()).await.unwrap();
        chats.push(chat);
    }
    assert!(!store.delete_preset(bob, id).await.unwrap());
    assert!(store.delete_preset(alice, id).await.unwrap());
    assert!(!store.delete_preset(alice, id).await.unwrap());
    assert_eq!(store.find_preset(alice, id).await.unwrap(), Found::Missing);
    assert!(store.presets(bob, &slice(ChatOrder::Id, true)).await.unwrap().is_empty());
    let kept = store.preset_of_chat(bob, chats[0].id).await.unwrap().unwrap();
    assert_eq!((kept.id, kept.owner, kept.title.as_str()), (id, None, "p"));
    assert_eq!(store.preset_of_chat(alice, chats[0].id).await.unwrap(), None);

    // Changing a chat may go on naming it, and the last chat takes it along.
    assert!(store.change_chat(change(&chats[0], vec![])).await.unwrap());
    assert!(store.delete_conversation(bob, chats[1].id).await.unwrap());
    assert!(store.preset_of_chat(bob, chats[0].id).await.unwrap().is_some());
    let without = ChatChange { preset: None, ..change(&chats[0], vec![]) };
    assert!(store.change_chat(without).await.unwrap());
    let refused = store.change_chat(change(&chats[0], vec![])).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}
