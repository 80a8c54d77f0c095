//! Accounts: uniqueness, the first admin, what a changed password ends.

use wenshu_store::{AccountStatus, NewAccount, Role, StoreError};

use crate::support::{
    TestDatabase, account, at_once, new_account, new_id, on_both_databases, second, session,
};

on_both_databases!(
    an_account_comes_back_as_it_went_in,
    logins_are_unique_without_regard_to_case,
    a_user_name_cannot_be_anothers_email,
    of_many_first_registrations_exactly_one_is_admin,
    accounts_without_password_are_not_first,
    accounts_are_listed_oldest_first,
    a_new_password_ends_every_session,
    disabling_ends_every_session_for_good,
    changes_of_unknown_accounts_are_refused,
    text_with_nul_is_stored,
);

async fn an_account_comes_back_as_it_went_in(database: TestDatabase) {
    let store = database.open().await;
    let new = NewAccount { email: Some("Wang@Example.com".into()), ..new_account("王小明") };
    let inserted = store.insert_account(new.clone()).await.unwrap();
    assert_eq!(inserted.id, new.id);
    assert_eq!(inserted.username.as_deref(), Some("王小明"));
    assert_eq!(inserted.email.as_deref(), Some("Wang@Example.com"));
    assert_eq!(inserted.nickname, new.nickname);
    assert_eq!(Some(&inserted.display_name), new.nickname.as_ref());
    assert_eq!(inserted.password_hash, new.password_hash);
    assert_eq!((inserted.role, inserted.status), (Role::User, AccountStatus::Active));
    assert_eq!(inserted.picture, None);
    assert_eq!((inserted.created_at, inserted.updated_at), (second(0), second(0)));
    assert!(inserted.number > 0 && inserted.number < 1 << 53);
    assert_eq!(store.account(new.id).await.unwrap().as_ref(), Some(&inserted));
    assert_eq!(store.account(new_id()).await.unwrap(), None);
    let debug = format!("{inserted:?} {new:?}");
    assert!(!debug.contains("argon2") && !debug.contains("Example"), "{debug}");
}

async fn logins_are_unique_without_regard_to_case(database: TestDatabase) {
    let store = database.open().await;
    for (first, second) in [
        ("alice", "ALICE"),
        ("Ünal", "üNAL"),
        ("ОЛЬГА", "ольга"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("straße", "STRASSE"),
        ("ａｂ", "AB"),
        ("李雷", "李雷"),
    ] {
        let existing = account(&store, first).await;
        let refused = store.insert_account(new_account(second)).await;
        assert!(matches!(refused, Err(StoreError::Conflict { field: "username" })), "{second}: {refused:?}");
        for login in [first, second] {
            let found = store.account_by_login(login).await.unwrap();
            assert_eq!(found.as_ref(), Some(&existing), "{login}");
        }
    }
    let with_email = |email: &str, username: Option<&str>| NewAccount {
        username: username.map(str::to_owned),
        email: Some(email.to_owned()),
        ..new_account("")
    };
    store.insert_account(with_email("li@Example.com", None)).await.unwrap();
    let refused = store.insert_account(with_email("LI@example.COM", Some("somebody"))).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "email" })), "{refused:?}");
    // What a refused registration would have taken is free.
    account(&store, "somebody").await;
    // Both taken: one answer, always the same.
    let refused = store.insert_account(with_email("li@example.com", Some("alice"))).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "email" })), "{refused:?}");
    assert_eq!(store.account_by_login("nobody").await.unwrap(), None);
    // The same word as name and address of one account is no clash.
    store.insert_account(with_email("me@example.com", Some("ME@example.com"))).await.unwrap();
}

async fn a_user_name_cannot_be_anothers_email(database: TestDatabase) {
    let store = database.open().await;
    let victim = NewAccount { username: None, email: Some("v@example.com".into()), ..new_account("") };
    let victim = store.insert_account(victim).await.unwrap();
    let refused = store.insert_account(new_account("V@Example.com")).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "username" })), "{refused:?}");
    assert_eq!(store.account_by_login("v@example.com").await.unwrap(), Some(victim));
}

