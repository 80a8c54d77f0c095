//! Users: registering, signing in, what becomes of them.

use std::time::Duration;

use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_testkit::TestApp;
use wenshu_testkit::app::{NOON, PASSWORD};

use super::support::{data, failure, faulty, register, sign_in};

async fn start() -> TestApp {
    TestApp::builder().without_demo().start().await
}

async fn info(app: &TestApp, name: &str) -> Value {
    data(app.post("/v1/users/info", &json!({"user_name": name})).await).await
}

#[tokio::test]
async fn a_user_registers_and_signs_in_here_and_elsewhere() {
    let app = start().await;
    let first = register(&app, " 张三 ").await;
    assert_eq!(
        first,
        json!({"user_id": first["user_id"], "user_name": "张三", "user_role": "admin", "register_time": NOON, "status": "active"})
    );
    let second = register(&app, "ann").await;
    assert_eq!(second["user_role"], "user", "the first one alone is an admin");
    let body = json!({"user_name": "ANN", "password": PASSWORD});
    let response = app.post("/v1/users/login", &body).await;
    assert_eq!(response.header("cache-control"), "no-store");
    let cookie = response.header("set-cookie").to_owned();
    let signed_in = data(response).await;
    let keys: Vec<&String> = signed_in.as_object().unwrap().keys().collect();
    let expected =
        ["user_id", "user_name", "user_role", "access_token", "refresh_token", "token_type", "expires_in"];
    assert_eq!(keys, expected);
    assert_eq!(signed_in["token_type"], "bearer");
    assert_eq!(signed_in["expires_in"], 3600);
    let token = signed_in["access_token"].as_str().unwrap();
    assert_eq!(cookie, format!("wenshu_session={token}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"));
    // One set of accounts: the name and the token are good in every contract.
    let credentials = [("username", "ann"), ("password", PASSWORD)];
    assert_eq!(app.post_form("/api/v1/session/oauth2/token", &credentials).await.status(), StatusCode::OK);
    let request = app.request_as(token, Method::GET, "/api/v1/auth/me").body(Body::empty()).unwrap();
    assert_eq!(app.send(request).await.status(), StatusCode::OK);
    app.sign_up("elsewhere").await;
    sign_in(&app, "elsewhere").await;
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_the_same() {
    let app = start().await;
    register(&app, "ann").await;
    app.post("/api/v1/users/", &json!({"username": "without"})).await.bytes().await;
    let mut messages = Vec::new();
    for (name, password) in [("ann", "wrong-horse-1"), ("nobody", PASSWORD), ("without", PASSWORD)] {
        let body = json!({"user_name": name, "password": password});
        messages.push(failure(app.post("/v1/users/login", &body).await, StatusCode::UNAUTHORIZED).await);
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
    for _ in 0..9 {
        let body = json!({"user_name": "ann", "password": "wrong-horse-1"});
        failure(app.post("/v1/users/login", &body).await, StatusCode::UNAUTHORIZED).await;
    }
    let response = app.post("/v1/users/login", &json!({"user_name": "ann", "password": PASSWORD})).await;
    assert_eq!(response.header("retry-after"), "300");
    failure(response, StatusCode::TOO_MANY_REQUESTS).await;
}

#[tokio::test]
async fn names_are_taken_once_and_said_so_in_the_pages_words() {
    let app = start().await;
    register(&app, "ann").await;
    for name in ["ann", "ANN", " Ann "] {
        let body = json!({"user_name": name, "password": PASSWORD});
        let request = app.request(Method::POST, "/v1/users/register").header("accept-language", "en");
        let request = request.header(CONTENT_TYPE, "application/json");
        let response = app.send(request.body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(failure(response, StatusCode::BAD_REQUEST).await, "用户名已存在");
    }
}

#[tokio::test]
async fn fields_are_checked_and_named() {
    let app = start().await;
    let long = "x".repeat(129);
    for (path, body, names) in [
        ("register", json!({}), vec!["user_name", "password"]),
        ("register", json!({"user_name": "a", "password": "short"}), vec!["password"]),
        ("register", json!({"user_name": "a", "password": long}), vec!["password"]),
        ("register", json!({"user_name": "a", "password": "      "}), vec!["password"]),
        ("register", json!({"user_name": "a", "password": "secret\u{0}x"}), vec!["password"]),
        ("register", json!({"user_name": " ", "password": PASSWORD}), vec!["user_name"]),
        ("register", json!({"user_name": "a/b", "password": PASSWORD}), vec!["user_name"]),
        ("register", json!({"user_name": "a@b.co", "password": PASSWORD}), vec!["user_name"]),
        ("register", json!({"user_name": "me", "password": PASSWORD}), vec!["user_name"]),
        ("register", json!({"user_name": "x".repeat(51), "password": PASSWORD}), vec!["user_name"]),
        ("register", json!({"user_name": "a", "password": PASSWORD, "user_role": 7}), vec!["user_role"]),
        (
            "register",
            json!({"user_name": "a", "password": PASSWORD, "user_role": "x".repeat(51)}),
            vec!["user_role"],
        ),
        ("login", json!({"user_name": 7, "password": null}), vec!["user_name", "password"]),
        ("reset-password", json!({"user_name": "a"}), vec!["password", "new_password"]),
        (
            "reset-password",
            json!({"user_name": "a", "password": "x", "new_password": "short"}),
            vec!["new_password"],
        ),
        ("reset-info", json!({"status": "on"}), vec!["user_name", "status"]),
        ("reset-info", json!({"user_name": "a", "status": 2}), vec!["status"]),
        ("info", json!({}), vec!["user_name"]),
        ("info", json!({"user_name": ""}), vec!["user_name"]),
        ("delete", json!({"user_name": []}), vec!["user_name"]),
        ("list", json!({"limit": 0, "offset": -1}), vec!["offset", "limit"]),
        ("list", json!({"limit": 101}), vec!["limit"]),
    ] {
        let response = app.post(&format!("/v1/users/{path}"), &body).await;
        assert_eq!(faulty(response).await, names, "{path} {body}");
    }
    assert_eq!(faulty(app.post_text("/v1/users/login", "{").await).await, ["body"]);
    let request = app.request(Method::POST, "/v1/users/login").body(Body::from("{}")).unwrap();
    failure(app.send(request).await, StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
}

#[tokio::test]
async fn roles_are_kept_as_they_are_called_and_admins_are_made_by_admins() {
    let app = start().await;
    register(&app, "admin").await;
    let registered = async |role: Value, token: Option<&str>, name: &str| {
        let body = json!({"user_name": name, "password": PASSWORD, "user_role": role}).to_string();
        let path = "/v1/users/register";
        let request = match token {
            Some(token) => app.request_as(token, Method::POST, path),
            None => app.request(Method::POST, path),
        };
        app.send(request.header(CONTENT_TYPE, "application/json").body(Body::from(body)).unwrap()).await
    };
    for (name, role, shown) in [
        ("a", json!("user"), "user"),
        ("b", json!(null), "user"),
        ("c", json!(" "), "user"),
        ("d", json!("分析师"), "分析师"),
        ("e", json!("Admin"), "Admin"),
    ] {
        let made = data(registered(role, None, name).await).await;
        assert_eq!(made["user_role"], shown);
        assert_eq!(info(&app, name).await["user_role"], shown);
    }
    // None of them is one: not the one that is called `Admin` either.
    let (admin, called_admin) = (sign_in(&app, "admin").await, sign_in(&app, "e").await);
    for token in [None, Some("garbage"), Some(called_admin.as_str())] {
        failure(registered(json!("admin"), token, "f").await, StatusCode::FORBIDDEN).await;
    }
    let made = data(registered(json!("admin"), Some(&admin), "f").await).await;
    assert_eq!(made["user_role"], "admin");
    // What a role is called goes when another contract gives another one.
    let changed = json!({"permission": 0});
    let number = info(&app, "d").await["user_id"].as_i64().unwrap();
    let request = app.request_as(&admin, Method::PUT, &format!("/api/v1/users/{number}"));
    let request =
        request.header(CONTENT_TYPE, "application/json").body(Body::from(changed.to_string())).unwrap();
    assert_eq!(app.send(request).await.status(), StatusCode::OK);
    assert_eq!(info(&app, "d").await["user_role"], "visitor");
}

#[tokio::test]
async fn nobody_becomes_an_admin_through_an_open_route() {
    let app = start().await;
    app.post("/api/v1/users/", &json!({"username": "early"})).await.bytes().await;
    register(&app, "admin").await;
    register(&app, "ann").await;
    let ann = sign_in(&app, "ann").await;
    for name in ["ann", "early"] {
        let body = json!({"user_name": name, "user_role": "admin"});
        failure(app.post("/v1/users/reset-info", &body).await, StatusCode::FORBIDDEN).await;
        let request = app.request_as(&ann, Method::POST, "/v1/users/reset-info");
        let request =
            request.header(CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap();
        failure(app.send(request).await, StatusCode::FORBIDDEN).await;
    }
    // An admin who can't sign in is none who could be left alone with the server, and no server with an admin has a first account.
    let admin = sign_in(&app, "admin").await;
    let body = json!({"user_name": "early", "user_role": "admin"});
    let request = app.request_as(&admin, Method::POST, "/v1/users/reset-info");
    let request =
        request.header(CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap();
    data(app.send(request).await).await;
    failure(app.post("/v1/users/delete", &json!({"user_name": "admin"})).await, StatusCode::CONFLICT).await;
    let body = json!({"user_name": "admin", "user_role": "user"});
    failure(app.post("/v1/users/reset-info", &body).await, StatusCode::CONFLICT).await;
    // An admin who is named, but has not proved to be one, is none for what needs one.
    let body = json!({"user_name": "admin", "user_role": "admin"});
    data(app.post("/v1/users/reset-info", &body).await).await;
    let body = json!({"user_name": "x", "password": PASSWORD, "user_role": "admin"});
    failure(app.post("/v1/users/register", &body).await, StatusCode::FORBIDDEN).await;
}

#[tokio::test]
async fn of_many_first_users_at_once_one_is_the_admin() {
    let app = start().await;
    let bodies: Vec<Value> = (0..12)
        .map(|index| json!({"user_name": format!("u{index}"), "password": PASSWORD, "user_role": "user"}))
        .collect();
    let registering = bodies.iter().map(|body| app.post("/v1/users/register", body));
    let mut admins = 0;
    for response in futures::future::join_all(registering).await {
        admins += usize::from(data(response).await["user_role"] == "admin");
    }
    assert_eq!(admins, 1);
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_every_session() {
    let app = start().await;
    register(&app, "ann").await;
    let token = sign_in(&app, "ann").await;
    let change = |name: &str, old: &str| json!({"user_name": name, "password": old, "new_password": "another-horse-2"});
    for (name, old) in [("ann", "wrong-horse-1"), ("nobody", PASSWORD)] {
        let response = app.post("/v1/users/reset-password", &change(name, old)).await;
        assert_eq!(failure(response, StatusCode::UNAUTHORIZED).await, "账号或密码错误");
    }
    let done = data(app.post("/v1/users/reset-password", &change("ann", PASSWORD)).await).await;
    assert_eq!(done, json!([]));
    let request = app.request_as(&token, Method::POST, "/v1/users/list").body(Body::empty()).unwrap();
    failure(app.send(request).await, StatusCode::UNAUTHORIZED).await;
    let cookie =
        app.request(Method::POST, "/v1/users/list").header(COOKIE, format!("wenshu_session={token}"));
    let refused = app.send(cookie.body(Body::empty()).unwrap()).await;
    // A page can't take the cookie away, and it needs none.
    let forgotten = refused.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(forgotten.starts_with("wenshu_session=; ") && forgotten.contains("Max-Age=0"), "{forgotten}");
    failure(refused, StatusCode::UNAUTHORIZED).await;
    let old = json!({"user_name": "ann", "password": PASSWORD});
    failure(app.post("/v1/users/login", &old).await, StatusCode::UNAUTHORIZED).await;
    let new = json!({"user_name": "ann", "password": "another-horse-2"});
    data(app.post("/v1/users/login", &new).await).await;
}

#[tokio::test]
async fn guessing_the_old_password_is_slowed_down_like_guessing_at_a_login() {
    let app = start().await;
    register(&app, "ann").await;
    let guess = |name: &str, old: &str| json!({"user_name": name, "password": old, "new_password": "another-horse-2"});
    // Nobody's password is guessed at the same pace, or it would be known who is there.
    for name in ["ann", "nobody"] {
        for _ in 0..10 {
            let response = app.post("/v1/users/reset-password", &guess(name, "wrong-horse-1")).await;
            failure(response, StatusCode::UNAUTHORIZED).await;
        }
        for (path, body) in [
            ("/v1/users/reset-password", guess(name, PASSWORD)),
            ("/v1/users/login", json!({"user_name": name, "password": PASSWORD})),
        ] {
            let response = app.post(path, &body).await;
            assert_eq!(response.header("retry-after"), "300", "{path} {name}");
            failure(response, StatusCode::TOO_MANY_REQUESTS).await;
        }
    }
    app.clock.advance(Duration::from_secs(300));
    data(app.post("/v1/users/reset-password", &guess("ann", PASSWORD)).await).await;
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_may_come_back() {
    let app = start().await;
    register(&app, "admin").await;
    register(&app, "ann").await;
    let token = sign_in(&app, "ann").await;
    let change = |status: Value| json!({"user_name": "ann", "status": status});
    let changed = data(app.post("/v1/users/reset-info", &change(json!(false))).await).await;
    assert_eq!((&changed["status"], &changed["user_role"]), (&json!("disabled"), &json!("user")));
    let request = app.request_as(&token, Method::GET, "/api/v1/auth/me").body(Body::empty()).unwrap();
    assert_eq!(app.send(request).await.status(), StatusCode::UNAUTHORIZED);
    let login = json!({"user_name": "ann", "password": PASSWORD});
    failure(app.post("/v1/users/login", &login).await, StatusCode::UNAUTHORIZED).await;
    let response = app.post("/v1/stock/list_fav_stock", &json!({"user_name": "ann"})).await;
    failure(response, StatusCode::FORBIDDEN).await;
    assert_eq!(info(&app, "ann").await["status"], "disabled");
    for (status, shown) in
        [(json!("1"), "active"), (json!("disabled"), "disabled"), (json!("active"), "active")]
    {
        assert_eq!(data(app.post("/v1/users/reset-info", &change(status)).await).await["status"], shown);
    }
    sign_in(&app, "ann").await;
    let request = app.request_as(&token, Method::GET, "/api/v1/auth/me").body(Body::empty()).unwrap();
    assert_eq!(app.send(request).await.status(), StatusCode::UNAUTHORIZED, "sessions that ended stay so");
}

#[tokio::test]
async fn the_last_admin_stays() {
    let app = start().await;
    register(&app, "admin").await;
    register(&app, "ann").await;
    for (path, body) in [
        ("reset-info", json!({"user_name": "admin", "status": "disabled"})),
        ("reset-info", json!({"user_name": "admin", "user_role": "user"})),
        ("delete", json!({"user_name": "admin"})),
    ] {
        failure(app.post(&format!("/v1/users/{path}"), &body).await, StatusCode::CONFLICT).await;
    }
    let admin = info(&app, "admin").await;
    assert_eq!((&admin["user_role"], &admin["status"]), (&json!("admin"), &json!("active")));
    data(app.post("/v1/users/delete", &json!({"user_name": "ann"})).await).await;
    for path in ["info", "reset-info", "delete"] {
        let response = app.post(&format!("/v1/users/{path}"), &json!({"user_name": "ann"})).await;
        assert_eq!(failure(response, StatusCode::NOT_FOUND).await, "用户不存在");
    }
}

#[tokio::test]
async fn of_two_admins_who_go_at_once_one_stays() {
    let app = start().await;
    register(&app, "one").await;
    let one = sign_in(&app, "one").await;
    let body = json!({"user_name": "two", "password": PASSWORD, "user_role": "admin"}).to_string();
    let request = app.request_as(&one, Method::POST, "/v1/users/register");
    let request = request.header(CONTENT_TYPE, "application/json").body(Body::from(body)).unwrap();
    data(app.send(request).await).await;
    let disabled = |name: &str| json!({"user_name": name, "status": 0});
    let (first, second) = (disabled("one"), disabled("two"));
    let (first, second) =
        tokio::join!(app.post("/v1/users/reset-info", &first), app.post("/v1/users/reset-info", &second));
    let mut statuses = [first.status(), second.status()];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
}

#[tokio::test]
async fn the_list_is_everybody_oldest_first() {
    let app = start().await;
    for name in ["c", "a", "b"] {
        register(&app, name).await;
        app.clock.advance(Duration::from_secs(1));
    }
    app.register("mail@example.com").await;
    let listed = async |body: Value| -> Vec<String> {
        let list = data(app.post("/v1/users/list", &body).await).await;
        list.as_array().unwrap().iter().map(|user| user["user_name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed(json!({})).await, ["c", "a", "b", "mail@example.com"]);
    assert_eq!(listed(json!({"offset": 1, "limit": 2})).await, ["a", "b"]);
    assert_eq!(listed(json!({"offset": 3})).await, ["mail@example.com"]);
    let request = app.request(Method::POST, "/v1/users/list?limit=1").body(Body::empty()).unwrap();
    assert_eq!(data(app.send(request).await).await.as_array().unwrap().len(), 1);
}
