//! Prompts of accounts: each for itself, all of a change or nothing.

use wenshu_store::{CustomPrompt, StoreError};

use crate::support::{TestDatabase, account, at_once, new_id, on_both_databases};

on_both_databases!(prompts_are_kept_changed_and_taken_back, changes_at_once_all_happen);

fn changes(changes: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
    changes.iter().map(|(prompt, content)| ((*prompt).to_owned(), content.map(str::to_owned))).collect()
}

fn prompt(prompt: &str, content: &str) -> CustomPrompt {
    CustomPrompt { prompt: prompt.to_owned(), content: content.to_owned() }
}

async fn prompts_are_kept_changed_and_taken_back(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let two = changes(&[("system", Some("你是\0助手")), ("summary", Some("brief"))]);
    let first = store.change_prompts(alice.id, two).await.unwrap();
    let system = prompt("system", "你是\u{fffd}助手");
    assert_eq!(store.prompts(alice.id).await.unwrap(), [prompt("summary", "brief"), system.clone()]);
    let other = changes(&[("summary", Some("long")), ("title", None)]);
    let second = store.change_prompts(alice.id, other).await.unwrap();
    assert_eq!(store.prompts(alice.id).await.unwrap(), [prompt("summary", "long"), system.clone()]);
    store.change_prompts(alice.id, changes(&[("summary", None)])).await.unwrap();
    assert_eq!(store.prompts(alice.id).await.unwrap(), [system]);
    assert!(store.prompts(bob.id).await.unwrap().is_empty());
    assert!(alice.prompts_revision < first.prompts_revision);
    assert!(first.prompts_revision < second.prompts_revision);
    let unchanged = store.account(bob.id).await.unwrap().unwrap();
    assert_eq!(unchanged.prompts_revision, bob.prompts_revision);
    let nobody = store.change_prompts(new_id(), changes(&[("system", Some("x"))])).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)), "{nobody:?}");
    database.execute("DELETE FROM accounts WHERE username = 'alice'").await;
    assert!(store.prompts(alice.id).await.unwrap().is_empty());
}

async fn changes_at_once_all_happen(database: TestDatabase) {
    let (one, two) = (database.open().await, database.open().await);
    let alice = account(&one, "alice").await;
    at_once(20, &[&one, &two], |index, store| async move {
        let (mine, theirs) = (format!("prompt {index}"), "shared".to_owned());
        let changes = vec![(mine, Some("x".to_owned())), (theirs, Some(index.to_string()))];
        store.change_prompts(alice.id, changes).await.unwrap();
    })
    .await;
    assert_eq!(one.prompts(alice.id).await.unwrap().len(), 21);
    let revision = one.account(alice.id).await.unwrap().unwrap().prompts_revision;
    assert_eq!(revision, alice.prompts_revision + 20);
}
