//! Who may call what: every route of the table, by everybody, with open mode on and off.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use wenshu_contracts::http::caller::Access;
use wenshu_contracts::http::route::Route;
use wenshu_contracts::stock_bi::ROUTES;
use wenshu_core::accounts::{Authority, Trust};
use wenshu_core::datasets::DatasetDraft;
use wenshu_core::runs::talk::{Subject, Talk, TalkPlace, Talked};
use wenshu_core::settings::LoginLimits;
use wenshu_core::{Actor, Language};
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{MemoryLake, TestApp, TestAppBuilder, TestUser};

use super::support::{data, failure};

/// A session of this user's, by its name, with an answer: its id and the answer's number.
async fn session_of(app: &TestApp, name: &str) -> (String, i64) {
    let authority = Authority::open(&Trust::in_open_mode(), None);
    let actor = app.app.accounts.act_for_named(&authority, name).await.unwrap();
    let talk = Talk {
        text: "一共有多少客户？".to_owned(),
        subject: Subject::Data,
        tools: Vec::new(),
        place: TalkPlace::Session(None),
        language: Language::Zh,
        last_event: None,
    };
    let Talked::Run { run, session } = app.app.runs.talk(&actor, talk).await.unwrap() else { panic!() };
    futures::StreamExt::count(run.events).await;
    let view = app.app.conversations.find_session(&actor, &session).await.unwrap();
    (session, view.messages[1].message.number)
}

/// What the owner has, for routes that name something.
pub(crate) struct Things {
    session: String,
    answer: i64,
    dataset: String,
}

/// A request that would be answered well if the caller were allowed, for each route. A new route needs an entry here.
pub(crate) fn example(route: &Route, name: &str, things: &Things) -> Value {
    let Things { session, answer, dataset } = things;
    match route.path.strip_prefix("/v1").unwrap() {
        "/chat/" => json!({"user_name": name, "content": "你好", "session_id": session}),
        "/chat/init" | "/users/list" => json!({}),
        "/chat/get" | "/chat/delete" => json!({"session_id": session}),
        "/chat/feedback" => json!({"session_id": session, "message_id": answer, "feedback": true}),
        "/stock/add_fav_stock" | "/stock/del_fav_stock" => json!({"user_name": name, "stock_code": "AAPL"}),
        "/data/upload" => json!({"user_name": name, "name": "new"}),
        "/data/create" => json!({
            "user_name": name, "name": "new", "description": "said", "columns": [{"name": "a", "type": "integer"}], "rows": [[1]],
        }),
        "/data/download" => json!({"data_id": dataset, "format": "csv", "table": "sales"}),
        "/data/delete" => json!({"data_id": dataset}),
        "/chat/list"
        | "/data/list"
        | "/stock/list_fav_stock"
        | "/stock/clear_fav_stock"
        | "/users/info"
        | "/users/delete" => {
            json!({"user_name": name})
        }
        "/users/login" => json!({"user_name": name, "password": PASSWORD}),
        "/users/register" => json!({"user_name": "somebody-new", "password": PASSWORD}),
        "/users/reset-password" => json!({"user_name": name, "password": PASSWORD, "new_password": PASSWORD}),
        "/users/reset-info" => json!({"user_name": name, "status": "active"}),
        path => panic!("{path} has no example here"),
    }
}

/// A small file as a form.
pub(crate) fn file() -> Vec<u8> {
    let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\n";
    [head.as_bytes(), b"a,b\n1,2\n\r\n--edge--\r\n"].concat()
}

pub(super) fn request(
    app: &TestApp,
    route: &Route,
    body: &Value,
    header: Option<(&str, &str)>,
) -> Request<Body> {
    let (path, kind, body) = if route.path == "/v1/data/upload" {
        let path = format!("{}?user_name={}", route.path, body["user_name"].as_str().unwrap());
        (path, "multipart/form-data; boundary=edge", file())
    } else {
        (route.path.to_owned(), "application/json", body.to_string().into_bytes())
    };
    let mut request = app.request(route.method.clone(), &path).header(CONTENT_TYPE, kind);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    request.body(Body::from(body)).unwrap()
}

/// A dataset of this user's: its id.
async fn dataset_of(app: &TestApp, actor: &Actor) -> String {
    let upload = app.app.datasets.upload(actor, "sales.csv", Default::default()).await.unwrap();
    assert!(upload.write("a,b\n1,2\n".into()).await);
    upload.finish(DatasetDraft::default()).await.unwrap().id.to_string()
}

/// An application with an admin, an owner who has a session and follows a stock, and somebody else.
pub(crate) struct House {
    pub(crate) app: TestApp,
    pub(crate) things: Things,
}

impl House {
    pub(crate) async fn build(is_open: bool) -> Self {
        Self::build_from(TestApp::builder(), is_open).await
    }

