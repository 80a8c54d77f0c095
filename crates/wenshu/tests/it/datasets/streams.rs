//! Files go in and out piece by piece: what has come lies in the storage before the rest comes, and what is given out begins before it has
//! all been read. One that breaks off doesn't end as if it were whole.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use bytes::Bytes;
use futures::StreamExt as _;
use http::StatusCode;
use serde_json::json;
use wenshu_core::Dataset;
use wenshu_core::datasets::DatasetDraft;

use super::LakeApp;

/// Rows of a table that is read in several parts, each of them far more than is on its way at once.
const ROWS: usize = 480_000;

/// Texts that hardly get smaller when they are packed, one on each line below the names.
fn noise() -> String {
    let mut state = 7_u64;
    let mut noise = String::new();
    while noise.len() < 1024 * 1024 {
        // The numbers of a generator that is good enough for that: xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.push_str(&format!("{state:016x}"));
    }
    let mut content = "n,noise\n".to_owned();
    for row in 0..ROWS {
        let at = row * 97 % (noise.len() - 96);
        content.push_str(&format!("{row},{}\n", &noise[at..at + 96]));
    }
    content
}

/// The file of a dataset's table, when it has been made.
async fn table_of(app: &LakeApp, dataset: &Dataset) -> PathBuf {
    assert_eq!(app.count(dataset).await, ROWS);
    app.path(&dataset.tables[0].path)
}

#[tokio::test]
async fn downloads_begin_before_all_is_read_and_break_off_when_the_rest_is_gone() {
    let app = LakeApp::start().await;
    let user = app.app.register("stream@example.com").await;
    let actor = app.app.app.accounts.authenticate(&user.access_token).await.unwrap();
    let dataset = app.upload(&actor, "noise.csv", noise()).await.unwrap();
    let table = table_of(&app, &dataset).await;
    let kept = table.with_extension("kept");
    std::fs::copy(&table, &kept).unwrap();
    let length = kept.metadata().unwrap().len();
    assert!(length > 20 * 1024 * 1024, "{length}: it has several parts");
    // Behind the part that is read first, whichever of those that read at once is asked.
    let inside = length * 2 / 5;
    let path = "/v1/data/download";
    for format in ["csv", "json", "ndjson", "parquet"] {
        let wanted = json!({"data_id": dataset.id, "format": format});
        let response = user.post(path, &wanted).await;
        assert_eq!(response.status(), StatusCode::OK);
        let mut body = response.into_stream();
        let first = body.next().await.unwrap().unwrap();
        assert!(!first.is_empty() && first.len() < 1024 * 1024, "{format}: {} bytes", first.len());
        // Nothing of the rest has been asked for yet.
        File::options().write(true).open(&table).unwrap().set_len(inside).unwrap();
        let rest: Vec<_> = body.collect().await;
        let (last, before) = rest.split_last().unwrap();
        assert!(last.is_err(), "{format}: it ended as if it were whole");
        assert!(before.len() >= 10 && before.iter().all(Result::is_ok), "{format}: {} pieces", rest.len());
        std::fs::copy(&kept, &table).unwrap();
    }
    // On the wire: what is damaged in its middle cuts the connection in the middle of a chunked body.
    let mut damaged = File::options().write(true).open(&table).unwrap();
    damaged.seek(SeekFrom::Start(inside)).unwrap();
    damaged.write_all(&[0; 1024 * 1024]).unwrap();
    // A workbook is written before it is sent, so that one that can't be whole is refused.
    let workbook = user.post(path, &json!({"data_id": dataset.id, "format": "xlsx"})).await;
    assert!(workbook.status().is_server_error(), "{}", workbook.status());
    let server = app.app.spawn().await;
    let body = json!({"data_id": dataset.id, "format": "csv"}).to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        user.access_token,
        body.len()
    );
    let answer = server.raw(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{}", &answer[..200]);
    assert!(answer.len() > 1024 * 1024 && !answer.ends_with("\r\n0\r\n\r\n"), "it ended well");
}

#[tokio::test]
async fn uploads_are_in_the_storage_before_their_end() {
    let app = LakeApp::start().await;
    let actor = app.actor("early@example.com").await;
    let upload = app.app.app.datasets.upload(&actor, "x.csv", Default::default()).await.unwrap();
    let piece = Bytes::from("12,some text\n".repeat(5_000));
    assert!(upload.write(Bytes::from("n,words\n")).await);
    let mut given = 0;
    while given < 8 * 1024 * 1024 {
        assert!(upload.write(piece.clone()).await);
        given += piece.len() as u64;
    }
    // What isn't there yet is in few hands, each of which holds little: half a megabyte on its way, and two that are being written.
    assert!(app.bytes() > given - 3 * 1024 * 1024, "{} of {given}", app.bytes());
    let dataset = upload.finish(DatasetDraft::default()).await.unwrap();
    assert_eq!(app.count(&dataset).await, usize::try_from(given).unwrap() / 13);
}
