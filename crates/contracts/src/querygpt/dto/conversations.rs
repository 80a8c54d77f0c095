//! Bodies of `/conversations`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::conversations::{ConversationView, MessageView};
use wenshu_core::runs::{AnswerRecord, EventId, RecordedCall, RunSql, ShownResult};
use wenshu_core::{AppError, Conversation, ConversationFilter, Language, MessageRole, Page};

use super::chat::{LanguageName, OrEmpty};
use super::words::{LanguageOrEmptyWord, MessageRoleWord, UuidOrEmpty};
use crate::http::chart::ChartDto;
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;
use crate::querygpt::error::event_code;
use crate::querygpt::stream::{ColumnDto, OptionDto};

/// Whether a conversation is a favourite now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Favorite)]
pub struct FavoriteDto {
    /// It is.
    pub is_favorite: bool,
}

/// Which conversations to list.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ListFields {
    /// How many to answer at most.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 100, default = 50)]
    limit: Given<i64>,
    /// How many to skip.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, default = 0)]
    offset: Given<i64>,
    /// Only favourites.
    #[serde(default)]
    #[schema(value_type = Option<bool>, default = false)]
    favorites: Given<bool>,
    /// Words in titles and messages, Chinese ones too.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    q: Given<String>,
}

impl TryFrom<ListFields> for ConversationFilter {
    type Error = AppError;

    fn try_from(fields: ListFields) -> Result<Self, AppError> {
        let ListFields { limit, offset, favorites, q } = fields;
        let mut checks = Checks::default();
        let limit = checks.optional("limit", limit).unwrap_or(50);
        checks.range("limit", limit, 1..=100);
        let offset = checks.optional("offset", offset).unwrap_or(0);
        checks.range("offset", offset, 0..=i64::MAX);
        let favorites = checks.optional("favorites", favorites).unwrap_or(false);
        let search =
            checks.optional("q", q).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if let Some(search) = &search {
            checks.length("q", search, 1..=200);
        }
        checks.finish()?;
        // Both were checked not to be negative.
        let (limit, offset) = (limit.unsigned_abs(), offset.unsigned_abs());
        Ok(Self { favorites, search, limit, offset, known_total: None })
    }
}

/// A new title.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct TitleBody {
    /// The new title.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 200)]
    title: Given<String>,
}

impl TitleBody {
    /// The title.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the field.
    pub fn into_title(self) -> Result<String, AppError> {
        let mut checks = Checks::default();
        checks.required("title", self.title).ok_or_else(|| checks.into_error())
    }
}

/// A statement to be run.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct SqlBody {
    /// One query; what would write is refused.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 20_000)]
    sql: Given<String>,
    /// A connection that the caller sees; by default the conversation's.
    #[serde(default)]
    #[schema(value_type = Option<UuidOrEmpty>)]
    connection_id: Given<OrEmpty<Uuid>>,
    /// The language of progress and messages; by default the caller's preference.
    #[serde(default)]
    #[schema(value_type = Option<LanguageOrEmptyWord>)]
    language: Given<OrEmpty<LanguageName>>,
}

impl SqlBody {
    /// The statement, in this conversation and in the preferred language unless it says another.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every field that breaks a rule.
    pub fn into_run(
        self,
        conversation: Uuid,
        preferred: Language,
        last_event: Option<EventId>,
    ) -> Result<RunSql, AppError> {
        let Self { sql, connection_id, language } = self;
        let mut checks = Checks::default();
        let sql = checks.required("sql", sql).map(|sql| sql.trim().to_owned());
        if let Some(sql) = &sql {
            checks.length("sql", sql, 1..=20_000);
        }
        let connection = checks.optional("connection_id", connection_id).and_then(|given| given.0);
        let language = checks.optional("language", language).and_then(|given| given.0);
        let language = language.map_or(preferred, |LanguageName(language)| language);
        match sql {
            Some(sql) if checks.is_clean() => {
                Ok(RunSql { sql, language, conversation, connection, last_event })
            }
            _ => Err(checks.into_error()),
        }
    }
}

/// A page of the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conversations)]
pub struct ListDto<'a> {
    conversations: Vec<ConversationDto<'a>>,
    total: u64,
    has_more: bool,
}

impl<'a> ListDto<'a> {
    /// The page that starts at this offset.
    pub fn new(page: &'a Page<Conversation>, offset: u64) -> Self {
        let shown = offset.saturating_add(page.items.len() as u64);
        Self {
            conversations: page.items.iter().map(ConversationDto::from).collect(),
            total: page.total,
            has_more: shown < page.total,
        }
    }
}

/// A conversation without its messages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationDto<'a> {
    id: Uuid,
    title: &'a str,
    /// The model that answered last.
    model: Option<&'a str>,
    is_favorite: bool,
    message_count: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Rfc3339,
}

impl<'a> From<&'a Conversation> for ConversationDto<'a> {
    fn from(conversation: &'a Conversation) -> Self {
        Self {
            id: conversation.id,
            title: &conversation.title,
            model: conversation.model.as_deref(),
            is_favorite: conversation.is_favorite,
            message_count: conversation.message_count,
            created_at: Rfc3339(conversation.created_at),
            updated_at: Rfc3339(conversation.updated_at),
        }
    }
}

