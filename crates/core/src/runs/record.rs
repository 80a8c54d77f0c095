//! What stays with the message of an answer.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use wenshu_answer::{Chart, Clarification, ClarificationOption, ToolCall, ToolStatus};

use super::{ColumnInfo, ResultTable, RunEvent};

/// What an answer was made of, as stored with its message: of several results the last, with the earlier ones beside it. Our own shape;
/// contracts show theirs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct AnswerRecord {
    /// The statement that gave the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// How the question was read, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reading: Vec<String>,
    /// The columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Arc<[ColumnInfo]>>,
    /// The rows, as in [`ResultTable::data`](super::ResultTable::data).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Arc<RawValue>>,
    /// How many rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
    /// Whether there were more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<bool>,
    /// Time the database took, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_seconds: Option<f64>,
    /// The chart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
    /// The question back, when it could be read two ways.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_back: Option<String>,
    /// Its options: label and query of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<(String, String)>,
    /// Results before the last one, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<RecordedResult>,
    /// Tools that were called, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<RecordedCall>,
    /// Why there is no complete answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RecordedError>,
}

/// A call of a tool, as stored. What it gave isn't, but for results that were shown: the answer says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedCall {
    /// The tool.
    pub name: String,
    /// With what.
    pub arguments: Value,
    /// Whether it gave something.
    pub succeeded: bool,
    /// Whether it hasn't ended, of an answer that hasn't either.
    #[serde(default, skip_serializing_if = "is_default")]
    pub is_under_way: bool,
    /// How many of the answer's results it has shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub results: u32,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Rows, as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedResult {
    /// The statement that gave them.
    pub sql: String,
    /// The columns.
    pub columns: Arc<[ColumnInfo]>,
    /// The rows, as in [`ResultTable::data`](super::ResultTable::data).
    pub data: Arc<RawValue>,
    /// How many.
    pub rows: usize,
    /// Whether there were more.
    pub truncated: bool,
    /// Time the database took, in seconds.
    pub execution_seconds: f64,
    /// Their chart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
}

impl RecordedResult {
    pub(super) fn new(sql: String, table: ResultTable, chart: Option<Chart>) -> Self {
        let ResultTable { columns, data, rows, truncated, elapsed } = table;
        Self { sql, columns, data, rows, truncated, execution_seconds: elapsed.as_secs_f64(), chart }
    }
}

/// Rows that are stored, whichever of the results they are.
#[derive(Clone, Copy, Debug)]
pub struct ShownResult<'a> {
    /// The statement that gave them.
    pub sql: &'a str,
    /// The columns.
    pub columns: &'a Arc<[ColumnInfo]>,
    /// The rows, as in [`ResultTable::data`](super::ResultTable::data).
    pub data: &'a Arc<RawValue>,
    /// How many.
    pub rows: usize,
    /// Whether there were more.
    pub truncated: bool,
    /// Time the database took, in seconds.
    pub execution_seconds: f64,
    /// Their chart.
    pub chart: Option<&'a Chart>,
}

impl ShownResult<'_> {
    /// As it was shown.
    fn events(self) -> impl Iterator<Item = RunEvent> {
        let table = ResultTable {
            columns: Arc::clone(self.columns),
            data: Arc::clone(self.data),
            rows: self.rows,
            truncated: self.truncated,
            elapsed: Duration::try_from_secs_f64(self.execution_seconds).unwrap_or_default(),
        };
        let rows = RunEvent::Rows { sql: self.sql.to_owned(), table };
        [rows].into_iter().chain(self.chart.cloned().map(RunEvent::Chart))
    }
}

/// A failure, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedError {
    /// The stable code.
    pub code: String,
    /// The text in the language of the run.
    pub message: String,
}

impl RecordedCall {
    /// How it stands.
    pub fn status(&self) -> ToolStatus {
        match (self.is_under_way, self.succeeded) {
            (true, _) => ToolStatus::Running,
            (false, true) => ToolStatus::Ok,
            (false, false) => ToolStatus::Error,
        }
    }
}

impl AnswerRecord {
    /// Sets the rows of the last result.
    pub(super) fn set_table(&mut self, table: ResultTable) {
        self.columns = Some(table.columns);
        self.data = Some(table.data);
        self.rows = Some(table.rows);
        self.truncated = Some(table.truncated);
        self.execution_seconds = Some(table.elapsed.as_secs_f64());
    }

    /// All results, oldest first.
    fn results(&self) -> impl Iterator<Item = ShownResult<'_>> {
        let earlier = self.earlier.iter().map(|result| ShownResult {
            sql: &result.sql,
            columns: &result.columns,
            data: &result.data,
            rows: result.rows,
            truncated: result.truncated,
            execution_seconds: result.execution_seconds,
            chart: result.chart.as_ref(),
        });
        earlier.chain(self.last_result())
    }

    fn last_result(&self) -> Option<ShownResult<'_>> {
        Some(ShownResult {
            sql: self.sql.as_deref().unwrap_or_default(),
            columns: self.columns.as_ref()?,
            data: self.data.as_ref()?,
            rows: self.rows.unwrap_or_default(),
            truncated: self.truncated.unwrap_or_default(),
            execution_seconds: self.execution_seconds.unwrap_or_default(),
            chart: self.chart.as_ref(),
        })
    }

    /// Calls of tools, each with the results that it has shown.
    pub fn calls(&self) -> impl Iterator<Item = (&RecordedCall, Vec<ShownResult<'_>>)> {
        let mut results = self.results();
        self.tools.iter().map(move |call| {
            let most = usize::try_from(call.results).unwrap_or(usize::MAX);
            (call, results.by_ref().take(most).collect())
        })
    }

    /// What was shown besides words, in the order in which it was: a call's results before its end.
    pub(super) fn events(&self) -> Vec<RunEvent> {
        let mut events = Vec::new();
        let mut of_calls = 0;
        for ((call, results), number) in self.calls().zip(1..) {
            of_calls += results.len();
            events.extend(results.into_iter().flat_map(ShownResult::events));
            events.push(RunEvent::Tool(ToolCall {
                number,
                name: call.name.clone(),
                arguments: call.arguments.clone(),
                status: call.status(),
            }));
        }
        events.extend(self.results().skip(of_calls).flat_map(ShownResult::events));
        if self.data.is_none() {
            events.extend(self.chart.clone().map(RunEvent::Chart));
        }
        events.extend(self.clarification().map(RunEvent::Clarification));
        events
    }

    /// As it is left when its process didn't live to the end of the answer: whether what was under way was carried out isn't known.
    pub(super) fn broken_off(mut self) -> Self {
        for call in &mut self.tools {
            call.is_under_way = false;
        }
        self
    }

    /// The question back.
    pub(super) fn clarification(&self) -> Option<Clarification> {
        if self.asked_back.is_none() && self.options.is_empty() {
            return None;
        }
        let options = self.options.iter().cloned();
        Some(Clarification {
            message: self.asked_back.clone().unwrap_or_default(),
            options: options.map(|(label, query)| ClarificationOption { label, query }).collect(),
        })
    }

    /// As stored.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// As read from the store.
    pub(crate) fn from_json(json: &str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }
}
