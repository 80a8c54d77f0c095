//! A model that says what a test wants, over the real pipeline, guard and demo database.

mod answers;
mod calls;
mod prompts;
mod usage;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::NaiveDate;
use futures::StreamExt as _;
use futures::stream;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use wenshu_sources::Limits;
use wenshu_sources::sqlite::{SqliteOptions, SqliteSource};

use super::language_model::{LanguageModel, ModelError, Prompt, Reply, ReplyPart};
use super::{ModelInterpreter, PromptBudget, Prompts};
use crate::builtin::BuiltinInterpreter;
use crate::event::ModelCall;
use crate::{Answer, AnswerEvent, FailedAnswer, Language, Pipeline, Question, SemanticTerm, TermKind, Turn};

/// What the model says, part by part; an error ends it.
type Script = Vec<Result<ReplyPart, ModelError>>;

/// Says one script after the other, and keeps what it was asked.
pub(super) struct ScriptedModel {
    replies: Mutex<VecDeque<Result<Script, ModelError>>>,
    pub(super) prompts: Mutex<Vec<Prompt>>,
    pub(super) tools: bool,
    /// Never ends a reply.
    pub(super) hangs: bool,
    /// Never ends its last reply, and has the answer stopped once all of it that there is has come.
    pub(super) hangs_at_the_last: bool,
    /// Never begins a reply, and has the answer stopped.
    pub(super) hangs_before: bool,
    cancel: CancellationToken,
}

#[async_trait]
impl LanguageModel for ScriptedModel {
    fn takes_tools(&self) -> bool {
        self.tools
    }

    async fn reply(&self, prompt: Prompt) -> Result<Reply, ModelError> {
        self.prompts.lock().unwrap().push(prompt);
        if self.hangs_before {
            self.cancel.cancel();
            return std::future::pending().await;
        }
        let (script, is_last) = {
            let mut replies = self.replies.lock().unwrap();
            (replies.pop_front().expect("one reply more")?, replies.is_empty())
        };
        let parts = stream::iter(script);
        let parts = if self.hangs_at_the_last && is_last {
            let cancel = self.cancel.clone();
            let stops = stream::once(async move {
                cancel.cancel();
                std::future::pending().await
            });
            parts.chain(stops).boxed()
        } else if self.hangs {
            parts.chain(stream::pending()).boxed()
        } else {
            parts.boxed()
        };
        Ok(Reply { parts, requests: 1 })
    }
}

/// A reply in words, in one piece.
pub(super) fn text(words: &str) -> Result<Script, ModelError> {
    Ok(vec![Ok(ReplyPart::Text(words.to_owned()))])
}

/// A reply in words, in these pieces.
pub(super) fn pieces(pieces: &[&str]) -> Result<Script, ModelError> {
    let parts = pieces.iter().filter(|piece| !piece.is_empty());
    Ok(parts.map(|piece| Ok(ReplyPart::Text((*piece).to_owned()))).collect())
}

/// What came of a question.
pub(super) struct Heard {
    pub(super) outcome: Result<Answer, Box<FailedAnswer>>,
    /// Events but for the texts, in short.
    pub(super) events: Vec<String>,
    pub(super) texts: Vec<String>,
    /// All texts, without those that were taken back.
    pub(super) kept: String,
    pub(super) calls: Vec<ModelCall>,
    pub(super) prompts: Vec<Prompt>,
}

impl Heard {
    pub(super) fn answer(self) -> Answer {
        self.outcome.unwrap_or_else(|failed| panic!("{failed} {:?}", failed.error))
    }
}

/// A question, in its situation, to a model.
pub(super) struct Asked {
    folder: TempDir,
    pub(super) model: ScriptedModel,
    pub(super) prompts: Prompts,
    pub(super) budget: PromptBudget,
    pub(super) question: Question,
    pub(super) terms: Vec<SemanticTerm>,
    /// Stops the answer at its first text.
    pub(super) stops_at_text: bool,
}

