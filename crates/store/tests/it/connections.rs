//! Connections and their terms: who sees them, the demo connection, the default.

use uuid::Uuid;
use wenshu_store::{
    AccountStatus, Connection, ConnectionUpdate, EncryptedSecret, NewConnection, NewRun, NewSemanticTerm,
    Role, Store, StoreError,
};

use crate::support::{
    TestDatabase, account, at_once, finished, new_connection, new_conversation, new_id, new_run,
    on_both_databases, second, session,
};

on_both_databases!(
    a_connection_comes_back_as_it_went_in,
    a_connection_is_seen_by_its_owner_or_by_all,
    an_admins_connection_is_found_by_its_name,
    there_is_one_default_for_an_owner,
    an_edit_replaces_what_it_was_made_from,
    what_asked_a_deleted_connection_stays,
    the_demo_connection_is_made_once,
    of_many_simultaneous_demo_connections_one_is_made,
    a_demo_connection_takes_what_changed_and_keeps_its_terms,
    whether_a_connection_was_reached_is_kept,
    every_change_raises_the_revision,
);

fn term(word: &str, expression: &str) -> NewSemanticTerm {
    NewSemanticTerm {
        id: new_id(),
        term: word.to_owned(),
        kind: "metric".to_owned(),
        expression: expression.to_owned(),
        description: Some(format!("什么是{word}")),
    }
}

fn demo() -> NewConnection {
    NewConnection { is_demo: true, is_default: true, ..new_connection(None, "Demo") }
}

async fn words(store: &Store, owner: Uuid, connection: Uuid) -> Vec<(String, String)> {
    let terms = store.semantic_terms(owner, connection).await.unwrap();
    terms.into_iter().map(|term| (term.term, term.expression)).collect()
}

fn ids(connections: &[Connection]) -> Vec<Uuid> {
    connections.iter().map(|connection| connection.id).collect()
}

async fn a_connection_comes_back_as_it_went_in(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let new = NewConnection {
        host: Some("db.example.com".into()),
        port: Some(65_535),
        username: Some("reader".into()),
        password: Some(EncryptedSecret::new(vec![0, 159, 255])),
        tls: Some("verify-full".into()),
        ..new_connection(Some(alice.id), "仓库")
    };
    let inserted = store.insert_connection(new.clone()).await.unwrap();
    let expected = Connection {
        id: new.id,
        owner: Some(alice.id),
        name: "仓库".into(),
        driver: "sqlite".into(),
        host: new.host.clone(),
        port: Some(65_535),
        username: new.username.clone(),
        password: new.password.clone(),
        database: "demo.db".into(),
        tls: new.tls.clone(),
        is_demo: false,
        last_reached: None,
        created_at: second(0),
        revision: 0,
        updated_at: second(0),
    };
    assert_eq!(inserted, expected);
    assert_eq!(store.find_connection(alice.id, new.id).await.unwrap(), Some(expected));
    assert!(!format!("{inserted:?}").contains("159"));
    let refused = store.insert_connection(new).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "id" })), "{refused:?}");
    let refused = store.insert_connection(new_connection(Some(new_id()), "nobody's")).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}

async fn a_connection_is_seen_by_its_owner_or_by_all(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let shared = store.upsert_demo_connection(demo(), vec![term("GMV", "sum(x)")]).await.unwrap();
    let mut of_alice = Vec::new();
    for (name, at) in [("second", 2), ("first", 1), ("third", 2)] {
        let new = NewConnection { created_at: second(at), ..new_connection(Some(alice.id), name) };
        of_alice.push(store.insert_connection(new).await.unwrap().id);
    }
    let [second, first, third] = of_alice[..] else { panic!("three") };
    assert_eq!(ids(&store.connections_for(alice.id).await.unwrap()), [first, second, third, shared.id]);
    assert_eq!(ids(&store.connections_for(bob.id).await.unwrap()), [shared.id]);
    assert_eq!(store.find_connection(bob.id, first).await.unwrap(), None);
    assert!(store.find_connection(bob.id, shared.id).await.unwrap().is_some());
    assert_eq!(store.find_connection(bob.id, new_id()).await.unwrap(), None);
    assert_eq!(words(&store, bob.id, shared.id).await.len(), 1);
    assert_eq!(words(&store, alice.id, first).await.len(), 0);
}

