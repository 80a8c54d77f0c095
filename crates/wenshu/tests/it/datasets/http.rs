//! `/v1/data` with the real lake behind it: files in, questions, files out.

use std::collections::HashSet;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use wenshu_core::datasets::DatasetLimits;
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{TestApp, TestResponse};

use super::LakeApp;

const SALES: &str = "城市,销售额,日期\n北京,100.5,2024-01-02\n上海,200,2024-01-03\n北京,50,2024-02-01\n";

/// A part of a form: its headers after `Content-Disposition: form-data; `, and its content.
type Part<'a> = (&'a str, &'a [u8]);

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut form = Vec::new();
    for (head, content) in parts {
        form.extend_from_slice(
            format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(),
        );
        form.extend_from_slice(content);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(b"--edge--\r\n");
    form
}

fn upload(app: &TestApp, address: &str, form: Vec<u8>) -> Request<Body> {
    let form = Bytes::from(form);
    // As it arrives: in pieces.
    let pieces: Vec<_> = (0..form.len())
        .step_by(1_000)
        .map(|at| Ok::<_, std::io::Error>(form.slice(at..form.len().min(at + 1_000))))
        .collect();
    let request = app.request(Method::POST, address);
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
    request.body(Body::from_stream(stream::iter(pieces))).unwrap()
}

async fn data(response: TestResponse) -> Value {
    let status = response.status();
    let body = response.json().await;
    assert_eq!((status, &body["code"]), (StatusCode::OK, &json!(200)), "{body}");
    body["data"].clone()
}

async fn refusal(response: TestResponse) -> (StatusCode, String) {
    let status = response.status();
    let body = response.json().await;
    assert_eq!((&body["code"], &body["data"]), (&json!(status.as_u16()), &json!([])), "{body}");
    (status, body["message"].as_str().unwrap().to_owned())
}

async fn register(app: &LakeApp, name: &str) {
    data(app.app.post("/v1/users/register", &json!({"user_name": name, "password": PASSWORD})).await).await;
}

