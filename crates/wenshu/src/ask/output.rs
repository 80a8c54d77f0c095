//! Answers for machines: one JSON object, or CSV by RFC 4180, and nothing else on standard output.

use anyhow::Result;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde::Serialize;
use serde_json::value::RawValue;
use wenshu_answer::{Answer, Chart, ChartSeries, ChartType};
use wenshu_core::runs::{ColumnInfo, ResultTable};
use wenshu_sources::QueryResult;

/// The answer as scripts read it. Keys are always there; what an answer doesn't have is `null` or empty.
#[derive(Serialize)]
struct AnswerJson<'a> {
    question: &'a str,
    sql: Option<&'a str>,
    reading: &'a [String],
    columns: Vec<ColumnJson<'a>>,
    /// One object for each row, keys in column order.
    rows: Option<&'a RawValue>,
    truncated: bool,
    chart: Option<ChartJson<'a>>,
    answer: &'a str,
}

#[derive(Serialize)]
struct ColumnJson<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
}

impl<'a> From<&'a ColumnInfo> for ColumnJson<'a> {
    fn from(column: &'a ColumnInfo) -> Self {
        let ColumnInfo { name, kind } = column;
        Self { name, kind }
    }
}

#[derive(Serialize)]
struct ChartJson<'a> {
    #[serde(rename = "type")]
    kind: ChartType,
    title: &'a str,
    x: &'a str,
    labels: &'a [String],
    series: &'a [ChartSeries],
    points_cut: usize,
}

impl<'a> From<&'a Chart> for ChartJson<'a> {
    fn from(chart: &'a Chart) -> Self {
        let Chart { kind, title, x, labels, series, points_cut } = chart;
        Self { kind: *kind, title, x, labels, series, points_cut: *points_cut }
    }
}

/// The answer as JSON, with a line end.
///
/// # Errors
///
/// For a column type that can't be written as text.
pub(super) fn json(question: &str, answer: &Answer, words: &str) -> Result<String> {
    let table = answer.result.as_ref().map(ResultTable::encode).transpose()?;
    let shown = AnswerJson {
        question,
        sql: answer.sql.as_deref(),
        reading: &answer.reading,
        columns: table.iter().flat_map(|table| table.columns.iter()).map(ColumnJson::from).collect(),
        rows: table.as_ref().map(|table| &*table.data),
        truncated: table.as_ref().is_some_and(|table| table.truncated),
        chart: answer.chart.as_ref().map(ChartJson::from),
        answer: words,
    };
    Ok(serde_json::to_string(&shown)? + "\n")
}

/// The rows as CSV by RFC 4180: a line of names, fields quoted where they must be, lines ended by CR LF. NULL is an empty field, and
/// the empty text `""`.
///
/// # Errors
///
/// For a column type that can't be written as text.
pub(super) fn csv(result: &QueryResult) -> Result<String> {
    let options = FormatOptions::default();
    let columns = result
        .batch
        .columns()
        .iter()
        .map(|column| Ok((column, ArrayFormatter::try_new(column.as_ref(), &options)?)))
        .collect::<Result<Vec<_>>>()?;
    let mut text = String::new();
    for (index, field) in result.schema().fields().iter().enumerate() {
        push_field(&mut text, index, field.name());
    }
    text.push_str("\r\n");
    for row in 0..result.rows() {
        for (index, (column, formatter)) in columns.iter().enumerate() {
            if column.is_null(row) {
                push_separator(&mut text, index);
            } else {
                push_field(&mut text, index, &formatter.value(row).try_to_string()?);
            }
        }
        text.push_str("\r\n");
    }
    Ok(text)
}

fn push_separator(text: &mut String, index: usize) {
    if index > 0 {
        text.push(',');
    }
}

fn push_field(text: &mut String, index: usize, field: &str) {
    push_separator(text, index);
    let must_quote = field.is_empty() || field.contains(['"', ',', '\r', '\n']);
    if must_quote {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(field);
    }
}