async fn an_admins_connection_is_found_by_its_name(database: TestDatabase) {
    let store = database.open().await;
    let (user, late, early) =
        (account(&store, "user").await, account(&store, "late").await, account(&store, "early").await);
    let named = async |owner: Uuid, name: &str| {
        store.insert_connection(new_connection(Some(owner), name)).await.unwrap().id
    };
    named(user.id, "quotes").await;
    let found = async || store.admins_connection("quotes").await.unwrap().map(|connection| connection.id);
    assert_eq!(found().await, None, "what anybody calls so is not the operator's");
    store.set_role(early.id, Role::Admin, second(1)).await.unwrap();
    named(early.id, "other").await;
    let of_early = named(early.id, "quotes").await;
    assert_eq!(found().await, Some(of_early));
    store.set_role(late.id, Role::Admin, second(2)).await.unwrap();
    let of_late = named(late.id, "quotes").await;
    assert_eq!(found().await, Some(of_late), "of the account that was there first");
    store.set_status(late.id, AccountStatus::Disabled, second(3)).await.unwrap();
    assert_eq!(found().await, Some(of_early));
    let demo = NewConnection { name: "quotes".to_owned(), ..demo() };
    store.upsert_demo_connection(demo, Vec::new()).await.unwrap();
    assert_eq!(found().await, Some(of_early), "the demo connection is nobody's");
    let shared = new_connection(None, "quotes");
    let shared = store.insert_connection(shared).await.unwrap().id;
    assert_eq!(found().await, Some(shared), "what admins share comes before what one has alone");
    store.insert_connection(new_connection(None, "quotes")).await.unwrap();
    assert_eq!(found().await, Some(shared), "the oldest");
}

async fn there_is_one_default_for_an_owner(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let shared = store.upsert_demo_connection(demo(), Vec::new()).await.unwrap();
    let default = async |owner: Uuid| store.account(owner).await.unwrap().unwrap().default_connection;
    assert_eq!(default(alice.id).await, None);
    let new = |owner| NewConnection { is_default: true, ..new_connection(owner, "default") };
    let of_bob = store.insert_connection(new(Some(bob.id))).await.unwrap();
    let first_of_alice = store.insert_connection(new(Some(alice.id))).await.unwrap();
    let second_of_alice = store.insert_connection(new(Some(alice.id))).await.unwrap();
    store.insert_connection(new(None)).await.unwrap();
    assert_eq!(default(alice.id).await, Some(second_of_alice.id));
    assert_eq!(default(bob.id).await, Some(of_bob.id));

    let edit = |connection: &Connection, is_default| ConnectionUpdate { is_default, ..update(connection) };
    let first_of_alice = store.update_connection(edit(&first_of_alice, Some(true))).await.unwrap().unwrap();
    assert_eq!(default(alice.id).await, Some(first_of_alice.id));
    store.update_connection(edit(&second_of_alice, Some(false))).await.unwrap().unwrap();
    assert_eq!(default(alice.id).await, Some(first_of_alice.id), "another one's default stays");
    let first_of_alice = store.update_connection(edit(&first_of_alice, None)).await.unwrap().unwrap();
    assert_eq!(default(alice.id).await, Some(first_of_alice.id));
    store.update_connection(edit(&first_of_alice, Some(false))).await.unwrap().unwrap();
    assert_eq!(default(alice.id).await, None);

    assert!(store.delete_connection(bob.id, of_bob.id).await.unwrap());
    assert_eq!(default(bob.id).await, None);
    assert!(!store.delete_connection(bob.id, shared.id).await.unwrap());
}

