//! What is drawn, against pictures of it. No terminal is involved: width and colours are handed in.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, BinaryArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use unicode_width::UnicodeWidthStr as _;
use wenshu_answer::{
    Answer, AnswerError, AnswerErrorKind, Chart, ChartSeries, ChartType, FailedAnswer, FailedAttempt,
};
use wenshu_sources::{QueryResult, SourceError, SourceErrorKind, ValueKind};

use super::*;

const PLAIN: Look = Look { width: 60, color: false, is_terminal: false, language: Language::Zh };

fn result(columns: Vec<(&str, ValueKind, ArrayRef)>) -> QueryResult {
    let kinds = columns.iter().map(|(_, kind, _)| *kind).collect();
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, _, array)| (name, array, true)),
    );
    QueryResult { batch: batch.unwrap(), kinds, truncated: false, elapsed: Duration::ZERO }
}

fn cities() -> QueryResult {
    result(vec![
        ("城市", ValueKind::Text, Arc::new(StringArray::from(vec![Some("上海"), Some("Los Angeles"), None]))),
        ("订单数", ValueKind::Integer, Arc::new(Int64Array::from(vec![Some(1_200), Some(7), None]))),
        (
            "销售额",
            ValueKind::Number,
            Arc::new(Float64Array::from(vec![Some(98_765.5), Some(3.25), Some(0.0)])),
        ),
    ])
}

