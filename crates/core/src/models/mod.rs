//! Models: what questions can be answered by.
//!
//! There are four sorts: the built-in engine, which everybody has; those that the operator's configuration offers to everybody; those
//! that admins share with everybody; and those that an account has added for itself. [`shared`] is which of them is meant, `draft` the
//! rules of one's own, `edit` and `reach` what can be done with them, `sharing` the same for those that admins share.

mod draft;
mod edit;
mod reach;
mod shared;
mod sharing;

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use wenshu_answer::builtin::BuiltinInterpreter;
use wenshu_answer::{
    AnswerError, HostRule, Interpreter, Language, LanguageModel, ModelConnector, ModelError, ModelErrorKind,
    ModelInterpreter, ModelSettings, NoTools, PromptBudget, ProviderInfo, Toolbox,
};
use wenshu_store::{Model, Store};

pub use self::draft::ModelDraft;
pub use self::reach::ModelTest;
pub(crate) use self::reach::failure_name;
pub use self::shared::BUILTIN_MODEL;
pub use self::sharing::{SharedModelDraft, SharedModelSource, SharedModelView};

use self::shared::{Shared, Which};
use crate::clock::Clock;
use crate::connections::hosts::{self, Resolver, SystemResolver};
use crate::prompts::AccountPrompts;
use crate::secrets::{MasterKey, SecretBoxer};
use crate::{Actor, AppError, CoreSettings, ErrorKind, Text};

/// Models of one's own held open; the one that was asked longest ago is closed first.
const OPEN_MODELS: u64 = 1_000;

/// A model that nobody has asked for so long is closed.
const IDLE_MODEL: Duration = Duration::from_secs(15 * 60);

/// Lists of models kept.
const KEPT_LISTS: u64 = 1_000;

/// What all models of one's own are counted under: there is no end to what people call theirs.
const OWN_LABEL: &str = "own";

/// A key of fewer characters would be half given away by its last ones.
const SHORT_KEY: usize = 8;

/// A model that the operator offers to everybody.
#[derive(Clone, Debug)]
pub struct OperatorModel {
    /// What people call it.
    pub name: String,
    /// Where it is and how it is called.
    pub settings: ModelSettings,
    /// What a token of it costs in credits.
    pub multiplier: u32,
}

/// What reads questions, and what models are opened with.
#[derive(Clone)]
pub struct Engines {
    /// The engine that needs no model.
    pub builtin: Arc<dyn Interpreter>,
    /// Finds what a question speaks of, for models; keeps what it learned of each source.
    pub linker: Arc<BuiltinInterpreter>,
    /// Opens models.
    pub connector: Arc<dyn ModelConnector>,
    /// Tools of the operator's servers.
    pub tools: Arc<dyn Toolbox>,
}

impl Engines {
    /// The built-in engine, and models opened with this.
    pub fn new(connector: Arc<dyn ModelConnector>) -> Self {
        let linker = Arc::new(BuiltinInterpreter::new());
        Self { builtin: linker.clone(), linker, connector, tools: Arc::new(NoTools) }
    }

    /// The built-in engine alone, for commands and tests that ask no model.
    pub fn without_models() -> Self {
        Self::new(Arc::new(NoModels))
    }
}

/// Opens no model.
struct NoModels;

impl ModelConnector for NoModels {
    fn providers(&self) -> Vec<ProviderInfo> {
        Vec::new()
    }

    fn connect(&self, _settings: &ModelSettings) -> Result<Arc<dyn LanguageModel>, ModelError> {
        Err(ModelError::new(ModelErrorKind::Rejected, "no models here"))
    }

    fn connect_within(
        &self,
        settings: &ModelSettings,
        _rule: HostRule,
    ) -> Result<Arc<dyn LanguageModel>, ModelError> {
        self.connect(settings)
    }
}

