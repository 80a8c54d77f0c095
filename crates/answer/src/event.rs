//! What the pipeline says while it works.

use std::time::Duration;

use wenshu_sources::QueryResult;

use crate::tool::ToolCall;
use crate::{Chart, Clarification, ModelErrorKind, TokenUsage};

/// A step of an answer. Neutral: each contract shows it in its own shape.
#[derive(Clone, Debug)]
pub enum AnswerEvent {
    /// A stage was entered.
    Progress {
        /// Which.
        stage: Stage,
        /// For stages that may repeat: which try, from 1.
        attempt: Option<u32>,
    },
    /// SQL was written and passed the guard; it runs next.
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
        result: QueryResult,
    },
    /// A chart of the rows.
    Chart(Chart),
    /// The next piece of the written answer.
    Text(String),
    /// The last pieces of text were none of the answer: it had not begun yet. Said where a model's thinking is recognized only by its
    /// end.
    TextTakenBack {
        /// How many bytes of them.
        bytes: usize,
    },
    /// The question can be read in more than one way.
    Clarification(Clarification),
    /// A tool is called, or the call is over: said twice for each call.
    Tool(ToolCall),
    /// What the call of a language model that is under way has taken so far: estimated, unless the provider says it as it goes.
    ModelTaking(TokenUsage),
    /// A language model was called and the call is over, however it ended.
    ModelCalled(ModelCall),
}

/// A call of a language model, once it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelCall {
    /// What for.
    pub purpose: CallPurpose,
    /// What it took; nothing for a call that was refused.
    pub usage: TokenUsage,
    /// Whether the usage is our estimate, since the provider reported none.
    pub is_estimated: bool,
    /// Time from sending the prompt to the first part of the reply; `None` when there was none.
    pub first_part: Option<Duration>,
    /// How often the request was sent: 1 without retries.
    pub requests: u32,
    /// How it ended.
    pub outcome: CallOutcome,
}

/// What a model is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallPurpose {
    /// To read a question.
    Interpret,
    /// To put rows into words.
    Summarize,
    /// To say the next message of a chat.
    Chat,
    /// To give a chat or a conversation a title.
    Title,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallOutcome {
    /// The reply is whole.
    Complete,
    /// Nobody wanted the rest: the answer was stopped.
    Stopped,
    /// It failed.
    Failed(ModelErrorKind),
}

/// The stages an answer goes through, in this order; repairing leads back to executing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The question is read.
    Analyzing,
    /// Tables, columns and stored values are found.
    Linking,
    /// SQL is written.
    GeneratingSql,
    /// The database works.
    Executing,
    /// SQL that failed is mended.
    Repairing,
    /// A chart is chosen.
    Visualizing,
    /// The answer is put into words.
    Summarizing,
}

/// Takes events as they happen. Must not block: whoever reads slowly is the receiver's concern.
pub trait EventSink: Send + Sync {
    /// Takes the next event.
    fn emit(&self, event: AnswerEvent);
}

impl<F: Fn(AnswerEvent) + Send + Sync> EventSink for F {
    fn emit(&self, event: AnswerEvent) {
        self(event);
    }
}
