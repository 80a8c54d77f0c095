//! Results and the charts they get, as tables.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use arrow::record_batch::RecordBatch;
use wenshu_sources::{QueryResult, ValueKind};

use super::{Chart, ChartType, MAX_POINTS, choose};
use crate::SqlDraft;

type Column = (&'static str, ValueKind, ArrayRef);

fn text(name: &'static str, values: &[&str]) -> Column {
    let values: Vec<Option<&str>> = values.iter().map(|value| (*value != "-").then_some(*value)).collect();
    (name, ValueKind::Text, Arc::new(StringArray::from(values)))
}

fn whole(name: &'static str, values: &[i64]) -> Column {
    (name, ValueKind::Integer, Arc::new(Int64Array::from(values.to_vec())))
}

fn real(name: &'static str, values: &[f64]) -> Column {
    let values: Vec<Option<f64>> = values.iter().map(|value| value.is_finite().then_some(*value)).collect();
    (name, ValueKind::Number, Arc::new(Float64Array::from(values)))
}

fn decimal(name: &'static str, cents: &[i128]) -> Column {
    let array = Decimal128Array::from(cents.to_vec()).with_precision_and_scale(12, 2).unwrap();
    (name, ValueKind::Number, Arc::new(array))
}

fn result(columns: Vec<Column>) -> QueryResult {
    let kinds: Vec<ValueKind> = columns.iter().map(|(_, kind, _)| *kind).collect();
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, _, array)| (name, array, true)),
    );
    QueryResult { batch: batch.unwrap(), kinds: kinds.into(), truncated: false, elapsed: Duration::ZERO }
}

fn draft(measures: &[&str], is_share: bool) -> SqlDraft {
    SqlDraft {
        title: "T".to_owned(),
        measures: measures.iter().map(|measure| (*measure).to_owned()).collect(),
        is_share,
        ..SqlDraft::default()
    }
}

/// `Bar city [北京 上海] orders=3 5`
fn show(chart: Option<Chart>) -> String {
    let Some(chart) = chart else { return "none".to_owned() };
    let mut text = format!("{:?} {} [{}]", chart.kind, chart.x, chart.labels.join(" "));
    for series in &chart.series {
        assert_eq!(series.values.len(), chart.labels.len());
        let values: Vec<String> = series
            .values
            .iter()
            .map(|value| value.map_or("-".to_owned(), |value| value.to_string()))
            .collect();
        write!(text, " {}={}", series.name, values.join(" ")).unwrap();
    }
    if chart.title != "T" {
        write!(text, " {}", chart.title).unwrap();
    }
    text
}

