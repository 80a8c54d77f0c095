//! Runs: pieces of work that produce an answer. A run belongs to the server, not to the connection that asked.
//!
//! [`Runs::ask`] stores the question, starts the run and hands out its events; `bus` keeps the events for readers who
//! come late or come back; `work` is what a run does, `job` what differs between runs; [`record`] is what stays with the message, put
//! together by `shown` while it is said.
//! [`tasks`] are runs that write to a chat, [`follow`] is how one is read on any process; [`talk`] is asking in words alone.

mod active;
mod bus;
pub mod event;
mod failure;
pub mod follow;
mod job;
mod lines;
pub mod record;
mod repeating;
mod returning;
mod shown;
mod spending;
mod sql;
pub mod table;
pub mod talk;
pub mod tasks;
mod titles;
mod unkept;
mod unseen;
mod work;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use futures::stream::BoxStream;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;
use uuid::Uuid;
use wenshu_answer::{Language, Pipeline, Question, Turn};
use wenshu_sources::Limits;
use wenshu_store::{Message, MessageRole, NewRun, RunConversation, Store};

pub use self::event::{EventId, NumberedEvent, Parts, RunEvent, RunFailure, Seen, Usage};
pub use self::record::{AnswerRecord, RecordedCall, RecordedError, RecordedResult, ShownResult};
pub use self::sql::RunSql;
pub use self::table::{ColumnInfo, ResultTable};

use self::active::{ActiveRuns, StopReason};
use self::bus::{Bus, RunLog};
pub(crate) use self::failure::{interrupted_record, of_source};
use self::follow::Readers;
use self::job::Job;
use self::returning::Repeated;
use self::titles::Untitled;
use self::unkept::Unkept;
use self::work::Work;
use crate::clock::{Clock, wall_clock};
use crate::connections::{Connections, Target};
use crate::models::{Chosen, Models};
use crate::tools::Tools;
use crate::{Actor, AppError, CoreSettings, ErrorKind, Text};

/// The longest question, in characters.
const QUERY_LENGTH: usize = 10_000;

/// How long is waited for runs that were ended since their account is deleted.
const ENDING: Duration = Duration::from_secs(5);

/// The longest title made from a question, in characters.
const TITLE_LENGTH: usize = 50;

/// Messages that each earlier round is looked for in. Twice what it takes when every question has its answer, and few, since an
/// answer is kept with all its rows.
const MESSAGES_FOR_A_ROUND: usize = 4;

/// A question to be answered.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The words; 1–10,000 characters after trimming.
    pub query: String,
    /// The language of progress messages and the answer.
    pub language: Language,
    /// A model by id, model id or name; the default one without.
    pub model: Option<String>,
    /// The conversation it belongs to; a new one without.
    pub conversation: Option<Uuid>,
    /// The connection to ask; the conversation's or the default one without.
    pub connection: Option<Uuid>,
    /// The last event a returning reader has seen.
    pub last_event: Option<EventId>,
}

impl Ask {
    /// What a reader who comes back must have asked again for the run to be the same one.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.query.trim(), self.language, &self.model, self.conversation, self.connection).hash(&mut hasher);
        hasher.finish()
    }
}

/// A run that may begin.
struct Beginning {
    request: u64,
    query: String,
    language: Language,
    conversation: Option<Uuid>,
    context: Vec<Turn>,
    target: Target,
    chosen: Chosen,
    /// What the conversation is said to be answered by from now on.
    model: Option<String>,
}

/// What asking gives.
pub enum Asked {
    /// Events of a run: a new one, or the one the reader came back to.
    Run(RunHandle),
    /// The reader has already seen this run's end, and asks for what comes after it.
    Over,
}

