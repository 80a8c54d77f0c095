//! How a statement begins, told while its first words arrive.

/// How much of what may be a statement's first words is waited for, in bytes. Beyond it they are words.
const LONGEST: usize = 200;

/// Watches the beginning of a text, without reading any of it twice.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opening {
    /// Behind white space and comments that are whole.
    at: usize,
    /// Up to where the comment there was looked through for its end.
    searched: usize,
}

impl Opening {
    /// Whether the text begins with `SELECT`, or `WITH name AS (`, comments aside; `None` while it is too short to tell. Prose begins
    /// with "With …" too. The text is the one of before, and perhaps more.
    pub(super) fn is_statement(&mut self, text: &str) -> Option<bool> {
        loop {
            let rest = text.get(self.at..)?;
            let words = rest.trim_start();
            self.at = text.len() - words.len();
            if !words.starts_with("--") {
                return match first_words(words) {
                    None if words.len() > LONGEST => Some(false),
                    told => told,
                };
            }
            let from = self.searched.max(self.at);
            match text.get(from..)?.find('\n') {
                Some(end) => self.at = from + end + 1,
                None => {
                    self.searched = text.len();
                    return None;
                }
            }
        }
    }
}

/// Whether a whole text begins like a statement.
pub(super) fn is_statement(text: &str) -> bool {
    Opening::default().is_statement(text) == Some(true)
}

/// Whether a text behind a colon on the same line begins like a statement in capitals, as one is written there; `None` while it is too
/// short to tell.
pub(super) fn is_shouted(text: &str) -> Option<bool> {
    const STARTS: [&str; 3] = ["SELECT ", "SELECT\n", "WITH "];
    if STARTS.iter().any(|start| text.starts_with(start)) {
        Some(true)
    } else if STARTS.iter().any(|start| start.starts_with(text)) {
        None
    } else {
        Some(false)
    }
}

/// Whether a text begins like an object of JSON; `None` while it is too short to tell.
pub(super) fn is_object(text: &str) -> Option<bool> {
    let Some(rest) = text.strip_prefix('{') else { return Some(false) };
    match rest.trim_start().chars().next() {
        None if rest.len() > LONGEST => Some(false),
        None => None,
        Some(character) => Some(character == '"'),
    }
}

fn first_words(text: &str) -> Option<bool> {
    if text.is_empty() || text == "-" {
        return None;
    }
    let word = word_of(text).to_ascii_lowercase();
    if word.len() == text.len() && ["select", "with"].iter().any(|start| start.starts_with(word.as_str())) {
        return None;
    }
    let rest = &text[word.len()..];
    match word.as_str() {
        "select" => Some(true),
        "with" => {
            let rest = rest.trim_start();
            let recursive = word_of(rest);
            let rest = if recursive.eq_ignore_ascii_case("recursive") {
                rest[recursive.len()..].trim_start()
            } else {
                rest
            };
            // Behind the name, and the names of its columns.
            let name = rest.find(|character: char| character.is_whitespace() || character == '(')?;
            let mut rest = rest[name..].trim_start();
            if let Some(columns) = rest.strip_prefix('(') {
                rest = columns[columns.find(')')? + 1..].trim_start();
            }
            let next = word_of(rest);
            if next.len() == rest.len() && "as".starts_with(&next.to_ascii_lowercase()) {
                None
            } else {
                Some(next.eq_ignore_ascii_case("as"))
            }
        }
        _ => Some(false),
    }
}

/// The letters that a text begins with.
fn word_of(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_ascii_alphabetic());
    &text[..end.unwrap_or(text.len())]
}
