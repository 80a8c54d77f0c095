//! Messages of chats and presets.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use wenshu_core::chats::MessageDraft;
use wenshu_core::{ChatMessage, MessageKind, MessageRole, Text};

use super::vocabulary::{MessageKindWord, RoleWord};
use super::words::{name_of, word};
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;

const ROLES: &[(&str, MessageRole)] =
    &[("user", MessageRole::User), ("assistant", MessageRole::Assistant), ("system", MessageRole::System)];

const KINDS: &[(&str, MessageKind)] = &[("text", MessageKind::Text), ("image", MessageKind::Image)];

/// A message of a request.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct MessageBody {
    /// Who says it.
    #[serde(default)]
    #[schema(value_type = RoleWord, required = true)]
    role: Given<String>,
    /// What it is; text without.
    #[serde(default, rename = "type")]
    #[schema(value_type = Option<MessageKindWord>)]
    kind: Given<String>,
    /// The words, or where the picture is.
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    content: Given<String>,
    /// Whether it is shown; it is without.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    visibility: Given<bool>,
    /// When it was said; now without.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    create_time: Given<String>,
}

/// The messages of a request. What is wrong with one is named with its place, from 0.
pub fn read_messages(checks: &mut Checks, items: Vec<Value>) -> Vec<MessageDraft> {
    items.into_iter().enumerate().filter_map(|(place, item)| read_message(checks, place, item)).collect()
}

fn read_message(checks: &mut Checks, place: usize, item: Value) -> Option<MessageDraft> {
    let field = |name: &str| format!("messages.{place}.{name}");
    let body = if item.is_object() { serde_json::from_value::<MessageBody>(item).ok() } else { None };
    let Some(MessageBody { role, kind, content, visibility, create_time }) = body else {
        checks.fault(format!("messages.{place}"), Text::new("必须是对象", "must be an object"));
        return None;
    };
    if matches!(role, Given::Absent | Given::Null) {
        checks.missing(field("role"));
    }
    let role = word(checks, field("role"), role, ROLES);
    let kind = word(checks, field("type"), kind, KINDS).unwrap_or(MessageKind::Text);
    let content = match content {
        Given::Value(content) => Some(content),
        Given::Absent | Given::Null => {
            checks.missing(field("content"));
            None
        }
        Given::Malformed(text) => {
            checks.fault(field("content"), text);
            None
        }
    };
    let is_visible = match visibility {
        Given::Absent | Given::Null => true,
        Given::Value(is_visible) => is_visible,
        Given::Malformed(text) => {
            checks.fault(field("visibility"), text);
            true
        }
    };
    let created_at = match create_time {
        Given::Absent | Given::Null => None,
        Given::Value(time) => {
            let time = DateTime::parse_from_rfc3339(&time).ok().map(|time| time.with_timezone(&Utc));
            if time.is_none() {
                checks.fault(field("create_time"), not_a_time());
            }
            time
        }
        Given::Malformed(_) => {
            checks.fault(field("create_time"), not_a_time());
            None
        }
    };
    Some(MessageDraft { role: role?, kind, content: content?, is_visible, created_at })
}

fn not_a_time() -> Text {
    Text::new("必须是 RFC 3339 时间，如 2024-01-01T00:00:00Z", "must be a time like 2024-01-01T00:00:00Z")
}

/// A message as this contract shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageDto<'a> {
    #[schema(value_type = RoleWord)]
    role: &'static str,
    #[serde(rename = "type")]
    #[schema(value_type = MessageKindWord)]
    kind: &'static str,
    content: &'a str,
    visibility: bool,
    #[schema(value_type = String, format = DateTime)]
    create_time: Rfc3339,
}

impl<'a> From<&'a ChatMessage> for MessageDto<'a> {
    fn from(message: &'a ChatMessage) -> Self {
        let ChatMessage { role, kind, content, is_visible, created_at } = message;
        Self {
            role: name_of(ROLES, role),
            kind: name_of(KINDS, kind),
            content,
            visibility: *is_visible,
            create_time: Rfc3339(*created_at),
        }
    }
}
