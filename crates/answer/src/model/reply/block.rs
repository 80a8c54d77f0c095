//! What models put around SQL: fences of many kinds, and tags of calls written as text.

use super::opening::is_statement;
use super::written::{WrittenSql, of_call, of_json, of_text};

/// How models write a call as text, where nothing between them and us reads it: what opens one, and what closes it.
pub(super) const CALLS: [(&str, &str); 2] = [("<tool_call>", "</tool_call>"), ("<function=", "</function>")];

/// Kinds of SQL blocks whose names don't end like that of the language.
const DIALECTS: [&str; 6] = ["sqlite", "sqlite3", "postgres", "mariadb", "clickhouse", "duckdb"];

/// Kinds of blocks that may hold an object with the statement.
const OBJECTS: [&str; 4] = ["json", "jsonc", "json5", "tool_call"];

/// A block that may hold SQL.
#[derive(Debug)]
pub(super) struct Block {
    /// What opened it.
    pub(super) line: String,
    pub(super) kind: Kind,
    /// What closes it.
    pub(super) end: &'static str,
}

/// What is in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sql,
    /// An object with the statement, by a model that was not offered a tool, or writes its call.
    Object,
    /// A call written as text.
    Call,
}

impl Block {
    /// The SQL in its content.
    pub(super) fn written(&self, content: &str) -> Option<WrittenSql> {
        match self.kind {
            Kind::Sql => of_text(content),
            Kind::Object => of_json(content),
            Kind::Call => of_call(content),
        }
    }

    /// Whether this is a call rather than words about one.
    pub(super) fn is_call(&self, content: &str) -> bool {
        self.kind == Kind::Call && (self.end != CALLS[0].1 || content.trim_start().starts_with(['{', '<']))
    }
}

/// What the line of a fence says of its block.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// SQL, which may begin on the line.
    Sql(&'a str),
    /// Too little: its content tells.
    Unsure { may_be_sql: bool },
    /// Something else.
    Other,
}

/// Reads the line behind three backquotes.
pub(super) fn of_line(line: &str) -> Line<'_> {
    let line = line.trim_start_matches('`').trim();
    let (kind, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if is_sql(kind) {
        Line::Sql(rest)
    } else if kind.is_empty() {
        Line::Unsure { may_be_sql: true }
    } else if OBJECTS.iter().any(|object| kind.eq_ignore_ascii_case(object)) {
        Line::Unsure { may_be_sql: false }
    } else if is_statement(line) {
        Line::Sql(line)
    } else {
        Line::Other
    }
}

/// The SQL of a block that begins and ends on the line of its fence, or ends with the reply.
pub(super) fn within_line(content: &str) -> Option<&str> {
    match of_line(content) {
        Line::Sql(sql) if !sql.is_empty() => Some(sql),
        _ => None,
    }
}

fn is_sql(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.ends_with("sql") || DIALECTS.contains(&kind.as_str())
}