/// A conversation with its messages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConversationDetail)]
pub struct DetailDto<'a> {
    id: Uuid,
    title: &'a str,
    model: Option<&'a str>,
    connection_id: Option<Uuid>,
    is_favorite: bool,
    messages: Vec<MessageDto<'a>>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Rfc3339,
}

impl<'a> From<&'a ConversationView> for DetailDto<'a> {
    fn from(view: &'a ConversationView) -> Self {
        let ConversationView { conversation, messages } = view;
        Self {
            id: conversation.id,
            title: &conversation.title,
            model: conversation.model.as_deref(),
            connection_id: conversation.connection,
            is_favorite: conversation.is_favorite,
            messages: messages.iter().map(MessageDto::from).collect(),
            created_at: Rfc3339(conversation.created_at),
            updated_at: Rfc3339(conversation.updated_at),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
struct MessageDto<'a> {
    id: Uuid,
    /// Its number, by which the stock BI contract knows it.
    number: i64,
    #[schema(value_type = MessageRoleWord)]
    role: &'static str,
    content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<MetadataDto<'a>>,
    /// Whether its reader found it helpful, where they have said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    feedback: Option<bool>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl<'a> From<&'a MessageView> for MessageDto<'a> {
    fn from(view: &'a MessageView) -> Self {
        let MessageView { message, record } = view;
        Self {
            id: message.id,
            number: message.number,
            role: match message.role {
                MessageRole::User => "user",
                MessageRole::Assistant => "assistant",
                MessageRole::System => "system",
            },
            content: &message.content,
            metadata: record.as_ref().map(MetadataDto::from),
            feedback: message.feedback.map(|feedback| feedback.is_liked),
            created_at: Rfc3339(message.created_at),
        }
    }
}

/// What an answer was made of. Absent keys are left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageMetadata)]
struct MetadataDto<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<ColumnDto<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Object>)]
    data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visualization: Option<ChartDto<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<bool>,
    /// How the question was read, a line each.
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clarification: Option<ClarificationDto<'a>>,
    /// Tools that were called, in this order.
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<Vec<CallDto<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDto<'a>>,
}

/// A call of a tool.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageToolCall)]
struct CallDto<'a> {
    name: &'a str,
    /// What it was called with.
    #[schema(value_type = Object)]
    arguments: &'a Value,
    /// `ok` or `error`.
    status: &'static str,
    /// Results that it has shown; the last one of the answer is beside the calls too.
    results: Vec<ResultDto<'a>>,
}

/// Rows that a call of a tool has shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageResult)]
struct ResultDto<'a> {
    sql: &'a str,
    execution_time: f64,
    rows_count: usize,
    columns: Vec<ColumnDto<'a>>,
    #[schema(value_type = Vec<Object>)]
    data: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    visualization: Option<ChartDto<'a>>,
    truncated: bool,
}

impl<'a> From<(&'a RecordedCall, Vec<ShownResult<'a>>)> for CallDto<'a> {
    fn from((call, results): (&'a RecordedCall, Vec<ShownResult<'a>>)) -> Self {
        let result = |result: ShownResult<'a>| ResultDto {
            sql: result.sql,
            execution_time: result.execution_seconds,
            rows_count: result.rows,
            columns: result.columns.iter().map(ColumnDto::from).collect(),
            data: result.data,
            visualization: result.chart.map(ChartDto::from),
            truncated: result.truncated,
        };
        Self {
            name: &call.name,
            arguments: &call.arguments,
            status: call.status().as_str(),
            results: results.into_iter().map(result).collect(),
        }
    }
}

/// What was asked back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageClarification)]
struct ClarificationDto<'a> {
    message: Option<&'a str>,
    options: Vec<OptionDto<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageError)]
struct ErrorDto<'a> {
    #[schema(value_type = String)]
    code: std::borrow::Cow<'static, str>,
    message: &'a str,
}

impl<'a> From<&'a AnswerRecord> for MetadataDto<'a> {
    fn from(record: &'a AnswerRecord) -> Self {
        Self {
            sql: record.sql.as_deref(),
            execution_time: record.execution_seconds,
            rows_count: record.rows,
            columns: record.columns.as_deref().map(|columns| columns.iter().map(ColumnDto::from).collect()),
            data: record.data.as_deref(),
            visualization: record.chart.as_ref().map(ChartDto::from),
            truncated: record.truncated,
            reading: Some(record.reading.as_slice()).filter(|reading| !reading.is_empty()),
            clarification: (!record.options.is_empty()).then(|| ClarificationDto {
                message: record.asked_back.as_deref(),
                options: record.options.iter().map(|(label, query)| OptionDto { label, query }).collect(),
            }),
            tool_calls: (!record.tools.is_empty()).then(|| record.calls().map(CallDto::from).collect()),
            error: record
                .error
                .as_ref()
                .map(|error| ErrorDto { code: event_code(&error.code), message: &error.message }),
        }
    }
}
