//! What the built-in engine writes for datasets, run: the demo's tables as files have the rows of the demo in SQLite.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use chrono::{NaiveDate, NaiveDateTime};
use parquet::arrow::ArrowWriter;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tokio_util::sync::CancellationToken;
use wenshu_answer::builtin::BuiltinInterpreter;
use wenshu_answer::interpreter::Request;
use wenshu_answer::{
    Interpretation, Interpreter, Language, MoversInterpreter, Question, SemanticTerm, TermKind,
};
use wenshu_sources::sqlite::{SqliteOptions, SqliteSource};
use wenshu_sources::{Limits, Source, guard};
use wenshu_testkit::ScriptedModel;
use wenshu_testkit::questions::{MOVERS, QUESTIONS, comparable};

use super::LakeApp;

fn now() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_hms_opt(10, 30, 0).unwrap()
}

/// The demo's tables, each with its name, in the types that their columns are declared with.
fn tables(path: &Path) -> Vec<(String, RecordBatch)> {
    let sqlite = Connection::open(path).unwrap();
    let mut names = sqlite
        .prepare(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY rowid",
        )
        .unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    names.into_iter().map(|name| (name.clone(), table(&sqlite, &name))).collect()
}

fn table(sqlite: &Connection, name: &str) -> RecordBatch {
    let mut statement = sqlite.prepare(&format!("SELECT * FROM {name}")).unwrap();
    let columns: Vec<(String, DataType)> = statement
        .columns()
        .iter()
        .map(|column| {
            let declared = column.decl_type().unwrap();
            let data_type = match declared.split('(').next().unwrap() {
                "INTEGER" => DataType::Int64,
                "VARCHAR" => DataType::Utf8,
                "DECIMAL" => DataType::Decimal128(10, 2),
                "DATE" => DataType::Date32,
                "DATETIME" => DataType::Timestamp(TimeUnit::Microsecond, None),
                other => panic!("{other}"),
            };
            (column.name().to_owned(), data_type)
        })
        .collect();
    let mut texts: Vec<Vec<Option<String>>> = vec![Vec::new(); columns.len()];
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        for (place, texts) in texts.iter_mut().enumerate() {
            texts.push(match row.get_ref(place).unwrap() {
                ValueRef::Null => None,
                ValueRef::Integer(number) => Some(number.to_string()),
                ValueRef::Real(number) => Some(number.to_string()),
                ValueRef::Text(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
                other => panic!("{other:?} in {name}"),
            });
        }
    }
    let columns = columns.into_iter().zip(texts).map(|((column, data_type), texts)| {
        let text: ArrayRef = Arc::new(StringArray::from(texts));
        (column, cast(&text, &data_type).unwrap(), true)
    });
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn as_parquet(batch: &RecordBatch) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    file
}

fn as_csv(batch: &RecordBatch) -> Vec<u8> {
    let mut file = Vec::new();
    arrow::csv::Writer::new(&mut file).write(batch).unwrap();
    file
}

/// What the engine makes of a question for this database, and the rows that it gives.
struct Engine {
    interpreter: MoversInterpreter,
    terms: Vec<SemanticTerm>,
}

impl Engine {
    fn new() -> Self {
        let terms = wenshu_demo::TERMS.iter().map(|term| SemanticTerm {
            term: term.term.to_owned(),
            kind: match term.kind {
                "metric" => TermKind::Metric,
                "dimension" => TermKind::Dimension,
                _ => TermKind::Alias,
            },
            expression: term.expression.to_owned(),
            description: Some(term.description.to_owned()),
        });
        let interpreter = MoversInterpreter::new(Arc::new(BuiltinInterpreter::new()), "daily_prices");
        Self { interpreter, terms: terms.collect() }
    }

