//! Models that admins share with everybody.
//!
//! They are offered as those of the operator's configuration are, and a token of them costs what the admin says. The rule on hosts is that of
//! models of one's own ([`hosts`](crate::connections::hosts)): an admin chooses where this server connects to, as anybody does who adds a
//! model, while the configuration is written by whoever owns the machine. Private networks may be asked under it, metadata services not.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wenshu_store::{Model, NewSharedModel, SharedModelUpdate};

use super::draft::{ModelDraft, Settled};
use super::edit::TRIES;
use super::shared::Which;
use super::{KeyView, ModelTest, Models, not_found};
use crate::change::Change;
use crate::connections::edited_meanwhile;
use crate::{Actor, AppError, ErrorKind, FieldFault, Text};

/// The most credits that a token can cost.
const LARGEST_MULTIPLIER: i64 = 1_000_000;

/// A shared model as an admin describes it: a new one, or what changes of one.
#[derive(Clone, Debug, Default)]
pub struct SharedModelDraft {
    /// What it has as any model; that it answers when none is named isn't said of one.
    pub model: ModelDraft,
    /// What a token of it costs in credits: 0–1,000,000, and 1 when it isn't said.
    pub multiplier: Change<i64>,
}

/// Where a shared model comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedModelSource {
    /// The operator's configuration, where alone it can be changed.
    Configuration,
    /// An admin.
    Stored,
}

/// A shared model as admins see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedModelView {
    /// Identifies the model.
    pub id: Uuid,
    /// Where it comes from.
    pub source: SharedModelSource,
    /// What people call it.
    pub name: String,
    /// Who provides it.
    pub provider: String,
    /// What its provider calls it.
    pub model_id: String,
    /// Where it is. None: where its provider usually is, or the configuration's business, as is the key.
    pub base_url: Option<String>,
    /// Whether there is a key.
    pub has_key: bool,
    /// The end of the key, for recognizing it.
    pub key_hint: Option<String>,
    /// What a token of it costs in credits.
    pub multiplier: u32,
    /// Whether there is no reason known why it couldn't answer.
    pub is_available: bool,
    /// When it was made; the configuration doesn't say.
    pub created_at: Option<DateTime<Utc>>,
}

impl Models {
    /// The models that everybody is offered but for the built-in engine: those of the configuration, then those of admins.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin.
    pub async fn shared(&self, actor: &Actor) -> Result<Vec<SharedModelView>, AppError> {
        actor.must_be_admin()?;
        let stored = self.store.shared_models().await?;
        Ok(self.shared.everybodys(&stored).filter_map(|which| self.shared_view(which)).collect())
    }

    /// Adds a model for everybody. `unread` are faults of fields that the contract could not read.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin; `Invalid` naming every field that breaks a rule.
    pub async fn share(
        &self,
        actor: &Actor,
        draft: SharedModelDraft,
        unread: Vec<FieldFault>,
    ) -> Result<SharedModelView, AppError> {
        actor.must_be_admin()?;
        let (settled, multiplier) = self.settle_shared(draft, None, unread).await?;
        let Settled { name, provider, model_id, base_url, api_key, is_default: _ } = settled;
        let (id, created_at) = (self.clock.new_id(), self.clock.now());
        let api_key = self.stored_key(id, api_key, None)?;
        let new = NewSharedModel { id, name, provider, model_id, base_url, api_key, multiplier, created_at };
        let model = self.store.insert_shared_model(new).await?;
        Ok(self.stored_view(&model))
    }

    /// Edits a model of everybody's; what the draft doesn't mention stays.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin, and (code `configured_model`) for one of the configuration; `NotFound`; `Invalid` naming every
    /// field that breaks a rule.
    pub async fn change_shared(
        &self,
        actor: &Actor,
        id: Uuid,
        draft: SharedModelDraft,
        unread: Vec<FieldFault>,
    ) -> Result<SharedModelView, AppError> {
        for _ in 0..TRIES {
            let current = self.editable_shared(actor, id).await?;
            let (settled, multiplier) =
                self.settle_shared(draft.clone(), Some(&current), unread.clone()).await?;
            let Settled { name, provider, model_id, base_url, api_key, is_default: _ } = settled;
            let goes_elsewhere = (&provider, &base_url) != (&current.provider, &current.base_url);
            if goes_elsewhere && matches!(api_key, Change::Keep) && current.api_key.is_some() {
                return Err(AppError::invalid(
                    "api_key",
                    Text::new(
                        "模型换了地址，请重新填写密钥：已保存的密钥只发给原来的地址",
                        "is needed again, since the model is elsewhere: the stored one goes to the old address alone",
                    ),
                ));
            }
            let update = SharedModelUpdate {
                id,
                seen: current.revision,
                name,
                provider,
                model_id,
                base_url,
                api_key: self.stored_key(id, api_key, current.api_key)?,
                multiplier,
                updated_at: self.clock.now(),
            };
            if let Some(model) = self.store.update_shared_model(update).await? {
                self.opened.invalidate(&id);
                return Ok(self.stored_view(&model));
            }
        }
        Err(edited_meanwhile())
    }

