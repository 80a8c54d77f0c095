//! What `/chat` takes and answers outside the stream.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::runs::Ask;
use wenshu_core::{AppError, Language, Text};

use super::words::{LanguageOrEmptyWord, UuidOrEmpty};
use crate::http::form::{Checks, Field, Given};

/// Characters of the longest question.
const LONGEST_QUERY: usize = 10_000;

/// A question, from the query string or a body.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = AskBody)]
pub struct AskFields {
    /// The question.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 10_000)]
    query: Given<String>,
    /// A model's UUID, `model_id` or name; by default the caller's default model.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    model: Given<String>,
    /// A conversation of the caller's, to go on with; by default a new one.
    #[serde(default)]
    #[schema(value_type = Option<UuidOrEmpty>)]
    conversation_id: Given<OrEmpty<Uuid>>,
    /// A connection that the caller sees; by default the conversation's, else the caller's default one.
    #[serde(default)]
    #[schema(value_type = Option<UuidOrEmpty>)]
    connection_id: Given<OrEmpty<Uuid>>,
    /// The language of progress and answer; by default the caller's preference.
    #[serde(default)]
    #[schema(value_type = Option<LanguageOrEmptyWord>)]
    language: Given<OrEmpty<LanguageName>>,
}

impl AskFields {
    /// The question, in the preferred language unless it says another.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every field that breaks a rule.
    pub fn into_ask(self, preferred: Language) -> Result<Ask, AppError> {
        let Self { query, model, conversation_id, connection_id, language } = self;
        let mut checks = Checks::default();
        let query = checks.required("query", query).map(|query| query.trim().to_owned());
        if let Some(query) = &query {
            checks.length("query", query, 1..=LONGEST_QUERY);
        }
        let model = checks
            .optional("model", model)
            .map(|model| model.trim().to_owned())
            .filter(|model| !model.is_empty());
        if let Some(model) = &model {
            checks.length("model", model, 1..=200);
        }
        let conversation = checks.optional("conversation_id", conversation_id).and_then(|given| given.0);
        let connection = checks.optional("connection_id", connection_id).and_then(|given| given.0);
        let language = checks.optional("language", language).and_then(|given| given.0);
        match query {
            Some(query) if checks.is_clean() => Ok(Ask {
                query,
                language: language.map_or(preferred, |LanguageName(language)| language),
                model,
                conversation,
                connection,
                last_event: None,
            }),
            _ => Err(checks.into_error()),
        }
    }
}

/// A field that clients send empty when they mean nothing: `&conversation_id=&…`.
#[derive(Debug)]
pub(super) struct OrEmpty<T>(pub(super) Option<T>);

impl<T: Field> Field for OrEmpty<T> {
    fn read(value: Value) -> Result<Self, Text> {
        match value {
            Value::String(text) if text.is_empty() => Ok(Self(None)),
            value => T::read(value).map(Some).map(Self),
        }
    }
}

/// A language by its name.
#[derive(Debug)]
pub(super) struct LanguageName(pub(super) Language);

impl Field for LanguageName {
    fn read(value: Value) -> Result<Self, Text> {
        match value.as_str() {
            Some("zh") => Ok(Self(Language::Zh)),
            Some("en") => Ok(Self(Language::En)),
            _ => Err(Text::new("必须是 zh 或 en", "must be zh or en")),
        }
    }
}

/// The conversation whose answer is to stop.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct StopBody {
    /// A conversation of the caller's.
    #[serde(default)]
    #[schema(value_type = Uuid, required = true)]
    conversation_id: Given<Uuid>,
}

impl StopBody {
    /// The conversation.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the field.
    pub fn into_conversation(self) -> Result<Uuid, AppError> {
        let mut checks = Checks::default();
        checks.required("conversation_id", self.conversation_id).ok_or_else(|| checks.into_error())
    }
}

/// Whether something was running.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Stopped)]
pub struct StoppedDto {
    /// Whether a run was stopped.
    pub stopped: bool,
}
