//! What accounts like: presets and chats that they may read.

use std::sync::Arc;

use uuid::Uuid;
use wenshu_store::{Found, Like, LikeKind, Store};

use crate::clock::Clock;
use crate::{Actor, AppError};

/// Use cases of likes.
pub struct Likes {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Likes {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// What the caller likes and may still read, newest first.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn list(&self, actor: &Actor, limit: u64, offset: u64) -> Result<Vec<Like>, AppError> {
        Ok(self.store.likes(actor.id(), limit, offset).await?)
    }

    /// The caller likes something from now on; saying so again changes nothing.
    ///
    /// # Errors
    ///
    /// `NotFound` for what doesn't exist, or that the caller may not read.
    pub async fn add(&self, actor: &Actor, kind: LikeKind, thing: Uuid) -> Result<(), AppError> {
        let is_readable = match kind {
            LikeKind::Preset => is_readable(&self.store.find_preset(actor.id(), thing).await?),
            LikeKind::Chat => is_readable(&self.store.find_chat(actor.id(), thing).await?),
        };
        if !is_readable {
            return Err(match kind {
                LikeKind::Preset => AppError::not_found("预设", "Preset"),
                LikeKind::Chat => AppError::not_found("聊天", "Chat"),
            });
        }
        let like = Like { kind, thing, created_at: self.clock.now() };
        Ok(self.store.insert_like(actor.id(), like).await?)
    }

    /// The caller doesn't like it any more; nothing happens when that was so already.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn remove(&self, actor: &Actor, kind: LikeKind, thing: Uuid) -> Result<(), AppError> {
        Ok(self.store.delete_like(actor.id(), kind, thing).await?)
    }
}

fn is_readable<T>(found: &Found<T>) -> bool {
    matches!(found, Found::Own(_) | Found::Shared(_))
}
