//! Bodies of `/models`.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::models::{ModelDraft, ModelTest, ModelView};
use wenshu_core::{FieldFault, Language};

use super::words::{ListedProviderWord, ProviderWord};
use crate::http::form::{Checks, Given};

/// A new model, or what changes of one.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ModelBody {
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
    /// Whether it answers when a question names none.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    is_default: Given<bool>,
}

impl ModelBody {
    /// What was said, and the faults of what can't be read.
    pub fn into_draft(self) -> (ModelDraft, Vec<FieldFault>) {
        let Self { name, provider, model_id, base_url, api_key, is_default } = self;
        let mut checks = Checks::default();
        let draft = ModelDraft {
            name: checks.change("name", name),
            provider: checks.change("provider", provider),
            model_id: checks.change("model_id", model_id),
            base_url: checks.change("base_url", base_url),
            api_key: checks.change("api_key", api_key),
            is_default: checks.change("is_default", is_default),
        };
        (draft, checks.into_faults())
    }
}

/// The list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Models)]
pub struct ModelsDto<'a> {
    models: Vec<ModelDto<'a>>,
}

impl<'a> From<&'a [ModelView]> for ModelsDto<'a> {
    fn from(models: &'a [ModelView]) -> Self {
        Self { models: models.iter().map(ModelDto::from).collect() }
    }
}

/// A model. Of its key nothing is shown but the end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Model)]
pub struct ModelDto<'a> {
    id: Uuid,
    name: &'a str,
    #[schema(value_type = ListedProviderWord)]
    provider: &'a str,
    model_id: &'a str,
    base_url: Option<&'a str>,
    api_key_configured: bool,
    /// `…` and its last characters.
    api_key_hint: Option<&'a str>,
    is_default: bool,
    is_available: bool,
    /// Whether it is everybody's.
    is_shared: bool,
}

impl<'a> From<&'a ModelView> for ModelDto<'a> {
    fn from(view: &'a ModelView) -> Self {
        let ModelView {
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
        } = view;
        Self {
            id: *id,
            name,
            provider,
            model_id,
            base_url: base_url.as_deref(),
            api_key_configured: *has_key,
            api_key_hint: key_hint.as_deref(),
            is_default: *is_default,
            is_available: *is_available,
            is_shared: *is_shared,
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