    /// One that differs. Logins in it may fail as often as they like.
    pub(crate) async fn build_from(builder: TestAppBuilder, is_open: bool) -> Self {
        let often = LoginLimits { for_account: u32::MAX, for_address: u32::MAX, ..LoginLimits::default() };
        let app = builder
            .http(move |settings| settings.open_contracts = is_open)
            .core(move |settings| {
                settings.lake = Some(Arc::new(MemoryLake::default()));
                settings.login_limits = often;
            })
            .start()
            .await;
        for name in ["admin", "owner", "other"] {
            app.sign_up(name).await;
        }
        let (session, answer) = session_of(&app, "owner").await;
        let authority = Authority::open(&Trust::in_open_mode(), None);
        let actor = app.app.accounts.act_for_named(&authority, "owner").await.unwrap();
        app.app.favourite_stocks.add(&actor, &"AAPL".parse().unwrap()).await.unwrap();
        let dataset = dataset_of(&app, &actor).await;
        Self { app, things: Things { session, answer, dataset } }
    }

    pub(crate) async fn token(&self, name: &str) -> String {
        super::support::sign_in(&self.app, name).await
    }
}

async fn invalid(app: &TestApp, owner: &TestUser<'_>) -> Vec<String> {
    let gone = app.register("gone@example.com").await;
    gone.post("/api/v1/auth/logout", &json!({})).await.bytes().await;
    let disabled = app.register("disabled@example.com").await;
    app.disable(&disabled).await;
    vec![
        String::new(),
        "Bearer".to_owned(),
        "Bearer garbage".to_owned(),
        format!("Basic {}", owner.access_token),
        format!("Bearer {}", owner.refresh_token),
        format!("Bearer {}", gone.access_token),
        format!("Bearer {}", disabled.access_token),
    ]
}

#[tokio::test]
async fn in_open_mode_anybody_calls_everything() {
    for route in ROUTES.iter() {
        let house = House::build(true).await;
        let body = example(route, "owner", &house.things);
        let response = house.app.send(request(&house.app, route, &body, None)).await;
        assert_eq!(response.status(), StatusCode::OK, "{}", route.path);
        response.bytes().await;
    }
}

