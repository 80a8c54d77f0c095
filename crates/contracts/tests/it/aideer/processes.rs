//! Tasks on several processes over one PostgreSQL: one works on a task, another is read from.

use std::time::Duration;

use axum::body::Body;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::json;
use tokio::runtime::Builder;
use uuid::Uuid;
use wenshu_core::clock::Clock as _;
use wenshu_testkit::{
    Gate, ScriptedModel, ScriptedReply, ServerDatabase, TestApp, TestAppBuilder, TestResponse, TestUser,
};

use super::support::{faulty_fields, fine};

fn process(model: &ScriptedModel, database: &ServerDatabase) -> TestAppBuilder {
    let builder = TestApp::builder().without_demo().model(model).store_in(database);
    builder.core(|core| core.checkpoint_every = Duration::from_millis(5))
}

/// Somebody with a chat, and a task on it that has begun.
async fn begin(app: &TestApp) -> String {
    let ann: TestUser<'_> = app.sign_up("ann").await;
    let chat = json!({"preset_id": null, "title": "t", "messages": [{"role": "user", "content": "hello"}]});
    let chat = fine(ann.post("/api/v1/chats", &chat).await).await["id"].clone();
    let task = json!({"chat_id": chat, "type": "chat_generation"});
    let task = fine(ann.post("/api/v1/tasks", &task).await).await["task_id"].as_str().unwrap().to_owned();
    format!("/api/v1/tasks/{task}/stream")
}

fn task_of(path: &str) -> Uuid {
    path.split('/').nth(4).unwrap().parse().unwrap()
}

