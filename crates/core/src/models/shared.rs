//! Which model is meant: those that everybody has, and where they stand beside one's own.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use uuid::Uuid;
use wenshu_answer::{LanguageModel, ModelConnector};
use wenshu_store::Model;

use super::OperatorModel;
use crate::AppError;

/// What the built-in engine is called where a model is named.
pub const BUILTIN_MODEL: &str = "builtin";

/// What people call the built-in engine.
const BUILTIN_NAME: &str = "内置引擎 Built-in";

/// The built-in engine's id, the same on every server.
const BUILTIN_ID: Uuid = Uuid::from_u128(0x0b17_1001_0000_8000_8000_0000_0000_0001);

/// The operator's models, the default first, and the built-in engine. Those that admins share are stored, and come with one's own.
pub(super) struct Shared {
    offered: Vec<Offered>,
}

/// A model that the operator offers.
pub(super) struct Offered {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) provider: String,
    pub(super) model_id: String,
    pub(super) model: Arc<dyn LanguageModel>,
    pub(super) multiplier: u32,
}

/// A model that somebody may ask.
#[derive(Clone, Copy)]
pub(super) enum Which<'a> {
    Own(&'a Model),
    /// The configuration's.
    Offered(&'a Offered),
    /// An admin's, for everybody.
    Stored(&'a Model),
    Builtin,
}

impl<'a> Which<'a> {
    pub(super) fn id(self) -> Uuid {
        match self {
            Self::Own(model) | Self::Stored(model) => model.id,
            Self::Offered(model) => model.id,
            Self::Builtin => BUILTIN_ID,
        }
    }

    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Own(model) | Self::Stored(model) => &model.name,
            Self::Offered(model) => &model.name,
            Self::Builtin => BUILTIN_NAME,
        }
    }

    pub(super) fn provider(self) -> &'a str {
        match self {
            Self::Own(model) | Self::Stored(model) => &model.provider,
            Self::Offered(model) => &model.provider,
            Self::Builtin => BUILTIN_MODEL,
        }
    }

    pub(super) fn model_id(self) -> &'a str {
        match self {
            Self::Own(model) | Self::Stored(model) => &model.model_id,
            Self::Offered(model) => &model.model_id,
            Self::Builtin => BUILTIN_MODEL,
        }
    }
}

impl Shared {
    /// Opens the operator's models.
    ///
    /// # Errors
    ///
    /// `Internal` for a model that can't be opened as it is configured; the cause says which.
    pub(super) fn open(models: &[OperatorModel], connector: &dyn ModelConnector) -> Result<Self, AppError> {
        let mut offered: Vec<Offered> = Vec::new();
        for OperatorModel { name, settings, multiplier } in models {
            let model = connector.connect(settings).map_err(|error| {
                AppError::internal(
                    anyhow::Error::new(error).context(format!("the model `{name}` can't be opened")),
                )
            })?;
            let twins = offered.iter().filter(|other| other.name == *name).count();
            offered.push(Offered {
                id: stable_id(name, &settings.model_id, twins),
                name: name.clone(),
                provider: settings.provider.clone(),
                model_id: settings.model_id.clone(),
                model,
                multiplier: *multiplier,
            });
        }
        Ok(Self { offered })
    }

    /// One's own, what everybody has, the built-in engine. `stored` are one's own and those that admins share.
    pub(super) fn all<'a>(&'a self, stored: &'a [Model]) -> impl Iterator<Item = Which<'a>> {
        let own = stored.iter().filter(|model| model.owner.is_some()).map(Which::Own);
        own.chain(self.everybodys(stored)).chain([Which::Builtin])
    }

    /// The operator's, then those that admins share.
    pub(super) fn everybodys<'a>(&'a self, stored: &'a [Model]) -> impl Iterator<Item = Which<'a>> {
        let shared = stored.iter().filter(|model| model.owner.is_none()).map(Which::Stored);
        self.offered.iter().map(Which::Offered).chain(shared)
    }

    /// The model of this id.
    pub(super) fn find<'a>(&'a self, stored: &'a [Model], id: Uuid) -> Option<Which<'a>> {
        self.all(stored).find(|which| which.id() == id)
    }

    /// The model that somebody means by this. An exact id wins over a model id, and that over a name; of two, one's own and then the
    /// first.
    pub(super) fn named<'a>(&'a self, stored: &'a [Model], wanted: &str) -> Option<Which<'a>> {
        let by_id = Uuid::try_parse(wanted).ok().and_then(|id| self.find(stored, id));
        by_id
            .or_else(|| (wanted == BUILTIN_MODEL).then_some(Which::Builtin))
            .or_else(|| self.all(stored).find(|which| which.model_id() == wanted))
            .or_else(|| self.all(stored).find(|which| which.name() == wanted))
    }

    /// The model that answers when none is named: the chosen one if it is still there, else the first of those that everybody has, else
    /// the built-in engine.
    pub(super) fn default_of<'a>(&'a self, stored: &'a [Model], chosen: Option<Uuid>) -> Which<'a> {
        let chosen = chosen.and_then(|id| self.find(stored, id));
        chosen.or_else(|| self.everybodys(stored).next()).unwrap_or(Which::Builtin)
    }
}

