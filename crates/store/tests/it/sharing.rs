//! What admins share with everybody: models and connections, and that everybody learns of every change.

use uuid::Uuid;
use wenshu_store::{
    ConnectionUpdate, EncryptedSecret, Model, NewConnection, NewSharedModel, SharedModelUpdate, StoreError,
};

use crate::support::{
    TestDatabase, account, new_connection, new_id, new_run, on_both_databases, second, session,
};

on_both_databases!(
    a_shared_model_is_kept_as_it_is,
    a_shared_model_is_edited_from_what_was_seen,
    every_change_of_a_shared_model_raises_everybodys_revision,
    a_shared_connection_is_everybodys,
    a_shared_connection_is_edited_as_everybodys_alone,
    deleting_a_shared_connection_leaves_what_it_answered,
);

fn new_model(name: &str) -> NewSharedModel {
    NewSharedModel {
        id: new_id(),
        name: name.to_owned(),
        provider: "anthropic".to_owned(),
        model_id: "claude".to_owned(),
        base_url: Some("https://models.example.com".to_owned()),
        api_key: Some(EncryptedSecret::new(vec![0, 255, 7])),
        multiplier: 3,
        created_at: second(1),
    }
}

fn edit(model: &Model) -> SharedModelUpdate {
    SharedModelUpdate {
        id: model.id,
        seen: model.revision,
        name: model.name.clone(),
        provider: model.provider.clone(),
        model_id: model.model_id.clone(),
        base_url: model.base_url.clone(),
        api_key: model.api_key.clone(),
        multiplier: model.multiplier,
        updated_at: second(2),
    }
}

async fn a_shared_model_is_kept_as_it_is(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let first = store.insert_shared_model(new_model("第一个\0")).await.unwrap();
    let expected = Model {
        id: first.id,
        owner: None,
        name: "第一个\u{fffd}".to_owned(),
        provider: "anthropic".to_owned(),
        model_id: "claude".to_owned(),
        base_url: Some("https://models.example.com".to_owned()),
        api_key: Some(EncryptedSecret::new(vec![0, 255, 7])),
        multiplier: 3,
        last_reached: None,
        revision: 1,
        created_at: second(1),
        updated_at: second(1),
    };
    assert_eq!(first, expected);
    let bare = NewSharedModel { base_url: None, api_key: None, multiplier: 0, ..new_model("second") };
    let last = store.insert_shared_model(bare).await.unwrap();
    assert_eq!(store.shared_models().await.unwrap(), [first.clone(), last.clone()]);
    assert_eq!(store.find_shared_model(first.id).await.unwrap(), Some(first.clone()));
    assert!(store.models(alice).await.unwrap().is_empty(), "nobody's own");
    assert_eq!(store.find_model(alice, first.id).await.unwrap(), None);
    let again = store.insert_shared_model(NewSharedModel { id: last.id, ..new_model("third") }).await;
    assert!(matches!(again, Err(StoreError::Conflict { field: "id" })), "{again:?}");
    assert!(store.delete_shared_model(first.id).await.unwrap());
    assert!(!store.delete_shared_model(first.id).await.unwrap());
    assert_eq!(store.shared_models().await.unwrap(), [last]);
}

async fn a_shared_model_is_edited_from_what_was_seen(database: TestDatabase) {
    let store = database.open().await;
    let model = store.insert_shared_model(new_model("m")).await.unwrap();
    store.set_shared_model_reached(model.id, model.revision, true).await.unwrap();
    let dearer = SharedModelUpdate { multiplier: 9, name: "n".to_owned(), ..edit(&model) };
    let dearer = store.update_shared_model(dearer).await.unwrap().unwrap();
    assert_eq!((dearer.multiplier, dearer.revision, dearer.last_reached), (9, 2, Some(true)));
    assert_eq!((dearer.created_at, dearer.updated_at), (second(1), second(2)));
    assert_eq!(store.update_shared_model(edit(&model)).await.unwrap(), None, "that was seen before");
    store.set_shared_model_reached(model.id, 1, false).await.unwrap();
    assert_eq!(store.find_shared_model(model.id).await.unwrap().unwrap().last_reached, Some(true));
    let moved = SharedModelUpdate { base_url: None, ..edit(&dearer) };
    assert_eq!(store.update_shared_model(moved).await.unwrap().unwrap().last_reached, None);
    let unknown = SharedModelUpdate { id: new_id(), ..edit(&dearer) };
    assert_eq!(store.update_shared_model(unknown).await.unwrap(), None);
}

