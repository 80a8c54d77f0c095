//! What a run does: answer, keep the answer, say that it is kept.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::oneshot;
use uuid::Uuid;
use wenshu_answer::{Answer, AnswerErrorKind, AnswerEvent, FailedAnswer, Pipeline, Question};
use wenshu_sources::SourceErrorKind;
use wenshu_store::{
    Connection, FinishedRun, MessageStatus, NewMessage, NewRun, RunStatus, Store, StoreError,
};

use super::active::{Control, Pass, StopReason};
use super::bus::{Bus, LogSubject, RunLog};
use super::{AnswerRecord, ResultTable, RunEvent, RunFailure, RunHandle, Usage, failure, handle};
use crate::clock::Clock;
use crate::connections::Connections;
use crate::{AppError, ErrorKind, Text};

/// The most bytes of events that one run may say.
const RUN_BYTES: usize = 96 * 1024 * 1024;

/// How long keeping an answer is tried again while the store can't be reached.
const KEEPING_RETRIES: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_secs(2), Duration::from_secs(5)];

/// One run with all it needs.
pub(super) struct Work {
    pub(super) run: Uuid,
    pub(super) request: u64,
    pub(super) pipeline: Pipeline,
    pub(super) question: Question,
    pub(super) active: Pass,
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) connections: Arc<Connections>,
    pub(super) connection: Connection,
    pub(super) bus: Arc<Bus>,
    pub(super) time: Duration,
}

/// How answering went.
enum Outcome {
    Answered(Answer),
    Failed { error: AppError, status: RunStatus, partial: Answer },
}

impl Work {
    /// Stores the question, says so, and does the rest. Ends with the last event, whatever happens.
    pub(super) async fn carry_out(
        mut self,
        new: NewRun,
        begun: oneshot::Sender<Result<RunHandle, AppError>>,
    ) {
        let owner = new.owner;
        let log = match self.store.begin_run(new).await {
            Ok(stored) => {
                self.active.belongs_to(stored.conversation);
                self.bus.open(LogSubject {
                    run: self.run,
                    owner,
                    conversation: stored.conversation,
                    conversation_number: stored.conversation_number,
                    language: self.question.language,
                    request: self.request,
                })
            }
            Err(error) => {
                // Whoever asked may have gone; there is nothing to undo then.
                let _ = begun.send(Err(not_begun(error)));
                return;
            }
        };
        let _ = begun.send(Ok(handle(&log, 0)));

        let table = Arc::new(Mutex::new(None));
        let outcome = self.answer(&log, &table).await;
        let table = table.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (status, last) = self.keep(outcome, table).await;
        metrics::counter!("wenshu_runs_total", "status" => status_name(status)).increment(1);
        // A reader who has seen the end may ask again at once, so the conversation is free before.
        drop(self.active);
        log.append(last);
        self.bus.close(&log, self.clock.now());
    }

    async fn answer(&self, log: &Arc<RunLog>, table: &Arc<Mutex<Option<ResultTable>>>) -> Outcome {
        let control = &self.active.control;
        let sink = {
            let (log, control, table) = (Arc::clone(log), Arc::clone(control), Arc::clone(table));
            move |event| say(event, &log, &control, &table)
        };
        let answering =
            AssertUnwindSafe(self.pipeline.answer(&self.question, &sink, &control.cancel)).catch_unwind();
        tokio::pin!(answering);
        let answered = tokio::select! {
            answered = &mut answering => answered,
            () = tokio::time::sleep(self.time) => {
                control.stop(StopReason::TimeLimit);
                // It ends soon now, and what there was by then is kept.
                answering.await
            }
        };
        match answered {
            Ok(Ok(answer)) => {
                self.connections.note_reached(&self.connection, true).await;
                Outcome::Answered(answer)
            }
            Ok(Err(failed)) => self.failed(*failed).await,
            Err(panic) => Outcome::Failed {
                error: failure::of_panic(panic.as_ref()),
                status: RunStatus::Failed,
                partial: Answer::default(),
            },
        }
    }

    async fn failed(&self, failed: FailedAnswer) -> Outcome {
        let unreachable = matches!(
            &failed.error.kind,
            AnswerErrorKind::Source(source) if source.kind() == SourceErrorKind::Unreachable
        );
        if unreachable {
            self.connections.note_reached(&self.connection, false).await;
        }
        let cancelled = match &failed.error.kind {
            AnswerErrorKind::Cancelled => true,
            AnswerErrorKind::Source(source) => source.kind() == SourceErrorKind::Cancelled,
            _ => false,
        };
        let stopped = self.active.control.reason().filter(|_| cancelled);
        let (error, status) = match stopped {
            Some(reason) => failure::of_stop(reason),
            None => (failure::of_answer(&failed), RunStatus::Failed),
        };
        Outcome::Failed { error, status, partial: failed.partial }
    }

