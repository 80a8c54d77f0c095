//! `/codes` and `/users/me/credits`.

use std::time::Duration;

use axum::body::Body;
use futures::future::join_all;
use http::header::ACCEPT_LANGUAGE;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_contracts::RateLimits;
use wenshu_testkit::{ServerDatabase, TestApp};

use super::support::{failure, faulty_fields, fine};

const CREDITS: &str = "/api/v1/users/me/credits";

#[tokio::test]
async fn a_code_is_made_read_redeemed_once_and_deleted() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let code = json!({"redeem_code": "Spring-春天", "value": 100});
    assert_eq!(fine(admin.post("/api/v1/codes", &code).await).await, code);
    assert_eq!(faulty_fields(admin.post("/api/v1/codes", &code).await).await, ["body.redeem_code"]);
    let path = "/api/v1/codes/sPRING-%E6%98%A5%E5%A4%A9";
    assert_eq!(fine(app.get(path).await).await, code, "without a token, and without regard to case");

    let redeem = json!({"redeem_code": " SPRING-春天 "});
    let done = fine(ann.post(CREDITS, &redeem).await).await;
    assert_eq!(done, json!({"message": "Redeem 100 credits successfully"}));
    for user in [&ann, &bob] {
        assert_eq!(faulty_fields(user.post(CREDITS, &redeem).await).await, ["body.redeem_code"]);
    }
    assert_eq!(faulty_fields(app.get(path).await).await, ["path.code"]);
    let request = ann.request(Method::GET, CREDITS).header(ACCEPT_LANGUAGE, "en");
    let history = fine(app.send(request.body(Body::empty()).unwrap()).await).await;
    let number: i64 = ann.id.parse().unwrap();
    assert_eq!(
        history,
        json!({"credits_left": 100, "credit_records": [{
            "id": 1, "user_id": number, "amount": 100, "description": "Redeemed a code",
            "create_time": "2026-03-18T12:00:00Z",
        }]})
    );
    assert_eq!(fine(ann.get("/api/v1/users/me").await).await["credits_left"], 100);
    let page = fine(ann.get(&format!("{CREDITS}?offset=1&limit=5")).await).await;
    assert_eq!(page, json!({"credit_records": [], "credits_left": 100}));
    assert_eq!(faulty_fields(ann.get(&format!("{CREDITS}?limit=101")).await).await, ["query.limit"]);

    fine(admin.delete(path).await).await;
    assert_eq!(faulty_fields(admin.delete(path).await).await, ["path.code"]);
    fine(admin.post("/api/v1/codes", &code).await).await;
}

#[tokio::test]
async fn codes_are_made_by_admins_and_by_the_rules() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    let ann = app.sign_up("ann").await;
    failure(ann.post("/api/v1/codes", &json!({"value": 1})).await, StatusCode::FORBIDDEN).await;
    for (body, fields) in [
        (json!({}), vec!["body.value"]),
        (json!({"value": 0}), vec!["body.value"]),
        (json!({"value": -1}), vec!["body.value"]),
        (json!({"value": 1.5}), vec!["body.value"]),
        (json!({"value": 1_000_000_000_001_i64}), vec!["body.value"]),
        (json!({"redeem_code": "", "value": "x"}), vec!["body.redeem_code", "body.value"]),
        (json!({"redeem_code": "a b", "value": 1}), vec!["body.redeem_code"]),
        (json!({"redeem_code": "x".repeat(65), "value": 1}), vec!["body.redeem_code"]),
        (json!({"redeem_code": 7, "value": 1}), vec!["body.redeem_code"]),
        (json!({"redeem_code": ".", "value": 1}), vec!["body.redeem_code"]),
        (json!({"redeem_code": "..", "value": 1}), vec!["body.redeem_code"]),
    ] {
        let response = admin.post("/api/v1/codes", &body).await;
        assert_eq!(faulty_fields(response).await, fields, "{body}");
    }
    let made = fine(admin.post("/api/v1/codes", &json!({"value": 7})).await).await;
    assert_eq!(made["redeem_code"].as_str().unwrap().len(), 30);
    for body in [json!({}), json!({"redeem_code": null}), json!({"redeem_code": []})] {
        assert_eq!(faulty_fields(ann.post(CREDITS, &body).await).await, ["body.redeem_code"], "{body}");
    }
}

#[tokio::test]
async fn guessing_is_stopped() {
    let app = TestApp::start().await;
    let admin = app.sign_up("admin").await;
    fine(admin.post("/api/v1/codes", &json!({"redeem_code": "real", "value": 7})).await).await;
    let look = async |code: &str| app.get(&format!("/api/v1/codes/{code}")).await;
    for guess in 0..20 {
        fine(look("real").await).await;
        faulty_fields(look(&format!("guess{guess}")).await).await;
    }
    let refused = look("real").await;
    assert_eq!(refused.header("retry-after"), "60");
    failure(refused, StatusCode::TOO_MANY_REQUESTS).await;
    // Redeeming has a count of its own, for each account.
    for guess in 0..100 {
        let body = json!({"redeem_code": format!("guess{guess}")});
        faulty_fields(admin.post(CREDITS, &body).await).await;
    }
    let real = json!({"redeem_code": "real"});
    failure(admin.post(CREDITS, &real).await, StatusCode::TOO_MANY_REQUESTS).await;
    app.clock.advance(Duration::from_secs(60));
    fine(look("real").await).await;
    fine(admin.post(CREDITS, &real).await).await;
}

async fn of_a_hundred_one_wins(app: TestApp) {
    let admin = app.sign_up("admin").await;
    let mut users = Vec::new();
    for number in 0..100 {
        users.push(app.sign_up(&format!("user{number}")).await);
    }
    fine(admin.post("/api/v1/codes", &json!({"redeem_code": "one", "value": 7})).await).await;
    let body = json!({"redeem_code": "ONE"});
    let answers = join_all(users.iter().map(|user| user.post(CREDITS, &body))).await;
    let statuses: Vec<StatusCode> = answers.iter().map(|answer| answer.status()).collect();
    let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(StatusCode::OK), count(StatusCode::UNPROCESSABLE_ENTITY)), (1, 99), "{statuses:?}");
    let mut sum = 0;
    for user in &users {
        let history: Value = fine(user.get(CREDITS).await).await;
        sum += history["credits_left"].as_i64().unwrap();
    }
    assert_eq!(sum, 7);
}

fn unlimited() -> wenshu_testkit::TestAppBuilder {
    let without = RateLimits { per_account: None, per_address: None };
    TestApp::builder().without_demo().http(move |http| http.rate_limits = without)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_who_redeem_at_the_same_moment_one_wins_on_sqlite() {
    of_a_hundred_one_wins(unlimited().start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_who_redeem_at_the_same_moment_one_wins_on_postgres() {
    let database = ServerDatabase::postgres().await;
    of_a_hundred_one_wins(unlimited().store_in(&database).start().await).await;
}
