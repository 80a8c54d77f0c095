//! Messages of chats and presets: what a person gives, the rules, and how presets keep them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use wenshu_answer::{PromptMessage, Speaker};
use wenshu_store::{ChatMessage, MessageKind, MessageRole};

use crate::AppError;

/// A message as a person gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageDraft {
    /// Who says it.
    pub role: MessageRole,
    /// What it holds.
    pub kind: MessageKind,
    /// The words, or where the picture is.
    pub content: String,
    /// Whether it is shown.
    pub is_visible: bool,
    /// When it was said; now without.
    pub created_at: Option<DateTime<Utc>>,
}

impl MessageDraft {
    /// The message, said now unless it says when.
    pub(super) fn said(self, now: DateTime<Utc>) -> ChatMessage {
        let Self { role, kind, content, is_visible, created_at } = self;
        ChatMessage { role, kind, content, is_visible, created_at: created_at.unwrap_or(now) }
    }
}

/// A message as a preset keeps it.
#[derive(Serialize, Deserialize)]
struct StoredMessage {
    role: StoredRole,
    kind: StoredKind,
    content: String,
    visible: bool,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredRole {
    User,
    Assistant,
    System,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredKind {
    Text,
    Image,
}

/// Messages as a preset keeps them.
pub(super) fn to_json(messages: Vec<ChatMessage>) -> Result<String, AppError> {
    let stored: Vec<StoredMessage> = messages.into_iter().map(StoredMessage::from).collect();
    serde_json::to_string(&stored).map_err(AppError::internal)
}

/// Messages of a preset.
pub(super) fn from_json(json: &str) -> Result<Vec<ChatMessage>, AppError> {
    let stored: Vec<StoredMessage> = serde_json::from_str(json).map_err(AppError::internal)?;
    Ok(stored.into_iter().map(ChatMessage::from).collect())
}

impl From<ChatMessage> for StoredMessage {
    fn from(message: ChatMessage) -> Self {
        let ChatMessage { role, kind, content, is_visible, created_at } = message;
        Self {
            role: match role {
                MessageRole::User => StoredRole::User,
                MessageRole::Assistant => StoredRole::Assistant,
                MessageRole::System => StoredRole::System,
            },
            kind: match kind {
                MessageKind::Text => StoredKind::Text,
                MessageKind::Image => StoredKind::Image,
            },
            content,
            visible: is_visible,
            created_at,
        }
    }
}

impl From<StoredMessage> for ChatMessage {
    fn from(stored: StoredMessage) -> Self {
        let StoredMessage { role, kind, content, visible, created_at } = stored;
        Self {
            role: match role {
                StoredRole::User => MessageRole::User,
                StoredRole::Assistant => MessageRole::Assistant,
                StoredRole::System => MessageRole::System,
            },
            kind: match kind {
                StoredKind::Text => MessageKind::Text,
                StoredKind::Image => MessageKind::Image,
            },
            content,
            is_visible: visible,
            created_at,
        }
    }
}

/// What a model reads of messages, hidden ones included: their words. Pictures are left out, since no model here looks at one.
pub(crate) fn as_prompt(messages: &[ChatMessage]) -> Vec<PromptMessage> {
    let texts = messages
        .iter()
        .filter(|message| message.kind == MessageKind::Text && !message.content.trim().is_empty());
    texts
        .map(|message| PromptMessage {
            speaker: match message.role {
                MessageRole::User => Speaker::User,
                MessageRole::Assistant => Speaker::Assistant,
                MessageRole::System => Speaker::System,
            },
            text: message.content.clone(),
        })
        .collect()
}
