//! Datasets as a caller uses them: made, listed, asked, limited, and nobody else's.

use serde_json::json;
use wenshu_core::datasets::{DatasetDraft, DatasetLimits, DownloadFormat, GivenColumn, GivenRows, Progress};
use wenshu_core::{AppError, ErrorKind};

use super::LakeApp;

fn draft(name: &str) -> DatasetDraft {
    DatasetDraft { name: Some(name.to_owned()), description: None }
}

fn said(error: &AppError) -> String {
    error.fields().first().map_or_else(|| error.text().en.to_string(), |fault| fault.text.en.to_string())
}

#[tokio::test]
async fn a_gbk_file_is_uploaded_and_asked_without_a_model() {
    let app = LakeApp::start().await;
    let user = app.app.register("gbk@example.com").await;
    let actor = app.app.app.accounts.authenticate(&user.access_token).await.unwrap();
    let (content, ..) = encoding_rs::GBK
        .encode("城市,销售额,日期\n北京,100.5,2024-01-02\n上海,200,2024-01-03\n北京,50,2024-02-01\n");
    let dataset = app.upload(&actor, "门店销售.csv", content.into_owned()).await.unwrap();
    assert_eq!((dataset.name.as_str(), dataset.tables[0].name.as_str()), ("门店销售", "门店销售"));
    assert_eq!(dataset.tables[0].rows, 3);

    // It is asked like any other connection, which the list shows.
    let connections = user.get("/api/v1/connections").await.json().await;
    let listed = connections["data"]["connections"].as_array().unwrap_or_else(|| panic!("{connections}"));
    let own = listed.iter().find(|connection| connection["driver"] == "dataset");
    let own = own.unwrap_or_else(|| panic!("{connections}"));
    let id = own["id"].as_str().unwrap();
    let query = wenshu_testkit::encode("各城市的销售额");
    let path = format!("/api/v1/chat/stream?query={query}&connection_id={id}");
    let events = user.get(&path).await.events().await;
    let rows = events.iter().find(|event| event.event == "result").unwrap().json();
    assert_eq!(rows["data"][0]["城市"], "上海", "{rows}");
    assert_eq!(rows["rows_count"], 2, "{rows}");
}

#[tokio::test]
async fn rows_and_queries_become_datasets() {
    let app = LakeApp::start().await;
    let actor = app.actor("rows@example.com").await;
    let datasets = &app.app.app.datasets;
    let column = |name: &str, kind: &str| GivenColumn { name: name.to_owned(), kind: kind.to_owned() };
    let given = GivenRows {
        columns: vec![
            column("name", "text"),
            column("n", "integer"),
            column("x", "number"),
            column("day", "date"),
        ],
        rows: vec![
            vec![json!("甲"), json!(1), json!(1.5), json!("2024-01-02")],
            vec![json!(null), json!("2"), json!(null), json!(null)],
        ],
    };
    let made = datasets.create(&actor, draft("手工"), given).await.unwrap();
    let kinds: Vec<_> = made.tables[0].columns.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!((kinds, made.tables[0].rows), (vec!["text", "integer", "number", "date"], 2));
    let csv = app.download(&actor, &made, DownloadFormat::Csv).await;
    assert_eq!(&csv[3..], "name,n,x,day\r\n甲,1,1.5,2024-01-02\r\n,2,,\r\n".as_bytes());
    let no_file = datasets.download(&actor, made.id, DownloadFormat::Original, None).await.err().unwrap();
    assert_eq!(no_file.fields()[0].field, "format");

    let sql = "SELECT ordered_at, total_amount, 1 AS one, NULL AS blank FROM orders ORDER BY id";
    let kept = datasets.create_from_query(&actor, draft("订单"), sql, None).await.unwrap();
    assert!(kept.tables[0].rows > 1_000, "{}", kept.tables[0].rows);
    assert_eq!(kept.tables[0].columns[0], ("ordered_at".to_owned(), "timestamp".to_owned()));
    // A dataset of a dataset.
    let connection = datasets.connection(&actor).await.unwrap();
    let sql = "SELECT count(*) AS n FROM 订单";
    let counted = datasets.create_from_query(&actor, draft("count"), sql, connection).await.unwrap();
    let csv = app.download(&actor, &counted, DownloadFormat::Csv).await;
    assert_eq!(&csv[3..], format!("n\r\n{}\r\n", kept.tables[0].rows).as_bytes());

    for (sql, expected) in [("DELETE FROM orders", "sql"), ("", "sql")] {
        let refused = datasets.create_from_query(&actor, draft("x"), sql, None).await.unwrap_err();
        assert_eq!(refused.fields()[0].field, expected);
    }
    let failed = datasets
        .create_from_query(&actor, draft("x"), "SELECT no_column FROM orders", None)
        .await
        .unwrap_err();
    assert_eq!(failed.code(), "sql_execution_failed");
    assert_eq!(datasets.list(&actor).await.unwrap().len(), 3);
}

