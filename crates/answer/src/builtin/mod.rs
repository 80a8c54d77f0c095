//! The built-in interpreter: no model, the same answer every time.
//!
//! A question passes through these steps; each is a folder or file that knows nothing of the later ones:
//!
//! 1. [`text`]: normalized and cut into units (words, numbers, single Chinese characters) with a way back to the words
//!    as written.
//! 2. [`lexicon`] and [`glossary`]: the fixed words of questions, and a bilingual list of words that databases are made
//!    of; both are tables of data.
//! 3. [`catalog`], [`values`] and [`linking`]: a schema prepared once (names as phrases, roles of columns, joins,
//!    terms), the values stored in it, and the best cover of a question by these. A piece keeps all its meanings.
//! 4. [`reading`]: rules over neighbouring pieces find what is measured, grouped, filtered and ranked. A word that
//!    nothing uses is a word that was not understood, and then there is no answer rather than a wrong one.
//! 5. [`resolve`]: decides what ambiguous words mean by how surely they name a thing and how far it is from what is
//!    measured, and gives a query in the terms of [`ir`], which knows no FROM, JOIN or GROUP BY.
//! 6. [`sql`]: derives joins and grouping so that no join multiplies a figure, in the source's dialect.
//! 7. [`followup`]: a question that only changes the last one is completed from it and read again.
//! 8. [`describe`] and [`refusal`]: how the question was read, in words, or what was not understood.
//!
//! What isn't about data at all, a greeting say, is known by [`talk`] before, and answered in words.
//!
//! Nothing here knows a particular database. What is derived from a schema and its values is kept in [`prepared`] for
//! as long as the source says that neither changed.

mod catalog;
mod describe;
mod followup;
mod glossary;
mod graph;
mod implied;
pub(crate) mod ir;
mod key_names;
mod lexicon;
mod linking;
pub(crate) mod mentions;
mod names;
pub mod numbers;
mod prepared;
pub mod probe;
mod reading;
mod refusal;
mod resolve;
mod scan;
pub(crate) mod sql;
mod talk;
mod terms;
#[cfg(test)]
mod tests;
mod text;
pub mod time;
mod values;

use async_trait::async_trait;
use wenshu_sources::QueryResult;

use crate::interpreter::Request;
use crate::{
    AnswerError, AnswerErrorKind, AnswerEvent, Clarification, EventSink, Interpretation, Interpreter,
    Language, Question, SqlDraft, Stage,
};
use catalog::Catalog;
use ir::{Query, Shape};
use prepared::{Prepared, PreparedCache};
use resolve::{Context, Resolved};
use text::Text;

/// Words of a question; what is longer is a text about many things, and rules over neighbours would take long over it.
const MOST_UNITS: usize = 400;

/// Reads questions by rules, names, keys and stored values. Cheap to share; keeps what it learned of each source.
#[derive(Default)]
pub struct BuiltinInterpreter {
    prepared: PreparedCache,
}

impl BuiltinInterpreter {
    /// An interpreter that knows no source yet.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Interpreter for BuiltinInterpreter {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        request.events.emit(AnswerEvent::Progress { stage: Stage::Linking, attempt: None });
        let prepared = self.prepared.get(request).await.map_err(|error| AnswerError {
            message: error.message().to_owned(),
            kind: AnswerErrorKind::Source(error),
            attempts: request.failed.to_vec(),
        })?;
        // Asked again, the same rules would write the same statement.
        if let Some(last) = request.failed.last() {
            return Err(refusal::failed(request.question.language, last, request.failed));
        }
        let talk = talk::recognize(&Text::new(&request.question.text));
        let say = |talk| {
            let words = talk::answer(talk, &prepared.catalog, request.question);
            request.events.emit(AnswerEvent::Text(words));
            Ok(Interpretation::Words)
        };
        if let Some(talk) = talk.filter(|talk| !talk.may_be_about_data()) {
            return say(talk);
        }
        match (interpret(&prepared, request.question), talk) {
            (Err(_), Some(talk)) => say(talk),
            (read, _) => read,
        }
    }

    async fn summarize(
        &self,
        request: &Request<'_>,
        draft: &SqlDraft,
        result: &QueryResult,
        events: &dyn EventSink,
    ) -> Result<(), AnswerError> {
        let text = crate::summary::write(draft, result, request.question.language);
        if !text.is_empty() {
            events.emit(AnswerEvent::Text(text));
        }
        Ok(())
    }
}

