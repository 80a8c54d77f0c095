//! Notes of what an interpreter says while it says it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{AnswerEvent, EventSink, Stage};

/// Hands events on and keeps what the rest of the way depends on. The text itself is kept by whoever takes the events.
pub(crate) struct Recorder<'a> {
    events: &'a dyn EventSink,
    has_words: AtomicBool,
    has_announced_sql: AtomicBool,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(events: &'a dyn EventSink) -> Self {
        Self { events, has_words: AtomicBool::new(false), has_announced_sql: AtomicBool::new(false) }
    }

    /// Whether anything but white space has been written.
    pub(crate) fn has_words(&self) -> bool {
        self.has_words.load(Ordering::Relaxed)
    }

    /// Whether the writing of SQL has been announced.
    pub(crate) fn has_announced_sql(&self) -> bool {
        self.has_announced_sql.load(Ordering::Relaxed)
    }
}

impl EventSink for Recorder<'_> {
    fn emit(&self, event: AnswerEvent) {
        match &event {
            AnswerEvent::Text(piece) if !piece.trim_start().is_empty() => {
                self.has_words.store(true, Ordering::Relaxed);
            }
            AnswerEvent::Progress { stage: Stage::GeneratingSql, .. } => {
                self.has_announced_sql.store(true, Ordering::Relaxed);
            }
            _ => {}
        }
        self.events.emit(event);
    }
}