    /// Keeps the answer with its conversation and answers how the run stands and the last event.
    async fn keep(&self, outcome: Outcome, table: Option<ResultTable>) -> (RunStatus, RunEvent) {
        let usage = Usage::default();
        let message = self.clock.new_id();
        let (mut status, mut error, answer) = match outcome {
            Outcome::Answered(answer) => (RunStatus::Finished, None, answer),
            Outcome::Failed { error, status, partial } => (status, Some(error), partial),
        };
        let mut record = AnswerRecord::of(&answer, table);
        record.error = error.as_ref().map(|error| failure::shown(error, self.question.language));
        let message_status = if error.is_none() { MessageStatus::Complete } else { MessageStatus::Partial };
        let metadata = record.to_json().inspect_err(|error| {
            tracing::error!(run.id = %self.run, error = %error, "what an answer was made of can't be stored");
        });
        let finished = FinishedRun {
            id: self.run,
            status,
            error_code: error.as_ref().map(|error| error.code().to_owned()),
            message: Some(NewMessage {
                id: message,
                content: answer.text,
                status: message_status,
                metadata: metadata.ok(),
            }),
            input_tokens: 0,
            output_tokens: 0,
            finished_at: self.clock.now(),
        };
        let kept = self.finish(finished).await;
        if let Err(store_error) = &kept {
            tracing::error!(run.id = %self.run, error = %store_error, "an answer could not be stored");
            status = RunStatus::Failed;
        }
        if let Err(store_error) = kept
            && error.is_none()
        {
            error = Some(store_error.into());
            return (status, failed(error, None));
        }
        if let Some(error) = &error {
            self.log_failure(error);
        }
        match error {
            None => (status, RunEvent::Finished { message, usage }),
            error => (status, failed(error, Some(message))),
        }
    }

    /// Says once that the run failed and why: its code, and a cause where that is no row and no question.
    fn log_failure(&self, error: &AppError) {
        let (run, code) = (self.run, error.code());
        let cause = error.source_error().map(|cause| format!("{cause:#}"));
        if error.kind() == ErrorKind::Internal {
            tracing::error!(run.id = %run, code, cause, "a run failed");
        } else {
            tracing::info!(run.id = %run, code, cause, "a run failed");
        }
    }

    /// Stores the end of the run; a store that can't be reached for a moment doesn't cost the answer.
    async fn finish(&self, finished: FinishedRun) -> Result<(), StoreError> {
        for wait in KEEPING_RETRIES {
            match self.store.finish_run(finished.clone()).await {
                Err(StoreError::Unavailable(_)) => tokio::time::sleep(wait).await,
                kept => return kept,
            }
        }
        self.store.finish_run(finished).await
    }
}

/// Why a run was not begun.
fn not_begun(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::not_found("对话", "Conversation"),
        StoreError::Conflict { .. } => AppError::new(
            ErrorKind::Conflict,
            "still_answering",
            Text::new(
                "此对话仍在回答上一个问题，请等待或先停止",
                "This conversation is still answering the last question; wait for it, or stop it",
            ),
        ),
        error => error.into(),
    }
}

fn failed(error: Option<AppError>, message: Option<Uuid>) -> RunEvent {
    let error = error.unwrap_or_else(|| AppError::internal(anyhow::anyhow!("a failure without an error")));
    RunEvent::Failed(RunFailure { error, message })
}

/// Turns what the pipeline says into the run's events.
fn say(event: AnswerEvent, log: &RunLog, control: &Control, table: &Mutex<Option<ResultTable>>) {
    let event = match event {
        AnswerEvent::Progress { stage, attempt } => RunEvent::Progress { stage, attempt },
        AnswerEvent::Sql { sql, attempt } => RunEvent::Sql { sql, attempt },
        AnswerEvent::Rows { sql, result } => match ResultTable::encode(&result) {
            Ok(encoded) => {
                *table.lock().unwrap_or_else(PoisonError::into_inner) = Some(encoded.clone());
                RunEvent::Rows { sql, table: encoded }
            }
            Err(error) => {
                tracing::error!(error = ?error.source_error(), "a result can't be written as JSON");
                control.stop(StopReason::TooMuch);
                return;
            }
        },
        AnswerEvent::Chart(chart) => RunEvent::Chart(chart),
        AnswerEvent::Text(text) => RunEvent::Text(text),
        AnswerEvent::Clarification(clarification) => RunEvent::Clarification(clarification),
    };
    if log.append(event) > RUN_BYTES {
        control.stop(StopReason::TooMuch);
    }
}

fn status_name(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "running",
        RunStatus::Finished => "finished",
        RunStatus::Failed => "failed",
        RunStatus::Cancelled => "cancelled",
        RunStatus::Interrupted => "interrupted",
    }
}
