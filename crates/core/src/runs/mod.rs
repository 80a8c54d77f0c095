//! Runs: pieces of work that produce an answer. A run belongs to the server, not to the connection that asked.
//!
//! [`Runs::ask`] stores the question, starts the run and hands out its events; [`bus`] keeps the events for readers who
//! come late or come back; [`record`] is what stays with the message.

pub mod bus;
pub mod event;
pub mod record;
pub mod table;

use futures::stream::BoxStream;
use uuid::Uuid;
use wenshu_answer::Language;

pub use event::{EventId, NumberedEvent, RunEvent, RunFailure, Usage};
pub use record::{AnswerRecord, RecordedError};
pub use table::{ColumnInfo, ResultTable};

use crate::{Actor, AppError};

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

/// What asking gives.
pub enum Asked {
    /// Events of a run: a new one, or the one the reader came back to.
    Run(RunHandle),
    /// The reader has already seen this run's end.
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
pub struct Runs {}

impl Runs {
    /// Asks, or comes back to a run that is under way.
    ///
    /// # Errors
    ///
    /// Before the run starts: `Invalid` (`query`, …), `NotFound` (conversation, connection, model), `Conflict` (the conversation is
    /// still answering), `TooMany`, `Unavailable`. Afterwards errors are events.
    pub async fn ask(&self, actor: &Actor, ask: Ask) -> Result<Asked, AppError> {
        let _ = (actor, ask);
        Ok(Asked::Over)
    }

    /// Stops the run of a conversation, in the database too. Answers whether one was running.
    ///
    /// # Errors
    ///
    /// `NotFound` when the conversation isn't the caller's.
    pub async fn stop(&self, actor: &Actor, conversation: Uuid) -> Result<bool, AppError> {
        let _ = (actor, conversation);
        Ok(false)
    }
}
