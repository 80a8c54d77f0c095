//! Bodies of `/config`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::FieldFault;
use wenshu_core::preferences::{PreferencesDraft, PreferencesView};

use super::words::{LanguageWord, ThemeWord, ViewModeWord};
use crate::http::form::{Checks, Given};

/// What changes.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ConfigBody {
    /// The language of answers; `null` for the default, as for all fields.
    #[serde(default)]
    #[schema(value_type = Option<LanguageWord>)]
    language: Given<String>,
    /// The look of the page.
    #[serde(default)]
    #[schema(value_type = Option<ThemeWord>)]
    theme: Given<String>,
    /// The model that answers when a question names none.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    default_model_id: Given<Uuid>,
    /// The connection that is asked when a question names none.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    default_connection_id: Given<Uuid>,
    /// How much the page shows.
    #[serde(default)]
    #[schema(value_type = Option<ViewModeWord>)]
    view_mode: Given<String>,
    /// Earlier rounds of a conversation that a question is read with.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 20)]
    context_rounds: Given<i64>,
}

impl ConfigBody {
    /// What was said, and the faults of what can't be read.
    pub fn into_draft(self) -> (PreferencesDraft, Vec<FieldFault>) {
        let Self { language, theme, default_model_id, default_connection_id, view_mode, context_rounds } =
            self;
        let mut checks = Checks::default();
        let draft = PreferencesDraft {
            language: checks.change("language", language),
            theme: checks.change("theme", theme),
            default_model: checks.change("default_model", default_model_id),
            default_connection: checks.change("default_connection", default_connection_id),
            view_mode: checks.change("view_mode", view_mode),
            context_rounds: checks.change("context_rounds", context_rounds),
        };
        (draft, checks.into_faults())
    }
}

/// What is preferred.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Config)]
pub struct ConfigDto {
    #[schema(value_type = LanguageWord)]
    language: &'static str,
    #[schema(value_type = ThemeWord)]
    theme: &'static str,
    default_model_id: Uuid,
    default_connection_id: Option<Uuid>,
    #[schema(value_type = ViewModeWord)]
    view_mode: &'static str,
    context_rounds: usize,
}

impl From<&PreferencesView> for ConfigDto {
    fn from(preferences: &PreferencesView) -> Self {
        let PreferencesView { language, theme, default_model, default_connection, view_mode, context_rounds } =
            preferences;
        Self {
            language,
            theme,
            default_model_id: *default_model,
            default_connection_id: *default_connection,
            view_mode,
            context_rounds: *context_rounds,
        }
    }
}
