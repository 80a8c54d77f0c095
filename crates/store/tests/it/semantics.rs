//! Terms and relations: who sees them, who changes them, and that a change is made from what was seen.

use uuid::Uuid;
use wenshu_store::{NewConnection, RelationRow, SemanticTermRow, Store, StoreError};

use crate::support::{TestDatabase, account, at_once, new_connection, new_id, on_both_databases, session};

on_both_databases!(
    a_term_is_of_a_connection_or_of_one_account,
    a_term_is_changed_by_whose_it_is_and_from_what_was_seen,
    of_many_same_words_at_once_one_is_added,
    relations_follow_the_same_rules,
    terms_and_relations_go_with_what_they_belong_to,
);

fn term(connection: Uuid, owner: Option<Uuid>, word: &str) -> SemanticTermRow {
    SemanticTermRow {
        id: new_id(),
        connection,
        owner,
        term: word.to_owned(),
        kind: "metric".to_owned(),
        expression: "SUM(amount)".to_owned(),
        description: Some(format!("什么是{word}")),
    }
}

fn relation(connection: Uuid, owner: Option<Uuid>, left: &str) -> RelationRow {
    RelationRow {
        id: new_id(),
        connection,
        owner,
        left_table: left.to_owned(),
        left_column: "客户 编号".to_owned(),
        right_table: "customers".to_owned(),
        right_column: "id".to_owned(),
        cardinality: "many_to_one".to_owned(),
    }
}

struct Setting {
    store: Store,
    alice: Uuid,
    bob: Uuid,
    /// Alice's connection.
    own: Uuid,
    /// Everybody's.
    shared: Uuid,
}

impl Setting {
    async fn new(database: &TestDatabase) -> Self {
        let store = database.open().await;
        let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
        let own = store.insert_connection(new_connection(Some(alice), "own")).await.unwrap().id;
        let shared = NewConnection { is_demo: true, ..new_connection(None, "Demo") };
        let shared = store.upsert_demo_connection(shared, Vec::new()).await.unwrap().id;
        Self { store, alice, bob, own, shared }
    }

    async fn words(&self, viewer: Uuid, connection: Uuid) -> Vec<String> {
        let terms = self.store.semantic_terms(viewer, connection).await.unwrap();
        terms.into_iter().map(|term| term.term).collect()
    }
}

async fn a_term_is_of_a_connection_or_of_one_account(database: TestDatabase) {
    let setting = Setting::new(&database).await;
    let Setting { store, alice, bob, own, shared } = &setting;
    let of_own = term(*own, None, "GMV");
    assert_eq!(store.insert_term(of_own.clone()).await.unwrap(), of_own);
    for new in [
        term(*shared, None, "GMV"),
        term(*shared, Some(*alice), "GMV"),
        term(*shared, Some(*alice), "毛利"),
        term(*shared, Some(*bob), "GMV"),
    ] {
        store.insert_term(new).await.unwrap();
    }
    for taken in [term(*own, None, "GMV"), term(*shared, Some(*bob), "GMV")] {
        let refused = store.insert_term(taken).await;
        assert!(matches!(refused, Err(StoreError::Conflict { field: "term" })), "{refused:?}");
    }
    let gone = store.insert_term(term(new_id(), None, "GMV")).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
    assert_eq!(setting.words(*alice, *own).await, ["GMV"]);
    assert!(setting.words(*bob, *own).await.is_empty());
    assert_eq!(setting.words(*alice, *shared).await, ["GMV", "GMV", "毛利"]);
    assert_eq!(setting.words(*bob, *shared).await, ["GMV", "GMV"]);
}

async fn a_term_is_changed_by_whose_it_is_and_from_what_was_seen(database: TestDatabase) {
    let setting = Setting::new(&database).await;
    let Setting { store, alice, bob, own, shared } = &setting;
    let of_own = store.insert_term(term(*own, None, "GMV")).await.unwrap();
    let of_all = store.insert_term(term(*shared, None, "GMV")).await.unwrap();
    let of_alice = store.insert_term(term(*shared, Some(*alice), "毛利")).await.unwrap();
    store.insert_term(term(*own, None, "taken")).await.unwrap();
    let renamed =
        |row: &SemanticTermRow| SemanticTermRow { term: "new".into(), description: None, ..row.clone() };
    for (account, row) in [(bob, &of_own), (bob, &of_alice), (bob, &of_all), (alice, &of_all)] {
        assert_eq!(store.update_term(*account, row.clone(), renamed(row)).await.unwrap(), None);
        assert!(!store.delete_term(*account, row.id).await.unwrap());
    }
    for row in [&of_own, &of_alice] {
        assert_eq!(store.update_term(*alice, row.clone(), renamed(row)).await.unwrap(), Some(renamed(row)));
        assert_eq!(store.update_term(*alice, row.clone(), row.clone()).await.unwrap(), None, "seen before");
    }
    let taken = SemanticTermRow { term: "taken".into(), ..renamed(&of_own) };
    let refused = store.update_term(*alice, renamed(&of_own), taken).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "term" })), "{refused:?}");
    assert!(store.delete_term(*alice, of_own.id).await.unwrap());
    assert!(!store.delete_term(*alice, of_own.id).await.unwrap());
    assert_eq!(setting.words(*alice, *own).await, ["taken"]);
}

