//! Reads a reply to its end, whatever it is wanted for: the one place where a stop, a limit or a failure ends that, after which nothing
//! that came is left unsaid.

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::call::Call;
use super::language_model::{LanguageModel, ModelErrorKind, OwnForm, Prompt, ReplyPart, Unfinished};
use super::thinking::ThinkingFilter;
use crate::event::CallPurpose;
use crate::{AnswerError, AnswerErrorKind, AnswerEvent, EventSink, Language};

/// What is to be asked of a model, and for whom.
pub(super) struct Asking<'a> {
    pub(super) model: &'a dyn LanguageModel,
    pub(super) prompt: Prompt,
    pub(super) purpose: CallPurpose,
    pub(super) language: Language,
    pub(super) events: &'a dyn EventSink,
    pub(super) cancel: &'a CancellationToken,
}

/// Whether a prompt that offered tools was refused for them, so that the model is to be asked in words that need none.
pub(super) fn refuses_tools<T>(
    model: &dyn LanguageModel,
    offered: bool,
    outcome: &Result<T, AnswerError>,
) -> bool {
    // What it said may have been too much like what was asked to be kept for others.
    let is_refused = |error: &AnswerError| match &error.kind {
        AnswerErrorKind::Model(error) => error.kind == ModelErrorKind::TakesNoTools || !model.takes_tools(),
        _ => false,
    };
    offered && outcome.as_ref().is_err_and(is_refused)
}

/// Makes something of a reply.
pub(super) trait Reader: Send {
    /// Takes the next piece of text; gives back what is to be said of it now.
    fn push(&mut self, piece: &str) -> Spoken;

    /// Hears that thinking has come apart from the text.
    fn note_thinking(&mut self);

    /// Takes a call of a tool.
    fn call(&mut self, _name: &str, _arguments: &Value) {}

    /// Takes the reply as its provider wants it back.
    fn own_form(&mut self, _form: OwnForm) {}
}

/// What is to be said.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Spoken {
    /// So many of the last bytes that were said turned out to be none of the answer.
    pub(super) taken_back: usize,
    /// Words, which may be none.
    pub(super) words: String,
}

/// How a reply ended that ended in good order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It is whole.
    Whole,
    /// It reached the limit on its length.
    AtLimit,
}

impl Asking<'_> {
    /// Asks, and has the reader make something of the reply while it arrives. What the reader holds back at the end, however that
    /// came, is for the caller to say.
    ///
    /// # Errors
    ///
    /// What the model says, [`Cancelled`](crate::AnswerErrorKind::Cancelled).
    pub(super) async fn read(self, reader: &mut dyn Reader) -> Result<Ending, AnswerError> {
        let Self { model, prompt, purpose, language, events, cancel } = self;
        let failed = |error| AnswerError::model(error, language);
        let cancelled = || AnswerError::cancelled(language);
        let started = cancel.run_until_cancelled(Call::start(model, prompt, purpose, events)).await;
        let mut call = started.ok_or_else(cancelled)?.map_err(failed)?;
        let mut ending = Ending::Whole;
        let stopped = cancel.cancelled();
        tokio::pin!(stopped);
        loop {
            let part = tokio::select! {
                // First, since a reply that never pauses can be stopped too.
                biased;
                () = &mut stopped => return Err(cancelled()),
                part = call.next() => part.map_err(failed)?,
            };
            match part {
                Some(ReplyPart::Text(text)) => reader.push(&text).say(events),
                Some(ReplyPart::ToolCall { name, arguments }) => reader.call(&name, &arguments),
                Some(ReplyPart::OwnForm(form)) => reader.own_form(form),
                Some(ReplyPart::Thinking(_)) => reader.note_thinking(),
                Some(ReplyPart::Unfinished(Unfinished::Length)) => ending = Ending::AtLimit,
                // The call itself ends with an error then.
                Some(ReplyPart::Unfinished(Unfinished::Filtered) | ReplyPart::Usage(_)) => {}
                None => return Ok(ending),
            }
        }
    }
}

impl Spoken {
    /// Says it.
    pub(super) fn say(self, events: &dyn EventSink) {
        if self.taken_back > 0 {
            events.emit(AnswerEvent::TextTakenBack { bytes: self.taken_back });
        }
        say(events, self.words);
    }
}

/// Says words, unless there are none.
pub(super) fn say(events: &dyn EventSink, words: String) {
    if !words.is_empty() {
        events.emit(AnswerEvent::Text(words));
    }
}

/// Reads a reply of which all is to be said but its thinking.
#[derive(Debug, Default)]
pub(super) struct WordsReader {
    thinking: ThinkingFilter,
    told: usize,
    has_spoken: bool,
}

impl WordsReader {
    /// Ends the reply: what was held back, and whether anything but white space was said or is now.
    pub(super) fn finish(mut self) -> (String, bool) {
        let rest = self.thinking.finish();
        let has_spoken = self.has_spoken || !rest.trim_start().is_empty();
        (if has_spoken { rest } else { String::new() }, has_spoken)
    }
}

impl Reader for WordsReader {
    fn push(&mut self, piece: &str) -> Spoken {
        let words = self.thinking.push(piece);
        let mut taken_back = 0;
        if self.thinking.takes_back() {
            taken_back = std::mem::take(&mut self.told);
            self.has_spoken = false;
        }
        self.told += words.len();
        self.has_spoken |= !words.trim_start().is_empty();
        Spoken { taken_back, words }
    }

    fn note_thinking(&mut self) {
        self.thinking.note_thinking();
    }
}
