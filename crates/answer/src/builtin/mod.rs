//! The built-in interpreter: no model, the same answer every time.

pub mod numbers;
mod scan;
pub mod time;

use async_trait::async_trait;
use wenshu_sources::QueryResult;

use crate::interpreter::Request;
use crate::{
    AnswerError, AnswerErrorKind, AnswerEvent, EventSink, Interpretation, Interpreter, SqlDraft, summary,
};

/// Reads questions without a model.
#[derive(Debug, Default)]
pub struct BuiltinInterpreter {}

impl BuiltinInterpreter {
    /// An interpreter that knows no database yet.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Interpreter for BuiltinInterpreter {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        Err(AnswerError {
            kind: AnswerErrorKind::NotUnderstood {
                understood: Vec::new(),
                unknown: vec![request.question.text.clone()],
                suggestions: Vec::new(),
            },
            message: String::new(),
            attempts: Vec::new(),
        })
    }

    async fn summarize(
        &self,
        request: &Request<'_>,
        draft: &SqlDraft,
        result: &QueryResult,
        events: &dyn EventSink,
    ) -> Result<(), AnswerError> {
        events.emit(AnswerEvent::Text(summary::write(draft, result, request.question.language)));
        Ok(())
    }
}
