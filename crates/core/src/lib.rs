#![doc = include_str!("../README.md")]
//!
//! Reading order: [`actor`] is who calls, [`error`] what can go wrong, [`runs`] the main job.

pub mod accounts;
pub mod actor;
pub mod app;
pub mod change;
pub mod chats;
pub mod clock;
pub mod connections;
pub mod conversations;
pub mod credits;
pub mod datasets;
pub mod error;
pub mod exports;
pub mod faults;
pub mod likes;
mod misses;
pub mod models;
pub mod preferences;
pub mod prompts;
pub mod runs;
pub mod secrets;
pub mod settings;
pub mod stocks;
pub mod tools;
pub mod usage;
pub mod utilities;
mod zones;

pub use actor::Actor;
pub use app::App;
pub use change::Change;
pub use error::{AppError, ErrorKind, FieldFault, Text};
pub use models::{Engines, OperatorModel};
pub use settings::CoreSettings;

// The vocabulary that a contract translates lives in the crates below; contracts see it through this one.
pub use wenshu_answer::{
    Cardinality, Chart, ChartSeries, ChartType, Clarification, ClarificationOption, Language, ModelSettings,
    PromptBudget, Relation, SemanticTerm, Stage, TermKind, Tool, ToolCall, ToolError, ToolOutput,
    ToolRequest, ToolStatus, Toolbox,
};
pub use wenshu_sources::{Column, ForeignKey, Limits, RowCount, Schema, Table, TableKind, ValueKind};
pub use wenshu_store::{
    Account, AccountStatus, Chat, ChatMessage, ChatOrder, ChatVisibility, Connection, Conversation,
    ConversationFilter, CreditEntry, CreditReason, Dataset, DatasetTable, FavouriteStock, Feedback, Like,
    LikeKind, ListedCode, Message, MessageKind, MessageRole, MessageStatus, Page, PresetVisibility,
    RedeemCode, Role, Slice, UsageSum,
};
