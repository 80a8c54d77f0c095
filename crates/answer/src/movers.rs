//! Which stocks rose or fell most: a question that compares two days of each stock, which no rule of the built-in engine does.
//!
//! 近一周涨幅最大的5只股票 compares each stock's last close in the stretch with its last one before it. Without a stretch the last day
//! that there are quotes of is compared with the day before. Whatever says anything else is another interpreter's to read.

use std::sync::Arc;

use async_trait::async_trait;
use wenshu_sources::{Dialect, QueryResult};

use crate::builtin::numbers;
use crate::builtin::time::{self, TimeMention};
use crate::interpreter::Request;
use crate::{AnswerError, EventSink, Interpretation, Interpreter, Language, Question, SqlDraft};

/// How many stocks are shown when nobody says.
const USUAL: u64 = 10;

/// The most that are shown.
const MOST: u64 = 100;

/// Words for a rise.
const RISES: &[&str] = &[
    "涨幅", "上涨", "涨得", "涨的", "涨", "gainers", "gainer", "gained", "gains", "rose", "risen", "rising",
    "went up",
];

/// Words for a fall.
const FALLS: &[&str] = &[
    "跌幅",
    "下跌",
    "跌得",
    "跌的",
    "跌",
    "losers",
    "loser",
    "lost",
    "losses",
    "fell",
    "fallen",
    "falling",
    "went down",
];

/// Words for the end of the list that is meant.
const MOST_WORDS: &[&str] = &[
    "最大",
    "最高",
    "最多",
    "最猛",
    "最快",
    "最狠",
    "排名",
    "排行榜",
    "排行",
    "榜",
    "前",
    "top",
    "biggest",
    "largest",
    "most",
];

/// Words that say nothing more.
const FILLERS: &[&str] = &[
    "股票",
    "个股",
    "股",
    "只",
    "支",
    "个",
    "名",
    "家",
    "的",
    "是",
    "有",
    "哪些",
    "哪",
    "几",
    "什么",
    "请问",
    "请",
    "列出",
    "列一下",
    "查询",
    "查一下",
    "查看",
    "查",
    "看看",
    "显示",
    "给我",
    "告诉我",
    "一下",
    "帮我",
    "找出",
    "stocks",
    "stock",
    "shares",
    "share",
    "which",
    "what",
    "show",
    "list",
    "give",
    "find",
    "please",
    "have",
    "has",
    "were",
    "are",
    "the",
    "that",
    "over",
    "during",
    "of",
    "in",
    "by",
    "me",
    "is",
];

/// Reads questions about the stocks that moved most, and leaves all others to another interpreter.
pub struct MoversInterpreter {
    inner: Arc<dyn Interpreter>,
    table: String,
}

