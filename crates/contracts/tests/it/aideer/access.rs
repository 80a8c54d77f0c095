//! Who may call what: every route of the table, by everybody.

use std::time::Duration;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use image::ImageFormat;
use serde_json::{Value, json};
use wenshu_contracts::aideer::ROUTES;
use wenshu_contracts::http::caller::Access;
use wenshu_contracts::http::route::Route;
use wenshu_core::utilities::DebugAdmin;
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{TestApp, TestUser, WeChatServer};

use super::avatars::{multipart, picture};
use super::support::{failure, fine};
use crate::fields::cases::{Sample, SampleBody};
use crate::support::failure as failure_in_envelope;

/// An application in which every route is there, with its own WeChat, on an address where nothing is emptied or one where it is.
pub(crate) async fn start(wechat: &WeChatServer, bound: &str) -> TestApp {
    let client = wechat.client();
    let admin = DebugAdmin { username: "root".to_owned(), password: PASSWORD.to_owned().into() };
    TestApp::builder()
        .bound(bound.parse().unwrap())
        .http(|settings| settings.debug = true)
        .core(move |settings| {
            settings.wechat = Some(client);
            settings.debug_admin = Some(admin);
        })
        .start()
        .await
}

pub(crate) const LOOPBACK: &str = "127.0.0.1:8000";
const EVERYWHERE: &str = "0.0.0.0:8000";

/// What the paths name: a user, and what belongs to them.
pub(crate) struct Things {
    user: String,
    chat: String,
    preset: String,
    task: String,
    code: String,
}

/// Makes one of each for this user, who is given credits for it.
pub(crate) async fn things(app: &TestApp, owner: &TestUser<'_>, admin: &TestUser<'_>) -> Things {
    app.grant(owner, 100).await;
    let text = |body: &Value, field: &str| body[field].as_str().unwrap().to_owned();
    let chat = json!({"preset_id": null, "title": "t", "messages": [{"role": "user", "content": "hi"}]});
    let chat = text(&fine(owner.post("/api/v1/chats", &chat).await).await, "id");
    let preset = text(&fine(owner.post("/api/v1/presets", &json!({"title": "p"})).await).await, "id");
    let code = text(&fine(admin.post("/api/v1/codes", &json!({"value": 5})).await).await, "redeem_code");
    let task = json!({"chat_id": chat, "type": "title_generation"});
    let task = text(&fine(owner.post("/api/v1/tasks", &task).await).await, "task_id");
    app.get(&format!("/api/v1/tasks/{task}/stream")).await.events().await;
    Things { user: owner.id.clone(), chat, preset, task, code }
}