/// An id that follows from what the operator calls the model, so that it is the same after a restart and on every replica.
fn stable_id(name: &str, model_id: &str, twins: usize) -> Uuid {
    let mut hasher = Sha256::new();
    for part in ["wenshu operator model", name, model_id, &twins.to_string()] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let digest = hasher.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use wenshu_answer::{
        HostRule, LanguageModel, ModelError, ModelErrorKind, ModelSettings, Prompt, ProviderInfo, Reply,
    };

    use super::*;

    struct Silent;

    #[async_trait::async_trait]
    impl LanguageModel for Silent {
        fn takes_tools(&self) -> bool {
            false
        }

        async fn reply(&self, _prompt: Prompt) -> Result<Reply, ModelError> {
            Err(ModelError::new(ModelErrorKind::Unreachable, "silent"))
        }
    }

    struct Silence;

    impl ModelConnector for Silence {
        fn providers(&self) -> Vec<ProviderInfo> {
            Vec::new()
        }

        fn connect(&self, settings: &ModelSettings) -> Result<Arc<dyn LanguageModel>, ModelError> {
            if settings.provider == "none" {
                return Err(ModelError::new(ModelErrorKind::Rejected, "none"));
            }
            Ok(Arc::new(Silent))
        }

        fn connect_within(
            &self,
            settings: &ModelSettings,
            _rule: HostRule,
        ) -> Result<Arc<dyn LanguageModel>, ModelError> {
            self.connect(settings)
        }
    }

    fn operator(name: &str, provider: &str, model_id: &str) -> OperatorModel {
        let (provider, model_id) = (provider.to_owned(), model_id.to_owned());
        let settings = ModelSettings { provider, model_id, base_url: None, api_key: None };
        OperatorModel { name: name.to_owned(), settings, multiplier: 1 }
    }

    fn shared(models: &[(&str, &str)]) -> Shared {
        let models: Vec<_> =
            models.iter().map(|(name, model_id)| operator(name, "openai", model_id)).collect();
        Shared::open(&models, &Silence).unwrap()
    }

    fn own(number: u128, name: &str, model_id: &str) -> Model {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        Model {
            id: Uuid::from_u128(number),
            owner: Some(Uuid::from_u128(1)),
            name: name.to_owned(),
            provider: "anthropic".to_owned(),
            model_id: model_id.to_owned(),
            base_url: None,
            api_key: None,
            multiplier: 1,
            last_reached: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        }
    }

    #[test]
    fn a_model_is_found_by_id_by_model_id_and_by_name() {
        let shared = shared(&[("big", "gpt-4o"), ("gpt-4o", "small")]);
        let own = [own(7, "mine", "claude"), own(8, "mine", "gpt-4o"), own(9, "builtin", "builtin")];
        let id = |wanted: &str| shared.named(&own, wanted).map(Which::id);
        let offered: Vec<Uuid> = shared.offered.iter().map(|model| model.id).collect();
        assert_eq!(id("mine"), Some(own[0].id));
        assert_eq!(id("claude"), Some(own[0].id));
        assert_eq!(id("gpt-4o"), Some(own[1].id), "one's own wins");
        assert_eq!(id("big"), Some(offered[0]));
        assert_eq!(id("small"), Some(offered[1]));
        assert_eq!(id("builtin"), Some(BUILTIN_ID), "it can't be taken away from anybody");
        for which in shared.all(&own) {
            assert_eq!(id(&which.id().to_string()), Some(which.id()));
        }
        assert_eq!(id("other"), None);
        assert_eq!(shared.named(&[], "mine").map(Which::id), None);
        assert_eq!(shared.named(&[], "gpt-4o").map(Which::id), Some(offered[0]));
    }

    #[test]
    fn the_default_is_the_chosen_one_then_the_operators_then_the_built_in_engine() {
        let own = [own(7, "mine", "claude")];
        let gone = Some(Uuid::from_u128(99));
        let with = shared(&[("big", "gpt-4o"), ("second", "small")]);
        for (chosen, expected) in [
            (None, with.offered[0].id),
            (gone, with.offered[0].id),
            (Some(with.offered[1].id), with.offered[1].id),
            (Some(own[0].id), own[0].id),
            (Some(BUILTIN_ID), BUILTIN_ID),
        ] {
            assert_eq!(with.default_of(&own, chosen).id(), expected, "{chosen:?}");
        }
        assert_eq!(shared(&[]).default_of(&own, gone).id(), BUILTIN_ID);
    }

    #[test]
    fn what_admins_share_comes_after_the_operators() {
        let stored = [own(7, "mine", "claude"), Model { owner: None, ..self::own(8, "ours", "gpt-4o") }];
        let with = shared(&[("big", "gpt-4o")]);
        let order: Vec<Uuid> = with.all(&stored).map(Which::id).collect();
        assert_eq!(order, [stored[0].id, with.offered[0].id, stored[1].id, BUILTIN_ID]);
        assert_eq!(with.named(&stored, "gpt-4o").map(Which::id), Some(with.offered[0].id));
        assert_eq!(with.named(&stored, "ours").map(Which::id), Some(stored[1].id));
        assert_eq!(with.default_of(&stored, None).id(), with.offered[0].id);
        assert_eq!(
            shared(&[]).default_of(&stored, None).id(),
            stored[1].id,
            "as one of the operator's would be"
        );
    }

    #[test]
    fn ids_of_the_operators_models_stay() {
        let ids = |shared: &Shared| shared.offered.iter().map(|model| model.id).collect::<Vec<_>>();
        let models = [("a", "m"), ("b", "m"), ("a", "m")];
        let first = ids(&shared(&models));
        assert_eq!(first, ids(&shared(&models)));
        assert_eq!(first.iter().collect::<std::collections::HashSet<_>>().len(), 3);
        assert_eq!(ids(&shared(&[("b", "m")])), first[1..2], "whatever else there is");
    }

    #[test]
    fn a_model_that_cannot_be_opened_is_named() {
        let error = Shared::open(&[operator("big", "none", "m")], &Silence).err().unwrap();
        assert!(format!("{:#}", error.source_error().unwrap()).contains("`big` can't be opened"));
    }
}
