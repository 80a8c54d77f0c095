//! `/codes`, `/usage`, `/limits`.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_core::accounts::{Authority, Trust};
use wenshu_core::datasets::DatasetDraft;
use wenshu_testkit::{MemoryLake, ScriptedModel, ScriptedReply, TestApp, TestUser};

use super::support::{faulty_fields, fine, problem};

const USAGE: &str = "/wenshu/v1/usage";
const COUNT: &str = "```sql\nSELECT COUNT(*) AS 客户数 FROM customers\n```";
const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn rows(admin: &TestUser<'_>, query: &str) -> Vec<Value> {
    fine(admin.get(&format!("{USAGE}?{query}")).await).await["rows"].as_array().unwrap().clone()
}

fn row(start: &str, key: Value, [answers, failed, prompt, completion, credits]: [i64; 5]) -> Value {
    json!({
        "start": start, "key": key, "answers": answers, "failed": failed, "prompt_tokens": prompt,
        "completion_tokens": completion, "credits": credits,
    })
}

#[tokio::test]
async fn usage_adds_up() {
    let model = ScriptedModel::start().await;
    model.when("一共有多少客户").replies([
        ScriptedReply::from(COUNT).usage(900, 20),
        ScriptedReply::pieces(["一共有 2000 位客户。"]).usage(100, 5),
    ]);
    model.always(ScriptedReply::pieces(["Hello"]).usage(7, 11));
    let app = TestApp::builder().model(&model).core(|core| core.access_token_life = 2 * DAY).start().await;
    let admin = app.sign_up("admin").await;
    let ann = app.sign_up("ann").await;
    app.grant(&ann, 1_000).await;
    assert_eq!(rows(&admin, "").await, Vec::<Value>::new());
    let events = ann.answer("一共有多少客户？").await;
    assert_eq!(events.last().unwrap().event, "done", "{events:?}");
    // A day later, without a model; it is refused.
    app.clock.advance(DAY);
    let refused = admin.get("/api/v1/chat/stream?query=xyzzy&model=builtin").await.events().await;
    assert_eq!(refused.last().unwrap().event, "error", "{refused:?}");
    let chat = json!({"preset_id": null, "title": "t", "messages": [{"role": "user", "content": "hi"}]});
    let chat = fine(ann.post("/api/v1/chats", &chat).await).await["id"].clone();
    let task = json!({"chat_id": chat, "type": "chat_generation"});
    let task = fine(ann.post("/api/v1/tasks", &task).await).await["task_id"].as_str().unwrap().to_owned();
    app.get(&format!("/api/v1/tasks/{task}/stream")).await.events().await;

    let (first, second) = ("2026-03-18", "2026-03-19");
    let all = fine(admin.get(USAGE).await).await;
    assert_eq!(
        all,
        json!({
            "from": "2026-02-18", "to": "2026-03-19", "by": "day", "of": "all",
            "rows": [row(first, Value::Null, [1, 0, 1000, 25, 0]), row(second, Value::Null, [1, 1, 7, 11, 18])],
        })
    );
    assert_eq!(
        rows(&admin, "of=model").await,
        [
            row(first, json!("scripted"), [1, 0, 1000, 25, 0]),
            row(second, json!("builtin"), [0, 1, 0, 0, 0]),
            row(second, json!("scripted"), [1, 0, 7, 11, 18]),
        ]
    );
    assert_eq!(
        rows(&admin, "of=user&by=month").await,
        [
            row("2026-03-01", json!("admin"), [0, 1, 0, 0, 0]),
            row("2026-03-01", json!("ann"), [2, 0, 1007, 36, 18]),
        ]
    );
    assert_eq!(rows(&admin, "by=week").await, [row("2026-03-16", Value::Null, [2, 1, 1007, 36, 18])]);
    assert_eq!(rows(&admin, "from=2026-03-19").await.len(), 1);
    assert_eq!(rows(&admin, "to=2026-03-18").await.len(), 1);
    assert_eq!(rows(&admin, "from=2026-03-20&to=2026-04-01").await.len(), 0);
    // What is gone stays counted.
    let ann_id = ann.id.clone();
    fine(admin.delete(&format!("/api/v1/users/{ann_id}")).await).await;
    assert_eq!(fine(admin.get(USAGE).await).await, all);
    assert_eq!(
        rows(&admin, "of=user&by=week").await,
        [
            row("2026-03-16", json!("admin"), [0, 1, 0, 0, 0]),
            row("2026-03-16", Value::Null, [2, 0, 1007, 36, 18]),
        ]
    );
}

