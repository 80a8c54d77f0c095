//! Tells the SQL of a reply from its words, while it arrives.
//!
//! | what arrives | what is made of it |
//! | --- | --- |
//! | words | said at once |
//! | a fenced block of SQL, closed or not, prose around it or not | SQL; what stands before it is said, what comes after it isn't |
//! | a fenced block of something else | words |
//! | a reply that begins with `SELECT` or `WITH … AS`, without a fence, or goes on so on a new line behind a colon | SQL |
//! | a JSON object with `sql` | SQL |
//! | a call of the tool | SQL; words before it are said |
//! | thinking | left out; words that turn out to be thinking only when it is closed have been said, SQL in them isn't run |
//! | nothing | nothing: the caller asks again |

use serde_json::Value;

use super::thinking::ThinkingFilter;

/// The tool that runs SQL.
pub(crate) const RUN_SQL: &str = "run_sql";

/// What a reply was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReplyContent {
    /// A statement, and lines about how the question was read.
    Sql(WrittenSql),
    /// Words, said already.
    Words,
    /// Neither.
    Nothing,
}

/// A statement as the model wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WrittenSql {
    /// One or more statements: the guard counts them.
    pub(crate) sql: String,
    /// A short title; empty where the model gave none.
    pub(crate) title: String,
    /// How the question was read.
    pub(crate) reading: Vec<String>,
    /// Columns that are figures.
    pub(crate) measures: Vec<String>,
}

/// Reads a reply piece by piece.
#[derive(Debug)]
pub(crate) struct ReplyReader {
    thinking: ThinkingFilter,
    state: State,
    /// What isn't decided yet, or the SQL so far.
    held: String,
    /// Whether words are said as they come, or only when the reply turns out to be nothing else.
    speaks: bool,
    unsaid: String,
    said: bool,
    /// How much of the SQL so far holds no fence.
    searched: usize,
    found: Option<WrittenSql>,
    /// What a call of the tool brought. It is SQL whatever else was said.
    called: Option<WrittenSql>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The first characters, which may turn out to be anything.
    Start,
    /// Words, watched for a fence.
    Words,
    /// Behind three backquotes: what kind of block it is isn't known yet.
    FenceOpened,
    /// Within a block of something else.
    Code,
    /// Within a block of SQL.
    Sql,
    /// A statement or an object without a fence, up to the end.
    Bare,
    /// Behind the SQL.
    Over,
}

const FENCE: &str = "```";

impl ReplyReader {
    /// `speaks` is whether words are said as they come. A repaired statement comes with excuses that nobody needs to hear.
    pub(crate) fn new(speaks: bool) -> Self {
        Self {
            thinking: ThinkingFilter::default(),
            state: State::Start,
            held: String::new(),
            speaks,
            unsaid: String::new(),
            said: false,
            searched: 0,
            found: None,
            called: None,
        }
    }

    /// Takes the next piece; gives back the words to be said now, which may be none.
    pub(crate) fn push(&mut self, piece: &str) -> String {
        let text = self.thinking.push(piece);
        if self.thinking.takes_back() {
            self.state = State::Start;
            self.held.clear();
            self.unsaid.clear();
            self.found = None;
        }
        let words = self.read(&text);
        self.say(words)
    }

    /// Takes a call of a tool. Other tools than [`RUN_SQL`] were not offered and count for nothing.
    pub(crate) fn call(&mut self, name: &str, arguments: &Value) {
        if name == RUN_SQL && self.called.is_none() {
            self.called = of_object(arguments);
        }
    }

    /// Ends the reply: the words that were held back, and what it was.
    pub(crate) fn finish(mut self) -> (String, ReplyContent) {
        let rest = self.thinking.finish();
        let mut words = self.read(&rest);
        let held = std::mem::take(&mut self.held);
        if self.found.is_none() {
            match self.state {
                State::Sql => self.found = of_text(&held),
                State::Bare => match of_bare(&held) {
                    Some(found) => self.found = Some(found),
                    None => words.push_str(&held),
                },
                State::FenceOpened => {
                    // Three backquotes and a part of a line: a block that was cut before it began.
                    let body = held.strip_prefix(FENCE).unwrap_or(&held);
                    let sql = body.strip_prefix("sql").unwrap_or(body);
                    self.found = of_bare(sql);
                    if self.found.is_none() && !sql.trim().is_empty() {
                        words.push_str(&held);
                    }
                }
                // A fence that nothing follows.
                State::Start if held.trim().bytes().all(|byte| byte == b'`') => {}
                State::Start | State::Words | State::Code => words.push_str(&held),
                State::Over => {}
            }
        }
        if let Some(found) = self.called.take().or(self.found.take()) {
            // What was held back was no answer of its own.
            return (String::new(), ReplyContent::Sql(found));
        }
        let words = if words.is_empty() { words } else { self.say(words) };
        let all = std::mem::take(&mut self.unsaid) + &words;
        if self.said || !all.trim().is_empty() {
            (all, ReplyContent::Words)
        } else {
            (String::new(), ReplyContent::Nothing)
        }
    }