fn check(rows: Vec<(&[&str], bool, Vec<Column>, &str)>) {
    let wrong: Vec<String> = rows
        .into_iter()
        .filter_map(|(measures, is_share, columns, expected)| {
            let found = show(choose(&draft(measures, is_share), &result(columns)));
            (found != expected).then(|| format!("expected {expected}\nfound    {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn time_makes_lines() {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![19_723, 19_724]));
    let moments: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0, 3_600_000_000]));
    check(vec![
        (
            &["sales"],
            false,
            vec![text("month", &["2024-01", "2024-02", "2024-03"]), real("sales", &[1.5, f64::NAN, 3.0])],
            "Line month [2024-01 2024-02 2024-03] sales=1.5 - 3",
        ),
        (
            &["sales", "orders"],
            false,
            vec![text("q", &["2024-Q1", "2024-Q2"]), decimal("sales", &[150, 275]), whole("orders", &[1, 2])],
            "Line q [2024-Q1 2024-Q2] sales=1.5 2.75 orders=1 2",
        ),
        (
            &["n"],
            false,
            vec![("day", ValueKind::Date, days), whole("n", &[1, 2])],
            "Line day [2024-01-01 2024-01-02] n=1 2",
        ),
        (
            &["n"],
            false,
            vec![("at", ValueKind::Timestamp, moments), whole("n", &[1, 2])],
            "Line at [1970-01-01T00:00:00 1970-01-01T01:00:00] n=1 2",
        ),
        (
            &["orders"],
            false,
            vec![whole("year", &[2023, 2024]), whole("orders", &[5, 6])],
            "Line year [2023 2024] orders=5 6",
        ),
        (
            &[],
            false,
            vec![whole("月份", &[1, 2, 10]), whole("订单数", &[5, 6, 7])],
            "Line 月份 [1 2 10] 订单数=5 6 7",
        ),
        (
            &["sales"],
            false,
            vec![text("month", &["2024-03", "2024-01"]), real("sales", &[3.0, 1.0])],
            "Bar month [2024-03 2024-01] sales=3 1",
        ),
        (
            &["sales"],
            false,
            vec![text("month", &["-", "2024-01", "2024-02"]), real("sales", &[3.0, 1.0, 2.0])],
            "Line month [NULL 2024-01 2024-02] sales=3 1 2",
        ),
        (
            &["sales"],
            false,
            vec![
                text("month", &["2024-01", "2024-01", "2024-02"]),
                text("city", &["北京", "上海", "上海"]),
                whole("sales", &[1, 2, 3]),
            ],
            "Line month [2024-01 2024-02] 北京=1 - 上海=2 3",
        ),
    ]);
}

#[test]
fn categories_make_bars() {
    let flags: ArrayRef = Arc::new(BooleanArray::from(vec![true, false]));
    check(vec![
        (
            &["orders"],
            false,
            vec![text("city", &["北京", "上海"]), whole("orders", &[3, 5])],
            "Bar city [北京 上海] orders=3 5",
        ),
        (
            &[],
            false,
            vec![text("name", &["甲", "乙"]), real("price", &[1.5, 2.5])],
            "Bar name [甲 乙] price=1.5 2.5",
        ),
        (
            &["a", "b"],
            false,
            vec![text("city", &["北京", "-"]), whole("a", &[1, 2]), whole("b", &[3, 4])],
            "Bar city [北京 NULL] a=1 2 b=3 4",
        ),
        (
            &["n"],
            false,
            vec![("paid", ValueKind::Boolean, flags), whole("n", &[1, 2])],
            "Bar paid [true false] n=1 2",
        ),
        (&["n"], false, vec![whole("level", &[1, 2]), whole("n", &[10, 20])], "Bar level [1 2] n=10 20"),
        (
            &["n"],
            false,
            vec![
                text("city", &["北京", "北京", "上海"]),
                text("level", &["金", "银", "金"]),
                whole("n", &[1, 2, 3]),
            ],
            "Bar city [北京 上海] 金=1 3 银=2 -",
        ),
        (
            &["n"],
            false,
            vec![text("name", &["甲", "乙"]), text("city", &["北京", "北京"]), whole("n", &[1, 2])],
            "Bar name [甲 乙] n=1 2",
        ),
        (
            &["N"],
            false,
            vec![whole("id", &[7, 8]), text("name", &["甲", "乙"]), whole("n", &[1, 2])],
            "Bar name [甲 乙] n=1 2",
        ),
    ]);
}

#[test]
fn shares_make_pies_when_they_are_whole() {
    let cities = || text("city", &["北京", "上海"]);
    check(vec![
        (&["n"], true, vec![cities(), whole("n", &[3, 5])], "Pie city [北京 上海] n=3 5"),
        (&["n"], true, vec![cities(), real("n", &[0.4, 0.6])], "Pie city [北京 上海] n=0.4 0.6"),
        (&["n"], true, vec![cities(), real("n", &[0.2, 0.3])], "Bar city [北京 上海] n=0.2 0.3"),
        (&["n"], true, vec![cities(), whole("n", &[-3, 5])], "Bar city [北京 上海] n=-3 5"),
        (&["n"], true, vec![cities(), whole("n", &[0, 0])], "Bar city [北京 上海] n=0 0"),
        (&["n"], false, vec![cities(), whole("n", &[3, 5])], "Bar city [北京 上海] n=3 5"),
    ]);
    let names: Vec<String> = (0..11).map(|place| format!("c{place}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = choose(&draft(&["n"], true), &result(vec![text("city", &names), whole("n", &[1; 11])]));
    assert_eq!(many.unwrap().kind, super::ChartType::Bar);
}

#[test]
fn two_measures_make_scatter() {
    check(vec![
        (
            &[],
            false,
            vec![real("price", &[1.0, 2.0]), real("cost", &[0.5, 1.5])],
            "Scatter price [1 2] price=1 2 cost=0.5 1.5",
        ),
        (
            &[],
            false,
            vec![whole("id", &[7, 8]), real("price", &[1.0, 2.0]), real("cost", &[0.5, 1.5])],
            "Scatter price [7 8] price=1 2 cost=0.5 1.5",
        ),
    ]);
}

#[test]
fn no_chart_fits() {
    check(vec![
        (&["n"], false, vec![whole("n", &[5])], "none"),
        (
            &["n"],
            false,
            vec![
                text("day", &["2024-01-01", "2024-01-01"]),
                text("city", &["北京", "北京"]),
                whole("n", &[1, 2]),
            ],
            "none",
        ),
        (
            &[],
            false,
            vec![
                whole("id", &[1, 2]),
                text("status", &["a", "b"]),
                text("ordered_at", &["2024-01-01 10:00", "2024-01-02 10:00"]),
                real("total", &[1.0, 2.0]),
            ],
            "none",
        ),
        (&["n"], false, vec![text("city", &["北京"]), whole("n", &[5])], "none"),
        (&["n"], false, vec![text("city", &[]), whole("n", &[])], "none"),
        (&[], false, vec![text("name", &["甲", "乙"])], "none"),
        (&[], false, vec![text("name", &["甲", "乙"]), text("city", &["北京", "上海"])], "none"),
        (&[], false, vec![whole("id", &[1, 2]), text("name", &["甲", "乙"])], "none"),
        (&[], false, vec![whole("id", &[1, 2]), whole("customer_id", &[3, 4])], "none"),
        (&[], false, vec![whole("id", &[1, 2]), whole("n", &[3, 4])], "none"),
        (&[], false, vec![whole("n", &[3, 4])], "none"),
        (
            &["n"],
            false,
            vec![whole("a", &[3, 4]), whole("n", &[3, 4]), whole("m", &[3, 4])],
            "Bar a [3 4] n=3 4",
        ),
    ]);
}

#[test]
fn points_are_cut_and_counted() {
    let names: Vec<String> = (0..250).map(|place| format!("c{place}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let values: Vec<i64> = (0..250).collect();
    let chart =
        choose(&draft(&["n"], false), &result(vec![text("city", &names), whole("n", &values)])).unwrap();
    assert_eq!((chart.labels.len(), chart.points_cut), (MAX_POINTS, 50));
    assert_eq!(chart.labels[199], "c199");
    assert_eq!(chart.series[0].values.len(), MAX_POINTS);
}

#[test]
fn a_line_keeps_its_newest_points() {
    let first = chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let days: Vec<String> = first.iter_days().take(250).map(|day| day.to_string()).collect();
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    let values: Vec<i64> = (0..250).collect();
    let alone = vec![text("day", &days), whole("n", &values)];
    let split = vec![text("day", &days), text("city", &["a"; 250]), whole("n", &values)];
    for columns in [alone, split] {
        let chart = choose(&draft(&["n"], false), &result(columns)).unwrap();
        assert_eq!((chart.kind, chart.labels.len(), chart.points_cut), (ChartType::Line, MAX_POINTS, 50));
        assert_eq!((chart.labels[0].as_str(), chart.labels[199].as_str()), ("2025-02-20", "2025-09-07"));
        let values = &chart.series[0].values;
        assert_eq!((values.len(), values[0], values[199]), (MAX_POINTS, Some(50.0), Some(249.0)));
    }
}

#[test]
fn the_largest_series_are_kept_and_the_title_says_so() {
    let (mut months, mut names, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let cities: Vec<String> = (0..12).map(|place| format!("c{place}")).collect();
    for month in ["2024-01", "2024-02"] {
        for (place, city) in cities.iter().enumerate() {
            months.push(month);
            names.push(city.as_str());
            values.push(place as i64);
        }
    }
    let columns = vec![text("month", &months), text("city", &names), whole("n", &values)];
    let chart = choose(&draft(&["n"], false), &result(columns)).unwrap();
    let series: Vec<&str> = chart.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(series, ["c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11"]);
    assert_eq!(chart.title, "T (8/12)");
}
