//! The built-in interpreter against real databases: rows compared with those of hand-written SQL.

mod anything;
mod concerts;
mod demo;
mod doubts;
mod promises;
mod relations;
mod school;
mod servers;
mod staff;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chrono::{NaiveDate, NaiveDateTime};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use wenshu_answer::builtin::BuiltinInterpreter;
use wenshu_answer::interpreter::Request;
use wenshu_answer::{
    AnswerError, AnswerErrorKind, AnswerEvent, Interpretation, Interpreter, Language, MoversInterpreter,
    Question, Relation, SemanticTerm, Turn,
};
use wenshu_sources::sqlite::{SqliteOptions, SqliteSource};
use wenshu_sources::{Source, guard};

/// A database to ask, with the interpreter that learns it.
pub(crate) struct Asked {
    path: PathBuf,
    _folder: Option<TempDir>,
    source: Arc<dyn Source>,
    terms: Vec<SemanticTerm>,
    relations: Vec<Relation>,
    interpreter: Arc<dyn Interpreter>,
    runtime: tokio::runtime::Runtime,
}

/// The wall clock of all tests.
pub(crate) fn now() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_hms_opt(10, 30, 0).unwrap()
}

impl Asked {
    pub(crate) fn new(make: impl FnOnce(&Path), terms: Vec<SemanticTerm>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("asked.db");
        make(&path);
        let source: Arc<dyn Source> = Arc::new(SqliteSource::new(path.clone(), SqliteOptions::default()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let relations = Vec::new();
        let interpreter = Arc::new(BuiltinInterpreter::new());
        Self { path, _folder: Some(folder), source, terms, relations, interpreter, runtime }
    }

    /// Another database, by its source, with the same terms.
    pub(crate) fn on(&self, source: Arc<dyn Source>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (path, terms, relations) = (PathBuf::new(), self.terms.clone(), self.relations.clone());
        let interpreter = Arc::clone(&self.interpreter);
        Self { path, _folder: None, source, terms, relations, interpreter, runtime }
    }

    pub(crate) fn block_on<Output>(&self, future: impl Future<Output = Output>) -> Output {
        self.runtime.block_on(future)
    }

    /// A database made by a script.
    pub(crate) fn script(script: &str) -> Self {
        Self::new(|path| Connection::open(path).unwrap().execute_batch(script).unwrap(), Vec::new())
    }

    /// With tables that belong together beyond what keys say.
    pub(crate) fn related(mut self, relations: Vec<Relation>) -> Self {
        self.relations = relations;
        self
    }

    /// With questions read that compare days of the quotes in this table.
    pub(crate) fn with_movers(mut self, table: &str) -> Self {
        self.interpreter = Arc::new(MoversInterpreter::new(self.interpreter, table));
        self
    }

    pub(crate) fn interpret(&self, text: &str) -> Result<Interpretation, AnswerError> {
        self.follow(&[], text)
    }

    /// The question after these were asked.
    pub(crate) fn follow(&self, earlier: &[&str], text: &str) -> Result<Interpretation, AnswerError> {
        self.after(earlier, text).0
    }

    /// How it was read, and what was said at once.
    pub(crate) fn hear(&self, text: &str) -> (Result<Interpretation, AnswerError>, String) {
        self.after(&[], text)
    }

    fn after(&self, earlier: &[&str], text: &str) -> (Result<Interpretation, AnswerError>, String) {
        let language = if text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character)) {
            Language::Zh
        } else {
            Language::En
        };
        let context = earlier
            .iter()
            .map(|question| Turn { question: (*question).to_owned(), sql: None, answer: String::new() })
            .collect();
        let question = Question { text: text.to_owned(), language, now: now(), context };
        self.runtime.block_on(async {
            let schema = self.source.schema(false).await.unwrap();
            let cancel = CancellationToken::new();
            let said = Mutex::new(String::new());
            let events = |event: AnswerEvent| {
                if let AnswerEvent::Text(text) = event {
                    said.lock().unwrap().push_str(&text);
                }
            };
            let request = Request {
                question: &question,
                schema,
                terms: &self.terms,
                relations: &self.relations,
                source: &self.source,
                failed: &[],
                events: &events,
                cancel: &cancel,
            };
            let read = self.interpreter.interpret(&request).await;
            (read, said.into_inner().unwrap())
        })
    }

    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
        let width = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut found = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            found.push(
                (0..width)
                    .map(|place| match row.get_ref(place).unwrap() {
                        ValueRef::Null => "NULL".to_owned(),
                        ValueRef::Integer(number) => format!("{:.4}", number as f64),
                        ValueRef::Real(number) => format!("{number:.4}"),
                        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                        ValueRef::Blob(bytes) => format!("{bytes:?}"),
                    })
                    .collect(),
            );
        }
        found
    }

    /// The database takes the statement: every table and column of it exists.
    #[track_caller]
    pub(crate) fn prepares(&self, sql: &str) {
        let connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let prepared = connection.prepare(sql).map(|_| ());
        assert!(prepared.is_ok(), "{prepared:?}\n{sql}");
    }

    /// Every wording gives the rows of the hand-written SQL, in any order.
    #[track_caller]
    pub(crate) fn same(&self, questions: &[&str], sql: &str) {
        self.compare(questions, sql, false);
    }

    /// Every wording gives the rows of the hand-written SQL, in its order.
    #[track_caller]
    pub(crate) fn same_order(&self, questions: &[&str], sql: &str) {
        self.compare(questions, sql, true);
    }

    #[track_caller]
    fn compare(&self, questions: &[&str], sql: &str, ordered: bool) {
        let mut expected = self.rows(sql);
        if !ordered {
            expected.sort();
        }
        assert!(!expected.is_empty(), "the hand-written statement finds nothing: {sql}");
        let mut failures = Vec::new();
        for question in questions {
            let draft = match self.interpret(question) {
                Ok(Interpretation::Query(draft)) => draft,
                Ok(other) => {
                    failures.push(format!("{question}\n  {other:?}"));
                    continue;
                }
                Err(error) => {
                    failures.push(format!("{question}\n  {} {:?}", error.message, error.kind));
                    continue;
                }
            };
            if let Err(refusal) = guard::check(&draft.sql, self.source.dialect()) {
                failures.push(format!("{question}\n  {refusal}\n  {}", draft.sql));
                continue;
            }
            let mut found = self.rows(&draft.sql);
            if !ordered {
                found.sort();
            }
            if found != expected {
                let few =
                    |rows: &[Vec<String>]| rows.iter().take(3).map(|row| row.join(" | ")).collect::<Vec<_>>();
                failures.push(format!(
                    "{question}\n  {}\n  found {} {:?}\n  expected {} {:?}",
                    draft.sql,
                    found.len(),
                    few(&found),
                    expected.len(),
                    few(&expected)
                ));
            }
        }
        assert!(
            failures.is_empty(),
            "{} of {} failed\n{}",
            failures.len(),
            questions.len(),
            failures.join("\n")
        );
    }

    /// The question isn't answered, and these words are why.
    #[track_caller]
    pub(crate) fn unknown(&self, question: &str, words: &[&str]) {
        match self.interpret(question) {
            Err(AnswerError {
                kind: AnswerErrorKind::NotUnderstood { unknown, suggestions, .. },
                message,
                ..
            }) => {
                for word in words {
                    assert!(unknown.iter().any(|found| found.contains(word)), "{question}: {unknown:?}");
                }
                assert!(!message.is_empty() && !suggestions.is_empty(), "{question}");
            }
            other => panic!("{question}: {other:#?}"),
        }
    }
}
