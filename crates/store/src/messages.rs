//! Messages: what was said in a conversation.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Store, StoreError, store::unfinished};

/// Something said in a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Identifies the message.
    pub id: Uuid,
    /// The store's own number: grows in the order things were said. Fits in 53 bits.
    pub number: i64,
    /// Who said it.
    pub role: MessageRole,
    /// The words.
    pub content: String,
    /// Whether that is all of it.
    pub status: MessageStatus,
    /// What belongs to it besides the words, as it went in (keys in their order).
    pub metadata: Option<serde_json::Value>,
    /// When it was said.
    pub created_at: DateTime<Utc>,
}

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageRole {
    /// The person.
    User,
    /// Wenshu.
    Assistant,
    /// Neither: an instruction or a note.
    System,
}

/// Whether a message is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageStatus {
    /// It is.
    Complete,
    /// It was stopped or interrupted: there would have been more.
    Partial,
}

/// An assistant's message to be saved at the end of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    /// Identifies the message.
    pub id: Uuid,
    /// The words.
    pub content: String,
    /// Whether that is all of it.
    pub status: MessageStatus,
    /// What belongs to it besides the words.
    pub metadata: Option<serde_json::Value>,
}

impl Store {
    /// The messages of the owner's conversation, oldest first; none when the owner has no such conversation.
    pub async fn messages(&self, owner: Uuid, conversation: Uuid) -> Result<Vec<Message>, StoreError> {
        let _ = (owner, conversation);
        Err(unfinished())
    }
}
