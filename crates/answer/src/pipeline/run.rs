//! One question on its way through the pipeline.

use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;
use tracing::debug;
use wenshu_sources::{QueryResult, ReadOnlyQuery, Schema, SourceErrorKind, guard};

use super::recorder::Recorder;
use super::{Answer, FailedAnswer, Pipeline};
use crate::interpreter::Request;
use crate::{
    AnswerError, AnswerEvent, EventSink, FailedAttempt, Interpretation, Question, SqlDraft, Stage, chart,
};

/// A question, and what has come of it so far.
pub(super) struct Run<'a> {
    pipeline: &'a Pipeline,
    question: &'a Question,
    events: Recorder<'a>,
    cancel: &'a CancellationToken,
    answer: Answer,
    failed: Vec<FailedAttempt>,
}

/// What one attempt led to.
enum Attempt {
    /// Rows.
    Rows(SqlDraft, QueryResult),
    /// An answer without rows: a question back, or words.
    Said,
    /// SQL that another attempt may mend; the error when there is none.
    Failed(AnswerError),
}

impl<'a> Run<'a> {
    pub(super) fn new(
        pipeline: &'a Pipeline,
        question: &'a Question,
        events: &'a dyn EventSink,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            pipeline,
            question,
            events: Recorder::new(events),
            cancel,
            answer: Answer::default(),
            failed: Vec::new(),
        }
    }

    /// Goes the way to its end, and keeps what there was when it ends early.
    pub(super) async fn finish(mut self) -> Result<Answer, Box<FailedAnswer>> {
        let outcome = self.steps().await;
        match outcome {
            Ok(()) => Ok(self.answer),
            Err(mut error) => {
                if error.attempts.is_empty() {
                    error.attempts = self.failed;
                }
                Err(Box::new(FailedAnswer { error, partial: self.answer }))
            }
        }
    }

    async fn steps(&mut self) -> Result<(), AnswerError> {
        self.enter(Stage::Analyzing, None);
        let schema = self.schema().await?;
        let attempts = self.pipeline.interpreter.attempts().max(1);
        for attempt in 1..=attempts {
            if attempt > 1 {
                self.events.begin_paragraph();
                self.enter(Stage::Repairing, Some(attempt));
            }
            match self.attempt(attempt, &schema).await? {
                Attempt::Rows(draft, result) => return self.present(&schema, &draft, result).await,
                Attempt::Said => return Ok(()),
                Attempt::Failed(error) if attempt == attempts => return Err(error),
                Attempt::Failed(error) => debug!(attempt, kind = ?error_name(&error), "SQL is written anew"),
            }
        }
        Err(AnswerError::internal(self.question.language))
    }

    async fn schema(&self) -> Result<Arc<Schema>, AnswerError> {
        let schema = self.until_cancelled(self.pipeline.source.schema(false)).await?;
        schema.map_err(|error| self.source_error(error))
    }

    /// Interprets, guards and executes once.
    async fn attempt(&mut self, attempt: u32, schema: &Arc<Schema>) -> Result<Attempt, AnswerError> {
        let request = self.request(schema);
        let interpretation = self.until_cancelled(self.pipeline.interpreter.interpret(&request)).await??;
        let draft = match interpretation {
            Interpretation::Query(draft) => draft,
            Interpretation::Ambiguous(clarification) => {
                self.events.emit(AnswerEvent::Clarification(clarification.clone()));
                self.answer.clarification = Some(clarification);
                return Ok(Attempt::Said);
            }
            Interpretation::Words => return Ok(Attempt::Said),
            Interpretation::CutOff(sql) => {
                let reason = AnswerError::cut_off_reason(self.question.language);
                let error = AnswerError::cut_off(self.question.language);
                return Ok(self.unusable(sql, reason.to_owned(), error));
            }
            Interpretation::Nothing => {
                let error = AnswerError::no_reply(self.question.language);
                return Ok(self.unusable(String::new(), error.message.clone(), error));
            }
        };
        // An interpreter that takes its time says this itself, before it begins to write.
        if attempt == 1 && !self.events.has_announced_sql() {
            self.enter(Stage::GeneratingSql, Some(attempt));
        }
        let query = match guard::check(&draft.sql, self.pipeline.source.dialect()) {
            Ok(query) => query,
            Err(refusal) => {
                self.failed.push(FailedAttempt { sql: draft.sql, error: refusal.message.clone() });
                let error = AnswerError::refused(refusal, self.failed.clone(), self.question.language);
                return Ok(Attempt::Failed(error));
            }
        };
        self.answer.reading.clone_from(&draft.reading);
        self.execute(attempt, draft, &query).await
    }

    /// A reply that nothing can be made of but another attempt.
    fn unusable(&mut self, sql: String, reason: String, error: AnswerError) -> Attempt {
        self.failed.push(FailedAttempt { sql, error: reason });
        Attempt::Failed(AnswerError { attempts: self.failed.clone(), ..error })
    }

    async fn execute(
        &mut self,
        attempt: u32,
        draft: SqlDraft,
        query: &ReadOnlyQuery,
    ) -> Result<Attempt, AnswerError> {
        self.check_cancelled()?;
        let sql = query.sql();
        self.answer.sql = Some(sql.to_owned());
        self.events.emit(AnswerEvent::Sql { sql: sql.to_owned(), attempt });
        self.enter(Stage::Executing, None);
        // The source ends the query in the database itself when cancelled; dropping the future would not wait for that.
        let outcome = self.pipeline.source.query(query, &self.pipeline.limits, self.cancel).await;
        match outcome {
            Ok(result) => Ok(Attempt::Rows(draft, result)),
            Err(error) if matches!(error.kind(), SourceErrorKind::Execution | SourceErrorKind::Denied) => {
                self.failed.push(FailedAttempt { sql: sql.to_owned(), error: error.message().to_owned() });
                Ok(Attempt::Failed(self.source_error(error)))
            }
            Err(error) => Err(self.source_error(error)),
        }
    }

    /// Shows the rows, a chart and words.
    async fn present(
        &mut self,
        schema: &Arc<Schema>,
        draft: &SqlDraft,
        result: QueryResult,
    ) -> Result<(), AnswerError> {
        self.answer.execution_time = Some(result.elapsed);
        self.answer.result = Some(result.clone());
        let sql = self.answer.sql.clone().unwrap_or_default();
        self.events.emit(AnswerEvent::Rows { sql, result: result.clone() });
        // Choosing takes microseconds: no stage of its own is announced.
        if let Some(chart) = chart::choose(draft, &result) {
            self.answer.chart = Some(chart.clone());
            self.events.emit(AnswerEvent::Chart(chart));
        }
        self.check_cancelled()?;
        // Words that came before the SQL are a paragraph of their own.
        self.events.begin_paragraph();
        self.enter(Stage::Summarizing, None);
        let request = self.request(schema);
        let summary = self.pipeline.interpreter.summarize(&request, draft, &result, &self.events);
        self.until_cancelled(summary).await?
    }

    fn request(&self, schema: &Arc<Schema>) -> Request<'_> {
        Request {
            question: self.question,
            schema: Arc::clone(schema),
            terms: &self.pipeline.terms,
            relations: &self.pipeline.relations,
            source: &self.pipeline.source,
            failed: &self.failed,
            events: &self.events,
            cancel: self.cancel,
        }
    }

    fn enter(&self, stage: Stage, attempt: Option<u32>) {
        self.events.emit(AnswerEvent::Progress { stage, attempt });
    }

    fn source_error(&self, error: wenshu_sources::SourceError) -> AnswerError {
        let limit = self.pipeline.limits.time;
        AnswerError::source(error, self.failed.clone(), limit, self.question.language)
    }

    fn check_cancelled(&self) -> Result<(), AnswerError> {
        if self.cancel.is_cancelled() {
            return Err(AnswerError::cancelled(self.question.language));
        }
        Ok(())
    }

    /// Ends a step that doesn't end by itself when the answer is stopped. One that does says first what it held back.
    async fn until_cancelled<T>(&self, step: impl Future<Output = T>) -> Result<T, AnswerError> {
        self.check_cancelled()?;
        let mut step = pin!(step);
        let outcome = tokio::select! {
            biased;
            outcome = &mut step => Some(outcome),
            // It may have been asked before the stop came.
            () = self.cancel.cancelled() => step.now_or_never(),
        };
        outcome.ok_or_else(|| AnswerError::cancelled(self.question.language))
    }
}

/// The kind without its content, which may hold words of the question.
fn error_name(error: &AnswerError) -> &'static str {
    match error.kind {
        crate::AnswerErrorKind::NotUnderstood { .. } => "not understood",
        crate::AnswerErrorKind::Refused(_) => "refused",
        crate::AnswerErrorKind::Source(_) => "source",
        crate::AnswerErrorKind::Model(_) | crate::AnswerErrorKind::Prompt => "model",
        crate::AnswerErrorKind::Cancelled => "cancelled",
        crate::AnswerErrorKind::Internal => "internal",
    }
}