    /// The statement, and its rows; otherwise what was said.
    async fn ask(&self, source: &Arc<dyn Source>, text: &str) -> Result<(String, Vec<Vec<String>>), String> {
        let language = if text.is_ascii() { Language::En } else { Language::Zh };
        let question = Question { text: text.to_owned(), language, now: now(), context: Vec::new() };
        let cancel = CancellationToken::new();
        let request = Request {
            question: &question,
            schema: source.schema(false).await.unwrap(),
            terms: &self.terms,
            relations: &[],
            source,
            failed: &[],
            events: &|_| {},
            cancel: &cancel,
        };
        let sql = match self.interpreter.interpret(&request).await {
            Ok(Interpretation::Query(draft)) => draft.sql,
            other => return Err(format!("{other:?}")),
        };
        let limits = Limits { rows: 20_000, ..Limits::default() };
        let query = guard::check(&sql, source.dialect()).map_err(|refusal| format!("{refusal}\n  {sql}"))?;
        let result = source.query(&query, &limits, &cancel).await;
        let rows = comparable(&result.map_err(|error| format!("{error}\n  {sql}"))?);
        Ok((sql, rows))
    }
}

/// Asks the demo in SQLite and as files of this kind, and says where they differ.
async fn compare(ending: &str, file_of: impl Fn(&RecordBatch) -> Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.db");
    wenshu_demo::create(&path, now().date()).unwrap();
    let app = LakeApp::start().await;
    let actor = app.actor("files@example.com").await;
    let mut datasets = Vec::new();
    for (name, batch) in tables(&path) {
        datasets.push(app.upload(&actor, &format!("{name}.{ending}"), file_of(&batch)).await.unwrap());
    }
    let files = app.source_of_all(&datasets);
    let sqlite: Arc<dyn Source> = Arc::new(SqliteSource::new(path, SqliteOptions::default()));
    let engine = Engine::new();
    let mut faults = Vec::new();
    for question in QUESTIONS.iter().chain(MOVERS) {
        let (_, expected) =
            engine.ask(&sqlite, question).await.unwrap_or_else(|error| panic!("{question}: {error}"));
        assert!(!expected.is_empty(), "{question}: no rows");
        let few = |rows: &[Vec<String>]| rows.iter().take(3).map(|row| row.join(" | ")).collect::<Vec<_>>();
        match engine.ask(&files, question).await {
            Ok((_, found)) if found == expected => {}
            Ok((sql, found)) => faults.push(format!(
                "{question}\n  {sql}\n  {} {:?}\n  {} {:?}",
                found.len(),
                few(&found),
                expected.len(),
                few(&expected),
            )),
            Err(error) => faults.push(format!("{question}\n  {error}")),
        }
    }
    assert!(faults.is_empty(), "{} differ\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test]
async fn parquet_files_answer_as_sqlite_does() {
    compare("parquet", as_parquet).await;
}

#[tokio::test]
async fn csv_files_answer_as_sqlite_does() {
    compare("csv", as_csv).await;
}

#[tokio::test]
async fn what_a_model_may_not_ask_is_refused_and_a_long_answer_is_cut() {
    let model = ScriptedModel::start().await;
    let sql = "SELECT n FROM numbers ORDER BY n";
    model.always_in_turn([
        "```sql\nCOPY numbers TO '/tmp/numbers.csv'\n```".into(),
        "```sql\nSELECT * FROM information_schema.tables\n```".into(),
        format!("```sql\n{sql}\n```").into(),
        "很多。".into(),
    ]);
    let app = LakeApp::with_model(&model).await;
    let user = app.app.register("ann@example.com").await;
    let actor = app.app.app.accounts.authenticate(&user.access_token).await.unwrap();
    let numbers = "n\n".to_owned() + &(0..1_500).map(|n| format!("{n}\n")).collect::<String>();
    app.upload(&actor, "numbers.csv", numbers).await.unwrap();
    let id = app.app.app.datasets.connection(&actor).await.unwrap().unwrap();
    let path = format!("/api/v1/chat/stream?query={}&connection_id={id}", wenshu_testkit::encode("所有数字"));
    let events = user.get(&path).await.events().await;
    let of = |name: &str| {
        let event = events.iter().rev().find(|event| event.event == name);
        event.unwrap_or_else(|| panic!("{events:?}")).json()
    };
    let shown = of("sql");
    assert_eq!((shown["sql"].as_str(), shown["attempt"].as_u64()), (Some(sql), Some(3)), "{shown}");
    let result = of("result");
    assert_eq!((&result["rows_count"], &result["truncated"]), (&1_000.into(), &true.into()));
    assert_eq!(result["data"].as_array().unwrap().len(), 1_000);
    assert_eq!(events.last().unwrap().event, "done", "{events:?}");
}
