//! `/users`.

use http::StatusCode;
use serde_json::{Value, json};
use wenshu_testkit::TestApp;
use wenshu_testkit::app::PASSWORD;

use super::support::{failure, faulty_fields, fine};

#[tokio::test]
async fn a_user_is_made_and_read() {
    let app = TestApp::start().await;
    app.sign_up("admin").await;
    let body = json!({"username": " 张三 ", "password": "secret", "nickname": "老张", "unknown": 1});
    let made = fine(app.post("/api/v1/users", &body).await).await;
    let id = made["id"].as_i64().unwrap();
    let mut expected = json!({
        "id": id, "username": "张三", "nickname": "老张", "permission": 1, "credits_left": 0, "email": null,
        "avatar": "/api/v1/avatars/default.webp",
        "created_at": "2026-03-18T12:00:00Z",
    });
    assert_eq!(made, expected);
    expected["credits_left"] = Value::Null;
    let reader = app.sign_up("reader").await;
    assert_eq!(fine(reader.get(&format!("/api/v1/users/{id}")).await).await, expected);
    let taken = app.post("/api/v1/users", &json!({"username": "张三", "password": "secret"})).await;
    assert_eq!(failure(taken, StatusCode::BAD_REQUEST).await, "Username already exists");
    let nobody = reader.get("/api/v1/users/99999999999999999999").await;
    failure(nobody, StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn fields_of_making_a_user_are_checked() {
    let app = TestApp::start().await;
    let long = "x".repeat(51);
    for (body, fields) in [
        (json!({}), vec!["body.username", "body.password"]),
        (json!({"username": "a", "password": "12345"}), vec!["body.username", "body.password"]),
        (json!({"username": long, "password": "x".repeat(129)}), vec!["body.username", "body.password"]),
        (json!({"username": 1, "password": []}), vec!["body.username", "body.password"]),
        (json!({"username": "a\u{7}b", "password": PASSWORD}), vec!["body.username"]),
        (json!({"username": "a/b", "password": PASSWORD}), vec!["body.username"]),
        (json!({"username": "a@b.cn", "password": PASSWORD}), vec!["body.username"]),
        (json!({"username": "me", "password": PASSWORD}), vec!["body.username"]),
        (json!({"username": "ann", "password": PASSWORD, "permission": 3}), vec!["body.permission"]),
        (json!({"username": "ann", "password": PASSWORD, "permission": "x"}), vec!["body.permission"]),
        (json!({"username": "ann", "password": PASSWORD, "nickname": ""}), vec!["body.nickname"]),
        (json!({"username": "ann", "password": PASSWORD, "nickname": long}), vec!["body.nickname"]),
        (json!({"username": "ann", "password": PASSWORD, "nickname": 7}), vec!["body.nickname"]),
    ] {
        let response = app.post("/api/v1/users", &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{body}");
    }
    for text in ["", "{", "[]", "null", "\"x\""] {
        assert_eq!(faulty_fields(app.post_text("/api/v1/users", text).await).await, ["body"], "{text}");
    }
}

#[tokio::test]
async fn admins_are_made_by_admins_but_for_the_first() {
    let app = TestApp::start().await;
    let ask = |name: &str, permission: i64| json!({"username": name, "password": PASSWORD, "permission": permission});
    // The first account with a password is an admin, whatever it asked for.
    assert_eq!(fine(app.post("/api/v1/users", &ask("first", 0)).await).await["permission"], 2);
    failure(app.post("/api/v1/users", &ask("second", 2)).await, StatusCode::FORBIDDEN).await;
    assert_eq!(fine(app.post("/api/v1/users", &ask("visitor", 0)).await).await["permission"], 0);
    let user = app.sign_up("user").await;
    failure(user.post("/api/v1/users", &ask("third", 2)).await, StatusCode::FORBIDDEN).await;
    let admin = sign_in(&app, "first").await;
    let response = app.send(
        app.request_as(&admin, http::Method::POST, "/api/v1/users")
            .header("content-type", "application/json")
            .body(ask("third", 2).to_string().into())
            .unwrap(),
    );
    assert_eq!(fine(response.await).await["permission"], 2);
    // Asking for what one is given anyway is fine.
    let other = TestApp::start().await;
    assert_eq!(fine(other.post("/api/v1/users", &ask("first", 2)).await).await["permission"], 2);
    // Elsewhere than on loopback admins come from the command line alone.
    let public = TestApp::builder().core(|settings| settings.first_account_is_admin = false).start().await;
    failure(public.post("/api/v1/users", &ask("first", 2)).await, StatusCode::FORBIDDEN).await;
    assert_eq!(fine(public.post("/api/v1/users", &ask("first", 1)).await).await["permission"], 1);
}

#[tokio::test]
async fn registration_can_be_closed_for_all_but_admins() {
    let app = TestApp::builder().core(|settings| settings.registration_is_open = false).start().await;
    let body = json!({"username": "ann", "password": PASSWORD});
    failure(app.post("/api/v1/users", &body).await, StatusCode::FORBIDDEN).await;
    let body = json!({"email": "ann@example.com", "password": PASSWORD});
    let response = app.post("/api/v1/auth/register", &body).await;
    crate::support::failure(response, StatusCode::FORBIDDEN, "FORBIDDEN").await;
}

#[tokio::test]
async fn one_set_of_accounts_for_both_contracts() {
    let app = TestApp::start().await;
    app.sign_up("ann").await;
    let login = json!({"email": "Ann", "password": PASSWORD});
    let tokens = crate::support::data(app.post("/api/v1/auth/login", &login).await).await;
    assert!(tokens["access_token"].is_string());
    app.register("bob@example.com").await;
    let token = sign_in(&app, "bob@example.com").await;
    let me = app.request_as(&token, http::Method::GET, "/api/v1/users/me");
    let me = fine(app.send(me.body(axum::body::Body::empty()).unwrap()).await).await;
    assert_eq!(me["email"], "bob@example.com");
    assert_eq!(me["username"], "bob@example.com");
    assert_eq!(me["nickname"], Value::Null);
    // Others see no address.
    let reader = app.sign_up("reader").await;
    let seen = fine(reader.get(&format!("/api/v1/users/{}", me["id"])).await).await;
    assert_eq!((&seen["email"], &seen["username"]), (&Value::Null, &json!("bob")));
}

#[tokio::test]
async fn the_list_is_paged() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    for number in 0..11 {
        app.post("/api/v1/users", &json!({"username": format!("user{number}"), "password": PASSWORD})).await;
    }
    let names = |list: Value| -> Vec<String> {
        let users = list.as_array().unwrap().iter();
        users.map(|user| user["username"].as_str().unwrap().to_owned()).collect()
    };
    let first = names(fine(admin.get("/api/v1/users").await).await);
    assert_eq!((first.len(), first[0].as_str()), (10, "admin"));
    let rest = names(fine(admin.get("/api/v1/users?offset=10&limit=5").await).await);
    assert_eq!(rest, ["user9", "user10"]);
    assert_eq!(fine(admin.get("/api/v1/users?offset=9223372036854775807").await).await, json!([]));
    for (query, field) in [
        ("offset=-1", "query.offset"),
        ("offset=x", "query.offset"),
        ("limit=0", "query.limit"),
        ("limit=101", "query.limit"),
        ("limit=-1", "query.limit"),
        ("limit=1.5", "query.limit"),
    ] {
        let response = admin.get(&format!("/api/v1/users?{query}")).await;
        assert_eq!(faulty_fields(response).await, [field], "{query}");
    }
}

#[tokio::test]
async fn changing_the_password_ends_all_other_sessions() {
    let app = TestApp::start().await;
    let user = app.sign_up("ann").await;
    let other = sign_in(&app, "ann").await;
    let path = "/api/v1/users/me/password";
    let change = |old: &str, new: &str| json!({"old_password": old, "new_password": new});
    failure(user.put(path, &change("wrong-horse-1", "new-horse-1")).await, StatusCode::BAD_REQUEST).await;
    let response = user.put(path, &json!({"new_password": "new-horse-1"})).await;
    assert_eq!(faulty_fields(response).await, ["body.old_password"]);
    for (body, fields) in [
        (json!({}), vec!["body.new_password"]),
        (change(PASSWORD, "short"), vec!["body.new_password"]),
        (change(PASSWORD, "      "), vec!["body.new_password"]),
        (json!({"old_password": 1, "new_password": 2}), vec!["body.old_password", "body.new_password"]),
    ] {
        assert_eq!(faulty_fields(user.put(path, &body).await).await, fields, "{body}");
    }
    fine(user.put(path, &change(PASSWORD, "new-horse-1")).await).await;
    fine(user.get("/api/v1/users/me").await).await;
    let request = app.request_as(&other, http::Method::GET, "/api/v1/users/me");
    failure(app.send(request.body(axum::body::Body::empty()).unwrap()).await, StatusCode::UNAUTHORIZED).await;
    let old = app.post_form(TOKEN, &[("username", "ann"), ("password", PASSWORD)]).await;
    failure(old, StatusCode::UNAUTHORIZED).await;
    fine(app.post_form(TOKEN, &[("username", "ann"), ("password", "new-horse-1")]).await).await;
}

#[tokio::test]
async fn an_admin_sets_a_password() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    let user = app.sign_up("ann").await;
    let path = format!("/api/v1/users/{}/password", user.id);
    fine(admin.put(&path, &json!({"new_password": "new-horse-1"})).await).await;
    failure(user.get("/api/v1/users/me").await, StatusCode::UNAUTHORIZED).await;
    fine(app.post_form(TOKEN, &[("username", "ann"), ("password", "new-horse-1")]).await).await;
    assert_eq!(faulty_fields(admin.put(&path, &json!({})).await).await, ["body.new_password"]);
    let nobody = admin.put("/api/v1/users/4711/password", &json!({"new_password": "new-horse-1"})).await;
    failure(nobody, StatusCode::NOT_FOUND).await;
}

const TOKEN: &str = "/api/v1/session/oauth2/token";

async fn sign_in(app: &TestApp, username: &str) -> String {
    let tokens = fine(app.post_form(TOKEN, &[("username", username), ("password", PASSWORD)]).await).await;
    tokens["access_token"].as_str().unwrap().to_owned()
}
