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
/// beside it, as a person means it; one that no model can be shown is passed over.
pub(crate) fn as_prompt(messages: &[ChatMessage]) -> Vec<PromptMessage> {
    let mut prompt: Vec<PromptMessage> = Vec::new();
    let mut before = None;
    for message in messages.iter().filter(|message| !message.content.trim().is_empty()) {
        let speaker = match message.role {
            MessageRole::User => Speaker::User,
            MessageRole::Assistant => Speaker::Assistant,
            MessageRole::System => Speaker::System,
        };
        // Something may have been said in between that is passed over.
        let is_beside = before == Some(Speaker::User) && speaker == Speaker::User;
        before = Some(speaker);
        let last = prompt.last_mut().filter(|last| is_beside && last.speaker == Speaker::User);
        match (message.kind, last) {
            (MessageKind::Text, Some(last)) if last.text.is_empty() => last.text.clone_from(&message.content),
            (MessageKind::Text, _) => prompt.push(PromptMessage::new(speaker, message.content.clone())),
            (MessageKind::Image, last) => match (picture(message), last) {
                (Some(picture), Some(last)) => last.pictures.push(picture),
                (Some(picture), None) => {
                    let mut shown = PromptMessage::new(Speaker::User, "");
                    shown.pictures.push(picture);
                    prompt.push(shown);
                }
                (None, _) => {}
            },
        }
    }
    prompt
}

/// The picture that a model can be shown of a message: a person's, at an address or in a form that models take.
fn picture(message: &ChatMessage) -> Option<Picture> {
    Picture::from_url(&message.content).filter(|_| message.role == MessageRole::User)
}

/// Checks what a person has said last, which a reply would be to: who shows a picture there wants it seen.
///
/// # Errors
///
/// `Invalid` (code `picture_unusable`) for a picture that no model can be shown, naming its message.
pub(crate) fn check_pictures(messages: &[ChatMessage]) -> Result<(), AppError> {
    let said_last = (1..).zip(messages).collect::<Vec<_>>().into_iter().rev();
    let said_last = said_last
        .filter(|(_, message)| message.role != MessageRole::System && !message.content.trim().is_empty())
        .skip_while(|(_, message)| message.role != MessageRole::User)
        .take_while(|(_, message)| message.role == MessageRole::User);
    let mut pictures = said_last.filter(|(_, message)| message.kind == MessageKind::Image);
    match pictures.find(|(_, message)| picture(message).is_none()) {
        Some((number, _)) => Err(unusable(number)),
        None => Ok(()),
    }
}

/// What a title is made from: words alone.
pub(crate) fn words_of(messages: &[ChatMessage]) -> Vec<PromptMessage> {
    let words: Vec<ChatMessage> =
        messages.iter().filter(|message| message.kind == MessageKind::Text).cloned().collect();
    as_prompt(&words)
}

fn unusable(number: u64) -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        "picture_unusable",
        Text::new(
            format!(
                "聊天的第 {number} 条消息是模型看不了的图片：图片须是 https 地址，或 PNG、JPEG、WebP、GIF 的 data: 地址（base64）"
            ),
            format!(
                "Message {number} of the chat is a picture that no model can be shown: it has to be an https address, or a data: URL with \
                 the base64 of a PNG, JPEG, WebP or GIF"
            ),
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
            assert_eq!(as_prompt(&said), expected);
        }
        assert_eq!(words_of(&[message(User, Image, "cat.png"), message(User, Text, "a")]), [shown("a", 0)]);
    }

    #[test]
    fn a_picture_that_no_model_can_be_shown_is_refused_in_what_was_said_last_alone() {
        use MessageKind::{Image, Text};
        use MessageRole::{Assistant, System, User};
        let (good, bad) = ("https://example.com/1", "http://example.com/1");
        for (said, refused) in [
            (vec![(User, Image, bad)], Some(1)),
            (
                vec![(User, Text, "a"), (Assistant, Text, "b"), (User, Image, good), (User, Image, "cat")],
                Some(4),
            ),
            (vec![(User, Image, bad), (System, Text, "be kind"), (User, Text, "what?")], Some(1)),
            (vec![(User, Image, bad), (Assistant, Text, "b")], Some(1)),
            (vec![(User, Image, bad), (Assistant, Text, "b"), (User, Text, "c")], None),
            (vec![(Assistant, Image, good), (System, Image, good), (User, Text, "c")], None),
            (vec![(User, Text, "c"), (Assistant, Image, bad)], None),
            (vec![(Assistant, Image, bad)], None),
            (vec![], None),
        ] {
            let said: Vec<_> =
                said.into_iter().map(|(role, kind, content)| message(role, kind, content)).collect();
            match (check_pictures(&said), refused) {
                (Ok(()), None) => {}
                (Err(error), Some(number)) => {
                    assert_eq!(error.code(), "picture_unusable");
                    assert!(error.text().en.starts_with(&format!("Message {number} ")), "{error:?}");
                }
                (checked, _) => panic!("{said:?}: {checked:?}"),
            }
        }
        let said = [
            message(User, Image, good),
            message(Assistant, Image, good),
            message(User, Text, "what?"),
            message(User, Image, bad),
        ];
        let first = PromptMessage {
            pictures: vec![Picture::Address(good.to_owned())],
            ..PromptMessage::new(Speaker::User, "")
        };
        assert_eq!(as_prompt(&said), [first, PromptMessage::new(Speaker::User, "what?")]);
    }
}
