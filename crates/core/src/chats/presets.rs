//! Presets: messages and parameters that chats begin with.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wenshu_store::{ChatMessage, Found, NewPreset, Preset, PresetChange, PresetVisibility, Slice, Store};

use super::{ChatParameters, MessageDraft, checked_title, messages, not_yours};
use crate::clock::Clock;
use crate::credits::checked_limit;
use crate::faults::Faults;
use crate::models::Models;
use crate::{Actor, AppError, ErrorKind, FieldFault, Text};

/// The longest description, in characters.
const DESCRIPTION_LENGTH: usize = 255;

/// What a preset makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PresetKind {
    /// Messages.
    Chat,
    /// Pictures; no model offers that yet.
    Image,
}

/// A preset as its readers see it.
#[derive(Clone, Debug, PartialEq)]
pub struct PresetView {
    /// Identifies it.
    pub id: Uuid,
    /// The owner's number.
    pub owner_number: Option<i64>,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it makes.
    pub kind: PresetKind,
    /// Who may read it.
    pub visibility: PresetVisibility,
    /// How a model is asked.
    pub parameters: ChatParameters,
    /// What comes before a chat's messages.
    pub messages: Vec<ChatMessage>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A preset as a person describes it.
#[derive(Clone, Debug, Default)]
pub struct PresetDraft {
    /// Its title: 1–50 characters.
    pub title: Option<String>,
    /// What it is for: at most 255 characters.
    pub description: Option<String>,
    /// What it makes: messages without.
    pub kind: Option<PresetKind>,
    /// Who may read it. Without it a new one is its owner's alone, and another one stays what it is.
    pub visibility: Option<PresetVisibility>,
    /// How a model is asked.
    pub parameters: ChatParameters,
    /// What comes before a chat's messages.
    pub messages: Vec<MessageDraft>,
}

/// Use cases of presets.
pub struct Presets {
    store: Store,
    clock: Arc<dyn Clock>,
    models: Arc<Models>,
}

impl Presets {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>, models: Arc<Models>) -> Self {
        Self { store, clock, models }
    }

    /// Part of the presets that the caller sees: its own, and the public ones.
    ///
    /// # Errors
    ///
    /// `Invalid` for a limit outside 1–100; failures of the store.
    pub async fn list(&self, actor: &Actor, slice: &Slice) -> Result<Vec<PresetView>, AppError> {
        checked_limit(slice.limit)?;
        let presets = self.store.presets(actor.id(), slice).await?;
        presets.into_iter().map(view).collect()
    }

    /// A preset of the caller's, or one that others may read.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for somebody else's private one.
    pub async fn find(&self, actor: &Actor, id: Uuid) -> Result<PresetView, AppError> {
        match self.store.find_preset(actor.id(), id).await? {
            Found::Own(preset) | Found::Shared(preset) => view(preset),
            Found::Denied => Err(not_yours()),
            Found::Missing => Err(not_found()),
        }
    }

    /// Makes a preset. `unread` are faults of fields that the contract could not read.
    ///
    /// # Errors
    ///
    /// `Forbidden` for a visitor, and for a public one from anybody but an admin; `Invalid` naming every field that breaks a rule.
    pub async fn create(
        &self,
        actor: &Actor,
        draft: PresetDraft,
        unread: Vec<FieldFault>,
    ) -> Result<PresetView, AppError> {
        actor.may_write()?;
        let content = self.settle(actor, draft, unread).await?;
        may_publish(actor, content.visibility)?;
        let id = self.clock.new_id();
        let new = NewPreset { id, owner: actor.id(), content, created_at: self.clock.now() };
        self.store.insert_preset(new).await?;
        self.find(actor, id).await
    }

    /// Writes a preset anew: of the caller's own, or of the public ones for an admin. Chats that use it go on with what it is now.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create); `NotFound`, and `Forbidden` for somebody else's.
    pub async fn change(
        &self,
        actor: &Actor,
        id: Uuid,
        draft: PresetDraft,
        unread: Vec<FieldFault>,
    ) -> Result<PresetView, AppError> {
        actor.may_write()?;
        let wanted = draft.visibility;
        let mut content = self.settle(actor, draft, unread).await?;
        let (owner, visibility) = self.editable(actor, id).await?;
        content.visibility = wanted.unwrap_or(visibility);
        may_publish(actor, content.visibility)?;
        if !self.store.change_preset(owner, id, content, self.clock.now()).await? {
            return Err(not_found());
        }
        self.find(actor, id).await
    }

