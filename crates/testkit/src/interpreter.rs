//! An engine that a test drives: the question is the SQL, and each step waits until the test lets it go on.
//!
//! Everything after it is real: guard, database, chart, events, store.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use wenshu_answer::interpreter::Request;
use wenshu_answer::{
    AnswerError, AnswerEvent, Clarification, ClarificationOption, EventSink, Interpretation, Interpreter,
    SqlDraft,
};
use wenshu_sources::QueryResult;

/// Takes the question for SQL. `clarify` asks back, `hello` is answered in words, and `panic` panics.
///
/// One step is taken before a question is read, and one before each of the three pieces of the written answer.
pub struct ScriptedInterpreter {
    steps: Semaphore,
}

impl ScriptedInterpreter {
    /// One that waits before each step.
    pub fn gated() -> Arc<Self> {
        Arc::new(Self { steps: Semaphore::new(0) })
    }

    /// One that never waits.
    pub fn open() -> Arc<Self> {
        Arc::new(Self { steps: Semaphore::new(Semaphore::MAX_PERMITS) })
    }

    /// Lets so many more steps go on.
    pub fn let_go(&self, steps: usize) {
        self.steps.add_permits(steps);
    }

    async fn step(&self) {
        self.steps.acquire().await.expect("the semaphore is never closed").forget();
    }
}

#[async_trait]
impl Interpreter for ScriptedInterpreter {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        self.step().await;
        match request.question.text.as_str() {
            "panic" => panic!("asked to"),
            "hello" => {
                request.events.emit(AnswerEvent::Text("Hello!".to_owned()));
                Ok(Interpretation::Words)
            }
            "clarify" => {
                let option = |label: &str| ClarificationOption {
                    label: label.to_owned(),
                    query: format!("SELECT '{label}' AS choice"),
                };
                Ok(Interpretation::Ambiguous(Clarification {
                    message: "Which one?".to_owned(),
                    options: vec![option("this"), option("that")],
                }))
            }
            sql => Ok(Interpretation::Query(SqlDraft {
                sql: sql.to_owned(),
                title: "A title".to_owned(),
                ..SqlDraft::default()
            })),
        }
    }

    async fn summarize(
        &self,
        _request: &Request<'_>,
        _draft: &SqlDraft,
        result: &QueryResult,
        events: &dyn EventSink,
    ) -> Result<(), AnswerError> {
        for piece in ["There ", "were ", &format!("{} rows.", result.rows())] {
            self.step().await;
            events.emit(AnswerEvent::Text(piece.to_owned()));
        }
        Ok(())
    }
}