    /// Deletes a model of everybody's. What it answered stays, and what it is answering comes to its end.
    ///
    /// # Errors
    ///
    /// `Forbidden` as for [`change_shared`](Self::change_shared); `NotFound`.
    pub async fn unshare(&self, actor: &Actor, id: Uuid) -> Result<(), AppError> {
        self.editable_shared(actor, id).await?;
        if !self.store.delete_shared_model(id).await? {
            return Err(not_found());
        }
        self.opened.invalidate(&id);
        Ok(())
    }

    /// Tries a model that everybody is offered. A model that doesn't answer is no error.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin; `NotFound`.
    pub async fn test_shared(&self, actor: &Actor, id: Uuid) -> Result<ModelTest, AppError> {
        actor.must_be_admin()?;
        let stored = self.store.shared_models().await?;
        let which = self.shared.everybodys(&stored).find(|which| which.id() == id).ok_or_else(not_found)?;
        Ok(self.try_which(which).await)
    }

    /// A shared model that may be edited here, as it stands now.
    async fn editable_shared(&self, actor: &Actor, id: Uuid) -> Result<Model, AppError> {
        actor.must_be_admin()?;
        if self.shared.everybodys(&[]).any(|which| which.id() == id) {
            return Err(AppError::new(
                ErrorKind::Forbidden,
                "configured_model",
                Text::new(
                    "此模型来自服务器配置，请在配置中修改或删除",
                    "This model comes from the server's configuration; change or remove it there",
                ),
            ));
        }
        self.store.find_shared_model(id).await?.ok_or_else(not_found)
    }

    /// What there will be, and what a token of it costs.
    async fn settle_shared(
        &self,
        draft: SharedModelDraft,
        current: Option<&Model>,
        mut unread: Vec<FieldFault>,
    ) -> Result<(Settled, u32), AppError> {
        let SharedModelDraft { model, multiplier } = draft;
        let multiplier = match multiplier {
            Change::Keep => current.map_or(1, |current| current.multiplier.into()),
            Change::Clear => 1,
            Change::Set(multiplier) => multiplier,
        };
        let fits = u32::try_from(multiplier).ok().filter(|_| multiplier <= LARGEST_MULTIPLIER);
        if fits.is_none() {
            let text = Text::new(
                format!("须在 0 到 {LARGEST_MULTIPLIER} 之间"),
                format!("must be between 0 and {LARGEST_MULTIPLIER}"),
            );
            unread.push(FieldFault { field: "multiplier".into(), text });
        }
        let settled = self.settle(model, current, unread).await?;
        Ok((settled, fits.unwrap_or(1)))
    }

    fn shared_view(&self, which: Which<'_>) -> Option<SharedModelView> {
        match which {
            Which::Stored(model) => Some(self.stored_view(model)),
            Which::Offered(offered) => Some(SharedModelView {
                id: offered.id,
                source: SharedModelSource::Configuration,
                name: offered.name.clone(),
                provider: offered.provider.clone(),
                model_id: offered.model_id.clone(),
                base_url: None,
                has_key: false,
                key_hint: None,
                multiplier: offered.multiplier,
                is_available: true,
                created_at: None,
            }),
            Which::Own(_) | Which::Builtin => None,
        }
    }

    fn stored_view(&self, model: &Model) -> SharedModelView {
        let KeyView { has_key, key_hint, is_available } = self.key_view(model);
        SharedModelView {
            id: model.id,
            source: SharedModelSource::Stored,
            name: model.name.clone(),
            provider: model.provider.clone(),
            model_id: model.model_id.clone(),
            base_url: model.base_url.clone(),
            has_key,
            key_hint,
            multiplier: model.multiplier,
            is_available,
            created_at: Some(model.created_at),
        }
    }
}