fn chart(kind: ChartType, labels: &[&str], series: &[(&str, &[Option<f64>])]) -> Chart {
    Chart {
        kind,
        title: "各城市的销售额".to_owned(),
        x: "城市".to_owned(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        series: series
            .iter()
            .map(|(name, values)| ChartSeries { name: (*name).to_owned(), values: values.to_vec() })
            .collect(),
        points_cut: 0,
    }
}

fn months() -> Chart {
    let labels: Vec<String> = (1..=12).map(|month| format!("2026-{month:02}")).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let values =
        [3.0, 4.0, 4.5, 5.0, 8.0, 12.0, 11.0, 9.0, 7.0, 6.5, 6.0, 10.0].map(|value| Some(value * 1e5));
    chart(ChartType::Line, &labels, &[("销售额", &values)])
}

#[test]
fn a_chart_says_what_it_leaves_out() {
    let drawn = chart::draw(&Chart { points_cut: 50, ..months() }, PLAIN);
    assert!(drawn.contains("50 个点") && !chart::draw(&months(), PLAIN).contains("个点"), "{drawn}");
}

#[test]
fn a_table_aligns_wide_characters_and_numbers() {
    insta::assert_snapshot!(table::draw(&cities(), PLAIN).unwrap().text, @"
    ╭─────────────┬────────┬──────────╮
    │ 城市        ┆ 订单数 ┆   销售额 │
    ╞═════════════╪════════╪══════════╡
    │ 上海        ┆   1200 ┆ 98765.50 │
    │ Los Angeles ┆      7 ┆     3.25 │
    │ NULL        ┆   NULL ┆     0.00 │
    ╰─────────────┴────────┴──────────╯
    ");
}

#[test]
fn a_table_fits_the_terminal_and_shows_what_a_person_reads() {
    let long = "一二三四五六七八九十".repeat(10);
    let texts = StringArray::from_iter_values((0..60).map(|_| long.as_str()));
    let look = Look { is_terminal: true, ..PLAIN };
    let drawn = table::draw(&result(vec![("说明", ValueKind::Text, Arc::new(texts))]), look).unwrap();
    assert_eq!(drawn.rows_left_out, 10);
    assert!(drawn.text.lines().all(|line| line.width() <= PLAIN.width), "{}", drawn.text);
}

#[test]
fn a_table_never_drives_the_terminal() {
    let texts = StringArray::from(vec!["\u{1b}[2J\u{1b}]0;owned\u{7}", "two\nlines"]);
    let drawn = table::draw(&result(vec![("\u{1b}[31m", ValueKind::Text, Arc::new(texts))]), PLAIN).unwrap();
    assert!(!drawn.text.contains(['\u{1b}', '\u{7}']), "{:?}", drawn.text);
    assert!(drawn.text.contains("two␊lines"));
}

#[test]
fn bars_show_labels_values_and_proportions() {
    let chart = chart(
        ChartType::Bar,
        &["上海", "Los Angeles", "杭州", "西安"],
        &[("销售额", &[Some(1000.0), Some(500.5), Some(1.0), None])],
    );
    insta::assert_snapshot!(chart::draw(&chart, PLAIN), @"
    各城市的销售额
    上海        ████████████████████████████████████████ 1000.0
    Los Angeles ████████████████████ 500.5
    杭州        ▏ 1.0
    西安         -
    ");
}

#[test]
fn bars_below_zero_go_to_the_left() {
    let chart =
        chart(ChartType::Bar, &["一月", "二月", "三月"], &[("毛利", &[Some(30.0), Some(-15.0), Some(0.0)])]);
    insta::assert_snapshot!(chart::draw(&chart, PLAIN), @"
    各城市的销售额
    一月                  █████████████████████████████████ 30
    二月 █████████████████ -15
    三月                   0
    ");
}

#[test]
fn bars_of_several_measures_stand_together() {
    let chart = chart(
        ChartType::Bar,
        &["上海", "北京"],
        &[("销售额", &[Some(10.0), Some(8.0)]), ("成本", &[Some(6.0), Some(5.0)])],
    );
    insta::assert_snapshot!(chart::draw(&chart, PLAIN), @"
    各城市的销售额
    上海 销售额 ████████████████████████████████████████████ 10
         成本   ██████████████████████████▍ 6
    北京 销售额 ███████████████████████████████████▎ 8
         成本   ██████████████████████ 5
    ");
}

#[test]
fn parts_of_a_whole_have_shares() {
    let chart = chart(ChartType::Pie, &["已完成", "已取消"], &[("订单数", &[Some(75.0), Some(25.0)])]);
    insta::assert_snapshot!(chart::draw(&chart, PLAIN), @"
    各城市的销售额
    已完成 █████████████████████████████████████████ 75 (75.0%)
    已取消 █████████████▋ 25 (25.0%)
    ");
}

#[test]
fn lines_have_axes() {
    insta::assert_snapshot!(chart::draw(&months(), PLAIN), @"
    各城市的销售额
     120万 ┤                      ⡰⠉⠒⠤⢄⡀
           │                     ⡰⠁    ⠈⠑⢄
           │                    ⡔⠁        ⠉⠢⡀                 ⢀⠎
           │                   ⡜            ⠈⠢⡀              ⢠⠊
           │                 ⢠⠊               ⠈⠑⢄           ⡰⠁
           │               ⢀⠔⠁                   ⠉⠑⠒⠒⠤⠤⢄⣀⡀ ⡔⠁
    54.5万 ┤             ⣀⡠⠃                             ⠈⠉
           │    ⣀⣀⠤⠤⠒⠒⠊⠉⠉
           │⣀⠤⠒⠉
           │
           │
         0 ┤
           └────────────────────────────────────────────────────
            2026-01        2026-05   2026-07  2026-09    2026-12
    ");
}

#[test]
fn lines_leave_gaps_open() {
    let chart = chart(
        ChartType::Line,
        &["a", "b", "c", "d", "e"],
        &[("x", &[Some(1.0), Some(2.0), None, Some(2.0), Some(1.0)])],
    );
    insta::assert_snapshot!(chart::draw(&chart, Look { width: 30, ..PLAIN }), @"
    各城市的销售额
      2 ┤     ⢠⠃           ⢣
        │     ⡜            ⠘⡄
        │    ⢠⠃             ⢣
        │    ⡜              ⠈⡆
        │   ⢠⠃               ⢱
        │   ⡜                 ⡇
    1.5 ┤  ⢠⠃                 ⢸
        │  ⡜                   ⢇
        │ ⢠⠃                   ⠸⡀
        │ ⡜                     ⢣
        │⢠⠃                     ⠘⡄
      1 ┤⡜                       ⢣
        └─────────────────────────
         a     b     c     d     e
    ");
}

#[test]
fn scatter_names_both_axes() {
    let chart = chart(
        ChartType::Scatter,
        &["", "", ""],
        &[("价格", &[Some(1.0), Some(2.0), Some(3.0)]), ("销量", &[Some(900.0), Some(400.0), Some(100.0)])],
    );
    insta::assert_snapshot!(chart::draw(&chart, Look { width: 40, ..PLAIN }), @"
    各城市的销售额
    900 ┤           ⠈
        │
        │
        │
        │
        │
    409 ┤                       ⠄
        │
        │
        │
        │                                  ⠠
      0 ┤
        └───────────────────────────────────
         0                                 3
    x: 价格, y: 销量
    ");
}

#[test]
fn no_chart_is_wider_than_the_terminal() {
    let labels = ["一个非常非常非常长的标签需要被截断才能放下", "b", "c"];
    let values = [Some(1e14), Some(-2.5), Some(f64::MAX)];
    for kind in [ChartType::Bar, ChartType::Pie, ChartType::Line, ChartType::Area, ChartType::Scatter] {
        for width in [20, 33, 80, 200] {
            let chart = chart(kind, &labels, &[("一个很长的度量名称", &values), ("y", &values)]);
            let text = chart::draw(&chart, Look { width, ..PLAIN });
            let widest = text.lines().map(|line| line.width()).max().unwrap();
            // Values are never cut, so a very narrow terminal gets what they need.
            assert!(widest <= width.max(60), "{kind:?} at {width}:\n{text}");
        }
    }
}

#[test]
fn charts_of_nothing_are_drawn_without_a_fault() {
    for kind in [ChartType::Bar, ChartType::Pie, ChartType::Line, ChartType::Area, ChartType::Scatter] {
        for values in [&[][..], &[None], &[Some(0.0)], &[Some(f64::NAN)], &[Some(f64::INFINITY), Some(1.0)]] {
            let labels: Vec<&str> = values.iter().map(|_| "x").collect();
            chart::draw(&chart(kind, &labels, &[("a", values), ("b", values)]), PLAIN);
            chart::draw(&chart(kind, &[], &[]), PLAIN);
        }
    }
}

#[test]
fn json_has_every_key() {
    let answer = Answer {
        sql: Some("SELECT 1".to_owned()),
        result: Some(cities()),
        chart: Some(chart(ChartType::Bar, &["上海"], &[("销售额", &[Some(1.0)])])),
        reading: vec!["度量：销售额".to_owned()],
        ..Answer::default()
    };
    insta::assert_snapshot!(output::json("各城市的销售额", &answer, "上海最高。").unwrap(), @r#"{"question":"各城市的销售额","sql":"SELECT 1","reading":["度量：销售额"],"columns":[{"name":"城市","type":"text"},{"name":"订单数","type":"integer"},{"name":"销售额","type":"number"}],"rows":[{"城市":"上海","订单数":1200,"销售额":98765.5},{"城市":"Los Angeles","订单数":7,"销售额":3.25},{"城市":null,"订单数":null,"销售额":0}],"truncated":false,"chart":{"type":"bar","title":"各城市的销售额","x":"城市","labels":["上海"],"series":[{"name":"销售额","values":[1.0]}],"points_cut":0},"answer":"上海最高。"}"#);
    insta::assert_snapshot!(output::json("你好", &Answer::default(), "你好").unwrap(), @r#"{"question":"你好","sql":null,"reading":[],"columns":[],"rows":null,"truncated":false,"chart":null,"answer":"你好"}"#);
}

#[test]
fn csv_follows_rfc_4180() {
    let result = result(vec![
        (
            "a,b",
            ValueKind::Text,
            Arc::new(StringArray::from(vec![Some("x\"y"), Some("two\nlines"), Some(""), None])),
        ),
        (
            "中文",
            ValueKind::Integer,
            Arc::new(Int64Array::from(vec![Some(1), None, Some(-3), Some(i64::MAX)])),
        ),
        ("f", ValueKind::Number, Arc::new(Float64Array::from(vec![0.1, 2.0, 1e21, -0.5]))),
        ("是", ValueKind::Boolean, Arc::new(BooleanArray::from(vec![true, false, true, false]))),
        ("b", ValueKind::Binary, Arc::new(BinaryArray::from_vec(vec![b"\0\xff", b"", b"a", b"b"]))),
    ]);
    insta::assert_debug_snapshot!(output::csv(&result).unwrap().split_inclusive("\r\n").collect::<Vec<_>>(), @r#"
    [
        "\"a,b\",中文,f,是,b\r\n",
        "\"x\"\"y\",1,0.1,true,00ff\r\n",
        "\"two\nlines\",,2.0,false,\"\"\r\n",
        "\"\",-3,1e21,true,61\r\n",
        ",9223372036854775807,-0.5,false,62\r\n",
    ]
    "#);
}

#[test]
fn failures_say_what_was_understood() {
    let failed = |kind| FailedAnswer {
        error: AnswerError {
            kind,
            message: "没有听懂".to_owned(),
            attempts: vec![FailedAttempt { sql: "SELECT\n1".to_owned(), error: "no".to_owned() }],
        },
        partial: Answer::default(),
    };
    let kind = AnswerErrorKind::NotUnderstood {
        understood: vec!["城市".to_owned()],
        unknown: vec!["火星".to_owned()],
        suggestions: vec!["各城市的销售额".to_owned()],
    };
    insta::assert_snapshot!(failure::text(&failed(kind.clone()), false, Texts(Language::Zh)), @"
    错误： 没有听懂
    已理解：
      - 城市
    未理解：
      - 火星
    可以试试：
      - 各城市的销售额
    ");
    insta::assert_snapshot!(failure::text(&failed(AnswerErrorKind::Internal), true, Texts(Language::En)), @"
    error: 没有听懂
    SQL that was tried:
      - SELECT
        1
    ");
    let source = |kind| AnswerErrorKind::Source(SourceError::new(kind, ""));
    assert_eq!(failure::exit_of(&kind), Exit::NotAnswered);
    assert_eq!(failure::exit_of(&source(SourceErrorKind::Busy)), Exit::Failed);
    assert_eq!(failure::exit_of(&source(SourceErrorKind::Cancelled)), Exit::Interrupted);
    assert_eq!(failure::exit_of(&AnswerErrorKind::Cancelled), Exit::Interrupted);
}

#[test]
fn the_question_decides_the_language() {
    for (question, language) in [
        ("一共有多少客户？", Language::Zh),
        ("Customers in 上海", Language::Zh),
        ("How many orders?", Language::En),
        ("¿Cuántos?", Language::En),
    ] {
        assert_eq!(language_of(question), language, "{question}");
    }
}

#[test]
fn database_urls_are_files_that_exist() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("店.db");
    std::fs::write(&path, "").unwrap();
    let text = path.to_str().unwrap();
    for url in [
        text.to_owned(),
        format!("sqlite:{text}"),
        format!("sqlite://{text}"),
        format!("sqlite:{text}?mode=ro"),
    ] {
        assert_eq!(database_file(&url).unwrap(), path, "{url}");
    }
    let error = |url: &str| database_file(url).unwrap_err().to_string();
    assert!(error("sqlite:nowhere.db").contains("can't be opened"));
    assert!(error(folder.path().to_str().unwrap()).contains("is a folder"));
    let refused = error("postgres://ann:hunter2@db/x");
    assert!(refused.contains("names no SQLite file") && !refused.contains("hunter2"), "{refused}");
}
