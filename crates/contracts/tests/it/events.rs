//! Run events as QueryGPT's events, byte for byte.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use uuid::Uuid;
use wenshu_contracts::http::sse::{EventDialect, EventWriter};
use wenshu_contracts::querygpt::stream::Events;
use wenshu_core::error::FailureDetails;
use wenshu_core::runs::{ColumnInfo, EventId, NumberedEvent, ResultTable, RunEvent, RunFailure, Usage};
use wenshu_core::{
    AppError, Chart, ChartSeries, ChartType, Clarification, ClarificationOption, ErrorKind, Language, Stage,
    Text,
};

const RUN: Uuid = Uuid::from_u128(0x0190_f5a0_0000_7000_8000_0000_0000_0001);
const CONVERSATION: Uuid = Uuid::from_u128(0x0190_f5a0_0000_7000_8000_0000_0000_0002);
const MESSAGE: Uuid = Uuid::from_u128(0x0190_f5a0_0000_7000_8000_0000_0000_0003);

fn encoded(place: u64, event: RunEvent, language: Language) -> String {
    let mut out = EventWriter::default();
    let event = NumberedEvent { id: EventId::new(RUN, place), event: Arc::new(event) };
    Events::new(RUN, CONVERSATION, language).encode(&event, &mut out);
    String::from_utf8(out.as_bytes().to_vec()).unwrap()
}

fn event(name: &str, place: u64, data: &str) -> String {
    format!("event: {name}\nid: 0190f5a000007000800000000000000{}-{place}\ndata: {data}\n\n", 1)
}