/// A body of an example.
enum Example {
    Nothing,
    Json(Value),
    Form(&'static str),
    Picture,
}

/// A request that would be answered well if the caller were allowed, for each route. A new route needs an entry here.
fn example(route: &Route, things: &Things) -> (String, Example) {
    let path = route
        .path
        .replace("{user_id}", &things.user)
        .replace("{chat_id}", &things.chat)
        .replace("{preset_id}", &things.preset)
        .replace("{task_id}", &things.task)
        .replace("{code}", &things.code)
        .replace("{file}", "default.webp")
        .replace("{kind}", "preset")
        .replace("{id}", &things.preset);
    let chat = json!({"preset_id": null, "title": "t", "messages": [{"role": "user", "content": "hi"}]});
    let body = match (route.method.as_str(), route.path.strip_prefix("/api/v1").unwrap()) {
        ("GET", "/session/wechat/token") => return (format!("{path}?code=good"), Example::Nothing),
        ("GET" | "DELETE", _) | ("POST", "/users/me/likes/{kind}/{id}") => Example::Nothing,
        ("POST", "/users/me/avatar") => Example::Picture,
        ("PUT", "/users/{user_id}") => Example::Json(json!({"nickname": "x"})),
        ("POST", "/users/me/credits") => Example::Json(json!({"redeem_code": things.code})),
        ("POST", "/codes") => Example::Json(json!({"value": 5})),
        ("POST", "/chats") | ("PUT", "/chats/{chat_id}") => Example::Json(chat),
        ("POST", "/presets") | ("PUT", "/presets/{preset_id}") => Example::Json(json!({"title": "p"})),
        ("POST", "/tasks") => Example::Json(json!({"chat_id": things.chat, "type": "chat_generation"})),
        ("POST", "/users") => {
            Example::Json(json!({"username": "somebody-new", "password": "correct-horse-1"}))
        }
        ("PUT", "/users/me/password") => {
            Example::Json(json!({"old_password": "correct-horse-1", "new_password": "correct-horse-1"}))
        }
        ("PUT", "/users/{user_id}/password") => Example::Json(json!({"new_password": "correct-horse-1"})),
        ("POST", "/session/oauth2/token") => Example::Form("username=owner&password=correct-horse-1"),
        (method, path) => panic!("{method} {path} has no example here"),
    };
    (path, body)
}

/// The same, for whoever breaks it.
pub(crate) fn sample(route: &Route, things: &Things) -> Sample {
    let (path, body) = example(route, things);
    let body = match body {
        Example::Nothing => SampleBody::Nothing,
        Example::Json(body) => SampleBody::Json(body),
        Example::Form(text) => {
            SampleBody::Form(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
        }
        Example::Picture => SampleBody::Parts(multipart("avatar_file", &picture(ImageFormat::Png, 4, 4))),
    };
    Sample::new(&path, body)
}

fn request(app: &TestApp, route: &Route, things: &Things, credential: Option<&str>) -> Request<Body> {
    let (path, body) = example(route, things);
    let mut request = app.request(route.method.clone(), &path);
    if let Some(credential) = credential {
        request = request.header(AUTHORIZATION, credential);
    }
    match body {
        Example::Nothing => request.body(Body::empty()).unwrap(),
        Example::Json(body) => {
            request.header(CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
        }
        Example::Form(body) => {
            let form = "application/x-www-form-urlencoded";
            request.header(CONTENT_TYPE, form).body(Body::from(body)).unwrap()
        }
        Example::Picture => {
            let picture = multipart("avatar_file", &picture(ImageFormat::Png, 4, 4));
            let form = "multipart/form-data; boundary=edge";
            request.header(CONTENT_TYPE, form).body(Body::from(picture)).unwrap()
        }
    }
}

/// What a user is refused and an admin isn't.
pub(crate) fn is_for_admins(route: &Route) -> bool {
    matches!(
        (route.method.as_str(), route.path.strip_prefix("/api/v1").unwrap()),
        ("GET", "/users")
            | ("DELETE", "/users/{user_id}")
            | ("PUT", "/users/{user_id}/password")
            | ("POST", "/codes")
            | ("DELETE", "/codes/{code}")
    )
}

#[tokio::test]
async fn no_invalid_credential_gets_in_and_nobody_where_one_is_needed() {
    let wechat = WeChatServer::start().await;
    let app = start(&wechat, LOOPBACK).await;
    let admin = app.sign_up("admin").await;
    let owner = app.sign_up("owner").await;
    let things = things(&app, &owner, &admin).await;
    let gone = app.register("gone@example.com").await;
    gone.post("/api/v1/auth/logout", &json!({})).await.bytes().await;
    let disabled = app.register("disabled@example.com").await;
    app.disable(&disabled).await;
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
        Some(format!("Bearer {}", disabled.access_token)),
        Some(format!("Bearer {head}.{claims}.")),
        Some(format!("Bearer {head}.{claims}.AAAA")),
        Some(format!("Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")),
    ];
    for route in ROUTES.iter() {
        for credential in &credentials {
            let is_nobody = credential.is_none();
            wechat.give_code("good", "person");
            let response = app.send(request(&app, route, &things, credential.as_deref())).await;
            let status = response.status();
            let name = format!("{} {} as {credential:?}: {status}", route.method, route.path);
            match (route.access, route.path) {
                // The refresh token is its credential, and the one above it takes.
                (Access::SignIn, "/api/v1/session/wechat/refresh") => {
                    let is_its = *credential == Some(format!("Bearer {}", owner.refresh_token));
                    assert_eq!(status == StatusCode::OK, is_its, "{name}");
                    assert!(is_its || status == StatusCode::UNAUTHORIZED, "{name}");
                }
                (Access::SignIn, _) => assert_eq!(status, StatusCode::OK, "{name}"),
                (Access::Open, _) if is_nobody => {
                    assert!(status != StatusCode::UNAUTHORIZED && !status.is_server_error(), "{name}");
                }
                // Without a credential this path is chat-app's.
                (_, "/api/v1/users/{user_id}") if is_nobody && route.method == Method::GET => {
                    assert_eq!(status, StatusCode::NOT_FOUND, "{name}");
                }
                _ => drop(failure(response, StatusCode::UNAUTHORIZED).await),
            }
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_none() {
    let app = start(&WeChatServer::start().await, LOOPBACK).await;
    let owner = app.sign_up("owner").await;
    let things = things(&app, &owner, &owner).await;
    app.clock.advance(Duration::from_secs(3601));
    let credential = format!("Bearer {}", owner.access_token);
    for route in ROUTES.iter().filter(|route| route.access != Access::SignIn) {
        let response = app.send(request(&app, route, &things, Some(&credential))).await;
        failure(response, StatusCode::UNAUTHORIZED).await;
    }
}

#[tokio::test]
async fn users_do_what_is_theirs_and_admins_the_rest() {
    for route in ROUTES.iter().filter(|route| route.access != Access::SignIn) {
        let app = start(&WeChatServer::start().await, LOOPBACK).await;
        let admin = app.sign_up("admin").await;
        let owner = app.sign_up("owner").await;
        let things = things(&app, &owner, &admin).await;
        let name = format!("{} {}", route.method, route.path);
        let credential = format!("bearer {}", owner.access_token);
        let response = app.send(request(&app, route, &things, Some(&credential))).await;
        if !is_for_admins(route) {
            let leads = route.method == Method::GET && route.path.ends_with("/avatar");
            let expected = if leads { StatusCode::TEMPORARY_REDIRECT } else { StatusCode::OK };
            assert_eq!(response.status(), expected, "{name}");
            continue;
        }
        failure(response, StatusCode::FORBIDDEN).await;
        let credential = format!("Bearer {}", admin.access_token);
        let response = app.send(request(&app, route, &things, Some(&credential))).await;
        assert_eq!(response.status(), StatusCode::OK, "{name}");
    }
}

/// What belongs to somebody: refused to everybody else, whoever they are, but that an admin may change users.
fn is_for_its_owner(route: &Route) -> bool {
    matches!(
        (route.method.as_str(), route.path.strip_prefix("/api/v1").unwrap()),
        ("PUT", "/users/{user_id}")
            | ("GET" | "PUT" | "DELETE", "/chats/{chat_id}" | "/presets/{preset_id}")
            | ("POST", "/tasks")
    )
}

/// What a visitor, who may look, is refused though it would be their own.
fn is_more_than_looking(route: &Route) -> bool {
    matches!(
        (route.method.as_str(), route.path.strip_prefix("/api/v1").unwrap()),
        ("POST", "/chats" | "/presets" | "/tasks")
    )
}

#[tokio::test]
async fn strangers_and_visitors_get_what_is_everybodys() {
    for route in ROUTES.iter().filter(|route| route.access != Access::SignIn) {
        for (caller, permission) in [("stranger", 1), ("visitor", 0), ("boss", 2)] {
            let app = start(&WeChatServer::start().await, LOOPBACK).await;
            let admin = app.sign_up("admin").await;
            let owner = app.sign_up("owner").await;
            let things = things(&app, &owner, &admin).await;
            let body = json!({"username": caller, "password": PASSWORD, "permission": permission});
            let user = fine(admin.post("/api/v1/users", &body).await).await;
            let credentials = [("username", caller), ("password", PASSWORD)];
            let tokens = fine(app.post_form("/api/v1/session/oauth2/token", &credentials).await).await;
            let user = TestUser::of_aideer(&app, &user, &tokens);
            let credential = format!("Bearer {}", user.access_token);
            let response = app.send(request(&app, route, &things, Some(&credential))).await;
            let name = format!("{} {} by a {caller}", route.method, route.path);
            let is_admin = permission == 2;
            let changes_a_user = route.path == "/api/v1/users/{user_id}";
            let is_refused = is_for_admins(route) && !is_admin
                || is_for_its_owner(route) && !(is_admin && changes_a_user)
                || is_more_than_looking(route) && permission == 0;
            let leads = route.method == Method::GET && route.path.ends_with("/avatar");
            let likes = route.method == Method::POST && route.path.ends_with("/likes/{kind}/{id}");
            if is_refused {
                failure(response, StatusCode::FORBIDDEN).await;
            } else if likes {
                // The document says nothing of likes: what one may not read isn't there.
                failure(response, StatusCode::NOT_FOUND).await;
            } else if leads {
                assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT, "{name}");
            } else {
                assert_eq!(response.status(), StatusCode::OK, "{name}");
            }
        }
    }
}

#[tokio::test]
async fn the_table_is_what_is_mounted_and_a_slash_at_the_end_changes_nothing() {
    let app = start(&WeChatServer::start().await, EVERYWHERE).await;
    let owner = app.sign_up("owner").await;
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for route in ROUTES.iter() {
        for end in ["", "/"] {
            let things = things(&app, &owner, &owner).await;
            let path = example(route, &things).0;
            let path = path.split('?').next().unwrap().to_owned() + end;
            for method in &methods {
                // With the slash this one is chat-app's.
                if path == "/api/v1/users/" && *method == Method::POST {
                    continue;
                }
                let known = ROUTES.iter().any(|other| other.path == route.path && other.method == *method);
                let request = owner.request(method.clone(), &path).body(Body::empty()).unwrap();
                let response = app.send(request).await;
                let status = response.status();
                let leads = *method == Method::GET && route.path.ends_with("/avatar");
                assert_eq!(status.is_redirection(), leads, "{method} {path}: {status}");
                assert!(status != StatusCode::NOT_FOUND, "{method} {path}: {status}");
                assert_eq!(status != StatusCode::METHOD_NOT_ALLOWED, known, "{method} {path}: {status}");
                if !known {
                    let allowed = response.header("allow").to_owned();
                    for other in ROUTES.iter().filter(|other| other.path == route.path) {
                        assert!(allowed.contains(other.method.as_str()), "{method} {path}: {allowed}");
                    }
                    // Unknown methods are answered like unknown paths, in the words of them all.
                    failure_in_envelope(response, StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED").await;
                }
            }
        }
    }
}
