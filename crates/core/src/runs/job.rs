//! What a run is to do: answer a question from data, write to a chat, or talk.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use wenshu_answer::{
    Answer, AnswerError, AnswerEvent, EventSink, FailedAnswer, Language, LanguageModel, Pipeline, Prompt,
    Question, chat, converse_with_tools,
};
use wenshu_store::{Connection, RunKind};

use super::Usage;
use super::repeating::Repeating;
use crate::connections::Connections;
use crate::tools::AnswerTools;

/// The work of one run.
pub(super) enum Job {
    /// A question about the data of a connection.
    Question {
        pipeline: Box<Pipeline>,
        question: Question,
        connections: Arc<Connections>,
        connection: Box<Connection>,
    },
    /// The next message, or the title, of a chat.
    Task(TaskJob),
    /// What a model says to what was said so far, with what its tools give; not paid for.
    Talk {
        model: Arc<dyn LanguageModel>,
        prompt: Prompt,
        tools: Option<Box<AnswerTools>>,
        /// What has to be said of figures of before, where they are said again.
        note: Option<&'static str>,
        language: Language,
    },
    /// These words, whatever was said.
    Words { words: String, language: Language },
}

/// A model that writes to a chat.
pub(super) struct TaskJob {
    /// Not [`RunKind::Question`].
    pub(super) kind: RunKind,
    /// None where there is only the built-in engine.
    pub(super) model: Option<Arc<dyn LanguageModel>>,
    pub(super) prompt: Prompt,
    pub(super) language: Language,
    /// Credits for each token.
    pub(super) multiplier: u32,
}

impl Job {
    /// The language of the answer and of what is said of it.
    pub(super) fn language(&self) -> Language {
        match self {
            Self::Question { question, .. } => question.language,
            Self::Task(task) => task.language,
            Self::Talk { language, .. } | Self::Words { language, .. } => *language,
        }
    }

    /// What it is kept as. Whatever isn't paid for is a question.
    pub(super) fn kind(&self) -> RunKind {
        match self {
            Self::Question { .. } | Self::Talk { .. } | Self::Words { .. } => RunKind::Question,
            Self::Task(task) => task.kind,
        }
    }

    /// What so much usage costs in credits; none for what isn't paid for.
    pub(super) fn cost(&self, usage: Usage) -> Option<i64> {
        let Self::Task(task) = self else { return None };
        Some(cost(usage.input_tokens.saturating_add(usage.output_tokens), task.multiplier))
    }

    /// Whether an answer is made of more than its words.
    pub(super) fn is_about_data(&self) -> bool {
        matches!(self, Self::Question { .. })
    }

    /// Whether it can't be done for want of a language model.
    pub(super) fn lacks_model(&self) -> bool {
        matches!(self, Self::Task(TaskJob { model: None, .. }))
    }

    /// Does it.
    pub(super) async fn answer(
        &self,
        events: &dyn EventSink,
        cancel: &CancellationToken,
    ) -> Result<Answer, Box<FailedAnswer>> {
        match self {
            Self::Question { pipeline, question, .. } => pipeline.answer(question, events, cancel).await,
            Self::Talk { model, prompt, tools, note, language } => {
                let (model, prompt) = (model.as_ref(), prompt.clone());
                let repeating = Repeating::new(events);
                let answered = match tools {
                    Some(tools) => {
                        let tools = tools.as_ref();
                        converse_with_tools(model, prompt, tools, *language, &repeating, cancel).await
                    }
                    None => chat::converse(model, prompt, *language, &repeating, cancel).await,
                };
                repeating.end(*note);
                answered
            }
            Self::Words { words, .. } => {
                events.emit(AnswerEvent::Text(words.clone()));
                Ok(Answer::default())
            }
            Self::Task(TaskJob { kind, model, prompt, language, .. }) => {
                let Some(model) = model.as_deref() else {
                    let error = AnswerError::internal(*language);
                    return Err(Box::new(FailedAnswer { error, partial: Answer::default() }));
                };
                let prompt = prompt.clone();
                if *kind == RunKind::Title {
                    chat::write_title(model, prompt, *language, events, cancel).await
                } else {
                    chat::converse(model, prompt, *language, events, cancel).await
                }
            }
        }
    }
}

/// What so many tokens cost in credits.
pub(super) fn cost(tokens: u64, multiplier: u32) -> i64 {
    i64::try_from(tokens.saturating_mul(multiplier.into())).unwrap_or(i64::MAX)
}
