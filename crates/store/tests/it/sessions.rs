//! Sessions: rotation, reuse, the end.

use chrono::TimeDelta;
use wenshu_store::{AccountStatus, NewRefreshToken, NewSession, Rotation, StoreError};

use crate::support::{
    TestDatabase, account, asked, at_once, new_id, on_both_databases, refresh_token, second, session,
};

on_both_databases!(
    a_session_knows_its_account,
    a_session_needs_an_account,
    a_token_is_swapped_once,
    of_many_simultaneous_rotations_one_wins,
    a_used_token_ends_the_sessions_of_its_account_only,
    a_used_token_of_an_ended_session_ends_no_later_one,
    tokens_expire,
    ended_sessions_stay_ended,
    only_the_owner_ends_a_session,
);

async fn a_session_knows_its_account(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let id = session(&store, alice.id, 1).await;
    let seen = store.session_account(id).await.unwrap().unwrap();
    assert_eq!((&seen.account, seen.conversations_revision), (&alice, 0));
    asked(&store, alice.id, "t", "q", "a", 1).await;
    let seen = store.session_account(id).await.unwrap().unwrap();
    assert_eq!((seen.account, seen.conversations_revision), (alice, 2));
    assert_eq!(store.session_account(new_id()).await.unwrap(), None);
}

async fn a_session_needs_an_account(database: TestDatabase) {
    let store = database.open().await;
    let new =
        NewSession { id: new_id(), account: new_id(), created_at: second(0), refresh: refresh_token(1) };
    let refused = store.insert_session(new.clone()).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    let alice = account(&store, "alice").await;
    let new = NewSession { account: alice.id, ..new };
    store.insert_session(new.clone()).await.unwrap();
    let refused = store.insert_session(new.clone()).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "id" })), "{refused:?}");
    let same_token = NewSession { id: new_id(), ..new };
    let refused = store.insert_session(same_token.clone()).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "id" })), "{refused:?}");
    assert_eq!(store.session_account(same_token.id).await.unwrap(), None, "nothing of it remains");
}

async fn a_token_is_swapped_once(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let id = session(&store, alice.id, 1).await;
    let rotated = Rotation::Rotated { account: Box::new(alice.clone()), session: id };
    assert_eq!(store.rotate_refresh(&[1; 32], refresh_token(2), second(1)).await.unwrap(), rotated);
    assert_eq!(store.rotate_refresh(&[2; 32], refresh_token(3), second(2)).await.unwrap(), rotated);
    assert_eq!(store.rotate_refresh(&[9; 32], refresh_token(4), second(3)).await.unwrap(), Rotation::Unknown);
    let reused = Rotation::Reused { account: alice.id };
    assert_eq!(store.rotate_refresh(&[1; 32], refresh_token(5), second(4)).await.unwrap(), reused);
    assert_eq!(store.session_account(id).await.unwrap(), None);
    assert_eq!(store.rotate_refresh(&[3; 32], refresh_token(6), second(5)).await.unwrap(), Rotation::Ended);
}

async fn of_many_simultaneous_rotations_one_wins(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let alice = account(&store, "alice").await;
    let ids = [session(&store, alice.id, 255).await, session(&store, alice.id, 254).await];
    let outcomes = at_once(50, &[&store, &other_process], |index, store| async move {
        let next = refresh_token(u8::try_from(index).unwrap());
        store.rotate_refresh(&[255; 32], next, second(1)).await.unwrap()
    })
    .await;
    let winners = outcomes.iter().filter(|outcome| matches!(outcome, Rotation::Rotated { .. })).count();
    let reused = Rotation::Reused { account: alice.id };
    assert_eq!(
        (winners, outcomes.iter().filter(|outcome| **outcome == reused).count()),
        (1, 49),
        "{outcomes:?}"
    );
    for id in ids {
        assert_eq!(store.session_account(id).await.unwrap(), None);
    }
}

async fn a_used_token_ends_the_sessions_of_its_account_only(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    session(&store, alice.id, 1).await;
    let (second_of_alice, of_bob) = (session(&store, alice.id, 2).await, session(&store, bob.id, 3).await);
    store.rotate_refresh(&[1; 32], refresh_token(4), second(1)).await.unwrap();
    store.rotate_refresh(&[1; 32], refresh_token(5), second(2)).await.unwrap();
    assert_eq!(store.session_account(second_of_alice).await.unwrap(), None);
    assert!(store.session_account(of_bob).await.unwrap().is_some());
    assert_eq!(store.rotate_refresh(&[2; 32], refresh_token(6), second(3)).await.unwrap(), Rotation::Ended);
}

async fn a_used_token_of_an_ended_session_ends_no_later_one(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let old = session(&store, alice.id, 1).await;
    store.rotate_refresh(&[1; 32], refresh_token(2), second(1)).await.unwrap();
    store.end_session(alice.id, old, second(2)).await.unwrap();
    let later = session(&store, alice.id, 3).await;
    let reused = Rotation::Reused { account: alice.id };
    assert_eq!(store.rotate_refresh(&[1; 32], refresh_token(4), second(3)).await.unwrap(), reused);
    assert!(store.session_account(later).await.unwrap().is_some());
}

async fn tokens_expire(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let id = session(&store, alice.id, 1).await;
    let just_before = second(1000) - TimeDelta::milliseconds(1);
    let expired = store.rotate_refresh(&[1; 32], refresh_token(2), second(1000)).await.unwrap();
    assert_eq!(expired, Rotation::Expired);
    let next = NewRefreshToken { expires_at: second(3000), ..refresh_token(2) };
    let rotated = store.rotate_refresh(&[1; 32], next, just_before).await.unwrap();
    assert_eq!(rotated, Rotation::Rotated { account: Box::new(alice), session: id });
    // Once it has expired, a used token proves nothing and is forgotten with the next rotation.
    assert_eq!(
        store.rotate_refresh(&[1; 32], refresh_token(3), second(2000)).await.unwrap(),
        Rotation::Expired
    );
    let next = NewRefreshToken { expires_at: second(3000), ..refresh_token(4) };
    store.rotate_refresh(&[2; 32], next, second(2000)).await.unwrap();
    assert_eq!(
        store.rotate_refresh(&[1; 32], refresh_token(5), second(2000)).await.unwrap(),
        Rotation::Unknown
    );
}

async fn ended_sessions_stay_ended(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let ids = [session(&store, alice.id, 1).await, session(&store, alice.id, 2).await];
    store.end_sessions(alice.id, second(1)).await.unwrap();
    store.end_sessions(alice.id, second(2)).await.unwrap();
    for (id, token) in ids.into_iter().zip([1, 2]) {
        assert_eq!(store.session_account(id).await.unwrap(), None);
        let ended = store.rotate_refresh(&[token; 32], refresh_token(9), second(3)).await.unwrap();
        assert_eq!(ended, Rotation::Ended);
    }
    session(&store, alice.id, 3).await;
    store.set_status(alice.id, AccountStatus::Disabled, second(4)).await.unwrap();
    assert_eq!(store.rotate_refresh(&[3; 32], refresh_token(9), second(5)).await.unwrap(), Rotation::Ended);
}

async fn only_the_owner_ends_a_session(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let id = session(&store, alice.id, 1).await;
    store.end_session(bob.id, id, second(1)).await.unwrap();
    assert!(store.session_account(id).await.unwrap().is_some());
    store.end_session(alice.id, id, second(1)).await.unwrap();
    assert_eq!(store.session_account(id).await.unwrap(), None);
    store.end_session(alice.id, id, second(2)).await.unwrap();
    store.end_session(alice.id, new_id(), second(2)).await.unwrap();
}
