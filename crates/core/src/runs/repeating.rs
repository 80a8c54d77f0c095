//! Quotes that were made up, said again: an answer that looks nothing up may have its figures from what was said before, and then says of
//! them what the answer said that read them.

use std::sync::{Mutex, PoisonError};

use wenshu_answer::{AnswerEvent, EventSink, Language, ToolStatus, made_up_quotes, made_up_quotes_earlier};
use wenshu_store::{ChatMessage, MessageRole};

/// What has to be said of what was said before, which was about quotes that were made up; nothing where it wasn't. That it was said again
/// is no reason to say it for ever.
pub(super) fn note_of(said: &[ChatMessage], language: Language) -> Option<&'static str> {
    let notes = [Language::Zh, Language::En].map(made_up_quotes);
    let is_noted = said.iter().any(|message| {
        message.role == MessageRole::Assistant && notes.iter().any(|note| message.content.contains(note))
    });
    is_noted.then(|| made_up_quotes_earlier(language))
}

/// Hands events on, and keeps whether there are figures in what is said that no tool has given.
pub(super) struct Repeating<'a> {
    events: &'a dyn EventSink,
    said: Mutex<Said>,
}

#[derive(Default)]
struct Said {
    /// Whether there is a figure, in what was taken back too: a talk can't take anything back from whoever reads it.
    has_figure: bool,
    /// Whether a tool has given something.
    has_called: bool,
}

impl<'a> Repeating<'a> {
    pub(super) fn new(events: &'a dyn EventSink) -> Self {
        Self { events, said: Mutex::default() }
    }

    /// Says this at the end of what has figures without a call: of what tools give they say themselves what has to be said.
    pub(super) fn end(self, note: Option<&str>) {
        let Said { has_figure, has_called } = self.said.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(note) = note.filter(|_| has_figure && !has_called) {
            self.events.emit(AnswerEvent::Text(format!("\n\n{note}")));
        }
    }
}

impl EventSink for Repeating<'_> {
    fn emit(&self, event: AnswerEvent) {
        {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            match &event {
                AnswerEvent::Text(piece) => said.has_figure |= piece.contains(char::is_numeric),
                AnswerEvent::Tool(call) => said.has_called |= call.status == ToolStatus::Ok,
                _ => {}
            }
        }
        self.events.emit(event);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use wenshu_answer::ToolCall;

    use super::*;

    fn said(events: Vec<AnswerEvent>) -> String {
        let text = Mutex::new(String::new());
        let keep = |event: AnswerEvent| {
            let mut text = text.lock().unwrap();
            match event {
                AnswerEvent::Text(piece) => text.push_str(&piece),
                // As talks do.
                AnswerEvent::TextTakenBack { .. } => text.push_str("\n\n"),
                _ => {}
            }
        };
        let repeating = Repeating::new(&keep);
        for event in events {
            repeating.emit(event);
        }
        repeating.end(Some("(made up)"));
        text.into_inner().unwrap()
    }

    #[test]
    fn figures_without_a_call_are_noted_and_nothing_else() {
        let text = |words: &str| AnswerEvent::Text(words.to_owned());
        let call = |status| {
            AnswerEvent::Tool(ToolCall {
                number: 1,
                name: "multiply".to_owned(),
                arguments: Value::Null,
                status,
            })
        };
        for (events, expected) in [
            (vec![text("就是"), text("刚才的 1660.51。")], "就是刚才的 1660.51。\n\n(made up)"),
            (vec![text("不客气。")], "不客气。"),
            (vec![call(ToolStatus::Running), call(ToolStatus::Ok), text("42")], "42"),
            (
                vec![call(ToolStatus::Running), call(ToolStatus::Error), text("是 1660.51")],
                "是 1660.51\n\n(made up)",
            ),
            (
                vec![text("是 1660.51"), AnswerEvent::TextTakenBack { bytes: 11 }, text("不客气")],
                "是 1660.51\n\n不客气\n\n(made up)",
            ),
            (vec![], ""),
        ] {
            assert_eq!(said(events), expected);
        }
    }
}