async fn after(app: &TestApp, path: &str, last: &str) -> TestResponse {
    let request = app.request(Method::GET, path).header("last-event-id", last);
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_is_read_on_any_process_by_one_at_a_time() {
    let model = ScriptedModel::start().await;
    let gate = Gate::closed();
    model.always(ScriptedReply::pieces(["问", "数", "好", "!"]).usage(1, 4).gated(&gate));
    let database = ServerDatabase::postgres().await;
    let writing = process(&model, &database).start().await;
    let other = process(&model, &database).another_process().start().await;
    let path = begin(&writing).await;

    let mut first = other.get(&path).await.into_reader();
    assert_eq!(first.next().await.unwrap().event, "open");
    gate.let_go(1);
    let seen = first.next().await.unwrap();
    assert_eq!(seen.json(), json!({"status": "running", "content": "问"}));
    for app in [&writing, &other] {
        assert_eq!(faulty_fields(app.get(&path).await).await, ["path.task_id"], "somebody is reading");
    }

    // What it saw on one process, its reader goes on with on the other.
    let mut second = after(&writing, &path, &seen.id).await.into_reader();
    gate.let_go(1);
    let seen = second.next().await.unwrap();
    assert_eq!(seen.json()["content"], "问数");
    while let Some(event) = first.next().await {
        assert_eq!(event.json()["status"], "running", "it ends without an end");
    }
    assert_eq!(faulty_fields(other.get(&path).await).await, ["path.task_id"], "the other one reads");

    let mut third = after(&other, &path, &seen.id).await.into_reader();
    // It learns of it by itself, long before its place would have been free.
    let ends =
        async { while second.next().await.is_some_and(|event| event.json()["status"] == "running") {} };
    tokio::time::timeout(Duration::from_secs(6), ends).await.expect("it ends when its place is taken");
    gate.open();
    let mut last = third.next().await.unwrap();
    assert!(last.json()["content"].as_str().unwrap().starts_with("问数好"), "{last:?}");
    while last.json()["status"] == "running" {
        last = third.next().await.unwrap();
    }
    assert_eq!(last.json(), json!({"status": "finished", "content": "问数好!", "token_cost": 5}));
    let close = third.next().await.unwrap();
    assert_eq!(close.event, "close");
    for app in [&writing, &other] {
        assert_eq!(after(app, &path, &close.id).await.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(model.requests().len(), 1);
}

#[test]
fn the_reader_of_a_process_that_is_killed_goes_on_elsewhere_and_is_told_its_end() {
    let outer = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let model = outer.block_on(ScriptedModel::start());
    model.always(ScriptedReply::pieces(["ha", "lf"]).then_hang());
    let database = outer.block_on(ServerDatabase::postgres());
    // Nothing of it goes on once it isn't waited for any more, as when a process is killed.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let (path, seen) = runtime.block_on(async {
        let app = process(&model, &database).start().await;
        let path = begin(&app).await;
        let mut reader = app.get(&path).await.into_reader();
        let mut seen = reader.next().await.unwrap();
        while seen.event == "open" || seen.json()["content"] != "half" {
            seen = reader.next().await.unwrap();
        }
        // What is shown is kept a moment later.
        while app.store.find_task(task_of(&path)).await.unwrap().unwrap().run.partial.as_deref()
            != Some("half")
        {}
        // It holds its place when its process is gone.
        std::mem::forget(reader);
        (path, seen)
    });
    runtime.shutdown_background();
    outer.block_on(async {
        let app = process(&model, &database).another_process().start().await;
        assert_eq!(faulty_fields(app.get(&path).await).await, ["path.task_id"], "nobody has freed it");
        let mut reader = after(&app, &path, &seen.id).await.into_reader();
        // What every process does now and then with the runs of those that are silent.
        let later = app.clock.now() + TimeDelta::minutes(10);
        assert_eq!(app.store.mark_interrupted(later, later, &|_, _| None).await.unwrap(), 1);
        let end = reader.next().await.unwrap().json();
        assert_eq!((&end["status"], &end["content"]), (&json!("failed"), &json!("half")));
        assert!(end["token_cost"].as_i64().unwrap() > 0, "{end}");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_nobody_holds_any_more_is_free_after_a_while() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["half"]).then_hang());
    let database = ServerDatabase::postgres().await;
    let app = process(&model, &database).start().await;
    let path = begin(&app).await;
    let task = task_of(&path);
    // As a process that was killed has left it.
    let (reader, now) = (app.clock.new_id(), app.clock.now());
    assert!(app.store.claim_task(task, reader, now, now + TimeDelta::seconds(30), false).await.unwrap());
    assert_eq!(faulty_fields(app.get(&path).await).await, ["path.task_id"]);
    app.clock.advance(Duration::from_secs(31));
    assert_eq!(app.get(&path).await.status(), StatusCode::OK);
}

/// Waits in PostgreSQL until this is so.
async fn until(database: &ServerDatabase, condition: &str) {
    let waiting = format!(
        "DO $$ BEGIN WHILE NOT ({condition}) LOOP
         PERFORM pg_sleep(0.005); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$"
    );
    database.run(&waiting).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_goes_while_its_place_is_taken_leaves_it_free() {
    let model = ScriptedModel::start().await;
    model.always(ScriptedReply::pieces(["half"]).then_hang());
    let database = ServerDatabase::postgres().await;
    let app = process(&model, &database).start().await;
    let path = begin(&app).await;
    // Its row is locked until this table has a row.
    database.run("CREATE TABLE let_go (it BOOLEAN)").await;
    let holding = format!(
        "DO $$ BEGIN PERFORM 1 FROM runs WHERE id = '{}' FOR UPDATE; PERFORM pg_advisory_xact_lock(7);
         WHILE NOT EXISTS (SELECT 1 FROM let_go) LOOP PERFORM pg_sleep(0.005); END LOOP; END $$",
        task_of(&path)
    );
    let ours = "SELECT oid FROM pg_database WHERE datname = current_database()";
    let locks = format!(
        "EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND granted AND database = ({ours}))"
    );
    let waits = "EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
         AND wait_event_type = 'Lock' AND query LIKE 'UPDATE runs SET reader =%')";
    let going = async {
        until(&database, &locks).await;
        tokio::select! {
            _ = app.get(&path) => panic!("the row is locked"),
            () = until(&database, waits) => {}
        }
        database.run("INSERT INTO let_go VALUES (TRUE)").await;
    };
    tokio::join!(database.run(&holding), going);
    let free = async { while app.get(&path).await.status() != StatusCode::OK {} };
    tokio::time::timeout(Duration::from_secs(10), free).await.expect("nobody reads");
}
