//! What several modules need.

use axum::body::Body;
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};
use http::{Method, StatusCode};
use serde_json::Value;
use wenshu_testkit::{SseEvent, TestApp, TestResponse};

/// Replaces what differs between runs: ids and tokens.
pub(crate) fn redacted(mut value: Value) -> Value {
    redact(&mut value);
    value
}

fn redact(value: &mut Value) {
    match value {
        Value::String(text) if is_uuid(text) => *text = "<uuid>".to_owned(),
        Value::String(text) if text.starts_with("eyJ") => *text = "<token>".to_owned(),
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "execution_time" && value.is_number() {
                    *value = Value::from("<seconds>");
                }
                redact(value);
            }
        }
        _ => {}
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte == b'-' || matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Checks that a response is a failure in QueryGPT's envelope, and answers its `error`.
pub(crate) async fn failure(response: TestResponse, status: StatusCode, code: &str) -> Value {
    let answered = response.status();
    assert_eq!(response.header("content-type"), "application/json", "{answered}");
    let body = response.json().await;
    assert_eq!(answered, status, "{body}");
    assert_eq!(body["success"], false, "{body}");
    assert_eq!(body["error"]["code"], code, "{body}");
    assert!(body["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    assert!(body["error"]["details"].is_object(), "{body}");
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["success", "error"], "{body}");
    body["error"].clone()
}

/// Checks that a response is a success in QueryGPT's envelope, and answers its `data`.
pub(crate) async fn data(response: TestResponse) -> Value {
    let status = response.status();
    let body = response.json().await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["success"], true, "{body}");
    assert!(body["message"].is_string(), "{body}");
    body["data"].clone()
}

/// Checks a validation error, and answers the names of its fields in order.
pub(crate) async fn faulty_fields(response: TestResponse) -> Vec<String> {
    let error = failure(response, StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR").await;
    let fields = error["details"]["fields"].as_array().unwrap().iter();
    fields
        .map(|fault| {
            assert!(fault["message"].as_str().is_some_and(|text| !text.is_empty()), "{fault}");
            fault["field"].as_str().unwrap().to_owned()
        })
        .collect()
}

/// A POST of JSON in English.
pub(crate) async fn post_in_english(app: &TestApp, path: &str, body: &Value) -> TestResponse {
    let request = app
        .request(Method::POST, path)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT_LANGUAGE, "en-US,en;q=0.9,zh;q=0.1");
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Names of events.
pub(crate) fn names(events: &[SseEvent]) -> Vec<&str> {
    events.iter().map(|event| event.event.as_str()).collect()
}
