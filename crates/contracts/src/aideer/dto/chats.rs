//! Bodies of `/chats`, and how lists of chats and presets are asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use wenshu_core::chats::ChatDraft;
use wenshu_core::{AppError, Chat, ChatOrder, ChatVisibility, FieldFault, Slice};

use super::messages::{MessageDto, read_messages};
use super::page::Window;
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
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// How many to leave out.
    offset: Given<i64>,
    /// How many to answer, 1–100.
    limit: Given<i64>,
    /// `create_time` (the default), `update_time`, `title` or `id`.
    order_by: Given<String>,
    /// `asc` or `desc` (the default).
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
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChatBody {
    /// What comes before its messages; `null` for nothing.
    preset_id: Given<Uuid>,
    /// 1–50 characters.
    title: Given<String>,
    /// `private` or `shared`; left out, a new chat is private and another one stays what it is.
    visibility: Given<String>,
    /// Its messages, oldest first.
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
#[derive(Debug, Serialize)]
pub struct ChatDto<'a> {
    id: Uuid,
    owner_id: i64,
    preset_id: Option<Uuid>,
    title: &'a str,
    visibility: &'static str,
    messages: Vec<MessageDto<'a>>,
    create_time: Rfc3339,
    update_time: Rfc3339,
}

impl<'a> From<&'a Chat> for ChatDto<'a> {
    fn from(chat: &'a Chat) -> Self {
        let Chat { id, owner: _, owner_number, preset, title, visibility, messages, created_at, updated_at } =
            chat;
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
