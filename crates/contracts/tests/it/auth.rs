//! `/auth`.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use wenshu_testkit::TestApp;
use wenshu_testkit::app::PASSWORD;

use crate::support::{data, failure, faulty_fields, post_in_english, redacted};

#[tokio::test]
async fn registering_answers_account_and_tokens() {
    let app = TestApp::start().await;
    let body = json!({"email": "user@example.com", "password": "securePassword123", "display_name": "张三"});
    let response = app.post("/api/v1/auth/register", &body).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        redacted(response.json().await),
        json!({
            "success": true,
            "data": {
                "user": {
                    "id": "<uuid>",
                    "email": "user@example.com",
                    "display_name": "张三",
                    "created_at": "2026-03-18T12:00:00Z",
                },
                "access_token": "<token>",
                "refresh_token": "<token>",
                "token_type": "bearer",
                "expires_in": 3600,
            },
            "message": "注册成功",
        })
    );
}

#[tokio::test]
async fn the_name_is_by_default_what_comes_before_the_at() {
    let app = TestApp::start().await;
    for (email, name) in [
        ("wang.wu@example.com", json!(null)),
        ("li.si@example.com", json!("")),
        ("zhao@example.com", json!("   ")),
    ] {
        let body = json!({"email": email, "password": PASSWORD, "display_name": name});
        let user = data(app.post("/api/v1/auth/register", &body).await).await;
        assert_eq!(user["user"]["display_name"], email.split('@').next().unwrap());
    }
}

#[tokio::test]
async fn a_taken_address_is_a_fault_of_the_field() {
    let app = TestApp::start().await;
    app.register("user@example.com").await;
    for email in ["user@example.com", "USER@Example.com", " user@example.com "] {
        let body = json!({"email": email, "password": PASSWORD});
        assert_eq!(faulty_fields(app.post("/api/v1/auth/register", &body).await).await, ["email"]);
    }
}

#[tokio::test]
async fn the_first_account_on_loopback_is_an_admin_and_no_other() {
    let app = TestApp::start().await;
    let first = app.register("first@example.com").await;
    let second = app.register("second@example.com").await;
    assert_eq!(data(first.get("/api/v1/auth/me").await).await["role"], "admin");
    assert_eq!(data(second.get("/api/v1/auth/me").await).await["role"], "user");
}

#[tokio::test]
async fn me_is_the_caller() {
    let app = TestApp::start().await;
    app.register("first@example.com").await;
    let user = app.register("user@example.com").await;
    let response = user.get("/api/v1/auth/me").await;
    assert_eq!(
        redacted(response.json().await),
        json!({
            "success": true,
            "data": {
                "id": "<uuid>",
                "email": "user@example.com",
                "display_name": "user",
                "avatar_url": null,
                "role": "user",
                "created_at": "2026-03-18T12:00:00Z",
            },
            "message": "操作成功",
        })
    );
    assert_eq!(data(user.get("/api/v1/auth/me/").await).await["id"], user.id);
}

#[tokio::test]
async fn signing_in_gives_tokens_that_work() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let body = json!({"email": "User@example.com", "password": PASSWORD});
    let response = app.post("/api/v1/auth/login", &body).await;
    let answer = response.json().await;
    assert_eq!(
        redacted(answer.clone()),
        json!({
            "success": true,
            "data": {
                "access_token": "<token>",
                "refresh_token": "<token>",
                "token_type": "bearer",
                "expires_in": 3600,
            },
            "message": "登录成功",
        })
    );
    let token = answer["data"]["access_token"].as_str().unwrap();
    let request = app.request_as(token, http::Method::GET, "/api/v1/auth/me");
    let me = data(app.send(request.body(axum::body::Body::empty()).unwrap()).await).await;
    assert_eq!(me["id"], user.id);
}

#[tokio::test]
async fn unknown_address_and_wrong_password_are_told_apart_by_nothing() {
    let app = TestApp::start().await;
    app.register("user@example.com").await;
    let wrong = json!({"email": "user@example.com", "password": "wrong-password-1"});
    let unknown = json!({"email": "nobody@example.com", "password": "wrong-password-1"});
    let mut answers = Vec::new();
    for body in [wrong, unknown] {
        let response = app.post("/api/v1/auth/login", &body).await;
        answers.push(failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0]["message"], "账号或密码错误");
}

