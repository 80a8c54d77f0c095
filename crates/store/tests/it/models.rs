//! Models of one's own: whose they are, that an edit is made from what was seen, and that there is one default.

use uuid::Uuid;
use wenshu_store::{
    EncryptedSecret, Model, ModelUpdate, NewModel, PreferencesUpdate, RunConversation, Store, StoreError,
};

use crate::support::{
    TestDatabase, account, asked, at_once, finished, new_id, new_run, on_both_databases, second, session,
};

on_both_databases!(
    a_model_is_kept_as_it_is_and_for_its_owner,
    an_edit_is_made_from_what_was_seen,
    there_is_one_default,
    whether_it_was_reached_belongs_to_what_it_was,
    of_many_edits_at_once_one_is_made,
    deleting_leaves_nothing_that_points_to_it,
    every_change_raises_the_owners_revision,
);

fn new_model(owner: Uuid, name: &str) -> NewModel {
    NewModel {
        id: new_id(),
        owner,
        name: name.to_owned(),
        provider: "anthropic".to_owned(),
        model_id: "claude".to_owned(),
        base_url: Some("https://models.example.com".to_owned()),
        api_key: Some(EncryptedSecret::new(vec![0, 255, 7])),
        is_default: false,
        created_at: second(1),
    }
}

fn edit(model: &Model) -> ModelUpdate {
    ModelUpdate {
        id: model.id,
        owner: model.owner.unwrap(),
        seen: model.revision,
        name: model.name.clone(),
        provider: model.provider.clone(),
        model_id: model.model_id.clone(),
        base_url: model.base_url.clone(),
        api_key: model.api_key.clone(),
        is_default: None,
        updated_at: second(2),
    }
}

async fn default_of(store: &Store, account: Uuid) -> Option<Uuid> {
    store.account(account).await.unwrap().unwrap().default_model
}

async fn a_model_is_kept_as_it_is_and_for_its_owner(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let first = store.insert_model(new_model(alice, "第一个\0")).await.unwrap();
    let expected = Model {
        id: first.id,
        owner: Some(alice),
        name: "第一个\u{fffd}".to_owned(),
        provider: "anthropic".to_owned(),
        model_id: "claude".to_owned(),
        base_url: Some("https://models.example.com".to_owned()),
        api_key: Some(EncryptedSecret::new(vec![0, 255, 7])),
        multiplier: 1,
        last_reached: None,
        revision: 1,
        created_at: second(1),
        updated_at: second(1),
    };
    assert_eq!(first, expected);
    let bare = NewModel { base_url: None, api_key: None, ..new_model(alice, "second") };
    let second_model = store.insert_model(bare).await.unwrap();
    assert_eq!(store.models(alice).await.unwrap(), [first.clone(), second_model.clone()]);
    assert_eq!(store.find_model(alice, first.id).await.unwrap(), Some(first.clone()));
    assert!(store.models(bob).await.unwrap().is_empty());
    assert_eq!(store.find_model(bob, first.id).await.unwrap(), None);
    assert_eq!(store.update_model(ModelUpdate { owner: bob, ..edit(&first) }).await.unwrap(), None);
    assert!(!store.delete_model(bob, first.id).await.unwrap());
    store.set_model_reached(bob, first.id, 1, true).await.unwrap();
    assert_eq!(store.find_model(alice, first.id).await.unwrap(), Some(first.clone()));

    let nobodys = store.insert_model(new_model(new_id(), "x")).await;
    assert!(matches!(nobodys, Err(StoreError::NotFound)), "{nobodys:?}");
    let twice = store.insert_model(NewModel { id: first.id, ..new_model(bob, "x") }).await;
    assert!(matches!(twice, Err(StoreError::Conflict { field: "id" })), "{twice:?}");
    database.execute("DELETE FROM accounts WHERE username = 'alice'").await;
    assert!(store.models(alice).await.unwrap().is_empty());
}

async fn an_edit_is_made_from_what_was_seen(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let model = store.insert_model(new_model(alice, "m")).await.unwrap();
    let update = ModelUpdate {
        name: "n".to_owned(),
        provider: "openai".to_owned(),
        model_id: "gpt".to_owned(),
        base_url: None,
        api_key: None,
        ..edit(&model)
    };
    let edited = store.update_model(update.clone()).await.unwrap().unwrap();
    let expected = Model {
        name: "n".to_owned(),
        provider: "openai".to_owned(),
        model_id: "gpt".to_owned(),
        base_url: None,
        api_key: None,
        revision: 2,
        updated_at: second(2),
        ..model
    };
    assert_eq!(edited, expected);
    assert_eq!(store.update_model(update).await.unwrap(), None);
    assert_eq!(store.find_model(alice, edited.id).await.unwrap(), Some(edited));
}

