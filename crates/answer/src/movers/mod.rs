//! Which stocks rose or fell most: a question that compares two days of each stock, which no rule of the built-in engine does.
//!
//! 近一周涨幅最大的5只股票 compares each stock's last close in the stretch with its last one before it. Without a stretch the last day
//! that there are quotes of is compared with the day before. A question that follows may say only what is different: 那上个月呢？ Whatever
//! says anything else is another interpreter's to read.

mod reading;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{Days, NaiveDate};
use wenshu_sources::{Dialect, Limits, QueryResult, ValueKind, guard};

use self::reading::{Movers, read_after};
use crate::interpreter::Request;
use crate::shape::texts;
use crate::{AnswerError, EventSink, Interpretation, Interpreter, Language, Question, SqlDraft};

/// How far before a stretch a stock's last close is looked for, in days: one that wasn't traded for longer has none to compare with, and
/// all there ever was needn't be read.
pub const BASE_DAYS: u64 = 366;

/// Reads questions about the stocks that moved most, and leaves all others to another interpreter.
pub struct MoversInterpreter {
    inner: Arc<dyn Interpreter>,
    table: String,
}

impl MoversInterpreter {
    /// Over the quotes in this table, which has columns `code`, `name`, `trade_date` and `close`, and a row for each stock and day.
    pub fn new(inner: Arc<dyn Interpreter>, table: impl Into<String>) -> Self {
        Self { inner, table: table.into() }
    }

    fn draft(&self, movers: &Movers, question: &Question, dialect: Dialect) -> SqlDraft {
        let language = question.language;
        let [name, code, change] = columns(movers.rises, language);
        let quoted = |text: &str| dialect.quote_identifier(text);
        let quotes = quoted_table(&self.table, dialect);
        let day = |day: NaiveDate| dialect.quote_text(&day.to_string());
        let (within, before) = match &movers.stretch {
            Some(stretch) => {
                let start = stretch.start.map(|start| start.date()).unwrap_or_default();
                let end = stretch.end.map(|end| format!(" AND trade_date < {}", day(end.date())));
                let within = format!("trade_date >= {}{}", day(start), end.unwrap_or_default());
                let first = start.checked_sub_days(Days::new(BASE_DAYS)).unwrap_or_default();
                (within, format!("trade_date >= {} AND trade_date < {}", day(first), day(start)))
            }
            None => {
                let last_day = format!("(SELECT MAX(trade_date) FROM {quotes} WHERE close > 0)");
                (format!("trade_date >= {last_day}"), format!("trade_date < {last_day}"))
            }
        };
        let ratio = match dialect {
            Dialect::ClickHouse => "toFloat64(latest.last_close) / toFloat64(base.last_close)",
            _ => "latest.last_close * 1.0 / base.last_close",
        };
        // Losses are positive: the greatest is the highest.
        let change_of_one = if movers.rises { format!("{ratio} - 1") } else { format!("1 - {ratio}") };
        let percent = match dialect {
            // ClickHouse cuts off what a decimal has no room for.
            Dialect::Sqlite | Dialect::ClickHouse => format!("ROUND(({change_of_one}) * 100, 2)"),
            // It rounds as this is written everywhere else, whether prices are decimals or not.
            _ => format!("CAST(({change_of_one}) * 100 AS DECIMAL(18, 2))"),
        };
        let sql = format!(
            "SELECT latest.last_name AS {}, latest.code AS {}, {percent} AS {} FROM {} AS latest JOIN {} AS base ON base.code = latest.code \
             ORDER BY {ratio} {}, latest.code LIMIT {}",
            quoted(name),
            quoted(code),
            quoted(change),
            last_quotes(&quotes, &within, dialect),
            last_quotes(&quotes, &before, dialect),
            if movers.rises { "DESC" } else { "ASC" },
            movers.count,
        );
        SqlDraft {
            title: title(movers, question),
            reading: vec![reading(movers, language)],
            sql,
            measures: vec![change.to_owned()],
            is_share: false,
        }
    }

    /// Whether days of the quotes can be compared with days: text only does where it is written as days are.
    async fn has_days(&self, request: &Request<'_>) -> bool {
        let table = self.table.rsplit('.').next().unwrap_or_default();
        let tables = request.schema.tables.iter().filter(|known| known.name.eq_ignore_ascii_case(table));
        let mut columns = tables.flat_map(|known| &known.columns);
        let days = columns.find(|column| column.name.eq_ignore_ascii_case("trade_date"));
        match days.map(|days| days.kind) {
            Some(ValueKind::Integer | ValueKind::Number | ValueKind::Boolean) => false,
            Some(ValueKind::Text) => self.last_day(request).await.is_some(),
            _ => true,
        }
    }

    /// The last day of quotes whose days are text.
    async fn last_day(&self, request: &Request<'_>) -> Option<NaiveDate> {
        let dialect = request.source.dialect();
        let statement = format!("SELECT MAX(trade_date) FROM {}", quoted_table(&self.table, dialect));
        let query = guard::check(&statement, dialect).ok()?;
        let result = request.source.query(&query, &Limits::default(), request.cancel).await.ok()?;
        let day = texts(result.batch.columns().first()?).into_iter().next()??;
        day.get(..10)?.parse().ok()
    }
}

