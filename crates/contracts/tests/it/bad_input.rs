//! Input that no client should send to QueryGPT's contract. Never a 5xx, always the envelope. For those that may be open: `odd_texts` and
//! `refused_requests`.

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, StatusCode};
use serde_json::json;
use wenshu_contracts::querygpt::ROUTES;
use wenshu_testkit::{ScriptedInterpreter, TestApp};

use crate::support::{failure, faulty_fields};

#[tokio::test]
async fn fields_of_asking_are_checked_in_the_address() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let id = "0190f5a0-0000-7000-8000-000000000001";
    let too_long = "x".repeat(10_001);
    for (query, fields) in [
        ("", vec!["query"]),
        ("query=", vec!["query"]),
        ("query=%20%0A", vec!["query"]),
        ("query", vec!["query"]),
        ("Query=x", vec!["query"]),
        (&format!("query={too_long}"), vec!["query"]),
        ("query=a%00b", vec!["query"]),
        ("query=%FF", vec!["query"]),
        ("query=%E4%BD", vec!["query"]),
        ("query=a&query=b", vec!["query"]),
        ("%FF=1&query=a", vec!["query_string"]),
        ("query=a&model=%00", vec!["model"]),
        (&format!("query=a&model={}", "x".repeat(201)), vec!["model"]),
        ("query=a&conversation_id=7", vec!["conversation_id"]),
        ("query=a&conversation_id=0190f5a00000700080000000000000001", vec!["conversation_id"]),
        (&format!("query=a&conversation_id=%7B{id}%7D"), vec!["conversation_id"]),
        ("query=a&connection_id=x", vec!["connection_id"]),
        ("query=a&connection_id=%FF", vec!["connection_id"]),
        ("query=a&language=de", vec!["language"]),
        ("query=a&language=ZH", vec!["language"]),
        (
            "query=&model=%00&conversation_id=x&connection_id=y&language=z",
            vec!["query", "model", "conversation_id", "connection_id", "language"],
        ),
    ] {
        let response = user.get(&format!("/api/v1/chat/stream?{query}")).await;
        assert_eq!(faulty_fields(response).await, fields, "{query}");
    }
}

#[tokio::test]
async fn fields_of_asking_are_checked_in_a_body() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    for (body, fields) in [
        (json!({}), vec!["query"]),
        (json!({"query": null}), vec!["query"]),
        (json!({"query": 7}), vec!["query"]),
        (json!({"query": "字".repeat(10_001)}), vec!["query"]),
        (json!({"query": "a\u{0}"}), vec!["query"]),
        (json!({"query": "a", "model": 7}), vec!["model"]),
        (json!({"query": "a", "language": true}), vec!["language"]),
        (
            json!({"query": "a", "conversation_id": 7, "connection_id": []}),
            vec!["conversation_id", "connection_id"],
        ),
        (json!([1]), vec!["body"]),
    ] {
        let response = user.post("/api/v1/chat/stream", &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{body}");
    }
    for (body, fields) in [
        (json!({}), vec!["conversation_id"]),
        (json!({"conversation_id": ""}), vec!["conversation_id"]),
        (json!({"conversation_id": 7}), vec!["conversation_id"]),
    ] {
        let response = user.post("/api/v1/chat/stop", &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{body}");
    }
}

#[tokio::test]
async fn the_longest_question_and_empty_options_are_fine() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    let longest = format!("SELECT '{}' AS text", "字".repeat(10_000 - 17));
    assert_eq!(longest.chars().count(), 10_000);
    let events =
        user.post("/api/v1/chat/stream", &json!({"query": longest, "model": null})).await.events().await;
    assert_eq!(events.last().unwrap().event, "done");
    let empty = "query=hello&model=&conversation_id=&connection_id=&language=&unknown=1";
    let events = user.get(&format!("/api/v1/chat/stream?{empty}")).await.events().await;
    assert_eq!(events.last().unwrap().event, "done");
}