fn update(connection: &Connection) -> ConnectionUpdate {
    let connection = connection.clone();
    ConnectionUpdate {
        id: connection.id,
        owner: Some(connection.owner.unwrap_or_else(new_id)),
        seen: connection.revision,
        name: connection.name,
        driver: connection.driver,
        host: connection.host,
        port: connection.port,
        username: connection.username,
        password: connection.password,
        database: connection.database,
        tls: connection.tls,
        is_default: None,
        updated_at: second(9),
    }
}

async fn an_edit_replaces_what_it_was_made_from(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let old = store.insert_connection(new_connection(Some(alice.id), "old")).await.unwrap();
    store.set_connection_reached(old.id, true).await.unwrap();
    let renamed = store
        .update_connection(ConnectionUpdate { name: "new".into(), ..update(&old) })
        .await
        .unwrap()
        .unwrap();
    let expected = Connection {
        name: "new".into(),
        last_reached: Some(true),
        revision: 1,
        updated_at: second(9),
        ..old.clone()
    };
    assert_eq!(renamed, expected);
    // Made from an older state, by somebody else, or of what isn't there: nothing is written.
    for lost in [
        update(&old),
        ConnectionUpdate { owner: Some(bob.id), ..update(&renamed) },
        ConnectionUpdate { id: new_id(), ..update(&renamed) },
    ] {
        let lost = ConnectionUpdate { is_default: Some(true), name: "lost".into(), ..lost };
        assert_eq!(store.update_connection(lost).await.unwrap(), None);
    }
    assert_eq!(store.find_connection(alice.id, old.id).await.unwrap(), Some(renamed.clone()));
    assert_eq!(store.account(bob.id).await.unwrap().unwrap().default_connection, None);

    let moved = ConnectionUpdate {
        driver: "postgresql".into(),
        host: Some("db.example.com".into()),
        port: Some(5432),
        username: Some("reader".into()),
        password: Some(EncryptedSecret::new(vec![1, 2])),
        database: "sales".into(),
        tls: Some("require".into()),
        ..update(&renamed)
    };
    let seen = store.update_connection(moved.clone()).await.unwrap().unwrap();
    assert_eq!((seen.last_reached, seen.revision), (None, 2), "another database was never reached");
    assert_eq!(update(&seen), ConnectionUpdate { seen: 2, ..moved });

    let winners = at_once(10, &[&store], |index, store| {
        let name = format!("edit {index}");
        let edit = ConnectionUpdate { name, ..update(&seen) };
        async move { store.update_connection(edit).await.unwrap().is_some() }
    })
    .await;
    assert_eq!(winners.into_iter().filter(|won| *won).count(), 1);
}

async fn what_asked_a_deleted_connection_stays(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    let connection = store.insert_connection(new_connection(Some(alice.id), "c")).await.unwrap();
    let asking = NewRun {
        connection: Some(connection.id),
        ..new_run(alice.id, new_conversation("asked"), "how many?", 1)
    };
    let run = asking.id;
    let begun = store.begin_run(asking).await.unwrap();
    assert!(!store.delete_connection(bob.id, connection.id).await.unwrap());
    assert!(!store.delete_connection(alice.id, new_id()).await.unwrap());
    let seen = store.find_conversation(alice.id, begun.conversation).await.unwrap().unwrap();
    assert_eq!(seen.connection, Some(connection.id));

    assert!(store.delete_connection(alice.id, connection.id).await.unwrap());
    assert!(!store.delete_connection(alice.id, connection.id).await.unwrap());
    assert!(store.finish_run(finished(run, "three", 2)).await.unwrap());
    let seen = store.find_conversation(alice.id, begun.conversation).await.unwrap().unwrap();
    assert_eq!((seen.connection, seen.message_count), (None, 2));
    assert!(store.find_run(alice.id, run).await.unwrap().is_some());
}

