//! Language models as interpreters.
//!
//! Reading order: [`language_model`] is the port to a model, [`prompts`] what it is told, `schema_text` and `rows_text` what of the
//! database it is shown, `conversation` what of the rounds before, `reading` how a reply is read, `reply` how SQL and words are told apart
//! in it, `call` and `taken` what a call took. [`chat`] is a model that is just
//! spoken with, and [`calling`] one that calls tools meanwhile.

mod call;
pub mod calling;
pub mod chat;
mod conversation;
mod known_text;
pub mod language_model;
mod picture;
pub mod prompts;
mod reading;
mod reply;
pub(crate) mod rows_text;
mod schema_text;
mod taken;
#[cfg(test)]
mod tests;
mod thinking;
mod tokens;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDateTime;
use minijinja::context;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use wenshu_sources::{Dialect, QueryResult};

use self::conversation::{conversation, fenced};
use self::language_model::{LanguageModel, Prompt, PromptMessage, Speaker, Tool};
use self::prompts::{PromptKey, Prompts};
use self::reading::{Asking, Ending, WordsReader, say};
use self::reply::{RUN_SQL, ReplyContent, ReplyReader};
use crate::builtin::BuiltinInterpreter;
use crate::builtin::mentions::Mentions;
use crate::event::CallPurpose;
use crate::interpreter::Request;
use crate::{
    AnswerError, AnswerErrorKind, AnswerEvent, EventSink, FailedAttempt, Interpretation, Interpreter,
    Language, Question, SqlDraft, Stage,
};

/// The longest reply that is read, in bytes, its thinking included: some hundred times what an answer takes.
const LONGEST_REPLY: usize = 1024 * 1024;

/// How often a question is put to the model until its SQL runs.
const ATTEMPTS: u32 = 3;

/// How much of a question and of its answer a model is shown for a title, and of SQL that was cut off, in characters.
const BEGINNING: usize = 1_000;

/// How much of the database a model is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromptBudget {
    /// Tokens for tables, business words and stored values.
    pub schema_tokens: u64,
    /// Tokens for the rows that a summary is written from.
    pub rows_tokens: u64,
    /// Tokens for the rounds of the conversation before the question, the newest first.
    pub conversation_tokens: u64,
}

impl Default for PromptBudget {
    /// 6,000, 2,000 and 3,000: together well within 16k, which every model of the field takes.
    fn default() -> Self {
        Self { schema_tokens: 6_000, rows_tokens: 2_000, conversation_tokens: 3_000 }
    }
}

/// Has a language model read questions. Cheap to make.
#[derive(Clone)]
pub struct ModelInterpreter {
    model: Arc<dyn LanguageModel>,
    prompts: Prompts,
    budget: PromptBudget,
    /// Knows the names and values of every database it has seen.
    linker: Arc<BuiltinInterpreter>,
}

impl ModelInterpreter {
    /// An interpreter over a model; `linker` finds what a question speaks of, and is best shared.
    pub fn new(
        model: Arc<dyn LanguageModel>,
        prompts: Prompts,
        budget: PromptBudget,
        linker: Arc<BuiltinInterpreter>,
    ) -> Self {
        Self { model, prompts, budget, linker }
    }

    /// What the model is asked for a question, with what was tried before.
    fn prompt(&self, request: &Request<'_>, mentions: &Mentions) -> Result<Prompt, minijinja::Error> {
        let question = request.question;
        let dialect = request.source.dialect();
        let (dialect_name, language) = (dialect_name(dialect), language_name(question.language));
        let tools = self.model.takes_tools();
        let known = (request.terms, request.relations);
        let budget = self.budget.schema_tokens;
        let schema = schema_text::write(&request.schema, dialect, known, question, mentions, budget);
        let system = self.prompts.fill(
            PromptKey::System,
            context! {
                dialect => dialect_name, language, tools,
                today => question.now.format("%Y-%m-%d").to_string(),
                weekday => weekday(question.now),
            },
        )?;
        let asked = self.prompts.fill(
            PromptKey::SqlGeneration,
            context! {
                dialect => dialect_name, language, tools,
                question => question.text.as_str(),
                tables => schema.tables,
                other_tables => schema.other_tables,
                terms => schema.terms,
                relations => schema.relations,
                values => schema.values,
            },
        )?;
        let mut messages = conversation(question, self.budget.conversation_tokens);
        messages.push(message(Speaker::User, asked));
        for attempt in request.failed {
            messages.push(message(Speaker::Assistant, said(attempt)));
            let repair = self.prompts.fill(
                PromptKey::SqlRepair,
                context! { sql => attempt.sql.as_str(), error => attempt.error.as_str(), tools },
            )?;
            messages.push(message(Speaker::User, repair));
        }
        let tools = if tools { vec![run_sql(dialect_name, language)] } else { Vec::new() };
        // No temperature: models that reason refuse a request that names one.
        Ok(Prompt { system, messages, tools, ..Prompt::default() })
    }

