//! A text without a fence that begins like a statement: SQL, SQL with words behind it, or words after all.
//!
//! What begins with "Select" may be advice to a person, and what follows a statement may be an explanation of it; the parser of the
//! database's dialect tells. Never is a statement run without a part of it that only might be words.

use wenshu_sources::Dialect;
use wenshu_sources::guard::{self, RefusalReason};

use super::opening::{is_object, is_statement};
use super::written::{WrittenSql, may_have_sql, of_json, of_text};

/// The longest text that is looked through for words behind a statement, in bytes, and the most places it is cut at.
const LONGEST: usize = 32 * 1024;
const MOST_CUTS: usize = 100;

/// How parts of a statement begin.
const CLAUSES: [&str; 31] = [
    "select",
    "from",
    "where",
    "and",
    "or",
    "not",
    "on",
    "using",
    "group",
    "having",
    "order",
    "limit",
    "offset",
    "fetch",
    "union",
    "except",
    "intersect",
    "join",
    "inner",
    "left",
    "right",
    "full",
    "cross",
    "natural",
    "window",
    "as",
    "case",
    "when",
    "then",
    "else",
    "end",
];

/// How other statements begin.
const VERBS: [&str; 11] = [
    "insert", "update", "delete", "replace", "merge", "create", "alter", "drop", "truncate", "values",
    "explain",
];

/// What a text without a fence is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bare {
    Sql(WrittenSql),
    /// Half a statement.
    Cut,
    Words,
}

/// Tells what a text is that begins like a statement or an object. `is_cut` is whether it would have gone on.
pub(super) fn told(text: &str, dialect: Dialect, is_cut: bool) -> Bare {
    let text = text.trim();
    if text.starts_with('{') {
        return match of_json(text) {
            Some(written) => Bare::Sql(written),
            None if is_cut && is_object(text) == Some(true) && may_have_sql(text) => Bare::Cut,
            None => Bare::Words,
        };
    }
    let is_sentence = is_sentence(text);
    if is_sentence && !has_word(text, |word| word.eq_ignore_ascii_case("from")) {
        return Bare::Words;
    }
    if is_cut {
        // Whole is only what a semicolon ends, with words behind it.
        let mut whole = cuts(text).filter(|cut| cut.ends_with(';') && is_sql(cut, dialect));
        return match whole.next().and_then(of_text) {
            Some(written) => Bare::Sql(written),
            None if is_sentence && !is_sql(text, dialect) => Bare::Words,
            None => Bare::Cut,
        };
    }
    let parsed = parsed(text, dialect);
    if parsed == Parsed::Statement {
        return of_text(text).map_or(Bare::Words, Bare::Sql);
    }
    // The parser takes much of what begins as a sentence for SQL: "Select a city from the list" has a table and an alias.
    let mut whole = cuts(text).filter(|cut| parsed == Parsed::Nothing && !is_sentence || cut.ends_with(';'));
    let several = (parsed == Parsed::Several && !is_sentence).then_some(text);
    let statement = whole.find(|cut| is_sql(cut, dialect)).or(several);
    // In capitals it is meant as SQL, and whoever is told what is wrong with it can mend it.
    let is_meant = || {
        !is_sentence
            && !ends_as_sentences_do(text)
            && has_word(text, |word| word == "SELECT")
            && has_word(text, |word| word == "FROM")
    };
    match statement.or_else(|| is_meant().then_some(text)).and_then(of_text) {
        Some(written) => Bare::Sql(written),
        None => Bare::Words,
    }
}

/// Whether a text begins as a sentence does, where hardly anybody begins a statement.
pub(super) fn is_sentence(text: &str) -> bool {
    let first = text.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with("--"));
    first.is_some_and(|line| line.starts_with("Select") || line.starts_with("With"))
}

/// Whether a text ends as sentences do. `again.` is half a name to the parser of some dialects.
fn ends_as_sentences_do(text: &str) -> bool {
    let is_comment = text.lines().next_back().is_some_and(|line| line.contains("--"));
    !is_comment && text.trim_end().ends_with(['.', '!', '?', '。', '！', '？'])
}

/// What the parser takes a text for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parsed {
    /// A statement, allowed or not.
    Statement,
    /// One, and something behind its semicolon.
    Several,
    /// No SQL.
    Nothing,
}

fn parsed(text: &str, dialect: Dialect) -> Parsed {
    if ends_as_sentences_do(text) {
        return Parsed::Nothing;
    }
    match guard::check(text, dialect) {
        Ok(_) => Parsed::Statement,
        Err(refusal) => match refusal.reason {
            RefusalReason::Syntax => Parsed::Nothing,
            RefusalReason::NotOneStatement => Parsed::Several,
            _ => Parsed::Statement,
        },
    }
}

fn is_sql(text: &str, dialect: Dialect) -> bool {
    parsed(text, dialect) == Parsed::Statement
}

fn has_word(text: &str, is_it: impl Fn(&str) -> bool) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_').any(is_it)
}

/// The beginnings of a text behind which words stand, the longest first.
fn cuts(text: &str) -> impl Iterator<Item = &str> {
    let places = text.rmatch_indices('\n').take(if text.len() > LONGEST { 0 } else { MOST_CUTS });
    places.filter_map(|(at, _)| {
        let (before, behind) = (text[..at].trim_end(), text[at..].trim_start());
        // Blank lines end with the cut at the first of their breaks.
        let is_paragraph =
            before.len() < at || text[at + 1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n');
        let are_words = !behind.is_empty() && are_words(behind, before.ends_with(';'), is_paragraph);
        are_words.then_some(before)
    })
}

/// Whether a text behind a statement is words, and surely no part of it: behind a semicolon, as a paragraph, or on its next line.
fn are_words(text: &str, has_ended: bool, is_paragraph: bool) -> bool {
    if is_statement(text) {
        return false;
    }
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    if has_ended {
        return !VERBS.iter().any(|verb| word.eq_ignore_ascii_case(verb));
    }
    if text.starts_with("**") || text.starts_with(['#', '>']) {
        return true;
    }
    if word.is_empty() {
        return text.starts_with(|character: char| !character.is_ascii());
    }
    let is_clause = CLAUSES.iter().any(|clause| word.eq_ignore_ascii_case(clause));
    let mut letters = word.chars();
    let is_capitalized = letters.next().is_some_and(|letter| letter.is_ascii_uppercase())
        && letters.next().is_some_and(|letter| letter.is_ascii_lowercase());
    let is_shouted = word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase());
    !is_clause && (is_capitalized || is_paragraph && !is_shouted)
}
