//! SQL in what a model wrote for it: a block, an object, a call of the tool in one of the ways that models spell one.

use serde_json::Value;

use super::FENCE;
use super::opening::is_statement;

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

impl WrittenSql {
    /// This one and another that is to be run too, which nobody does: the guard will say so, and the model decides.
    pub(super) fn and(mut self, other: Self) -> Self {
        if other.sql != self.sql {
            let sql = self.sql.trim_end().trim_end_matches(';').len();
            self.sql.truncate(sql);
            self.sql.push_str(";\n");
            self.sql.push_str(&other.sql);
        }
        self
    }
}

/// The SQL of an object written down, with or without something behind it.
pub(super) fn of_json(text: &str) -> Option<WrittenSql> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    of_object(&values.next()?.ok()?)
}

/// Whether arguments are an object, or the text of one.
pub(super) fn is_object(arguments: &Value) -> bool {
    match arguments {
        Value::String(text) => serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object()),
        arguments => arguments.is_object(),
    }
}

/// Whether the beginning of an object may be that of one with SQL.
pub(super) fn may_have_sql(text: &str) -> bool {
    ["\"sql\"", "\"query\"", "\"arguments\""].iter().any(|key| text.contains(key))
}

/// The arguments of the tool, or an object written instead of calling it.
pub(super) fn of_object(object: &Value) -> Option<WrittenSql> {
    // Some servers hand arguments on as text.
    if let Value::String(text) = object {
        return match serde_json::from_str::<Value>(text) {
            Ok(inner @ Value::Object(_)) => of_object(&inner),
            _ => {
                Some(unfenced(text.trim())).filter(|text| is_statement(text)).and_then(|text| of_text(&text))
            }
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

/// What stands in a call that was written as text: an object, or parameters with tags of their own.
pub(super) fn of_call(text: &str) -> Option<WrittenSql> {
    if let Some(sql) = parameter(text, "sql") {
        let written = of_text(&unfenced(sql.trim()))?;
        let title = parameter(text, "title").unwrap_or_default().trim().to_owned();
        return Some(WrittenSql { title, ..written });
    }
    of_json(text.get(text.find('{')?..)?)
}

/// The value of `<parameter=name>value</parameter>`.
fn parameter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = text.split_once(&format!("<parameter={name}>"))?;
    Some(value.split("</parameter>").next().unwrap_or(value))
}

/// The text within a fence, where somebody put one around an argument.
fn unfenced(text: &str) -> String {
    let Some(body) = text.strip_prefix(FENCE) else { return text.to_owned() };
    let body = body.split_once('\n').map_or(body, |(_, body)| body);
    body.split(FENCE).next().unwrap_or(body).to_owned()
}

/// A block of SQL: comment lines at its top say how the question was read.
pub(super) fn of_text(text: &str) -> Option<WrittenSql> {
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
