//! Whether the quotes that are configured can be used: said to the operator before anybody asks for them.

use chrono::NaiveDate;
use tokio_util::sync::CancellationToken;
use wenshu_answer::Language;
use wenshu_sources::{Source as _, ValueKind};

use super::quotes::{DEMO_QUOTES, Quotes};
use super::{Tools, stocks};
use crate::AppError;

/// The columns that a table of quotes has.
const COLUMNS: [&str; 8] = ["code", "name", "trade_date", "open", "high", "low", "close", "volume"];

/// Which quotes are configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuotesFound {
    /// Those of an MCP server's tools, by its name.
    OfServer(String),
    /// The demo database's, which are made up.
    Demo,
    /// A table that can be read.
    Table {
        /// The last day that it has prices of.
        last_day: NaiveDate,
    },
}

/// Why the configured quotes can't be used, in English.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuotesFault {
    /// Only the demo database could have the table.
    #[error(
        "`quotes_table` is for a connection that `quotes_connection` names; the demo database has its quotes in `{DEMO_QUOTES}`"
    )]
    NeedsConnection,
    /// There is no such connection.
    #[error(
        "no connection called `{0}` is shared, and no active admin has one: make one of that name, or change `quotes_connection`"
    )]
    NoConnection(String),
    /// It can't be opened or read.
    #[error("the connection `{connection}` can't be read: {why}")]
    Unreadable {
        /// Its name.
        connection: String,
        /// What is known of it.
        why: String,
    },
    /// It has no such table.
    #[error(
        "the connection `{connection}` has no table `{table}`: change `quotes_table`, with the schema before a dot where it needs one"
    )]
    NoTable {
        /// Its name.
        connection: String,
        /// The table's.
        table: String,
    },
    /// The table lacks columns.
    #[error("the table `{table}` has no column called {}: a view that names them so will do", quoted(.columns))]
    NoColumns {
        /// The table.
        table: String,
        /// The columns.
        columns: Vec<&'static str>,
    },
    /// Its days are none.
    #[error("`trade_date` of the table `{0}` holds no dates: a view can make them of numbers")]
    NoDates(String),
}

fn quoted(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}

impl Tools {
    /// Looks whether the configured quotes can be used.
    ///
    /// # Errors
    ///
    /// Why they can't.
    pub async fn check_quotes(&self) -> Result<QuotesFound, QuotesFault> {
        if let Some(server) = &self.quotes_server {
            return Ok(QuotesFound::OfServer(server.clone()));
        }
        let table = self.quotes.table.clone();
        let Some(name) = &self.quotes.connection else {
            let is_demo = table == DEMO_QUOTES;
            return if is_demo { Ok(QuotesFound::Demo) } else { Err(QuotesFault::NeedsConnection) };
        };
        let unreadable = |why: String| QuotesFault::Unreadable { connection: name.clone(), why };
        let in_words = |error: AppError| unreadable(error.text().in_language(Language::En).to_owned());
        let found = self.connections.of_admins(name).await.map_err(in_words)?;
        let connection = found.ok_or_else(|| QuotesFault::NoConnection(name.clone()))?;
        let source = self.connections.source_of(&connection).await.map_err(in_words)?;
        let source = self.only_quotes(source);
        let schema = source.schema(false).await.map_err(|error| unreadable(error.message().to_owned()))?;
        let Some(found) = schema.tables.first() else {
            return Err(QuotesFault::NoTable { connection: name.clone(), table });
        };
        let of_name = |name: &str| found.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        let missing: Vec<&str> = COLUMNS.into_iter().filter(|column| of_name(column).is_none()).collect();
        if !missing.is_empty() {
            return Err(QuotesFault::NoColumns { table, columns: missing });
        }
        if let Some(ValueKind::Integer | ValueKind::Number | ValueKind::Boolean) =
            of_name("trade_date").map(|column| column.kind)
        {
            return Err(QuotesFault::NoDates(table));
        }
        let quotes = Quotes::new(self, connection, source);
        let last_day = quotes.last_day(&CancellationToken::new()).await;
        let last_day = last_day.map_err(|error| unreadable(error.message))?;
        Ok(QuotesFound::Table { last_day })
    }

    /// Whether a tool of a server's is one of those that `quotes_server` is for.
    pub fn has_quotes(name: &str) -> bool {
        stocks::NAMES.contains(&name) && name != stocks::FAVOURITES
    }
}
