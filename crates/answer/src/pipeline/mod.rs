//! The way from a question to an answer: link → interpret → guard → execute → (repair) → chart → summarize.

pub(crate) mod recorder;
mod run;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use wenshu_sources::{Limits, QueryResult, Source};

use crate::{AnswerError, Chart, Clarification, EventSink, Interpreter, Question, Relation, SemanticTerm};

/// Answers questions about one connection.
#[derive(Clone)]
pub struct Pipeline {
    /// Reads the question.
    pub interpreter: Arc<dyn Interpreter>,
    /// Is asked.
    pub source: Arc<dyn Source>,
    /// Business words of the connection.
    pub terms: Arc<[SemanticTerm]>,
    /// Tables of the connection that belong together beyond what keys say.
    pub relations: Arc<[Relation]>,
    /// Caps on every query.
    pub limits: Limits,
}

/// What came of a question; the same facts as the events said, for keeping. The words aren't among them: they can be long, and whoever
/// takes the events has them.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The statement that gave the rows; without rows, the last that ran.
    pub sql: Option<String>,
    /// The rows.
    pub result: Option<QueryResult>,
    /// The chart.
    pub chart: Option<Chart>,
    /// How the question was read.
    pub reading: Vec<String>,
    /// The question back, when there was one.
    pub clarification: Option<Clarification>,
    /// Time the database took.
    pub execution_time: Option<Duration>,
}

/// An answer that didn't come to its end: why, and what there was by then.
#[derive(Debug)]
pub struct FailedAnswer {
    /// Why it ended.
    pub error: AnswerError,
    /// What had come of the question by then, for keeping: SQL, rows and chart.
    pub partial: Answer,
}

impl fmt::Display for FailedAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl std::error::Error for FailedAnswer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl Pipeline {
    /// Answers the question, saying each step to `events`: stages, SQL, rows, chart, text, in this order.
    ///
    /// SQL that the guard refuses or the database can't run is handed back to the interpreter as often as that
    /// [wants](Interpreter::attempts). What no other SQL could mend (time limit, unreachable, busy) ends the answer.
    ///
    /// # Errors
    ///
    /// See [`AnswerErrorKind`](crate::AnswerErrorKind). What was said through `events` before stays said, and is in
    /// [`partial`](FailedAnswer::partial), but for words.
    pub async fn answer(
        &self,
        question: &Question,
        events: &dyn EventSink,
        cancel: &CancellationToken,
    ) -> Result<Answer, Box<FailedAnswer>> {
        run::Run::new(self, question, events, cancel).finish().await
    }
}
