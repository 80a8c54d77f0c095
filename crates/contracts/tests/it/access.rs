//! Who may call what: every route of the table, by everybody.

use std::time::Duration;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use wenshu_contracts::http::caller::Access;
use wenshu_contracts::http::route::Route;
use wenshu_contracts::querygpt::ROUTES;
use wenshu_testkit::{ScriptedInterpreter, TestApp, TestUser};

use crate::support::{data, failure};

/// A request that would be answered well if the caller were allowed, for each route. A new route needs an entry here.
fn example(route: &Route, conversation: &str) -> (String, Option<Value>) {
    let path = route.path.replace("{id}", conversation);
    match (route.method.as_str(), route.path) {
        ("POST", "/api/v1/auth/register") => {
            (path, Some(json!({"email": "new@example.com", "password": "correct-horse-1"})))
        }
        ("POST", "/api/v1/auth/login") => {
            (path, Some(json!({"email": "owner@example.com", "password": "correct-horse-1"})))
        }
        ("POST", "/api/v1/auth/refresh") => (path, Some(json!({"refresh_token": "nonsense"}))),
        ("POST", "/api/v1/auth/logout")
        | (
            "GET",
            "/api/v1/auth/me"
            | "/api/v1/conversations"
            | "/api/v1/conversations/{id}"
            | "/api/v1/connections",
        ) => (path, None),
        ("GET", "/api/v1/chat/stream") => {
            (format!("{path}?query=hello&conversation_id={conversation}"), None)
        }
        ("POST", "/api/v1/chat/stream") => {
            (path, Some(json!({"query": "hello", "conversation_id": conversation})))
        }
        ("POST", "/api/v1/chat/stop") => (path, Some(json!({"conversation_id": conversation}))),
        (method, path) => panic!("{method} {path} has no example here"),
    }
}

