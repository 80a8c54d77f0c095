//! What is said of a run while it works, in no contract's words.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use uuid::Uuid;
use wenshu_answer::{Chart, Clarification, Stage};

use super::ResultTable;
use crate::AppError;

/// An event of a run.
#[derive(Clone, Debug)]
pub enum RunEvent {
    /// A stage was entered.
    Progress {
        /// Which.
        stage: Stage,
        /// Which try, for stages that may repeat, from 1.
        attempt: Option<u32>,
    },
    /// SQL that passed the guard and runs next.
    Sql {
        /// The statement.
        sql: String,
        /// Which try, from 1.
        attempt: u32,
    },
    /// The rows.
    Rows {
        /// The statement that gave them.
        sql: String,
        /// The rows.
        table: ResultTable,
    },
    /// A chart of the rows.
    Chart(Chart),
    /// The next piece of the written answer.
    Text(String),
    /// The question can be read in more than one way.
    Clarification(Clarification),
    /// The answer is complete and stored. Last.
    Finished {
        /// The stored answer; none where the run wrote a title.
        message: Option<Uuid>,
        /// What it took.
        usage: Usage,
    },
    /// There is no (complete) answer; what there was is stored. Last.
    Failed(RunFailure),
}

impl RunEvent {
    /// Whether nothing follows.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Finished { .. } | Self::Failed(_))
    }
}

/// Why a run has no complete answer.
#[derive(Clone, Debug)]
pub struct RunFailure {
    /// What happened.
    pub error: AppError,
    /// The stored partial answer, where there is one.
    pub message: Option<Uuid>,
    /// What it took.
    pub usage: Usage,
}

/// What an answer took from a model; zero for the built-in engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Whether some of it is our estimate, since the provider reported none.
    pub is_estimated: bool,
    /// What it cost in credits; zero for what isn't paid for.
    pub cost: i64,
}

/// An event with its id.
#[derive(Clone, Debug)]
pub struct NumberedEvent {
    /// Its id, for a reader who comes back.
    pub id: EventId,
    /// The event, shared between readers.
    pub event: Arc<RunEvent>,
}

/// The id of an event: its run, and its place in it, from 1. Written `<run>-<place>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventId {
    /// The run.
    pub run: Uuid,
    /// Its place, from 1.
    pub place: u64,
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.run.simple(), self.place)
    }
}

/// The text is no event id of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnEventId;

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        let (run, place) = text.rsplit_once('-').ok_or(NotAnEventId)?;
        Ok(Self {
            run: run.parse().map_err(|_| NotAnEventId)?,
            place: place.parse().map_err(|_| NotAnEventId)?,
        })
    }
}
