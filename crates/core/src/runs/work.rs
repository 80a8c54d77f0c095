//! What a run does: answer, keep the answer, say that it is kept.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use wenshu_answer::{Answer, AnswerErrorKind, AnswerEvent, FailedAnswer, ModelErrorKind};
use wenshu_sources::SourceErrorKind;
use wenshu_store::{
    BegunRun, Checkpoint, FinishedRun, FinishedTask, MessageStatus, Model, NewMessage, NewRun, NewTask,
    RunKind, RunStatus, Store, StoreError,
};

use super::active::{Control, Pass, StopReason};
use super::bus::{Bus, LogSubject, RunLog};
use super::job::Job;
use super::lines::LineEnds;
use super::shown::Shown;
use super::spending::Spending;
use super::titles::{FirstAnswer, Untitled};
use super::unkept::Unkept;
use super::{AnswerRecord, ResultTable, RunEvent, RunFailure, RunHandle, Usage, failure, handle};
use crate::clock::Clock;
use crate::models::Models;
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
    pub(super) job: Job,
    pub(super) active: Pass,
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) bus: Arc<Bus>,
    pub(super) unkept: Arc<Unkept>,
    /// What the model is counted under.
    pub(super) model_label: String,
    /// The model that answers, where it is somebody's own, and who knows of it.
    pub(super) stored_model: Option<(Arc<Models>, Box<Model>)>,
    /// Whether it is for readers who know words alone, in lines, and messages by their numbers.
    pub(super) is_plain: bool,
    /// The conversation, where it is new and may get a title.
    pub(super) untitled: Option<Untitled>,
    pub(super) time: Duration,
    pub(super) checkpoint_every: Duration,
    /// The server is stopping.
    pub(super) closing: CancellationToken,
}

