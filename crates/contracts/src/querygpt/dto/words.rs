//! Words out of fixed lists, as named schemas of the document. The lists are those that `core` checks against, where it has them.

use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use wenshu_core::connections::relations::{CARDINALITIES, cardinality_word};
use wenshu_core::connections::terms::{TERM_KINDS, kind_word};
use wenshu_core::connections::{DATASET_DRIVER, driver_words, tls_words};
use wenshu_core::exports::ExportFormat;
use wenshu_core::preferences::{LANGUAGES, THEMES, VIEW_MODES};
use wenshu_core::prompts::prompt_keys;

use crate::http::words::words;

words! {
    /// A language: Chinese or English.
    LanguageWord as "Language" = LANGUAGES;
    /// A language, or nothing, which clients send that mean none.
    LanguageOrEmptyWord as "LanguageOrEmpty" = LANGUAGES.into_iter().chain([""]);
    /// The look of the page.
    ThemeWord as "Theme" = THEMES;
    /// How much the page shows.
    ViewModeWord as "ViewMode" = VIEW_MODES;
    /// How a database is spoken to: `mysql` also MariaDB, TiDB, Doris and StarRocks, `postgresql` also what speaks its protocol.
    DriverWord as "Driver" = driver_words();
    /// How a database that is listed is spoken to: those, or `dataset`, by which all datasets of an account are asked.
    ListedDriverWord as "ListedDriver" = driver_words().into_iter().chain([DATASET_DRIVER]);
    /// Whether a connection is encrypted, and whether the server has to prove who it is. ClickHouse knows `disable`, `require` and
    /// `verify-full`.
    TlsWord as "Tls" = tls_words();
    /// Who offers a model.
    ProviderWord as "Provider" = PROVIDERS;
    /// Who offers a model that is listed: those, or Wenshu itself.
    ListedProviderWord as "ListedProvider" = PROVIDERS.into_iter().chain(["builtin"]);
    /// What a semantic term is.
    TermKindWord as "TermKind" = TERM_KINDS.map(kind_word);
    /// How many rows of the left have how many of the right.
    CardinalityWord as "Cardinality" = CARDINALITIES.map(cardinality_word);
    /// The name of a prompt.
    PromptKeyWord as "PromptKey" = prompt_keys();
    /// What an account may do.
    RoleWord as "Role" = ["visitor", "user", "admin"];
    /// Who said a message.
    MessageRoleWord as "MessageRole" = ["user", "assistant", "system"];
    /// What is under way while an answer is made.
    StageWord as "Stage" =
        ["analyzing", "linking", "generating_sql", "executing", "repairing", "visualizing", "summarizing"];
    /// A table, or a view.
    TableKindWord as "TableKind" = ["table", "view"];
    /// How a file is written.
    ExportFormatWord as "ExportFormat" = ExportFormat::ALL.map(ExportFormat::as_str);
    /// How a token is shown.
    TokenTypeWord as "TokenType" = ["bearer"];
}

/// What `provider` takes. The list belongs to whoever connects to models, which isn't known here; a test compares the two.
const PROVIDERS: [&str; 8] =
    ["openai", "anthropic", "ollama", "deepseek", "dashscope", "gemini", "openrouter", "openai_compatible"];

/// Prompts by their keys.
#[derive(Clone, Copy, Debug)]
pub struct PromptTexts;

impl PartialSchema for PromptTexts {
    fn schema() -> RefOr<Schema> {
        let texts = ObjectBuilder::new().description(Some("Templates by the key of their prompt"));
        let text = || {
            ObjectBuilder::new()
                .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
                .min_length(Some(1))
                .max_length(Some(20_000))
        };
        let texts = texts.additional_properties(Some(AdditionalProperties::FreeForm(false)));
        prompt_keys().into_iter().fold(texts, |texts, key| texts.property(key, text())).into()
    }
}

impl ToSchema for PromptTexts {}

/// A UUID, or nothing, which clients send that mean none.
#[derive(Clone, Copy, Debug)]
pub struct UuidOrEmpty;

impl PartialSchema for UuidOrEmpty {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})?$"))
            .description(Some("A UUID, or nothing, which clients send that mean none."))
            .into()
    }
}

impl ToSchema for UuidOrEmpty {}
