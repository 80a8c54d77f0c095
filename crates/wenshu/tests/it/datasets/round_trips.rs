//! What is downloaded and uploaded again is the same, for every pair of formats that hold its types.

use arrow::util::display::{ArrayFormatter, FormatOptions};
use wenshu_core::Dataset;
use wenshu_core::datasets::DownloadFormat;
use wenshu_sources::{Limits, QueryResult, guard};

use super::LakeApp;

/// A column of each type that all formats hold, with what is hard about it.
const ALL: &str = "\
城市,数量,金额,比率,日期,时间,会员,备注
北京,1,1234.56,0.125,2024-01-31,2024-01-31 10:20:30,true,\"有,逗号 和 \"\"引号\"\"\"
上海,-2,-0.5,1.5,1999-12-31,2024-02-01 00:00:01,false,'=1+1
,,,,,,,
广州,123456789012345,0.01,-3.25,2024-02-29,2024-02-29 23:59:59,true,\"两
行\"
";

pub(super) const FORMATS: [DownloadFormat; 5] = [
    DownloadFormat::Csv,
    DownloadFormat::Xlsx,
    DownloadFormat::Json,
    DownloadFormat::NdJson,
    DownloadFormat::Parquet,
];

/// Names and types, and all rows.
pub(super) async fn content(
    app: &LakeApp,
    token: &str,
    dataset: &Dataset,
) -> (Vec<(String, String)>, Vec<String>) {
    let table = &dataset.tables[0];
    // As with each request, for whom things are as they are by now.
    let actor = &app.app.app.accounts.authenticate(token).await.unwrap();
    // A tiny query of our own, through the connection of the datasets.
    let connection = app.app.app.datasets.connection(actor).await.unwrap().unwrap();
    let schema = app.app.app.connections.schema(actor, connection, false).await.unwrap();
    assert!(schema.table(&table.name).is_some(), "{} in {schema:?}", table.name);
    let sql = format!("SELECT * FROM \"{}\"", table.name);
    let query = guard::check(&sql, wenshu_sources::Dialect::DataFusion).unwrap();
    let lake = app.source(dataset);
    let result = lake.query(&query, &Limits::default(), &Default::default()).await.unwrap();
    (table.columns.clone(), rows(&result))
}

/// The rows as text, values with `|` between them; NULL is `~`.
pub(super) fn rows(result: &QueryResult) -> Vec<String> {
    let options = FormatOptions::new().with_null("~");
    let columns: Vec<_> = result
        .batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
        .collect();
    (0..result.rows())
        .map(|row| {
            let cells = columns.iter().map(|column| {
                let text = column.value(row).to_string();
                // How many zeros follow is a matter of the format.
                if text.contains('.') && text.parse::<f64>().is_ok() {
                    text.trim_end_matches('0').trim_end_matches('.').to_owned()
                } else {
                    text
                }
            });
            cells.collect::<Vec<_>>().join("|")
        })
        .collect()
}

#[tokio::test]
async fn every_pair_of_formats() {
    let app = LakeApp::start().await;
    let token = app.app.register("round@example.com").await.access_token;
    let actor = app.app.app.accounts.authenticate(&token).await.unwrap();
    let first = app.upload(&actor, "first.csv", ALL).await.unwrap();
    let expected = content(&app, &token, &first).await;
    assert_eq!(
        expected.0.iter().map(|(_, kind)| kind.as_str()).collect::<Vec<_>>(),
        ["text", "integer", "number", "number", "date", "timestamp", "boolean", "text"]
    );
    assert_eq!(expected.1.len(), 4);
    assert!(expected.1[1].ends_with("|=1+1"), "{:?}", expected.1[1]);
    for one in FORMATS {
        let bytes = app.download(&actor, &first, one).await;
        let second = app.upload(&actor, &format!("second.{}", one.as_str()), bytes).await.unwrap();
        check(&content(&app, &token, &second).await, &expected, one, one);
        for other in FORMATS {
            let bytes = app.download(&actor, &second, other).await;
            let third = app.upload(&actor, &format!("third.{}", other.as_str()), bytes).await.unwrap();
            check(&content(&app, &token, &third).await, &expected, one, other);
            app.app.app.datasets.delete(&actor, third.id).await.unwrap();
        }
        app.app.app.datasets.delete(&actor, second.id).await.unwrap();
    }
    // The original is what came, byte for byte.
    assert_eq!(app.download(&actor, &first, DownloadFormat::Original).await, ALL);
    app.app.app.datasets.delete(&actor, first.id).await.unwrap();
    assert_eq!(app.files(), 0, "files of deleted datasets are left");
}

