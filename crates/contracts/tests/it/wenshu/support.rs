//! What the modules need.

use http::StatusCode;
use serde_json::Value;
use wenshu_testkit::TestResponse;

/// Checks a success with this status, and answers its body.
pub(crate) async fn fine_as(response: TestResponse, status: StatusCode) -> Value {
    let answered = response.status();
    let body = response.json().await;
    assert_eq!(answered, status, "{body}");
    body
}

/// Checks a success, and answers its body.
pub(crate) async fn fine(response: TestResponse) -> Value {
    fine_as(response, StatusCode::OK).await
}

/// Checks that there is nothing to say.
pub(crate) async fn gone(response: TestResponse) {
    let status = response.status();
    let body = response.bytes().await;
    assert_eq!((status, body.len()), (StatusCode::NO_CONTENT, 0), "{body:?}");
}

/// Checks a failure, and answers it.
pub(crate) async fn problem(response: TestResponse, status: StatusCode, code: &str) -> Value {
    let answered = response.status();
    assert_eq!(response.header("content-type"), "application/problem+json", "{answered}");
    let challenge = response.header("www-authenticate").to_owned();
    let id = response.header("x-request-id").to_owned();
    let body = response.json().await;
    assert_eq!(answered, status, "{body}");
    assert_eq!(challenge == "Bearer", status == StatusCode::UNAUTHORIZED, "{body}");
    assert_eq!((&body["type"], &body["code"]), (&Value::from("about:blank"), &Value::from(code)), "{body}");
    assert_eq!(body["title"], status.canonical_reason().unwrap(), "{body}");
    assert_eq!(body["status"], status.as_u16(), "{body}");
    assert_eq!(body["request_id"], id.as_str(), "{body}");
    assert!(body["detail"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    body
}

/// Checks a validation error, and answers the names of its fields in order.
pub(crate) async fn faulty_fields(response: TestResponse) -> Vec<String> {
    let body = problem(response, StatusCode::UNPROCESSABLE_ENTITY, "validation").await;
    names_in_problem(&body).unwrap()
}

/// The faulty fields of a failure.
pub(crate) fn names_in_problem(body: &Value) -> Option<Vec<String>> {
    let faults = body["errors"].as_array()?.iter();
    faults.map(|fault| fault["message"].as_str().and(fault["field"].as_str()).map(str::to_owned)).collect()
}
