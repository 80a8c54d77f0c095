//! Opening: fresh, again, many at once, written by a newer version, closed.

use tokio::task::JoinSet;
use wenshu_store::{Store, StoreError, StoreSettings, StoreUrl};

use crate::support::{TestDatabase, account, asked, new_account, on_both_databases};

on_both_databases!(
    what_was_written_is_there_after_reopening,
    many_processes_open_a_fresh_store_at_once,
    a_store_of_a_newer_version_is_refused,
    a_closed_store_says_so,
);

async fn what_was_written_is_there_after_reopening(database: TestDatabase) {
    let store = database.open().await;
    store.ping().await.unwrap();
    let alice = account(&store, "alice").await;
    let begun = asked(&store, alice.id, "t", "q", "a", 1).await;
    store.close().await;
    let store = database.open().await;
    assert_eq!(store.account(alice.id).await.unwrap(), Some(alice.clone()));
    assert_eq!(store.messages(alice.id, begun.conversation).await.unwrap().len(), 2);
}

async fn many_processes_open_a_fresh_store_at_once(database: TestDatabase) {
    let settings: Vec<_> = (0..8).map(|_| database.settings()).collect();
    let openings = settings.into_iter().zip(0..).map(|(settings, index)| async move {
        let store = Store::open(&settings).await.unwrap();
        store.insert_account(new_account(&format!("user{index}"))).await.unwrap();
        store
    });
    let stores = openings.collect::<JoinSet<_>>().join_all().await;
    for store in stores {
        assert_eq!(store.accounts().await.unwrap().len(), 8);
        store.close().await;
    }
}

async fn a_store_of_a_newer_version_is_refused(database: TestDatabase) {
    database.open().await.close().await;
    database.execute("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 0)").await;
    let refused = Store::open(&database.settings()).await.unwrap_err();
    let StoreError::NewerStore { found, known } = &refused else { panic!("{refused:?}") };
    assert_eq!(found, "m9999_future");
    assert!(known.starts_with("m0") && known.as_str() >= "m0005", "{known}");
    assert_eq!(
        refused.to_string(),
        format!(
            "the store was written by a newer version of Wenshu (it has migration `m9999_future`, this version knows up to \
             `{known}`); start that version or a later one, or choose another data folder"
        )
    );
}

async fn a_closed_store_says_so(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    store.clone().close().await;
    let run = crate::support::new_run(alice.id, crate::support::new_conversation("t"), "q", 1);
    assert!(matches!(store.begin_run(run).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.account(alice.id).await, Err(StoreError::Unavailable(_))));
    store.close().await;
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named_without_its_password() {
    // Port 1 is nobody's.
    for url in ["postgres://wenshu:hunter2@127.0.0.1:1/store", "postgres://wenshu:hunter2@127.0.0.1:x/store"]
    {
        let settings = StoreSettings { url: StoreUrl::Postgres(url.into()), max_connections: 2 };
        let refused = Store::open(&settings).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        assert!(!format!("{refused:?} {} {settings:?}", refused.as_ref().unwrap_err()).contains("hunter2"));
    }
}