async fn listed(app: &LakeApp, name: &str) -> Vec<Value> {
    let listed = data(app.app.post("/v1/data/list", &json!({"user_name": name})).await).await;
    listed.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_file_becomes_a_dataset_that_is_asked_and_goes_again() {
    let app = LakeApp::start().await;
    register(&app, "ann").await;
    let (gbk, ..) = encoding_rs::GBK.encode(SALES);
    let file: Part<'_> = ("name=\"file\"; filename=\"门店销售.csv\"", &gbk);
    let user: Part<'_> = ("name=\"user_name\"", b"ann");
    // Whose it is may be said before the file, after it, or in the address.
    for (address, parts) in [
        ("/v1/data/upload", vec![user, ("name=\"name\"", "第一".as_bytes()), file]),
        ("/v1/data/upload", vec![file, user]),
        ("/v1/data/upload?user_name=ann&name=third", vec![file]),
    ] {
        let made = data(app.app.send(upload(&app.app, address, form(&parts))).await).await;
        let keys: Vec<&String> = made.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["data_id", "name", "description", "tables", "bytes", "has_original", "create_time"]
        );
        assert_eq!((&made["tables"][0]["rows"], &made["has_original"]), (&json!(3), &json!(true)), "{made}");
        let columns = json!([
            {"name": "城市", "type": "text"}, {"name": "销售额", "type": "number"}, {"name": "日期", "type": "date"},
        ]);
        assert_eq!(made["tables"][0]["columns"], columns, "{made}");
    }
    let listed_now = listed(&app, "ann").await;
    let names: Vec<&str> = listed_now.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["third", "门店销售", "第一"]);

    // Two of them go; the third one is asked.
    for one in &listed_now[..2] {
        data(app.app.post("/v1/data/delete", &json!({"data_id": one["data_id"]})).await).await;
    }
    let question = json!({"user_name": "ann", "task": "数据BI", "content": "各城市的销售额"});
    let events = app.app.post("/v1/chat/", &question).await.events().await;
    let result = events.iter().find(|event| event.event == "result").unwrap_or_else(|| panic!("{events:?}"));
    let result = result.json();
    assert_eq!(result["rows_count"], 2, "{result}");
    assert_eq!(result["data"][0]["城市"], "上海", "{result}");
    assert_eq!(events.last().unwrap().event, "done", "{events:?}");

    let id = &listed_now[2]["data_id"];
    data(app.app.post(&format!("/v1/data/delete?data_id={}", id.as_str().unwrap()), &json!({})).await).await;
    assert_eq!(listed(&app, "ann").await, Vec::<Value>::new());
    assert_eq!(app.files(), 0);
    let again = app.app.post("/v1/data/delete", &json!({"data_id": id})).await;
    assert_eq!(refusal(again).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn it_is_given_out_in_every_format() {
    let app = LakeApp::start().await;
    register(&app, "ann").await;
    let parts = [("name=\"file\"; filename=\"门店 销售.csv\"", SALES.as_bytes())];
    let made =
        data(app.app.send(upload(&app.app, "/v1/data/upload?user_name=ann", form(&parts))).await).await;
    let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    for (format, kind, begins) in [
        (
            "",
            "text/csv; charset=utf-8; header=present",
            "\u{feff}城市,销售额,日期\r\n北京,100.5,2024-01-02".as_bytes(),
        ),
        ("csv", "text/csv; charset=utf-8; header=present", "\u{feff}城市".as_bytes()),
        ("xlsx", sheet, b"PK\x03\x04"),
        (
            "json",
            "application/json",
            "[\n{\"城市\":\"北京\",\"销售额\":100.5,\"日期\":\"2024-01-02\"}".as_bytes(),
        ),
        ("ndjson", "application/x-ndjson", "{\"城市\":\"北京\",\"销售额\":100.5".as_bytes()),
        ("parquet", "application/vnd.apache.parquet", b"PAR1"),
        ("original", "application/octet-stream", SALES.as_bytes()),
    ] {
        let wanted = json!({"data_id": made["data_id"], "format": format});
        let response = app.app.post("/v1/data/download", &wanted).await;
        assert_eq!(response.status(), StatusCode::OK, "{format}");
        assert_eq!(response.header("content-type"), kind, "{format}");
        assert_eq!(response.header("x-content-type-options"), "nosniff", "{format}");
        let ending = if matches!(format, "" | "original") { "csv" } else { format };
        let name = format!(
            "attachment; filename=\"data.{ending}\"; filename*=UTF-8''%E9%97%A8%E5%BA%97%20%E9%94%80%E5%94%AE.{ending}"
        );
        assert_eq!(response.header("content-disposition"), name, "{format}");
        let body = response.bytes().await;
        assert!(body.starts_with(begins), "{format}: {}", String::from_utf8_lossy(&body));
    }
    for (wanted, field) in [
        (json!({"data_id": made["data_id"], "format": "exe"}), "format"),
        (json!({"data_id": made["data_id"], "table": "nothing"}), "table"),
        (json!({"format": "csv"}), "data_id"),
    ] {
        let (status, message) = refusal(app.app.post("/v1/data/download", &wanted).await).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(message.starts_with(field), "{message}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_and_leaves_nothing() {
    let limits = DatasetLimits { file_bytes: 50_000, account_bytes: 200_000 };
    let app = LakeApp::with(move |settings| settings.dataset_limits = limits).await;
    register(&app, "ann").await;
    let large = "a,b\n".to_owned() + &"12,34\n".repeat(20_000);
    let mut damaged = form(&[("name=\"file\"; filename=\"x.csv\"", b"a,b\n1,2\n")]);
    damaged.truncate(damaged.len() - 12);
    for (address, body, status, expected) in [
        ("?user_name=ann", form(&[("name=\"file\"; filename=\"x.csv\"", b"a,b\n1,2\n3\n")]), 422, "第 3 行"),
        ("?user_name=ann", form(&[("name=\"file\"; filename=\"x.csv\"", large.as_bytes())]), 413, "上限"),
        ("", form(&[("name=\"file\"; filename=\"x.csv\"", large.as_bytes())]), 413, "上限"),
        ("?user_name=ann", form(&[("name=\"other\"", b"x")]), 422, "file "),
        ("", form(&[("name=\"file\"; filename=\"x.csv\"", b"a,b\n1,2\n")]), 422, "user_name "),
        ("?user_name=nobody", form(&[("name=\"file\"; filename=\"x.csv\"", b"a,b\n1,2\n")]), 404, "用户"),
        ("?user_name=ann", damaged, 422, "body "),
        ("?user_name=ann", b"no form at all".to_vec(), 422, "body "),
    ] {
        let address = format!("/v1/data/upload{address}");
        let (found, message) = refusal(app.app.send(upload(&app.app, &address, body)).await).await;
        assert_eq!(found.as_u16(), status, "{address}: {message}");
        assert!(message.contains(expected), "{message}");
        // What breaks off is removed behind the back of who has gone.
        assert!(app.files() == 0 || message.starts_with("body "), "{message}");
    }
    let request = app.app.request(Method::POST, "/v1/data/upload?user_name=ann");
    let response =
        app.app.send(request.header(CONTENT_TYPE, "text/csv").body(Body::from("a,b\n")).unwrap()).await;
    assert_eq!(refusal(response).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    // What is there counts against what comes.
    let half = "a,b\n".to_owned() + &"12,34\n".repeat(8_000);
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let body = form(&[("name=\"file\"; filename=\"x.csv\"", half.as_bytes())]);
        let response = app.app.send(upload(&app.app, "/v1/data/upload?user_name=ann", body)).await;
        statuses.push(response.status().as_u16());
        response.bytes().await;
    }
    assert!(statuses.starts_with(&[200, 200]) && statuses.ends_with(&[413]), "{statuses:?}");
}

#[tokio::test]
async fn who_asks_for_events_is_told_how_far_it_is() {
    let app = LakeApp::start().await;
    register(&app, "ann").await;
    let content = "a,b\n".to_owned() + &"12,some text\n".repeat(400_000);
    for (content, last) in [(content.as_str(), "done"), ("a,b\n1,2\n3\n", "error")] {
        let body = form(&[("name=\"file\"; filename=\"x.csv\"", content.as_bytes())]);
        let mut request = upload(&app.app, "/v1/data/upload?user_name=ann", body);
        request.headers_mut().insert(ACCEPT, "text/event-stream".parse().unwrap());
        let response = app.app.send(request).await;
        assert_eq!(
            (response.status(), response.header("content-type")),
            (StatusCode::OK, "text/event-stream")
        );
        let events = response.events().await;
        let ids: HashSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(ids.len(), events.len(), "{events:?}");
        let (end, steps) = events.split_last().unwrap();
        assert_eq!(end.event, last, "{end:?}");
        if last == "error" {
            assert_eq!(end.json()["code"], 422, "{end:?}");
            assert!(end.json()["message"].as_str().unwrap().contains("第 3 行"), "{end:?}");
            continue;
        }
        assert_eq!(end.json()["tables"][0]["rows"], 400_000, "{end:?}");
        assert!(!steps.is_empty());
        let mut before = (0, 0);
        for step in steps {
            assert_eq!(step.event, "progress");
            let step = step.json();
            let now = (step["received"].as_u64().unwrap(), step["rows"].as_u64().unwrap());
            assert!(now.0 >= before.0 && now.1 >= before.1, "{step}");
            before = now;
        }
    }
}

#[tokio::test]
async fn who_comes_back_to_an_upload_makes_no_second_dataset() {
    let app = LakeApp::start().await;
    register(&app, "ann").await;
    let send = async |last: Option<&str>| {
        let body = form(&[("name=\"file\"; filename=\"x.csv\"", SALES.as_bytes())]);
        let mut request = upload(&app.app, "/v1/data/upload?user_name=ann", body);
        request.headers_mut().insert(ACCEPT, "text/event-stream".parse().unwrap());
        if let Some(last) = last {
            request.headers_mut().insert("last-event-id", last.parse().unwrap());
        }
        app.app.send(request).await
    };
    let first = send(None).await.events().await;
    let done = first.last().unwrap();
    let id = done.id.clone();
    let made = done.json();
    assert_eq!(id, format!("{}-end", made["data_id"].as_str().unwrap()));
    // Whoever has seen it all is told nothing more; who hasn't, how it ended.
    assert_eq!(send(Some(&id)).await.status(), StatusCode::NO_CONTENT);
    let again = send(Some(&id.replace("end", "1"))).await.events().await;
    assert_eq!((again.len(), again[0].event.as_str(), &again[0].id), (1, "done", &done.id));
    assert_eq!(again[0].json(), made);
    assert_eq!(listed(&app, "ann").await.len(), 1);
    // What was refused may be sent again when it is mended.
    let ragged = form(&[("name=\"file\"; filename=\"x.csv\"", &b"a,b\n1,2,3\n"[..])]);
    let mut refused = upload(&app.app, "/v1/data/upload?user_name=ann", ragged);
    refused.headers_mut().insert(ACCEPT, "text/event-stream".parse().unwrap());
    let refused = app.app.send(refused).await.events().await;
    assert_eq!(refused.last().unwrap().event, "error", "{refused:?}");
    let mended = send(Some(&refused.last().unwrap().id)).await.events().await;
    assert_eq!(mended.last().unwrap().event, "done", "{mended:?}");
    // What broke off left nothing, and neither did what was never there: it begins anew.
    for last in ["00000000-0000-0000-0000-000000000001-3", "nonsense"] {
        let events = send(Some(last)).await.events().await;
        assert_eq!(events.last().unwrap().event, "done", "{last}: {events:?}");
    }
    assert_eq!(listed(&app, "ann").await.len(), 4);
}

#[tokio::test]
async fn rows_and_queries_become_datasets_over_http() {
    let app = LakeApp::start().await;
    register(&app, "ann").await;
    let rows = json!({
        "user_name": "ann", "name": "手工", "description": "说明",
        "columns": [{"name": "a", "type": "text"}, {"name": "b", "type": "number"}], "rows": [["x", 1.5], [null, 2]],
    });
    let made = data(app.app.post("/v1/data/create", &rows).await).await;
    assert_eq!((&made["description"], &made["tables"][0]["rows"]), (&json!("说明"), &json!(2)));
    assert_eq!(made["has_original"], false);
    // Without a connection it is the default one.
    let query = json!({"user_name": "ann", "name": "kept", "sql": "SELECT city, count(*) AS n FROM customers GROUP BY city"});
    let kept = data(app.app.post("/v1/data/create", &query).await).await;
    assert!(kept["tables"][0]["rows"].as_u64().unwrap() > 3, "{kept}");
    for (body, field) in [
        (json!({"user_name": "ann", "name": "x", "sql": "DELETE FROM customers"}), "sql"),
        (json!({"user_name": "ann", "name": "x"}), "columns"),
        (json!({"user_name": "ann", "name": "x", "sql": "SELECT 1", "rows": []}), "rows"),
        (json!({"user_name": "ann", "name": "", "sql": "SELECT 1"}), "name"),
        (
            json!({"user_name": "ann", "name": "x", "columns": [{"name": "a", "type": "money"}], "rows": []}),
            "columns.0.type",
        ),
        (
            json!({"user_name": "ann", "name": "x", "columns": [{"name": "a", "type": "integer"}], "rows": [["x"]]}),
            "rows",
        ),
        (json!({"user_name": "ann", "name": "x", "sql": "SELECT 1", "connection": "nonsense"}), "connection"),
    ] {
        let (status, message) = refusal(app.app.post("/v1/data/create", &body).await).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{message}");
        assert!(message.contains(&format!("{field} ")), "{body}: {message}");
    }
}

#[tokio::test]
async fn with_open_mode_off_datasets_are_their_owners() {
    let app = LakeApp::closed().await;
    let (ann, bob) = (app.app.register("ann@example.com").await, app.app.register("bob@example.com").await);
    let body = || form(&[("name=\"file\"; filename=\"x.csv\"", SALES.as_bytes())]);
    let send = async |token: Option<&str>, address: &str| {
        let mut request = upload(&app.app, address, body());
        if let Some(token) = token {
            request.headers_mut().insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        }
        app.app.send(request).await
    };
    assert_eq!(send(None, "/v1/data/upload").await.status(), StatusCode::UNAUTHORIZED);
    let foreign = send(Some(&bob.access_token), "/v1/data/upload?user_name=ann@example.com").await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    // Without a name it is the caller's own.
    let made = data(send(Some(&ann.access_token), "/v1/data/upload").await).await;
    let named = json!({"data_id": made["data_id"]});
    for path in ["download", "delete"] {
        let stolen = bob.post(&format!("/v1/data/{path}"), &named).await;
        assert_eq!(stolen.status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(ann.post("/v1/data/download", &named).await.status(), StatusCode::OK);
    data(ann.post("/v1/data/delete", &named).await).await;
    assert_eq!(app.files(), 0);
}
