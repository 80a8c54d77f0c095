//! Keeps what an interpreter says while it says it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{AnswerEvent, EventSink, Stage};

/// Hands events on and keeps what the answer needs of them.
pub(crate) struct Recorder<'a> {
    events: &'a dyn EventSink,
    said: Mutex<Said>,
}

/// What was said so far.
#[derive(Default)]
struct Said {
    text: String,
    /// Whether the writing of SQL has been announced.
    generating: bool,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(events: &'a dyn EventSink) -> Self {
        Self { events, said: Mutex::default() }
    }

    /// The text so far.
    pub(crate) fn text(&self) -> String {
        self.said().text.clone()
    }

    /// Whether the writing of SQL has been announced.
    pub(super) fn said_generating(&self) -> bool {
        self.said().generating
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        // Text is whole after every push, so a panic elsewhere takes nothing from it.
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSink for Recorder<'_> {
    fn emit(&self, event: AnswerEvent) {
        match &event {
            AnswerEvent::Text(piece) => self.said().text.push_str(piece),
            AnswerEvent::Progress { stage: Stage::GeneratingSql, .. } => self.said().generating = true,
            _ => {}
        }
        self.events.emit(event);
    }
}
