//! Where quotes are: a table of daily prices in a connection, the demo database's without another.

use std::sync::{Arc, PoisonError};

use arrow::error::ArrowError;
use chrono::NaiveDate;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use wenshu_answer::movers::{last_quotes, quoted_table};
use wenshu_answer::{Language, TableNote, ToolError, made_up_quotes};
use wenshu_sources::{Limits, Source, SourceErrorKind, guard};
use wenshu_store::Connection;

use super::Tools;
use super::one_table::OneTable;
use crate::connections::Connections;
use crate::runs::table::{Figures, rows_as_json};
use crate::stocks::StockCode;
use crate::{Actor, AppError};

/// The table of the demo database that holds quotes.
pub(super) const DEMO_QUOTES: &str = "daily_prices";

/// Markets, as codes begin.
const MARKETS: [&str; 4] = ["sh", "sz", "bj", "hk"];

/// The most rows that are read for one call: two days of every market there is.
const MOST_ROWS: usize = 50_000;

/// What is said of answers from the demo database's quotes.
pub(crate) fn note_of_demo(language: Language) -> TableNote {
    TableNote { table: DEMO_QUOTES, words: made_up_quotes(language) }
}

/// A table of daily prices: columns `code`, `name`, `trade_date`, `open`, `high`, `low`, `close`, `volume`, a row for each stock and
/// day. A view that names them so will do. Whoever asks reads it, and nothing else of its database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotesTable {
    /// A connection that admins share or that one of them has, by its name; the demo database without.
    pub connection: Option<String>,
    /// The table's name, with its schema before a dot where it needs one.
    pub table: String,
}

impl Default for QuotesTable {
    fn default() -> Self {
        Self { connection: None, table: DEMO_QUOTES.to_owned() }
    }
}

/// Quotes that can be read.
pub(super) struct Quotes {
    connections: Arc<Connections>,
    connection: Connection,
    source: Arc<dyn Source>,
    table: String,
    limits: Limits,
}

impl Tools {
    /// The connection that holds quotes, and its source with the table of quotes alone; none where there is no such one.
    pub(crate) async fn quotes(
        &self,
        actor: &Actor,
    ) -> Result<Option<(Connection, Arc<dyn Source>)>, AppError> {
        let found = match &self.quotes.connection {
            Some(name) => self.connections.of_admins(name).await?,
            None => self.connections.demo(actor).await?,
        };
        let Some(connection) = found else {
            // What was open there needn't stay so.
            *self.quotes_source.lock().unwrap_or_else(PoisonError::into_inner) = None;
            tracing::warn!("there are no quotes: `quotes_connection` names none that admins share or have");
            return Ok(None);
        };
        let source = self.connections.source_of(&connection).await?;
        let source: Arc<dyn Source> = self.only_quotes(source);
        Ok(Some((connection, source)))
    }

    /// A source with the table of quotes alone.
    pub(super) fn only_quotes(&self, source: Arc<dyn Source>) -> Arc<OneTable> {
        let mut kept = self.quotes_source.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.as_ref().filter(|only| only.is_of(&source)) {
            Some(only) => Arc::clone(only),
            // What is derived from it is kept for as long as it is the same.
            None => {
                let clock = Arc::clone(&self.clock);
                Arc::clone(kept.insert(Arc::new(OneTable::new(source, &self.quotes.table, clock))))
            }
        }
    }

    /// Whether a connection is the one whose quotes were made up.
    pub(crate) fn has_demo_quotes(&self, connection: &Connection) -> bool {
        self.quotes.connection.is_none() && connection.is_demo
    }

    /// The name of the table there.
    pub(crate) fn quotes_table(&self) -> &str {
        &self.quotes.table
    }

    /// Opens the quotes for somebody.
    pub(super) async fn open_quotes(&self, actor: &Actor) -> Result<Quotes, ToolError> {
        let Some((connection, source)) = self.quotes(actor).await.map_err(|_| unreadable())? else {
            return Err(ToolError::new("There are no quotes: the server has no connection that holds them."));
        };
        Ok(Quotes::new(self, connection, source))
    }
}

impl Quotes {
    /// Those of a connection that is open.
    pub(super) fn new(tools: &Tools, connection: Connection, source: Arc<dyn Source>) -> Self {
        Self {
            connections: Arc::clone(&tools.connections),
            connection,
            source,
            table: tools.quotes.table.clone(),
            limits: Limits { rows: MOST_ROWS, ..tools.limits },
        }
    }

    /// What has to be said of what is read here.
    pub(super) fn note(&self, language: Language) -> Option<String> {
        self.connection.is_demo.then(|| made_up_quotes(language).to_owned())
    }

    /// The last quotes with a price of all stocks, of some days: `code`, `name`, `trade_date`, `close`, `volume`, by code.
    pub(super) async fn last_of_all(
        &self,
        days: &str,
        cancel: &CancellationToken,
    ) -> Result<Vec<Map<String, Value>>, ToolError> {
        let last = last_quotes("{quotes}", days, self.source.dialect());
        let query = format!(
            "SELECT code, last_name AS name, last_day AS trade_date, last_close AS close, last_volume AS volume FROM {last} AS latest \
             ORDER BY code",
        );
        self.rows(&query, cancel).await
    }

