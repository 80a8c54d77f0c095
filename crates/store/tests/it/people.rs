//! Changing and deleting accounts, their pictures and likes, and people that WeChat knows.

use wenshu_store::{AccountUpdate, Like, LikeKind, NewAccount, NewBalance, Role, Store, StoreError};

use crate::support::{TestDatabase, at_once, new_account, new_id, on_both_databases, second};

on_both_databases!(
    names_change_and_stay_unique,
    a_name_and_a_balance_change_together_or_not_at_all,
    the_last_admin_stays,
    deleting_takes_everything_along,
    pictures_are_replaced,
    one_person_of_wechat_is_one_account,
    emptying_leaves_nothing_and_the_store_works_on,
);

fn conflict(error: StoreError) -> &'static str {
    match error {
        StoreError::Conflict { field } => field,
        other => panic!("no conflict: {other}"),
    }
}

fn named(username: &str) -> AccountUpdate {
    AccountUpdate { username: Some(username.to_owned()), ..AccountUpdate::default() }
}

async fn names_change_and_stay_unique(database: TestDatabase) {
    let store = database.open().await;
    let ann = store.insert_account(new_account("ann")).await.unwrap();
    let bob = store.insert_account(new_account("bob")).await.unwrap();
    let update = AccountUpdate {
        username: Some("Änn".to_owned()),
        email: Some(Some("ann@example.com".to_owned())),
        nickname: Some(None),
        role: Some(Role::Visitor),
        ..AccountUpdate::default()
    };
    let changed = store.update_account(ann.id, update, second(5)).await.unwrap();
    assert_eq!(changed.nickname, None);
    assert_eq!((changed.display_name.as_str(), changed.role), ("Änn", Role::Visitor));
    assert_eq!(changed.updated_at, second(5));
    assert_eq!(store.account_by_login("änn").await.unwrap().unwrap().id, ann.id);
    assert!(store.account_by_login("ann").await.unwrap().is_none());
    let error = store.update_account(bob.id, named("ÄNN"), second(6)).await.unwrap_err();
    assert_eq!(conflict(error), "username");
    let email = AccountUpdate { email: Some(Some("ANN@example.com".to_owned())), ..AccountUpdate::default() };
    assert_eq!(conflict(store.update_account(bob.id, email, second(6)).await.unwrap_err()), "email");
    // A refused change changes nothing.
    assert_eq!(store.account_by_login("bob").await.unwrap().unwrap().id, bob.id);
    assert!(matches!(store.update_account(new_id(), named("x"), second(6)).await, Err(StoreError::NotFound)));
    // Two who exchange their names at once: none waits for ever, and no name is lost or doubled.
    let other = database.open().await;
    let outcomes = at_once(20, &[&store, &other], |index, store: Store| {
        let (id, name) = if index % 2 == 0 { (ann.id, "bob") } else { (bob.id, "Änn") };
        async move { store.update_account(id, named(name), second(7)).await.map(drop) }
    })
    .await;
    for outcome in outcomes {
        assert!(matches!(outcome, Ok(()) | Err(StoreError::Conflict { .. })), "{outcome:?}");
    }
    let [first, other] = [ann.id, bob.id];
    let logins = [store.account_by_login("bob").await.unwrap(), store.account_by_login("änn").await.unwrap()];
    let mut owners: Vec<_> = logins.into_iter().map(|account| account.unwrap().id).collect();
    owners.sort();
    let mut expected = vec![first, other];
    expected.sort();
    assert_eq!(owners, expected);
}

async fn a_name_and_a_balance_change_together_or_not_at_all(database: TestDatabase) {
    let store = database.open().await;
    let [ann, bob] = ["ann", "bob"].map(new_account);
    for account in [&ann, &bob] {
        store.insert_account(account.clone()).await.unwrap();
    }
    let update = |name: &str| AccountUpdate {
        credits: Some(NewBalance { credits: 70, grant: new_id() }),
        ..named(name)
    };
    assert_eq!(
        conflict(store.update_account(ann.id, update("bob"), second(1)).await.unwrap_err()),
        "username"
    );
    assert_eq!(store.credit_entries(ann.id, 10, 0).await.unwrap().total, 0);
    let changed = store.update_account(ann.id, update("anna"), second(2)).await.unwrap();
    assert_eq!((changed.username.as_deref(), changed.credits), (Some("anna"), 70));
    assert_eq!(store.credit_entries(ann.id, 10, 0).await.unwrap().items[0].amount, 70);
}

