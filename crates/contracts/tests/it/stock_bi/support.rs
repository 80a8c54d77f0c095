//! What the modules need.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{TestApp, TestResponse};

/// Checks a success in the envelope, and answers its `data`.
pub(crate) async fn data(response: TestResponse) -> Value {
    let status = response.status();
    let body = response.json().await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["code", "message", "data"], "{body}");
    assert_eq!((&body["code"], &body["message"]), (&json!(200), &json!("ok")), "{body}");
    body["data"].clone()
}

/// Checks a failure in the envelope, and answers its message.
pub(crate) async fn failure(response: TestResponse, status: StatusCode) -> String {
    let answered = response.status();
    assert_eq!(response.header("content-type"), "application/json", "{answered}");
    let challenge = response.header("www-authenticate").to_owned();
    let body = response.json().await;
    assert_eq!(answered, status, "{body}");
    assert_eq!(challenge == "Bearer", status == StatusCode::UNAUTHORIZED, "{body}");
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["code", "message", "data"], "{body}");
    assert_eq!((&body["code"], &body["data"]), (&json!(status.as_u16()), &json!([])), "{body}");
    let message = body["message"].as_str().unwrap_or_else(|| panic!("no text: {body}"));
    assert!(!message.is_empty(), "{body}");
    message.to_owned()
}

/// Checks a validation error, and answers the names of the parameters in its message.
pub(crate) async fn faulty(response: TestResponse) -> Vec<String> {
    let message = failure(response, StatusCode::UNPROCESSABLE_ENTITY).await;
    message.split('；').map(|fault| fault.split(' ').next().unwrap_or_default().to_owned()).collect()
}

/// Registers somebody under this name.
pub(crate) async fn register(app: &TestApp, name: &str) -> Value {
    data(app.post("/v1/users/register", &json!({"user_name": name, "password": PASSWORD})).await).await
}

/// Signs somebody in, and answers the access token.
pub(crate) async fn sign_in(app: &TestApp, name: &str) -> String {
    let body = json!({"user_name": name, "password": PASSWORD});
    let signed_in = data(app.post("/v1/users/login", &body).await).await;
    signed_in["access_token"].as_str().unwrap().to_owned()
}
