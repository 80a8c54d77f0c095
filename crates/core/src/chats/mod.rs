//! Chats: conversations whose messages a person may write anew, and that may begin with a preset. What a model writes to them comes
//! with tasks ([`runs::tasks`](crate::runs::tasks)).

pub mod messages;
pub mod parameters;
pub mod presets;

use std::sync::Arc;

use uuid::Uuid;
use wenshu_store::{Chat, ChatChange, ChatVisibility, Found, NewChat, Slice, Store, StoreError};

pub use self::messages::MessageDraft;
pub use self::parameters::ChatParameters;
pub use self::presets::{PresetDraft, PresetView, Presets};
use crate::clock::Clock;
use crate::credits::checked_limit;
use crate::faults::Faults;
use crate::{Actor, AppError, ErrorKind, FieldFault, Text};

/// The longest title, in characters.
const TITLE_LENGTH: usize = 50;

/// A chat as a person describes it.
#[derive(Clone, Debug, Default)]
pub struct ChatDraft {
    /// What comes before its messages.
    pub preset: Option<Uuid>,
    /// Its title: 1–50 characters.
    pub title: Option<String>,
    /// Who may read it: its owner without.
    pub visibility: Option<ChatVisibility>,
    /// Its messages, oldest first.
    pub messages: Option<Vec<MessageDraft>>,
}

/// A chat that keeps the rules.
struct Settled {
    preset: Option<Uuid>,
    title: String,
    visibility: Option<ChatVisibility>,
    messages: Vec<MessageDraft>,
}

/// Use cases of chats.
pub struct Chats {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Chats {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Part of the caller's chats.
    ///
    /// # Errors
    ///
    /// `Invalid` for a limit outside 1–100; failures of the store.
    pub async fn list(&self, actor: &Actor, slice: &Slice) -> Result<Vec<Chat>, AppError> {
        checked_limit(slice.limit)?;
        Ok(self.store.chats(actor.id(), slice).await?)
    }

    /// A chat of the caller's; of one that somebody else shares, the caller's copy, which is made when there is none yet.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for somebody else's private one.
    pub async fn find(&self, actor: &Actor, id: Uuid) -> Result<Chat, AppError> {
        match self.store.find_chat(actor.id(), id).await? {
            Found::Own(chat) => Ok(chat),
            Found::Shared(chat) => self.copy(actor, chat).await,
            Found::Denied => Err(not_yours()),
            Found::Missing => Err(not_found()),
        }
    }

    /// Whether the caller may read a chat. Unlike [`find`](Self::find) it copies nothing.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for somebody else's private one.
    pub async fn check(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        match self.store.find_chat(actor.id(), id).await? {
            Found::Own(_) | Found::Shared(_) => Ok(()),
            Found::Denied => Err(not_yours()),
            Found::Missing => Err(not_found()),
        }
    }

    /// Makes a chat. `unread` are faults of fields that the contract could not read.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a visitor; `Invalid` naming every field that breaks a rule; `NotFound` (code `preset_not_found`).
    pub async fn create(
        &self,
        actor: &Actor,
        draft: ChatDraft,
        unread: Vec<FieldFault>,
    ) -> Result<Chat, AppError> {
        actor.may_write()?;
        let Settled { preset, title, visibility, messages } = settle(draft, unread)?;
        self.check_preset(actor, preset, None).await?;
        let (id, now) = (self.clock.new_id(), self.clock.now());
        let messages = messages.into_iter().map(|message| (self.clock.new_id(), message.said(now))).collect();
        let new = NewChat {
            id,
            owner: actor.id(),
            preset,
            title,
            is_named: true,
            visibility: visibility.unwrap_or(ChatVisibility::Private),
            messages,
            copied_from: None,
            created_at: now,
        };
        self.store.insert_chat(new).await.map_err(preset_gone)?;
        self.own(actor, id).await
    }