async fn the_last_admin_stays(database: TestDatabase) {
    let store = database.open().await;
    let admin = |name: &str| NewAccount { role: Role::Admin, ..new_account(name) };
    let first = store.insert_account(admin("first")).await.unwrap();
    let demoted = || AccountUpdate { role: Some(Role::User), ..AccountUpdate::default() };
    assert_eq!(conflict(store.update_account(first.id, demoted(), second(1)).await.unwrap_err()), "role");
    assert_eq!(conflict(store.delete_account(first.id, second(9)).await.unwrap_err()), "role");
    let second_admin = store.insert_account(admin("second")).await.unwrap();
    let other = database.open().await;
    // Each leaves the place to the other, at once: one of them is refused.
    let outcomes = at_once(2, &[&store, &other], |index, store: Store| {
        let id = if index == 0 { first.id } else { second_admin.id };
        async move { store.update_account(id, demoted(), second(2)).await }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
}

async fn deleting_takes_everything_along(database: TestDatabase) {
    let store = database.open().await;
    let ann = store.insert_account(new_account("ann")).await.unwrap();
    let bob = store.insert_account(new_account("bob")).await.unwrap();
    store.set_picture(ann.id, new_id(), vec![1], second(1)).await.unwrap();
    store.set_credits(ann.id, 5, new_id(), second(1)).await.unwrap();
    store.delete_account(ann.id, second(9)).await.unwrap();
    assert!(store.account(ann.id).await.unwrap().is_none());
    assert!(store.account_by_login("ann").await.unwrap().is_none());
    assert!(matches!(store.delete_account(ann.id, second(9)).await, Err(StoreError::NotFound)));
    // The ledger stays, under an id that leads nowhere.
    assert_eq!(store.credit_entries(ann.id, 10, 0).await.unwrap().total, 1);
    assert_eq!(store.account(bob.id).await.unwrap().unwrap().id, bob.id);
}

async fn pictures_are_replaced(database: TestDatabase) {
    let store = database.open().await;
    let ann = store.insert_account(new_account("ann")).await.unwrap();
    let [old, new] = [new_id(), new_id()];
    store.set_picture(ann.id, old, vec![1, 2], second(1)).await.unwrap();
    assert_eq!(store.picture(old).await.unwrap(), Some(vec![1, 2]));
    store.set_picture(ann.id, new, vec![3], second(2)).await.unwrap();
    assert_eq!(store.picture(old).await.unwrap(), None);
    assert_eq!(store.picture(new).await.unwrap(), Some(vec![3]));
    assert_eq!(store.account(ann.id).await.unwrap().unwrap().picture, Some(new));
    let nobody = store.set_picture(new_id(), new_id(), vec![1], second(3)).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)));
    store.delete_account(ann.id, second(9)).await.unwrap();
    assert_eq!(store.picture(new).await.unwrap(), None);
}

async fn one_person_of_wechat_is_one_account(database: TestDatabase) {
    let store = database.open().await;
    let other = database.open().await;
    let outcomes = at_once(20, &[&store, &other], |index, store: Store| async move {
        let account = NewAccount { password_hash: None, ..new_account(&format!("wechat_{index:08}")) };
        store.insert_wechat_account("person", account).await
    })
    .await;
    let (made, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (1, 19));
    for outcome in refused {
        assert_eq!(conflict(outcome.unwrap_err()), "open_id");
    }
    let found = store.account_by_wechat("person").await.unwrap().unwrap();
    assert_eq!(found, made.into_iter().next().unwrap().unwrap());
    assert!(store.account_by_wechat("somebody").await.unwrap().is_none());
    assert_eq!(store.accounts().await.unwrap().len(), 1);
    let taken = NewAccount { password_hash: None, ..new_account(found.username.as_deref().unwrap()) };
    assert_eq!(conflict(store.insert_wechat_account("another", taken).await.unwrap_err()), "username");
}

async fn emptying_leaves_nothing_and_the_store_works_on(database: TestDatabase) {
    let store = database.open().await;
    let ann = store.insert_account(new_account("ann")).await.unwrap();
    store.set_picture(ann.id, new_id(), vec![1], second(1)).await.unwrap();
    store.set_credits(ann.id, 5, new_id(), second(1)).await.unwrap();
    let like = Like { kind: LikeKind::Preset, thing: new_id(), created_at: second(1) };
    store.insert_like(ann.id, like).await.unwrap();
    store.empty().await.unwrap();
    for table in database.tables().await {
        // What is of the schema, of processes that live, or raised by what was deleted.
        let stays = ["seaql_migrations", "instances", "revisions", "search_progress"];
        let is_index = table.starts_with("search_words") || table.starts_with("sqlite_");
        if !stays.contains(&table.as_str()) && !is_index {
            assert_eq!(database.count(&table).await, 0, "{table}");
        }
    }
    let again =
        store.insert_account(NewAccount { admin_if_first: true, ..new_account("ann") }).await.unwrap();
    assert_eq!(again.role, Role::Admin);
    assert!(again.number > ann.number);
}
