//! Sessions: rotation, reuse, the end.

use chrono::TimeDelta;
use uuid::Uuid;
use wenshu_store::{AccountStatus, LiveSession, NewRefreshToken, NewSession, Rotation, Store, StoreError};

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
    live_sessions_are_listed_for_their_owner,
    what_has_run_out_is_forgotten_with_the_next_login,
    a_live_session_is_ended_once_and_by_its_owner,
    all_but_one_are_ended,
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
    let (id, account_id, refresh) = (new_id(), new_id(), refresh_token(1));
    let new = NewSession { id, account: account_id, created_at: second(0), user_agent: None, refresh };
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

/// A session that began and runs out then.
async fn session_of(
    store: &Store,
    account: Uuid,
    token: u8,
    (from, until): (i64, i64),
    agent: Option<&str>,
) -> Uuid {
    let id = new_id();
    let refresh = NewRefreshToken { hash: [token; 32], issued_at: second(from), expires_at: second(until) };
    let user_agent = agent.map(str::to_owned);
    store
        .insert_session(NewSession { id, account, created_at: second(from), user_agent, refresh })
        .await
        .unwrap();
    id
}

async fn live_sessions_are_listed_for_their_owner(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let first = session_of(&store, alice, 1, (0, 100), Some("Firefox\0")).await;
    let last = session_of(&store, alice, 2, (5, 100), None).await;
    let over = session_of(&store, alice, 3, (6, 50), None).await;
    let ended = session_of(&store, alice, 4, (7, 100), None).await;
    session_of(&store, bob, 5, (8, 100), None).await;
    store.end_session(alice, ended, second(9)).await.unwrap();
    let new = NewRefreshToken { hash: [6; 32], issued_at: second(40), expires_at: second(140) };
    store.rotate_refresh(&[1; 32], new, second(40)).await.unwrap();
    let refreshed = LiveSession {
        id: first,
        created_at: second(0),
        last_used_at: second(40),
        expires_at: second(140),
        user_agent: Some("Firefox\u{fffd}".to_owned()),
    };
    let fresh = LiveSession {
        id: last,
        created_at: second(5),
        last_used_at: second(5),
        expires_at: second(100),
        user_agent: None,
    };
    let listed = async |first, at| store.live_sessions(alice, first, second(at)).await.unwrap();
    assert_eq!(listed(first, 60).await, [refreshed.clone(), fresh.clone()]);
    assert_eq!(listed(new_id(), 60).await, [fresh.clone(), refreshed.clone()], "the newest first");
    let ids: Vec<Uuid> = listed(over, 49).await.into_iter().map(|session| session.id).collect();
    assert_eq!(ids, [over, last, first]);
    assert_eq!(listed(last, 100).await, [refreshed], "a token is good until its time, exclusive");
    assert_eq!(store.live_sessions(bob, first, second(0)).await.unwrap().len(), 1);
}

async fn what_has_run_out_is_forgotten_with_the_next_login(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let over = session_of(&store, alice, 1, (0, 10), None).await;
    let good = session_of(&store, alice, 2, (0, 21), None).await;
    let bobs = session_of(&store, bob, 3, (0, 10), None).await;
    let refreshed = session_of(&store, alice, 4, (0, 10), None).await;
    let new = NewRefreshToken { hash: [5; 32], issued_at: second(5), expires_at: second(30) };
    store.rotate_refresh(&[4; 32], new, second(5)).await.unwrap();
    let begun = session_of(&store, alice, 6, (20, 40), None).await;
    assert_eq!(store.session_account(over).await.unwrap(), None);
    assert_eq!(
        store.rotate_refresh(&[1; 32], refresh_token(9), second(20)).await.unwrap(),
        Rotation::Unknown
    );
    for kept in [good, bobs, refreshed, begun] {
        assert!(store.session_account(kept).await.unwrap().is_some());
    }
}

async fn a_live_session_is_ended_once_and_by_its_owner(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let good = session_of(&store, alice, 1, (0, 100), None).await;
    let over = session_of(&store, alice, 2, (0, 10), None).await;
    assert!(!store.end_live_session(bob, good, second(20)).await.unwrap(), "it is another's");
    assert!(!store.end_live_session(alice, over, second(20)).await.unwrap(), "it is over");
    assert!(!store.end_live_session(alice, new_id(), second(20)).await.unwrap());
    assert!(store.session_account(good).await.unwrap().is_some());
    assert!(store.end_live_session(alice, good, second(20)).await.unwrap());
    assert!(!store.end_live_session(alice, good, second(20)).await.unwrap());
    assert_eq!(store.session_account(good).await.unwrap(), None);
    let rotation = store.rotate_refresh(&[1; 32], refresh_token(9), second(21)).await.unwrap();
    assert_eq!(rotation, Rotation::Ended);
}

async fn all_but_one_are_ended(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let kept = session_of(&store, alice, 1, (0, 100), None).await;
    let others = [
        session_of(&store, alice, 2, (0, 100), None).await,
        session_of(&store, alice, 3, (0, 100), None).await,
    ];
    let over = session_of(&store, alice, 4, (0, 10), None).await;
    let bobs = session_of(&store, bob, 5, (0, 100), None).await;
    assert_eq!(store.end_other_sessions(alice, kept, second(20)).await.unwrap(), 2, "one was over");
    assert_eq!(store.end_other_sessions(alice, kept, second(20)).await.unwrap(), 0);
    for id in others.into_iter().chain([over]) {
        assert_eq!(store.session_account(id).await.unwrap(), None);
    }
    for id in [kept, bobs] {
        assert!(store.session_account(id).await.unwrap().is_some());
    }
}
