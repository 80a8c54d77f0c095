//! Runs: pieces of work that produce an answer, with what they say in their conversation.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    NewMessage, Store, StoreError,
    database::{self, from_millis},
    entity::run,
    writer::{Change, Outcome},
};

/// A piece of work that produces an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Identifies the run.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// The process that works on it.
    pub instance: Uuid,
    /// In which conversation.
    pub conversation: Uuid,
    /// What it works on.
    pub kind: RunKind,
    /// How it stands.
    pub status: RunStatus,
    /// Why it failed.
    pub error_code: Option<String>,
    /// The user's message that it answers.
    pub question_message: Uuid,
    /// The assistant's message that it ended with.
    pub answer_message: Option<Uuid>,
    /// The connection that it asks; None when it is gone.
    pub connection: Option<Uuid>,
    /// The model that answers.
    pub model: Option<String>,
    /// Tokens read by the model.
    pub input_tokens: i64,
    /// Tokens written by the model.
    pub output_tokens: i64,
    /// Whether the tokens are an estimate.
    pub usage_estimated: bool,
    /// While it is running: the text as of the last checkpoint.
    pub partial: Option<String>,
    /// While it is running: what it has shown besides, as of the last checkpoint (JSON text, as in a message).
    pub partial_metadata: Option<String>,
    /// When the last checkpoint was.
    pub checkpointed_at: Option<DateTime<Utc>>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What a run works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunKind {
    /// A question that is answered from data.
    Question,
    /// The next message of a chat; paid for with credits.
    Chat,
    /// The title of a chat; paid for with credits.
    Title,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunStatus {
    /// It is being worked on.
    Running,
    /// It has answered.
    Finished,
    /// It could not answer.
    Failed,
    /// Somebody stopped it.
    Cancelled,
    /// Its process went away.
    Interrupted,
}

/// A run to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// Identifies the run.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// The process that will work on it.
    pub instance: Uuid,
    /// In which conversation.
    pub conversation: RunConversation,
    /// The id for the user's message.
    pub question_message: Uuid,
    /// The user's words.
    pub question: String,
    /// The connection to ask.
    pub connection: Option<Uuid>,
    /// The model that will answer.
    pub model: Option<String>,
    /// When it begins.
    pub started_at: DateTime<Utc>,
}

/// The conversation of a run to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunConversation {
    /// One to be made.
    New {
        /// Its id.
        id: Uuid,
        /// What it is called.
        title: String,
        /// The text that a client knows it by; nobody else's yet.
        session: Option<String>,
    },
    /// One that the owner has.
    Existing(Uuid),
}

/// A run that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BegunRun {
    /// Its conversation.
    pub conversation: Uuid,
    /// The conversation's number.
    pub conversation_number: i64,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishedRun {
    /// Which run.
    pub id: Uuid,
    /// How it stands now; not [`RunStatus::Running`].
    pub status: RunStatus,
    /// Why it failed.
    pub error_code: Option<String>,
    /// What it ended with.
    pub message: Option<NewMessage>,
    /// Tokens read by the model.
    pub input_tokens: i64,
    /// Tokens written by the model.
    pub output_tokens: i64,
    /// Whether the tokens are an estimate.
    pub usage_estimated: bool,
    /// What there is besides to a task. None for a question.
    pub task: Option<FinishedTask>,
    /// When it was over.
    pub finished_at: DateTime<Utc>,
}

/// What there is to the end of a task besides that of its run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedTask {
    /// What it costs, in credits: releases what it holds and is booked. None for what it had cost by its last checkpoint.
    pub cost: Option<i64>,
    /// What the conversation is called from now on.
    pub title: Option<String>,
    /// What it has written, whatever becomes of the chat: the message, or the title.
    pub written: String,
    /// Why it failed, in the words of the run.
    pub error_message: Option<String>,
}

