//! `wenshu ask`: one question, answered in the terminal, without a server.
//!
//! It runs the same pipeline as the server over one database. Reading order: [`run`] is the whole way; [`progress`] shows the
//! stages, [`table`] and [`chart`] draw for people, [`output`] writes for machines, [`failure`] says why there is no answer.

mod canvas;
mod cells;
mod chart;
mod failure;
mod output;
mod progress;
mod table;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use tokio_util::sync::CancellationToken;
use wenshu_answer::builtin::BuiltinInterpreter;
use wenshu_answer::{
    Answer, Interpreter, Language, ModelConnector as _, ModelInterpreter, ModelSettings, Pipeline, Prompts,
    Question, SemanticTerm,
};
use wenshu_core::clock::{Clock as _, SystemClock};
use wenshu_core::models::BUILTIN_MODEL;
use wenshu_models::Connector;
use wenshu_sources::sqlite::{SqliteOptions, SqliteSource};

use self::progress::Progress;
use crate::cli::{AnswerFormat, AskArguments, LanguageArgument};
use crate::config::{self, Config};
use crate::console::{self, Look};
use crate::demo;
use crate::exit::Exit;
use crate::signals::Signals;
use crate::texts::Texts;

/// The longest question, in characters; the same as over HTTP.
const MOST_CHARACTERS: usize = 10_000;

/// Answers the question of the command line; `messages` is the language of what the program says itself.
///
/// # Errors
///
/// What has nothing to do with the question: a file that isn't there, a folder that can't be written.
pub async fn run(arguments: &AskArguments, config: &Config, messages: Language) -> Result<Exit> {
    let messages = arguments.lang.map_or(messages, Language::from);
    let texts = Texts(messages);
    let text = arguments.question.trim();
    if text.is_empty() {
        console::say(&format!("{} {}", texts.error(), texts.empty_question()));
        return Ok(Exit::Usage);
    }
    if text.chars().count() > MOST_CHARACTERS {
        console::say(&format!("{} {}", texts.error(), texts.long_question(MOST_CHARACTERS)));
        return Ok(Exit::Usage);
    }
    let question = Question {
        text: text.to_owned(),
        language: arguments.lang.map_or_else(|| language_of(text), Language::from),
        now: demo::local_time(&SystemClock, config.zone),
        context: Vec::new(),
    };
    let interpreter = interpreter(arguments.model.as_deref(), config)?;
    let mut signals = Signals::listen()?;
    let progress = Progress::start(texts);
    let (path, terms) = match &arguments.db {
        Some(url) => (database_file(url)?, Vec::new()),
        None => (demo_file(config, question.now.date(), &progress).await?, demo::terms()),
    };
    let pipeline = pipeline(interpreter, path, terms, config);
    let cancel = CancellationToken::new();
    let answering = pipeline.answer(&question, &progress, &cancel);
    let mut answering = std::pin::pin!(answering);
    let outcome = tokio::select! {
        outcome = &mut answering => outcome,
        () = signals.next() => {
            cancel.cancel();
            // The query is ended in the database before this comes back.
            answering.await
        }
    };
    progress.finish();
    match outcome {
        Ok(answer) => show(arguments, &question, &answer, &progress.words(), Look::of_stdout(messages)),
        Err(failed) => Ok(failure::say(&failed, arguments.show_sql, texts)),
    }
}

impl From<LanguageArgument> for Language {
    fn from(argument: LanguageArgument) -> Self {
        match argument {
            LanguageArgument::Zh => Self::Zh,
            LanguageArgument::En => Self::En,
        }
    }
}

/// The language a question is written in: Chinese as soon as one character of it is.
fn language_of(question: &str) -> Language {
    let is_chinese = |character: char| matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}');
    if question.chars().any(is_chinese) { Language::Zh } else { Language::En }
}

/// What reads the question: the model named, else the configured one, else the built-in engine.
fn interpreter(wanted: Option<&str>, config: &Config) -> Result<Arc<dyn Interpreter>> {
    let builtin = Arc::new(BuiltinInterpreter::new());
    let configured = config.models.first().map(|model| &model.settings);
    let settings = match (wanted, configured) {
        (Some(BUILTIN_MODEL), _) | (None, None) => return Ok(builtin),
        (None, Some(configured)) => configured.clone(),
        (Some(model_id), Some(configured)) => {
            ModelSettings { model_id: model_id.to_owned(), ..configured.clone() }
        }
        (Some(model_id), None) => bail!(
            "`--model {model_id}` needs a provider: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that speaks its API"
        ),
    };
    let model = Connector::new(config.model_times.clone(), || SystemClock.now())?
        .connect(&settings)
        .with_context(|| format!("the model `{}` can't be opened", settings.model_id))?;
    Ok(Arc::new(ModelInterpreter::new(model, Prompts::default(), config.prompt_budget, builtin)))
}

