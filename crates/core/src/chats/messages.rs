//! Messages of chats and presets: what a person gives, the rules, and how presets keep them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use wenshu_answer::{Picture, PromptMessage, Speaker};
use wenshu_store::{ChatMessage, MessageKind, MessageRole};

use crate::{AppError, ErrorKind, Text};

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

/// What a model reads of messages, hidden ones included: their words, and the pictures of a person's. A picture comes with the words
/// beside it, as a person means it.
///
/// # Errors
///
/// `Invalid` (code `picture_unusable`) for a picture that no model can be shown.
pub(crate) fn as_prompt(messages: &[ChatMessage]) -> Result<Vec<PromptMessage>, AppError> {
    let mut prompt: Vec<PromptMessage> = Vec::new();
    for message in messages.iter().filter(|message| !message.content.trim().is_empty()) {
        let speaker = match message.role {
            MessageRole::User => Speaker::User,
            MessageRole::Assistant => Speaker::Assistant,
            MessageRole::System => Speaker::System,
        };
        let last = prompt.last_mut().filter(|last| last.speaker == Speaker::User && speaker == Speaker::User);
        match (message.kind, last) {
            (MessageKind::Text, Some(last)) if last.text.is_empty() => last.text.clone_from(&message.content),
            (MessageKind::Text, _) => prompt.push(PromptMessage::new(speaker, message.content.clone())),
            (MessageKind::Image, _) if speaker != Speaker::User => return Err(unusable()),
            (MessageKind::Image, last) => {
                let picture = Picture::from_url(&message.content).ok_or_else(unusable)?;
                match last {
                    Some(last) => last.pictures.push(picture),
                    None => {
                        let mut shown = PromptMessage::new(Speaker::User, "");
                        shown.pictures.push(picture);
                        prompt.push(shown);
                    }
                }
            }
        }
    }
    Ok(prompt)
}

/// What a title is made from: words alone.
pub(crate) fn words_of(messages: &[ChatMessage]) -> Result<Vec<PromptMessage>, AppError> {
    let words: Vec<ChatMessage> =
        messages.iter().filter(|message| message.kind == MessageKind::Text).cloned().collect();
    as_prompt(&words)
}

fn unusable() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        "picture_unusable",
        Text::new(
            "聊天里有模型看不了的图片：图片须在用户的消息里，并且是 https 地址，或 PNG、JPEG、WebP、GIF 的 data: 地址（base64）",
            "The chat has a picture that no model can be shown: it has to be in a user's message, and an https address, or a data: URL with \
             the base64 of a PNG, JPEG, WebP or GIF",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(role: MessageRole, kind: MessageKind, content: &str) -> ChatMessage {
        let created_at = DateTime::from_timestamp(0, 0).unwrap();
        ChatMessage { role, kind, content: content.to_owned(), is_visible: true, created_at }
    }

    #[test]
    fn a_picture_comes_with_the_words_beside_it() {
        use MessageKind::{Image, Text};
        use MessageRole::{Assistant, User};
        let one = "https://example.com/1";
        let shown = |text: &str, count: usize| PromptMessage {
            pictures: vec![Picture::Address(one.to_owned()); count],
            ..PromptMessage::new(Speaker::User, text)
        };
        for (said, expected) in [
            (vec![(User, Image, one), (User, Text, "what?")], vec![shown("what?", 1)]),
            (vec![(User, Text, "what?"), (User, Image, one), (User, Image, one)], vec![shown("what?", 2)]),
            (vec![(User, Image, one)], vec![shown("", 1)]),
            (vec![(User, Text, "a"), (User, Text, "b")], vec![shown("a", 0), shown("b", 0)]),
            (
                vec![(User, Image, one), (Assistant, Text, "a cat"), (User, Image, one)],
                vec![shown("", 1), PromptMessage::new(Speaker::Assistant, "a cat"), shown("", 1)],
            ),
        ] {
            let said: Vec<_> =
                said.into_iter().map(|(role, kind, content)| message(role, kind, content)).collect();
            assert_eq!(as_prompt(&said).unwrap(), expected);
        }
        for (role, content) in [(User, "http://example.com/1"), (User, "cat.png"), (Assistant, one)] {
            let error = as_prompt(&[message(role, Image, content)]).unwrap_err();
            assert_eq!(error.code(), "picture_unusable", "{content}");
        }
        assert_eq!(
            words_of(&[message(User, Image, "cat.png"), message(User, Text, "a")]).unwrap(),
            [shown("a", 0)]
        );
    }
}