#[tokio::test]
async fn fields_of_the_list_are_checked() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    for (query, fields) in [
        ("limit=0", vec!["limit"]),
        ("limit=-1", vec!["limit"]),
        ("limit=101", vec!["limit"]),
        ("limit=", vec!["limit"]),
        ("limit=ten", vec!["limit"]),
        ("limit=1.5", vec!["limit"]),
        ("limit=99999999999999999999", vec!["limit"]),
        ("limit=1&limit=2", vec!["limit"]),
        ("offset=-1", vec!["offset"]),
        ("offset=x", vec!["offset"]),
        ("favorites=maybe", vec!["favorites"]),
        ("favorites=", vec!["favorites"]),
        ("q=%00", vec!["q"]),
        ("q=%FF", vec!["q"]),
        (&format!("q={}", "x".repeat(201)), vec!["q"]),
        ("limit=x&offset=y&favorites=z&q=%00", vec!["limit", "offset", "favorites", "q"]),
    ] {
        let response = user.get(&format!("/api/v1/conversations?{query}")).await;
        assert_eq!(faulty_fields(response).await, fields, "{query}");
    }
    for query in [
        "",
        "limit=1",
        "limit=100",
        "offset=9223372036854775807",
        "favorites=true",
        "favorites=0",
        "q=",
        "q=%25_%27%22%5C",
        "unknown=1&unknown=2",
        "&&limit=5&",
    ] {
        let response = user.get(&format!("/api/v1/conversations?{query}")).await;
        assert_eq!(response.status(), StatusCode::OK, "{query}");
    }
}

#[tokio::test]
async fn ids_in_the_path_are_uuids() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    for id in [
        "x",
        "7a",
        "%FF",
        "%00",
        "a%2Fb",
        "0190f5a0000070008000000000000001",
        "%7B0190f5a0-0000-7000-8000-000000000001%7D",
    ] {
        let response = user.get(&format!("/api/v1/conversations/{id}")).await;
        assert_eq!(faulty_fields(response).await, ["id"], "{id}");
    }
    for id in ["0190f5a0-0000-7000-8000-000000000001", "0190F5A0-0000-7000-8000-000000000001"] {
        let response = user.get(&format!("/api/v1/conversations/{id}")).await;
        failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    }
}