/// A run's events, from where the reader stands.
pub struct RunHandle {
    /// The run.
    pub run: Uuid,
    /// Its conversation.
    pub conversation: Uuid,
    /// Its conversation's number.
    pub conversation_number: i64,
    /// The language it was asked in.
    pub language: Language,
    /// Events with their ids, ending after `Finished` or `Failed`. Dropping the stream changes nothing for the run.
    pub events: BoxStream<'static, NumberedEvent>,
}

/// Use cases of runs.
pub struct Runs {
    store: Store,
    clock: Arc<dyn Clock>,
    connections: Arc<Connections>,
    models: Arc<Models>,
    tools: Arc<Tools>,
    zone: Tz,
    limits: Limits,
    run_time: Duration,
    checkpoint_every: Duration,
    model_titles: bool,
    runs_per_account: usize,
    /// This process, as the store knows it.
    instance: Uuid,
    bus: Arc<Bus>,
    unkept: Arc<Unkept>,
    active: Arc<ActiveRuns>,
    readers: Arc<Readers>,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl Runs {
    pub(crate) fn new(
        settings: &CoreSettings,
        store: Store,
        clock: Arc<dyn Clock>,
        connections: Arc<Connections>,
        models: Arc<Models>,
        tools: Arc<Tools>,
    ) -> Self {
        Self {
            instance: clock.new_id(),
            store,
            clock,
            connections,
            models,
            tools,
            zone: settings.zone,
            limits: settings.query_limits,
            run_time: settings.run_time,
            checkpoint_every: settings.checkpoint_every,
            model_titles: settings.model_titles,
            runs_per_account: settings.runs_per_account,
            bus: Arc::new(Bus::new(settings.event_retention, settings.event_bytes)),
            unkept: Arc::default(),
            active: Arc::default(),
            readers: Arc::default(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        }
    }

    /// Asks, or comes back to a run that is under way.
    ///
    /// # Errors
    ///
    /// Before the run starts: `Invalid` (`query`, …), `NotFound` (conversation, connection, model), `Conflict` (the conversation is
    /// still answering), `TooMany`, `Unavailable`. Afterwards errors are events.
    pub async fn ask(&self, actor: &Actor, ask: Ask) -> Result<Asked, AppError> {
        let request = ask.fingerprint();
        if let Some(last) = ask.last_event {
            let repeated = Repeated {
                request,
                text: ask.query.trim(),
                conversation: ask.conversation,
                connection: ask.connection,
                language: ask.language,
            };
            if let Some(asked) = self.come_back(actor, repeated, last).await? {
                return Ok(asked);
            }
        }
        let Ask { query, language, model, conversation, connection, last_event: _ } = ask;
        let query = checked_query(&query)?;
        let chosen = self.models.choose(actor, model.as_deref()).await?;
        let (context, conversation_connection) = match conversation {
            Some(id) => self.context(actor, id).await?,
            None => (Vec::new(), None),
        };
        let target = self.target(actor, connection, conversation_connection).await?;
        let model = Some(chosen.model_id.clone());
        let beginning = Beginning { request, query, language, conversation, context, target, chosen, model };
        self.begin(actor, beginning).await
    }

    /// What a question goes to: the connection that it names, else its conversation's, else the default one.
    async fn target(
        &self,
        actor: &Actor,
        named: Option<Uuid>,
        earlier: Option<Uuid>,
    ) -> Result<Target, AppError> {
        let Some(earlier) = earlier.filter(|_| named.is_none()) else {
            return self.connections.resolve(actor, named).await;
        };
        match self.connections.resolve(actor, Some(earlier)).await {
            // It may have been deleted since.
            Err(error) if error.kind() == ErrorKind::NotFound => self.connections.resolve(actor, None).await,
            resolved => resolved,
        }
    }

    /// Starts a run that nothing speaks against any more.
    async fn begin(&self, actor: &Actor, beginning: Beginning) -> Result<Asked, AppError> {
        let Beginning { request, query, language, conversation, context, target, chosen, model } = beginning;
        let now = self.clock.now();
        let question = Question { text: query.clone(), language, now: wall_clock(now, self.zone), context };
        let connection = target.connection.id;
        let pipeline = Pipeline {
            interpreter: chosen.interpreter,
            source: target.source,
            terms: target.words.terms,
            relations: target.words.relations,
            limits: self.limits,
        };
        let job = Job::Question {
            pipeline: Box::new(pipeline),
            question,
            connections: Arc::clone(&self.connections),
            connection: Box::new(target.connection),
        };
        let first_title = title(&query);
        let mut work = self.work(actor, request, job, chosen.label)?;
        work.stored_model = chosen.stored.map(|model| (Arc::clone(&self.models), Box::new(model)));
        work.untitled = (conversation.is_none() && self.model_titles)
            .then(|| Untitled { first_title: first_title.clone(), closing: self.closing.clone() });
        let new = NewRun {
            id: work.run,
            owner: actor.id(),
            instance: self.instance,
            conversation: match conversation {
                Some(id) => RunConversation::Existing(id),
                None => RunConversation::New { id: self.clock.new_id(), title: first_title, session: None },
            },
            question_message: self.clock.new_id(),
            question: query,
            connection: Some(connection),
            model,
            started_at: now,
        };
        self.start(work, work::Beginning::Question(new)).await.map(Asked::Run)
    }

    /// A run of this account that does this work, unless the account has too many.
    fn work(&self, actor: &Actor, request: u64, job: Job, model_label: String) -> Result<Work, AppError> {
        if self.closing.is_cancelled() {
            return Err(shutting_down());
        }
        let run = self.clock.new_id();
        let active = self.active.enter(actor.id(), run, self.runs_per_account).ok_or_else(too_many_runs)?;
        Ok(Work {
            run,
            request,
            job,
            active,
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            bus: Arc::clone(&self.bus),
            unkept: Arc::clone(&self.unkept),
            model_label,
            stored_model: None,
            is_plain: false,
            untitled: None,
            time: self.run_time,
            checkpoint_every: self.checkpoint_every,
            closing: self.closing.clone(),
        })
    }

    /// Starts a run; it has begun when this returns.
    async fn start(&self, work: Work, new: work::Beginning) -> Result<RunHandle, AppError> {
        // The run is the server's from before its first row is written: it goes on when this future is dropped half-way.
        let (begun, beginning) = oneshot::channel();
        self.tasks.spawn(work.carry_out(new, begun).in_current_span());
        beginning.await.map_err(AppError::internal)?
    }

    /// Stops the run of a conversation, in the database too. Answers whether one was running.
    ///
    /// # Errors
    ///
    /// `NotFound` when the conversation isn't the caller's.
    pub async fn stop(&self, actor: &Actor, conversation: Uuid) -> Result<bool, AppError> {
        if self.active.stop(actor.id(), conversation, StopReason::Owner) {
            return Ok(true);
        }
        self.store
            .find_conversation(actor.id(), conversation)
            .await?
            .ok_or_else(|| AppError::not_found("对话", "Conversation"))?;
        Ok(false)
    }

    /// Ends the runs of an account that are under way in this process, and waits for a moment until they are kept.
    pub(crate) async fn end_all_of(&self, owner: Uuid) {
        self.active.stop_all(StopReason::Owner, |other| other == owner);
        // What takes longer is gone with its account, but for what it cost, which is booked by its last checkpoint.
        let _ended_in_time = tokio::time::timeout(ENDING, self.active.ended(owner)).await;
    }

    /// Ends every run that is under way in this process.
    pub(crate) fn stop_everything(&self) {
        self.active.stop_all(StopReason::Owner, |_| true);
    }

    /// How many runs are under way in this process.
    pub fn running(&self) -> usize {
        self.active.len()
    }

    /// This process, as the store knows it.
    pub(crate) fn instance(&self) -> Uuid {
        self.instance
    }

    /// Tries again to store the ends of runs that the store would not take.
    pub(crate) async fn keep_unkept(&self) {
        self.unkept.keep(&self.store).await;
    }

    /// Forgets events whose retention has passed.
    pub(crate) fn sweep(&self) {
        self.bus.sweep(self.clock.now());
    }

    /// Takes no new questions, lets running answers finish for `grace`, then ends the rest and waits until they are saved.
    pub(crate) async fn shutdown(&self, grace: Duration) {
        self.closing.cancel();
        self.tasks.close();
        if tokio::time::timeout(grace, self.tasks.wait()).await.is_err() {
            self.active.stop_all(StopReason::Shutdown, |_| true);
            self.tasks.wait().await;
        }
        self.readers.shutdown().await;
    }

    /// Earlier rounds of a conversation, and the connection it asked last.
    async fn context(
        &self,
        actor: &Actor,
        conversation: Uuid,
    ) -> Result<(Vec<Turn>, Option<Uuid>), AppError> {
        let found = self
            .store
            .find_conversation(actor.id(), conversation)
            .await?
            .ok_or_else(|| AppError::not_found("对话", "Conversation"))?;
        let wanted = actor.context_rounds();
        if wanted == 0 {
            return Ok((Vec::new(), found.connection));
        }
        let messages = wanted.saturating_mul(MESSAGES_FOR_A_ROUND) as u64;
        let rounds = rounds(self.store.last_messages(actor.id(), conversation, messages).await?);
        let earlier = rounds.len().saturating_sub(wanted);
        Ok((rounds.into_iter().skip(earlier).collect(), found.connection))
    }
}

/// Questions with their answers, oldest first. A question without an answer isn't a round.
fn rounds(messages: Vec<Message>) -> Vec<Turn> {
    let mut question = None;
    let mut rounds = Vec::new();
    for message in messages {
        match message.role {
            MessageRole::User => question = Some(message.content),
            MessageRole::Assistant => {
                if let Some(question) = question.take() {
                    let sql = message
                        .metadata
                        .as_ref()
                        .and_then(|metadata| AnswerRecord::from_json(metadata).ok())
                        .and_then(|record| record.sql);
                    rounds.push(Turn { question, sql, answer: message.content });
                }
            }
            MessageRole::System => {}
        }
    }
    rounds
}

fn handle(log: &Arc<RunLog>, after: u64) -> RunHandle {
    let subject = &log.subject;
    RunHandle {
        run: subject.run,
        conversation: subject.conversation,
        conversation_number: subject.conversation_number,
        language: subject.language,
        events: log.follow(after),
    }
}

fn checked_query(query: &str) -> Result<String, AppError> {
    let query = query.trim();
    if query.contains('\0') || !(1..=QUERY_LENGTH).contains(&query.chars().count()) {
        return Err(AppError::invalid(
            "query",
            Text::new(
                format!("问题须为 1–{QUERY_LENGTH} 个字符，且不含空字符"),
                format!("A question has 1 to {QUERY_LENGTH} characters and no NUL"),
            ),
        ));
    }
    Ok(query.to_owned())
}

/// The first line of the question, cut at a length that fits a list.
fn title(query: &str) -> String {
    let line = query.lines().next().unwrap_or_default();
    let visible: String =
        line.chars().filter(|character| !character.is_control()).take(TITLE_LENGTH).collect();
    visible.trim().to_owned()
}

fn shutting_down() -> AppError {
    AppError::new(
        ErrorKind::Unavailable,
        "shutting_down",
        Text::new("服务器正在关闭，请稍后再试", "The server is shutting down; try again in a moment"),
    )
}

fn too_many_runs() -> AppError {
    AppError::new(
        ErrorKind::TooMany,
        "too_many_runs",
        Text::new(
            "正在回答的问题太多，请等其中一个完成",
            "Too many of your questions are being answered; wait for one to finish",
        ),
    )
    .retry_after(Duration::from_secs(1))
}