    /// Asks for a query: what was read, how that ended, and whether tools were offered.
    async fn read(
        &self,
        request: &Request<'_>,
        mentions: &Mentions,
    ) -> Result<(ReplyReader, Result<Ending, AnswerError>, bool), AnswerError> {
        let language = request.question.language;
        let prompt = self.prompt(request, mentions).map_err(|error| unfilled(&error, language))?;
        let offers_tools = !prompt.tools.is_empty();
        let asking = Asking {
            model: self.model.as_ref(),
            prompt,
            purpose: CallPurpose::Interpret,
            language,
            events: request.events,
            cancel: request.cancel,
        };
        // Excuses for what failed are not said.
        let mut reader = ReplyReader::new(request.failed.is_empty(), request.source.dialect());
        let ending = asking.read(&mut reader).await;
        Ok((reader, ending, offers_tools))
    }

    /// What the model is asked to put rows into words.
    fn summary_prompt(
        &self,
        question: &Question,
        sql: &str,
        result: &QueryResult,
    ) -> Result<Prompt, minijinja::Error> {
        let rows = rows_text::write(result, self.budget.rows_tokens);
        let text = self.prompts.fill(
            PromptKey::Summary,
            context! {
                language => language_name(question.language),
                question => question.text.as_str(),
                sql,
                rows => rows.text,
                rows_count => result.rows(),
                rows_shown => rows.rows,
                truncated => result.truncated,
            },
        )?;
        Ok(Prompt {
            messages: vec![message(Speaker::User, text)],
            temperature: Some(0.0),
            ..Prompt::default()
        })
    }
}

#[async_trait]
impl Interpreter for ModelInterpreter {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        let language = request.question.language;
        let is_first = request.failed.is_empty();
        if is_first {
            request.events.emit(AnswerEvent::Progress { stage: Stage::Linking, attempt: None });
        }
        let mentions = self.linker.mentions(request).await.map_err(|error| AnswerError {
            message: error.message().to_owned(),
            kind: AnswerErrorKind::Source(error),
            attempts: request.failed.to_vec(),
        })?;
        if is_first {
            request.events.emit(AnswerEvent::Progress { stage: Stage::GeneratingSql, attempt: Some(1) });
        }
        let (mut reader, mut ending, offered) = self.read(request, &mentions).await?;
        if reading::refuses_tools(self.model.as_ref(), offered, &ending) {
            (reader, ending, _) = self.read(request, &mentions).await?;
        }
        // However it ended, what was held back may have been words; nothing that came is lost.
        let (words, content) = reader.finish(matches!(ending, Ok(Ending::AtLimit)));
        say(request.events, words);
        Ok(match (content, ending?) {
            (ReplyContent::Sql(written), _) => Interpretation::Query(SqlDraft {
                title: if written.title.is_empty() { title(&request.question.text) } else { written.title },
                sql: written.sql,
                reading: written.reading,
                measures: written.measures,
                is_share: false,
            }),
            (ReplyContent::CutOff(sql), _) => Interpretation::CutOff(beginning(&sql)),
            (ReplyContent::Words, Ending::AtLimit) => return Err(AnswerError::cut_off(language)),
            (ReplyContent::Words, Ending::Whole) => Interpretation::Words,
            (ReplyContent::Nothing, _) => Interpretation::Nothing,
        })
    }

    async fn summarize(
        &self,
        request: &Request<'_>,
        draft: &SqlDraft,
        result: &QueryResult,
        events: &dyn EventSink,
    ) -> Result<(), AnswerError> {
        let language = request.question.language;
        let prompt = self
            .summary_prompt(request.question, &draft.sql, result)
            .map_err(|error| unfilled(&error, language))?;
        let asking = Asking {
            model: self.model.as_ref(),
            prompt,
            purpose: CallPurpose::Summarize,
            language,
            events,
            cancel: request.cancel,
        };
        let mut reader = WordsReader::default();
        let ending = asking.read(&mut reader).await;
        let (rest, has_spoken) = reader.finish();
        say(events, rest);
        match ending? {
            // The rows are there; a model that says nothing about them leaves that to the templates.
            _ if !has_spoken => say(events, crate::summary::write(draft, result, language)),
            Ending::AtLimit => return Err(AnswerError::cut_off(language)),
            Ending::Whole => {}
        }
        Ok(())
    }

    async fn title(
        &self,
        question: &Question,
        answer: &str,
        events: &dyn EventSink,
    ) -> Result<Option<String>, AnswerError> {
        let language = question.language;
        let values = context! {
            language => language_name(language),
            question => beginning(&question.text),
            answer => beginning(answer),
        };
        let text = self.prompts.fill(PromptKey::Title, values).map_err(|error| unfilled(&error, language))?;
        let prompt = Prompt { messages: vec![message(Speaker::User, text)], ..Prompt::default() };
        // Who doesn't want it any more drops the future, which ends the request.
        let never = CancellationToken::new();
        chat::title(self.model.as_ref(), prompt, language, events, &never).await.map(Some)
    }

    fn attempts(&self) -> u32 {
        ATTEMPTS
    }
}

