//! What stays with the message of an answer.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use wenshu_answer::{Answer, Chart, Clarification, ClarificationOption, ToolCall, ToolStatus};

use super::{ColumnInfo, ResultTable};

/// What an answer was made of, as stored with its message. Our own shape; contracts show theirs.
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
    /// Tools that were called, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<RecordedCall>,
    /// Why there is no complete answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RecordedError>,
}

/// A call of a tool, as stored. What it gave isn't: the answer says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedCall {
    /// The tool.
    pub name: String,
    /// With what.
    pub arguments: Value,
    /// Whether it gave something.
    pub succeeded: bool,
}

/// A failure, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedError {
    /// The stable code.
    pub code: String,
    /// The text in the language of the run.
    pub message: String,
}

impl AnswerRecord {
    /// What an answer was made of.
    pub(super) fn of(answer: &Answer, table: Option<ResultTable>) -> Self {
        let mut record = Self {
            sql: answer.sql.clone(),
            reading: answer.reading.clone(),
            chart: answer.chart.clone(),
            asked_back: answer.clarification.as_ref().map(|clarification| clarification.message.clone()),
            options: answer
                .clarification
                .iter()
                .flat_map(|clarification| &clarification.options)
                .map(|option| (option.label.clone(), option.query.clone()))
                .collect(),
            tools: answer
                .tool_calls
                .iter()
                .map(|ToolCall { number: _, name, arguments, status }| RecordedCall {
                    name: name.clone(),
                    arguments: arguments.clone(),
                    succeeded: *status == ToolStatus::Ok,
                })
                .collect(),
            ..Self::default()
        };
        if let Some(table) = table {
            record.columns = Some(table.columns);
            record.data = Some(table.data);
            record.rows = Some(table.rows);
            record.truncated = Some(table.truncated);
            record.execution_seconds = Some(table.elapsed.as_secs_f64());
        }
        record
    }

    /// The rows, with the statement that gave them.
    pub(super) fn table(&self) -> Option<(String, ResultTable)> {
        let table = ResultTable {
            columns: Arc::clone(self.columns.as_ref()?),
            data: Arc::clone(self.data.as_ref()?),
            rows: self.rows.unwrap_or_default(),
            truncated: self.truncated.unwrap_or_default(),
            elapsed: Duration::try_from_secs_f64(self.execution_seconds.unwrap_or_default())
                .unwrap_or_default(),
        };
        Some((self.sql.clone().unwrap_or_default(), table))
    }

    /// Calls of tools.
    pub(super) fn tool_calls(&self) -> impl Iterator<Item = ToolCall> {
        self.tools.iter().zip(1..).map(|(RecordedCall { name, arguments, succeeded }, number)| ToolCall {
            number,
            name: name.clone(),
            arguments: arguments.clone(),
            status: if *succeeded { ToolStatus::Ok } else { ToolStatus::Error },
        })
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
