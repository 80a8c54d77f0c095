//! Run events as this contract's stream: pieces of text and nothing else, but for a failure after the first byte.

use serde_json::json;
use wenshu_core::Language;
use wenshu_core::runs::{NumberedEvent, RunEvent};

use super::error::detail_of;
use crate::http::sse::{EventDialect, EventWriter};

/// The pieces of one answer.
#[derive(Clone, Copy, Debug)]
pub struct TextEvents {
    language: Language,
}

impl TextEvents {
    /// Pieces of an answer that was asked for in this language.
    pub fn new(language: Language) -> Self {
        Self { language }
    }
}

impl EventDialect for TextEvents {
    fn encode(&mut self, event: &NumberedEvent, out: &mut EventWriter) {
        match &*event.event {
            RunEvent::Text(piece) if !piece.is_empty() => out.text(None, piece),
            RunEvent::Failed(failure) => {
                out.json_without_id("error", &json!({"detail": detail_of(&failure.error, self.language)}));
            }
            // The end of the answer is the end of the stream, and what it was made of is for others.
            _ => {}
        }
    }
}
