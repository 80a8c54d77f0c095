//! What an account prefers: each choice by itself, and the default connection among those that it may ask.

use wenshu_store::{NewConnection, Preferences, PreferencesUpdate, StoreError};

use crate::support::{TestDatabase, account, new_connection, new_id, on_both_databases};

on_both_databases!(
    what_is_named_changes_and_the_rest_stays,
    a_default_connection_is_one_that_the_account_may_ask,
);

async fn what_is_named_changes_and_the_rest_stays(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    assert_eq!(alice.preferences, Preferences::default());
    let all = PreferencesUpdate {
        language: Some(Some("en".into())),
        theme: Some(Some("dark".into())),
        view_mode: Some(Some("developer".into())),
        context_rounds: Some(Some(0)),
        default_connection: None,
        default_model: None,
    };
    let chosen = Preferences {
        language: Some("en".into()),
        theme: Some("dark".into()),
        view_mode: Some("developer".into()),
        context_rounds: Some(0),
    };
    let changed = store.set_preferences(alice.id, all).await.unwrap();
    assert_eq!((changed.id, &changed.preferences), (alice.id, &chosen));
    let unchanged = store.set_preferences(alice.id, PreferencesUpdate::default()).await.unwrap();
    assert_eq!(unchanged, changed);
    let cleared = PreferencesUpdate { theme: Some(None), ..PreferencesUpdate::default() };
    let cleared = store.set_preferences(alice.id, cleared).await.unwrap();
    assert_eq!(cleared.preferences, Preferences { theme: None, ..chosen });
    assert_eq!(store.account(alice.id).await.unwrap(), Some(cleared));
    assert_eq!(store.account(bob.id).await.unwrap().unwrap().preferences, Preferences::default());
    let nobody = store.set_preferences(new_id(), PreferencesUpdate::default()).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)), "{nobody:?}");
}

async fn a_default_connection_is_one_that_the_account_may_ask(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let own = store.insert_connection(new_connection(Some(alice.id), "own")).await.unwrap().id;
    let demo = NewConnection { is_demo: true, ..new_connection(None, "Demo") };
    let demo = store.upsert_demo_connection(demo, Vec::new()).await.unwrap().id;
    let choosing = |id| PreferencesUpdate {
        theme: Some(Some("dark".into())),
        default_connection: Some(id),
        ..PreferencesUpdate::default()
    };
    for (account, id) in [(alice.id, own), (alice.id, demo), (bob.id, demo)] {
        let chosen = store.set_preferences(account, choosing(Some(id))).await.unwrap();
        assert_eq!(chosen.default_connection, Some(id));
    }
    let of_carol = account(&store, "carol").await.id;
    for id in [own, new_id()] {
        let refused = store.set_preferences(of_carol, choosing(Some(id))).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    }
    let carol = store.account(of_carol).await.unwrap().unwrap();
    assert_eq!((carol.default_connection, carol.preferences.theme), (None, None), "nothing of it is written");
    let cleared = store.set_preferences(bob.id, choosing(None)).await.unwrap();
    assert_eq!(cleared.default_connection, None);
}
