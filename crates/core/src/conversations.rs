//! Conversations and their messages.

use std::sync::Arc;

use uuid::Uuid;
use wenshu_store::{Conversation, ConversationFilter, Message, Page};

use crate::runs::AnswerRecord;
use crate::{Actor, AppError};

/// A conversation with its messages, oldest first.
#[derive(Clone, Debug)]
pub struct ConversationView {
    /// The conversation.
    pub conversation: Conversation,
    /// The messages.
    pub messages: Vec<MessageView>,
}

/// A message with what its answer was made of.
#[derive(Clone, Debug)]
pub struct MessageView {
    /// The message; its stored metadata is already read into `record`.
    pub message: Message,
    /// SQL, rows, chart: for answers about data.
    pub record: Option<AnswerRecord>,
}

/// Use cases of conversations.
pub struct Conversations {}

impl Conversations {
    /// The caller's conversations, newest activity first.
    ///
    /// # Errors
    ///
    /// `Invalid` for a limit outside 1–100; failures of the store.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: ConversationFilter,
    ) -> Result<Arc<Page<Conversation>>, AppError> {
        let _ = (actor, filter);
        Ok(Arc::new(Page { items: Vec::new(), total: 0 }))
    }

    /// One of the caller's conversations.
    ///
    /// # Errors
    ///
    /// `NotFound`, for somebody else's too.
    pub async fn find(&self, actor: &Actor, id: Uuid) -> Result<ConversationView, AppError> {
        let _ = (actor, id);
        Err(AppError::not_found("对话", "Conversation"))
    }
}
