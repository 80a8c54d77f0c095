//! What several do at the same moment, on both stores: SQLite has one writer, which hides what PostgreSQL doesn't.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{ServerDatabase, TestApp, TestResponse};

use crate::stock_bi::support::{data, failure, register, sign_in};

/// Runs a test on both stores, each time on empty ones.
macro_rules! on_both_stores {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            use super::*;

            #[tokio::test]
            async fn on_sqlite() {
                super::$test(&TestApp::start().await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let database = ServerDatabase::postgres().await;
                super::$test(&TestApp::builder().store_in(&database).start().await).await;
            }
        }
    )+};
}

on_both_stores!(
    one_name_is_one_users,
    one_address_is_one_users,
    one_of_many_first_users_is_the_admin,
    one_of_two_admins_stays,
    feedback_is_what_one_of_them_said,
);

fn new_user(name: &str) -> Value {
    json!({"user_name": name, "password": PASSWORD})
}

/// How many of the answers have this status.
fn count(answers: &[TestResponse], status: StatusCode) -> usize {
    answers.iter().filter(|answer| answer.status() == status).count()
}

/// The same name in three contracts, in several spellings.
async fn one_name_is_one_users(app: &TestApp) {
    for round in 0..3 {
        let (lower, upper) = (format!("ann{round}"), format!("ANN{round}"));
        let requests: Vec<(&str, Value)> = (0..21)
            .map(|index| match index % 3 {
                0 => ("/v1/users/register", new_user(&lower)),
                1 => ("/api/v1/users/", json!({"username": upper})),
                _ => ("/api/v1/users", json!({"username": lower, "password": PASSWORD})),
            })
            .collect();
        let answers =
            futures::future::join_all(requests.iter().map(|(path, body)| app.post(path, body))).await;
        let (made, refused) = (count(&answers, StatusCode::OK), count(&answers, StatusCode::BAD_REQUEST));
        assert_eq!((made, refused), (1, 20));
    }
    let users = data(app.post("/v1/users/list", &json!({})).await).await;
    assert_eq!(users.as_array().unwrap().len(), 3, "{users}");
}

async fn one_address_is_one_users(app: &TestApp) {
    let bodies: Vec<Value> =
        (0..20).map(|index| json!({"username": format!("u{index}"), "email": "a@example.com"})).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| app.post("/api/v1/users/", body))).await;
    let (made, refused) = (count(&answers, StatusCode::OK), count(&answers, StatusCode::BAD_REQUEST));
    assert_eq!((made, refused), (1, 19));
}

async fn one_of_many_first_users_is_the_admin(app: &TestApp) {
    let bodies: Vec<Value> = (0..12).map(|index| new_user(&format!("u{index}"))).collect();
    let registering = bodies.iter().map(|body| app.post("/v1/users/register", body));
    let mut admins = 0;
    for response in futures::future::join_all(registering).await {
        admins += usize::from(data(response).await["user_role"] == "admin");
    }
    assert_eq!(admins, 1);
    let users = data(app.post("/v1/users/list", &json!({})).await).await;
    let admins = users.as_array().unwrap().iter().filter(|user| user["user_role"] == "admin").count();
    assert_eq!(admins, 1, "{users}");
}

/// Ways for an admin to be one no longer.
fn goes(name: &str, way: usize) -> (&'static str, Value) {
    match way {
        0 => ("/v1/users/reset-info", json!({"user_name": name, "status": "disabled"})),
        1 => ("/v1/users/reset-info", json!({"user_name": name, "user_role": "user"})),
        _ => ("/v1/users/delete", json!({"user_name": name})),
    }
}

async fn one_of_two_admins_stays(app: &TestApp) {
    register(app, "a0").await;
    let mut stays = "a0".to_owned();
    let mut token = sign_in(app, &stays).await;
    for (round, (first_way, second_way)) in
        [(0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 0)].into_iter().enumerate()
    {
        let second = format!("b{round}");
        let mut body = new_user(&second);
        body["user_role"] = json!("admin");
        let request = app.request_as(&token, Method::POST, "/v1/users/register");
        let request = request.header("content-type", "application/json");
        data(app.send(request.body(body.to_string().into()).unwrap()).await).await;
        let ((path, body), (other_path, other_body)) = (goes(&stays, first_way), goes(&second, second_way));
        let (first, other) = tokio::join!(app.post(path, &body), app.post(other_path, &other_body));
        let mut statuses = [first.status(), other.status()];
        if statuses[0] == StatusCode::OK {
            stays = second;
            token = sign_in(app, &stays).await;
        }
        statuses.sort();
        assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT], "{first_way} {second_way}");
        let users = data(app.post("/v1/users/list", &json!({})).await).await;
        let is_in_charge = |user: &&Value| user["user_role"] == "admin" && user["status"] == "active";
        let admins: Vec<&Value> = users.as_array().unwrap().iter().filter(is_in_charge).collect();
        assert_eq!(admins.len(), 1, "{users}");
        assert_eq!(admins[0]["user_name"], stays.as_str());
    }
    failure(app.post("/v1/users/delete", &json!({"user_name": stays})).await, StatusCode::CONFLICT).await;
}

async fn feedback_is_what_one_of_them_said(app: &TestApp) {
    register(app, "ann").await;
    let asked = json!({"user_name": "ann", "task": "数据BI", "content": "一共有多少客户？"});
    let events = app.post("/v1/chat/", &asked).await.events().await;
    let done = events.last().unwrap().json();
    let bodies = [true, false].map(|liked| {
        json!({"session_id": done["session_id"], "message_id": done["message_id"], "feedback": liked})
    });
    let giving = (0..20).map(|index| app.post("/v1/chat/feedback", &bodies[index % 2]));
    for response in futures::future::join_all(giving).await {
        data(response).await;
    }
    let get = json!({"session_id": done["session_id"]});
    let messages = data(app.post("/v1/chat/get", &get).await).await;
    assert!(messages[1]["feedback"].is_boolean() && messages[1]["feedback_time"].is_string(), "{messages}");
    assert_eq!(messages.as_array().unwrap().len(), 2);
    assert_eq!(messages[0]["feedback"], Value::Null);
}
