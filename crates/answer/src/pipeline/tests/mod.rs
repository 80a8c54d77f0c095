//! The order of events, retries, refusals, limits and cancelling, with a scripted interpreter.

mod sqlite;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use chrono::NaiveDate;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use wenshu_sources::{
    Dialect, Limits, QueryResult, ReadOnlyQuery, RowStream, Schema, Source, SourceError, SourceErrorKind,
    SourceInfo, ValueKind,
};

use super::{Answer, FailedAnswer, Pipeline};
use crate::interpreter::{ClarificationOption, Request};
use crate::{
    AnswerError, AnswerErrorKind, AnswerEvent, Clarification, EventSink, Interpretation, Interpreter,
    Language, Question, SqlDraft,
};

/// Says one interpretation after the other, and keeps what it was asked with.
#[derive(Default)]
struct Script {
    interpretations: Mutex<VecDeque<Result<Interpretation, AnswerError>>>,
    /// Failed attempts known at each call.
    calls: Mutex<Vec<usize>>,
    attempts: u32,
    summary: Vec<&'static str>,
    /// Never ends the summary.
    hangs: bool,
    words: Option<&'static str>,
}

#[async_trait]
impl Interpreter for Script {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        self.calls.lock().unwrap().push(request.failed.len());
        if let Some(words) = self.words {
            request.events.emit(AnswerEvent::Text(words.to_owned()));
            return Ok(Interpretation::Words);
        }
        let next = self.interpretations.lock().unwrap().pop_front();
        next.unwrap_or_else(|| Err(AnswerError::internal(Language::En)))
    }

    async fn summarize(
        &self,
        _request: &Request<'_>,
        _draft: &SqlDraft,
        _result: &QueryResult,
        events: &dyn EventSink,
    ) -> Result<(), AnswerError> {
        for piece in &self.summary {
            events.emit(AnswerEvent::Text((*piece).to_owned()));
        }
        if self.hangs {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// Answers each query with the next outcome.
#[derive(Default)]
struct Scripted {
    outcomes: Mutex<VecDeque<Result<QueryResult, SourceError>>>,
    limits: Mutex<Vec<Limits>>,
    /// Waits for the cancel token once asked, and says so.
    asked: Option<Arc<Notify>>,
    unreachable: bool,
}

#[async_trait]
impl Source for Scripted {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn ping(&self) -> Result<SourceInfo, SourceError> {
        Ok(SourceInfo { version: "scripted".to_owned(), writable: None })
    }

    async fn schema(&self, _refresh: bool) -> Result<Arc<Schema>, SourceError> {
        if self.unreachable {
            return Err(SourceError::new(SourceErrorKind::Unreachable, "no such file"));
        }
        Ok(Arc::default())
    }

    async fn revision(&self) -> Result<Option<u64>, SourceError> {
        Ok(None)
    }

    async fn query(
        &self,
        _query: &ReadOnlyQuery,
        limits: &Limits,
        cancel: &CancellationToken,
    ) -> Result<QueryResult, SourceError> {
        self.limits.lock().unwrap().push(*limits);
        if let Some(asked) = &self.asked {
            asked.notify_one();
            cancel.cancelled().await;
            return Err(SourceError::new(SourceErrorKind::Cancelled, "interrupted"));
        }
        self.outcomes.lock().unwrap().pop_front().unwrap()
    }

    async fn stream(
        &self,
        _query: &ReadOnlyQuery,
        _limits: &Limits,
        _cancel: &CancellationToken,
    ) -> Result<RowStream, SourceError> {
        panic!("answers are whole")
    }
}

fn rows() -> QueryResult {
    let columns: [(&str, ArrayRef); 2] = [
        ("city", Arc::new(StringArray::from(vec!["北京", "上海"]))),
        ("orders", Arc::new(Int64Array::from(vec![3, 5]))),
    ];
    QueryResult {
        batch: RecordBatch::try_from_iter(columns).unwrap(),
        kinds: Arc::from([ValueKind::Text, ValueKind::Integer]),
        truncated: false,
        elapsed: Duration::from_millis(12),
    }
}

fn query(sql: &str) -> Result<Interpretation, AnswerError> {
    Ok(Interpretation::Query(SqlDraft {
        sql: sql.to_owned(),
        reading: vec!["订单数".to_owned()],
        measures: vec!["orders".to_owned()],
        ..SqlDraft::default()
    }))
}

fn script(interpretations: Vec<Result<Interpretation, AnswerError>>, attempts: u32) -> Script {
    Script {
        interpretations: Mutex::new(interpretations.into()),
        attempts,
        summary: vec!["上海最多，", "有 5 单。"],
        ..Script::default()
    }
}

fn source(outcomes: Vec<Result<QueryResult, SourceError>>) -> Scripted {
    Scripted { outcomes: Mutex::new(outcomes.into()), ..Scripted::default() }
}

fn failure(kind: SourceErrorKind) -> Result<QueryResult, SourceError> {
    Err(SourceError::new(kind, "no such column: x"))
}

struct Heard {
    outcome: Result<Answer, Box<FailedAnswer>>,
    /// Each event in a word or two.
    events: Vec<String>,
}

impl Heard {
    fn answer(self) -> Answer {
        self.outcome.unwrap()
    }

    fn failure(self) -> FailedAnswer {
        *self.outcome.unwrap_err()
    }
}

async fn ask(interpreter: &Arc<Script>, source: &Arc<Scripted>, cancel: &CancellationToken) -> Heard {
    let limits = Limits { time: Duration::from_secs(7), rows: 11, bytes: 13 };
    let source = Arc::clone(source) as Arc<dyn Source>;
    let sink = |_: &AnswerEvent| {};
    ask_source(interpreter, source, limits, cancel, &sink).await
}

/// Asks, and lets `watch` see each event when it comes.
async fn ask_source(
    interpreter: &Arc<Script>,
    source: Arc<dyn Source>,
    limits: Limits,
    cancel: &CancellationToken,
    watch: &(dyn Fn(&AnswerEvent) + Sync),
) -> Heard {
    let interpreter = Arc::clone(interpreter) as Arc<dyn Interpreter>;
    let pipeline = Pipeline { interpreter, source, terms: Arc::from([]), relations: Arc::from([]), limits };
    let question = Question {
        text: "各城市的订单数".to_owned(),
        language: Language::Zh,
        now: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_hms_opt(12, 0, 0).unwrap(),
        context: Vec::new(),
    };
    let events = Mutex::new(Vec::new());
    let sink = |event: AnswerEvent| {
        watch(&event);
        events.lock().unwrap().push(match event {
            AnswerEvent::Progress { stage, attempt: None } => format!("{stage:?}"),
            AnswerEvent::Progress { stage, attempt: Some(attempt) } => format!("{stage:?} {attempt}"),
            AnswerEvent::Sql { attempt, .. } => format!("sql {attempt}"),
            AnswerEvent::Rows { result, .. } => format!("rows {}", result.rows()),
            AnswerEvent::Chart(chart) => format!("chart {:?}", chart.kind),
            AnswerEvent::Text(text) => format!("text {text}"),
            AnswerEvent::TextTakenBack { bytes } => format!("taken back {bytes}"),
            AnswerEvent::Clarification(_) => "clarification".to_owned(),
            AnswerEvent::Tool(call) => format!("tool {} {}", call.name, call.status.as_str()),
            AnswerEvent::ModelTaking(usage) => format!("taking {usage:?}"),
            AnswerEvent::ModelCalled(call) => format!("called {:?}", call.outcome),
        });
    };
    let outcome = pipeline.answer(&question, &sink, cancel).await;
    Heard { outcome, events: events.into_inner().unwrap() }
}

async fn ask_scripted(script: Script, source: Scripted) -> Heard {
    ask(&Arc::new(script), &Arc::new(source), &CancellationToken::new()).await
}

#[tokio::test]
async fn events_come_in_the_order_of_the_work() {
    let source = Arc::new(source(vec![Ok(rows())]));
    let heard = ask(&Arc::new(script(vec![query("SELECT 1;")], 1)), &source, &CancellationToken::new()).await;
    let expected = [
        "Analyzing",
        "GeneratingSql 1",
        "sql 1",
        "Executing",
        "rows 2",
        "Summarizing",
        "text 上海最多，",
        "text 有 5 单。",
    ];
    let events: Vec<&str> =
        heard.events.iter().map(String::as_str).filter(|event| !event.starts_with("chart")).collect();
    assert_eq!(events, expected);
    let answer = heard.answer();
    assert_eq!(answer.sql.as_deref(), Some("SELECT 1"));
    assert_eq!(answer.reading, ["订单数"]);
    assert_eq!(answer.result.unwrap().rows(), 2);
    assert_eq!(answer.execution_time, Some(Duration::from_millis(12)));
    let limits = source.limits.lock().unwrap().clone();
    assert_eq!(limits, [Limits { time: Duration::from_secs(7), rows: 11, bytes: 13 }]);
}

#[tokio::test]
async fn refused_and_failing_sql_is_written_anew() {
    let interpreter = Arc::new(script(
        vec![query("DELETE FROM orders"), query("SELECT x FROM orders"), query("SELECT 1")],
        3,
    ));
    let source = Arc::new(source(vec![failure(SourceErrorKind::Execution), Ok(rows())]));
    let heard = ask(&interpreter, &source, &CancellationToken::new()).await;
    assert_eq!(
        heard.events[..9],
        [
            "Analyzing",
            "GeneratingSql 1",
            "Repairing 2",
            "sql 2",
            "Executing",
            "Repairing 3",
            "sql 3",
            "Executing",
            "rows 2"
        ]
    );
    assert_eq!(heard.answer().sql.as_deref(), Some("SELECT 1"));
    assert_eq!(*interpreter.calls.lock().unwrap(), [0, 1, 2]);
}

#[tokio::test]
async fn attempts_end() {
    let refused = ask_scripted(script(vec![query("DROP TABLE orders")], 1), source(vec![])).await.failure();
    assert!(matches!(refused.error.kind, AnswerErrorKind::Refused(_)));
    assert_eq!(refused.error.attempts.len(), 1);
    assert_eq!(refused.error.attempts[0].sql, "DROP TABLE orders");
    assert_eq!(refused.partial.sql, None, "SQL that did not pass is not the answer's");

    let heard = ask_scripted(
        script(vec![query("SELECT x"), query("SELECT y")], 2),
        source(vec![failure(SourceErrorKind::Execution), failure(SourceErrorKind::Denied)]),
    )
    .await;
    let failed = heard.failure();
    assert!(
        matches!(&failed.error.kind, AnswerErrorKind::Source(error) if error.kind() == SourceErrorKind::Denied)
    );
    assert_eq!(failed.error.attempts.len(), 2);
    assert_eq!(failed.partial.sql.as_deref(), Some("SELECT y"));
    assert!(failed.error.message.contains("no such column: x"), "{}", failed.error.message);
}

#[tokio::test]
async fn what_no_other_sql_mends_ends_it() {
    for kind in [
        SourceErrorKind::Timeout,
        SourceErrorKind::Unreachable,
        SourceErrorKind::Busy,
        SourceErrorKind::Internal,
    ] {
        let interpreter = Arc::new(script(vec![query("SELECT 1"), query("SELECT 2")], 2));
        let heard =
            ask(&interpreter, &Arc::new(source(vec![failure(kind)])), &CancellationToken::new()).await;
        let failed = heard.failure();
        assert!(
            matches!(&failed.error.kind, AnswerErrorKind::Source(error) if error.kind() == kind),
            "{kind:?}"
        );
        assert_eq!(failed.partial.sql.as_deref(), Some("SELECT 1"));
        assert_eq!(interpreter.calls.lock().unwrap().len(), 1, "{kind:?}");
    }
    let unreachable = Scripted { unreachable: true, ..Scripted::default() };
    let heard = ask_scripted(script(vec![query("SELECT 1")], 1), unreachable).await;
    assert_eq!(heard.events, ["Analyzing"]);
    assert!(heard.failure().error.message.contains("no such file"));
}

#[tokio::test]
async fn cancelled_before_the_start() {
    let cancel = CancellationToken::new();
    cancel.cancel();
    let interpreter = Arc::new(script(vec![query("SELECT 1")], 1));
    let heard = ask(&interpreter, &Arc::new(source(vec![])), &cancel).await;
    assert_eq!(heard.failure().error.kind, AnswerErrorKind::Cancelled);
    assert!(interpreter.calls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn cancelled_in_the_database() {
    let cancel = CancellationToken::new();
    let asked = Arc::new(Notify::new());
    let waiting = Arc::new(Scripted { asked: Some(Arc::clone(&asked)), ..Scripted::default() });
    let interpreter = Arc::new(script(vec![query("SELECT 1"), query("SELECT 2")], 2));
    let stop = async {
        asked.notified().await;
        cancel.cancel();
    };
    let (heard, ()) = tokio::join!(ask(&interpreter, &waiting, &cancel), stop);
    let failed = heard.failure();
    assert_eq!(failed.error.kind, AnswerErrorKind::Cancelled);
    assert_eq!(failed.partial.sql.as_deref(), Some("SELECT 1"));
    assert_eq!(interpreter.calls.lock().unwrap().len(), 1, "a stopped query is not mended");
}

#[tokio::test]
async fn cancelled_while_summarizing_keeps_rows_and_text() {
    let cancel = CancellationToken::new();
    let hanging = Script { hangs: true, ..script(vec![query("SELECT 1")], 1) };
    let interpreter = Arc::new(hanging);
    let source = Arc::new(source(vec![Ok(rows())]));
    let asking = ask(&interpreter, &source, &cancel);
    tokio::pin!(asking);
    // Everything up to the hanging summary is ready at once, so one poll comes there.
    assert!(futures::poll!(&mut asking).is_pending());
    cancel.cancel();
    let heard = asking.await;
    assert_eq!(heard.events[heard.events.len() - 2..], ["text 上海最多，", "text 有 5 单。"]);
    let failed = heard.failure();
    assert_eq!(failed.error.kind, AnswerErrorKind::Cancelled);
    assert_eq!(failed.partial.result.unwrap().rows(), 2);
}

#[tokio::test]
async fn ambiguous_questions_are_asked_back() {
    let clarification = Clarification {
        message: "哪种销售额？".to_owned(),
        options: vec![ClarificationOption {
            label: "下单".to_owned(), query: "下单销售额".to_owned()
        }],
    };
    let ambiguous = Ok(Interpretation::Ambiguous(clarification.clone()));
    let heard = ask_scripted(script(vec![ambiguous], 1), source(vec![])).await;
    assert_eq!(heard.events, ["Analyzing", "clarification"]);
    assert_eq!(heard.answer().clarification, Some(clarification));
}

#[tokio::test]
async fn words_are_an_answer() {
    let words = Script { words: Some("你好！"), ..script(vec![], 1) };
    let heard = ask_scripted(words, source(vec![])).await;
    assert_eq!(heard.events, ["Analyzing", "text 你好！"]);
    assert_eq!(heard.answer().sql, None);
}

#[tokio::test]
async fn an_interpreters_failure_is_the_answers() {
    let error = AnswerError::not_understood(vec![], vec!["毛利润率".to_owned()], vec![], Language::Zh);
    let failed = ask_scripted(script(vec![Err(error.clone())], 1), source(vec![])).await.failure();
    assert_eq!(failed.error, error);

    // Its failure at a repair still says what was tried.
    let heard = ask_scripted(
        script(vec![query("DELETE FROM orders"), Err(AnswerError::internal(Language::Zh))], 2),
        source(vec![]),
    );
    assert_eq!(heard.await.failure().error.attempts.len(), 1);
}