/// How far a running run has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// What it has said so far.
    pub partial: String,
    /// What it has shown besides (JSON text, as in a message); none for what was kept before.
    pub metadata: Option<String>,
    /// Tokens read by the model so far.
    pub input_tokens: i64,
    /// Tokens written by the model so far.
    pub output_tokens: i64,
    /// Whether the tokens are an estimate.
    pub usage_estimated: bool,
    /// What a task would cost if it ended now, in credits. None for what isn't paid for.
    pub cost: Option<i64>,
    /// When that was.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Begins a run, in one transaction: the conversation (made when it is [`RunConversation::New`]), the user's message, the
    /// run. On return it is durable.
    ///
    /// Fails with `NotFound` when the conversation isn't the owner's (or the owner or the connection doesn't exist), with
    /// `Conflict` of `conversation` when it has a running run, and with `Conflict` of `id` when one of the ids exists.
    pub async fn begin_run(&self, new: NewRun) -> Result<BegunRun, StoreError> {
        let conversation = new.conversation_id();
        match self.run_writer().write(Change::Begin(new)).await? {
            Outcome::Begun { conversation_number } => Ok(BegunRun { conversation, conversation_number }),
            Outcome::ConversationBusy => Err(StoreError::Conflict { field: "conversation" }),
            _ => Err(StoreError::NotFound),
        }
    }

    /// Ends a run, in one transaction: the assistant's message, the run's outcome and usage, the conversation's activity,
    /// message count and last model, and the owner's `conversations_revision`.
    ///
    /// Idempotent by run id: a run that is over stays as it is, and one that is gone with its conversation is no failure. Answers
    /// whether this call ended it. What a task costs is booked once all the same, with or without its run.
    pub async fn finish_run(&self, finished: FinishedRun) -> Result<bool, StoreError> {
        if finished.task.is_some() {
            return self.finish_task(finished).await;
        }
        Ok(self.run_writer().write(Change::Finish(finished)).await? == Outcome::Done)
    }

    /// Keeps how far a running run has come, so that a killed process loses at most what came after. It is also a sign of life of
    /// the process that works on it. Nothing happens when the run is over.
    pub async fn checkpoint_run(&self, id: Uuid, checkpoint: Checkpoint) -> Result<(), StoreError> {
        self.run_writer().write(Change::Checkpoint { id, checkpoint }).await.map(drop)
    }

    /// The owner's run with this id.
    pub async fn find_run(&self, owner: Uuid, id: Uuid) -> Result<Option<Run>, StoreError> {
        let row =
            run::Entity::find_by_id(id).filter(run::Column::Owner.eq(owner)).one(self.readers()).await?;
        row.map(Run::try_from).transpose()
    }

    /// The run that is running in the owner's conversation. One that writes its title isn't meant.
    pub async fn running_run(&self, owner: Uuid, conversation: Uuid) -> Result<Option<Run>, StoreError> {
        let row = run::Entity::find()
            .filter(run::Column::Conversation.eq(conversation))
            .filter(run::Column::Owner.eq(owner))
            .filter(run::Column::Status.eq(RunStatus::Running.as_str()))
            .filter(run::Column::Kind.ne(RunKind::Title.as_str()))
            .one(self.readers())
            .await?;
        row.map(Run::try_from).transpose()
    }
}

impl NewRun {
    /// The id of the conversation, made or to be made.
    pub(crate) fn conversation_id(&self) -> Uuid {
        match self.conversation {
            RunConversation::New { id, .. } | RunConversation::Existing(id) => id,
        }
    }
}

impl RunKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Chat => "chat",
            Self::Title => "title",
        }
    }

    pub(crate) fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Question, Self::Chat, Self::Title]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| database::unknown_word("run kind", word))
    }
}

impl RunStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Running, Self::Finished, Self::Failed, Self::Cancelled, Self::Interrupted]
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| database::unknown_word("run status", word))
    }
}

impl TryFrom<run::Model> for Run {
    type Error = StoreError;

    fn try_from(row: run::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            owner: row.owner,
            instance: row.instance,
            conversation: row.conversation,
            kind: RunKind::parse(&row.kind)?,
            status: RunStatus::parse(&row.status)?,
            error_code: row.error_code,
            question_message: row.question_message,
            answer_message: row.answer_message,
            connection: row.connection,
            model: row.model,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            usage_estimated: row.usage_estimated,
            partial: row.partial,
            partial_metadata: row.partial_metadata,
            checkpointed_at: row.checkpointed_at.map(from_millis).transpose()?,
            started_at: from_millis(row.started_at)?,
            finished_at: row.finished_at.map(from_millis).transpose()?,
        })
    }
}
