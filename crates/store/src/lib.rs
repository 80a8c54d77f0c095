//! Wenshu's own state: accounts, sessions, connections, conversations, messages, runs, presets and credits.
//!
//! One code for SQLite and PostgreSQL, over SeaORM. The entities, the migrations and every SQL text stay inside this crate:
//! what goes in and out are the domain types below. Methods are use-case shaped and own their transaction, finders take the
//! owner, and a violated constraint comes out as what it means ([`StoreError::Conflict`], [`StoreError::NotFound`]).
//!
//! Ids and times are made above the store and passed in; `number` columns are made by the store. Times are kept to the
//! millisecond. U+0000 in text is kept as U+FFFD, since PostgreSQL cannot store it.

mod account_changes;
mod accounts;
mod chats;
mod codes;
mod connection_changes;
mod connections;
mod conversation_keys;
mod conversations;
mod credits;
mod database;
mod datasets;
mod entity;
mod error;
mod favourite_stocks;
mod grams;
mod instances;
mod likes;
mod messages;
mod migration;
mod models;
mod pictures;
mod preferences;
mod presets;
mod prompts;
mod relations;
mod run_changes;
mod runs;
mod search;
mod search_index;
mod secret;
mod sessions;
mod settings;
mod shared_models;
mod store;
mod task_readers;
mod tasks;
mod terms;
mod usage;
mod wechat;
mod writer;

pub use account_changes::{AccountUpdate, NewBalance};
pub use accounts::{Account, AccountStatus, NewAccount, Role, login_key};
pub use chats::{
    Chat, ChatChange, ChatMessage, ChatOrder, ChatVisibility, Found, MessageKind, NewChat, Slice,
};
pub use codes::{ListedCode, NewRedeemCode, RedeemCode, Redeemed};
pub use connection_changes::ConnectionUpdate;
pub use connections::{Connection, NewConnection};
pub use conversations::{Conversation, ConversationFilter, Page};
pub use credits::{CreditEntry, CreditReason};
pub use datasets::{Dataset, DatasetConnection, DatasetTable, NewDataset};
pub use error::{BoxError, StoreError};
pub use favourite_stocks::FavouriteStock;
pub use likes::{Like, LikeKind};
pub use messages::{AnsweredMessage, Feedback, Message, MessageRole, MessageStatus, NewMessage};
pub use models::{Model, ModelUpdate, NewModel};
pub use preferences::{Preferences, PreferencesUpdate};
pub use presets::{NewPreset, Preset, PresetChange, PresetVisibility};
pub use prompts::CustomPrompt;
pub use relations::RelationRow;
pub use runs::{
    BegunRun, Checkpoint, FinishedRun, FinishedTask, NewRun, Run, RunConversation, RunKind, RunStatus,
};
pub use search_index::IndexProgress;
pub use secret::EncryptedSecret;
pub use sessions::{LiveSession, NewRefreshToken, NewSession, Rotation, SessionAccount};
pub use settings::{StoreSettings, StoreUrl};
pub use shared_models::{NewSharedModel, SharedModelUpdate};
pub use store::Store;
pub use tasks::{NewTask, Task};
pub use terms::{NewSemanticTerm, SemanticTermRow};
pub use usage::{UsageBy, UsageOf, UsageSpan, UsageSum};
