//! Bodies of `/shared/models`.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::models::{ModelDraft, ModelTest, SharedModelDraft, SharedModelSource, SharedModelView};
use wenshu_core::{Change, FieldFault, Language};

use super::words::{ModelSourceWord, ProviderWord};
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;

/// A new model, or what changes of one.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = SharedModelBody)]
pub struct SharedModelBody {
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Given<String>,
    /// Who offers it.
    #[serde(default)]
    #[schema(value_type = ProviderWord)]
    provider: Given<String>,
    /// What its provider calls it.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    model_id: Given<String>,
    /// Where it is, http(s), without query; by default, and when empty, the provider's usual address. `openai_compatible` needs it.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^([Hh][Tt][Tt][Pp][Ss]?://.+)?$", max_length = 1024)]
    base_url: Given<String>,
    /// What it is paid with; never answered. Absent in an edit it stays, `null` clears it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, max_length = 1024)]
    api_key: Given<SecretString>,
    /// The credits that a token of it costs; `null` for 1.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000, default = 1)]
    multiplier: Given<i64>,
}

impl SharedModelBody {
    /// What was said, and the faults of what can't be read.
    pub fn into_draft(self) -> (SharedModelDraft, Vec<FieldFault>) {
        let Self { name, provider, model_id, base_url, api_key, multiplier } = self;
        let mut checks = Checks::default();
        let model = ModelDraft {
            name: checks.change("name", name),
            provider: checks.change("provider", provider),
            model_id: checks.change("model_id", model_id),
            base_url: checks.change("base_url", base_url),
            api_key: checks.change("api_key", api_key),
            is_default: Change::Keep,
        };
        let draft = SharedModelDraft { model, multiplier: checks.change("multiplier", multiplier) };
        (draft, checks.into_faults())
    }
}

/// The list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SharedModels)]
pub struct SharedModelsDto<'a> {
    /// Those of the configuration first, then in the order in which they were made.
    models: Vec<SharedModelDto<'a>>,
}

impl<'a> From<&'a [SharedModelView]> for SharedModelsDto<'a> {
    fn from(models: &'a [SharedModelView]) -> Self {
        Self { models: models.iter().map(SharedModelDto::from).collect() }
    }
}

/// A model that everybody may ask. Of its key nothing is shown but the end, and of one of the configuration nothing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SharedModel)]
pub struct SharedModelDto<'a> {
    id: Uuid,
    #[schema(value_type = ModelSourceWord)]
    source: &'static str,
    name: &'a str,
    #[schema(value_type = ProviderWord)]
    provider: &'a str,
    model_id: &'a str,
    /// `null`: its provider's usual address, or what the configuration says.
    base_url: Option<&'a str>,
    api_key_configured: bool,
    /// `…` and its last characters.
    api_key_hint: Option<&'a str>,
    /// The credits that a token of it costs.
    multiplier: u32,
    /// Whether there is no reason known why it couldn't answer.
    is_available: bool,
    /// `null` for one of the configuration.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Rfc3339>,
}

impl<'a> From<&'a SharedModelView> for SharedModelDto<'a> {
    fn from(view: &'a SharedModelView) -> Self {
        let SharedModelView {
            id,
            source,
            name,
            provider,
            model_id,
            base_url,
            has_key,
            key_hint,
            multiplier,
            is_available,
            created_at,
        } = view;
        Self {
            id: *id,
            source: match source {
                SharedModelSource::Configuration => "configuration",
                SharedModelSource::Stored => "stored",
            },
            name,
            provider,
            model_id,
            base_url: base_url.as_deref(),
            api_key_configured: *has_key,
            api_key_hint: key_hint.as_deref(),
            multiplier: *multiplier,
            is_available: *is_available,
            created_at: created_at.map(Rfc3339),
        }
    }
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModelTest)]
pub struct ModelTestDto<'a> {
    success: bool,
    latency_ms: u64,
    message: &'a str,
    /// What failed: `unauthorized`, `unknown_model`, `unreachable`, ….
    #[schema(value_type = Option<String>)]
    reason: Option<&'static str>,
    model: &'a str,
}

impl<'a> ModelTestDto<'a> {
    /// In this language.
    pub fn new(test: &'a ModelTest, language: Language) -> Self {
        let ModelTest { success, latency, message, reason, model } = test;
        Self {
            success: *success,
            latency_ms: u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
            message: message.in_language(language),
            reason: *reason,
            model,
        }
    }
}
