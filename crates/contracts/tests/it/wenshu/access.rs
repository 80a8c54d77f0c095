//! Who may call what: every route of the table, by everybody.

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use wenshu_contracts::Contract;
use wenshu_contracts::http::caller::Access;
use wenshu_contracts::http::route::Route;
use wenshu_contracts::wenshu::ROUTES;
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{TestApp, TestUser};

pub(crate) use super::support::names_in_problem as faults;
use super::support::{fine, fine_as, problem};
use crate::support::data;

const NOBODYS: &str = "0190f5a0-0000-7000-8000-000000000001";

/// What the paths name.
pub(crate) struct Things {
    session: String,
    model: String,
    connection: String,
}

impl Things {
    /// A second session of this admin's, and a model and a connection that it shares.
    pub(crate) async fn of(app: &TestApp, admin: &TestUser<'_>, email: &str) -> Self {
        let login = json!({"email": email, "password": PASSWORD});
        data(app.post("/api/v1/auth/login", &login).await).await;
        let sessions = fine(admin.get("/wenshu/v1/sessions").await).await;
        app.sqlite_file("shared.db");
        let connection = json!({"name": "shared", "driver": "sqlite", "database": "shared.db"});
        let connection = admin.post("/wenshu/v1/shared/connections", &connection).await;
        let model = json!({
            "name": "shared", "provider": "openai_compatible", "model_id": "m", "base_url": "http://127.0.0.1:1/v1",
        });
        let model = admin.post("/wenshu/v1/shared/models", &model).await;
        let id = |body: Value| body["id"].as_str().unwrap().to_owned();
        Self {
            session: id(sessions["sessions"][1].clone()),
            model: id(fine_as(model, StatusCode::CREATED).await),
            connection: id(fine_as(connection, StatusCode::CREATED).await),
        }
    }

    fn none() -> Self {
        Self { session: NOBODYS.to_owned(), model: NOBODYS.to_owned(), connection: NOBODYS.to_owned() }
    }
}

/// A request that would be answered well if the caller were allowed, for each route. A new route needs an entry here.
pub(crate) fn example(route: &Route, things: &Things) -> (String, Option<Value>) {
    let id = match route.path {
        path if path.contains("/models/") => &things.model,
        path if path.contains("/connections/") => &things.connection,
        _ => &things.session,
    };
    let path = route.path.replace("{id}", id);
    match (route.method.as_str(), route.path.strip_prefix("/wenshu/v1").unwrap()) {
        ("GET", "/codes") => (format!("{path}?limit=10&offset=0"), None),
        ("GET", "/usage") => (format!("{path}?from=2026-03-01&to=2026-03-18&by=week&of=user"), None),
        ("GET" | "DELETE", _) | ("POST", "/shared/models/{id}/test" | "/shared/connections/{id}/test") => {
            (path, None)
        }
        ("POST", "/shared/models") => {
            (path, Some(json!({"name": "new", "provider": "ollama", "model_id": "qwen3", "multiplier": 2})))
        }
        ("POST", "/shared/connections") => {
            (path, Some(json!({"name": "new", "driver": "sqlite", "database": "shared.db"})))
        }
        ("PUT", _) => (path, Some(json!({"name": "renamed"}))),
        (method, path) => panic!("{method} {path} has no example here"),
    }
}

