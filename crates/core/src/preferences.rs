//! What an account prefers: the language of its answers, the look of the page, how much of a conversation a question is read with.

use std::sync::Arc;

use uuid::Uuid;
use wenshu_answer::Language;
use wenshu_store::{PreferencesUpdate, Store, StoreError};

use crate::change::Change;
use crate::connections::Connections;
use crate::faults::Faults;
use crate::models::Models;
use crate::{Actor, AppError, FieldFault, Text};

const FIELDS: &[&str] =
    &["language", "theme", "default_model", "default_connection", "view_mode", "context_rounds"];

/// Earlier rounds that a question is read with, unless the account chose another number.
const CONTEXT_ROUNDS: usize = 3;

/// The most rounds that may be chosen.
const MOST_ROUNDS: i64 = 20;

/// Languages of answers, the default first.
pub const LANGUAGES: [&str; 2] = ["zh", "en"];
/// Looks of the page, the default first.
pub const THEMES: [&str; 3] = ["light", "dark", "system"];
/// How much the page may show, the default first.
pub const VIEW_MODES: [&str; 2] = ["user", "developer"];

/// What an account prefers, with the defaults of what it hasn't chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreferencesView {
    /// `zh` or `en`.
    pub language: &'static str,
    /// `light`, `dark` or `system`.
    pub theme: &'static str,
    /// The model that answers when a question names none.
    pub default_model: Uuid,
    /// The connection that is asked when a question names none.
    pub default_connection: Option<Uuid>,
    /// `user` or `developer`.
    pub view_mode: &'static str,
    /// Earlier rounds that a question is read with.
    pub context_rounds: usize,
}

/// What changes of an account's preferences.
#[derive(Clone, Debug, Default)]
pub struct PreferencesDraft {
    /// `zh` or `en`.
    pub language: Change<String>,
    /// `light`, `dark` or `system`.
    pub theme: Change<String>,
    /// A model that the account sees.
    pub default_model: Change<Uuid>,
    /// A connection that the account sees.
    pub default_connection: Change<Uuid>,
    /// `user` or `developer`.
    pub view_mode: Change<String>,
    /// 0–20.
    pub context_rounds: Change<i64>,
}

/// Use cases of preferences.
pub struct Preferences {
    store: Store,
    connections: Arc<Connections>,
    models: Arc<Models>,
}

impl Actor {
    /// The language of the caller's answers, unless a question asks for another.
    pub fn language(&self) -> Language {
        match self.account().preferences.language.as_deref() {
            Some("en") => Language::En,
            _ => Language::Zh,
        }
    }

    /// Earlier rounds that the caller's questions are read with.
    pub fn context_rounds(&self) -> usize {
        let chosen = self.account().preferences.context_rounds;
        chosen.and_then(|rounds| usize::try_from(rounds).ok()).unwrap_or(CONTEXT_ROUNDS)
    }
}

impl Preferences {
    pub(crate) fn new(store: Store, connections: Arc<Connections>, models: Arc<Models>) -> Self {
        Self { store, connections, models }
    }

    /// What the caller prefers.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn get(&self, actor: &Actor) -> Result<PreferencesView, AppError> {
        let chosen = &actor.account().preferences;
        let default_connection = self.connections.default_for(actor).await?;
        Ok(PreferencesView {
            language: word(chosen.language.as_deref(), &LANGUAGES),
            theme: word(chosen.theme.as_deref(), &THEMES),
            default_model: self.models.default_id(actor).await?,
            default_connection: default_connection.map(|connection| connection.id),
            view_mode: word(chosen.view_mode.as_deref(), &VIEW_MODES),
            context_rounds: actor.context_rounds(),
        })
    }

    /// Changes what the caller prefers; what the draft doesn't mention stays, what it clears is the default again.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every field that breaks a rule, models and connections too that the caller doesn't have.
    pub async fn set(
        &self,
        actor: &Actor,
        draft: PreferencesDraft,
        unread: Vec<FieldFault>,
    ) -> Result<PreferencesView, AppError> {
        let mut faults = Faults::new(unread);
        let PreferencesDraft {
            language,
            theme,
            default_model,
            default_connection,
            view_mode,
            context_rounds,
        } = draft;
        let language = one_of(&mut faults, "language", language, &LANGUAGES);
        let theme = one_of(&mut faults, "theme", theme, &THEMES);
        let view_mode = one_of(&mut faults, "view_mode", view_mode, &VIEW_MODES);
        if let Change::Set(rounds) = context_rounds
            && !(0..=MOST_ROUNDS).contains(&rounds)
        {
            faults.add(
                "context_rounds",
                Text::new(
                    format!("必须在 0 到 {MOST_ROUNDS} 之间"),
                    format!("must be between 0 and {MOST_ROUNDS}"),
                ),
            );
        }
        if let Change::Set(id) = default_model
            && !self.models.has(actor, id).await?
        {
            faults.add("default_model", Text::new("没有这个模型", "is no model of yours"));
        }
        let unknown_connection = || Text::new("没有这个数据库连接", "is no connection of yours");
        if let Change::Set(id) = default_connection
            && !self.connections.list(actor).await?.iter().any(|view| view.connection.id == id)
        {
            faults.add("default_connection", unknown_connection());
        }
        faults.finish(FIELDS)?;
        let update = PreferencesUpdate {
            language: outcome(language),
            theme: outcome(theme),
            view_mode: outcome(view_mode),
            // Checked to be small.
            context_rounds: outcome(context_rounds.map(|rounds| i32::try_from(rounds).unwrap_or_default())),
            default_connection: outcome(default_connection),
            default_model: outcome(default_model),
        };
        let account = self.store.set_preferences(actor.id(), update).await.map_err(|error| match error {
            // It was deleted just now.
            StoreError::NotFound => AppError::invalid("default_connection", unknown_connection()),
            error => error.into(),
        })?;
        self.get(&Actor { account: Arc::new(account), ..actor.clone() }).await
    }
}

/// The word that was chosen, else the first; a word of a newer version is none.
fn word<const N: usize>(chosen: Option<&str>, words: &[&'static str; N]) -> &'static str {
    words.iter().copied().find(|word| Some(*word) == chosen).unwrap_or(words[0])
}

fn one_of(
    faults: &mut Faults,
    field: &'static str,
    change: Change<String>,
    words: &[&'static str],
) -> Change<String> {
    if let Change::Set(word) = &change
        && !words.contains(&word.as_str())
    {
        let names = words.join(", ");
        faults.add(field, Text::new(format!("可用：{names}"), format!("must be one of: {names}")));
    }
    change
}

fn outcome<T>(change: Change<T>) -> Option<Option<T>> {
    match change {
        Change::Keep => None,
        Change::Clear => Some(None),
        Change::Set(value) => Some(Some(value)),
    }
}
