//! A question in; SQL, rows, a chart and words out.
//!
//! Reading order: [`question`] is what goes in, [`event`] what comes out while it works, [`pipeline`] the way between,
//! [`interpreter`] its exchangeable first half and [`builtin`] the interpreter that needs no model.

pub mod builtin;
pub mod chart;
pub mod error;
pub mod event;
pub mod given;
pub mod interpreter;
pub mod language;
pub mod model;
pub mod movers;
pub mod pipeline;
pub mod plain;
pub mod question;
pub mod semantics;
mod shape;
pub mod summary;
pub mod tool;

pub use builtin::probe::{ProbeFault, probe};
pub use chart::{Chart, ChartSeries, ChartType};
pub use error::{AnswerError, AnswerErrorKind, FailedAttempt};
pub use event::{AnswerEvent, CallOutcome, CallPurpose, EventSink, ModelCall, Stage};
pub use given::GivenSql;
pub use interpreter::{Clarification, ClarificationOption, Interpretation, Interpreter, SqlDraft};
pub use language::Language;
pub use model::calling::{converse_with_tools, tool_instructions};
pub use model::language_model::{
    AnsweredCall, HostRule, LanguageModel, ModelConnector, ModelError, ModelErrorKind, ModelSettings,
    OwnForm, Picture, PictureKind, Prompt, PromptMessage, ProviderInfo, Reply, ReplyPart, Sampling, Speaker,
    Taken, TokenUsage, Tool, ToolRound, Unfinished,
};
pub use model::prompts::{
    MOST_PARTS as MOST_PROMPT_PARTS, PromptFault, PromptFaultReason, PromptKey, Prompts,
};
pub use model::{ModelInterpreter, PromptBudget, chat};
pub use movers::MoversInterpreter;
pub use pipeline::{Answer, FailedAnswer, Pipeline};
pub use plain::{
    NotUnderstood, PlainInterpreter, TableNote, introduction, made_up_quotes, made_up_quotes_earlier,
    tools_need_a_model,
};
pub use question::{Question, Turn};
pub use semantics::{Cardinality, Relation, SemanticTerm, TermKind};
pub use tool::{DataTool, NoTools, ToolCall, ToolError, ToolOutput, ToolRequest, ToolStatus, Toolbox};