pub(super) fn check(
    found: &(Vec<(String, String)>, Vec<String>),
    expected: &(Vec<(String, String)>, Vec<String>),
    one: DownloadFormat,
    other: DownloadFormat,
) {
    assert_eq!(found.0, expected.0, "columns through {one:?} and {other:?}");
    // A sheet has no rows without any value.
    let is_empty = |row: &&String| row.chars().all(|sign| "~|".contains(sign));
    let without = |rows: &[String]| rows.iter().filter(|row| !is_empty(row)).cloned().collect::<Vec<_>>();
    assert_eq!(without(&found.1), without(&expected.1), "rows through {one:?} and {other:?}");
}

#[tokio::test]
async fn formulas_are_kept_from_being_run() {
    let app = LakeApp::start().await;
    let actor = app.actor("formula@example.com").await;
    let content = "[{\"=cmd\": \"=1+1\"}, {\"=cmd\": \"@x\"}, {\"=cmd\": \"-5\"}, {\"=cmd\": \"fine\"}]";
    let dataset = app.upload(&actor, "x.json", content).await.unwrap();
    let csv = app.download(&actor, &dataset, DownloadFormat::Csv).await;
    let csv = String::from_utf8(csv.to_vec()).unwrap();
    assert_eq!(csv, "\u{feff}\"'=cmd\"\r\n'=1+1\r\n'@x\r\n-5\r\nfine\r\n");
    let xlsx = app.download(&actor, &dataset, DownloadFormat::Xlsx).await;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(xlsx)).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet)
        .unwrap();
    assert!(!sheet.contains("<f>"), "{sheet}");
}

/// What CSV and Excel can't say: texts of figures, numbers with more digits than a float has, whole numbers with decimals, lists.
const HARD: &str = r#"[
{"code": "600519", "id": 123456789012345678, "price": 1.00, "large": 1e16, "tags": ["a", {"b": 1}], "text": ""},
{"code": "007", "id": 9007199254740993, "price": 2.00, "large": 2.5e16, "tags": null, "text": null}
]"#;

#[tokio::test]
async fn formats_with_types_keep_what_the_others_cannot_say() {
    let app = LakeApp::start().await;
    let token = app.app.register("hard@example.com").await.access_token;
    let actor = app.app.app.accounts.authenticate(&token).await.unwrap();
    let first = app.upload(&actor, "first.json", HARD).await.unwrap();
    let expected = content(&app, &token, &first).await;
    let kinds: Vec<&str> = expected.0.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(kinds, ["text", "integer", "number", "number", "json", "text"]);
    let formats = [DownloadFormat::Json, DownloadFormat::NdJson, DownloadFormat::Parquet];
    for one in formats {
        let bytes = app.download(&actor, &first, one).await;
        let second = app.upload(&actor, &format!("second.{}", one.as_str()), bytes).await.unwrap();
        for other in formats {
            let bytes = app.download(&actor, &second, other).await;
            let third = app.upload(&actor, &format!("third.{}", other.as_str()), bytes).await.unwrap();
            let found = content(&app, &token, &third).await;
            assert_eq!(found.1, expected.1, "rows through {one:?} and {other:?}");
            // Parquet has text where there are lists.
            if ![one, other].contains(&DownloadFormat::Parquet) {
                assert_eq!(found.0, expected.0, "columns through {one:?} and {other:?}");
            }
        }
    }
}
