//! Who may call what: every route of the table, by everybody.

use std::time::Duration;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use wenshu_contracts::Contract;
use wenshu_contracts::http::caller::Access;
use wenshu_contracts::http::route::Route;
use wenshu_contracts::querygpt::ROUTES;
use wenshu_testkit::{ModelTimes, ScriptedInterpreter, TestApp, TestUser};

use crate::support::{data, failure};

/// What the owner has, for routes that name something.
pub(crate) struct Things {
    conversation: String,
    message: String,
    connection: String,
    model: String,
    term: String,
    relation: String,
}

impl Things {
    pub(crate) async fn of(app: &TestApp, user: &TestUser<'_>) -> Self {
        app.sqlite_file("mine.db");
        let connection = json!({"name": "mine", "driver": "sqlite", "database": "mine.db"});
        let connection = data(user.post("/api/v1/connections", &connection).await).await;
        let path = format!("/api/v1/connections/{}", text(&connection["id"]));
        let term = json!({"term": "量", "kind": "metric", "expression": "COUNT(orders.id)"});
        let term = data(user.post(&format!("{path}/terms"), &term).await).await;
        let relation = data(user.post(&format!("{path}/relations"), &relation("orders")).await).await;
        // Nobody listens there, which a test of it says at once.
        let model = json!({
            "name": "mine", "provider": "openai_compatible", "model_id": "m", "base_url": "http://127.0.0.1:1/v1",
        });
        let model = data(user.post("/api/v1/models", &model).await).await;
        let events = user.answer("SELECT 1 AS one").await;
        Self {
            message: text(&events.last().unwrap().json()["message_id"]),
            model: text(&model["id"]),
            term: text(&term["id"]),
            relation: text(&relation["id"]),
            conversation: text(&events[0].json()["conversation_id"]),
            connection: text(&connection["id"]),
        }
    }

    /// Ids of nobody's.
    fn none() -> Self {
        let id = "0190f5a0-0000-7000-8000-000000000001".to_owned();
        Self {
            conversation: id.clone(),
            message: id.clone(),
            connection: id.clone(),
            model: id.clone(),
            term: id.clone(),
            relation: id,
        }
    }
}