/// A model as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelView {
    /// Identifies the model; those that everybody has keep theirs over restarts and on every replica.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Who provides it; `builtin` for the built-in engine.
    pub provider: String,
    /// What its provider calls it.
    pub model_id: String,
    /// Where it is. None: where its provider usually is, or the operator's business.
    pub base_url: Option<String>,
    /// Whether there is a key. False for those that everybody has: theirs is the operator's business.
    pub has_key: bool,
    /// The end of the key, for recognizing it: `…cdef`.
    pub key_hint: Option<String>,
    /// Whether it answers when a question names none.
    pub is_default: bool,
    /// Whether there is no reason known why it couldn't answer: it has the key that it needs, and answered when it was last tried.
    pub is_available: bool,
    /// Whether everybody has it; it can't be changed then.
    pub is_shared: bool,
}

/// What a chat is written by.
pub(crate) struct ChosenModel {
    /// What it is called, for keeping with the run.
    pub(crate) model_id: String,
    /// What it is counted under: of these there are few.
    pub(crate) label: String,
    /// None for the built-in engine, which speaks of data alone.
    pub(crate) model: Option<Arc<dyn LanguageModel>>,
    /// What a token of it costs in credits.
    pub(crate) multiplier: u32,
    /// The model as stored, where it is somebody's own or an admin shares it.
    pub(crate) stored: Option<Model>,
}

/// What a question is answered by.
pub(crate) struct Chosen {
    /// What it is called, for keeping with the run.
    pub(crate) model_id: String,
    /// What it is counted under: of these there are few.
    pub(crate) label: String,
    pub(crate) interpreter: Arc<dyn Interpreter>,
    /// The model as stored, where it is somebody's own or an admin shares it.
    pub(crate) stored: Option<Model>,
}

/// Use cases of models.
pub struct Models {
    store: Store,
    clock: Arc<dyn Clock>,
    boxer: SecretBoxer,
    resolver: Arc<dyn Resolver>,
    engines: Engines,
    budget: PromptBudget,
    prompts: Arc<AccountPrompts>,
    shared: Shared,
    /// Models of an account, and those that admins share, as of a revision of each. Exact, on every replica: the revisions are read with
    /// the caller's session on each call and raised in the transaction of each change.
    stored: Cache<(Uuid, i64, i64), Arc<[Model]>>,
    /// Open models of those, with the revision that they were opened for.
    opened: Cache<Uuid, (i64, Arc<dyn LanguageModel>)>,
}

impl Models {
    /// Opens the operator's models; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// `Internal` for a model that can't be opened as it is configured; the cause says which.
    pub(crate) fn open(
        settings: &CoreSettings,
        store: Store,
        key: &MasterKey,
        clock: Arc<dyn Clock>,
        engines: &Engines,
        prompts: Arc<AccountPrompts>,
    ) -> Result<Self, AppError> {
        Ok(Self {
            store,
            clock,
            boxer: SecretBoxer::new(key),
            resolver: Arc::new(SystemResolver),
            engines: engines.clone(),
            budget: settings.prompt_budget,
            prompts,
            shared: Shared::open(&settings.models, engines.connector.as_ref())?,
            stored: Cache::new(KEPT_LISTS),
            opened: Cache::builder().max_capacity(OPEN_MODELS).time_to_idle(IDLE_MODEL).build(),
        })
    }

