//! Every kind of file, and what is refused.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, ListArray, RecordBatch, StringArray, TimestampSecondArray};
use arrow::datatypes::Int32Type;
use arrow::ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use wenshu_sources::datasets::{FileKind, ImportError, ImportedTable, Lake as _, Progress, Room, Upload};

use crate::support::{TestLake, ask, rows};

fn batch() -> RecordBatch {
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), Some(2)]), None]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new(Int32Array::from(vec![Some(1), None]))),
        ("城市", Arc::new(StringArray::from(vec!["北京", "上海"]))),
        (
            "at",
            Arc::new(TimestampSecondArray::from(vec![1_704_067_200, 1_704_067_201]).with_timezone("+08:00")),
        ),
        ("list", Arc::new(lists)),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// The columns in which every row is known to have a value of its own.
fn distinct(table: &ImportedTable) -> Vec<&str> {
    table.columns.iter().filter(|column| column.distinct).map(|column| column.name.as_str()).collect()
}

#[tokio::test]
async fn files_that_have_types() {
    let mut parquet = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut parquet, batch().schema(), None).unwrap();
    writer.write(&batch()).unwrap();
    writer.close().unwrap();
    let mut file = Vec::new();
    let mut writer = FileWriter::try_new(&mut file, &batch().schema()).unwrap();
    writer.write(&batch()).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let mut stream = Vec::new();
    let mut writer = StreamWriter::try_new(&mut stream, &batch().schema()).unwrap();
    writer.write(&batch()).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let lake = TestLake::new();
    for (name, content, kind) in [
        ("x.parquet", parquet, FileKind::Parquet),
        ("x.arrow", file, FileKind::Arrow),
        ("x", stream, FileKind::Arrow),
    ] {
        let table = lake.table(name, content).await;
        assert_eq!(table.imported.kind, kind);
        assert_eq!(table.types(), "n integer, 城市 text, at timestamp, list json");
        // A row has no number.
        assert_eq!(distinct(&table.imported.tables[0]), ["城市"]);
        assert_eq!(table.all().await, ["1|北京|2024-01-01T00:00:00Z|[1,2]", "~|上海|2024-01-01T00:00:01Z|~"]);
    }
}

#[tokio::test]
async fn json_of_both_forms() {
    let objects = [
        r#"{"n": 1, "x": 1.5, "day": "2024-01-02", "text": "012", "ok": true, "nested": {"a": [1]}}"#,
        r#"{"n": 2, "x": 2, "text": "b\"\n", "late": "here", "nested": null}"#,
        r#"{"day": "2024-01-03", "n": null}"#,
    ];
    let array = format!("[\n{}\n]", objects.join(",\n"));
    let lines = objects.join("\n");
    let lake = TestLake::new();
    for (name, content, kind) in [
        ("x.json", array, FileKind::Json),
        ("x.ndjson", lines.clone(), FileKind::NdJson),
        ("y.json", lines, FileKind::NdJson),
    ] {
        let table = lake.table(name, content).await;
        assert_eq!(table.imported.kind, kind);
        assert_eq!(
            table.types(),
            "n integer, x number, day date, text text, ok boolean, nested json, late text"
        );
        assert_eq!(
            table.all().await,
            ["1|1.5|2024-01-02|012|true|{\"a\": [1]}|~", "2|2.0|~|b\"\n|~|~|here", "~|~|2024-01-03|~|~|~|~",]
        );
    }
}

pub(crate) fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let sheet = workbook.add_worksheet().set_name("销售").unwrap();
    for (column, name) in ["城市", "金额", "日期", "时间", "会员", "编号"].iter().enumerate() {
        sheet.write_string(0, u16::try_from(column).unwrap(), *name).unwrap();
    }
    for row in 1..=3_u32 {
        sheet.write_string(row, 0, if row == 1 { "北京" } else { "上海" }).unwrap();
        sheet.write_number(row, 1, f64::from(row) * 1.25).unwrap();
        let date = ExcelDateTime::from_ymd(2024, 1, u8::try_from(row).unwrap()).unwrap();
        sheet.write_datetime_with_format(row, 2, &date, &day).unwrap();
        let date = date.and_hms(10, 20, 30).unwrap();
        sheet.write_datetime_with_format(row, 3, &date, &moment).unwrap();
        sheet.write_boolean(row, 4, row == 1).unwrap();
        sheet.write_string(row, 5, format!("00{row}")).unwrap();
    }
    workbook.add_worksheet().set_name("空").unwrap();
    let sheet = workbook.add_worksheet().set_name("Targets").unwrap();
    sheet.write_string(2, 1, "city").unwrap();
    sheet.write_string(2, 2, "target").unwrap();
    sheet.write_string(3, 1, "上海").unwrap();
    sheet.write_number(3, 2, 10).unwrap();
    sheet.write_string(3, 4, "beyond").unwrap();
    workbook.add_worksheet().set_name("hidden").unwrap().set_hidden(true).write_string(0, 0, "x").unwrap();
    workbook.save_to_buffer().unwrap()
}

