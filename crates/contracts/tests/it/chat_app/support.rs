//! What the modules need.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::{TestApp, TestResponse};

/// Checks a success, and answers its body.
pub(crate) async fn fine(response: TestResponse) -> Value {
    let status = response.status();
    let body = response.json().await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

/// Checks a failure with a text, and answers the text.
pub(crate) async fn failure(response: TestResponse, status: StatusCode) -> String {
    let answered = response.status();
    assert_eq!(response.header("content-type"), "application/json", "{answered}");
    let challenge = response.header("www-authenticate").to_owned();
    let body = response.json().await;
    assert_eq!(answered, status, "{body}");
    assert_eq!(challenge == "Bearer", status == StatusCode::UNAUTHORIZED, "{body}");
    let text = body["detail"].as_str().unwrap_or_else(|| panic!("no text: {body}"));
    assert!(!text.is_empty(), "{body}");
    text.to_owned()
}

/// Checks a validation error as FastAPI writes them, and answers where its faults are: `body.username`.
pub(crate) async fn faulty_fields(response: TestResponse) -> Vec<String> {
    let status = response.status();
    let body = response.json().await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    let faults = body["detail"].as_array().unwrap_or_else(|| panic!("no list: {body}"));
    let place = |fault: &Value| {
        assert!(fault["msg"].as_str().is_some_and(|text| !text.is_empty()), "{fault}");
        assert!(fault["type"].is_string(), "{fault}");
        let parts = fault["loc"].as_array().unwrap().iter();
        let parts: Vec<&str> = parts.map(|part| part.as_str().unwrap()).collect();
        parts.join(".")
    };
    faults.iter().map(place).collect()
}

/// A user of this name; answers the number.
pub(crate) async fn user(app: &TestApp, name: &str) -> i64 {
    fine(app.post("/api/v1/users/", &json!({"username": name})).await).await["id"].as_i64().unwrap()
}

/// A conversation of this user's without a name; answers its number.
pub(crate) async fn conversation(app: &TestApp, user: i64) -> i64 {
    let body = json!({"user_id": user});
    fine(app.post("/api/v1/conversations/", &body).await).await["id"].as_i64().unwrap()
}