    /// The rows of a query, which is written with the table's name for `{quotes}`.
    pub(super) async fn rows(
        &self,
        query: &str,
        cancel: &CancellationToken,
    ) -> Result<Vec<Map<String, Value>>, ToolError> {
        let dialect = self.source.dialect();
        let sql = query.replace("{quotes}", &quoted_table(&self.table, dialect));
        let query = guard::check(&sql, dialect).map_err(|_refusal| unreadable())?;
        let result = match self.source.query(&query, &self.limits, cancel).await {
            Ok(result) => {
                self.connections.note_reached(&self.connection, true).await;
                result
            }
            Err(error) => {
                // What a database says of a statement is for whoever wrote it, which is us.
                tracing::warn!(kind = ?error.kind(), "quotes could not be read");
                if error.kind() == SourceErrorKind::Unreachable {
                    self.connections.note_reached(&self.connection, false).await;
                }
                return Err(unreadable());
            }
        };
        if result.truncated {
            return Err(ToolError::new("These are more quotes than can be read at once. Ask for less."));
        }
        let json = rows_as_json(&result, Figures::Safe).map_err(|error: ArrowError| {
            tracing::error!(error = ?std::mem::discriminant(&error), "quotes can't be written as JSON");
            unreadable()
        })?;
        serde_json::from_str(&json).map_err(|_| unreadable())
    }

    /// A text as the database writes it.
    pub(super) fn text(&self, text: &str) -> String {
        self.source.dialect().quote_text(text)
    }

    /// The last day that there are prices of.
    pub(super) async fn last_day(&self, cancel: &CancellationToken) -> Result<NaiveDate, ToolError> {
        let query = "SELECT MAX(trade_date) AS last_day FROM {quotes} WHERE close > 0";
        let rows = self.rows(query, cancel).await?;
        match rows.first() {
            Some(row) if row.get("last_day").is_some_and(|day| !day.is_null()) => day_in(row, "last_day"),
            _ => Err(ToolError::new("There are no quotes.")),
        }
    }

    /// The code of a stock as the table writes it.
    pub(super) async fn code(&self, code: &str, cancel: &CancellationToken) -> Result<String, ToolError> {
        let code = code.trim();
        let ways = ways(code);
        let texts: Vec<String> = ways.iter().map(|way| self.text(way)).collect();
        let query = format!("SELECT DISTINCT code FROM {{quotes}} WHERE code IN ({})", texts.join(", "));
        let rows = self.rows(&query, cancel).await?;
        let is_there =
            |way: &&String| rows.iter().any(|row| row.get("code").and_then(Value::as_str) == Some(way));
        let mut there = ways.iter().filter(is_there);
        match (there.next(), there.next()) {
            (None, _) => {
                Err(ToolError::new("There is no stock of this code; get_stock_code finds codes by name."))
            }
            // Two markets have stocks of the same digits.
            (Some(one), Some(other)) if is_digits(code) => Err(ToolError::new(format!(
                "Stocks of several markets have this code ({one}, {other}): give it with its market."
            ))),
            (Some(one), _) => Ok(one.clone()),
        }
    }
}

/// The ways a table may write a code, the likeliest first.
fn ways(code: &str) -> Vec<String> {
    let mut ways = vec![code.to_owned()];
    if let Ok(kept) = code.parse::<StockCode>() {
        let kept = kept.as_str();
        ways.push(kept.to_owned());
        if let Some((market, digits)) = kept.split_at_checked(2).filter(|(_, digits)| is_digits(digits)) {
            ways.push(format!("{digits}.{}", market.to_uppercase()));
            // Without its market the same digits may be another stock: 000001 is no index of Shanghai's.
            if are_of(market, digits) {
                ways.push(digits.to_owned());
            }
        }
    } else if is_digits(code) {
        // Models like to leave the market out.
        ways.extend(MARKETS.iter().map(|market| format!("{market}{code}")));
        ways.extend(MARKETS.iter().map(|market| format!("{code}.{}", market.to_uppercase())));
    }
    ways.dedup();
    ways
}

/// Whether bare digits are likely to mean a stock of that market.
fn are_of(market: &str, digits: &str) -> bool {
    match market {
        "sh" => digits.starts_with(['5', '6', '9']),
        "sz" => digits.starts_with(['0', '1', '2', '3']),
        "bj" => digits.starts_with(['4', '8', '9']),
        _ => true,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The day of a row.
pub(super) fn day(row: &Map<String, Value>) -> Result<NaiveDate, ToolError> {
    day_in(row, "trade_date")
}

fn day_in(row: &Map<String, Value>, column: &str) -> Result<NaiveDate, ToolError> {
    let text = row.get(column).and_then(Value::as_str).unwrap_or_default();
    text.get(..10).and_then(|day| day.parse().ok()).ok_or_else(|| {
        tracing::warn!("`trade_date` of the quotes holds no dates, so that they can't be used");
        ToolError::new("The quotes have days that can't be read: the server's operator has to see to that.")
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_digits_are_of_the_market_that_has_them() {
        for (code, bare, is_tried) in [
            ("sz000001", "000001", true),
            ("sh000001", "000001", false),
            ("000300.SH", "000300", false),
            ("sh600519", "600519", true),
            ("sh688981", "688981", true),
            ("sz300750", "300750", true),
            ("sz600519", "600519", false),
            ("bj430047", "430047", true),
            ("bj000001", "000001", false),
            ("hk00700", "00700", true),
        ] {
            assert_eq!(ways(code).contains(&bare.to_owned()), is_tried, "{code}");
        }
    }
}