    /// The caller's models, the operator's, those that admins share and the built-in engine: the default first, then in this order.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ModelView>, AppError> {
        let stored = self.stored(actor).await?;
        let default = self.shared.default_of(&stored, actor.account.default_model).id();
        let mut views: Vec<ModelView> =
            self.shared.all(&stored).map(|which| self.view(which, which.id() == default)).collect();
        views.sort_by_key(|view| !view.is_default);
        Ok(views)
    }

    /// The model that answers the caller when a question names none.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn default_id(&self, actor: &Actor) -> Result<Uuid, AppError> {
        let stored = self.stored(actor).await?;
        Ok(self.shared.default_of(&stored, actor.account.default_model).id())
    }

    /// Whether the caller may ask a model of this id.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn has(&self, actor: &Actor, id: Uuid) -> Result<bool, AppError> {
        let stored = self.stored(actor).await?;
        Ok(self.shared.find(&stored, id).is_some())
    }

    /// The model of this id, model id or name, or the caller's default: the one that it chose, else the first of those that
    /// everybody has, else the built-in engine.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Invalid` naming `base_url` when it breaks the rules by now; `Unavailable` when its key can't be decrypted.
    pub(crate) async fn choose(&self, actor: &Actor, wanted: Option<&str>) -> Result<Chosen, AppError> {
        let ChosenModel { model_id, label, model, multiplier: _, stored } =
            self.choose_model(actor, wanted).await?;
        let Some(model) = model else {
            let interpreter = Arc::clone(&self.engines.builtin);
            return Ok(Chosen { label, model_id, interpreter, stored: None });
        };
        let linker = Arc::clone(&self.engines.linker);
        let prompts = self.prompts.of(actor).await?;
        let interpreter = ModelInterpreter::new(model, prompts, self.budget, linker);
        Ok(Chosen { model_id, label, interpreter: Arc::new(interpreter), stored })
    }

    /// The same as a model that can be spoken with.
    ///
    /// # Errors
    ///
    /// As for [`choose`](Self::choose).
    pub(crate) async fn choose_model(
        &self,
        actor: &Actor,
        wanted: Option<&str>,
    ) -> Result<ChosenModel, AppError> {
        let stored = self.stored(actor).await?;
        let which = match wanted {
            Some(wanted) => self.shared.named(&stored, wanted).ok_or_else(not_found)?,
            None => self.shared.default_of(&stored, actor.account.default_model),
        };
        let (model, label, multiplier) = match which {
            Which::Builtin => (None, BUILTIN_MODEL.to_owned(), 1),
            Which::Offered(offered) => {
                (Some(Arc::clone(&offered.model)), offered.model_id.clone(), offered.multiplier)
            }
            Which::Stored(model) => {
                (Some(self.opened(model).await?), model.model_id.clone(), model.multiplier)
            }
            Which::Own(model) => (Some(self.opened(model).await?), OWN_LABEL.to_owned(), 1),
        };
        let stored = match which {
            Which::Own(model) | Which::Stored(model) => Some(model.clone()),
            Which::Offered(_) | Which::Builtin => None,
        };
        Ok(ChosenModel { model_id: which.model_id().to_owned(), label, model, multiplier, stored })
    }

    /// Whether the caller has a model of this id, model id or name.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub(crate) async fn is_named(&self, actor: &Actor, wanted: &str) -> Result<bool, AppError> {
        let stored = self.stored(actor).await?;
        Ok(self.shared.named(&stored, wanted).is_some())
    }

    /// The caller's own and those that admins share, each in the order they were made.
    async fn stored(&self, actor: &Actor) -> Result<Arc<[Model]>, AppError> {
        let key = (actor.id(), actor.account.models_revision, actor.shared_models_revision);
        if let Some(models) = self.stored.get(&key) {
            return Ok(models);
        }
        let mut models = self.store.models(actor.id()).await?;
        models.extend(self.store.shared_models().await?);
        let models: Arc<[Model]> = models.into();
        self.stored.insert(key, Arc::clone(&models));
        Ok(models)
    }

    /// A stored model, open as it stands. The rule on hosts is the same for all of them, whoever added them.
    async fn opened(&self, model: &Model) -> Result<Arc<dyn LanguageModel>, AppError> {
        if let Some((revision, opened)) = self.opened.get(&model.id)
            && revision == model.revision
        {
            return Ok(opened);
        }
        if let Some(base_url) = &model.base_url {
            // Its name may lead elsewhere by now.
            let checked = draft::checked_base_url(base_url, self.resolver.as_ref()).await;
            checked.map_err(|fault| AppError::invalid("base_url", fault))?;
        }
        let settings = ModelSettings {
            provider: model.provider.clone(),
            model_id: model.model_id.clone(),
            base_url: model.base_url.clone(),
            api_key: self.key_of(model)?,
        };
        // Whatever its name leads to when it is asked: what was checked above may be another address by then.
        let connected = self.engines.connector.connect_within(&settings, hosts::may_be_asked);
        let opened = connected.map_err(|error| {
            AppError::new(ErrorKind::Upstream, "model_rejected", words(&error)).caused_by(error)
        })?;
        self.opened.insert(model.id, (model.revision, Arc::clone(&opened)));
        Ok(opened)
    }

    /// The key of a stored model.
    fn key_of(&self, model: &Model) -> Result<Option<SecretString>, AppError> {
        let Some(stored) = &model.api_key else { return Ok(None) };
        self.boxer.decrypt(stored.as_bytes(), model.id.as_bytes()).map(Some).map_err(|error| {
            AppError::new(
                ErrorKind::Unavailable,
                "key_undecryptable",
                Text::new(
                    "此模型的 API 密钥是用另一个密钥文件加密的，无法解密，请重新填写",
                    "This model's API key was stored with another key file and can't be decrypted; enter it again",
                ),
            )
            .caused_by(error)
        })
    }

    fn view(&self, which: Which<'_>, is_default: bool) -> ModelView {
        let (id, model_id) = (which.id(), which.model_id().to_owned());
        let (name, provider) = (which.name().to_owned(), which.provider().to_owned());
        let Which::Own(model) = which else {
            return ModelView {
                id,
                name,
                provider,
                model_id,
                base_url: None,
                has_key: false,
                key_hint: None,
                is_default,
                is_available: match which {
                    Which::Stored(model) => self.key_view(model).is_available,
                    _ => true,
                },
                is_shared: true,
            };
        };
        let KeyView { has_key, key_hint, is_available } = self.key_view(model);
        let base_url = model.base_url.clone();
        let is_shared = false;
        ModelView {
            id,
            name,
            provider,
            model_id,
            base_url,
            has_key,
            key_hint,
            is_default,
            is_available,
            is_shared,
        }
    }

    /// What whoever looks after a stored model sees of its key.
    fn key_view(&self, model: &Model) -> KeyView {
        let key = self.key_of(model);
        let lacks_key = match &key {
            Err(_) => true,
            Ok(Some(_)) => false,
            Ok(None) => {
                let providers = self.engines.connector.providers();
                let provider = providers.iter().find(|provider| provider.name == model.provider);
                provider.is_some_and(|provider| provider.needs_key && model.base_url.is_none())
            }
        };
        KeyView {
            has_key: model.api_key.is_some(),
            key_hint: key.ok().flatten().map(|key| hint(key.expose_secret())),
            is_available: !lacks_key && model.last_reached != Some(false),
        }
    }
}

/// What is shown of a model's key.
struct KeyView {
    has_key: bool,
    key_hint: Option<String>,
    /// See [`ModelView::is_available`].
    is_available: bool,
}

/// The end of a key.
fn hint(key: &str) -> String {
    let length = key.chars().count();
    let shown = if length < SHORT_KEY { length } else { length - 4 };
    std::iter::once('…').chain(key.chars().skip(shown)).collect()
}

/// What a model's failure is in words.
fn words(error: &ModelError) -> Text {
    let in_language = |language| AnswerError::model(error.clone(), language).message;
    Text::new(in_language(Language::Zh), in_language(Language::En))
}

fn not_found() -> AppError {
    AppError::not_found("模型", "Model")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_gives_no_short_key_away() {
        assert_eq!(hint("sk-0123456789abcdef"), "…cdef");
        assert_eq!(hint("12345678"), "…5678");
        for short in ["", "x", "1234567", "密钥密钥密钥"] {
            assert_eq!(hint(short), "…", "{short}");
        }
    }
}
