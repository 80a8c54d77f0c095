//! Who may what by their role, and what a proof of who calls changes where none is asked for.

use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_contracts::http::caller::Access;
use wenshu_contracts::stock_bi::ROUTES;
use wenshu_core::Role;
use wenshu_core::clock::Clock as _;
use wenshu_testkit::TestApp;
use wenshu_testkit::app::PASSWORD;

use super::access::{House, example, request};
use super::support::{data, failure, register, sign_in};

/// What a visitor, who may look, is refused though it would be their own.
const REFUSED_TO_VISITORS: [&str; 9] = [
    "/v1/chat/",
    "/v1/chat/delete",
    "/v1/chat/feedback",
    "/v1/data/upload",
    "/v1/data/create",
    "/v1/data/delete",
    "/v1/stock/add_fav_stock",
    "/v1/stock/del_fav_stock",
    "/v1/stock/clear_fav_stock",
];

/// Makes somebody a visitor, as an admin would through another contract.
async fn make_visitor(app: &TestApp, name: &str) {
    let account = app.store.account_by_login(name).await.unwrap().unwrap();
    app.store.set_role(account.id, Role::Visitor, app.clock.now()).await.unwrap();
}

/// What a contract says of somebody's things: their sessions, messages, datasets and stocks.
async fn things_of(house: &House, token: Option<&str>) -> Vec<Value> {
    let mut found = Vec::new();
    for path in ["/v1/chat/list", "/v1/chat/get", "/v1/data/list", "/v1/stock/list_fav_stock"] {
        let route = ROUTES.iter().find(|route| route.path == path).unwrap();
        let bearer = token.map(|token| format!("Bearer {token}"));
        let header = bearer.as_deref().map(|bearer| (AUTHORIZATION.as_str(), bearer));
        let body = example(route, "owner", &house.things);
        found.push(data(house.app.send(request(&house.app, route, &body, header)).await).await);
    }
    found
}

#[tokio::test]
async fn in_open_mode_a_proof_of_who_calls_takes_nothing_away() {
    for route in ROUTES.iter() {
        for (name, is_cookie) in [("other", false), ("other", true), ("admin", false), ("admin", true)] {
            let house = House::build(true).await;
            let token = house.token(name).await;
            let (bearer, cookie) = (format!("Bearer {token}"), format!("wenshu_session={token}"));
            let header = if is_cookie {
                ("cookie", cookie.as_str())
            } else {
                (AUTHORIZATION.as_str(), bearer.as_str())
            };
            let body = example(route, "owner", &house.things);
            let response = house.app.send(request(&house.app, route, &body, Some(header))).await;
            assert_eq!(response.status(), StatusCode::OK, "{} by {name} {is_cookie}", route.path);
            response.bytes().await;
        }
    }
}

#[tokio::test]
async fn in_open_mode_who_proves_who_they_are_need_not_say_it() {
    let house = House::build(true).await;
    let other = house.token("other").await;
    let create = ROUTES.iter().find(|route| route.path == "/v1/data/create").unwrap();
    let mut body = example(create, "owner", &house.things);
    body.as_object_mut().unwrap().remove("user_name");
    failure(house.app.send(request(&house.app, create, &body, None)).await, StatusCode::UNPROCESSABLE_ENTITY)
        .await;
    let bearer = format!("Bearer {other}");
    let header = Some((AUTHORIZATION.as_str(), bearer.as_str()));
    let made = data(house.app.send(request(&house.app, create, &body, header)).await).await;
    let listed =
        async |name: &str| data(house.app.post("/v1/data/list", &json!({"user_name": name})).await).await;
    assert_eq!(listed("other").await[0]["data_id"], made["data_id"]);
    assert_eq!(listed("owner").await.as_array().unwrap().len(), 1, "only what was there");
}

#[tokio::test]
async fn visitors_look_and_change_nothing() {
    for is_open in [true, false] {
        let house = House::build(is_open).await;
        let app = &house.app;
        make_visitor(app, "owner").await;
        let token = if is_open { None } else { Some(house.token("owner").await) };
        let before = things_of(&house, token.as_deref()).await;
        assert!(before.iter().all(|things| things != &json!([])), "{before:?}");
        for route in ROUTES.iter().filter(|route| REFUSED_TO_VISITORS.contains(&route.path)) {
            let body = example(route, "owner", &house.things);
            let bearer = token.as_ref().map(|token| format!("Bearer {token}"));
            let header = bearer.as_deref().map(|bearer| (AUTHORIZATION.as_str(), bearer));
            let response = app.send(request(app, route, &body, header)).await;
            let said = failure(response, StatusCode::FORBIDDEN).await;
            assert_eq!(said, "访客只能查看，不能这样做", "{}", route.path);
        }
        assert_eq!(things_of(&house, token.as_deref()).await, before);
    }
}