/// A statement's part that gives each stock's last quote that has a price, among those of some days: `code`, `last_name`, `last_day`,
/// `last_close`, `last_volume`. A stock that isn't traded for a while may have rows without one, or with 0.
pub fn last_quotes(quotes: &str, days: &str, dialect: Dialect) -> String {
    match dialect {
        // Whichever it is, it takes no join with a table of quotes, which would take forever where that has no index for it.
        Dialect::ClickHouse => format!(
            "(SELECT code, argMax(name, trade_date) AS last_name, MAX(trade_date) AS last_day, argMax(close, trade_date) AS last_close, \
             argMax(volume, trade_date) AS last_volume FROM {quotes} WHERE {days} AND close > 0 GROUP BY code)"
        ),
        // Beside a lone maximum SQLite gives the other columns of its row.
        Dialect::Sqlite => format!(
            "(SELECT code, name AS last_name, MAX(trade_date) AS last_day, close AS last_close, volume AS last_volume FROM {quotes} \
             WHERE {days} AND close > 0 GROUP BY code)"
        ),
        _ => format!(
            "(SELECT code, name AS last_name, trade_date AS last_day, close AS last_close, volume AS last_volume FROM (SELECT code, name, \
             trade_date, close, volume, ROW_NUMBER() OVER (PARTITION BY code ORDER BY trade_date DESC) AS place FROM {quotes} WHERE {days} \
             AND close > 0) AS placed WHERE place = 1)"
        ),
    }
}

#[async_trait]
impl Interpreter for MoversInterpreter {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        // What failed once would fail again.
        let Question { text, now, context, .. } = request.question;
        let earlier = context.iter().map(|turn| turn.question.as_str());
        let movers = if request.failed.is_empty() { read_after(text, earlier, *now) } else { None };
        match movers {
            Some(_) if !self.has_days(request).await => {
                tracing::warn!(
                    "`trade_date` of the quotes holds no dates, so that stocks can't be compared over time"
                );
                self.inner.interpret(request).await
            }
            Some(movers) => {
                let dialect = request.source.dialect();
                Ok(Interpretation::Query(self.draft(&movers, request.question, dialect)))
            }
            None => self.inner.interpret(request).await,
        }
    }

    async fn summarize(
        &self,
        request: &Request<'_>,
        draft: &SqlDraft,
        result: &QueryResult,
        events: &dyn EventSink,
    ) -> Result<(), AnswerError> {
        self.inner.summarize(request, draft, result, events).await
    }

    async fn title(
        &self,
        question: &Question,
        answer: &str,
        events: &dyn EventSink,
    ) -> Result<Option<String>, AnswerError> {
        self.inner.title(question, answer, events).await
    }

    fn attempts(&self) -> u32 {
        self.inner.attempts()
    }
}

/// A table's name, with its schema before a dot where it has one, as a statement writes it.
pub fn quoted_table(table: &str, dialect: Dialect) -> String {
    let parts: Vec<String> = table.split('.').map(|part| dialect.quote_identifier(part)).collect();
    parts.join(".")
}

/// Names of the columns: name, code, change.
fn columns(rises: bool, language: Language) -> [&'static str; 3] {
    match (language, rises) {
        (Language::Zh, true) => ["名称", "代码", "涨幅（%）"],
        (Language::Zh, false) => ["名称", "代码", "跌幅（%）"],
        (Language::En, true) => ["name", "code", "rise (%)"],
        (Language::En, false) => ["name", "code", "fall (%)"],
    }
}

/// What is shown: in the words of the question where they say it.
fn title(movers: &Movers, question: &Question) -> String {
    let Movers { rises, count, stretch, follows } = movers;
    if !follows {
        return question.text.trim().trim_end_matches(['?', '？', '。']).to_owned();
    }
    let label = stretch.as_ref().map(|stretch| stretch.label.as_str()).unwrap_or_default();
    match (question.language, rises) {
        (Language::Zh, true) => format!("{label}涨幅最大的{count}只股票"),
        (Language::Zh, false) => format!("{label}跌幅最大的{count}只股票"),
        (Language::En, true) => {
            format!("The {count} stocks that rose most, {label}").trim_end_matches(", ").to_owned()
        }
        (Language::En, false) => {
            format!("The {count} stocks that fell most, {label}").trim_end_matches(", ").to_owned()
        }
    }
}

/// How the question was read, in a line.
fn reading(movers: &Movers, language: Language) -> String {
    let day = |bound: chrono::NaiveDateTime| bound.date().to_string();
    let stretch = movers.stretch.as_ref().map(|stretch| {
        let last = stretch.end.and_then(|end| end.checked_sub_signed(chrono::TimeDelta::days(1)));
        (stretch.label.as_str(), stretch.start.map(day).unwrap_or_default(), last.map(day))
    });
    match (language, stretch) {
        (Language::Zh, Some((label, start, last))) => {
            let last = last.map_or_else(|| "今".to_owned(), |last| format!(" {last}"));
            format!("{label}：{start} 至{last}，每只股票期内最后收盘价与期初前（一年内）最后收盘价相比")
        }
        (Language::Zh, None) => "最后一个交易日的收盘价与此前最后收盘价相比".to_owned(),
        (Language::En, Some((label, start, last))) => {
            let last = last.unwrap_or_else(|| "now".to_owned());
            format!(
                "{label}: {start} to {last}, each stock's last close in it against the last one in the year before it"
            )
        }
        (Language::En, None) => "the last trading day's close against the last one before it".to_owned(),
    }
}
