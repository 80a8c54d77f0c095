//! Which databases may be asked.

use secrecy::SecretString;
use wenshu_core::Change;
use wenshu_core::connections::ConnectionDraft;
use wenshu_core::runs::RunEvent;

use crate::support::TestApp;

fn draft(database: &str) -> ConnectionDraft {
    ConnectionDraft {
        name: Change::Set("mine".to_owned()),
        driver: Change::Set("sqlite".to_owned()),
        database: Change::Set(database.to_owned()),
        is_default: Change::Set(true),
        ..ConnectionDraft::default()
    }
}

#[tokio::test]
async fn everybody_has_the_demo_connection_and_nobody_anothers() {
    let test = TestApp::start().await;
    let [ann, bob] = [test.actor("ann@example.com").await, test.actor("bob@example.com").await];
    test.app.connections.add(&ann, draft("mine.db"), Vec::new()).await.unwrap();
    let ann = test.returning("ann@example.com").await;
    let [anns, bobs] =
        [test.app.connections.list(&ann).await.unwrap(), test.app.connections.list(&bob).await.unwrap()];
    let names = |views: &[wenshu_core::connections::ConnectionView]| -> Vec<(String, bool)> {
        views.iter().map(|view| (view.connection.name.clone(), view.is_default)).collect()
    };
    assert_eq!(names(&anns), [("mine".to_owned(), true), ("演示数据库 Demo".to_owned(), false)]);
    assert_eq!(names(&bobs), [("演示数据库 Demo".to_owned(), true)]);
}

#[tokio::test]
async fn sqlite_files_lie_in_allowed_folders_and_are_never_the_store() {
    let test = TestApp::start_with(|settings| settings.sqlite_dirs.push(settings.data_dir.clone())).await;
    let ann = test.actor("ann@example.com").await;
    let folder = test.folder.path();
    let outside = tempfile::TempDir::new().unwrap();
    std::fs::write(outside.path().join("other.db"), "").unwrap();
    std::os::unix::fs::symlink(outside.path().join("other.db"), folder.join("sources/link.db")).unwrap();
    std::os::unix::fs::symlink(folder.join("wenshu.db"), folder.join("sources/store.db")).unwrap();
    let refused = [
        "",
        "a\0b",
        "/etc/passwd",
        "../../../etc/passwd",
        "link.db",
        "store.db",
        "../wenshu.db",
        "../wenshu.db-wal",
        outside.path().join("other.db").to_str().unwrap(),
        folder.join("wenshu.db").to_str().unwrap(),
    ]
    .map(str::to_owned);
    for database in refused {
        let error = test.app.connections.add(&ann, draft(&database), Vec::new()).await.unwrap_err();
        assert_eq!(error.fields()[0].field, "database", "{database:?}");
    }
    for database in ["fine.db", "中文 名.db", folder.join("sources/also.db").to_str().unwrap()] {
        test.app.connections.add(&ann, draft(database), Vec::new()).await.unwrap();
    }
}

#[tokio::test]
async fn an_error_names_the_file_and_not_where_it_lies() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    test.app.connections.add(&ann, draft("missing.db"), Vec::new()).await.unwrap();
    let ann = test.returning("ann@example.com").await;
    let handle = test.ask(&ann, "SELECT 1").await;
    let events: Vec<_> = futures::StreamExt::collect(handle.events).await;
    let RunEvent::Failed(failure) = events.last().unwrap().event.as_ref() else { panic!("{events:?}") };
    assert_eq!(failure.error.code(), "database_unreachable");
    let message = &failure.error.text().en;
    assert!(message.contains("missing.db"), "{message}");
    assert!(!message.contains(test.folder.path().to_str().unwrap()), "{message}");
}

#[tokio::test]
async fn a_password_is_stored_encrypted() {
    let test = TestApp::start().await;
    let ann = test.actor("ann@example.com").await;
    let draft = ConnectionDraft {
        name: Change::Set("server".to_owned()),
        driver: Change::Set("mysql".to_owned()),
        host: Change::Set("127.0.0.1".to_owned()),
        username: Change::Set("reader".to_owned()),
        password: Change::Set(SecretString::from("hunter2 hunter2".to_owned())),
        database: Change::Set("shop".to_owned()),
        ..ConnectionDraft::default()
    };
    let connection = test.app.connections.add(&ann, draft, Vec::new()).await.unwrap().connection;
    assert!(connection.password.is_some());
    assert!(!format!("{connection:?}").contains("hunter2"));
    let stored: Vec<u8> = ["wenshu.db", "wenshu.db-wal"]
        .iter()
        .filter_map(|name| std::fs::read(test.folder.path().join(name)).ok())
        .flatten()
        .collect();
    assert!(!stored.windows(7).any(|window| window == b"hunter2"));
}
