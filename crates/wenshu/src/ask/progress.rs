//! The stages of an answer on standard error, while a person waits; and its words, until it is whole.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wenshu_answer::{AnswerEvent, EventSink};

use crate::texts::Texts;

/// How often the line moves.
const TICK: Duration = Duration::from_millis(80);

/// A line that says what is going on; on anything but a terminal it says nothing.
pub(super) struct Progress {
    bar: ProgressBar,
    pub(super) texts: Texts,
    words: Mutex<String>,
}

impl Progress {
    pub(super) fn start(texts: Texts) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self { bar, texts, words: Mutex::default() }
    }

    pub(super) fn show(&self, message: &'static str) {
        self.bar.set_message(message);
    }

    /// The words of the answer so far.
    pub(super) fn words(&self) -> String {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the line away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // An error must not be written behind a line that still moves.
        self.bar.finish_and_clear();
    }
}

impl EventSink for Progress {
    fn emit(&self, event: AnswerEvent) {
        match event {
            AnswerEvent::Progress { stage, .. } => {
                tracing::debug!(?stage, "entered a stage");
                self.show(self.texts.stage(stage));
            }
            AnswerEvent::Text(piece) => {
                self.words.lock().unwrap_or_else(PoisonError::into_inner).push_str(&piece);
            }
            AnswerEvent::TextTakenBack { bytes } => {
                let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
                let kept = words.len().saturating_sub(bytes);
                words.truncate(kept);
            }
            _ => {}
        }
    }
}