impl Asked {
    /// The question, to a model that says these things.
    pub(super) fn new(question: &str, replies: Vec<Result<Script, ModelError>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        wenshu_demo::create(&folder.path().join("demo.db"), now).unwrap();
        let model = ScriptedModel {
            replies: Mutex::new(replies.into()),
            prompts: Mutex::default(),
            tools: false,
            hangs: false,
            hangs_at_the_last: false,
            hangs_before: false,
            cancel: CancellationToken::new(),
        };
        let question = Question {
            text: question.to_owned(),
            language: Language::Zh,
            now: now.and_hms_opt(10, 0, 0).unwrap(),
            context: Vec::new(),
        };
        Self {
            folder,
            model,
            prompts: Prompts::default(),
            budget: PromptBudget::default(),
            question,
            terms: Vec::new(),
            stops_at_text: false,
        }
    }

    pub(super) fn after(mut self, question: &str, sql: Option<&str>, answer: &str) -> Self {
        self.question.context.push(Turn {
            question: question.to_owned(),
            sql: sql.map(str::to_owned),
            answer: answer.to_owned(),
        });
        self
    }

    pub(super) fn term(mut self, term: &str, expression: &str) -> Self {
        self.terms.push(SemanticTerm {
            term: term.to_owned(),
            kind: TermKind::Metric,
            expression: expression.to_owned(),
            description: None,
        });
        self
    }

    pub(super) async fn answer(self) -> Heard {
        let model = Arc::new(self.model);
        let interpreter = ModelInterpreter::new(
            model.clone(),
            self.prompts,
            self.budget,
            Arc::new(BuiltinInterpreter::new()),
        );
        let pipeline = Pipeline {
            interpreter: Arc::new(interpreter),
            source: Arc::new(SqliteSource::new(self.folder.path().join("demo.db"), SqliteOptions::default())),
            terms: self.terms.into(),
            relations: std::sync::Arc::from([]),
            limits: Limits::default(),
        };
        let cancel = model.cancel.clone();
        let (events, texts) = (Mutex::<Vec<String>>::default(), Mutex::<Vec<String>>::default());
        let (calls, kept) = (Mutex::<Vec<ModelCall>>::default(), Mutex::<String>::default());
        let sink = |event: AnswerEvent| {
            let said = match event {
                AnswerEvent::Progress { stage, attempt } => match attempt {
                    Some(attempt) => format!("{stage:?} {attempt}"),
                    None => format!("{stage:?}"),
                },
                AnswerEvent::Sql { sql, attempt } => format!("sql {attempt} {sql}"),
                AnswerEvent::Rows { result, .. } => format!("rows {}", result.rows()),
                AnswerEvent::Chart(_) | AnswerEvent::Clarification(_) | AnswerEvent::Tool(_) => return,
                AnswerEvent::Text(text) => {
                    if self.stops_at_text {
                        cancel.cancel();
                    }
                    kept.lock().unwrap().push_str(&text);
                    texts.lock().unwrap().push(text);
                    return;
                }
                AnswerEvent::TextTakenBack { bytes } => {
                    let mut kept = kept.lock().unwrap();
                    let length = kept.len() - bytes;
                    kept.truncate(length);
                    return;
                }
                AnswerEvent::ModelTaking(_) => return,
                AnswerEvent::ModelCalled(call) => {
                    calls.lock().unwrap().push(call);
                    return;
                }
            };
            events.lock().unwrap().push(said);
        };
        let outcome = pipeline.answer(&self.question, &sink, &cancel).await;
        let prompts = model.prompts.lock().unwrap().clone();
        Heard {
            outcome,
            events: events.into_inner().unwrap(),
            texts: texts.into_inner().unwrap(),
            kept: kept.into_inner().unwrap(),
            calls: calls.into_inner().unwrap(),
            prompts,
        }
    }
}