async fn of_many_same_words_at_once_one_is_added(database: TestDatabase) {
    let setting = Setting::new(&database).await;
    let (own, shared, bob) = (setting.own, setting.shared, setting.bob);
    let added = at_once(20, &[&setting.store], |index, store| async move {
        let new = if index % 2 == 0 { term(own, None, "GMV") } else { term(shared, Some(bob), "GMV") };
        store.insert_term(new).await.is_ok()
    })
    .await;
    assert_eq!(added.into_iter().filter(|added| *added).count(), 2);
}

async fn relations_follow_the_same_rules(database: TestDatabase) {
    let Setting { store, alice, bob, own, shared } = Setting::new(&database).await;
    let of_own = relation(own, None, "订单");
    assert_eq!(store.insert_relation(of_own.clone()).await.unwrap(), of_own);
    let of_all = store.insert_relation(relation(shared, None, "订单")).await.unwrap();
    let of_bob = store.insert_relation(relation(shared, Some(bob), "订单")).await.unwrap();
    let other = store.insert_relation(relation(own, None, "other")).await.unwrap();
    let refused = store.insert_relation(relation(shared, Some(bob), "订单")).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "relation" })), "{refused:?}");
    assert_eq!(store.relations(alice, own).await.unwrap(), [of_own.clone(), other.clone()]);
    assert_eq!(store.relations(alice, shared).await.unwrap(), std::slice::from_ref(&of_all));
    assert_eq!(store.relations(bob, shared).await.unwrap(), [of_all.clone(), of_bob.clone()]);
    assert!(store.relations(bob, own).await.unwrap().is_empty());

    let changed = |row: &RelationRow| RelationRow { cardinality: "one_to_one".into(), ..row.clone() };
    for (account, row) in [(bob, &of_own), (alice, &of_bob), (bob, &of_all)] {
        assert_eq!(store.update_relation(account, row.clone(), changed(row)).await.unwrap(), None);
        assert!(!store.delete_relation(account, row.id).await.unwrap());
    }
    assert_eq!(
        store.update_relation(alice, of_own.clone(), changed(&of_own)).await.unwrap(),
        Some(changed(&of_own))
    );
    assert_eq!(store.update_relation(alice, of_own.clone(), of_own.clone()).await.unwrap(), None);
    let clash = RelationRow { left_table: "订单".into(), ..other.clone() };
    let refused = store.update_relation(alice, other.clone(), clash).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "relation" })), "{refused:?}");
    assert!(store.delete_relation(bob, of_bob.id).await.unwrap());
}

async fn terms_and_relations_go_with_what_they_belong_to(database: TestDatabase) {
    let setting = Setting::new(&database).await;
    let Setting { store, alice, bob, own, shared } = &setting;
    let session = session(store, *bob, 1).await;
    let revision = async || store.session_account(session).await.unwrap().unwrap().connections_revision;
    let mut seen = vec![revision().await];
    for new in [term(*own, None, "a"), term(*shared, Some(*alice), "b"), term(*shared, None, "c")] {
        store.insert_term(new).await.unwrap();
        seen.push(revision().await);
    }
    for new in [relation(*own, None, "a"), relation(*shared, Some(*alice), "b")] {
        store.insert_relation(new).await.unwrap();
        seen.push(revision().await);
    }
    assert!(store.delete_connection(*alice, *own).await.unwrap());
    seen.push(revision().await);
    database.execute("DELETE FROM accounts WHERE username = 'alice'").await;
    seen.push(revision().await);
    assert!(seen.is_sorted_by(|earlier, later| earlier < later), "{seen:?}");
    assert_eq!(setting.words(*bob, *shared).await, ["c"]);
    assert!(store.relations(*bob, *shared).await.unwrap().is_empty());
}
