//! The written answer, from templates: one for each shape of result and language.

mod chinese;
mod english;
mod facts;
mod figure;
#[cfg(test)]
mod tests;

use wenshu_sources::QueryResult;

use crate::{Language, SqlDraft};

/// Puts a result into one to three sentences of the language, and how the question was read into a line below them.
///
/// Everything said is in the result: figures are exact, or marked as about when more than two decimals were rounded away; sums
/// are left out, since not every measure adds up.
pub fn write(draft: &SqlDraft, result: &QueryResult, language: Language) -> String {
    let facts = facts::Facts::of(draft, result, language);
    let title = draft.title.trim();
    let mut text = match language {
        Language::Zh => chinese::answer(title, &facts),
        Language::En => english::answer(title, &facts),
    };
    if result.truncated {
        let rows = figure::whole(result.rows());
        text.push_str(&match language {
            Language::Zh => chinese::truncated(&rows),
            Language::En => english::truncated(&rows),
        });
    }
    let reading: Vec<&str> =
        draft.reading.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    if !reading.is_empty() {
        text.push_str("\n\n");
        text.push_str(&match language {
            Language::Zh => chinese::reading(&reading),
            Language::En => english::reading(&reading),
        });
    }
    text
}
