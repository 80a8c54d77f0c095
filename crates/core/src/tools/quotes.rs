//! Where quotes are: a table of daily prices in a connection, the demo database's without another.

use arrow::error::ArrowError;
use chrono::NaiveDate;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use wenshu_answer::{Language, TableNote, ToolError, made_up_quotes};
use wenshu_sources::{Limits, guard};

use super::Tools;
use crate::Actor;
use crate::connections::Target;
use crate::runs::table::rows_as_json;

/// The table of the demo database that holds quotes.
const DEMO_QUOTES: &str = "daily_prices";

/// The most rows that are read for one call: two days of every market there is.
const MOST_ROWS: usize = 50_000;

/// What is said of answers from the demo database's quotes.
pub(crate) fn note_of_demo(language: Language) -> TableNote {
    TableNote { table: DEMO_QUOTES, words: made_up_quotes(language) }
}

/// A table of daily prices: columns `code`, `name`, `trade_date`, `open`, `high`, `low`, `close`, `volume`, a row for each stock and
/// day. A view that names them so will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotesTable {
    /// The connection, by its name among those that the caller sees; the demo database without.
    pub connection: Option<String>,
    /// The table's name.
    pub table: String,
}

impl Default for QuotesTable {
    fn default() -> Self {
        Self { connection: None, table: DEMO_QUOTES.to_owned() }
    }
}

/// Quotes that can be read.
pub(super) struct Quotes {
    target: Target,
    table: String,
    limits: Limits,
}

impl Tools {
    /// Opens the quotes for somebody.
    pub(super) async fn open_quotes(&self, actor: &Actor) -> Result<Quotes, ToolError> {
        let connections = self.connections.list(actor).await.map_err(|_| unreadable())?;
        let found = connections.into_iter().map(|view| view.connection).find(|connection| {
            match &self.quotes.connection {
                Some(name) => connection.name == *name,
                None => connection.is_demo,
            }
        });
        let Some(connection) = found else {
            return Err(ToolError::new("There are no quotes: the server has no connection that holds them."));
        };
        let target = self.connections.resolve(actor, Some(connection.id)).await.map_err(|_| unreadable())?;
        let limits = Limits { rows: MOST_ROWS, ..self.limits };
        Ok(Quotes { target, table: self.quotes.table.clone(), limits })
    }
}

impl Quotes {
    /// What has to be said of what is read here.
    pub(super) fn note(&self, language: Language) -> Option<String> {
        self.target.connection.is_demo.then(|| made_up_quotes(language).to_owned())
    }

    /// The rows of a query, which is written with the table's name for `{quotes}`.
    pub(super) async fn rows(
        &self,
        query: &str,
        cancel: &CancellationToken,
    ) -> Result<Vec<Map<String, Value>>, ToolError> {
        let dialect = self.target.source.dialect();
        let sql = query.replacen("{quotes}", &dialect.quote_identifier(&self.table), 1);
        let query = guard::check(&sql, dialect).map_err(|_refusal| unreadable())?;
        let result = self.target.source.query(&query, &self.limits, cancel).await;
        let result = result.map_err(|error| {
            // What a database says of a statement is for whoever wrote it, which is us.
            tracing::warn!(kind = ?error.kind(), "quotes could not be read");
            unreadable()
        })?;
        let json = rows_as_json(&result).map_err(|error: ArrowError| {
            tracing::error!(error = ?std::mem::discriminant(&error), "quotes can't be written as JSON");
            unreadable()
        })?;
        serde_json::from_str(&json).map_err(|_| unreadable())
    }

    /// A text as the database writes it.
    pub(super) fn text(&self, text: &str) -> String {
        self.target.source.dialect().quote_text(text)
    }

    /// The last two days that there are quotes of, the last first.
    pub(super) async fn last_days(&self, cancel: &CancellationToken) -> Result<Vec<String>, ToolError> {
        let query = "SELECT DISTINCT trade_date FROM {quotes} ORDER BY trade_date DESC LIMIT 2";
        let rows = self.rows(query, cancel).await?;
        Ok(rows.iter().map(|row| day(row).to_string()).collect())
    }
}

/// The day of a row.
pub(super) fn day(row: &Map<String, Value>) -> NaiveDate {
    let text = row.get("trade_date").and_then(Value::as_str).unwrap_or_default();
    text.get(..10).and_then(|day| day.parse().ok()).unwrap_or_default()
}

/// A number of a row; decimals come as text.
pub(super) fn number(row: &Map<String, Value>, column: &str) -> Option<f64> {
    match row.get(column)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn unreadable() -> ToolError {
    ToolError::new("The quotes can't be read at the moment.")
}
