//! A task's stream: `open`, all of the text so far as it grows, its end, `close`.
//!
//! The id of an event says how many characters of the text had been written, which means the same on every process as long as nothing is
//! taken back. After that the reader of another process may hear text again; the end tells everybody the same.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::Language;
use wenshu_core::runs::tasks::{TaskState, TaskView};
use wenshu_core::runs::{EventId, NumberedEvent, RunEvent};

use super::dto::vocabulary::{EndWord, RunningWord};
use crate::http::sse::{EventDialect, EventWriter};

/// The place of the end, whenever it is read: a task that is over is read from what is kept of it.
const END: u64 = u64::MAX;

/// Whether this is the last event of a task: nothing follows it.
pub fn is_end(task: Uuid, event: EventId) -> bool {
    event == EventId::new(task, END)
}

/// The events of one task.
pub struct TaskEvents {
    task: Uuid,
    language: Language,
    /// How many characters the reader has seen already.
    seen: Option<u64>,
    content: String,
    characters: u64,
    /// Whether there is text that hasn't been said.
    is_unsaid: bool,
    /// The end, where it is known from the beginning.
    end: Option<TaskState>,
}

impl TaskEvents {
    /// Events of a task that is under way, for a reader who has seen so many characters.
    pub fn live(task: Uuid, seen: Option<u64>, language: Language) -> Self {
        Self { task, language, seen, content: String::new(), characters: 0, is_unsaid: false, end: None }
    }

    /// The end of a task that is over.
    pub fn over(task: TaskView, language: Language) -> Self {
        let TaskView { id, state } = task;
        Self { end: Some(state), ..Self::live(id, None, language) }
    }

    fn id(&self, place: u64) -> EventId {
        EventId::new(self.task, place)
    }

    fn finish(&self, out: &mut EventWriter, content: &str, cost: i64, error: Option<&str>) {
        let status = if error.is_some() { "failed" } else { "finished" };
        let event = EndEvent { status, content, token_cost: cost, error };
        out.nameless_json(self.id(END), &event);
        out.json("close", self.id(END), &Nothing {});
    }
}

impl EventDialect for TaskEvents {
    fn open(&mut self, out: &mut EventWriter) {
        if self.seen.is_none() {
            out.json("open", self.id(0), &Nothing {});
        }
        match self.end.take() {
            None | Some(TaskState::Running) => {}
            Some(TaskState::Finished { content, cost }) => self.finish(out, &content, cost, None),
            Some(TaskState::Failed { content, cost, error }) => {
                self.finish(out, &content, cost, Some(error.text().in_language(self.language)));
            }
        }
    }

    fn encode(&mut self, event: &NumberedEvent, out: &mut EventWriter) {
        match &*event.event {
            RunEvent::Text(piece) => {
                self.content.push_str(piece);
                self.characters += piece.chars().count() as u64;
                self.is_unsaid |= self.seen.is_none_or(|seen| self.characters > seen);
            }
            RunEvent::TextTakenBack { bytes } => {
                let kept = self.content.len().saturating_sub(*bytes);
                self.content.truncate(kept);
                self.is_unsaid |= self.seen.is_none_or(|seen| self.characters >= seen);
            }
            RunEvent::Finished { usage, .. } => {
                self.is_unsaid = false;
                self.finish(out, &self.content, usage.cost, None);
            }
            RunEvent::Failed(failure) => {
                self.is_unsaid = false;
                let error = failure.error.text().in_language(self.language);
                self.finish(out, &self.content, failure.usage.cost, Some(error));
            }
            // Nothing else happens in a task.
            _ => {}
        }
    }

    fn flush(&mut self, out: &mut EventWriter) {
        if std::mem::take(&mut self.is_unsaid) {
            let event = RunningEvent { status: "running", content: &self.content };
            out.nameless_json(self.id(self.characters), &event);
        }
    }
}

/// What `open` and `close` carry: nothing.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NoData)]
pub(super) struct Nothing {}

#[derive(Serialize, ToSchema)]
#[schema(as = RunningEvent)]
pub(super) struct RunningEvent<'a> {
    /// `running`.
    #[schema(value_type = RunningWord)]
    status: &'static str,
    /// All of the text so far.
    content: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EndEvent)]
pub(super) struct EndEvent<'a> {
    /// `finished` or `failed`.
    #[schema(value_type = EndWord)]
    status: &'static str,
    /// All of the text.
    content: &'a str,
    token_cost: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}
