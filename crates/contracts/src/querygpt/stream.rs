//! Run events as this contract's events.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::runs::{ColumnInfo, NumberedEvent, ResultTable, RunEvent, RunHandle, Usage};
use wenshu_core::{Clarification, Language, Stage};

use super::dto::words::StageWord;
use super::error::{Details, event_code};
use crate::http::chart::ChartDto;
use crate::http::sse::{EventDialect, EventWriter};

/// The events of one run.
#[derive(Clone, Copy, Debug)]
pub struct Events {
    run: Uuid,
    conversation: Uuid,
    language: Language,
}

impl Events {
    /// Events of a run with these ids, in the language it was asked in.
    pub fn new(run: Uuid, conversation: Uuid, language: Language) -> Self {
        Self { run, conversation, language }
    }

    /// Events of this run.
    pub fn of(run: &RunHandle) -> Self {
        Self::new(run.run, run.conversation, run.language)
    }
}

impl EventDialect for Events {
    fn encode(&mut self, numbered: &NumberedEvent, out: &mut EventWriter) {
        let id = numbered.id;
        match &*numbered.event {
            RunEvent::Progress { stage, attempt } => {
                // Said once, with the first event, so that it reads the same however often it is read.
                let is_first = id.place == 1;
                let (stage, message) = stage_words(*stage, self.language);
                let event = ProgressEvent {
                    kind: "progress",
                    stage,
                    message,
                    attempt: *attempt,
                    conversation_id: is_first.then_some(self.conversation),
                    run_id: is_first.then_some(self.run),
                };
                out.json("progress", id, &event);
            }
            RunEvent::Sql { sql, attempt } => {
                out.json("sql", id, &SqlEvent { kind: "sql", sql, attempt: *attempt });
            }
            RunEvent::Rows { sql, table } => out.json("result", id, &ResultEvent::new(sql, table)),
            RunEvent::Chart(chart) => {
                let event = VisualizationEvent { kind: "visualization", chart: ChartDto::from(chart) };
                out.json("visualization", id, &event);
            }
            RunEvent::Text(content) => out.json("delta", id, &DeltaEvent { kind: "delta", content }),
            // The document has no event for it: who reads the message afterwards reads it without.
            RunEvent::TextTakenBack { .. } => {}
            // Nor for this, and what is asked here calls none.
            RunEvent::Tool(_) => {}
            RunEvent::Clarification(clarification) => {
                out.json("clarification", id, &ClarificationEvent::from(clarification));
            }
            RunEvent::Finished { message, number: _, usage } => {
                let event = DoneEvent {
                    kind: "done",
                    conversation_id: self.conversation,
                    message_id: *message,
                    usage: UsageDto::from(*usage),
                };
                out.json("done", id, &event);
            }
            RunEvent::Failed(failure) => {
                let event = ErrorEvent {
                    kind: "error",
                    code: event_code(failure.error.code()),
                    message: failure.error.text().in_language(self.language),
                    details: Details::of(&failure.error, self.language),
                };
                out.json("error", id, &event);
            }
        }
    }
}

/// A stage's name on the wire, and what is said of it.
fn stage_words(stage: Stage, language: Language) -> (&'static str, &'static str) {
    let (name, zh, en) = match stage {
        Stage::Analyzing => ("analyzing", "正在分析查询...", "Analyzing the question..."),
        Stage::Linking => ("linking", "正在匹配数据表和字段...", "Finding tables and columns..."),
        Stage::GeneratingSql => ("generating_sql", "正在生成 SQL...", "Writing SQL..."),
        Stage::Executing => ("executing", "正在执行查询...", "Running the query..."),
        Stage::Repairing => ("repairing", "正在修正 SQL...", "Repairing the SQL..."),
        Stage::Visualizing => ("visualizing", "正在生成图表...", "Choosing a chart..."),
        Stage::Summarizing => ("summarizing", "正在总结结果...", "Summarizing the result..."),
    };
    match language {
        Language::Zh => (name, zh),
        Language::En => (name, en),
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ProgressEvent)]
pub(super) struct ProgressEvent {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    #[schema(value_type = StageWord)]
    stage: &'static str,
    #[schema(value_type = String)]
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SqlEvent)]
pub(super) struct SqlEvent<'a> {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    sql: &'a str,
    attempt: u32,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ResultEvent)]
pub(super) struct ResultEvent<'a> {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    sql: &'a str,
    columns: Vec<ColumnDto<'a>>,
    /// A row each: values by the names of columns.
    #[schema(value_type = Vec<Object>)]
    data: &'a RawValue,
    rows_count: usize,
    truncated: bool,
    execution_time: f64,
}

impl<'a> ResultEvent<'a> {
    fn new(sql: &'a str, table: &'a ResultTable) -> Self {
        Self {
            kind: "result",
            sql,
            columns: table.columns.iter().map(ColumnDto::from).collect(),
            data: &table.data,
            rows_count: table.rows,
            truncated: table.truncated,
            execution_time: table.elapsed.as_secs_f64(),
        }
    }
}

/// A column of a result.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultColumn)]
pub struct ColumnDto<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
}

impl<'a> From<&'a ColumnInfo> for ColumnDto<'a> {
    fn from(column: &'a ColumnInfo) -> Self {
        let ColumnInfo { name, kind } = column;
        Self { name, kind }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = VisualizationEvent)]
pub(super) struct VisualizationEvent<'a> {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    chart: ChartDto<'a>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeltaEvent)]
pub(super) struct DeltaEvent<'a> {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    content: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ClarificationEvent)]
pub(super) struct ClarificationEvent<'a> {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    message: &'a str,
    options: Vec<OptionDto<'a>>,
}

/// A reading to choose.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClarificationOption)]
pub(super) struct OptionDto<'a> {
    pub(super) label: &'a str,
    pub(super) query: &'a str,
}

impl<'a> From<&'a Clarification> for ClarificationEvent<'a> {
    fn from(clarification: &'a Clarification) -> Self {
        let Clarification { message, options } = clarification;
        let options =
            options.iter().map(|option| OptionDto { label: &option.label, query: &option.query }).collect();
        Self { kind: "clarification", message, options }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = DoneEvent)]
pub(super) struct DoneEvent {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    conversation_id: Uuid,
    message_id: Option<Uuid>,
    usage: UsageDto,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Usage)]
struct UsageDto {
    input_tokens: u64,
    output_tokens: u64,
    /// There when the numbers are our estimate.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    estimated: bool,
}

impl From<Usage> for UsageDto {
    fn from(usage: Usage) -> Self {
        let Usage { input_tokens, output_tokens, is_estimated, cost: _ } = usage;
        Self { input_tokens, output_tokens, estimated: is_estimated }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ErrorEvent)]
pub(super) struct ErrorEvent<'a> {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    #[schema(value_type = String)]
    code: Cow<'static, str>,
    message: &'a str,
    details: Details<'a>,
}