#[tokio::test]
async fn bodies_must_be_json_and_say_so() {
    let app = TestApp::start().await;
    for content_type in
        [None, Some(""), Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("json")]
    {
        let mut request = app.request(Method::POST, "/api/v1/auth/login");
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let response = app.send(request.body(Body::from("{}")).unwrap()).await;
        failure(response, StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE").await;
    }
    for content_type in ["application/json; charset=utf-8", "Application/JSON", "application/problem+json"] {
        let request = app.request(Method::POST, "/api/v1/auth/login").header(CONTENT_TYPE, content_type);
        let response = app.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(faulty_fields(response).await, ["email", "password"], "{content_type}");
    }
}

#[tokio::test]
async fn malformed_json_is_a_validation_error_with_its_place() {
    let app = TestApp::start().await;
    let deep = "[".repeat(100_000);
    for body in [
        "",
        " ",
        "{",
        "{\"email\"",
        "{]",
        "nonsense",
        "{\"email\": \"\\ud800\"}",
        "{} {}",
        "{\"email\": 1e999}",
        "\u{feff}{}",
        &deep,
        &format!("{{\"email\": {deep}"),
    ] {
        let response = app.post_text("/api/v1/auth/login", body).await;
        let shown: String = body.chars().take(40).collect();
        assert_eq!(faulty_fields(response).await, ["body"], "{shown:?}");
    }
    let error = app.post_text("/api/v1/auth/login", "{\n  oops").await.json().await;
    assert_eq!(error["error"]["details"]["fields"][0]["message"], "不是有效的 JSON（第 2 行第 3 列）");
    for body in [&b"{\"email\": \"\xff\"}"[..], b"\xff\xfe{}", b"\0"] {
        let request =
            app.request(Method::POST, "/api/v1/auth/login").header(CONTENT_TYPE, "application/json");
        let response = app.send(request.body(Body::from(body.to_vec())).unwrap()).await;
        assert_eq!(faulty_fields(response).await, ["body"], "{body:?}");
    }
    let repeated = app.post_text("/api/v1/auth/login", r#"{"email": "a", "email": "b"}"#).await;
    assert_eq!(repeated.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let app = TestApp::start().await;
    let body = |length: usize| format!("{{\"email\": \"{}\"}}", "x".repeat(length - 13));
    let largest = app.post_text("/api/v1/auth/login", &body(1024 * 1024)).await;
    assert_eq!(faulty_fields(largest).await, ["email", "password"]);
    let over = app.post_text("/api/v1/auth/login", &body(1024 * 1024 + 1)).await;
    let error = failure(over, StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE").await;
    assert_eq!(error["message"], "请求体过大，上限为 1048576 字节");
    // What is announced is believed, so that nothing is read in vain.
    let request = app
        .request(Method::POST, "/api/v1/auth/login")
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, "18446744073709551615");
    let announced = app.send(request.body(Body::from("{}")).unwrap()).await;
    failure(announced, StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE").await;
}

#[tokio::test]
async fn a_body_that_never_comes_is_given_up_on() {
    let app = TestApp::builder()
        .without_demo()
        .http(|settings| settings.body_time = std::time::Duration::from_millis(10))
        .start()
        .await;
    let never = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = app.request(Method::POST, "/api/v1/auth/login").header(CONTENT_TYPE, "application/json");
    let response = app.send(request.body(never).unwrap()).await;
    failure(response, StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT").await;
}

#[tokio::test]
async fn a_head_starts_no_run() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let request = user.request(Method::HEAD, "/api/v1/chat/stream?query=hello");
    let response = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    let list = user.get("/api/v1/conversations").await.json().await;
    assert_eq!(list["data"]["total"], 0);
}

/// Odd texts in every place of every route. What comes back is the route's or the envelope, and never a 5xx.
#[tokio::test]
async fn odd_texts_everywhere_are_answered_without_a_5xx() {
    let app = TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await;
    let user = app.register("user@example.com").await;
    let odd = [
        "",
        "%",
        "%zz",
        "%00",
        "%FF%FE",
        "..%2F..%2Fetc",
        "%0d%0aX:%20y",
        "'%3B%20DROP%20TABLE%20users--",
        "%F0%9F%98%80",
        "-1",
        "1e400",
        "NaN",
        "null",
        "true",
        "[]",
        "%7B%7D",
        "%E2%80%AE",
        "%ED%A0%80",
        "%C0%80",
        "\u{7f}",
        "a+b",
        "=",
        "%26",
    ];
    for route in ROUTES.iter().filter(|route| !route.path.ends_with("/logout")) {
        for text in odd {
            let path = route.path.replace("{id}", text);
            for path in [
                format!(
                    "{path}?query={text}&model={text}&conversation_id={text}&connection_id={text}&language={text}"
                ),
                format!("{path}?limit={text}&offset={text}&favorites={text}&q={text}"),
                format!("{path}?{text}={text}&{text}"),
                format!("{path}/{text}"),
            ] {
                let Ok(request) = user
                    .request(route.method.clone(), &path)
                    .header(CONTENT_TYPE, "application/json")
                    .header("last-event-id", text.replace('\u{7f}', "x"))
                    .header("x-request-id", text.replace('\u{7f}', "x"))
                    .header("accept-language", text.replace('\u{7f}', "x"))
                    .body(Body::from(format!("{{\"query\": {text:?}, \"email\": {text:?}}}")))
                else {
                    continue;
                };
                let response = app.send(request).await;
                let status = response.status();
                assert!(!status.is_server_error(), "{} {path}: {status}", route.method);
                if status.is_client_error() {
                    let body = response.json().await;
                    assert_eq!(body["success"], false, "{} {path}: {body}", route.method);
                }
            }
        }
    }
}
