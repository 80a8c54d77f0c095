//! Who may call what: every route of the table, by everybody, with open mode on and off.

use std::time::Duration;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use wenshu_contracts::chat_app::ROUTES;
use wenshu_contracts::http::caller::Access;
use wenshu_contracts::http::route::Route;
use wenshu_testkit::{TestApp, TestUser};

use super::support::{conversation, failure, fine};

/// What the paths and bodies name.
pub(crate) struct Things {
    name: String,
    user: String,
    conversation: i64,
}

impl Things {
    /// Makes a conversation for this user, who is called `name`.
    pub(crate) async fn of(app: &TestApp, user: &TestUser<'_>, name: &str) -> Self {
        let id = user.id.parse::<i64>().unwrap();
        let account = app.store.account_by_number(id).await.unwrap().unwrap();
        let authority =
            wenshu_core::accounts::Authority::open(&wenshu_core::accounts::Trust::in_open_mode(), None);
        let actor = app.app.accounts.act_for_numbered(&authority, account.number).await.unwrap();
        let conversation = app.app.conversations.begin(&actor, None).await.unwrap().number;
        Self { name: name.to_owned(), user: user.id.clone(), conversation }
    }
}

/// A request that would be answered well if the caller were allowed, for each route. A new route needs an entry here.
pub(crate) fn example(route: &Route, things: &Things) -> (String, Option<Value>) {
    let Things { name, user, conversation } = things;
    let user_id: i64 = user.parse().unwrap();
    let path = route
        .path
        .replace("{username}", name)
        .replace("{user_id}", user)
        .replace("{conversation_id}", &conversation.to_string());
    let body = match (route.method.as_str(), route.path.strip_prefix("/api/v1").unwrap()) {
        ("POST", "/users/") => Some(json!({"username": "somebody new"})),
        ("POST", "/conversations/") => Some(json!({"user_id": user_id})),
        ("POST", "/chat") => Some(json!({"conversation_id": conversation, "message": "一共有多少客户？"})),
        ("GET", _) => None,
        (method, path) => panic!("{method} {path} has no example here"),
    };
    (path, body)
}

