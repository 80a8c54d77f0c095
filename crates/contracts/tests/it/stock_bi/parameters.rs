//! Parameters in the query string, in a form of either kind, and in JSON.

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::json;
use wenshu_testkit::{TestApp, TestResponse};

use super::support::{data, failure, faulty, register};

async fn sent(app: &TestApp, query: &str, content_type: &str, body: &str) -> TestResponse {
    let mut request = app.request(Method::POST, &format!("/v1/users/info{query}"));
    if !content_type.is_empty() {
        request = request.header(CONTENT_TYPE, content_type);
    }
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn they_are_read_wherever_they_are() {
    let app = TestApp::builder().without_demo().start().await;
    register(&app, "张三").await;
    register(&app, "ann").await;
    let multipart =
        "--edge\r\nContent-Disposition: form-data; name=\"user_name\"\r\n\r\n张三\r\n--edge--\r\n";
    let encoded = "user_name=%E5%BC%A0%E4%B8%89";
    for (query, content_type, body, name) in [
        (format!("?{encoded}"), "", "", "张三"),
        (format!("?{encoded}&unknown=1"), "application/json", "", "张三"),
        (String::new(), FORM, encoded, "张三"),
        (String::new(), "application/x-www-form-urlencoded; charset=utf-8", "user_name=+ann+", "ann"),
        (String::new(), "multipart/form-data; boundary=edge", multipart, "张三"),
        (String::new(), "application/json", r#"{"user_name": "张三"}"#, "张三"),
        // The query string counts where both say something.
        ("?user_name=ann".to_owned(), "application/json", r#"{"user_name": "张三"}"#, "ann"),
        ("?other=1".to_owned(), FORM, encoded, "张三"),
    ] {
        let shown = data(sent(&app, &query, content_type, body).await).await;
        assert_eq!(shown["user_name"], name, "{query} {content_type} {body}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let app = TestApp::builder().without_demo().start().await;
    for (query, content_type, body, names) in [
        ("", "", "", vec!["user_name"]),
        ("?user_name=", "", "", vec!["user_name"]),
        ("?user_name=a&user_name=b", "", "", vec!["user_name"]),
        ("?user_name=%FF", "", "", vec!["user_name"]),
        ("?user_name=%00", "", "", vec!["user_name"]),
        ("?%FF=1", "", "", vec!["query_string"]),
        ("", FORM, "user_name=a&user_name=b", vec!["user_name"]),
        ("", "application/json", "{", vec!["body"]),
        ("", "application/json", "[]", vec!["body"]),
        ("", "application/json", "null", vec!["body"]),
        ("", "application/json", r#"{"user_name": 7}"#, vec!["user_name"]),
        ("", "application/json", r#"{"user_name": null}"#, vec!["user_name"]),
    ] {
        assert_eq!(faulty(sent(&app, query, content_type, body).await).await, names, "{query} {body}");
    }
    for (content_type, body) in [("", "user_name=a"), ("text/plain", "x"), ("application/xml", "<a/>")] {
        failure(sent(&app, "", content_type, body).await, StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    }
    let large = json!({"user_name": "x".repeat(1024 * 1024)}).to_string();
    failure(sent(&app, "", "application/json", &large).await, StatusCode::PAYLOAD_TOO_LARGE).await;
}