    /// Words as they are to be said now.
    fn say(&mut self, words: String) -> String {
        if !self.speaks {
            self.unsaid.push_str(&words);
            return String::new();
        }
        self.said |= !words.trim().is_empty();
        words
    }

    fn read(&mut self, text: &str) -> String {
        self.held.push_str(text);
        let mut words = String::new();
        loop {
            let before = (self.state, self.held.len());
            match self.state {
                State::Start => self.start(),
                State::Words => self.words(&mut words),
                State::FenceOpened => self.fence(&mut words),
                State::Code => self.code(&mut words),
                State::Sql => self.sql(),
                State::Bare => {}
                State::Over => self.held.clear(),
            }
            if before == (self.state, self.held.len()) {
                return words;
            }
        }
    }

    fn start(&mut self) {
        let text = self.held.trim_start();
        if text.is_empty() || FENCE.starts_with(text) {
            return;
        }
        let next = if text.starts_with(FENCE) {
            State::FenceOpened
        } else {
            match begins_bare(text) {
                Some(true) => State::Bare,
                Some(false) => State::Words,
                None => return,
            }
        };
        self.held = text.to_owned();
        self.state = next;
    }

    fn words(&mut self, words: &mut String) {
        let fence = self.held.find(FENCE);
        let (mut sure, next) = match self.statement(fence.unwrap_or(self.held.len())) {
            Some((at, true)) => (at, State::Bare),
            Some((at, false)) => (at, State::Words),
            None => match fence {
                Some(at) => (at, State::FenceOpened),
                None => (self.held.trim_end_matches('`').len(), State::Words),
            },
        };
        if next == State::Bare {
            // The line break before it is the words' own.
            sure += self.held[sure..].len() - self.held[sure..].trim_start().len();
        }
        words.push_str(&self.held[..sure]);
        self.held.drain(..sure);
        self.state = next;
    }

    /// The place of a colon before `end` that a statement follows on a new line: behind it when that is sure, before it while it isn't.
    fn statement(&self, end: usize) -> Option<(usize, bool)> {
        for (colon, mark) in self.held[..end].match_indices([':', '：']) {
            let at = colon + mark.len();
            let rest = &self.held[at..];
            let text = rest.trim_start();
            let space = &rest[..rest.len() - text.len()];
            if text.is_empty() {
                return Some((colon, false));
            }
            if !space.contains('\n') {
                continue;
            }
            match begins_statement(text) {
                Some(true) => return Some((at, true)),
                Some(false) => {}
                None => return Some((colon, false)),
            }
        }
        None
    }

    fn fence(&mut self, words: &mut String) {
        let body = self.held.strip_prefix(FENCE).unwrap_or(&self.held);
        let Some((line, content)) = body.split_once('\n') else { return };
        let (kind, same_line) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        let is_sql = match kind.to_ascii_lowercase().as_str() {
            "sql" | "sqlite" | "postgresql" | "postgres" | "pgsql" | "mysql" | "mariadb" | "clickhouse" => {
                true
            }
            // An object with the statement, by a model that was not offered a tool, or writes its call.
            "json" if content.trim().is_empty() => return,
            "json" if content.trim_start().starts_with('{') => {
                let Some(end) = content.find(FENCE) else { return };
                self.found = serde_json::from_str(&content[..end]).ok().and_then(|object| of_object(&object));
                if self.found.is_some() {
                    self.held.clear();
                    self.state = State::Over;
                    return;
                }
                false
            }
            // A block without a kind is looked into.
            "" => match begins_statement(content) {
                Some(is_sql) => is_sql,
                None => return,
            },
            _ => false,
        };
        if is_sql {
            // Some begin on the line of the fence.
            self.held =
                if same_line.is_empty() { content.to_owned() } else { format!("{same_line}\n{content}") };
            self.searched = 0;
            self.state = State::Sql;
        } else {
            let end = FENCE.len() + line.len() + 1;
            words.push_str(&self.held[..end]);
            self.held.drain(..end);
            self.state = State::Code;
        }
    }

    /// A block that is no SQL is said as it is, its end included.
    fn code(&mut self, words: &mut String) {
        match self.held.find(FENCE) {
            Some(at) => {
                let end = at + FENCE.len();
                words.push_str(&self.held[..end]);
                self.held.drain(..end);
                self.state = State::Words;
            }
            None => self.say_sure(words),
        }
    }

    /// All that is held but backquotes at its end: one or two may be the start of three.
    fn say_sure(&mut self, words: &mut String) {
        let sure = self.held.trim_end_matches('`').len();
        words.push_str(&self.held[..sure]);
        self.held.drain(..sure);
    }