/// The beginning of a text, which says what it is about.
fn beginning(text: &str) -> String {
    text.chars().take(BEGINNING).collect()
}

fn message(speaker: Speaker, text: String) -> PromptMessage {
    PromptMessage::new(speaker, text)
}

/// What the model said in an attempt that failed.
fn said(attempt: &FailedAttempt) -> String {
    if attempt.sql.is_empty() { "…".to_owned() } else { fenced(&attempt.sql) }
}

fn run_sql(dialect: &str, language: &str) -> Tool {
    Tool {
        name: RUN_SQL.to_owned(),
        description: format!("Runs one read-only {dialect} query and shows its rows to the person."),
        parameters: json!({
            "type": "object",
            "properties": {
                "sql": {"type": "string", "description": format!("One {dialect} SELECT statement.")},
                "title": {"type": "string", "description": format!("A title for the result, at most ten words, in {language}.")},
                "reading": {
                    "type": "array", "items": {"type": "string"},
                    "description": format!("How the question was read, in {language}: measure, grouping, filters with their dates; a line each."),
                },
                "measures": {
                    "type": "array", "items": {"type": "string"},
                    "description": "The result columns that are figures, by their names in the query.",
                },
            },
            "required": ["sql"],
        }),
    }
}

/// The dialect's name as a model knows it.
fn dialect_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SQLite",
        Dialect::Postgres => "PostgreSQL",
        Dialect::MySql => "MySQL",
        Dialect::ClickHouse => "ClickHouse",
        Dialect::DataFusion => {
            "Apache DataFusion (like PostgreSQL, but `to_char` takes formats such as '%Y-%m')"
        }
    }
}

fn language_name(language: Language) -> &'static str {
    match language {
        Language::Zh => "Simplified Chinese",
        Language::En => "English",
    }
}

fn weekday(now: NaiveDateTime) -> String {
    now.format("%A").to_string()
}

/// A title from the question, for a model that gave none.
fn title(question: &str) -> String {
    const LONGEST: usize = 40;
    let line = question.lines().next().unwrap_or_default();
    let line = line.trim_end_matches(['?', '？', '。', '.', '!', '！']);
    if line.chars().count() <= LONGEST { line.to_owned() } else { String::new() }
}

/// A prompt that somebody customized fails with these values.
fn unfilled(error: &minijinja::Error, language: Language) -> AnswerError {
    // Its words may quote the question, so that the log gets the kind and the place alone.
    tracing::warn!(kind = %error.kind(), prompt = error.name(), line = error.line(), "a prompt can't be filled in");
    AnswerError::prompt(language)
}