async fn of_many_first_registrations_exactly_one_is_admin(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let roles = at_once(50, &[&store, &other_process], |index, store| async move {
        let new = NewAccount { admin_if_first: true, ..new_account(&format!("user{index}")) };
        store.insert_account(new).await.unwrap().role
    })
    .await;
    assert_eq!(roles.iter().filter(|role| **role == Role::Admin).count(), 1, "{roles:?}");
    assert_eq!(store.accounts().await.unwrap().len(), 50);
    let late = NewAccount { admin_if_first: true, ..new_account("late") };
    assert_eq!(store.insert_account(late).await.unwrap().role, Role::User);
}

async fn accounts_without_password_are_not_first(database: TestDatabase) {
    let store = database.open().await;
    let visitor = NewAccount { password_hash: None, role: Role::Visitor, username: None, ..new_account("") };
    assert_eq!(store.insert_account(visitor).await.unwrap().role, Role::Visitor);
    let first = NewAccount { admin_if_first: true, ..new_account("first") };
    assert_eq!(store.insert_account(first).await.unwrap().role, Role::Admin);
}

async fn accounts_are_listed_oldest_first(database: TestDatabase) {
    let store = database.open().await;
    assert_eq!(store.accounts().await.unwrap(), []);
    let mut made = Vec::new();
    for name in ["c", "a", "b"] {
        made.push(account(&store, name).await);
    }
    assert_eq!(store.accounts().await.unwrap(), made);
}

async fn a_new_password_ends_every_session(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let sessions = [session(&store, alice.id, 1).await, session(&store, alice.id, 2).await];
    let others = session(&store, bob.id, 3).await;
    store.set_password(alice.id, "new".into(), None, second(9)).await.unwrap();
    let changed = store.account(alice.id).await.unwrap().unwrap();
    assert_eq!((changed.password_hash.as_deref(), changed.updated_at), (Some("new"), second(9)));
    for session in sessions {
        assert_eq!(store.session_account(session).await.unwrap(), None);
    }
    assert!(store.session_account(others).await.unwrap().is_some());
}

async fn disabling_ends_every_session_for_good(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let session_id = session(&store, alice.id, 1).await;
    store.set_status(alice.id, AccountStatus::Disabled, second(1)).await.unwrap();
    assert_eq!(store.session_account(session_id).await.unwrap(), None);
    assert_eq!(store.account(alice.id).await.unwrap().unwrap().status, AccountStatus::Disabled);
    store.set_status(alice.id, AccountStatus::Active, second(2)).await.unwrap();
    assert_eq!(store.session_account(session_id).await.unwrap(), None);
    let session_id = session(&store, alice.id, 2).await;
    store.set_role(alice.id, Role::Admin, second(3)).await.unwrap();
    let seen = store.session_account(session_id).await.unwrap().unwrap().account;
    assert_eq!((seen.role, seen.status, seen.updated_at), (Role::Admin, AccountStatus::Active, second(3)));
}

async fn changes_of_unknown_accounts_are_refused(database: TestDatabase) {
    let store = database.open().await;
    let nobody = new_id();
    let refused = [
        store.set_password(nobody, "new".into(), None, second(1)).await,
        store.set_status(nobody, AccountStatus::Disabled, second(1)).await,
        store.set_role(nobody, Role::Admin, second(1)).await,
    ];
    assert!(refused.iter().all(|answer| matches!(answer, Err(StoreError::NotFound))), "{refused:?}");
    store.end_sessions(nobody, second(1)).await.unwrap();
    let existing = account(&store, "alice").await;
    let refused = store.insert_account(NewAccount { id: existing.id, ..new_account("bob") }).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "id" })), "{refused:?}");
}

async fn text_with_nul_is_stored(database: TestDatabase) {
    let store = database.open().await;
    let new = NewAccount { password_hash: None, ..new_account("a\0b") };
    let made = store.insert_account(new).await.unwrap();
    assert_eq!(made.username.as_deref(), Some("a\u{fffd}b"));
    assert_eq!(store.account_by_login("A\0B").await.unwrap(), Some(made));
}