#[tokio::test]
async fn days_that_are_none_are_named() {
    let app = TestApp::start().await;
    let admin = app.register("admin@example.com").await;
    for (query, fields) in [
        ("from=x&to=2026-02-30&by=year&of=me", vec!["from", "to", "by", "of"]),
        ("from=2026-03-02&to=2026-03-01", vec!["from"]),
        ("from=2025-01-01&to=2026-02-05", vec!["from"]),
        ("from=2026-03-19", vec!["from"]),
        ("from=2026-03-01&from=2026-03-02", vec!["from"]),
        ("by=", vec!["by"]),
    ] {
        assert_eq!(faulty_fields(admin.get(&format!("{USAGE}?{query}")).await).await, fields, "{query}");
    }
    for query in ["from=2025-01-01&to=2026-02-04", "to=0000-01-01", "from=9999-12-31&to=9999-12-31"] {
        fine(admin.get(&format!("{USAGE}?{query}")).await).await;
    }
}

#[tokio::test]
async fn codes_are_listed_for_admins() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    let ann = app.sign_up("ann").await;
    for (code, value) in [("one", 1), ("two", 2), ("three", 3)] {
        fine(admin.post("/api/v1/codes", &json!({"redeem_code": code, "value": value})).await).await;
        app.clock.advance(Duration::from_secs(1));
    }
    fine(ann.post("/api/v1/users/me/credits", &json!({"redeem_code": "TWO"})).await).await;
    let code = |code: &str, amount: i64, made_at: &str| json!({"code": code, "amount": amount, "made_at": made_at, "used_by": null, "used_at": null});
    let mut used = code("two", 2, "2026-03-18T12:00:01Z");
    used["used_by"] = json!("ann");
    used["used_at"] = json!("2026-03-18T12:00:03Z");
    let all = [code("three", 3, "2026-03-18T12:00:02Z"), used, code("one", 1, "2026-03-18T12:00:00Z")];
    let listed = fine(admin.get("/wenshu/v1/codes").await).await;
    assert_eq!(listed, json!({"codes": all, "total": 3}));
    let part = fine(admin.get("/wenshu/v1/codes?limit=1&offset=1").await).await;
    assert_eq!(part, json!({"codes": [all[1]], "total": 3}));
    problem(ann.get("/wenshu/v1/codes").await, StatusCode::FORBIDDEN, "admins_only").await;
    let bad = admin.get("/wenshu/v1/codes?limit=101&offset=-1").await;
    assert_eq!(faulty_fields(bad).await, ["limit", "offset"]);
}

#[tokio::test]
async fn limits_are_those_of_the_caller() {
    let app = TestApp::builder()
        .core(|settings| settings.lake = Some(Arc::new(MemoryLake::default())))
        .start()
        .await;
    let ann = app.sign_up("ann").await;
    let bob = app.sign_up("bob").await;
    let limits = |used: u64| {
        json!({
            "dataset_file_bytes": 100_000_000, "dataset_total_bytes": 2_000_000_000_u64, "dataset_used_bytes": used,
        })
    };
    assert_eq!(fine(ann.get("/wenshu/v1/limits").await).await, limits(0));
    let authority = Authority::open(&Trust::in_open_mode(), None);
    let actor = app.app.accounts.act_for_named(&authority, "ann").await.unwrap();
    let upload = app.app.datasets.upload(&actor, "sales.csv", Default::default()).await.unwrap();
    assert!(upload.write("a,b\n1,2\n".into()).await);
    let bytes = upload.finish(DatasetDraft::default()).await.unwrap().bytes;
    assert!(bytes > 0);
    assert_eq!(fine(ann.get("/wenshu/v1/limits").await).await, limits(bytes));
    assert_eq!(fine(bob.get("/wenshu/v1/limits").await).await, limits(0));
}
