//! Why there is no answer.

pub(crate) mod model_texts;
mod texts;

use std::fmt;
use std::time::Duration;

use wenshu_sources::{Refusal, SourceError, SourceErrorKind};

use crate::{Language, ModelError, ModelErrorKind};

/// A try that failed, kept for the next one and for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedAttempt {
    /// The SQL that was refused or failed.
    pub sql: String,
    /// What the guard or the database said.
    pub error: String,
}

/// Why there is no answer: a kind to act on, and words for a person in the asked language.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerError {
    /// What happened.
    pub kind: AnswerErrorKind,
    /// For a person: what happened, why, what to do.
    pub message: String,
    /// What was tried, oldest first.
    pub attempts: Vec<FailedAttempt>,
}

/// What happened, with what a caller needs of it.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerErrorKind {
    /// The question could not be read; what could is here.
    NotUnderstood {
        /// Parts that were understood, in words of the asked language.
        understood: Vec<String>,
        /// Parts of the question that were not.
        unknown: Vec<String>,
        /// Questions that this database can answer.
        suggestions: Vec<String>,
    },
    /// The guard refused the SQL.
    Refused(Refusal),
    /// The database failed.
    Source(SourceError),
    /// The language model failed.
    Model(ModelError),
    /// A customized prompt can't be filled in.
    Prompt,
    /// Stopped by its owner.
    Cancelled,
    /// A fault of ours.
    Internal,
}

impl AnswerError {
    /// The question could not be read.
    pub fn not_understood(
        understood: Vec<String>,
        unknown: Vec<String>,
        suggestions: Vec<String>,
        language: Language,
    ) -> Self {
        let message = texts::not_understood(&understood, &unknown, &suggestions, language);
        let kind = AnswerErrorKind::NotUnderstood { understood, unknown, suggestions };
        Self { kind, message, attempts: Vec::new() }
    }

    /// The guard refused the last of the attempts.
    pub fn refused(refusal: Refusal, attempts: Vec<FailedAttempt>, language: Language) -> Self {
        let message = texts::refused(&refusal, attempts.len(), language);
        Self { kind: AnswerErrorKind::Refused(refusal), message, attempts }
    }

    /// The database failed. `limit` is the time a query may take; a cancelled query is
    /// [`Cancelled`](AnswerErrorKind::Cancelled).
    pub fn source(
        error: SourceError,
        attempts: Vec<FailedAttempt>,
        limit: Duration,
        language: Language,
    ) -> Self {
        if error.kind() == SourceErrorKind::Cancelled {
            return Self { attempts, ..Self::cancelled(language) };
        }
        let message = texts::source(&error, attempts.len(), limit, language);
        Self { kind: AnswerErrorKind::Source(error), message, attempts }
    }

    /// A language model failed.
    pub fn model(error: ModelError, language: Language) -> Self {
        let message = model_texts::model(&error, language);
        Self { kind: AnswerErrorKind::Model(error), message, attempts: Vec::new() }
    }

    /// The same of a prompt that holds pictures: if it was refused, that is said of them.
    #[must_use]
    pub(crate) fn with_pictures(self, language: Language) -> Self {
        match &self.kind {
            AnswerErrorKind::Model(error)
                if matches!(
                    error.kind,
                    ModelErrorKind::Rejected | ModelErrorKind::TakesNoTools | ModelErrorKind::UnknownModel
                ) =>
            {
                Self { message: model_texts::pictures_refused(error, language), ..self }
            }
            _ => self,
        }
    }

    /// A language model said neither SQL nor words.
    pub fn no_reply(language: Language) -> Self {
        Self::model(ModelError::new(ModelErrorKind::Malformed, "neither SQL nor words"), language)
    }

    /// A language model reached the limit on the length of its reply before it had written the SQL.
    pub fn cut_off(language: Language) -> Self {
        Self::model(ModelError::new(ModelErrorKind::LengthLimit, "its length limit was reached"), language)
    }

    /// A language model called tools until it might call no more, and said nothing.
    pub fn too_many_calls(language: Language) -> Self {
        Self::model(ModelError::new(ModelErrorKind::Malformed, "it called tools without end"), language)
    }

    /// What the model is told of such an attempt, and the person.
    pub(crate) fn cut_off_reason(language: Language) -> &'static str {
        model_texts::cut_off(language)
    }

    /// A customized prompt can't be filled in.
    pub fn prompt(language: Language) -> Self {
        let message = model_texts::prompt(language).to_owned();
        Self { kind: AnswerErrorKind::Prompt, message, attempts: Vec::new() }
    }

    /// Its owner stopped it.
    pub fn cancelled(language: Language) -> Self {
        let message = texts::cancelled(language).to_owned();
        Self { kind: AnswerErrorKind::Cancelled, message, attempts: Vec::new() }
    }

    /// A fault of ours; what it was belongs into the log.
    pub fn internal(language: Language) -> Self {
        let message = texts::internal(language).to_owned();
        Self { kind: AnswerErrorKind::Internal, message, attempts: Vec::new() }
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for AnswerError {}