    fn sql(&mut self) {
        let from = (0..=self.searched).rev().find(|at| self.held.is_char_boundary(*at)).unwrap_or(0);
        let end = self.held.get(from..).and_then(|rest| rest.find(FENCE)).map(|at| from + at);
        // Two backquotes at the end may be the start of three; what is before them needn't be searched again.
        self.searched = self.held.len().saturating_sub(2);
        if let Some(end) = end {
            let sql = of_text(&self.held[..end]);
            self.held.clear();
            if self.found.is_none() {
                self.found = sql;
            }
            self.state = if self.found.is_some() { State::Over } else { State::Words };
        }
    }
}

/// Whether a text begins like a statement or an object; `None` while it is too short to tell.
fn begins_bare(text: &str) -> Option<bool> {
    if text.starts_with('{') {
        return Some(true);
    }
    begins_statement(text)
}

/// Whether a text begins with `SELECT`, or `WITH name AS (`, comments aside; `None` while it is too short to tell. Prose begins with
/// "With …" too.
fn begins_statement(text: &str) -> Option<bool> {
    let mut text = text.trim_start();
    while let Some(comment) = text.strip_prefix("--") {
        let (_, rest) = comment.split_once('\n')?;
        text = rest.trim_start();
    }
    if text.is_empty() || text == "-" {
        return None;
    }
    let end = text.find(|character: char| !character.is_ascii_alphabetic());
    let word = text[..end.unwrap_or(text.len())].to_ascii_lowercase();
    if end.is_none() && ["select", "with"].iter().any(|start| start.starts_with(word.as_str())) {
        return None;
    }
    let rest = &text[end.unwrap_or(text.len())..];
    match word.as_str() {
        "select" => Some(true),
        "with" => {
            let mut words = rest.split_whitespace().map(str::to_ascii_lowercase).peekable();
            words.next_if(|word| word == "recursive");
            let name = words.next()?;
            if name.contains('(') {
                return Some(true);
            }
            let next = words.next()?;
            // The last word may go on.
            let is_whole = words.next().is_some() || rest.ends_with(char::is_whitespace);
            if next.starts_with('(') || next == "as" && is_whole || next.starts_with("as(") {
                Some(true)
            } else if "as".starts_with(next.as_str()) && !is_whole {
                None
            } else {
                Some(false)
            }
        }
        _ => Some(false),
    }
}

/// SQL without a fence: a statement, or an object that holds one.
fn of_bare(text: &str) -> Option<WrittenSql> {
    let text = text.trim();
    if text.starts_with('{') {
        return of_object(&serde_json::from_str(text).ok()?);
    }
    // A stray closing fence behind a statement that had no opening one.
    let text = text.split(FENCE).next().unwrap_or(text);
    if begins_statement(text) == Some(true) { of_text(text) } else { None }
}

/// The arguments of the tool, or an object written instead of calling it.
fn of_object(object: &Value) -> Option<WrittenSql> {
    // Some servers hand arguments on as text.
    if let Value::String(text) = object {
        return match serde_json::from_str::<Value>(text) {
            Ok(inner @ Value::Object(_)) => of_object(&inner),
            _ => of_bare(text),
        };
    }
    if let Some(arguments @ (Value::Object(_) | Value::String(_))) = object.get("arguments") {
        return of_object(arguments);
    }
    let text = |key: &str| object.get(key).and_then(Value::as_str).map(|text| text.trim().to_owned());
    let texts = |key: &str| match object.get(key) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(item)) => vec![item.clone()],
        _ => Vec::new(),
    };
    let sql = text("sql").or_else(|| text("query")).filter(|sql| !sql.is_empty())?;
    let written = of_text(&unfenced(&sql))?;
    Some(WrittenSql {
        sql: written.sql,
        title: text("title").unwrap_or_default(),
        reading: if written.reading.is_empty() { texts("reading") } else { written.reading },
        measures: texts("measures"),
    })
}

/// The text within a fence, where somebody put one around an argument.
fn unfenced(text: &str) -> String {
    let Some(body) = text.strip_prefix(FENCE) else { return text.to_owned() };
    let body = body.split_once('\n').map_or(body, |(_, body)| body);
    body.split(FENCE).next().unwrap_or(body).to_owned()
}

/// A block of SQL: comment lines at its top say how the question was read.
fn of_text(text: &str) -> Option<WrittenSql> {
    let mut reading = Vec::new();
    let mut sql = text.trim();
    while let Some(comment) = sql.strip_prefix("--") {
        let (line, rest) = comment.split_once('\n').unwrap_or((comment, ""));
        let line = line.trim();
        if !line.is_empty() {
            reading.push(line.to_owned());
        }
        sql = rest.trim_start();
    }
    (!sql.is_empty()).then(|| WrittenSql { sql: sql.to_owned(), reading, ..WrittenSql::default() })
}
