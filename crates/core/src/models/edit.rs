//! Adding, editing and deleting models of one's own.

use secrecy::SecretString;
use uuid::Uuid;
use wenshu_store::{EncryptedSecret, Model, ModelUpdate, NewModel};

use super::draft::{ModelDraft, Settled};
use super::{ModelView, Models, Which, not_found};
use crate::change::Change;
use crate::connections::edited_meanwhile;
use crate::{Actor, AppError, ErrorKind, FieldFault, Text};

/// How often an edit is made anew when another one came between reading and writing.
pub(super) const TRIES: usize = 5;

impl Models {
    /// Adds a model of the caller's. `unread` are faults of fields that the contract could not read.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every field that breaks a rule.
    pub async fn add(
        &self,
        actor: &Actor,
        draft: ModelDraft,
        unread: Vec<FieldFault>,
    ) -> Result<ModelView, AppError> {
        let settled = self.settle(draft, None, unread).await?;
        let Settled { name, provider, model_id, base_url, api_key, is_default } = settled;
        let id = self.clock.new_id();
        let new = NewModel {
            id,
            owner: actor.id(),
            name,
            provider,
            model_id,
            base_url,
            api_key: self.stored_key(id, api_key, None)?,
            is_default: is_default == Some(true),
            created_at: self.clock.now(),
        };
        let model = self.store.insert_model(new).await?;
        self.view_anew(actor, &model).await
    }

    /// Edits a model of the caller's; what the draft doesn't mention stays.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for those that everybody has; `Invalid` naming every field that breaks a rule.
    pub async fn change(
        &self,
        actor: &Actor,
        id: Uuid,
        draft: ModelDraft,
        unread: Vec<FieldFault>,
    ) -> Result<ModelView, AppError> {
        for _ in 0..TRIES {
            let current = self.editable(actor, id).await?;
            let settled = self.settle(draft.clone(), Some(&current), unread.clone()).await?;
            let Settled { name, provider, model_id, base_url, api_key, is_default } = settled;
            let update = ModelUpdate {
                id,
                owner: actor.id(),
                seen: current.revision,
                name,
                provider,
                model_id,
                base_url,
                api_key: self.stored_key(id, api_key, current.api_key)?,
                is_default,
                updated_at: self.clock.now(),
            };
            if let Some(model) = self.store.update_model(update).await? {
                self.opened.invalidate(&id);
                return self.view_anew(actor, &model).await;
            }
        }
        Err(edited_meanwhile())
    }

    /// Deletes a model of the caller's. Conversations that it answered stay and go on with the default one; what it is answering
    /// comes to its end.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Forbidden` for those that everybody has.
    pub async fn remove(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        self.editable(actor, id).await?;
        if !self.store.delete_model(actor.id(), id).await? {
            return Err(not_found());
        }
        self.opened.invalidate(&id);
        Ok(())
    }

    /// A model that the caller may edit, as it stands now.
    async fn editable(&self, actor: &Actor, id: Uuid) -> Result<Model, AppError> {
        if self.shared.find(&self.store.shared_models().await?, id).is_some() {
            return Err(AppError::new(
                ErrorKind::Forbidden,
                "shared_model",
                Text::new(
                    "这是所有人共用的模型，不能修改或删除",
                    "This model is shared by everybody and can't be changed or deleted",
                ),
            ));
        }
        self.store.find_model(actor.id(), id).await?.ok_or_else(not_found)
    }

    /// A model as its owner sees it after an edit, which may have changed the default as well.
    async fn view_anew(&self, actor: &Actor, model: &Model) -> Result<ModelView, AppError> {
        let account = self.store.account(actor.id()).await?;
        let chosen = account.and_then(|account| account.default_model);
        Ok(self.view(Which::Own(model), chosen == Some(model.id)))
    }

    pub(super) async fn settle(
        &self,
        draft: ModelDraft,
        current: Option<&Model>,
        unread: Vec<FieldFault>,
    ) -> Result<Settled, AppError> {
        let providers = self.engines.connector.providers();
        draft.settle(current, unread, &providers, self.resolver.as_ref()).await
    }

    /// The key as it is stored: encrypted for this model alone.
    pub(super) fn stored_key(
        &self,
        id: Uuid,
        change: Change<SecretString>,
        current: Option<EncryptedSecret>,
    ) -> Result<Option<EncryptedSecret>, AppError> {
        match change {
            Change::Keep => Ok(current),
            Change::Clear => Ok(None),
            Change::Set(key) => {
                let encrypted = self.boxer.encrypt(&key, id.as_bytes());
                Ok(Some(EncryptedSecret::new(encrypted.map_err(AppError::internal)?)))
            }
        }
    }
}