/// What is stored before a run does anything.
pub(super) enum Beginning {
    Question(NewRun),
    Task(NewTask),
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
        new: Beginning,
        begun: oneshot::Sender<Result<RunHandle, AppError>>,
    ) {
        let owner = match &new {
            Beginning::Question(new) => new.owner,
            Beginning::Task(new) => new.owner,
        };
        let untitled = self.untitled.take();
        // Beginning and keeping are large futures and short: on the heap while they are, so that a run that answers for minutes, with
        // thousands of others, doesn't have room for them.
        let log = match Box::pin(self.begin(new)).await {
            Ok(stored) => {
                self.active.belongs_to(stored.conversation);
                self.bus.open(LogSubject {
                    run: self.run,
                    owner,
                    conversation: stored.conversation,
                    conversation_number: stored.conversation_number,
                    language: self.job.language(),
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

        let shown = Mutex::new(Shown::default());
        let spending = Spending::default();
        let outcome = self.answer(&log, &shown, &spending).await;
        let shown = shown.into_inner().unwrap_or_else(PoisonError::into_inner);
        // What a stop could end is over; what follows is not to be lost to one.
        self.active.cannot_be_stopped();
        let keeping = Box::pin(self.keep(owner, outcome, log.text(), shown, spending.usage()));
        let (status, last) = AssertUnwindSafe(keeping).catch_unwind().await.unwrap_or_else(|_panic| {
            (RunStatus::Failed, failed(Some(failure::of_panic()), None, Usage::default()))
        });
        metrics::counter!("wenshu_runs_total", "status" => status_name(status)).increment(1);
        // A reader who has seen the end may ask again at once, so the conversation is free before.
        drop(self.active);
        log.append(last);
        self.bus.close(&log, self.clock.now());
        if let (RunStatus::Finished, Some(untitled), Job::Question { pipeline, question, .. }) =
            (status, untitled, &self.job)
        {
            let answer = FirstAnswer {
                owner,
                run: self.run,
                conversation: log.subject.conversation,
                question,
                text: &log.text(),
                model_label: &self.model_label,
            };
            Box::pin(untitled.name(&pipeline.interpreter, &self.store, answer)).await;
        }
    }

    async fn begin(&self, new: Beginning) -> Result<BegunRun, StoreError> {
        match new {
            Beginning::Question(new) => self.store.begin_run(new).await,
            Beginning::Task(new) => self.store.begin_task(new).await,
        }
    }

    async fn answer(&self, log: &Arc<RunLog>, shown: &Mutex<Shown>, spending: &Spending) -> Outcome {
        let control = &self.active.control;
        if self.job.lacks_model() {
            let (error, partial) = (failure::no_model(), Answer::default());
            return Outcome::Failed { error, status: RunStatus::Failed, partial };
        }
        let lines = Mutex::new(LineEnds::default());
        let sink = |event| {
            let event = match event {
                // What such a reader has can't be taken back, and what is kept is what it has: a paragraph of its own.
                AnswerEvent::TextTakenBack { .. } if self.is_plain => AnswerEvent::Text("\n\n".to_owned()),
                event => event,
            };
            let event = match event {
                AnswerEvent::Text(piece) if self.is_plain => {
                    let piece = lines.lock().unwrap_or_else(PoisonError::into_inner).put(piece);
                    if piece.is_empty() {
                        return;
                    }
                    AnswerEvent::Text(piece)
                }
                event => event,
            };
            match &event {
                AnswerEvent::ModelTaking(usage) => spending.note(*usage),
                AnswerEvent::ModelCalled(call) => spending.add(call, &self.model_label),
                _ => {}
            }
            say(event, log, control, shown);
        };
        let answering = AssertUnwindSafe(self.job.answer(&sink, &control.cancel)).catch_unwind();
        tokio::pin!(answering);
        let answered = tokio::select! {
            answered = &mut answering => answered,
            () = self.keep_checkpoints(log, shown, spending) => answering.await,
            () = tokio::time::sleep(self.time) => {
                control.stop(StopReason::TimeLimit);
                // It ends soon now, and what there was by then is kept.
                answering.await
            }
        };
        match answered {
            Ok(Ok(answer)) => {
                self.note_reached(true).await;
                self.note_model(true).await;
                Outcome::Answered(answer)
            }
            Ok(Err(failed)) => self.failed(*failed).await,
            Err(_panic) => Outcome::Failed {
                error: failure::of_panic(),
                status: RunStatus::Failed,
                partial: Answer::default(),
            },
        }
    }

    /// Remembers whether the database that is asked could be reached.
    async fn note_reached(&self, is_reached: bool) {
        if let Job::Question { connections, connection, .. } = &self.job {
            connections.note_reached(connection, is_reached).await;
        }
    }

    /// Keeps whether a model of somebody's own answered, for the list.
    async fn note_model(&self, answered: bool) {
        if let Some((models, model)) = &self.stored_model {
            models.note_reached(model, answered).await;
        }
    }

    /// Keeps the text, what was shown besides and what it took now and then while they grow, for as long as this is polled.
    async fn keep_checkpoints(&self, log: &RunLog, shown: &Mutex<Shown>, spending: &Spending) {
        let mut kept = (0, Usage::default(), 0);
        let is_paid_for = self.job.kind() != RunKind::Question;
        let mut is_closing = false;
        let called = shown.lock().unwrap_or_else(PoisonError::into_inner).called();
        loop {
            tokio::select! {
                () = tokio::time::sleep(self.checkpoint_every) => {}
                // What a call does isn't undone when this process ends.
                () = called.notified() => {}
                // What is paid for is known from its beginning.
                () = spending.begun(), if is_paid_for => {}
                // Soon there may be no time for it.
                () = self.closing.cancelled(), if !is_closing => is_closing = true,
            }
            let (changes, record) = {
                let shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                let changes = shown.changes();
                // It may hold all rows, and changes seldom.
                (changes, (changes != kept.2).then(|| shown.record(&Answer::default())))
            };
            let reached = (log.text_length(), spending.usage(), changes);
            if reached == kept {
                continue;
            }
            let usage = reached.1;
            let checkpoint = Checkpoint {
                partial: log.text(),
                metadata: record.and_then(|record| self.as_metadata(&record)),
                input_tokens: stored(usage.input_tokens),
                output_tokens: stored(usage.output_tokens),
                usage_estimated: usage.is_estimated,
                cost: self.job.cost(usage),
                at: self.clock.now(),
            };
            match Box::pin(self.store.checkpoint_run(self.run, checkpoint)).await {
                Ok(()) => kept = reached,
                // The next one holds this one's text too; the end of the run is stored with more patience.
                Err(error) => tracing::warn!(run.id = %self.run, %error, "a checkpoint could not be stored"),
            }
        }
    }

    async fn failed(&self, failed: FailedAnswer) -> Outcome {
        let unreachable = matches!(
            &failed.error.kind,
            AnswerErrorKind::Source(source) if source.kind() == SourceErrorKind::Unreachable
        );
        if unreachable {
            self.note_reached(false).await;
        }
        if let AnswerErrorKind::Model(error) = &failed.error.kind
            && is_unavailable(error.kind)
        {
            self.note_model(false).await;
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
    async fn keep(
        &self,
        owner: Uuid,
        outcome: Outcome,
        text: String,
        shown: Shown,
        usage: Usage,
    ) -> (RunStatus, RunEvent) {
        let cost = self.job.cost(usage);
        let usage = Usage { cost: cost.unwrap_or(0), ..usage };
        let failed = |error, message| failed(error, message, usage);
        let (mut status, mut error, answer) = match outcome {
            Outcome::Answered(answer) => (RunStatus::Finished, None, answer),
            Outcome::Failed { error, status, partial } => (status, Some(error), partial),
        };
        let is_title = self.job.kind() == RunKind::Title;
        let title = (is_title && error.is_none()).then(|| text.clone());
        let task = cost.map(|cost| FinishedTask {
            cost: Some(cost),
            title,
            written: text.clone(),
            error_message: error.as_ref().map(|error| failure::shown(error, self.job.language()).message),
        });
        let message = self.message(&answer, text, &shown, error.as_ref());
        let message_id = message.as_ref().map(|message| message.id);
        let finished = FinishedRun {
            id: self.run,
            status,
            error_code: error.as_ref().map(|error| error.code().to_owned()),
            message,
            input_tokens: stored(usage.input_tokens),
            output_tokens: stored(usage.output_tokens),
            usage_estimated: usage.is_estimated,
            task,
            finished_at: self.clock.now(),
        };
        match self.finish(finished).await {
            Ok(true) => {}
            Ok(false) => {
                let (error, status) = failure::of_stop(self.why_ended_elsewhere(owner).await);
                let usage = Usage { cost: self.booked(usage.cost).await, ..usage };
                return (status, self::failed(Some(error), None, usage));
            }
            Err(store_error) => {
                tracing::error!(run.id = %self.run, error = %store_error, "an answer could not be stored yet");
                status = RunStatus::Failed;
                if error.is_none() {
                    error = Some(store_error.into());
                    return (status, failed(error, None));
                }
            }
        }
        if let Some(error) = &error {
            self.log_failure(error);
        }
        match error {
            None => {
                let number = self.number_of(owner, message_id).await;
                (status, RunEvent::Finished { message: message_id, number, usage })
            }
            error => (status, failed(error, message_id)),
        }
    }

    /// Why a run was over, or gone, before this process said so: it was stopped and then deleted with its conversation, or another
    /// process took this one for dead and has ended it.
    async fn why_ended_elsewhere(&self, owner: Uuid) -> StopReason {
        if let Some(reason) = self.active.control.reason() {
            return reason;
        }
        match self.store.find_run(owner, self.run).await {
            Ok(None) => StopReason::Owner,
            Ok(Some(_)) | Err(_) => StopReason::Shutdown,
        }
    }

    /// The number of a message that was just stored, for those who know messages by it.
    async fn number_of(&self, owner: Uuid, message: Option<Uuid>) -> Option<i64> {
        let message = message.filter(|_| self.is_plain)?;
        let number = self.store.message_number(owner, message).await;
        number.unwrap_or_else(|error| {
            tracing::warn!(run.id = %self.run, %error, "the number of an answer could not be read");
            None
        })
    }

    /// What was booked for a run that another process has ended, which may have known less of it.
    async fn booked(&self, cost: i64) -> i64 {
        if self.job.kind() == RunKind::Question {
            return cost;
        }
        self.store.booked_cost(self.run).await.unwrap_or_else(|error| {
            tracing::warn!(run.id = %self.run, %error, "what a task cost could not be read");
            cost
        })
    }

    /// The message that stays with the conversation. A title is none, and a chat isn't told that nothing was said.
    fn message(
        &self,
        answer: &Answer,
        text: String,
        shown: &Shown,
        error: Option<&AppError>,
    ) -> Option<NewMessage> {
        let is_kept = match self.job.kind() {
            RunKind::Question if self.job.is_about_data() => true,
            RunKind::Question | RunKind::Chat => !text.trim().is_empty() || shown.has_calls(),
            RunKind::Title => false,
        };
        if !is_kept {
            return None;
        }
        // Of a chat there is nothing to say but what it called and how it failed.
        let is_more = self.job.is_about_data() || shown.has_calls();
        let metadata = if error.is_some() || is_more {
            let mut record = shown.record(answer).broken_off();
            record.error = error.map(|error| failure::shown(error, self.job.language()));
            self.as_metadata(&record)
        } else {
            None
        };
        Some(NewMessage {
            id: self.clock.new_id(),
            content: text,
            status: if error.is_none() { MessageStatus::Complete } else { MessageStatus::Partial },
            metadata,
        })
    }

    /// What an answer was made of, as it is stored.
    fn as_metadata(&self, record: &AnswerRecord) -> Option<String> {
        let json = record.to_json().inspect_err(|error| {
            tracing::error!(run.id = %self.run, error = %error, "what an answer was made of can't be stored");
        });
        json.ok()
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
    async fn finish(&self, finished: FinishedRun) -> Result<bool, StoreError> {
        for wait in KEEPING_RETRIES {
            match self.store.finish_run(finished.clone()).await {
                Err(StoreError::Unavailable(_)) => tokio::time::sleep(wait).await,
                Ok(kept) => return Ok(kept),
                Err(_) => break,
            }
        }
        let kept = self.store.finish_run(finished.clone()).await;
        if kept.is_err() {
            self.unkept.add(finished);
        }
        kept
    }
}

/// Something is being written to the conversation.
pub(super) const STILL_ANSWERING: &str = "still_answering";

/// A conversation of the same session has been begun in the meantime.
pub(super) const TAKEN: &str = "session_taken";

/// Why a run was not begun.
fn not_begun(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::not_found("对话", "Conversation"),
        StoreError::Conflict { field: "credits" } => failure::no_credits(),
        StoreError::Conflict { field: "messages" } => failure::chat_changed(),
        StoreError::Conflict { field: "key" } => failure::key_taken(),
        StoreError::Conflict { field: "id" } => AppError::new(
            ErrorKind::Conflict,
            TAKEN,
            Text::new(
                "此对话刚被别的请求创建，请再试一次",
                "Another request has just begun this conversation; try again",
            ),
        ),
        StoreError::Conflict { .. } => AppError::new(
            ErrorKind::Conflict,
            STILL_ANSWERING,
            Text::new(
                "此对话仍在回答上一个问题，请等待或先停止",
                "This conversation is still answering the last question; wait for it, or stop it",
            ),
        ),
        error => error.into(),
    }
}

fn failed(error: Option<AppError>, message: Option<Uuid>, usage: Usage) -> RunEvent {
    let error = error.unwrap_or_else(|| AppError::internal(anyhow::anyhow!("a failure without an error")));
    RunEvent::Failed(RunFailure { error, message, usage })
}

/// Whether the next question would fail as this one did.
fn is_unavailable(kind: ModelErrorKind) -> bool {
    matches!(kind, ModelErrorKind::Unreachable | ModelErrorKind::Unauthorized | ModelErrorKind::UnknownModel)
}

/// A number of tokens as the store counts.
fn stored(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

/// A number of tokens that the store has counted.
pub(super) fn counted(tokens: i64) -> u64 {
    u64::try_from(tokens).unwrap_or_default()
}

/// Turns what the pipeline says into the run's events.
fn say(event: AnswerEvent, log: &RunLog, control: &Control, shown: &Mutex<Shown>) {
    let event = match event {
        AnswerEvent::Progress { stage, attempt } => RunEvent::Progress { stage, attempt },
        AnswerEvent::Sql { sql, attempt } => {
            metrics::counter!("wenshu_sql_attempts_total", "attempt" => attempt.to_string()).increment(1);
            RunEvent::Sql { sql, attempt }
        }
        AnswerEvent::Rows { sql, result } => match ResultTable::encode(&result) {
            Ok(table) => RunEvent::Rows { sql, table },
            Err(error) => {
                tracing::error!(error = ?error.source_error(), "a result can't be written as JSON");
                control.stop(StopReason::Fault);
                return;
            }
        },
        AnswerEvent::Chart(chart) => RunEvent::Chart(chart),
        AnswerEvent::Text(text) => RunEvent::Text(text),
        AnswerEvent::TextTakenBack { bytes } => RunEvent::TextTakenBack { bytes },
        AnswerEvent::Clarification(clarification) => RunEvent::Clarification(clarification),
        AnswerEvent::Tool(call) => RunEvent::Tool(call),
        AnswerEvent::ModelTaking(_) | AnswerEvent::ModelCalled(_) => return,
    };
    shown.lock().unwrap_or_else(PoisonError::into_inner).note(&event);
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