/// Reads a question about a prepared source.
fn interpret(prepared: &Prepared, question: &Question) -> Result<Interpretation, AnswerError> {
    let catalog = &prepared.catalog;
    let mut text = Text::new(&question.text);
    if text.units.len() > MOST_UNITS {
        return Err(refusal::too_long(catalog, question));
    }
    let read = |text: &Text| {
        let items = linking::link(text, catalog, &prepared.values, question.now);
        reading::read(text, items, catalog)
    };
    // Words of a definition that can't be used would be read as something else.
    if let Some((name, fault)) =
        catalog.faults.iter().find(|(name, _)| text.normal.contains(&name.to_lowercase()))
    {
        return Err(refusal::unusable_term(catalog, question, name, *fault));
    }
    let mut parts = read(&text);
    if let Some(whole) = followup::complete(prepared, question, &text, &parts) {
        parts = read(&whole);
        text = whole;
    }
    if !parts.unknown.is_empty() {
        return Err(refusal::unknown_words(catalog, question, &parts));
    }
    if let Some(beyond) = parts.beyond.take() {
        return Err(refusal::unresolved(catalog, question, &parts, &resolve::Unresolved::Beyond(beyond)));
    }
    let context = Context { text: &text, catalog, language: question.language, chinese: parts.chinese };
    let resolved = match resolve::resolve(&context, &parts) {
        Ok(resolved) => resolved,
        Err(fault) => return Err(refusal::unresolved(catalog, question, &parts, &fault)),
    };
    if let Some(clarification) = clarification(catalog, &text, &resolved, question.language) {
        return Ok(Interpretation::Ambiguous(clarification));
    }
    let sql = sql::write(catalog, &resolved.query)
        .map_err(|fault| refusal::no_sql(catalog, question, &parts, &fault))?;
    Ok(Interpretation::Query(draft(catalog, &resolved.query, sql, text.original(), question.language)))
}

fn draft(catalog: &Catalog, query: &Query, sql: String, asked: &str, language: Language) -> SqlDraft {
    let (measures, is_share) = match &query.shape {
        Shape::Figures { measures, share, .. } => {
            (measures.iter().map(|measure| measure.label.clone()).collect(), share.is_some())
        }
        Shape::Rows { columns, .. } => {
            let quantities = columns.iter().filter(|column| match column.thing {
                ir::Dimension::Column(id) => matches!(catalog.role(id), catalog::Role::Quantity(_)),
                _ => false,
            });
            (quantities.map(|column| column.label.clone()).collect(), false)
        }
    };
    SqlDraft {
        title: describe::title(query, asked, language),
        reading: describe::reading(catalog, query, language),
        sql,
        measures,
        is_share,
    }
}

/// The question back, when a word fits columns of two tables equally well.
fn clarification(
    catalog: &Catalog,
    text: &Text,
    resolved: &Resolved,
    language: Language,
) -> Option<Clarification> {
    let call = resolved.close_calls.first()?;
    let word = text.written(call.units.clone());
    if word.is_empty() {
        return None;
    }
    let options = call
        .choices
        .iter()
        .take(4)
        .map(|column| {
            let table = catalog.table_label(column.table, language);
            let name = catalog.column_label(*column, language);
            let (label, words) = match language {
                Language::Zh => (format!("{table}的{name}"), format!("{table}{name}")),
                Language::En => {
                    let table = names::singular(&table);
                    (format!("{name} of the {table}"), format!("{table} {name}"))
                }
            };
            // A value keeps its own words behind the column that it is looked for in.
            let is_value = catalog.names.get(&text::keys(word)).is_empty();
            let words = match (is_value, language) {
                (false, _) => words,
                (true, Language::Zh) => format!("{words}为{word}"),
                (true, Language::En) => format!("{words} {word}"),
            };
            crate::interpreter::ClarificationOption {
                label,
                query: text.replaced(call.units.clone(), &words),
            }
        })
        .collect();
    let message = match language {
        Language::Zh => format!("“{word}”可以有几种理解，您指的是哪一种？"),
        Language::En => format!("“{word}” can be read in more than one way. Which one do you mean?"),
    };
    Some(Clarification { message, options })
}