#[tokio::test]
async fn too_many_failures_are_429_with_the_wait_even_for_the_right_password() {
    let app = TestApp::start().await;
    app.register("user@example.com").await;
    let wrong = json!({"email": "user@example.com", "password": "wrong-password-1"});
    for _ in 0..10 {
        let response = app.post("/api/v1/auth/login", &wrong).await;
        failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    }
    let right = json!({"email": "user@example.com", "password": PASSWORD});
    for body in [&wrong, &right] {
        let response = app.post("/api/v1/auth/login", body).await;
        let wait: u64 = response.header("retry-after").parse().unwrap();
        assert!((1..=301).contains(&wait), "{wait}");
        failure(response, StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED").await;
    }
    app.clock.advance(Duration::from_secs(302));
    data(app.post("/api/v1/auth/login", &right).await).await;
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_every_session() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let old = json!({"refresh_token": user.refresh_token});
    let pair = data(app.post("/api/v1/auth/refresh", &old).await).await;
    assert_eq!(
        redacted(pair.clone()),
        json!({
            "access_token": "<token>",
            "refresh_token": "<token>",
            "token_type": "bearer",
            "expires_in": 3600,
        })
    );
    assert_ne!(pair["refresh_token"], user.refresh_token.as_str());
    let token = pair["access_token"].as_str().unwrap();
    let me = || {
        app.request_as(token, http::Method::GET, "/api/v1/auth/me").body(axum::body::Body::empty()).unwrap()
    };
    data(app.send(me()).await).await;

    let again = app.post("/api/v1/auth/refresh", &old).await;
    failure(again, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    failure(app.send(me()).await, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    let newest = json!({"refresh_token": pair["refresh_token"]});
    failure(app.post("/api/v1/auth/refresh", &newest).await, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let app = TestApp::start().await;
    let user = app.register("user@example.com").await;
    let response = user.post("/api/v1/auth/logout", &json!({})).await;
    assert_eq!(response.json().await, json!({"success": true, "data": null, "message": "已退出登录"}));
    let me = user.get("/api/v1/auth/me").await;
    failure(me, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    let refresh = app.post("/api/v1/auth/refresh", &json!({"refresh_token": user.refresh_token})).await;
    failure(refresh, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
}

#[tokio::test]
async fn every_field_of_registering_is_checked() {
    let app = TestApp::start().await;
    let long = "x".repeat(101);
    let long_password = format!("a1{}", "x".repeat(127));
    for (body, fields) in [
        (json!({}), vec!["email", "password"]),
        (json!({"email": null, "password": null}), vec!["email", "password"]),
        (json!({"email": "", "password": ""}), vec!["email", "password"]),
        (json!({"email": 1, "password": [], "display_name": {}}), vec!["email", "password", "display_name"]),
        (json!({"email": "nobody", "password": PASSWORD}), vec!["email"]),
        (json!({"email": "a@b", "password": PASSWORD}), vec!["email"]),
        (json!({"email": "a b@example.com", "password": PASSWORD}), vec!["email"]),
        (json!({"email": "a@example.com\u{0}", "password": PASSWORD}), vec!["email"]),
        (json!({"email": format!("{}@example.com", "x".repeat(65)), "password": PASSWORD}), vec!["email"]),
        (json!({"email": "a@example.com", "password": "short1"}), vec!["password"]),
        (json!({"email": "a@example.com", "password": "onlyletters"}), vec!["password"]),
        (json!({"email": "a@example.com", "password": "1234567890"}), vec!["password"]),
        (json!({"email": "a@example.com", "password": long_password}), vec!["password"]),
        (json!({"email": "a@example.com", "password": "correct\u{0}horse1"}), vec!["password"]),
        (json!({"email": "a@example.com", "password": PASSWORD, "display_name": long}), vec!["display_name"]),
        (
            json!({"email": "a@example.com", "password": PASSWORD, "display_name": "a\nb"}),
            vec!["display_name"],
        ),
        (
            json!({"email": "a@example.com", "password": PASSWORD, "display_name": "a\u{0}b"}),
            vec!["display_name"],
        ),
        (json!([]), vec!["body"]),
        (json!("text"), vec!["body"]),
        (json!(null), vec!["body"]),
    ] {
        let response = app.post("/api/v1/auth/register", &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{body}");
    }
    let fine =
        json!({"email": "a@example.com", "password": "密码password1", "display_name": "😀", "unknown": 1});
    data(app.post("/api/v1/auth/register", &fine).await).await;
}

#[tokio::test]
async fn fields_of_signing_in_and_refreshing_are_checked() {
    let app = TestApp::start().await;
    for (path, body, fields) in [
        ("login", json!({}), vec!["email", "password"]),
        ("login", json!({"email": "", "password": ""}), vec!["email", "password"]),
        ("login", json!({"email": 1, "password": true}), vec!["email", "password"]),
        ("login", json!({"email": "a\u{0}", "password": "b"}), vec!["email"]),
        ("login", json!({"email": "a", "password": "x".repeat(1025)}), vec!["password"]),
        ("refresh", json!({}), vec!["refresh_token"]),
        ("refresh", json!({"refresh_token": null}), vec!["refresh_token"]),
        ("refresh", json!({"refresh_token": 7}), vec!["refresh_token"]),
        ("refresh", json!({"refresh_token": ""}), vec!["refresh_token"]),
    ] {
        let response = app.post(&format!("/api/v1/auth/{path}"), &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{path} {body}");
    }
    for token in ["nonsense", "eyJhbGciOiJub25lIn0.e30.", &"x".repeat(4096)] {
        let response = app.post("/api/v1/auth/refresh", &json!({"refresh_token": token})).await;
        failure(response, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    }
}

#[tokio::test]
async fn texts_in_both_languages() {
    let app = TestApp::start().await;
    let body = json!({"email": "nobody", "password": "short"});
    let chinese = app.post("/api/v1/auth/register", &body).await.json().await;
    assert_eq!(
        chinese,
        json!({
            "success": false,
            "error": {
                "code": "VALIDATION_ERROR",
                "message": "请求参数无效",
                "details": {"fields": [
                    {"field": "email", "message": "邮箱格式不正确"},
                    {"field": "password", "message": "至少 8 个字符"},
                ]},
            },
        })
    );
    let english = post_in_english(&app, "/api/v1/auth/register", &body).await.json().await;
    assert_eq!(
        english,
        json!({
            "success": false,
            "error": {
                "code": "VALIDATION_ERROR",
                "message": "The request is not valid",
                "details": {"fields": [
                    {"field": "email", "message": "is not a valid email address"},
                    {"field": "password", "message": "must have at least 8 characters"},
                ]},
            },
        })
    );
    let login = json!({"email": "nobody@example.com", "password": "wrong"});
    let english = post_in_english(&app, "/api/v1/auth/login", &login).await.json().await;
    assert_eq!(english["error"]["message"], "Wrong account or password");
    let fine = json!({"email": "user@example.com", "password": PASSWORD});
    let english = post_in_english(&app, "/api/v1/auth/register", &fine).await.json().await;
    assert_eq!(english["message"], "Registered");
}
