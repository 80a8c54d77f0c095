//! Bodies of `/chats`, and how lists of chats and presets are asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::chats::ChatDraft;
use wenshu_core::{AppError, Chat, ChatOrder, ChatVisibility, FieldFault, Slice};

use super::messages::{MessageBody, MessageDto, read_messages};
use super::page::Window;
use super::vocabulary::{ChatVisibilityWord, DirectionWord, OrderWord};
use super::words::{name_of, word};
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;

const VISIBILITIES: &[(&str, ChatVisibility)] =
    &[("private", ChatVisibility::Private), ("shared", ChatVisibility::Shared)];

const ORDERS: &[(&str, ChatOrder)] = &[
    ("create_time", ChatOrder::Created),
    ("update_time", ChatOrder::Updated),
    ("title", ChatOrder::Title),
    ("id", ChatOrder::Id),
];

/// Which part of a list, in which order.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ListQuery {
    /// How many to leave out.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, default = 0)]
    offset: Given<i64>,
    /// How many to answer at most.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 100, default = 10)]
    limit: Given<i64>,
    /// What the list is ordered by; `create_time` without.
    #[serde(default)]
    #[schema(value_type = Option<OrderWord>)]
    order_by: Given<String>,
    /// `desc` without.
    #[serde(default)]
    #[schema(value_type = Option<DirectionWord>)]
    order: Given<String>,
}

impl ListQuery {
    /// The part that is wanted.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the fields.
    pub fn into_slice(self) -> Result<Slice, AppError> {
        let Self { offset, limit, order_by, order } = self;
        let mut checks = Checks::default();
        let Window { offset, limit } = Window::checked(offset, limit, &mut checks);
        let by = word(&mut checks, "query.order_by", order_by, ORDERS).unwrap_or(ChatOrder::Created);
        let directions = [("asc", false), ("desc", true)];
        let descending = word(&mut checks, "query.order", order, &directions).unwrap_or(true);
        checks.finish()?;
        Ok(Slice { order: by, descending, limit, offset })
    }
}

/// A chat to be made, or what one is from now on.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ChatBody {
    /// What comes before its messages; `null` for nothing.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>, required = true)]
    preset_id: Given<Uuid>,
    /// Its title.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 50)]
    title: Given<String>,
    /// Left out, a new chat is private and another one stays what it is.
    #[serde(default)]
    #[schema(value_type = Option<ChatVisibilityWord>)]
    visibility: Given<String>,
    /// Its messages, oldest first.
    #[serde(default)]
    #[schema(value_type = Vec<MessageBody>, required = true)]
    messages: Given<Vec<Value>>,
}

impl ChatBody {
    /// The chat that is described, and what is wrong with fields that can't be read.
    pub fn into_draft(self) -> (ChatDraft, Vec<FieldFault>) {
        let Self { preset_id, title, visibility, messages } = self;
        let mut checks = Checks::default();
        if matches!(preset_id, Given::Absent) {
            checks.missing("preset_id");
        }
        let draft = ChatDraft {
            preset: checks.optional("preset_id", preset_id),
            title: checks.required("title", title),
            visibility: word(&mut checks, "visibility", visibility, VISIBILITIES),
            messages: checks
                .required("messages", messages)
                .map(|messages| read_messages(&mut checks, messages)),
        };
        (draft, checks.into_faults())
    }
}

/// A chat as this contract shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chat)]
pub struct ChatDto<'a> {
    id: Uuid,
    owner_id: i64,
    preset_id: Option<Uuid>,
    title: &'a str,
    #[schema(value_type = ChatVisibilityWord)]
    visibility: &'static str,
    messages: Vec<MessageDto<'a>>,
    #[schema(value_type = String, format = DateTime)]
    create_time: Rfc3339,
    #[schema(value_type = String, format = DateTime)]
    update_time: Rfc3339,
}

impl<'a> From<&'a Chat> for ChatDto<'a> {
    fn from(chat: &'a Chat) -> Self {
        let Chat {
            id,
            owner: _,
            owner_number,
            preset,
            title,
            visibility,
            messages,
            last_message: _,
            created_at,
            updated_at,
        } = chat;
        Self {
            id: *id,
            owner_id: *owner_number,
            preset_id: *preset,
            title,
            visibility: name_of(VISIBILITIES, visibility),
            messages: messages.iter().map(MessageDto::from).collect(),
            create_time: Rfc3339(*created_at),
            update_time: Rfc3339(*updated_at),
        }
    }
}