pub(super) fn request(
    app: &TestApp,
    route: &Route,
    things: &Things,
    header: Option<(&str, &str)>,
) -> Request<Body> {
    let (path, body) = example(route, things);
    let mut request = app.request(route.method.clone(), &path);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    match body {
        Some(body) => {
            request.header(CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
        }
        None => request.body(Body::empty()).unwrap(),
    }
}

async fn closed() -> TestApp {
    TestApp::builder().http(|settings| settings.open_contracts = false).start().await
}

/// Credentials that are none, though something is sent.
async fn invalid(app: &TestApp, owner: &TestUser<'_>) -> Vec<String> {
    let gone = app.register("gone@example.com").await;
    gone.post("/api/v1/auth/logout", &json!({})).await.bytes().await;
    let disabled = app.register("disabled@example.com").await;
    app.disable(&disabled).await;
    vec![
        "Bearer".to_owned(),
        "Bearer garbage".to_owned(),
        format!("Basic {}", owner.access_token),
        format!("Bearer {}", owner.refresh_token),
        format!("Bearer {}", gone.access_token),
        format!("Bearer {}", disabled.access_token),
    ]
}

#[tokio::test]
async fn in_open_mode_anybody_calls_everything_and_no_invalid_credential_gets_in() {
    let app = TestApp::start().await;
    let owner = app.sign_up("owner").await;
    let other = app.sign_up("other").await;
    let invalid = invalid(&app, &owner).await;
    for route in ROUTES.iter() {
        assert_eq!(route.access, Access::CallerUnlessOpen);
        let things = Things::of(&app, &owner, "owner").await;
        let name = format!("{} {}", route.method, route.path);
        let is_creating = route.path == "/api/v1/users/";
        let other = format!("Bearer {}", other.access_token);
        for (place, header) in [None, Some((AUTHORIZATION.as_str(), other.as_str()))].into_iter().enumerate()
        {
            // With a credential a number is a user of AIDeer's, which the name here isn't.
            let response = app.send(request(&app, route, &things, header)).await;
            let expected = if is_creating && place > 0 { StatusCode::BAD_REQUEST } else { StatusCode::OK };
            assert_eq!(response.status(), expected, "{name} {header:?}");
            response.bytes().await;
        }
        for credential in &invalid {
            let header = Some((AUTHORIZATION.as_str(), credential.as_str()));
            failure(app.send(request(&app, route, &things, header)).await, StatusCode::UNAUTHORIZED).await;
            let cookie = format!("a=b; wenshu_session={}", credential.replace(' ', ""));
            let header = Some(("cookie", cookie.as_str()));
            failure(app.send(request(&app, route, &things, header)).await, StatusCode::UNAUTHORIZED).await;
        }
    }
}

#[tokio::test]
async fn with_open_mode_off_everybody_reaches_what_is_theirs_and_admins_every_user() {
    let app = closed().await;
    let admin = app.sign_up("admin").await;
    let owner = app.sign_up("owner").await;
    let other = app.sign_up("other").await;
    let mut invalid = invalid(&app, &owner).await;
    invalid.push(String::new());
    for route in ROUTES.iter() {
        let things = Things::of(&app, &owner, "owner").await;
        let name = format!("{} {}", route.method, route.path);
        failure(app.send(request(&app, route, &things, None)).await, StatusCode::UNAUTHORIZED).await;
        for credential in &invalid {
            let header = Some((AUTHORIZATION.as_str(), credential.as_str()));
            failure(app.send(request(&app, route, &things, header)).await, StatusCode::UNAUTHORIZED).await;
        }
        let names_conversation =
            matches!(route.path, "/api/v1/chat" | "/api/v1/conversations/{conversation_id}");
        let is_creating = route.path == "/api/v1/users/";
        let of_others = if names_conversation { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN };
        let of_owners = if is_creating { StatusCode::FORBIDDEN } else { StatusCode::OK };
        for (user, expected) in [(&other, of_others), (&owner, of_owners), (&admin, StatusCode::OK)] {
            let bearer = format!("Bearer {}", user.access_token);
            let response =
                app.send(request(&app, route, &things, Some((AUTHORIZATION.as_str(), &bearer)))).await;
            assert_eq!(response.status(), expected, "{name} by {}", user.id);
            if expected == StatusCode::OK {
                response.bytes().await;
            } else {
                failure(response, expected).await;
            }
        }
        // The session cookie proves the same.
        let cookie = format!("wenshu_session={}", owner.access_token);
        let response = app.send(request(&app, route, &things, Some(("cookie", &cookie)))).await;
        assert_eq!(response.status(), of_owners, "{name} with a cookie");
        response.bytes().await;
    }
    app.clock.advance(Duration::from_secs(3601));
    let things = Things::of(&app, &owner, "owner").await;
    for route in ROUTES.iter() {
        let bearer = format!("Bearer {}", owner.access_token);
        let response = app.send(request(&app, route, &things, Some((AUTHORIZATION.as_str(), &bearer)))).await;
        failure(response, StatusCode::UNAUTHORIZED).await;
    }
}

#[tokio::test]
async fn open_mode_follows_from_the_address_unless_it_is_decided() {
    let open = TestApp::builder().without_demo().start().await;
    assert_eq!(open.get("/api/v1/users/nobody").await.status(), StatusCode::NOT_FOUND);
    let everywhere = TestApp::builder().without_demo().bound("0.0.0.0:8000".parse().unwrap()).start().await;
    assert_eq!(everywhere.get("/api/v1/users/nobody").await.status(), StatusCode::UNAUTHORIZED);
    let gateway = TestApp::builder()
        .without_demo()
        .bound("0.0.0.0:8000".parse().unwrap())
        .http(|settings| settings.open_contracts = true)
        .start()
        .await;
    assert_eq!(gateway.get("/api/v1/users/nobody").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn when_registration_is_closed_admins_alone_make_users() {
    let app = TestApp::builder()
        .without_demo()
        .core(|settings| settings.registration_is_open = false)
        .start()
        .await;
    let body = json!({"username": "ann"});
    failure(app.post("/api/v1/users/", &body).await, StatusCode::FORBIDDEN).await;
}

#[tokio::test]
async fn a_page_of_another_site_drives_nothing() {
    let app = TestApp::builder().without_demo().start().await;
    let owner = app.sign_up("owner").await;
    let things = Things::of(&app, &owner, "owner").await;
    for route in ROUTES.iter() {
        let foreign = request(&app, route, &things, Some((ORIGIN.as_str(), "https://evil.example")));
        failure(app.send(foreign).await, StatusCode::FORBIDDEN).await;
        let (path, body) = example(route, &things);
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        for host in ["evil.example", "evil.example:8000", "127.0.0.1:9000"] {
            let rebound = Request::builder().method(route.method.clone()).uri(&path).header(HOST, host);
            let rebound = rebound.header(CONTENT_TYPE, "application/json");
            let response = app.send(rebound.body(Body::from(body.clone())).unwrap()).await;
            failure(response, StatusCode::FORBIDDEN).await;
        }
        // A page of the machine's own may, and its browser may ask beforehand.
        let own = app.request(Method::OPTIONS, &path).header(ORIGIN, "http://localhost:5173");
        let own = own.header("access-control-request-method", route.method.as_str());
        let response = app.send(own.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert_eq!(response.header("access-control-allow-origin"), "http://localhost:5173");
    }
    assert!(fine(app.get("/api/v1/users/owner").await).await["id"].is_i64());
    let listed = fine(app.get(&format!("/api/v1/users/{}/conversations", owner.id)).await).await;
    assert_eq!(listed.as_array().unwrap().len(), 1, "nothing was made");
}

#[tokio::test]
async fn the_table_is_what_is_mounted_and_a_slash_at_the_end_changes_nothing() {
    let app = TestApp::builder()
        .without_demo()
        .http(|settings| settings.contracts = vec![wenshu_contracts::Contract::ChatApp])
        .start()
        .await;
    let body = json!({"username": "owner"});
    let owner = fine(app.post("/api/v1/users/", &body).await).await["id"].as_i64().unwrap();
    let there = conversation(&app, owner).await;
    let things = Things { name: "owner".to_owned(), user: owner.to_string(), conversation: there };
    for route in ROUTES.iter() {
        let path = example(route, &things).0;
        let other = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
        // Without the slash it is another contract's, which isn't there.
        let variants = if path == "/api/v1/users/" { vec![path] } else { vec![path, other] };
        for path in variants {
            let request = app.request(route.method.clone(), &path).header(CONTENT_TYPE, "application/json");
            let response = app.send(request.body(Body::from("{}")).unwrap()).await;
            let status = response.status();
            assert!(
                !matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
                    && !status.is_redirection(),
                "{} {path}: {status}",
                route.method
            );
            // On a path that is shared an unknown method is for whom it is there.
            let is_shared = matches!(
                route.path,
                "/api/v1/users/" | "/api/v1/users/{username}" | "/api/v1/conversations/{conversation_id}"
            );
            if is_shared {
                continue;
            }
            let unknown = app.request(Method::PATCH, &path).body(Body::empty()).unwrap();
            let unknown = app.send(unknown).await;
            crate::support::failure(unknown, StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED").await;
        }
    }
}