/// What a user is refused and an admin isn't.
fn is_for_admins(route: &Route) -> bool {
    !["/wenshu/v1/sessions", "/wenshu/v1/limits"].iter().any(|path| route.path.starts_with(path))
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

#[tokio::test]
async fn every_route_by_everybody() {
    let (mut refused, mut forbidden, mut hidden) = (0, 0, 0);
    for route in ROUTES.iter() {
        assert_eq!(route.access, Access::Caller, "{route:?}: nothing here is open");
        let app = TestApp::start().await;
        let admin = app.register("admin@example.com").await;
        let things = Things::of(&app, &admin, "admin@example.com").await;
        let user = app.register("user@example.com").await;
        let ended = app.register("ended@example.com").await;
        data(ended.post("/api/v1/auth/logout", &json!({})).await).await;
        let disabled = app.register("disabled@example.com").await;
        app.disable(&disabled).await;
        for credential in [
            None,
            Some("Bearer".to_owned()),
            Some("Bearer garbage".to_owned()),
            Some(format!("Basic {}", admin.access_token)),
            Some(format!("Bearer {}", admin.refresh_token)),
            Some(format!("Bearer {}", ended.access_token)),
            Some(format!("Bearer {}", disabled.access_token)),
        ] {
            let response = app.send(request(&app, route, &things, credential.as_deref())).await;
            problem(response, StatusCode::UNAUTHORIZED, "unauthenticated").await;
            refused += 1;
        }
        let by = |user: &TestUser<'_>| Some(format!("Bearer {}", user.access_token));
        let response = app.send(request(&app, route, &things, by(&user).as_deref())).await;
        if is_for_admins(route) {
            problem(response, StatusCode::FORBIDDEN, "admins_only").await;
            forbidden += 1;
        } else if route.path.contains("{id}") {
            problem(response, StatusCode::NOT_FOUND, "not_found").await;
            hidden += 1;
        } else {
            fine(response).await;
        }
        // Nothing of it has happened, and to the admin it does.
        let response = app.send(request(&app, route, &things, by(&admin).as_deref())).await;
        assert!(response.status().is_success(), "{route:?}: {}", response.status());
        if route.path.contains("{id}") {
            let response = app.send(request(&app, route, &Things::none(), by(&admin).as_deref())).await;
            problem(response, StatusCode::NOT_FOUND, "not_found").await;
        }
    }
    assert_eq!((refused, forbidden, hidden), (ROUTES.len() * 7, 12, 1));
}

#[tokio::test]
async fn the_table_is_what_is_mounted_and_a_slash_at_the_end_changes_nothing() {
    let app = TestApp::start().await;
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for route in ROUTES.iter() {
        let path = route.path.replace("{id}", NOBODYS);
        for path in [path.clone(), format!("{path}/")] {
            for method in &methods {
                let known = ROUTES.iter().any(|other| other.path == route.path && other.method == *method);
                let response =
                    app.send(app.request(method.clone(), &path).body(Body::empty()).unwrap()).await;
                if known {
                    problem(response, StatusCode::UNAUTHORIZED, "unauthenticated").await;
                } else {
                    assert!(!response.header("allow").is_empty(), "{method} {path}");
                    problem(response, StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").await;
                }
            }
        }
    }
    for path in ["/wenshu/v1", "/wenshu/v1/", "/wenshu/v1/nothing", "/wenshu/v1/shared"] {
        problem(app.get(path).await, StatusCode::NOT_FOUND, "route_not_found").await;
    }
}

#[tokio::test]
async fn switched_off_it_is_not_there() {
    let app = TestApp::builder().http(|settings| settings.contracts = vec![Contract::QueryGpt]).start().await;
    let admin = app.register("admin@example.com").await;
    problem(admin.get("/wenshu/v1/sessions").await, StatusCode::NOT_FOUND, "route_not_found").await;
}

#[tokio::test]
async fn what_is_no_good_is_said_as_a_problem() {
    let app = TestApp::builder().http(|settings| settings.body_limit = 200).start().await;
    let admin = app.register("admin@example.com").await;
    const MODELS: &str = "/wenshu/v1/shared/models";
    let post = async |kind: &str, body: &str| {
        let request = admin.request(Method::POST, MODELS).header(CONTENT_TYPE, kind);
        app.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    problem(post("text/plain", "{}").await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
        .await;
    let long = "x".repeat(300);
    problem(post("application/json", &long).await, StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large").await;
    for body in ["", "{", "[]", "7", "\u{feff}{}"] {
        let body =
            problem(post("application/json", body).await, StatusCode::UNPROCESSABLE_ENTITY, "validation")
                .await;
        assert_eq!(body["errors"][0]["field"], "body", "{body}");
    }
    let request = app.request(Method::GET, "/wenshu/v1/limits").header("accept-language", "en");
    let response = app.send(request.header("x-request-id", "mine-7").body(Body::empty()).unwrap()).await;
    let body = problem(response, StatusCode::UNAUTHORIZED, "unauthenticated").await;
    assert_eq!(body["request_id"], "mine-7");
    assert!(body["detail"].as_str().unwrap().is_ascii(), "{body}");
}

/// Odd texts in every place of every route, by somebody who may call it. What comes back is the route's or a problem, and never a 5xx.
#[tokio::test]
async fn odd_texts_everywhere_are_answered_without_a_5xx() {
    let app = TestApp::start().await;
    let admin = app.register("admin@example.com").await;
    let odd = [
        "",
        "%00",
        "%FF%FE",
        "..%2F..%2Fetc",
        "%0d%0aX:%20y",
        "-1",
        "1e400",
        "null",
        "[]",
        "%E2%80%AE",
        "%26",
    ];
    for route in ROUTES.iter() {
        for text in odd {
            let path = route.path.replace("{id}", text);
            let query = format!("limit={text}&offset={text}&from={text}&to={text}&by={text}&of={text}");
            let fields = [
                "name",
                "provider",
                "model_id",
                "base_url",
                "api_key",
                "multiplier",
                "driver",
                "host",
                "port",
            ];
            let body = fields.map(|field| format!("{field:?}: {text:?}")).join(", ");
            for address in
                [format!("{path}?{query}"), format!("{path}?{text}={text}"), format!("{path}/{text}")]
            {
                let request = admin
                    .request(route.method.clone(), &address)
                    .header(CONTENT_TYPE, "application/json")
                    .header("user-agent", text);
                let response = app.send(request.body(Body::from(format!("{{{body}}}"))).unwrap()).await;
                let status = response.status();
                assert!(!status.is_server_error(), "{} {address}: {status}", route.method);
                if status.is_client_error() {
                    assert_eq!(response.header("content-type"), "application/problem+json", "{address}");
                }
            }
        }
    }
}
