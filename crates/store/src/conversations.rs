//! Conversations: finding, listing, changing and deleting them. What is said in them comes with runs.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Store, StoreError, store::unfinished};

/// A conversation of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Identifies the conversation.
    pub id: Uuid,
    /// The store's own number, for contracts whose ids are integers. Fits in 53 bits.
    pub number: i64,
    /// Whose it is.
    pub owner: Uuid,
    /// What it is called.
    pub title: String,
    /// The model that answered last.
    pub model: Option<String>,
    /// The connection that was asked last; None when it is gone.
    pub connection: Option<Uuid>,
    /// Whether the owner marked it.
    pub is_favorite: bool,
    /// How many messages it has.
    pub message_count: i64,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When something was last said in it. A new title or mark doesn't move it.
    pub updated_at: DateTime<Utc>,
}

/// Which of an owner's conversations to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// Only those that are marked.
    pub favorites: bool,
    /// Only those with this text in their title or a message, without regard to case (beyond ASCII letters as far as the
    /// database knows it). `%` and `_` stand for themselves. Empty is the same as None.
    pub search: Option<String>,
    /// At most so many.
    pub limit: u64,
    /// Leaving out so many at the start.
    pub offset: u64,
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The part.
    pub items: Vec<T>,
    /// How many there are in all, exactly.
    pub total: u64,
}

impl Store {
    /// The owner's conversations: newest activity first, then the newest number.
    pub async fn conversations(
        &self,
        owner: Uuid,
        filter: &ConversationFilter,
    ) -> Result<Page<Conversation>, StoreError> {
        let _ = (owner, filter);
        Err(unfinished())
    }

    /// The owner's conversation with this id.
    pub async fn find_conversation(&self, owner: Uuid, id: Uuid) -> Result<Option<Conversation>, StoreError> {
        let _ = (owner, id);
        Err(unfinished())
    }

    /// Marks the owner's conversation, or takes the mark off. False when the owner has no such conversation.
    pub async fn set_favorite(
        &self,
        owner: Uuid,
        conversation: Uuid,
        is_favorite: bool,
    ) -> Result<bool, StoreError> {
        let _ = (owner, conversation, is_favorite);
        Err(unfinished())
    }

    /// Renames the owner's conversation. False when the owner has no such conversation.
    pub async fn set_title(&self, owner: Uuid, conversation: Uuid, title: &str) -> Result<bool, StoreError> {
        let _ = (owner, conversation, title);
        Err(unfinished())
    }

    /// Deletes the owner's conversation with its messages and runs. False when the owner has no such conversation.
    pub async fn delete_conversation(&self, owner: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let _ = (owner, id);
        Err(unfinished())
    }
}
