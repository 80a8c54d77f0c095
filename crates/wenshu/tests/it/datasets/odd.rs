//! Odd texts in every place of a dataset: names of files, columns and tables, values, statements. What is taken can be asked and given out
//! again in every format; what isn't is refused in the contract's words; and nothing is a 5xx, on either store.

use std::sync::Arc;

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use wenshu_core::accounts::{Authority, Trust};
use wenshu_core::datasets::DownloadFormat;
use wenshu_testkit::app::PASSWORD;
use wenshu_testkit::{ServerDatabase, TestApp, TestAppBuilder, TestResponse, encode};

use super::{LakeApp, lake};

const ODD: [&str; 14] = [
    "\0",
    "a\0b",
    "a\u{1}b\u{7f}",
    " ",
    "\u{feff}",
    "\u{202e}gpj",
    "\u{2028}",
    "😀",
    "'; DROP TABLE x; --",
    "a\"b",
    "*",
    "../../etc/passwd",
    "=1+1",
    "select",
];

async fn start(builder: TestAppBuilder) -> LakeApp {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(&folder);
    let app = builder.core(move |settings| settings.lake = Some(Arc::new(lake))).start().await;
    let app = LakeApp { app, lake: folder };
    let body = json!({"user_name": "ann", "password": PASSWORD});
    assert_eq!(app.app.post("/v1/users/register", &body).await.status(), StatusCode::OK);
    app
}

/// What was taken; nothing of what was refused, as it has to be.
async fn taken(response: TestResponse, what: &str) -> Option<Value> {
    let status = response.status();
    let body = response.json().await;
    assert!(!status.is_server_error(), "{what}: {body}");
    assert_eq!(body["code"], status.as_u16(), "{what}: {body}");
    if status.is_success() {
        return Some(body["data"].clone());
    }
    assert!(
        body["data"] == json!([]) && body["message"].as_str().is_some_and(|text| !text.is_empty()),
        "{body}"
    );
    None
}

/// A file that is uploaded under this name.
async fn upload(app: &LakeApp, name: &str, file_name: &str, content: &str) -> TestResponse {
    let file_name = file_name.replace('"', "%22").replace(['\r', '\n'], " ");
    let form = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n{content}\r\n--edge--\r\n"
    );
    let address = format!("/v1/data/upload?user_name=ann&name={}", encode(name));
    let request = app.app.request(Method::POST, &address);
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
    app.app.send(request.body(Body::from(form)).unwrap()).await
}

/// A value as CSV has it.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Asks for all of a dataset in every format, and with a statement.
async fn is_given_out(app: &LakeApp, made: &Value, what: &str) {
    for format in DownloadFormat::ALL {
        let wanted = json!({"data_id": made["data_id"], "format": format.as_str()});
        let response = app.app.post("/v1/data/download", &wanted).await;
        let status = response.status();
        let has_none = format == DownloadFormat::Original && made["has_original"] == false;
        let expected = if has_none { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        assert_eq!(status, expected, "{what} as {}", format.as_str());
        // A body that breaks off fails here. NDJSON of no rows is nothing.
        let is_empty = response.bytes().await.is_empty();
        assert!(!is_empty || made["tables"][0]["rows"] == 0, "{what} as {}", format.as_str());
    }
}

async fn odd_texts_are_taken_or_refused(app: &LakeApp) {
    let mut made = 0;
    for odd in ODD {
        let what = odd.escape_debug().to_string();
        let csv = format!("{0},n\n{0},1\n{0}{0},2\n", cell(odd));
        let by_hand = json!({
            "user_name": "ann", "name": "given", "description": odd,
            "columns": [{"name": "a", "type": "text"}, {"name": format!("x{odd}"), "type": "text"}],
            "rows": [[odd, odd], [null, format!("{odd}{odd}")]],
        });
        let named = json!({
            "user_name": "ann", "name": odd, "columns": [{"name": "a", "type": "text"}], "rows": [[odd]],
        });
        for (how, response) in [
            ("a name", upload(app, odd, "x.csv", "a,b\n1,2\n").await),
            ("a file's name", upload(app, "", odd, "a,b\n1,2\n").await),
            ("names and values of a file", upload(app, "x", "x.csv", &csv).await),
            ("a file", upload(app, "x", "x.csv", odd).await),
            ("JSON", upload(app, "x", "x.json", &json!([{odd: odd, "n": 1}]).to_string()).await),
            ("rows", app.app.post("/v1/data/create", &by_hand).await),
            ("a name of rows", app.app.post("/v1/data/create", &named).await),
        ] {
            let what = format!("{how}: {what}");
            let Some(dataset) = taken(response, &what).await else { continue };
            made += 1;
            is_given_out(app, &dataset, &what).await;
            let table = dataset["tables"][0]["name"].as_str().unwrap();
            let sql = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
            let authority = Authority::open(&Trust::in_open_mode(), None);
            let actor = app.app.app.accounts.act_for_named(&authority, "ann").await.unwrap();
            let connection = app.app.app.datasets.connection(&actor).await.unwrap();
            let copy = json!({"user_name": "ann", "name": "copy", "sql": sql, "connection": connection});
            let copied = taken(app.app.post("/v1/data/create", &copy).await, &what).await;
            let copied = copied.unwrap_or_else(|| panic!("{what} can't be asked: {sql}"));
            assert_eq!(copied["tables"][0]["rows"], dataset["tables"][0]["rows"], "{what}");
            for one in [&dataset, &copied] {
                let gone = app.app.post("/v1/data/delete", &json!({"data_id": one["data_id"]})).await;
                assert_eq!(gone.status(), StatusCode::OK, "{what}");
            }
        }
        let statement = json!({"user_name": "ann", "name": "x", "sql": odd});
        taken(app.app.post("/v1/data/create", &statement).await, &what).await;
        let table = json!({"data_id": "0190f5a0-0000-7000-8000-000000000001", "format": odd, "table": odd});
        taken(app.app.post("/v1/data/download", &table).await, &what).await;
    }
    assert!(made > 3 * ODD.len(), "only {made} were taken");
    assert_eq!(app.files(), 0);
}

#[tokio::test]
async fn odd_texts_on_sqlite() {
    odd_texts_are_taken_or_refused(&start(TestApp::builder()).await).await;
}

#[tokio::test]
async fn odd_texts_on_postgres() {
    let database = ServerDatabase::postgres().await;
    odd_texts_are_taken_or_refused(&start(TestApp::builder().store_in(&database)).await).await;
}
