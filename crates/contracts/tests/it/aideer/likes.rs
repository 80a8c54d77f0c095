//! `/users/me/likes`.

use futures::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{TestApp, TestUser};

use super::support::{failure, faulty_fields, fine};

const LIKES: &str = "/api/v1/users/me/likes";

async fn liked(user: &TestUser<'_>) -> Vec<(String, String)> {
    let body = fine(user.get(LIKES).await).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    body["likes"].as_array().unwrap().iter().map(|like| (text(&like["type"]), text(&like["id"]))).collect()
}

#[tokio::test]
async fn what_may_be_read_may_be_liked() {
    let app = TestApp::start().await;
    let owner = app.sign_up("owner").await;
    let other = app.sign_up("other").await;
    let id = |body: Value| body["id"].as_str().unwrap().to_owned();
    let open =
        id(fine(owner.post("/api/v1/presets", &json!({"title": "p", "visibility": "unlisted"})).await).await);
    let hidden = id(fine(owner.post("/api/v1/presets", &json!({"title": "p"})).await).await);
    let chat = json!({"preset_id": null, "title": "t", "visibility": "shared", "messages": []});
    let chat = id(fine(owner.post("/api/v1/chats", &chat).await).await);
    let like = |kind: &str, id: &str| format!("{LIKES}/{kind}/{id}");
    let (path, nothing) = (like("preset", &open), json!({}));
    for answer in join_all((0..20).map(|_| other.post(&path, &nothing))).await {
        fine(answer).await;
    }
    app.clock.advance(std::time::Duration::from_secs(1));
    fine(other.post(&like("chat", &chat), &json!({})).await).await;
    assert_eq!(liked(&other).await, [("chat".to_owned(), chat.clone()), ("preset".to_owned(), open.clone())]);
    assert_eq!(
        fine(other.get(&format!("{LIKES}?limit=1&offset=1")).await).await["likes"][0]["id"],
        open.as_str()
    );
    assert!(liked(&owner).await.is_empty());
    let nobodys = "0190f5a0-0000-7000-8000-000000000001";
    for (kind, thing) in
        [("preset", hidden.as_str()), ("preset", nobodys), ("chat", nobodys), ("chat", &open)]
    {
        failure(other.post(&like(kind, thing), &json!({})).await, StatusCode::NOT_FOUND).await;
    }
    assert_eq!(faulty_fields(other.post(&like("user", nobodys), &json!({})).await).await, ["path.kind"]);
    assert_eq!(faulty_fields(other.delete(&like("chat", "x")).await).await, ["path.id"]);
    assert_eq!(faulty_fields(other.get(&format!("{LIKES}?limit=0")).await).await, ["query.limit"]);
    // What is gone, or hidden by now, isn't listed.
    fine(owner.delete(&format!("/api/v1/presets/{open}")).await).await;
    assert_eq!(liked(&other).await.len(), 1);
    for _ in 0..2 {
        fine(other.delete(&like("chat", &chat)).await).await;
    }
    assert!(liked(&other).await.is_empty());
}
