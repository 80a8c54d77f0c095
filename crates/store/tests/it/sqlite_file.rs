//! What only a SQLite file can do: be private, be no database, be left behind by a killed process.

use std::fs;

use wenshu_store::{RunStatus, Store, StoreError, StoreSettings, StoreUrl};

use crate::support::{TestDatabase, account, checkpoint, new_conversation, new_run, second};

fn path(database: &TestDatabase) -> std::path::PathBuf {
    match database.settings().url {
        StoreUrl::Sqlite(path) => path,
        StoreUrl::Postgres(_) => panic!("not SQLite"),
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let database = TestDatabase::sqlite();
    let store = database.open().await;
    account(&store, "alice").await;
    let folder = path(&database).parent().unwrap().to_owned();
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["wenshu.db", "wenshu.db-shm", "wenshu.db-wal"]);
}

/// The files as a killed process leaves them: copied while the store is open, with a log that was never folded in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_leaves_everything_it_confirmed() {
    let database = TestDatabase::sqlite();
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let run = new_run(alice.id, new_conversation("t"), "还在吗？", 1);
    let run_id = run.id;
    let conversation = store.begin_run(run).await.unwrap().conversation;
    store.checkpoint_run(run_id, checkpoint("在，", 2)).await.unwrap();

    let after_kill = TestDatabase::sqlite();
    for suffix in ["", "-wal"] {
        let with_suffix = |database: &TestDatabase| format!("{}{suffix}", path(database).display());
        fs::copy(with_suffix(&database), with_suffix(&after_kill)).unwrap();
    }
    let restarted = after_kill.open().await;
    let run = restarted.running_run(alice.id, conversation).await.unwrap().unwrap();
    assert_eq!((run.id, run.partial.as_deref()), (run_id, Some("在，")));
    assert_eq!(
        restarted.mark_interrupted(second(10), second(11), &|_, _| Some("{}".to_owned())).await.unwrap(),
        1
    );
    assert_eq!(restarted.find_run(alice.id, run_id).await.unwrap().unwrap().status, RunStatus::Interrupted);
    let messages = restarted.messages(alice.id, conversation).await.unwrap();
    let said: Vec<&str> = messages.iter().map(|message| message.content.as_str()).collect();
    assert_eq!(said, ["还在吗？", "在，"]);
}

#[tokio::test]
async fn what_is_no_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let open =
        async |path| Store::open(&StoreSettings { url: StoreUrl::Sqlite(path), max_connections: 2 }).await;
    let text = folder.path().join("text.db");
    fs::write(&text, "this is no database, but a text that is long enough to be taken for one".repeat(50))
        .unwrap();
    let before = fs::read(&text).unwrap();
    for path in [text.clone(), folder.path().to_owned(), folder.path().join("missing").join("wenshu.db")] {
        let refused = open(path.clone()).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{path:?}: {refused:?}");
        let words = refused.unwrap_err().to_string();
        assert!(words.contains(&*path.to_string_lossy()), "{words}");
    }
    assert_eq!(fs::read(&text).unwrap(), before);
}