#[test]
fn progress_says_stage_and_words_and_the_first_says_the_ids() {
    let progress = |stage, attempt| RunEvent::Progress { stage, attempt };
    assert_eq!(
        encoded(1, progress(Stage::Analyzing, None), Language::Zh),
        event(
            "progress",
            1,
            r#"{"type":"progress","stage":"analyzing","message":"正在分析查询...","conversation_id":"0190f5a0-0000-7000-8000-000000000002","run_id":"0190f5a0-0000-7000-8000-000000000001"}"#
        )
    );
    assert_eq!(
        encoded(2, progress(Stage::GeneratingSql, Some(1)), Language::Zh),
        event(
            "progress",
            2,
            r#"{"type":"progress","stage":"generating_sql","message":"正在生成 SQL...","attempt":1}"#
        )
    );
    for (stage, name, chinese, english) in [
        (Stage::Analyzing, "analyzing", "正在分析查询...", "Analyzing the question..."),
        (Stage::Linking, "linking", "正在匹配数据表和字段...", "Finding tables and columns..."),
        (Stage::GeneratingSql, "generating_sql", "正在生成 SQL...", "Writing SQL..."),
        (Stage::Executing, "executing", "正在执行查询...", "Running the query..."),
        (Stage::Repairing, "repairing", "正在修正 SQL...", "Repairing the SQL..."),
        (Stage::Visualizing, "visualizing", "正在生成图表...", "Choosing a chart..."),
        (Stage::Summarizing, "summarizing", "正在总结结果...", "Summarizing the result..."),
    ] {
        for (language, message) in [(Language::Zh, chinese), (Language::En, english)] {
            assert_eq!(
                encoded(3, progress(stage, None), language),
                event(
                    "progress",
                    3,
                    &format!(r#"{{"type":"progress","stage":"{name}","message":"{message}"}}"#)
                )
            );
        }
    }
}

#[test]
fn sql_and_rows() {
    let sql = RunEvent::Sql { sql: "SELECT \"名\"\n-- 1".to_owned(), attempt: 2 };
    assert_eq!(
        encoded(4, sql, Language::Zh),
        event("sql", 4, r#"{"type":"sql","sql":"SELECT \"名\"\n-- 1","attempt":2}"#)
    );
    // Line breaks between tokens can't get into the stream, and nothing else of the rows is touched.
    let data = "[{\"month\":\"2024-01\",\n\"sales\":12.50},\r\n{\"month\":\"a\\nb\",\"sales\":\"9007199254740993\"}]";
    let column = |name: &str, kind: &str| ColumnInfo { name: name.to_owned(), kind: kind.to_owned() };
    let table = ResultTable {
        columns: Arc::new([column("month", "text"), column("sales", "number")]),
        data: Arc::from(RawValue::from_string(data.to_owned()).unwrap()),
        rows: 2,
        truncated: true,
        elapsed: Duration::from_millis(12),
    };
    assert_eq!(
        encoded(5, RunEvent::Rows { sql: "SELECT 1".to_owned(), table }, Language::Zh),
        event(
            "result",
            5,
            "{\"type\":\"result\",\"sql\":\"SELECT 1\",\"columns\":[{\"name\":\"month\",\"type\":\"text\"},{\"name\":\"sales\",\"type\":\"number\"}],\"data\":[{\"month\":\"2024-01\", \"sales\":12.50},  {\"month\":\"a\\nb\",\"sales\":\"9007199254740993\"}],\"rows_count\":2,\"truncated\":true,\"execution_time\":0.012}"
        )
    );
}

fn chart(kind: ChartType, series: &[(&str, &[Option<f64>])], points_cut: usize) -> RunEvent {
    RunEvent::Chart(Chart {
        kind,
        title: "销售额".to_owned(),
        x: "month".to_owned(),
        labels: vec!["1".to_owned(), "2".to_owned()],
        series: series
            .iter()
            .map(|(name, values)| ChartSeries { name: (*name).to_owned(), values: values.to_vec() })
            .collect(),
        points_cut,
    })
}

#[test]
fn charts_are_what_chart_js_takes() {
    let series: &[(&str, &[Option<f64>])] =
        &[("sales", &[Some(120.0), None]), ("profit", &[Some(0.5), Some(-3.25)])];
    for (kind, name) in [
        (ChartType::Bar, "bar"),
        (ChartType::Line, "line"),
        (ChartType::Area, "area"),
        (ChartType::Pie, "pie"),
    ] {
        assert_eq!(
            encoded(6, chart(kind, series, 0), Language::Zh),
            event(
                "visualization",
                6,
                &format!(
                    r#"{{"type":"visualization","chart":{{"type":"{name}","title":"销售额","x":"month","y":["sales","profit"],"data":{{"labels":["1","2"],"datasets":[{{"label":"sales","data":[120,null]}},{{"label":"profit","data":[0.5,-3.25]}}]}}}}}}"#
                )
            )
        );
    }
    let series: &[(&str, &[Option<f64>])] =
        &[("price", &[Some(1.0), None]), ("cost", &[Some(9_007_199_254_740_992.0), Some(2.0)])];
    assert_eq!(
        encoded(7, chart(ChartType::Scatter, series, 14), Language::Zh),
        event(
            "visualization",
            7,
            r#"{"type":"visualization","chart":{"type":"scatter","title":"销售额","x":"month","y":["cost"],"data":{"labels":["1","2"],"datasets":[{"label":"cost","data":[{"x":1,"y":9007199254740992.0}]}]},"points_cut":14}}"#
        )
    );
}

#[test]
fn words_questions_back_and_the_end() {
    assert_eq!(
        encoded(8, RunEvent::Text("根据\n结果".to_owned()), Language::Zh),
        event("delta", 8, r#"{"type":"delta","content":"根据\n结果"}"#)
    );
    let clarification = Clarification {
        message: "哪一个？".to_owned(),
        options: vec![ClarificationOption { label: "甲".to_owned(), query: "甲的销售额".to_owned() }],
    };
    assert_eq!(
        encoded(9, RunEvent::Clarification(clarification), Language::Zh),
        event(
            "clarification",
            9,
            r#"{"type":"clarification","message":"哪一个？","options":[{"label":"甲","query":"甲的销售额"}]}"#
        )
    );
    let usage = Usage { input_tokens: 3, output_tokens: 4, is_estimated: false, cost: 0 };
    assert_eq!(
        encoded(10, RunEvent::Finished { message: Some(MESSAGE), number: None, usage }, Language::Zh),
        event(
            "done",
            10,
            r#"{"type":"done","conversation_id":"0190f5a0-0000-7000-8000-000000000002","message_id":"0190f5a0-0000-7000-8000-000000000003","usage":{"input_tokens":3,"output_tokens":4}}"#
        )
    );
}

#[test]
fn failures_say_what_was_understood() {
    let details = FailureDetails {
        sql: Some("SELECT 1".to_owned()),
        understood: vec!["销售额".to_owned()],
        unknown: vec!["foo".to_owned()],
        suggestions: vec!["上月销售额".to_owned()],
        ..FailureDetails::default()
    };
    let error = AppError::new(ErrorKind::Invalid, "not_understood", Text::new("没有听懂", "Not understood"))
        .with_details(details);
    let failed = |error| RunEvent::Failed(RunFailure { error, message: None, usage: Usage::default() });
    assert_eq!(
        encoded(11, failed(error), Language::En),
        event(
            "error",
            11,
            r#"{"type":"error","code":"NOT_UNDERSTOOD","message":"Not understood","details":{"sql":"SELECT 1","understood":["销售额"],"unknown":["foo"],"suggestions":["上月销售额"]}}"#
        )
    );
    for (code, shown) in [
        ("sql_execution_failed", "SQL_EXECUTION_FAILED"),
        ("sql_refused", "SQL_REFUSED"),
        ("not_understood", "NOT_UNDERSTOOD"),
        ("query_timeout", "TIMEOUT"),
        ("run_timeout", "TIMEOUT"),
        ("cancelled", "CANCELLED"),
        ("interrupted", "INTERRUPTED"),
        ("database_unreachable", "DATABASE_UNREACHABLE"),
        ("database_busy", "DATABASE_BUSY"),
        ("answer_too_large", "ANSWER_TOO_LARGE"),
        ("internal", "INTERNAL_ERROR"),
        ("store_unavailable", "UNAVAILABLE"),
    ] {
        let error = AppError::new(ErrorKind::Internal, code, Text::new("出错", "Failed"));
        assert_eq!(
            encoded(2, failed(error), Language::Zh),
            event(
                "error",
                2,
                &format!(r#"{{"type":"error","code":"{shown}","message":"出错","details":{{}}}}"#)
            )
        );
    }
}