fn request(app: &TestApp, route: &Route, conversation: &str, credential: Option<&str>) -> Request<Body> {
    let (path, body) = example(route, conversation);
    let mut request = app.request(route.method.clone(), &path);
    if let Some(credential) = credential {
        request = request.header(AUTHORIZATION, credential);
    }
    match body {
        Some(body) => {
            request.header(CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
        }
        None => request.body(Body::empty()).unwrap(),
    }
}

async fn scripted() -> TestApp {
    TestApp::builder().interpreter(ScriptedInterpreter::open()).start().await
}

async fn conversation_of(user: &TestUser<'_>) -> String {
    let events = user.answer("hello").await;
    events[0].json()["conversation_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nobody_and_no_invalid_credential_gets_in() {
    let app = scripted().await;
    let owner = app.register("owner@example.com").await;
    let conversation = conversation_of(&owner).await;
    let gone = app.register("gone@example.com").await;
    data(gone.post("/api/v1/auth/logout", &json!({})).await).await;
    let (head, rest) = owner.access_token.split_once('.').unwrap();
    let (claims, _signature) = rest.split_once('.').unwrap();
    let credentials = [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer garbage".to_owned()),
        Some(format!("Basic {}", owner.access_token)),
        Some(owner.access_token.clone()),
        Some(format!("Bearer {}", owner.refresh_token)),
        Some(format!("Bearer {}", gone.access_token)),
        Some(format!("Bearer {head}.{claims}.")),
        Some(format!("Bearer {head}.{claims}.AAAA")),
        Some(format!("Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")),
    ];
    for route in ROUTES {
        for credential in &credentials {
            let response = app.send(request(&app, route, &conversation, credential.as_deref())).await;
            let status = response.status();
            let name = format!("{} {} as {credential:?}: {status}", route.method, route.path);
            match route.access {
                Access::SignIn => {
                    // They don't look at it: the outcome is that of the request.
                    let refused = route.path.ends_with("/refresh");
                    assert_eq!(status == StatusCode::UNAUTHORIZED, refused, "{name}");
                    assert!(!status.is_server_error(), "{name}");
                }
                Access::Caller | Access::CallerOrQueryToken => {
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{name}");
                    assert_eq!(response.header("www-authenticate"), "Bearer", "{name}");
                    failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
                }
            }
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_none() {
    let app = scripted().await;
    let owner = app.register("owner@example.com").await;
    let conversation = conversation_of(&owner).await;
    app.clock.advance(Duration::from_secs(3601));
    let credential = format!("Bearer {}", owner.access_token);
    for route in ROUTES.iter().filter(|route| route.access != Access::SignIn) {
        let response = app.send(request(&app, route, &conversation, Some(&credential))).await;
        failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    }
    let refreshed = app.post("/api/v1/auth/refresh", &json!({"refresh_token": owner.refresh_token})).await;
    data(refreshed).await;
    app.clock.advance(Duration::from_secs(31 * 24 * 3600));
    let too_late = app.post("/api/v1/auth/refresh", &json!({"refresh_token": owner.refresh_token})).await;
    failure(too_late, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
}

#[tokio::test]
async fn the_owner_gets_in_and_somebody_else_finds_nothing() {
    let app = scripted().await;
    let owner = app.register("owner@example.com").await;
    let conversation = conversation_of(&owner).await;
    let other = app.register("other@example.com").await;
    let names_the_conversation = |route: &Route| {
        let (path, body) = example(route, &conversation);
        path.contains(&conversation) || body.is_some_and(|body| body.to_string().contains(&conversation))
    };
    let mut seen = 0;
    // Signing out comes last, or the others would be asked by nobody.
    let is_logout = |route: &&Route| route.path.ends_with("/logout");
    let routes = ROUTES.iter().filter(|route| !is_logout(route)).chain(ROUTES.iter().filter(is_logout));
    for route in routes.filter(|route| route.access != Access::SignIn) {
        let name = format!("{} {}", route.method, route.path);
        for (user, mine) in [(&owner, true), (&other, false)] {
            let credential = format!("bearer {}", user.access_token);
            let response = app.send(request(&app, route, &conversation, Some(&credential))).await;
            if mine || !names_the_conversation(route) {
                assert_eq!(response.status(), StatusCode::OK, "{name}");
                // Read to the end, so that the conversation is free for the next.
                response.bytes().await;
            } else {
                seen += 1;
                let error = failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
                assert_eq!(error["message"], "对话不存在", "{name}");
            }
        }
    }
    assert_eq!(seen, 4);
}

#[tokio::test]
async fn the_table_is_what_is_mounted_and_a_slash_at_the_end_changes_nothing() {
    let app = scripted().await;
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for route in ROUTES {
        let path = route.path.replace("{id}", "0190f5a0-0000-7000-8000-000000000001");
        for path in [path.clone(), format!("{path}/")] {
            for method in &methods {
                let known = ROUTES.iter().any(|other| other.path == route.path && other.method == *method);
                let response =
                    app.send(app.request(method.clone(), &path).body(Body::empty()).unwrap()).await;
                let status = response.status();
                assert!(
                    !status.is_redirection() && status != StatusCode::NOT_FOUND,
                    "{method} {path}: {status}"
                );
                assert_eq!(status != StatusCode::METHOD_NOT_ALLOWED, known, "{method} {path}: {status}");
                if !known {
                    let allowed = response.header("allow").to_owned();
                    for other in ROUTES.iter().filter(|other| other.path == route.path) {
                        assert!(allowed.contains(other.method.as_str()), "{method} {path}: {allowed}");
                    }
                    failure(response, StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED").await;
                }
            }
        }
    }
}

#[tokio::test]
async fn the_token_may_come_in_the_address_for_the_stream_alone() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let token = &user.access_token;
    let stream = app.get(&format!("/api/v1/chat/stream?query=hello&token={token}")).await;
    assert_eq!(stream.status(), StatusCode::OK);
    stream.bytes().await;
    for query in ["token=", "token=garbage", "token=%FF", &format!("token={token}&token={token}"), "Token=x"]
    {
        let response = app.get(&format!("/api/v1/chat/stream?query=hello&{query}")).await;
        failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    }
    // A header that is sent counts, and isn't made up for by the address.
    let request =
        app.request_as("garbage", Method::GET, &format!("/api/v1/chat/stream?query=hello&token={token}"));
    let response = app.send(request.body(Body::empty()).unwrap()).await;
    failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    for route in ROUTES.iter().filter(|route| route.access == Access::Caller) {
        let (path, body) = example(route, "0190f5a0-0000-7000-8000-000000000001");
        let separator = if path.contains('?') { '&' } else { '?' };
        let request = app
            .request(route.method.clone(), &format!("{path}{separator}token={token}"))
            .header(CONTENT_TYPE, "application/json");
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let response = app.send(request.body(Body::from(body)).unwrap()).await;
        failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    }
}

#[tokio::test]
async fn two_authorization_headers_are_none() {
    let app = scripted().await;
    let user = app.register("user@example.com").await;
    let credential = format!("Bearer {}", user.access_token);
    let request = app
        .request(Method::GET, "/api/v1/auth/me")
        .header(AUTHORIZATION, &credential)
        .header(AUTHORIZATION, &credential);
    let response = app.send(request.body(Body::empty()).unwrap()).await;
    failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
}
