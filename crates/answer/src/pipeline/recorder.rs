//! Notes of what an interpreter says while it says it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::{AnswerEvent, EventSink, Stage};

/// Hands events on and keeps what the rest of the way depends on. The text itself is kept by whoever takes the events.
pub(crate) struct Recorder<'a> {
    events: &'a dyn EventSink,
    /// How many bytes of text there are, and up to where they are known to be white space.
    written: AtomicUsize,
    blank: AtomicUsize,
    has_announced_sql: AtomicBool,
    /// Whether the next words don't belong to those before.
    is_paragraph: AtomicBool,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(events: &'a dyn EventSink) -> Self {
        Self {
            events,
            written: AtomicUsize::new(0),
            blank: AtomicUsize::new(0),
            has_announced_sql: AtomicBool::new(false),
            is_paragraph: AtomicBool::new(false),
        }
    }

    /// Whether anything but white space has been written.
    pub(crate) fn has_words(&self) -> bool {
        self.written.load(Ordering::Relaxed) > self.blank.load(Ordering::Relaxed)
    }

    /// Sets the next words apart from those before, if there are any.
    pub(crate) fn begin_paragraph(&self) {
        self.is_paragraph.store(self.has_words(), Ordering::Relaxed);
    }

    /// Whether the writing of SQL has been announced.
    pub(crate) fn has_announced_sql(&self) -> bool {
        self.has_announced_sql.load(Ordering::Relaxed)
    }
}

impl EventSink for Recorder<'_> {
    fn emit(&self, event: AnswerEvent) {
        match &event {
            AnswerEvent::Text(piece) => {
                if !piece.is_empty() && self.is_paragraph.swap(false, Ordering::Relaxed) {
                    self.emit(AnswerEvent::Text("\n\n".to_owned()));
                }
                let before = self.written.fetch_add(piece.len(), Ordering::Relaxed);
                if piece.trim_start().is_empty() && self.blank.load(Ordering::Relaxed) == before {
                    self.blank.store(before + piece.len(), Ordering::Relaxed);
                }
            }
            AnswerEvent::TextTakenBack { bytes } => {
                let left = self.written.load(Ordering::Relaxed).saturating_sub(*bytes);
                self.written.store(left, Ordering::Relaxed);
                self.blank.fetch_min(left, Ordering::Relaxed);
            }
            AnswerEvent::Progress { stage: Stage::GeneratingSql, .. } => {
                self.has_announced_sql.store(true, Ordering::Relaxed);
            }
            _ => {}
        }
        self.events.emit(event);
    }
}