fn pipeline(
    interpreter: Arc<dyn Interpreter>,
    path: PathBuf,
    terms: Vec<SemanticTerm>,
    config: &Config,
) -> Pipeline {
    Pipeline {
        interpreter,
        source: Arc::new(SqliteSource::new(path, SqliteOptions::default())),
        terms: terms.into(),
        relations: Arc::from([]),
        limits: config.query_limits,
    }
}

/// The file that `--db` names.
fn database_file(url: &str) -> Result<PathBuf> {
    let path = match config::sqlite_path(url) {
        Some(path) => path,
        None if url.contains("://") || url.starts_with("sqlite:") => {
            bail!(
                "`--db {}` names no SQLite file; write `sqlite:PATH` or just the path",
                config::mask_url(url)
            )
        }
        None => PathBuf::from(url),
    };
    // SQLite would say "unable to open database file" to all of these.
    match std::fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => bail!("the database `{}` is a folder", path.display()),
        Ok(_) => Ok(path),
        Err(error) => {
            Err(error).with_context(|| format!("the database `{}` can't be opened", path.display()))
        }
    }
}

/// The demo database, made when that is needed: in the data folder when there is one, else where caches are.
async fn demo_file(config: &Config, today: chrono::NaiveDate, progress: &Progress) -> Result<PathBuf> {
    let path = if config.data_dir.is_dir() || config.data_dir != Path::new("data") {
        config.demo_file()
    } else {
        let folder = config::cache_folder()
            .context("there is no home folder to keep the demo database in; name a folder with --data-dir")?;
        folder.join("demo.db")
    };
    if !path.exists() {
        progress.show(progress.texts.making_demo());
    }
    let file = path.clone();
    tokio::task::spawn_blocking(move || demo::ensure(&file, today)).await??;
    Ok(path)
}

fn show(
    arguments: &AskArguments,
    question: &Question,
    answer: &Answer,
    words: &str,
    look: Look,
) -> Result<Exit> {
    if let Some(clarification) = &answer.clarification {
        console::say(&failure::clarification(clarification, Texts(look.language)));
        return Ok(Exit::NotAnswered);
    }
    match arguments.format {
        AnswerFormat::Json => {
            if arguments.show_sql {
                say_sql(answer);
            }
            console::out(&output::json(&question.text, answer, words)?)?;
        }
        AnswerFormat::Csv => {
            if arguments.show_sql {
                say_sql(answer);
            }
            match &answer.result {
                Some(result) => {
                    console::out(&output::csv(result)?)?;
                    if result.truncated {
                        console::say(&Texts(look.language).truncated(result.rows()));
                    }
                }
                // Words alone: nothing a reader of CSV could use.
                None => console::say(&console::visible_lines(words)),
            }
        }
        AnswerFormat::Table | AnswerFormat::Chart => {
            console::out(&drawn(answer, words, arguments.format, arguments.show_sql, look)?)?;
        }
    }
    Ok(Exit::Done)
}

/// The SQL beside an output that must have nothing else in it.
fn say_sql(answer: &Answer) {
    if let Some(sql) = &answer.sql {
        console::say(&console::visible_lines(sql));
    }
}

/// The answer for a person: SQL if asked for, table, chart, words.
fn drawn(answer: &Answer, words: &str, format: AnswerFormat, show_sql: bool, look: Look) -> Result<String> {
    let texts = Texts(look.language);
    let mut parts = Vec::new();
    if let Some(sql) = answer.sql.as_ref().filter(|_| show_sql) {
        let reading = answer.reading.iter().map(|line| format!("-- {}\n", console::visible(line)));
        let text = format!("{}{}", reading.collect::<String>(), console::visible_lines(sql));
        parts.push(format!("{}\n", look.style().dim().apply_to(text)));
    }
    if let Some(result) = &answer.result {
        if format == AnswerFormat::Table {
            let table = table::draw(result, look)?;
            let mut text = table.text;
            if result.rows() == 0 {
                text.push_str(&format!("{}\n", texts.no_rows()));
            }
            if table.rows_left_out > 0 {
                text.push_str(&format!("{}\n", texts.rows_left_out(table.rows_left_out)));
            }
            if result.truncated {
                text.push_str(&format!("{}\n", texts.truncated(result.rows())));
            }
            parts.push(text);
        }
        match &answer.chart {
            Some(chart) => parts.push(chart::draw(chart, look)),
            None if format == AnswerFormat::Chart => parts.push(format!("{}\n", texts.no_chart())),
            None => {}
        }
    }
    if !words.is_empty() {
        parts.push(format!("{}\n", console::visible_lines(words)));
    }
    Ok(parts.join("\n"))
}