    /// Writes a chat of the caller's anew; its messages at the beginning that stay the same keep what belongs to them.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create); `NotFound`, and `Forbidden` for somebody else's.
    pub async fn change(
        &self,
        actor: &Actor,
        id: Uuid,
        draft: ChatDraft,
        unread: Vec<FieldFault>,
    ) -> Result<Chat, AppError> {
        actor.may_write()?;
        let Settled { preset, title, visibility, messages } = settle(draft, unread)?;
        let current = self.own(actor, id).await?;
        self.check_preset(actor, preset, current.preset).await?;
        let now = self.clock.now();
        let messages = messages.into_iter().map(|message| (self.clock.new_id(), message.said(now))).collect();
        let change = ChatChange {
            id,
            owner: actor.id(),
            preset,
            title,
            visibility: visibility.unwrap_or(current.visibility),
            messages,
            updated_at: now,
        };
        if !self.store.change_chat(change).await.map_err(preset_gone)? {
            return Err(not_found());
        }
        self.own(actor, id).await
    }

    /// A chat of the caller's own.
    pub(crate) async fn own(&self, actor: &Actor, id: Uuid) -> Result<Chat, AppError> {
        match self.store.find_chat(actor.id(), id).await? {
            Found::Own(chat) => Ok(chat),
            Found::Shared(_) | Found::Denied => Err(not_yours()),
            Found::Missing => Err(not_found()),
        }
    }

    /// The caller's copy of a chat.
    async fn copy(&self, actor: &Actor, of: Chat) -> Result<Chat, AppError> {
        if let Some(copy) = self.store.find_copy(actor.id(), of.id).await? {
            return Ok(copy);
        }
        let id = self.clock.new_id();
        let new = NewChat {
            id,
            owner: actor.id(),
            preset: of.preset,
            title: of.title,
            is_named: true,
            visibility: ChatVisibility::Private,
            messages: of.messages.into_iter().map(|message| (self.clock.new_id(), message)).collect(),
            copied_from: Some(of.id),
            created_at: self.clock.now(),
        };
        match self.store.insert_chat(new).await {
            Ok(()) => self.own(actor, id).await,
            // The same reader asked twice at the same moment.
            Err(StoreError::Conflict { .. }) => {
                self.store.find_copy(actor.id(), of.id).await?.ok_or_else(not_found)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the caller may begin a chat with this preset. What a chat has already it may keep, though it was deleted.
    async fn check_preset(
        &self,
        actor: &Actor,
        preset: Option<Uuid>,
        current: Option<Uuid>,
    ) -> Result<(), AppError> {
        let Some(preset) = preset.filter(|preset| current != Some(*preset)) else { return Ok(()) };
        match self.store.find_preset(actor.id(), preset).await? {
            Found::Own(_) | Found::Shared(_) => Ok(()),
            Found::Denied | Found::Missing => Err(no_preset()),
        }
    }
}

fn settle(draft: ChatDraft, unread: Vec<FieldFault>) -> Result<Settled, AppError> {
    let mut faults = Faults::new(unread);
    let ChatDraft { preset, title, visibility, messages } = draft;
    let title = checked_title(&mut faults, title);
    faults.finish(&["preset_id", "title", "visibility", "messages"])?;
    Ok(Settled { preset, title, visibility, messages: messages.unwrap_or_default() })
}

/// A title of 1–50 characters.
fn checked_title(faults: &mut Faults, title: Option<String>) -> String {
    let title = title.map(|title| title.trim().to_owned()).unwrap_or_default();
    if title.is_empty() {
        faults.missing("title");
    }
    faults.line("title", &title, TITLE_LENGTH);
    title
}

/// The preset went between looking and writing.
fn preset_gone(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => no_preset(),
        error => error.into(),
    }
}

fn no_preset() -> AppError {
    AppError::new(ErrorKind::NotFound, "preset_not_found", Text::new("预设不存在", "Preset not found"))
}

pub(crate) fn not_found() -> AppError {
    AppError::not_found("聊天", "Chat")
}

pub(crate) fn not_yours() -> AppError {
    AppError::new(
        ErrorKind::Forbidden,
        "not_yours",
        Text::new("这不属于你，不能这样做", "This belongs to somebody else"),
    )
}