#[tokio::test]
async fn a_credential_that_is_sent_has_to_be_valid_but_where_one_signs_in() {
    for is_open in [true, false] {
        let house = House::build(is_open).await;
        let credentials = invalid(&house.app, &house.app.sign_up("person").await).await;
        for route in ROUTES.iter() {
            let body = example(route, "owner", &house.things);
            for credential in &credentials {
                let bearer = (AUTHORIZATION.as_str(), credential.as_str());
                let cookie = format!("wenshu_session={}", credential.replace(' ', ""));
                for header in [bearer, ("cookie", cookie.as_str())] {
                    let response = house.app.send(request(&house.app, route, &body, Some(header))).await;
                    match route.access {
                        Access::CallerUnlessOpen => {
                            failure(response, StatusCode::UNAUTHORIZED).await;
                        }
                        _ => {
                            let status = response.status();
                            // Who has registered once is there the next time.
                            let is_fine = matches!(status, StatusCode::OK | StatusCode::BAD_REQUEST);
                            assert!(is_fine, "{} {header:?}: {status}", route.path);
                        }
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn with_open_mode_off_everybody_reaches_what_is_theirs_and_admins_every_user() {
    for route in ROUTES.iter().filter(|route| route.access == Access::CallerUnlessOpen) {
        let house = House::build(false).await;
        let app = &house.app;
        let body = example(route, "owner", &house.things);
        failure(app.send(request(app, route, &body, None)).await, StatusCode::UNAUTHORIZED).await;
        let (of_others, of_admins, of_owners) = match route.path {
            "/v1/chat/init" => (StatusCode::OK, StatusCode::OK, StatusCode::OK),
            // Nobody but an admin sees everybody.
            "/v1/users/list" => (StatusCode::FORBIDDEN, StatusCode::OK, StatusCode::FORBIDDEN),
            "/v1/chat/get" | "/v1/chat/delete" | "/v1/chat/feedback" | "/v1/data/download"
            | "/v1/data/delete" => (StatusCode::NOT_FOUND, StatusCode::OK, StatusCode::OK),
            // Whom the admin deletes or has forgotten a stock for isn't there for the owner any more.
            _ => (StatusCode::FORBIDDEN, StatusCode::OK, StatusCode::OK),
        };
        let ends = matches!(
            route.path,
            "/v1/users/delete"
                | "/v1/users/reset-password"
                | "/v1/stock/del_fav_stock"
                | "/v1/chat/delete"
                | "/v1/data/delete"
        );
        let callers = [("other", of_others), ("owner", of_owners), ("admin", of_admins)];
        for (name, expected) in callers {
            if ends && name == "admin" {
                continue;
            }
            let bearer = format!("Bearer {}", house.token(name).await);
            let response =
                app.send(request(app, route, &body, Some((AUTHORIZATION.as_str(), &bearer)))).await;
            assert_eq!(response.status(), expected, "{} by {name}", route.path);
            if expected == StatusCode::OK {
                response.bytes().await;
            } else {
                failure(response, expected).await;
            }
        }
        // The same by an admin and with the cookie, in a house where nothing has happened yet.
        for name in ["owner", "admin"] {
            let house = House::build(false).await;
            let body = example(route, "owner", &house.things);
            let cookie = format!("theme=dark; wenshu_session={}", house.token(name).await);
            let response = house.app.send(request(&house.app, route, &body, Some(("cookie", &cookie)))).await;
            let expected = if name == "owner" { of_owners } else { of_admins };
            assert_eq!(response.status(), expected, "{} by {name} with a cookie", route.path);
            response.bytes().await;
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_none() {
    let house = House::build(false).await;
    let bearer = format!("Bearer {}", house.token("owner").await);
    house.app.clock.advance(Duration::from_secs(3601));
    for route in ROUTES.iter().filter(|route| route.access == Access::CallerUnlessOpen) {
        let body = example(route, "owner", &house.things);
        let header = Some((AUTHORIZATION.as_str(), bearer.as_str()));
        failure(house.app.send(request(&house.app, route, &body, header)).await, StatusCode::UNAUTHORIZED)
            .await;
    }
}

#[tokio::test]
async fn with_open_mode_off_roles_are_raised_by_admins_alone() {
    let house = House::build(false).await;
    let app = &house.app;
    let owner = format!("Bearer {}", house.token("owner").await);
    let admin = format!("Bearer {}", house.token("admin").await);
    let route = ROUTES.iter().find(|route| route.path == "/v1/users/reset-info").unwrap();
    let body = json!({"user_name": "owner", "user_role": "admin"});
    let response = app.send(request(app, route, &body, Some((AUTHORIZATION.as_str(), &owner)))).await;
    failure(response, StatusCode::FORBIDDEN).await;
    let response = app.send(request(app, route, &body, Some((AUTHORIZATION.as_str(), &admin)))).await;
    assert_eq!(data(response).await["user_role"], "admin");
    let unknown = json!({"user_name": "nobody"});
    let response = app.send(request(app, route, &unknown, Some((AUTHORIZATION.as_str(), &admin)))).await;
    failure(response, StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn a_page_of_another_site_drives_nothing() {
    let house = House::build(true).await;
    let app = &house.app;
    for route in ROUTES.iter() {
        let body = example(route, "owner", &house.things);
        let foreign = request(app, route, &body, Some((ORIGIN.as_str(), "https://evil.example")));
        failure(app.send(foreign).await, StatusCode::FORBIDDEN).await;
        for host in ["evil.example", "evil.example:8000", "127.0.0.1:9000"] {
            let rebound = Request::builder().method(Method::POST).uri(route.path).header(HOST, host);
            let rebound = rebound.header(CONTENT_TYPE, "application/json");
            let response = app.send(rebound.body(Body::from(body.to_string())).unwrap()).await;
            failure(response, StatusCode::FORBIDDEN).await;
        }
        let own = app.request(Method::OPTIONS, route.path).header(ORIGIN, "http://localhost:5173");
        let own = own.header("access-control-request-method", "POST");
        let response = app.send(own.body(Body::empty()).unwrap()).await;
        assert_eq!(response.header("access-control-allow-origin"), "http://localhost:5173");
    }
    let users = data(app.post("/v1/users/list", &json!({})).await).await;
    assert_eq!(users.as_array().unwrap().len(), 3, "nothing was changed");
}

#[tokio::test]
async fn the_table_is_what_is_mounted_and_a_slash_at_the_end_changes_nothing() {
    let app = TestApp::builder().without_demo().start().await;
    for route in ROUTES.iter() {
        let stem = route.path.strip_suffix('/').unwrap_or(route.path);
        for path in [stem.to_owned(), format!("{stem}/")] {
            let request = app.request(Method::POST, &path).header(CONTENT_TYPE, "application/json");
            let status = app.send(request.body(Body::from("{}")).unwrap()).await.status();
            assert!(
                !status.is_redirection()
                    && !matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED),
                "{path}: {status}"
            );
            for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
                let response = app.send(app.request(method, &path).body(Body::empty()).unwrap()).await;
                assert_eq!(response.header("allow"), "POST", "{path}");
                failure(response, StatusCode::METHOD_NOT_ALLOWED).await;
            }
        }
    }
    failure(app.get("/v1/nothing").await, StatusCode::NOT_FOUND).await;
}