#[tokio::test]
async fn nothing_is_anybody_elses() {
    let app = LakeApp::start().await;
    let (alice, bob) = (app.actor("alice@example.com").await, app.actor("bob@example.com").await);
    let datasets = &app.app.app.datasets;
    let dataset = app.upload(&alice, "secret.csv", "a,b\n1,2\n").await.unwrap();
    let files = app.files();
    assert_eq!(datasets.delete(&bob, dataset.id).await.unwrap_err().kind(), ErrorKind::NotFound);
    let download = datasets.download(&bob, dataset.id, DownloadFormat::Csv, None).await;
    assert_eq!(download.err().unwrap().kind(), ErrorKind::NotFound);
    assert!(datasets.list(&bob).await.unwrap().is_empty());
    assert_eq!(datasets.connection(&bob).await.unwrap(), None);
    let connection = datasets.connection(&alice).await.unwrap();
    let stolen = datasets.create_from_query(&bob, draft("x"), "SELECT * FROM secret", connection).await;
    assert_eq!(stolen.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(app.files(), files);
    // Its connection isn't one to be edited or deleted.
    let user = app.app.app.connections.remove(&alice, connection.unwrap()).await;
    assert_eq!(user.unwrap_err().code(), "dataset_connection");
    datasets.delete(&alice, dataset.id).await.unwrap();
    assert_eq!(app.files(), 0);
    assert_eq!(datasets.connection(&alice).await.unwrap(), None);
}

#[tokio::test]
async fn sizes_are_limited() {
    let limits = DatasetLimits { file_bytes: 50_000, account_bytes: 80_000 };
    let app = LakeApp::with(move |settings| settings.dataset_limits = limits).await;
    let actor = app.actor("large@example.com").await;
    let content = |bytes: usize| "a,b\n".to_owned() + &"12,34\n".repeat(bytes / 6);
    let refused = app.upload(&actor, "x.csv", content(60_000)).await.unwrap_err();
    assert_eq!(refused.code(), "payload_too_large");
    assert_eq!(app.files(), 0);
    app.upload(&actor, "x.csv", content(45_000)).await.unwrap();
    let refused = app.upload(&actor, "y.csv", content(45_000)).await.unwrap_err();
    assert_eq!(refused.code(), "payload_too_large");
    assert!(said(&refused).contains("delete some first"), "{}", said(&refused));
    assert_eq!(app.app.app.datasets.list(&actor).await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_goes_while_a_file_is_being_read_leaves_nothing() {
    let app = LakeApp::start().await;
    let actor = app.actor("away@example.com").await;
    let datasets = &app.app.app.datasets;
    let (progress, mut seen) = tokio::sync::watch::channel(Progress::default());
    let upload = datasets.upload(&actor, "x.csv", progress).await.unwrap();
    let content = "a,b\n".to_owned() + &"1,2\n".repeat(200_000);
    assert!(upload.write(content.into()).await);
    {
        let finishing = upload.finish(DatasetDraft::default());
        // It has arrived, and its rows are being put down.
        tokio::select! {
            made = finishing => panic!("{made:?}"),
            _ = seen.wait_for(|progress| progress.is_whole && progress.rows > 0) => {}
        }
    }
    app.app.app.shutdown(std::time::Duration::from_secs(1)).await;
    assert_eq!(app.files(), 0);
    assert!(datasets.list(&actor).await.unwrap().is_empty());
}

#[tokio::test]
async fn uploads_of_an_account_share_what_there_is_room_for() {
    let limits = DatasetLimits { file_bytes: 200_000, account_bytes: 250_000 };
    let app = LakeApp::with(move |settings| settings.dataset_limits = limits).await;
    let actor = app.actor("many@example.com").await;
    let datasets = &app.app.app.datasets;
    let content = bytes::Bytes::from("a,b\n".to_owned() + &"12,34\n".repeat(25_000));
    let (progress, mut seen) = tokio::sync::watch::channel(Progress::default());
    let mut under_way = vec![datasets.upload(&actor, "x.csv", progress).await.unwrap()];
    for _ in 1..4 {
        under_way.push(datasets.upload(&actor, "x.csv", Default::default()).await.unwrap());
    }
    let refused = datasets.upload(&actor, "x.csv", Default::default()).await.err().unwrap();
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::TooMany, "too_many_uploads"));
    for upload in &under_way {
        for at in (0..content.len()).step_by(10_000) {
            if !upload.write(content.slice(at..content.len().min(at + 10_000))).await {
                break;
            }
        }
        // The first one is there, and holds its room while the others come.
        seen.wait_for(|progress| progress.received == content.len() as u64).await.unwrap();
        let bytes = app.bytes();
        assert!(bytes <= limits.account_bytes, "{bytes}");
    }
    let first = under_way.remove(0);
    for upload in under_way {
        let refused = upload.finish(DatasetDraft::default()).await.unwrap_err();
        assert_eq!(refused.code(), "payload_too_large");
    }
    first.finish(DatasetDraft::default()).await.unwrap();
    // None of those that came to nothing counts.
    let small = "a,b\n".to_owned() + &"12,34\n".repeat(5_000);
    app.upload(&actor, "y.csv", small).await.unwrap();
    assert_eq!(datasets.list(&actor).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_dataset_of_several_tables_is_given_out_whole() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    for (name, value) in [("一月", 1.5), ("二月", 2.5)] {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        sheet.write_string(0, 0, "金额").unwrap();
        sheet.write_number(1, 0, value).unwrap();
    }
    let app = LakeApp::start().await;
    let actor = app.actor("two@example.com").await;
    let dataset = app.upload(&actor, "销售.xlsx", workbook.save_to_buffer().unwrap()).await.unwrap();
    let names: Vec<&str> = dataset.tables.iter().map(|table| table.name.as_str()).collect();
    for (format, content) in [
        (DownloadFormat::Csv, "\u{feff}金额\r\n1.5\r\n"),
        (DownloadFormat::Json, "[\n{\"金额\":1.5}\n]\n"),
        (DownloadFormat::NdJson, "{\"金额\":1.5}\n"),
        (DownloadFormat::Parquet, "PAR1"),
    ] {
        let download = app.app.app.datasets.download(&actor, dataset.id, format, None).await.unwrap();
        assert_eq!((download.file_name.as_str(), download.content_type), ("销售.zip", "application/zip"));
        let file = app.download(&actor, &dataset, format).await;
        assert_eq!(download.length, Some(file.len() as u64));
        drop(download);
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
        let found: Vec<String> = (0..archive.len())
            .map(|index| archive.by_index(index).unwrap().name().unwrap().into_owned())
            .collect();
        let expected: Vec<String> = names.iter().map(|name| format!("{name}.{}", format.as_str())).collect();
        assert_eq!(found, expected);
        let mut first = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_index(0).unwrap(), &mut first).unwrap();
        assert!(first.starts_with(content.as_bytes()), "{}", String::from_utf8_lossy(&first));
    }
    // One of them by its name, or by its sheet's.
    for table in [names[1], "二月"] {
        let download =
            app.app.app.datasets.download(&actor, dataset.id, DownloadFormat::Csv, Some(table)).await;
        assert_eq!(download.unwrap().file_name, format!("{}.csv", names[1]));
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let app = LakeApp::start().await;
    let actor = app.actor("gone@example.com").await;
    let datasets = &app.app.app.datasets;
    let upload = datasets.upload(&actor, "x.csv", Default::default()).await.unwrap();
    assert!(upload.write("a,b\n1,2\n".repeat(20_000).into()).await);
    drop(upload);
    // Shutting down waits for what is under way, and so for the files to be removed.
    app.app.app.shutdown(std::time::Duration::from_secs(1)).await;
    assert_eq!(app.files(), 0);
    assert!(datasets.list(&actor).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_upload_that_is_called_off_while_it_is_read_becomes_nothing() {
    const ROWS: u64 = 600_000;
    let app = LakeApp::start().await;
    let actor = app.actor("regret@example.com").await;
    let datasets = &app.app.app.datasets;
    let (sender, mut progress) = tokio::sync::watch::channel(Progress::default());
    let upload = datasets.upload(&actor, "x.csv", sender).await.unwrap();
    assert!(upload.write("a,b\n".into()).await);
    let piece = bytes::Bytes::from("12,some text\n".repeat(1_000));
    for _ in 0..ROWS / 1_000 {
        assert!(upload.write(piece.clone()).await);
    }
    {
        let mut finished = Box::pin(upload.finish(DatasetDraft::default()));
        let is_being_read = progress.wait_for(|progress| progress.is_whole);
        tokio::select! {
            _ = &mut finished => panic!("it was a dataset before it was called off"),
            is_being_read = is_being_read => assert!(is_being_read.is_ok()),
        }
    }
    // It is over when nobody is left who would say how far it is.
    while progress.changed().await.is_ok() {}
    assert!(progress.borrow().rows < ROWS, "{:?}", *progress.borrow());
    app.app.app.shutdown(std::time::Duration::from_secs(5)).await;
    assert_eq!(app.files(), 0);
    assert!(datasets.list(&actor).await.unwrap().is_empty());
}

#[tokio::test]
async fn names_of_tables_are_their_own_and_files_go_with_their_account() {
    let app = LakeApp::start().await;
    let admin = app.actor("first@example.com").await;
    let actor = app.actor("names@example.com").await;
    for _ in 0..3 {
        app.upload(&actor, "Sales 2024.csv", "a,b\n1,2\n").await.unwrap();
    }
    let names: Vec<_> = app.app.app.datasets.list(&actor).await.unwrap();
    let names: Vec<_> = names.iter().map(|dataset| dataset.tables[0].name.as_str()).collect();
    assert_eq!(names, ["sales_2024_3", "sales_2024_2", "sales_2024"]);
    app.app.app.delete_user(&admin, actor.account().number).await.unwrap();
    assert_eq!(app.files(), 0);
}

#[tokio::test]
async fn what_a_killed_process_left_is_removed_by_the_next_one() {
    let app = LakeApp::start().await;
    let actor = app.actor("killed@example.com").await;
    let dataset = app.upload(&actor, "x.csv", "a,b\n1,2\n").await.unwrap();
    let owner = actor.id().simple().to_string();
    let unknown = "0".repeat(31) + "7";
    let left = app.leave(&owner, &unknown, &["original#1", "0.parquet"]);
    // Another server's, and nothing of ours.
    let foreign = app.leave(&unknown, &unknown, &["original"]);
    let other = app.leave(&owner, "notes", &["readme"]);
    let app = app.again().await;
    let gone = async {
        while left.exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), gone).await.unwrap();
    assert!(foreign.join("original").exists() && other.join("readme").exists());
    let csv = app.download(&actor, &dataset, DownloadFormat::Csv).await;
    assert_eq!(&csv[3..], b"a,b\r\n1,2\r\n");
}

#[tokio::test]
async fn columns_have_the_types_that_were_said() {
    let app = LakeApp::start().await;
    let actor = app.actor("types@example.com").await;
    let column = |kind: &str| GivenColumn { name: kind.to_owned(), kind: kind.to_owned() };
    let kinds = ["text", "integer", "number", "boolean", "date", "timestamp"];
    for rows in [Vec::new(), vec![vec![json!(null); kinds.len()]]] {
        let given = GivenRows { columns: kinds.iter().map(|kind| column(kind)).collect(), rows };
        let made = app.app.app.datasets.create(&actor, draft("empty"), given).await.unwrap();
        let found: Vec<_> = made.tables[0].columns.iter().map(|(_, kind)| kind.as_str()).collect();
        assert_eq!(found, kinds);
    }
}
