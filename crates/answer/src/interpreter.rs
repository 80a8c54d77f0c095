//! The first half of the pipeline: from words to SQL.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use wenshu_sources::{QueryResult, Schema, Source};

use crate::{AnswerError, EventSink, FailedAttempt, Question, Relation, SemanticTerm};

/// Turns a question about a database into SQL, and afterwards the rows into words.
#[async_trait]
pub trait Interpreter: Send + Sync {
    /// Reads the question. Called again with what failed when the guard or the database refused the SQL.
    ///
    /// # Errors
    ///
    /// [`NotUnderstood`](crate::AnswerErrorKind::NotUnderstood) with what was understood; failures of a source or a model.
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError>;

    /// Puts the rows into words, piece by piece, as [`AnswerEvent::Text`](crate::AnswerEvent::Text).
    ///
    /// # Errors
    ///
    /// Failures of a model.
    async fn summarize(
        &self,
        request: &Request<'_>,
        draft: &SqlDraft,
        result: &QueryResult,
        events: &dyn EventSink,
    ) -> Result<(), AnswerError>;

    /// What a conversation is called that begins with this question and answer; none where the beginning of the question is as
    /// good. What a model takes for it is said through the event sink.
    ///
    /// # Errors
    ///
    /// Failures of a model.
    async fn title(
        &self,
        question: &Question,
        answer: &str,
        events: &dyn EventSink,
    ) -> Result<Option<String>, AnswerError> {
        let _ = (question, answer, events);
        Ok(None)
    }

    /// How often SQL that failed may be written anew: 1 means once and never again.
    fn attempts(&self) -> u32 {
        1
    }
}

/// Everything an interpreter may look at.
pub struct Request<'a> {
    /// The question.
    pub question: &'a Question,
    /// What the database holds.
    pub schema: Arc<Schema>,
    /// Business words of this connection.
    pub terms: &'a [SemanticTerm],
    /// Tables of this connection that belong together beyond what keys say.
    pub relations: &'a [Relation],
    /// The database, for looking up stored values.
    pub source: &'a Arc<dyn Source>,
    /// What was tried before for this question, oldest first.
    pub failed: &'a [FailedAttempt],
    /// Where stages are said.
    pub events: &'a dyn EventSink,
    /// Ends the work. Whoever says words while it works takes notice of it, so that none is held back that came before; other work may
    /// leave it to whoever waits.
    pub cancel: &'a CancellationToken,
}

/// What a question was read as.
#[derive(Clone, Debug, PartialEq)]
pub enum Interpretation {
    /// A query.
    Query(SqlDraft),
    /// Two readings, neither clearly likelier.
    Ambiguous(Clarification),
    /// Words, already said through the event sink: the question isn't about data.
    Words,
    /// Half a query, since the reply reached the limit on its length: what there is of it. Asked for something shorter, a model may
    /// come to the end.
    CutOff(String),
    /// Neither a query nor words: a model that said nothing of use. Asked again, it may.
    Nothing,
}

/// SQL before the guard, with how the question was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SqlDraft {
    /// One statement in the source's dialect.
    pub sql: String,
    /// A short title for the result, in the asked language: `上月各城市的销售额`.
    pub title: String,
    /// How the question was read, one line each, in the asked language: measure, grouping, filters with resolved dates.
    pub reading: Vec<String>,
    /// Result columns that are measures, by name; the others are what they are broken down by.
    pub measures: Vec<String>,
    /// Whether the measure of each row is a part of one whole.
    pub is_share: bool,
}

/// A question back to the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clarification {
    /// What is unclear, in the asked language.
    pub message: String,
    /// Readings to choose from: label and the question that means it.
    pub options: Vec<ClarificationOption>,
}

/// One reading to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClarificationOption {
    /// Short label.
    pub label: String,
    /// A question that has this reading only.
    pub query: String,
}
