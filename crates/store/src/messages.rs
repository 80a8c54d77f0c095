//! Messages: what was said in a conversation.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    Store, StoreError,
    database::{self, from_millis, to_millis},
    entity::message,
};

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
    /// What belongs to it besides the words: the JSON text that went in.
    pub metadata: Option<String>,
    /// What its reader thinks of it, and since when.
    pub feedback: Option<Feedback>,
    /// When it was said.
    pub created_at: DateTime<Utc>,
}

/// What a reader thinks of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// Whether they like it.
    pub is_liked: bool,
    /// Since when.
    pub at: DateTime<Utc>,
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
    /// What belongs to it besides the words, as JSON text. It is kept and not looked into.
    pub metadata: Option<String>,
}

/// A message with what its answer was made from.
#[derive(Clone, Debug, PartialEq)]
pub struct AnsweredMessage {
    /// The message.
    pub message: Message,
    /// What its conversation is called.
    pub title: String,
    /// The connection that was asked for it; None when it is gone.
    pub connection: Option<Uuid>,
}

impl Store {
    /// The owner's message with this id; `None` when the owner has no such message.
    pub async fn find_message(&self, owner: Uuid, id: Uuid) -> Result<Option<AnsweredMessage>, StoreError> {
        let row = database::query_one(
            self.readers(),
            "SELECT messages.*, conversations.title AS title,
             CASE WHEN runs.id IS NULL THEN conversations.connection ELSE runs.connection END AS connection
             FROM messages JOIN conversations ON conversations.id = messages.conversation
             LEFT JOIN runs ON runs.conversation = messages.conversation AND runs.answer_message = messages.id
             WHERE messages.id = $2 AND conversations.owner = $1",
            [owner.into(), id.into()],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(AnsweredMessage {
            message: message::Model::from_query_result(&row, "")?.try_into()?,
            title: row.try_get("", "title")?,
            connection: row.try_get("", "connection")?,
        }))
    }

    /// The messages of the owner's conversation, oldest first; none when the owner has no such conversation.
    pub async fn messages(&self, owner: Uuid, conversation: Uuid) -> Result<Vec<Message>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT messages.* FROM conversations JOIN messages ON messages.conversation = conversations.id
             WHERE conversations.id = $2 AND conversations.owner = $1 ORDER BY messages.number",
            [owner.into(), conversation.into()],
        )
        .await?;
        rows.iter().map(|row| message::Model::from_query_result(row, "")?.try_into()).collect()
    }

    /// The last messages of the owner's conversation, at most so many, oldest first; none when the owner has no such conversation.
    pub async fn last_messages(
        &self,
        owner: Uuid,
        conversation: Uuid,
        most: u64,
    ) -> Result<Vec<Message>, StoreError> {
        let rows = database::query_all(
            self.readers(),
            "SELECT messages.* FROM conversations JOIN messages ON messages.conversation = conversations.id
             WHERE conversations.id = $2 AND conversations.owner = $1 ORDER BY messages.number DESC LIMIT $3",
            [owner.into(), conversation.into(), i64::try_from(most).unwrap_or(i64::MAX).into()],
        )
        .await?;
        rows.iter().rev().map(|row| message::Model::from_query_result(row, "")?.try_into()).collect()
    }
}

impl Store {
    /// The number of a message of the owner's conversation.
    pub async fn message_number(&self, owner: Uuid, id: Uuid) -> Result<Option<i64>, StoreError> {
        let text = "SELECT messages.number FROM messages JOIN conversations ON conversations.id = messages.conversation
             WHERE messages.id = $2 AND conversations.owner = $1";
        let row = database::query_one(self.readers(), text, [owner.into(), id.into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Keeps what its reader thinks of an assistant's message of the owner's conversation; the same again keeps its time. False when
    /// there is no such message.
    pub async fn set_feedback(
        &self,
        owner: Uuid,
        conversation: Uuid,
        number: i64,
        feedback: Feedback,
    ) -> Result<bool, StoreError> {
        let Feedback { is_liked, at } = feedback;
        let text = "UPDATE messages SET feedback_at = CASE WHEN feedback = $4 THEN feedback_at ELSE $5 END, feedback = $4
             WHERE number = $3 AND conversation = $2 AND role = 'assistant'
             AND EXISTS (SELECT 1 FROM conversations WHERE id = $2 AND owner = $1)";
        let values =
            [owner.into(), conversation.into(), number.into(), is_liked.into(), to_millis(at).into()];
        Ok(database::execute(self.writer(), text, values).await? > 0)
    }
}

impl MessageRole {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
        }
    }

    pub(crate) fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::User, Self::Assistant, Self::System]
            .into_iter()
            .find(|role| role.as_str() == word)
            .ok_or_else(|| database::unknown_word("message role", word))
    }
}

impl MessageStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Complete, Self::Partial]
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| database::unknown_word("message status", word))
    }
}

impl TryFrom<message::Model> for Message {
    type Error = StoreError;

    fn try_from(row: message::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            number: row.number,
            role: MessageRole::parse(&row.role)?,
            content: row.content,
            status: MessageStatus::parse(&row.status)?,
            metadata: row.metadata,
            feedback: match (row.feedback, row.feedback_at) {
                (Some(is_liked), Some(at)) => Some(Feedback { is_liked, at: from_millis(at)? }),
                _ => None,
            },
            created_at: from_millis(row.created_at)?,
        })
    }
}