#[tokio::test]
async fn each_sheet_of_a_workbook_is_a_table() {
    let lake = TestLake::new();
    let imported = lake.import("x.xlsx", workbook()).await.unwrap();
    let sheets: Vec<_> = imported.tables.iter().map(|table| table.sheet.as_deref().unwrap()).collect();
    assert_eq!(sheets, ["销售", "Targets"]);
    assert_eq!(distinct(&imported.tables[0]), ["编号"]);
    let source = lake.open(&imported, &["sales", "targets"]);
    let all = ask(source.as_ref(), "SELECT * FROM sales").await.unwrap();
    assert_eq!(
        rows(&all),
        [
            "北京|1.25|2024-01-01|2024-01-01T10:20:30|true|001",
            "上海|2.50|2024-01-02|2024-01-02T10:20:30|false|002",
            "上海|3.75|2024-01-03|2024-01-03T10:20:30|false|003",
        ]
    );
    let joined =
        "SELECT sales.城市, sum(金额) / max(target) FROM sales JOIN targets ON city = sales.城市 GROUP BY 1";
    assert_eq!(rows(&ask(source.as_ref(), joined).await.unwrap()), ["上海|0.625000"]);
}

#[tokio::test]
async fn titles_above_the_names_of_columns_are_none_of_the_data() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_string(0, 0, "2024年销售表").unwrap();
    sheet.write_string(1, 1, "单位：元").unwrap();
    for (column, name) in [(0, "城市"), (1, "金额")] {
        sheet.write_string(2, column, name).unwrap();
    }
    for (row, city) in [(3, "北京"), (4, "上海")] {
        sheet.write_string(row, 0, city).unwrap();
        sheet.write_number(row, 1, f64::from(row)).unwrap();
    }
    let lake = TestLake::new();
    let table = lake.table("x.xlsx", workbook.save_to_buffer().unwrap()).await;
    assert_eq!(table.types(), "城市 text, 金额 integer");
    assert_eq!(table.all().await, ["北京|3", "上海|4"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_its_place() {
    let lake = TestLake::new();
    let many = format!("a,b\n{}1,2,3\n", "1,2\n".repeat(50_000));
    let mut damaged = workbook();
    damaged.truncate(2_000);
    for (name, content, expected) in [
        ("x.csv", b"a,b\n1,2\n3\n".to_vec(), "line 3 has 1 values where the lines before have 2"),
        ("x.csv", b"a,b\n1,\"x\ny\"\n1,2,3\n".to_vec(), "line 4 has 3 values"),
        ("x.csv", many.into_bytes(), "line 50002 has 3 values"),
        ("x.csv", b"a,b\n1,2\n1".to_vec(), "line 3 has 1 values"),
        (
            "x.csv",
            [&b"a,b\n"[..], "城市名称,1\n".as_bytes(), b"\xff\xfe,2\n"].concat(),
            "line 3 has characters",
        ),
        ("x.csv", Vec::new(), "the file is empty"),
        ("x.json", b"[{\"a\":1},\n{\"a\":}]".to_vec(), "line 2, column 6"),
        ("x.json", b"[1,2]".to_vec(), "element 1 is no object"),
        ("x.json", b"[]".to_vec(), "no data"),
        ("x.json", b"[{\"a\":1}".to_vec(), "isn't JSON"),
        ("x.ndjson", b"{\"a\":1}\n{\"a\":2\n".to_vec(), "isn't JSON"),
        ("x.parquet", b"PAR1 and no more".to_vec(), "isn't a Parquet file"),
        ("x.arrow", b"ARROW1\0\0 and no more".to_vec(), "isn't an Arrow file"),
        ("x.xlsx", damaged, "isn't an Excel workbook"),
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "old Excel"),
        ("x.csv.gz", b"\x1f\x8b\x08\0".to_vec(), "archive"),
        ("x.png", b"\x89PNG\r\n\x1a\n\0\0".to_vec(), "the kind of file isn't known"),
    ] {
        let said = lake.refusal(name, content).await;
        assert!(said.contains(expected), "{name}: {said}");
    }
}

#[tokio::test]
async fn a_quote_that_is_never_closed_does_not_take_in_the_rest() {
    let lake = TestLake::new();
    let content = format!("a,b\n1,\"open\n{}", "2,3\n".repeat(6_000_000));
    let said = lake.refusal("x.csv", content).await;
    assert!(said.contains("perhaps a quote isn't closed"), "{said}");
}

#[tokio::test]
async fn more_than_may_be_is_refused() {
    let lake = TestLake::new();
    let content = "a,b\n".to_owned() + &"1,2\n".repeat(100_000);
    let refused = lake.import_to("a/1", "x.csv", content.clone(), 300_000).await;
    assert!(matches!(refused, Err(ImportError::TooLarge { most_bytes: 300_000 })), "{refused:?}");
    assert_eq!(lake.left(), Vec::<String>::new());
    let length = content.len() as u64;
    assert!(lake.import_to("a/1", "x.csv", content, length).await.is_ok());
}

#[tokio::test]
async fn tables_that_there_is_no_room_for_are_refused() {
    let lake = TestLake::new();
    let content = "a,b\n".to_owned() + &(0..50_000).map(|n| format!("{n},{}\n", n * 7)).collect::<String>();
    let length = content.len() as u64;
    for room in [length - 1, length + 1_000] {
        let (upload, _) = lake.upload("x.csv", content.clone());
        let refused = lake.lake.import(Upload { room: Room::new(room), ..upload }).await;
        assert!(matches!(refused, Err(ImportError::NoRoom)), "{refused:?}");
        assert_eq!(lake.left(), Vec::<String>::new());
    }
    let (upload, _) = lake.upload("x.csv", content);
    let kept = lake.lake.import(Upload { room: Room::new(10 * length), ..upload }).await.unwrap();
    assert!(kept.bytes > length && kept.bytes < 3 * length, "{}", kept.bytes);
}

#[tokio::test]
async fn it_is_said_how_far_a_file_has_come() {
    let lake = TestLake::new();
    let content = "a,b\n".to_owned() + &"1,2\n".repeat(30_000);
    let length = content.len() as u64;
    for (name, content) in [("x.csv", content.into_bytes()), ("x.xlsx", workbook())] {
        let bytes = content.len() as u64;
        let (upload, mut seen) = lake.upload(name, content);
        let mut steps = Vec::new();
        let watching = async {
            while seen.changed().await.is_ok() {
                steps.push(*seen.borrow_and_update());
            }
        };
        let (imported, ()) = tokio::join!(lake.lake.import(upload), watching);
        let rows = imported.unwrap().tables.iter().map(|table| table.rows).sum();
        let end = Progress { received: bytes, is_whole: true, rows, rows_in_all: Some(rows) };
        assert_eq!(steps.last(), Some(&end));
        for pair in steps.windows(2) {
            assert!(pair[0].received <= pair[1].received && pair[0].rows <= pair[1].rows, "{pair:?}");
        }
        if name == "x.csv" {
            assert!(steps.iter().any(|step| step.received < length && !step.is_whole), "{steps:?}");
        }
    }
}

#[tokio::test]
async fn a_file_that_nobody_wants_any_more_ends_wherever_it_is() {
    let lake = TestLake::new();
    let content = "a,b\n".to_owned() + &"1,2\n".repeat(200_000);
    for is_at in [
        (|progress: &Progress| progress.received > 100_000) as fn(&Progress) -> bool,
        |progress| progress.is_whole,
        |progress| progress.rows > 0,
    ] {
        let (upload, mut seen) = lake.upload("x.csv", content.clone());
        let gone = upload.gone.clone();
        let going = async {
            let _ = seen.wait_for(is_at).await;
            gone.cancel();
        };
        let (imported, ()) = tokio::join!(lake.lake.import(upload), going);
        assert!(matches!(imported, Err(ImportError::BrokenOff(_))), "{imported:?}");
        assert_eq!(lake.left(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn who_stops_waiting_for_a_file_leaves_nothing() {
    let lake = TestLake::new();
    let content = "a,b\n".to_owned() + &"1,2\n".repeat(200_000);
    let (upload, mut seen) = lake.upload("x.csv", content);
    {
        let importing = lake.lake.import(upload);
        // Until its rows are being put down.
        tokio::select! {
            imported = importing => panic!("{imported:?}"),
            _ = seen.wait_for(|progress| progress.rows > 0) => {}
        }
    }
    lake.lake.shutdown().await;
    lake.lake.remove("a/1").await.unwrap();
    assert_eq!(lake.left(), Vec::<String>::new());
}
