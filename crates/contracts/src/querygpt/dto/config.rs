//! Bodies of `/config`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wenshu_core::FieldFault;
use wenshu_core::preferences::{PreferencesDraft, PreferencesView};

use crate::http::form::{Checks, Given};

/// What changes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConfigBody {
    language: Given<String>,
    theme: Given<String>,
    default_model_id: Given<Uuid>,
    default_connection_id: Given<Uuid>,
    view_mode: Given<String>,
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
#[derive(Debug, Serialize)]
pub struct ConfigDto {
    language: &'static str,
    theme: &'static str,
    default_model_id: Uuid,
    default_connection_id: Option<Uuid>,
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