fn relation(table: &str) -> Value {
    json!({
        "left_table": table, "left_column": "customer_id", "right_table": "customers", "right_column": "id",
        "cardinality": "many_to_one",
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A request that would be answered well if the caller were allowed, for each route. A new route needs an entry here.
pub(crate) fn example(route: &Route, things: &Things) -> (String, Option<Value>) {
    let Things { conversation, message, connection, model, term, relation: drawn } = things;
    let id = match route.path {
        path if path.contains("/connections/") => connection,
        path if path.contains("/models/") => model,
        path if path.contains("/messages/") => message,
        _ => conversation,
    };
    let path = route.path.replace("{id}", id).replace("{term_id}", term).replace("{relation_id}", drawn);
    match (route.method.as_str(), route.path.strip_prefix("/api/v1").unwrap()) {
        ("POST", "/auth/register") => {
            (path, Some(json!({"email": "new@example.com", "password": "correct-horse-1"})))
        }
        ("POST", "/auth/login") => {
            (path, Some(json!({"email": "owner@example.com", "password": "correct-horse-1"})))
        }
        ("POST", "/auth/refresh") => (path, Some(json!({"refresh_token": "nonsense"}))),
        (
            "POST",
            "/auth/logout" | "/connections/{id}/test" | "/models/{id}/test" | "/conversations/{id}/favorite",
        )
        | (
            "DELETE",
            "/connections/{id}"
            | "/models/{id}"
            | "/conversations/{id}"
            | "/connections/{id}/terms/{term_id}"
            | "/connections/{id}/relations/{relation_id}",
        )
        | (
            "GET",
            "/auth/me"
            | "/conversations"
            | "/conversations/{id}"
            | "/conversations/{id}/stream"
            | "/connections"
            | "/connections/{id}/schema"
            | "/connections/{id}/terms"
            | "/connections/{id}/relations"
            | "/messages/{id}/export"
            | "/models"
            | "/prompts"
            | "/config",
        ) => (path, None),
        ("GET", "/chat/stream") => {
            (format!("{path}?query=hello&conversation_id={conversation}&connection_id={connection}"), None)
        }
        ("POST", "/chat/stream") => (path, Some(json!({"query": "hello", "conversation_id": conversation}))),
        ("POST", "/chat/stop") => (path, Some(json!({"conversation_id": conversation}))),
        ("POST", "/connections") => {
            (path, Some(json!({"name": "new", "driver": "sqlite", "database": "mine.db"})))
        }
        ("POST", "/connections/{id}/terms") => {
            (path, Some(json!({"term": "财年", "kind": "note", "description": "从四月开始"})))
        }
        ("PUT", "/connections/{id}/terms/{term_id}") => (path, Some(json!({"description": "数量"}))),
        ("POST", "/connections/{id}/relations") => {
            let mut other = relation("orders");
            other["left_column"] = json!("id");
            (path, Some(other))
        }
        ("PUT", "/connections/{id}/relations/{relation_id}") => {
            (path, Some(json!({"cardinality": "one_to_one"})))
        }
        ("PATCH", "/conversations/{id}") => (path, Some(json!({"title": "新标题"}))),
        ("POST", "/conversations/{id}/sql") => (path, Some(json!({"sql": "SELECT 1 AS one"}))),
        ("POST", "/models") => {
            (path, Some(json!({"name": "new", "provider": "ollama", "model_id": "qwen3"})))
        }
        ("PUT", "/models/{id}") => (path, Some(json!({"name": "renamed"}))),
        ("PUT", "/prompts") => (path, Some(json!({"prompts": {"summary": "{{ rows }}"}}))),
        ("POST", "/prompts/reset") => (path, None),
        ("PUT", "/config") => (path, Some(json!({"theme": "dark"}))),
        ("PUT", "/connections/{id}") => (path, Some(json!({"name": "renamed"}))),
        (method, path) => panic!("{method} {path} has no example here"),
    }
}

/// The routes in an order in which each can be called once: what ends something comes after what needs it.
pub(crate) fn in_order() -> Vec<&'static Route> {
    let mut routes: Vec<&Route> = ROUTES.iter().collect();
    let depth = |route: &Route| route.path.matches('{').count();
    routes.sort_by_key(|route| {
        let ends = route.method == Method::DELETE;
        (route.path.ends_with("/logout"), ends, if ends { 9 - depth(route) } else { 0 })
    });
    routes
}

fn names_a_thing(route: &Route, things: &Things) -> bool {
    let (path, body) = example(route, things);
    let said = format!("{path} {}", body.unwrap_or_default());
    [&things.conversation, &things.message, &things.connection, &things.model]
        .iter()
        .any(|id| said.contains(*id))
}

fn request(app: &TestApp, route: &Route, things: &Things, credential: Option<&str>) -> Request<Body> {
    let (path, body) = example(route, things);
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

pub(crate) async fn scripted() -> TestApp {
    let once = ModelTimes { requests: 1, ..ModelTimes::default() };
    TestApp::builder().interpreter(ScriptedInterpreter::open()).model_times(once).start().await
}

/// How somebody stands to what the owner has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// No credential that is valid.
    Nobody,
    /// Signed in, and not the owner: an admin has no more to do with others' things than anybody.
    Stranger,
    /// Whose it is.
    Owner,
}

/// Who calls: a name for failures, what is sent, and how they stand.
type Caller = (&'static str, Option<String>, Standing);

/// Everybody, the owner last, who may have nothing left afterwards.
async fn everybody(app: &TestApp) -> (Vec<Caller>, Things) {
    use Standing::{Nobody, Owner, Stranger};
    // The first account on a server on loopback is an admin.
    let expired = app.register("admin@example.com").await.access_token;
    app.clock.advance(Duration::from_secs(3601));
    let login = json!({"email": "admin@example.com", "password": "correct-horse-1"});
    let admin = text(&data(app.post("/api/v1/auth/login", &login).await).await["access_token"]);
    let owner = app.register("owner@example.com").await;
    let things = Things::of(app, &owner).await;
    let other = app.register("other@example.com").await;
    let disabled = app.register("disabled@example.com").await;
    app.disable(&disabled).await;
    let gone = app.register("gone@example.com").await;
    data(gone.post("/api/v1/auth/logout", &json!({})).await).await;
    for (token, role) in [(&admin, "admin"), (&owner.access_token, "user")] {
        let me = app.request_as(token, Method::GET, "/api/v1/auth/me").body(Body::empty()).unwrap();
        assert_eq!(data(app.send(me).await).await["role"], role);
    }
    let (head, rest) = owner.access_token.split_once('.').unwrap();
    let (claims, _signature) = rest.split_once('.').unwrap();
    let bearer = |token: &str| Some(format!("Bearer {token}"));
    let callers = vec![
        ("nobody", None, Nobody),
        ("an empty header", Some(String::new()), Nobody),
        ("no token", Some("Bearer".to_owned()), Nobody),
        ("an empty token", Some("Bearer ".to_owned()), Nobody),
        ("a garbage token", bearer("garbage"), Nobody),
        ("another scheme", Some(format!("Basic {}", owner.access_token)), Nobody),
        ("no scheme", Some(owner.access_token.clone()), Nobody),
        ("a refresh token", bearer(&owner.refresh_token), Nobody),
        ("an expired token", bearer(&expired), Nobody),
        ("a token of a session that is over", bearer(&gone.access_token), Nobody),
        ("a disabled user", bearer(&disabled.access_token), Nobody),
        ("a token without its signature", bearer(&format!("{head}.{claims}.")), Nobody),
        ("a token with a wrong signature", bearer(&format!("{head}.{claims}.AAAA")), Nobody),
        (
            "a token that asks for none",
            bearer(&format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")),
            Nobody,
        ),
        ("another user", bearer(&other.access_token), Stranger),
        ("an admin", Some(format!("bearer {admin}")), Stranger),
        ("the owner", Some(format!("bearer {}", owner.access_token)), Owner),
    ];
    (callers, things)
}

#[tokio::test]
async fn every_route_by_everybody() {
    let app = scripted().await;
    let (callers, things) = everybody(&app).await;
    let mut named = 0;
    for route in in_order() {
        let names_a_thing = names_a_thing(route, &things);
        named += usize::from(names_a_thing);
        for (caller, credential, standing) in &callers {
            let response = app.send(request(&app, route, &things, credential.as_deref())).await;
            let status = response.status();
            let name = format!("{} {} by {caller}: {status}", route.method, route.path);
            match (route.access, standing) {
                (Access::SignIn, _) => {
                    // They don't look at it: the outcome is that of the request.
                    let refused = route.path.ends_with("/refresh");
                    assert_eq!(status == StatusCode::UNAUTHORIZED, refused, "{name}");
                    assert!(!status.is_server_error(), "{name}");
                }
                (Access::Open | Access::CallerUnlessOpen | Access::Register, _) => {
                    panic!("{name}: nothing here is open")
                }
                (_, Standing::Nobody) => {
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{name}");
                    assert_eq!(response.header("www-authenticate"), "Bearer", "{name}");
                    failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
                }
                (_, Standing::Stranger) if names_a_thing => {
                    assert_eq!(status, StatusCode::NOT_FOUND, "{name}");
                    let error = failure(response, StatusCode::NOT_FOUND, "NOT_FOUND").await;
                    let message = text(&error["message"]);
                    let known = ["对话不存在", "消息不存在", "数据库连接不存在", "模型不存在"];
                    assert!(known.contains(&message.as_str()), "{name}: {message}");
                }
                (_, Standing::Stranger | Standing::Owner) => {
                    // Nothing is being answered that could be followed.
                    let follows = route.path.ends_with("/conversations/{id}/stream");
                    let allowed = if follows { StatusCode::NO_CONTENT } else { StatusCode::OK };
                    assert_eq!(status, allowed, "{name}");
                    // Read to the end, so that the conversation is free for the next.
                    response.bytes().await;
                }
            }
        }
    }
    assert!(named >= 22, "{named}");
}

#[tokio::test]
async fn a_refresh_token_lives_longer_than_its_access_token() {
    let app = scripted().await;
    let owner = app.register("owner@example.com").await;
    app.clock.advance(Duration::from_secs(3601));
    failure(owner.get("/api/v1/auth/me").await, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    let refreshed = app.post("/api/v1/auth/refresh", &json!({"refresh_token": owner.refresh_token})).await;
    data(refreshed).await;
    app.clock.advance(Duration::from_secs(31 * 24 * 3600));
    let too_late = app.post("/api/v1/auth/refresh", &json!({"refresh_token": owner.refresh_token})).await;
    failure(too_late, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
}

#[tokio::test]
async fn what_is_everybodys_is_changed_by_nobody() {
    let app = scripted().await;
    let admin = app.register("admin@example.com").await;
    let user = app.register("user@example.com").await;
    let connections = data(user.get("/api/v1/connections").await).await;
    let models = data(user.get("/api/v1/models").await).await;
    let things = Things {
        connection: text(&connections["connections"][0]["id"]),
        model: text(&models["models"][0]["id"]),
        ..Things::none()
    };
    let (mut refused, mut allowed) = (0, 0);
    let is_theirs = |route: &&Route| {
        ["/connections/{id}", "/models/{id}"].iter().any(|path| route.path.contains(path))
            && route.path.matches('{').count() == 1
    };
    for route in ROUTES.iter().filter(is_theirs) {
        let changes = matches!(route.method, Method::PUT | Method::DELETE);
        for user in [&user, &admin] {
            let credential = format!("Bearer {}", user.access_token);
            let response = app.send(request(&app, route, &things, Some(&credential))).await;
            if changes {
                failure(response, StatusCode::FORBIDDEN, "FORBIDDEN").await;
                refused += 1;
            } else {
                data(response).await;
                allowed += 1;
            }
        }
    }
    assert!(refused >= 8 && allowed >= 6, "{refused} {allowed}");
}

#[tokio::test]
async fn the_table_is_what_is_mounted_and_a_slash_at_the_end_changes_nothing() {
    // Another contract has other methods on some of the paths.
    let app = TestApp::builder()
        .without_demo()
        .interpreter(ScriptedInterpreter::open())
        .http(|settings| settings.contracts = vec![Contract::QueryGpt])
        .start()
        .await;
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for route in ROUTES.iter() {
        let path = example(route, &Things::none()).0;
        let path = path.split('?').next().unwrap();
        for path in [path.to_owned(), format!("{path}/")] {
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
        let (path, body) = example(route, &Things::none());
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
