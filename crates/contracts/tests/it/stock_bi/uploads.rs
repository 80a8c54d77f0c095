//! Forms with a file that are at odds with themselves or never end. What files hold is tested where they are read.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use serde_json::json;
use wenshu_core::accounts::{Authority, Trust};
use wenshu_testkit::{MemoryLake, TestApp};

use super::support::{data, failure, register};

const KIND: &str = "multipart/form-data; boundary=edge";

/// The parts that a form is put together from: a file of two lines, and whose it is.
const FILE: &str =
    "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\na,b\n1,2\n\r\n";
const ANN: &str = "--edge\r\nContent-Disposition: form-data; name=\"user_name\"\r\n\r\nann\r\n";
const BOB: &str = "--edge\r\nContent-Disposition: form-data; name=\"user_name\"\r\n\r\nbob\r\n";
const END: &str = "--edge--\r\n";

async fn start(body_time: Duration) -> (TestApp, MemoryLake) {
    let lake = MemoryLake::default();
    let own = lake.clone();
    let app = TestApp::builder()
        .without_demo()
        .http(move |settings| settings.body_time = body_time)
        .core(move |settings| settings.lake = Some(Arc::new(own)))
        .start()
        .await;
    register(&app, "ann").await;
    register(&app, "bob").await;
    (app, lake)
}

fn upload(app: &TestApp, query: &str, body: Body) -> Request<Body> {
    let request = app.request(Method::POST, &format!("/v1/data/upload{query}"));
    request.header(CONTENT_TYPE, KIND).body(body).unwrap()
}

/// A form that stops after this, and stays open.
fn stops_after(begun: &str) -> Body {
    let begun = Bytes::from(begun.to_owned());
    Body::from_stream(stream::iter([Ok::<_, std::io::Error>(begun)]).chain(stream::pending()))
}

/// Waits until nothing is left of what was begun: it is removed behind the back of who was refused.
async fn nothing_is_left(app: &TestApp, lake: &MemoryLake) {
    app.app.shutdown(Duration::from_secs(5)).await;
    assert_eq!(lake.paths(), Vec::<String>::new());
}

#[tokio::test]
async fn a_form_is_refused_that_contradicts_itself() {
    let (app, lake) = start(Duration::from_secs(30)).await;
    for (query, parts, field) in [
        ("?user_name=ann", vec![FILE, FILE], "file"),
        ("", vec![FILE, FILE, ANN], "file"),
        ("", vec![ANN, FILE, FILE], "file"),
        ("?user_name=ann", vec![FILE, BOB], "user_name"),
        ("", vec![ANN, FILE, BOB], "user_name"),
        ("", vec![ANN], "file"),
        ("", vec![FILE], "user_name"),
    ] {
        let body = Body::from([parts.concat().as_str(), END].concat());
        let message =
            failure(app.send(upload(&app, query, body)).await, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert!(message.starts_with(&format!("{field} ")), "{query} {parts:?}: {message}");
    }
    for name in ["ann", "bob"] {
        assert_eq!(data(app.post("/v1/data/list", &json!({"user_name": name})).await).await, json!([]));
    }
    // Said twice without a contradiction, it is taken.
    let body = Body::from([ANN, FILE, ANN, END].concat());
    data(app.send(upload(&app, "", body)).await).await;
    let kept = data(app.post("/v1/data/list", &json!({"user_name": "ann"})).await).await;
    let id = &kept[0]["data_id"];
    data(app.post("/v1/data/delete", &json!({"data_id": id})).await).await;
    nothing_is_left(&app, &lake).await;
}

#[tokio::test]
async fn datasets_of_somebody_who_is_not_there_are_not_listed() {
    let (app, _lake) = start(Duration::from_secs(30)).await;
    assert_eq!(data(app.post("/v1/data/list", &json!({"user_name": "ann"})).await).await, json!([]));
    let response = app.post("/v1/data/list", &json!({"user_name": "nobody"})).await;
    assert_eq!(failure(response, StatusCode::NOT_FOUND).await, "用户不存在");
}

#[tokio::test]
async fn a_form_that_stops_is_given_up_on_wherever_it_stops() {
    let (app, lake) = start(Duration::from_millis(10)).await;
    let half = &FILE[..FILE.len() - 6];
    for (query, begun) in [
        ("", "--ed".to_owned()),
        ("", ANN[..ANN.len() - 4].to_owned()),
        ("", half.to_owned()),
        ("?user_name=ann", half.to_owned()),
        ("", [ANN, half].concat()),
        ("?user_name=ann", FILE.to_owned()),
        ("", [ANN, FILE, BOB].concat()),
    ] {
        let response = app.send(upload(&app, query, stops_after(&begun))).await;
        failure(response, StatusCode::REQUEST_TIMEOUT).await;
    }
    nothing_is_left(&app, &lake).await;
}

#[tokio::test]
async fn a_fifth_upload_at_once_is_told_to_wait() {
    let (app, lake) = start(Duration::from_secs(600)).await;
    let authority = Authority::open(&Trust::in_open_mode(), None);
    let actor = app.app.accounts.act_for_named(&authority, "ann").await.unwrap();
    let mut under_way = Vec::new();
    for _ in 0..4 {
        under_way.push(app.app.datasets.upload(&actor, "x.csv", Default::default()).await.unwrap());
    }
    let whole = || Body::from([FILE, END].concat());
    let response = app.send(upload(&app, "?user_name=ann", whole())).await;
    assert_eq!(response.header("retry-after"), "5");
    failure(response, StatusCode::TOO_MANY_REQUESTS).await;
    // Somebody else isn't kept waiting, and neither is who has waited.
    data(app.send(upload(&app, "?user_name=bob", whole())).await).await;
    under_way.clear();
    let later = async {
        loop {
            let response = app.send(upload(&app, "?user_name=ann", whole())).await;
            if response.status() == StatusCode::OK {
                break;
            }
            failure(response, StatusCode::TOO_MANY_REQUESTS).await;
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), later).await.unwrap();
    assert_eq!(lake.paths().len(), 4);
}