async fn every_change_of_a_shared_model_raises_everybodys_revision(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let sessions = [session(&store, alice, 1).await, session(&store, bob, 2).await];
    let mut seen = Vec::new();
    let mut look = async || {
        for session in sessions {
            seen.push(store.session_account(session).await.unwrap().unwrap().shared_models_revision);
        }
        let by_word = store.active_account(bob).await.unwrap().unwrap().shared_models_revision;
        assert_eq!(seen.last(), Some(&by_word));
    };
    look().await;
    let model = store.insert_shared_model(new_model("m")).await.unwrap();
    look().await;
    let model = store.update_shared_model(edit(&model)).await.unwrap().unwrap();
    look().await;
    store.set_shared_model_reached(model.id, model.revision, true).await.unwrap();
    look().await;
    store.delete_shared_model(model.id).await.unwrap();
    look().await;
    assert_eq!(seen.len(), 10);
    for pair in seen.chunks(2) {
        assert_eq!(pair[0], pair[1]);
    }
    assert!(seen.chunks(2).map(|pair| pair[0]).is_sorted_by(|before, after| before < after), "{seen:?}");
}

fn connection_edit(id: Uuid, owner: Option<Uuid>, seen: i64) -> ConnectionUpdate {
    let NewConnection { driver, database, .. } = new_connection(None, "");
    ConnectionUpdate {
        id,
        owner,
        seen,
        name: "renamed".to_owned(),
        driver,
        host: None,
        port: None,
        username: None,
        password: None,
        database,
        tls: None,
        is_default: None,
        updated_at: second(2),
    }
}

async fn a_shared_connection_is_everybodys(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let demo = store.upsert_demo_connection(new_connection(None, "demo"), Vec::new()).await.unwrap();
    let own = store.insert_connection(new_connection(Some(alice), "own")).await.unwrap();
    let shared = store.insert_connection(new_connection(None, "shared")).await.unwrap();
    assert_eq!(store.shared_connections().await.unwrap(), [demo.clone(), shared.clone()]);
    assert_eq!(store.connections_for(alice).await.unwrap(), [own, demo, shared]);
}

async fn a_shared_connection_is_edited_as_everybodys_alone(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let demo = store.upsert_demo_connection(new_connection(None, "demo"), Vec::new()).await.unwrap();
    let own = store.insert_connection(new_connection(Some(alice), "own")).await.unwrap();
    let shared = store.insert_connection(new_connection(None, "shared")).await.unwrap();
    for (edit, why) in [
        (connection_edit(shared.id, Some(alice), 0), "it is nobody's own"),
        (connection_edit(own.id, None, 0), "it is somebody's own"),
        (connection_edit(demo.id, None, 0), "the server looks after it"),
        (connection_edit(shared.id, None, 7), "that isn't what there is"),
    ] {
        assert_eq!(store.update_connection(edit).await.unwrap(), None, "{why}");
    }
    let edited = store.update_connection(connection_edit(shared.id, None, 0)).await.unwrap().unwrap();
    assert_eq!((edited.name.as_str(), edited.owner, edited.revision), ("renamed", None, 1));
    for id in [demo.id, own.id, new_id()] {
        assert!(!store.delete_shared_connection(id).await.unwrap());
    }
    assert!(!store.delete_connection(alice, shared.id).await.unwrap());
    assert_eq!(database.count("connections").await, 3);
}

async fn deleting_a_shared_connection_leaves_what_it_answered(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let shared = store.insert_connection(new_connection(None, "shared")).await.unwrap();
    let mut asked = Vec::new();
    for owner in [alice, bob] {
        let mut run = new_run(owner, crate::support::new_conversation("t"), "q", 0);
        run.connection = Some(shared.id);
        let id = run.id;
        let begun = store.begin_run(run).await.unwrap();
        store.finish_run(crate::support::finished(id, "a", 1)).await.unwrap();
        asked.push((owner, begun.conversation, session(&store, owner, asked.len() as u8).await));
    }
    let revision =
        async |session| store.session_account(session).await.unwrap().unwrap().conversations_revision;
    let before = [revision(asked[0].2).await, revision(asked[1].2).await];
    assert!(store.delete_shared_connection(shared.id).await.unwrap());
    assert!(!store.delete_shared_connection(shared.id).await.unwrap());
    for (place, (owner, conversation, session)) in asked.into_iter().enumerate() {
        let kept = store.find_conversation(owner, conversation).await.unwrap().unwrap();
        assert_eq!((kept.connection, kept.message_count), (None, 2));
        assert!(revision(session).await > before[place], "whoever keeps a list learns of it");
    }
    assert!(store.connections_for(alice).await.unwrap().is_empty());
}
