//! Datasets: whose they are, that they keep to the quota, and the connection that comes and goes with them.

use uuid::Uuid;
use wenshu_store::{Dataset, DatasetConnection, DatasetTable, NewDataset, Store, StoreError};

use crate::support::{TestDatabase, account, at_once, new_id, on_both_databases, second};

on_both_databases!(
    a_dataset_is_kept_as_it_is_and_for_its_owner,
    the_connection_comes_with_the_first_and_goes_with_the_last,
    the_quota_holds_with_many_at_once,
    no_two_tables_of_an_account_have_one_name,
    they_go_with_their_account,
);

fn dataset(owner: Uuid, name: &str, bytes: u64) -> Dataset {
    let id = new_id();
    Dataset {
        id,
        owner,
        name: name.to_owned(),
        description: Some("说明".to_owned()),
        kind: "delimited".to_owned(),
        file_name: Some("销售.csv".to_owned()),
        original: Some(format!("{owner}/{id}/original")),
        bytes,
        created_at: second(1),
        tables: vec![DatasetTable {
            name: name.to_owned(),
            sheet: None,
            path: format!("{owner}/{id}/0.parquet"),
            columns: vec![
                ("城市".to_owned(), "text".to_owned()),
                ("a \"b\"".to_owned(), "integer".to_owned()),
            ],
            distinct: vec!["a \"b\"".to_owned()],
            rows: 3,
        }],
    }
}

async fn insert(store: &Store, dataset: &Dataset, quota: u64) -> Result<(), StoreError> {
    let connection = DatasetConnection { id: new_id(), name: "Datasets".to_owned() };
    store.insert_dataset(NewDataset { dataset: dataset.clone(), quota, connection }).await
}

async fn a_dataset_is_kept_as_it_is_and_for_its_owner(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    let (first, second) = (dataset(alice, "first", 10), dataset(alice, "second", 20));
    insert(&store, &first, 100).await.unwrap();
    insert(&store, &second, 100).await.unwrap();
    assert_eq!(store.datasets(alice).await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(store.find_dataset(alice, first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(store.find_dataset(bob, first.id).await.unwrap(), None);
    assert!(!store.delete_dataset(bob, first.id, crate::support::second(2)).await.unwrap());
    assert_eq!(store.dataset_owner(first.id).await.unwrap(), Some(alice));
    assert_eq!(store.dataset_bytes(alice).await.unwrap(), 30);
    assert_eq!(store.dataset_bytes(bob).await.unwrap(), 0);
    assert!(matches!(
        insert(&store, &dataset(new_id(), "nobody's", 1), 100).await,
        Err(StoreError::NotFound)
    ));
}

async fn the_connection_comes_with_the_first_and_goes_with_the_last(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let (first, last) = (dataset(alice, "first", 10), dataset(alice, "last", 20));
    assert_eq!(store.dataset_connection(alice).await.unwrap(), None);
    insert(&store, &first, 100).await.unwrap();
    let id = store.dataset_connection(alice).await.unwrap().unwrap();
    let made = store.find_connection(alice, id).await.unwrap().unwrap();
    assert_eq!((made.driver.as_str(), made.name.as_str(), made.owner), ("dataset", "Datasets", Some(alice)));
    insert(&store, &last, 100).await.unwrap();
    let raised = store.find_connection(alice, id).await.unwrap().unwrap();
    assert_eq!(raised.revision, made.revision + 1);
    assert!(store.delete_dataset(alice, first.id, second(2)).await.unwrap());
    assert!(store.find_connection(alice, id).await.unwrap().unwrap().revision > raised.revision);
    assert!(store.delete_dataset(alice, last.id, second(3)).await.unwrap());
    assert_eq!(store.dataset_connection(alice).await.unwrap(), None);
}

async fn the_quota_holds_with_many_at_once(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await.id;
    let outcomes = at_once(10, &[&store], move |number, store| async move {
        insert(&store, &dataset(alice, &format!("d{number}"), 30), 100).await
    })
    .await;
    let kept = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(kept, 3);
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Ok(()) | Err(StoreError::Conflict { field: "bytes" })))
    );
    assert_eq!(store.dataset_bytes(alice).await.unwrap(), 90);
}

async fn no_two_tables_of_an_account_have_one_name(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await.id, account(&store, "bob").await.id);
    insert(&store, &dataset(alice, "sales", 1), 100).await.unwrap();
    let again = insert(&store, &dataset(alice, "sales", 1), 100).await;
    assert!(matches!(again, Err(StoreError::Conflict { field: "tables" })));
    assert_eq!(store.datasets(alice).await.unwrap().len(), 1);
    insert(&store, &dataset(bob, "sales", 1), 100).await.unwrap();
}

async fn they_go_with_their_account(database: TestDatabase) {
    let store = database.open().await;
    account(&store, "alice").await;
    let bob = account(&store, "bob").await.id;
    let kept = dataset(bob, "sales", 1);
    insert(&store, &kept, 100).await.unwrap();
    store.delete_account(bob, second(5)).await.unwrap();
    assert_eq!(store.dataset_owner(kept.id).await.unwrap(), None);
    assert_eq!(store.dataset_connection(bob).await.unwrap(), None);
}
