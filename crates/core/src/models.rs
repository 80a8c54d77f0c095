//! Models: what questions can be answered by.

use std::sync::Arc;

use wenshu_answer::builtin::BuiltinInterpreter;
use wenshu_answer::{
    Interpreter, ModelConnector, ModelError, ModelErrorKind, ModelInterpreter, ModelSettings, Prompts,
};

use crate::{AppError, CoreSettings};

/// What the built-in engine is called where a model is named.
pub const BUILTIN_MODEL: &str = "builtin";

/// A model that the operator offers to everybody.
#[derive(Clone, Debug)]
pub struct OperatorModel {
    /// What people call it.
    pub name: String,
    /// Where it is and how it is called.
    pub settings: ModelSettings,
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
}

impl Engines {
    /// The built-in engine, and models opened with this.
    pub fn new(connector: Arc<dyn ModelConnector>) -> Self {
        let linker = Arc::new(BuiltinInterpreter::new());
        Self { builtin: linker.clone(), linker, connector }
    }

    /// The built-in engine alone, for commands and tests that ask no model.
    pub fn without_models() -> Self {
        Self::new(Arc::new(NoModels))
    }
}

/// Opens no model.
struct NoModels;

impl ModelConnector for NoModels {
    fn connect(
        &self,
        _settings: &ModelSettings,
    ) -> Result<Arc<dyn wenshu_answer::LanguageModel>, ModelError> {
        Err(ModelError::new(ModelErrorKind::Rejected, "no models here"))
    }
}

/// What a question is answered by.
pub(crate) struct Chosen {
    /// What it is called, for keeping with the run and for counting.
    pub(crate) model_id: String,
    pub(crate) interpreter: Arc<dyn Interpreter>,
}

/// The models that questions can go to.
pub(crate) struct Models {
    builtin: Arc<dyn Interpreter>,
    /// The operator's, the default first.
    offered: Vec<Offered>,
}

struct Offered {
    name: String,
    model_id: String,
    interpreter: Arc<dyn Interpreter>,
}

impl Models {
    /// Opens the operator's models; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// `Internal` for a model that can't be opened as it is configured; the cause says which.
    pub(crate) fn open(settings: &CoreSettings, engines: &Engines) -> Result<Self, AppError> {
        let mut offered = Vec::new();
        for OperatorModel { name, settings: model } in &settings.models {
            let opened = engines.connector.connect(model).map_err(|error| {
                AppError::internal(
                    anyhow::Error::new(error).context(format!("the model `{name}` can't be opened")),
                )
            })?;
            let interpreter = ModelInterpreter::new(
                opened,
                Prompts::default(),
                settings.prompt_budget,
                Arc::clone(&engines.linker),
            );
            offered.push(Offered {
                name: name.clone(),
                model_id: model.model_id.clone(),
                interpreter: Arc::new(interpreter),
            });
        }
        Ok(Self { builtin: Arc::clone(&engines.builtin), offered })
    }

    /// The model of this id or name, or the default one: the operator's first, else the built-in engine.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub(crate) fn choose(&self, wanted: Option<&str>) -> Result<Chosen, AppError> {
        let offered = match wanted {
            Some(BUILTIN_MODEL) => None,
            // An exact id wins over a name.
            Some(wanted) => Some(
                self.offered
                    .iter()
                    .find(|model| model.model_id == wanted)
                    .or_else(|| self.offered.iter().find(|model| model.name == wanted))
                    .ok_or_else(|| AppError::not_found("模型", "Model"))?,
            ),
            None => self.offered.first(),
        };
        Ok(match offered {
            Some(model) => {
                Chosen { model_id: model.model_id.clone(), interpreter: Arc::clone(&model.interpreter) }
            }
            None => Chosen { model_id: BUILTIN_MODEL.to_owned(), interpreter: Arc::clone(&self.builtin) },
        })
    }
}

#[cfg(test)]
mod tests {
    use wenshu_answer::{LanguageModel, Prompt, Reply};

    use super::*;
    use crate::ErrorKind;

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
        fn connect(&self, _settings: &ModelSettings) -> Result<Arc<dyn LanguageModel>, ModelError> {
            Ok(Arc::new(Silent))
        }
    }

    fn models(names: &[(&str, &str)]) -> Models {
        let mut settings = CoreSettings::new("/nowhere");
        settings.models = names
            .iter()
            .map(|(name, model_id)| OperatorModel {
                name: (*name).to_owned(),
                settings: ModelSettings {
                    provider: "openai".to_owned(),
                    model_id: (*model_id).to_owned(),
                    base_url: None,
                    api_key: None,
                },
            })
            .collect();
        Models::open(&settings, &Engines::new(Arc::new(Silence))).unwrap()
    }

    #[test]
    fn a_model_is_found_by_id_and_by_name_and_the_first_is_the_default() {
        let models = models(&[("big", "gpt-4o"), ("gpt-4o", "small")]);
        let chosen = |wanted| models.choose(wanted).map(|chosen| chosen.model_id);
        assert_eq!(chosen(None).unwrap(), "gpt-4o");
        assert_eq!(chosen(Some("big")).unwrap(), "gpt-4o");
        assert_eq!(chosen(Some("gpt-4o")).unwrap(), "gpt-4o");
        assert_eq!(chosen(Some("small")).unwrap(), "small");
        assert_eq!(chosen(Some("builtin")).unwrap(), "builtin");
        assert_eq!(chosen(Some("other")).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn without_models_the_built_in_engine_answers() {
        assert_eq!(models(&[]).choose(None).unwrap().model_id, "builtin");
    }

    #[test]
    fn a_model_that_cannot_be_opened_is_named() {
        let mut settings = CoreSettings::new("/nowhere");
        settings.models = vec![OperatorModel {
            name: "big".to_owned(),
            settings: ModelSettings {
                provider: "openai".to_owned(),
                model_id: "m".to_owned(),
                base_url: None,
                api_key: None,
            },
        }];
        let error = Models::open(&settings, &Engines::without_models()).err().unwrap();
        assert!(format!("{:#}", error.source_error().unwrap()).contains("`big` can't be opened"));
    }
}
