//! Run events as this contract's events: text without a name, and everything else under one.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::runs::{ColumnInfo, EventId, NumberedEvent, RunEvent};
use wenshu_core::{AppError, Language, ToolCall};

use super::error::{message, status};
use crate::http::chart::ChartDto;
use crate::http::sse::{EventDialect, EventWriter};

/// The events of one answer.
#[derive(Clone, Debug)]
pub struct ChatEvents {
    run: Uuid,
    session: String,
    language: Language,
    /// Whether the reader has been told the session before.
    is_back: bool,
}

impl ChatEvents {
    /// Events of a run in this session, for a reader who comes for the first time or again.
    pub fn new(run: Uuid, session: String, language: Language, is_back: bool) -> Self {
        Self { run, session, language, is_back }
    }
}

impl EventDialect for ChatEvents {
    fn open(&mut self, out: &mut EventWriter) {
        if !self.is_back {
            let before = EventId::new(self.run, 0);
            out.json("session", before, &SessionEvent { session_id: &self.session });
        }
    }

    fn encode(&mut self, numbered: &NumberedEvent, out: &mut EventWriter) {
        let id = numbered.id;
        match &*numbered.event {
            RunEvent::Text(piece) if !piece.is_empty() => out.text(Some(&id), piece),
            RunEvent::Rows { sql, table } => {
                let event = ResultEvent {
                    sql,
                    columns: table.columns.iter().map(ColumnDto::from).collect(),
                    data: &table.data,
                    rows_count: table.rows,
                };
                out.json("result", id, &event);
            }
            RunEvent::Chart(chart) => {
                out.json("visualization", id, &VisualizationEvent { chart: ChartDto::from(chart) });
            }
            RunEvent::Tool(ToolCall { number: _, name, arguments, status }) => {
                out.json("tool", id, &ToolEvent { name, arguments, status: status.as_str() });
            }
            RunEvent::Finished { number, .. } => {
                out.json("done", id, &DoneEvent { session_id: &self.session, message_id: *number });
            }
            RunEvent::Failed(failure) => {
                out.json("error", id, &ErrorEvent::of(&failure.error, self.language));
            }
            // The document has no word for what else happens.
            _ => {}
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = SessionEvent)]
pub(super) struct SessionEvent<'a> {
    session_id: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ResultEvent)]
pub(super) struct ResultEvent<'a> {
    sql: &'a str,
    columns: Vec<ColumnDto<'a>>,
    /// A row each: values by the names of columns.
    #[schema(value_type = Vec<Object>)]
    data: &'a RawValue,
    rows_count: usize,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ResultColumn)]
pub(super) struct ColumnDto<'a> {
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
#[schema(as = ToolEvent)]
pub(super) struct ToolEvent<'a> {
    name: &'a str,
    /// What it is called with.
    #[schema(value_type = Object)]
    arguments: &'a Value,
    /// `running` when it is called, `ok` or `error` when the call is over.
    status: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = VisualizationEvent)]
pub(super) struct VisualizationEvent<'a> {
    chart: ChartDto<'a>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DoneEvent)]
pub(super) struct DoneEvent<'a> {
    session_id: &'a str,
    /// The stored answer.
    message_id: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ErrorEvent)]
pub(super) struct ErrorEvent {
    /// An HTTP status.
    code: u16,
    message: String,
}

impl ErrorEvent {
    /// A failure in words.
    pub(super) fn of(error: &AppError, language: Language) -> Self {
        Self { code: status(error).as_u16(), message: message(error, language) }
    }
}