async fn the_demo_connection_is_made_once(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let terms = || vec![term("销售额", "sum(total_amount)"), term("订单数", "count(*)")];
    let first = store.upsert_demo_connection(demo(), terms()).await.unwrap();
    assert!(first.is_demo && first.owner.is_none());
    let again = store.upsert_demo_connection(demo(), terms()).await.unwrap();
    assert_eq!(again, first);
    let expected = [("销售额", "sum(total_amount)"), ("订单数", "count(*)")];
    let expected = expected.map(|(word, expression)| (word.to_owned(), expression.to_owned()));
    assert_eq!(words(&store, alice.id, first.id).await, expected);
    assert_eq!(store.connections_for(alice.id).await.unwrap(), [first]);
}

async fn of_many_simultaneous_demo_connections_one_is_made(database: TestDatabase) {
    let store = database.open().await;
    let other_process = database.open().await;
    let alice = account(&store, "alice").await;
    let mut made = at_once(20, &[&store, &other_process], |_, store| async move {
        store.upsert_demo_connection(demo(), vec![term("GMV", "1"), term("毛利", "2")]).await.unwrap().id
    })
    .await;
    made.dedup();
    assert_eq!(made.len(), 1);
    assert_eq!(words(&store, alice.id, made[0]).await.len(), 2);
}

async fn a_demo_connection_takes_what_changed_and_keeps_its_terms(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let first = store.upsert_demo_connection(demo(), vec![term("GMV", "old")]).await.unwrap();
    let moved = NewConnection { database: "/elsewhere/demo.db".into(), created_at: second(5), ..demo() };
    let terms = vec![term("GMV", "new"), term("毛利", "profit")];
    let updated = store.upsert_demo_connection(moved, terms).await.unwrap();
    assert_eq!(updated.id, first.id);
    assert_eq!(updated.database, "/elsewhere/demo.db");
    assert_eq!((updated.created_at, updated.updated_at), (second(0), second(5)));
    let expected =
        [("GMV", "old"), ("毛利", "profit")].map(|(word, text)| (word.to_owned(), text.to_owned()));
    assert_eq!(words(&store, alice.id, first.id).await, expected);
}

async fn whether_a_connection_was_reached_is_kept(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let id = store.insert_connection(new_connection(Some(alice.id), "c")).await.unwrap().id;
    for reached in [true, true, false, true] {
        store.set_connection_reached(id, reached).await.unwrap();
        let seen = store.find_connection(alice.id, id).await.unwrap().unwrap();
        assert_eq!((seen.last_reached, seen.updated_at), (Some(reached), second(0)));
    }
    store.set_connection_reached(new_id(), true).await.unwrap();
}

async fn every_change_raises_the_revision(database: TestDatabase) {
    let store = database.open().await;
    let [alice, bob] = [account(&store, "alice").await, account(&store, "bob").await];
    let session = session(&store, bob.id, 1).await;
    let revision = async || store.session_account(session).await.unwrap().unwrap().connections_revision;
    let mut seen = vec![revision().await];
    let connection = store.insert_connection(new_connection(Some(alice.id), "a")).await.unwrap();
    seen.push(revision().await);
    store.set_connection_reached(connection.id, true).await.unwrap();
    seen.push(revision().await);
    store.upsert_demo_connection(demo(), vec![term("销售额", "SUM(a)")]).await.unwrap();
    seen.push(revision().await);
    let described = self::demo();
    store.upsert_demo_connection(described.clone(), vec![term("毛利", "SUM(b)")]).await.unwrap();
    seen.push(revision().await);
    database.execute("DELETE FROM accounts WHERE username = 'alice'").await;
    seen.push(revision().await);
    assert!(seen.is_sorted_by(|earlier, later| earlier < later), "{seen:?}");

    // What changes nothing raises nothing.
    store.upsert_demo_connection(described, vec![term("毛利", "SUM(b)")]).await.unwrap();
    store.set_connection_reached(connection.id, true).await.unwrap();
    assert_eq!(revision().await, *seen.last().unwrap());
}
