//! What the modules need. Its failures read as AIDeer's do: both are FastAPI's.

use serde_json::json;
use wenshu_testkit::TestApp;

pub(crate) use crate::aideer::support::{failure, faulty_fields, fine};

/// A user of this name; answers the number.
pub(crate) async fn user(app: &TestApp, name: &str) -> i64 {
    fine(app.post("/api/v1/users/", &json!({"username": name})).await).await["id"].as_i64().unwrap()
}

/// A conversation of this user's without a name; answers its number.
pub(crate) async fn conversation(app: &TestApp, user: i64) -> i64 {
    let body = json!({"user_id": user});
    fine(app.post("/api/v1/conversations/", &body).await).await["id"].as_i64().unwrap()
}
