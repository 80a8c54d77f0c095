//! The same for what columnar files hold and others have to be told in some way: types that no value shows, zones, and names and texts
//! that look like something else.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::ipc::writer::StreamWriter;
use wenshu_core::datasets::DownloadFormat;
use wenshu_core::{Actor, Dataset};
use wenshu_sources::{Limits, guard};

use super::LakeApp;
use super::round_trips::{FORMATS, check, content};

/// A file of these columns.
fn file(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut file = Vec::new();
    let mut writer = StreamWriter::try_new(&mut file, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    file
}

fn texts(values: [&str; 3]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn floats(values: [f64; 3]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

/// Moments on the first two days of 2024 by the clocks of Beijing, which are three days by those of UTC and of New York.
fn moments(zone: Option<&str>) -> ArrayRef {
    let first = 1_704_038_400_000_000; // 2024-01-01T00:00:00+08:00
    let hour = 3_600_000_000;
    let moments = TimestampMicrosecondArray::from(vec![first + hour, first + 23 * hour, first + 25 * hour]);
    Arc::new(moments.with_timezone_opt(zone))
}

/// Whole days at midnight.
fn midnights(zone: Option<&str>) -> ArrayRef {
    let first = 1_704_067_200_000_000; // 2024-01-01T00:00:00Z
    let day = 86_400_000_000;
    let moments = TimestampMicrosecondArray::from(vec![first, first + day, first + 2 * day]);
    Arc::new(moments.with_timezone_opt(zone))
}

/// How many rows are on each day of a column.
async fn by_days(app: &LakeApp, dataset: &Dataset, column: &str) -> Vec<String> {
    let sql = format!(
        "SELECT to_char(\"{column}\", '%Y-%m-%d') AS day, count(*) AS n FROM \"{}\" GROUP BY 1 ORDER BY 1",
        dataset.tables[0].name
    );
    let query = guard::check(&sql, wenshu_sources::Dialect::DataFusion).unwrap();
    let result = app.source(dataset).query(&query, &Limits::default(), &Default::default()).await.unwrap();
    super::round_trips::rows(&result)
}

/// Takes a dataset through every pair of formats, and looks after each whether it is the same.
async fn travel(
    app: &LakeApp,
    (actor, token): (&Actor, &str),
    first: &Dataset,
    formats: &[DownloadFormat],
    zoned: &[&str],
) {
    let expected = content(app, token, first).await;
    let mut days = Vec::new();
    for column in zoned {
        days.push(by_days(app, first, column).await);
    }
    for one in formats {
        let bytes = app.download(actor, first, *one).await;
        let second = app.upload(actor, &format!("second.{}", one.as_str()), bytes).await.unwrap();
        for other in formats {
            let bytes = app.download(actor, &second, *other).await;
            let third = app.upload(actor, &format!("third.{}", other.as_str()), bytes).await.unwrap();
            check(&content(app, token, &third).await, &expected, *one, *other);
            for (column, days) in zoned.iter().zip(&days) {
                let found = by_days(app, &third, column).await;
                assert_eq!(found, *days, "days of {column} through {one:?} and {other:?}");
            }
            app.app.app.datasets.delete(actor, third.id).await.unwrap();
        }
        app.app.app.datasets.delete(actor, second.id).await.unwrap();
    }
}

#[tokio::test]
async fn names_types_and_zones_are_kept() {
    let app = LakeApp::start().await;
    let token = app.app.register("kept@example.com").await.access_token;
    let actor = app.app.app.accounts.authenticate(&token).await.unwrap();
    let first = file(vec![
        ("@timestamp", moments(Some("+08:00"))),
        ("=x", texts(["'=1+1", "=1+1", "''-a"])),
        ("-", texts(["+/-", "'", "'tis"])),
        ("2024", floats([1.0, 3.0, -12.0])),
        ("1", floats([1e20, 1e-7, 0.30000000000000004])),
        ("a;b;c", texts(["x;y;z", "1;2;3", ",,"])),
        ("whole", Arc::new(Decimal128Array::from(vec![12, 0, -7]).with_precision_and_scale(20, 0).unwrap())),
        (
            "cents",
            Arc::new(Decimal128Array::from(vec![100, 200, -5]).with_precision_and_scale(10, 2).unwrap()),
        ),
        ("named", moments(Some("Asia/Shanghai"))),
        ("universal", moments(Some("UTC"))),
        ("no zone", moments(None)),
        ("midnight", midnights(None)),
        ("midnight there", midnights(Some("-05:00"))),
    ]);
    let first = app.upload(&actor, "first.arrow", first).await.unwrap();
    let (columns, _) = content(&app, &token, &first).await;
    let kinds: Vec<&str> = columns.iter().map(|(_, kind)| kind.as_str()).collect();
    let expected = "timestamp text text number number text number number timestamp timestamp timestamp timestamp timestamp";
    assert_eq!(kinds.join(" "), expected);
    assert_eq!(by_days(&app, &first, "@timestamp").await, ["2024-01-01|2", "2024-01-02|1"]);
    assert_eq!(by_days(&app, &first, "universal").await, ["2023-12-31|1", "2024-01-01|2"]);
    let zoned = ["@timestamp", "named", "universal", "no zone", "midnight", "midnight there"];
    travel(&app, (&actor, &token), &first, &FORMATS, &zoned).await;
}

#[tokio::test]
async fn columns_called_by_numbers_have_their_names() {
    let app = LakeApp::start().await;
    let token = app.app.register("numbers@example.com").await.access_token;
    let actor = app.app.app.accounts.authenticate(&token).await.unwrap();
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![2001, 2002, 2003]));
    let nothing: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>; 0]));
    for (name, columns) in [
        ("years", vec![("2023", Arc::clone(&whole)), ("2024", whole)]),
        ("figures", vec![("1", floats([0.5, 2.0, 3.0])), ("2", floats([1.0, 2.0, 3.0]))]),
        ("one", vec![("7", texts(["a", "b", "c"]))]),
        ("commas", vec![("7", texts(["a,b", "c,d", "e,f"]))]),
        ("words", vec![("true", texts(["a", "b", "c"])), ("N/A", texts(["d", "e", "f"]))]),
        ("empty", vec![("1", Arc::clone(&nothing)), ("2", nothing)]),
    ] {
        let first = app.upload(&actor, &format!("{name}.arrow"), file(columns)).await.unwrap();
        // JSON without objects has no names.
        let formats: Vec<_> = FORMATS
            .into_iter()
            .filter(|format| {
                name != "empty" || !matches!(format, DownloadFormat::Json | DownloadFormat::NdJson)
            })
            .collect();
        travel(&app, (&actor, &token), &first, &formats, &[]).await;
        app.app.app.datasets.delete(&actor, first.id).await.unwrap();
    }
}

/// What CSV can't say and all others can.
#[tokio::test]
async fn texts_of_figures_stay_texts() {
    let app = LakeApp::start().await;
    let token = app.app.register("figures@example.com").await.access_token;
    let actor = app.app.app.accounts.authenticate(&token).await.unwrap();
    let first = file(vec![
        ("代码", texts(["600519", "000001", "300750"])),
        ("编号", texts(["1", "2", "3"])),
        ("truth", texts(["true", "false", "true"])),
        ("share", texts(["12%", "3%", "-1%"])),
        ("n", Arc::new(Int64Array::from(vec![1, 2, 3]))),
    ]);
    let first = app.upload(&actor, "first.arrow", first).await.unwrap();
    let formats =
        FORMATS.map(|format| if format == DownloadFormat::Csv { DownloadFormat::Xlsx } else { format });
    travel(&app, (&actor, &token), &first, &formats, &[]).await;
}
