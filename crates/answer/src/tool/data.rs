//! The tool that asks a database: the way of every question, with its rows given to the model that called.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::NaiveDateTime;
use serde_json::{Value, json};
use wenshu_sources::{QueryResult, SourceErrorKind};

use super::{ToolError, ToolOutput, ToolRequest};
use crate::interpreter::Request;
use crate::model::rows_text;
use crate::plain::TableNote;
use crate::{
    AnswerError, AnswerErrorKind, AnswerEvent, EventSink, Interpretation, Interpreter, Pipeline, Question,
    SqlDraft, Tool, Turn,
};

/// The name of the tool that asks a database.
pub const QUERY_DATA: &str = "query_data";

/// Tokens of rows that the model reads.
const ROWS_TOKENS: u64 = 4_000;

/// Asks one database.
pub struct DataTool {
    pipeline: Pipeline,
    now: NaiveDateTime,
    context: Vec<Turn>,
    note: Option<TableNote>,
    reached: Mutex<Option<bool>>,
}

impl DataTool {
    /// Asks through this pipeline at this time, after these rounds; `note` is said of rows of its table.
    pub fn new(pipeline: Pipeline, now: NaiveDateTime, context: Vec<Turn>, note: Option<TableNote>) -> Self {
        let interpreter = Arc::new(Unsummarized(pipeline.interpreter));
        let pipeline = Pipeline { interpreter, ..pipeline };
        Self { pipeline, now, context, note, reached: Mutex::default() }
    }

    /// Whether the last call could reach the database; none where it didn't find out.
    pub fn reached(&self) -> Option<bool> {
        *self.reached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_reached(&self, reached: Option<bool>) {
        *self.reached.lock().unwrap_or_else(PoisonError::into_inner) = reached;
    }

    /// What a model is told of it.
    pub fn description() -> Tool {
        Tool {
            name: QUERY_DATA.to_owned(),
            description: "Asks the person's database. Give a complete question in words, one at a time; it is turned into a read-only \
                          query, whose rows are shown to the person and given to you."
                .to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "question": {"type": "string", "description": "The question, with all it needs to be understood alone."},
                },
                "required": ["question"],
            }),
        }
    }

    /// Asks.
    ///
    /// # Errors
    ///
    /// Without a question, and what an answer fails for.
    pub async fn call(&self, request: ToolRequest<'_>) -> Result<ToolOutput, ToolError> {
        self.note_reached(None);
        let text =
            request.arguments.get("question").and_then(Value::as_str).map(str::trim).unwrap_or_default();
        if text.is_empty() {
            return Err(ToolError::new("`question` must be a text that asks something."));
        }
        let question = Question {
            text: text.to_owned(),
            language: request.language,
            now: self.now,
            context: self.context.clone(),
        };
        let quiet = Quiet { events: request.events, words: Mutex::default() };
        let answer = self.pipeline.answer(&question, &quiet, request.cancel).await;
        let words = quiet.words.into_inner().unwrap_or_else(PoisonError::into_inner);
        let answer = answer.map_err(|failed| {
            if let AnswerErrorKind::Source(error) = &failed.error.kind
                && error.kind() == SourceErrorKind::Unreachable
            {
                self.note_reached(Some(false));
            }
            ToolError::new(failed.error.message)
        })?;
        self.note_reached(Some(true));
        if let Some(clarification) = answer.clarification {
            let options: Vec<String> = clarification.options.into_iter().map(|option| option.query).collect();
            return Err(ToolError::new(format!("{} {}", clarification.message, options.join(" / "))));
        }
        let Some(result) = answer.result else {
            return if words.trim().is_empty() {
                Err(ToolError::new("The question gave no rows and no words."))
            } else {
                Ok(ToolOutput::new(words))
            };
        };
        let sql = answer.sql.unwrap_or_default();
        let note = self.note.filter(|note| note.is_of(&sql)).map(|note| note.words.to_owned());
        Ok(ToolOutput { text: as_text(&sql, &result), note })
    }
}

fn as_text(sql: &str, result: &QueryResult) -> String {
    let rows = rows_text::write(result, ROWS_TOKENS);
    let count = result.rows();
    let mut text = format!("SQL: {sql}\nRows: {count}");
    if result.truncated {
        text.push_str(" (there are more)");
    }
    if rows.rows < count {
        text.push_str(&format!(", the first {} of them:", rows.rows));
    }
    text.push('\n');
    text.push_str(&rows.text);
    text
}

/// Keeps words for the tool's result; everything else is for whoever reads the answer.
struct Quiet<'a> {
    events: &'a dyn EventSink,
    words: Mutex<String>,
}

impl EventSink for Quiet<'_> {
    fn emit(&self, event: AnswerEvent) {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            AnswerEvent::Text(piece) => words.push_str(&piece),
            AnswerEvent::TextTakenBack { bytes } => {
                let kept = words.len().saturating_sub(bytes);
                words.truncate(kept);
            }
            AnswerEvent::Clarification(_) => {}
            event => {
                drop(words);
                self.events.emit(event);
            }
        }
    }
}

/// Leaves putting rows into words to the model that called.
struct Unsummarized(Arc<dyn Interpreter>);

#[async_trait]
impl Interpreter for Unsummarized {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        self.0.interpret(request).await
    }

    async fn summarize(
        &self,
        _request: &Request<'_>,
        _draft: &SqlDraft,
        _result: &QueryResult,
        _events: &dyn EventSink,
    ) -> Result<(), AnswerError> {
        Ok(())
    }

    fn attempts(&self) -> u32 {
        self.0.attempts()
    }
}
