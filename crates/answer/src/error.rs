//! Why there is no answer.

use std::fmt;

use wenshu_sources::{Refusal, SourceError};

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
    /// Stopped by its owner.
    Cancelled,
    /// A fault of ours.
    Internal,
}

impl fmt::Display for AnswerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for AnswerError {}