async fn there_is_one_default(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let first = NewModel { is_default: true, ..new_model(alice, "first") };
    let first = store.insert_model(first).await.unwrap();
    assert_eq!(default_of(&store, alice).await, Some(first.id));
    let other = store.insert_model(new_model(alice, "other")).await.unwrap();
    assert_eq!(default_of(&store, alice).await, Some(first.id));
    let become_it = ModelUpdate { is_default: Some(true), ..edit(&other) };
    let other = store.update_model(become_it).await.unwrap().unwrap();
    assert_eq!(default_of(&store, alice).await, Some(other.id));
    // Whoever isn't it stops nobody else from being it.
    store.update_model(ModelUpdate { is_default: Some(false), ..edit(&first) }).await.unwrap().unwrap();
    assert_eq!(default_of(&store, alice).await, Some(other.id));
    store.update_model(ModelUpdate { is_default: Some(false), ..edit(&other) }).await.unwrap().unwrap();
    assert_eq!(default_of(&store, alice).await, None);

    let elsewhere = new_id();
    let choose = |chosen| PreferencesUpdate { default_model: Some(chosen), ..PreferencesUpdate::default() };
    let chosen = store.set_preferences(alice, choose(Some(elsewhere))).await.unwrap();
    assert_eq!(chosen.default_model, Some(elsewhere));
    let kept = store.set_preferences(alice, PreferencesUpdate::default()).await.unwrap();
    assert_eq!(kept.default_model, Some(elsewhere));
    assert_eq!(store.set_preferences(alice, choose(None)).await.unwrap().default_model, None);
    assert_eq!(default_of(&store, bob).await, None);
}

async fn whether_it_was_reached_belongs_to_what_it_was(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let model = store.insert_model(new_model(alice, "m")).await.unwrap();
    let reached = async || store.find_model(alice, model.id).await.unwrap().unwrap().last_reached;
    store.set_model_reached(alice, model.id, model.revision, false).await.unwrap();
    assert_eq!(reached().await, Some(false));
    store.set_model_reached(alice, model.id, model.revision, true).await.unwrap();
    assert_eq!(reached().await, Some(true));
    let renamed = ModelUpdate { name: "n".to_owned(), ..edit(&model) };
    let renamed = store.update_model(renamed).await.unwrap().unwrap();
    assert_eq!(renamed.last_reached, Some(true));
    // What a test of the earlier state found out says nothing any more.
    store.set_model_reached(alice, model.id, model.revision, false).await.unwrap();
    assert_eq!(reached().await, Some(true));
    let rekeyed = ModelUpdate { api_key: Some(EncryptedSecret::new(vec![1])), ..edit(&renamed) };
    assert_eq!(store.update_model(rekeyed).await.unwrap().unwrap().last_reached, None);
    store.set_model_reached(alice, new_id(), 1, true).await.unwrap();
}

async fn of_many_edits_at_once_one_is_made(database: TestDatabase) {
    let (one, two) = (database.open().await, database.open().await);
    let alice = account(&one, "alice").await.id;
    let model = one.insert_model(new_model(alice, "m")).await.unwrap();
    let edited = at_once(20, &[&one, &two], |index, store| {
        let update = ModelUpdate { name: format!("{index}"), is_default: Some(true), ..edit(&model) };
        async move { store.update_model(update).await.unwrap().is_some() }
    })
    .await;
    assert_eq!(edited.into_iter().filter(|edited| *edited).count(), 1);
    assert_eq!(one.find_model(alice, model.id).await.unwrap().unwrap().revision, 2);
}

async fn deleting_leaves_nothing_that_points_to_it(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let model = NewModel { is_default: true, ..new_model(alice, "m") };
    let model = store.insert_model(model).await.unwrap();
    let begun = asked(&store, alice, "title", "question", "answer", 1).await;
    let run = new_run(alice, RunConversation::Existing(begun.conversation), "more", 2);
    let id = run.id;
    store.begin_run(run).await.unwrap();
    assert!(store.delete_model(alice, model.id).await.unwrap());
    assert!(!store.delete_model(alice, model.id).await.unwrap());
    assert_eq!(default_of(&store, alice).await, None);
    assert!(store.finish_run(finished(id, "late", 3)).await.unwrap());
    let conversation = store.find_conversation(alice, begun.conversation).await.unwrap().unwrap();
    assert_eq!((conversation.model.as_deref(), conversation.message_count), (Some("builtin"), 4));
}

async fn every_change_raises_the_owners_revision(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let (of_alice, of_bob) = (session(&store, alice, 1).await, session(&store, bob, 2).await);
    let revision =
        async |session| store.session_account(session).await.unwrap().unwrap().account.models_revision;
    let before = revision(of_bob).await;
    let mut seen = vec![revision(of_alice).await];
    let model = store.insert_model(new_model(alice, "m")).await.unwrap();
    seen.push(revision(of_alice).await);
    store.update_model(edit(&model)).await.unwrap().unwrap();
    seen.push(revision(of_alice).await);
    store.set_model_reached(alice, model.id, 2, true).await.unwrap();
    seen.push(revision(of_alice).await);
    store.delete_model(alice, model.id).await.unwrap();
    seen.push(revision(of_alice).await);
    assert!(seen.is_sorted_by(|earlier, later| earlier < later), "{seen:?}");
    assert_eq!(revision(of_bob).await, before);
}