/// A question read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Movers {
    rises: bool,
    count: u64,
    stretch: Option<TimeMention>,
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
        let day = |bound: Option<chrono::NaiveDateTime>| {
            bound.map(|bound| dialect.quote_text(&bound.date().to_string()))
        };
        let (start, end) = match &movers.stretch {
            Some(stretch) => (day(stretch.start), day(stretch.end)),
            None => (Some(format!("(SELECT MAX(trade_date) FROM {quotes})")), None),
        };
        let within: Vec<String> = [
            start.as_ref().map(|start| format!("trade_date >= {start}")),
            end.map(|end| format!("trade_date < {end}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        let within = within.join(" AND ");
        let start = start.unwrap_or_default();
        let last_days = |condition: &str| {
            format!(
                "(SELECT code, MAX(trade_date) AS trade_date FROM {quotes} WHERE {condition} GROUP BY code)"
            )
        };
        let ratio = "latest.close * 1.0 / base.close";
        let percent = match dialect {
            Dialect::Sqlite => format!("ROUND(({ratio} - 1) * 100, 2)"),
            // It rounds as this is written everywhere else, whether prices are decimals or not.
            _ => format!("CAST(({ratio} - 1) * 100 AS DECIMAL(18, 2))"),
        };
        let sql = format!(
            "SELECT latest.name AS {}, latest.code AS {}, {percent} AS {} \
             FROM {} AS latest_day \
             JOIN {quotes} AS latest ON latest.code = latest_day.code AND latest.trade_date = latest_day.trade_date \
             JOIN {} AS base_day ON base_day.code = latest_day.code \
             JOIN {quotes} AS base ON base.code = base_day.code AND base.trade_date = base_day.trade_date \
             WHERE base.close > 0 ORDER BY {ratio} {}, latest.code LIMIT {}",
            quoted(name),
            quoted(code),
            quoted(change),
            last_days(&within),
            last_days(&format!("trade_date < {start}")),
            if movers.rises { "DESC" } else { "ASC" },
            movers.count,
        );
        SqlDraft {
            title: question.text.trim().trim_end_matches(['?', '？', '。']).to_owned(),
            reading: vec![reading(movers, language)],
            sql,
            measures: vec![change.to_owned()],
            is_share: false,
        }
    }
}

#[async_trait]
impl Interpreter for MoversInterpreter {
    async fn interpret(&self, request: &Request<'_>) -> Result<Interpretation, AnswerError> {
        // What failed once would fail again.
        let movers = if request.failed.is_empty() { read(request.question) } else { None };
        match movers {
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
        (Language::Zh, false) => ["名称", "代码", "涨跌幅（%）"],
        (Language::En, _) => ["name", "code", "change (%)"],
    }
}

/// How the question was read, in a line.
fn reading(movers: &Movers, language: Language) -> String {
    let stretch = movers.stretch.as_ref().map(|stretch| {
        let day = |bound: Option<chrono::NaiveDateTime>| {
            bound.map(|bound| bound.date().to_string()).unwrap_or_default()
        };
        let last = stretch.end.and_then(|end| end.checked_sub_signed(chrono::TimeDelta::days(1)));
        (stretch.label.as_str(), day(stretch.start), day(last))
    });
    match (language, stretch) {
        (Language::Zh, Some((label, start, last))) => {
            format!("{label}：{start} 至 {last}，每只股票期内最后收盘价与期初前最后收盘价之比")
        }
        (Language::Zh, None) => "最后一个交易日的收盘价与前一交易日之比".to_owned(),
        (Language::En, Some((label, start, last))) => {
            format!(
                "{label}: {start} to {last}, each stock's last close in it against the last one before it"
            )
        }
        (Language::En, None) => "the last trading day's close against the day before".to_owned(),
    }
}

/// Reads a question; none that says anything else.
fn read(question: &Question) -> Option<Movers> {
    let text = question.text.as_str();
    let mut stretches = time::find(text, question.now);
    let stretch = stretches.pop();
    if !stretches.is_empty() || stretch.as_ref().is_some_and(|stretch| stretch.start.is_none()) {
        return None;
    }
    let is_within = |place: usize| stretch.as_ref().is_some_and(|stretch| stretch.span.contains(&place));
    let mut counts = numbers::find(text).into_iter().filter(|number| !is_within(number.span.start));
    let count = counts.next();
    if counts.next().is_some() {
        return None;
    }
    let many = match &count {
        Some(count) if count.is_percent => return None,
        Some(count) => Some(count.text.parse::<u64>().ok().filter(|many| (1..=MOST).contains(many))?),
        None => None,
    };
    // What is left must be words of this question and nothing else.
    let mut rest = text.to_owned();
    let mut spans: Vec<_> =
        stretch.iter().map(|stretch| stretch.span.clone()).chain(count.map(|count| count.span)).collect();
    spans.sort_by_key(|span| span.start);
    for span in spans.into_iter().rev() {
        rest.replace_range(span, " ");
    }
    let said = Said::of(&rest.to_lowercase())?;
    if said.rises == said.falls || !(said.is_most || many.is_some()) {
        return None;
    }
    Some(Movers { rises: said.rises, count: many.unwrap_or(USUAL), stretch })
}

/// What words say.
#[derive(Debug, Default)]
struct Said {
    rises: bool,
    falls: bool,
    is_most: bool,
}

impl Said {
    /// What all words of a text say; none where one of them is another word.
    fn of(text: &str) -> Option<Self> {
        let mut said = Self::default();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(|character: char| !character.is_alphanumeric());
            if rest.is_empty() {
                return Some(said);
            }
            let lists = [RISES, FALLS, MOST_WORDS, FILLERS];
            let found = lists.iter().enumerate().filter_map(|(list, words)| {
                let longest = words.iter().filter(|word| begins(rest, word)).max_by_key(|word| word.len())?;
                Some((longest.len(), list))
            });
            let (length, list) = found.max_by_key(|(length, _)| *length)?;
            match list {
                0 => said.rises = true,
                1 => said.falls = true,
                2 => said.is_most = true,
                _ => {}
            }
            rest = rest.get(length..).unwrap_or_default();
        }
    }
}

/// Whether a text begins with a word, which in English is a whole one.
fn begins(text: &str, word: &str) -> bool {
    let Some(after) = text.strip_prefix(word) else { return false };
    !word.is_ascii() || !after.starts_with(|character: char| character.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn question(text: &str) -> Question {
        let now = NaiveDate::from_ymd_opt(2026, 11, 21).and_then(|day| day.and_hms_opt(10, 0, 0)).unwrap();
        Question { text: text.to_owned(), language: Language::Zh, now, context: Vec::new() }
    }

    /// Whether risers are meant, how many, and from which day to which.
    fn read_as(text: &str) -> Option<(bool, u64, String)> {
        let movers = read(&question(text))?;
        let days = movers.stretch.map(|stretch| {
            let day = |bound: Option<chrono::NaiveDateTime>| bound.map(|bound| bound.date().to_string());
            format!("{}..{}", day(stretch.start).unwrap_or_default(), day(stretch.end).unwrap_or_default())
        });
        Some((movers.rises, movers.count, days.unwrap_or_default()))
    }

    #[test]
    fn questions_about_what_moved_most_are_read() {
        for (text, rises, count, days) in [
            ("近一周涨幅最大的5只股票", true, 5, "2026-11-15..2026-11-22"),
            ("最近7天跌幅最大的三只股票是哪些？", false, 3, "2026-11-15..2026-11-22"),
            ("涨幅榜前10", true, 10, ""),
            ("跌得最多的股票", false, 10, ""),
            ("上个月哪些股票涨得最多", true, 10, "2026-10-01..2026-11-01"),
            ("今年涨幅前20名", true, 20, "2026-01-01..2027-01-01"),
            ("Top 5 gainers of the past week", true, 5, "2026-11-15..2026-11-22"),
            ("which stocks fell most this month?", false, 10, "2026-11-01..2026-12-01"),
        ] {
            assert_eq!(read_as(text), Some((rises, count, days.to_owned())), "{text}");
        }
    }

    #[test]
    fn whatever_says_more_is_left_alone() {
        for text in [
            "贵州茅台最近30天的收盘价",
            "近一周涨幅",
            "贵州茅台近一周的涨幅",
            "近一周涨幅超过5%的股票",
            "近一周成交量最大的5只股票",
            "上个月和这个月涨幅最大的股票",
            "涨幅最大和跌幅最大的股票",
            "近一周涨幅最大的500只股票",
            "近一周涨幅最大的5只银行股票",
            "the most lostness stocks",
            "",
        ] {
            assert_eq!(read_as(text), None, "{text}");
        }
    }
}