#[tokio::test]
async fn what_visitors_may_is_everything_else() {
    let may = |path: &str, is_open: bool| match path {
        path if REFUSED_TO_VISITORS.contains(&path) => false,
        // Nobody but an admin sees everybody, where they have to prove to be one.
        "/v1/users/list" => is_open,
        _ => true,
    };
    for is_open in [true, false] {
        for route in ROUTES.iter().filter(|route| route.access == Access::CallerUnlessOpen) {
            let house = House::build(is_open).await;
            make_visitor(&house.app, "owner").await;
            let bearer = format!("Bearer {}", house.token("owner").await);
            let body = example(route, "owner", &house.things);
            let header = Some((AUTHORIZATION.as_str(), bearer.as_str()));
            let response = house.app.send(request(&house.app, route, &body, header)).await;
            let expected = if may(route.path, is_open) { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(response.status(), expected, "{} open: {is_open}", route.path);
            response.bytes().await;
        }
    }
}

#[tokio::test]
async fn no_visitor_becomes_more_by_being_named() {
    let house = House::build(true).await;
    make_visitor(&house.app, "owner").await;
    for role in ["user", "admin", "analyst"] {
        let body = json!({"user_name": "owner", "user_role": role});
        failure(house.app.post("/v1/users/reset-info", &body).await, StatusCode::FORBIDDEN).await;
    }
    let info = data(house.app.post("/v1/users/info", &json!({"user_name": "owner"})).await).await;
    assert_eq!(info["user_role"], "visitor");
}

fn asks_for(name: &str, role: &str) -> Value {
    json!({"user_name": name, "password": PASSWORD, "user_role": role})
}

#[tokio::test]
async fn the_first_account_may_ask_to_be_the_admin_on_loopback_alone() {
    let app = TestApp::builder().without_demo().start().await;
    let first = data(app.post("/v1/users/register", &asks_for("first", "admin")).await).await;
    assert_eq!(first["user_role"], "admin");
    failure(app.post("/v1/users/register", &asks_for("second", "admin")).await, StatusCode::FORBIDDEN).await;
    let second = data(app.post("/v1/users/register", &asks_for("second", "user")).await).await;
    assert_eq!(second["user_role"], "user");

    let app = TestApp::builder()
        .without_demo()
        .bound("0.0.0.0:8000".parse().unwrap())
        .core(|settings| settings.first_account_is_admin = false)
        .start()
        .await;
    failure(app.post("/v1/users/register", &asks_for("first", "admin")).await, StatusCode::FORBIDDEN).await;
    let first = data(app.post("/v1/users/register", &asks_for("first", "user")).await).await;
    assert_eq!(first["user_role"], "user");
}

#[tokio::test]
async fn when_registration_is_closed_admins_alone_register_somebody() {
    for is_open in [true, false] {
        let before = TestApp::builder().without_demo().start().await;
        register(&before, "admin").await;
        register(&before, "user").await;
        let folder = Arc::clone(&before.folder);
        before.app.shutdown(Duration::from_secs(5)).await;
        drop(before);
        let app = TestApp::builder()
            .without_demo()
            .again_in(folder)
            .http(move |settings| settings.open_contracts = is_open)
            .core(|settings| settings.registration_is_open = false)
            .start()
            .await;
        let body = asks_for("new", "user");
        failure(app.post("/v1/users/register", &body).await, StatusCode::FORBIDDEN).await;
        for (name, expected) in [("user", StatusCode::FORBIDDEN), ("admin", StatusCode::OK)] {
            let token = sign_in(&app, name).await;
            let request = app.request_as(&token, Method::POST, "/v1/users/register");
            let request = request.header("content-type", "application/json");
            let response = app.send(request.body(body.to_string().into()).unwrap()).await;
            if expected == StatusCode::OK {
                data(response).await;
            } else {
                failure(response, expected).await;
            }
        }
    }
}