    /// Deletes a preset: of the caller's own, or of the public ones for an admin. Chats that use it keep a copy.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for somebody else's.
    pub async fn delete(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        actor.may_write()?;
        let (owner, _) = self.editable(actor, id).await?;
        if self.store.delete_preset(owner, id).await? { Ok(()) } else { Err(not_found()) }
    }

    /// The owner of a preset that the caller may change, and who may read it.
    async fn editable(&self, actor: &Actor, id: Uuid) -> Result<(Uuid, PresetVisibility), AppError> {
        match self.store.find_preset(actor.id(), id).await? {
            Found::Own(preset) => {
                may_publish(actor, preset.visibility)?;
                Ok((actor.id(), preset.visibility))
            }
            Found::Shared(preset) if actor.is_admin() && preset.visibility == PresetVisibility::Public => {
                Ok((preset.owner.ok_or_else(not_found)?, preset.visibility))
            }
            Found::Shared(_) | Found::Denied => Err(not_yours()),
            Found::Missing => Err(not_found()),
        }
    }

    async fn settle(
        &self,
        actor: &Actor,
        draft: PresetDraft,
        unread: Vec<FieldFault>,
    ) -> Result<PresetChange, AppError> {
        let mut faults = Faults::new(unread);
        let PresetDraft { title, description, kind, visibility, mut parameters, messages } = draft;
        let title = checked_title(&mut faults, title);
        if let Some(description) = &description {
            if description.is_empty() {
                faults.missing("description");
            }
            faults.text("description", description, DESCRIPTION_LENGTH);
        }
        parameters.check(&mut faults);
        parameters.model = parameters.model.map(|model| model.trim().to_owned());
        if let Some(model) = &parameters.model
            && !faults.has("parameters.model")
            && !self.models.is_named(actor, model).await?
        {
            faults.add("parameters.model", Text::new("没有这个模型", "names no model there is"));
        }
        faults.finish(&["title", "description", "type", "visibility"])?;
        let now = self.clock.now();
        Ok(PresetChange {
            title,
            description,
            kind: kind.unwrap_or(PresetKind::Chat).as_str().to_owned(),
            visibility: visibility.unwrap_or(PresetVisibility::Private),
            parameters: serde_json::to_string(&parameters).map_err(AppError::internal)?,
            messages: messages::to_json(messages.into_iter().map(|message| message.said(now)).collect())?,
        })
    }
}

/// What a chat takes from the preset that it begins with.
pub(crate) fn beginning(preset: &Preset) -> Result<(Vec<ChatMessage>, ChatParameters), AppError> {
    let parameters = serde_json::from_str(&preset.parameters).map_err(AppError::internal)?;
    Ok((messages::from_json(&preset.messages)?, parameters))
}

/// Whether a preset is for messages.
pub(crate) fn is_for_chats(preset: &Preset) -> bool {
    PresetKind::parse(&preset.kind) == PresetKind::Chat
}

fn view(preset: Preset) -> Result<PresetView, AppError> {
    let (messages, parameters) = beginning(&preset)?;
    let Preset { id, owner: _, owner_number, title, description, kind, visibility, .. } = preset;
    Ok(PresetView {
        id,
        owner_number,
        title,
        description,
        kind: PresetKind::parse(&kind),
        visibility,
        parameters,
        messages,
        created_at: preset.created_at,
        updated_at: preset.updated_at,
    })
}

/// Only an admin makes or changes presets that everybody is shown.
fn may_publish(actor: &Actor, visibility: PresetVisibility) -> Result<(), AppError> {
    if visibility != PresetVisibility::Public || actor.is_admin() {
        return Ok(());
    }
    Err(AppError::new(
        ErrorKind::Forbidden,
        "admins_only",
        Text::new("只有管理员可以公开预设", "Only an admin may make or change a public preset"),
    ))
}

fn not_found() -> AppError {
    AppError::not_found("预设", "Preset")
}

impl PresetKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat_generation",
            Self::Image => "image_generation",
        }
    }

    fn parse(word: &str) -> Self {
        if word == Self::Image.as_str() { Self::Image } else { Self::Chat }
    }
}
