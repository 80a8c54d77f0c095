//! What an answer has shown besides its words: its calls of tools and its results. It stays with the message, and is kept now and then
//! while there is none yet.

use std::sync::Arc;

use tokio::sync::Notify;
use wenshu_answer::{Answer, Chart, ToolCall, ToolStatus};

use super::record::{RecordedCall, RecordedResult};
use super::{AnswerRecord, ResultTable, RunEvent};

/// What has been shown by now.
#[derive(Debug, Default)]
pub(super) struct Shown {
    calls: Vec<Called>,
    results: Vec<ShownResult>,
    /// How often something was added.
    changes: u64,
    /// Told when a call begins.
    called: Arc<Notify>,
}

/// A call, and how many results it has shown.
#[derive(Debug)]
struct Called {
    call: ToolCall,
    results: u32,
}

/// Rows, the statement that gave them, and their chart.
#[derive(Debug)]
struct ShownResult {
    sql: String,
    table: ResultTable,
    chart: Option<Chart>,
}

impl Shown {
    /// Takes note of an event.
    pub(super) fn note(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Rows { sql, table } => {
                self.results.push(ShownResult { sql: sql.clone(), table: table.clone(), chart: None });
                if let Some(called) = self.under_way() {
                    called.results += 1;
                }
            }
            RunEvent::Chart(chart) => {
                let Some(result) = self.results.last_mut() else { return };
                result.chart = Some(chart.clone());
            }
            RunEvent::Tool(call) if call.status == ToolStatus::Running => {
                self.calls.push(Called { call: call.clone(), results: 0 });
                self.called.notify_one();
            }
            RunEvent::Tool(call) => {
                let Some(called) = self.calls.iter_mut().find(|called| called.call.number == call.number)
                else {
                    return;
                };
                called.call.status = call.status;
            }
            _ => return,
        }
        self.changes += 1;
    }

    /// The call that hasn't ended: one at a time is carried out.
    fn under_way(&mut self) -> Option<&mut Called> {
        self.calls.last_mut().filter(|called| called.call.status == ToolStatus::Running)
    }

    /// A number that differs when more has been shown.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// What is told when a call begins: what it does may be known nowhere else if this process ends.
    pub(super) fn called(&self) -> Arc<Notify> {
        Arc::clone(&self.called)
    }

    /// Whether a tool was called.
    pub(super) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// As it is stored with what else an answer was made of, which there is none of before it has ended.
    pub(super) fn record(&self, answer: &Answer) -> AnswerRecord {
        let last = self.results.last();
        let mut record = AnswerRecord {
            // A statement that failed after one that gave rows isn't theirs.
            sql: last.map(|last| last.sql.clone()).or_else(|| answer.sql.clone()),
            reading: answer.reading.clone(),
            chart: last.map_or_else(|| answer.chart.clone(), |last| last.chart.clone()),
            asked_back: answer.clarification.as_ref().map(|clarification| clarification.message.clone()),
            options: answer
                .clarification
                .iter()
                .flat_map(|clarification| &clarification.options)
                .map(|option| (option.label.clone(), option.query.clone()))
                .collect(),
            tools: self.calls.iter().map(recorded).collect(),
            ..AnswerRecord::default()
        };
        if let Some((last, earlier)) = self.results.split_last() {
            record.earlier = earlier
                .iter()
                .map(|ShownResult { sql, table, chart }| {
                    RecordedResult::new(sql.clone(), table.clone(), chart.clone())
                })
                .collect();
            record.set_table(last.table.clone());
        }
        record
    }
}

fn recorded(called: &Called) -> RecordedCall {
    let Called { call: ToolCall { number: _, name, arguments, status }, results } = called;
    RecordedCall {
        name: name.clone(),
        arguments: arguments.clone(),
        succeeded: *status == ToolStatus::Ok,
        is_under_way: *status == ToolStatus::Running,
        results: *results,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(number: u32, status: ToolStatus) -> RunEvent {
        RunEvent::Tool(ToolCall { number, name: "send".to_owned(), arguments: json!({}), status })
    }

    #[test]
    fn a_call_that_has_not_ended_is_kept_and_is_no_success() {
        let mut shown = Shown::default();
        for event in [call(1, ToolStatus::Running), call(1, ToolStatus::Ok), call(2, ToolStatus::Running)] {
            shown.note(&event);
        }
        assert_eq!((shown.changes(), shown.has_calls()), (3, true));
        shown.note(&RunEvent::Text("words".to_owned()));
        assert_eq!(shown.changes(), 3);
        let stored = shown.record(&Answer::default()).to_json().unwrap();
        let read = AnswerRecord::from_json(&stored).unwrap();
        let statuses =
            |record: &AnswerRecord| record.tools.iter().map(RecordedCall::status).collect::<Vec<_>>();
        assert_eq!(statuses(&read), [ToolStatus::Ok, ToolStatus::Running]);
        assert_eq!(statuses(&read.broken_off()), [ToolStatus::Ok, ToolStatus::Error]);
    }

    #[test]
    fn what_was_stored_before_is_read_as_it_was_shown() {
        let stored = r#"{"sql": "SELECT 1", "columns": [{"name": "1", "kind": "integer"}], "data": [{"1": 1}], "rows": 1,
            "truncated": false, "execution_seconds": 0.5, "tools": [{"name": "find", "arguments": {}, "succeeded": true}]}"#;
        let events = AnswerRecord::from_json(stored).unwrap().events();
        assert!(
            matches!(&events[..], [RunEvent::Tool(ToolCall { number: 1, status: ToolStatus::Ok, .. }), RunEvent::Rows { sql, .. }]
                if sql == "SELECT 1"),
            "{events:?}"
        );
    }
}
