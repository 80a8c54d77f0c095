//! The tools that know stocks: what a stock is called, what it cost when, which moved most, and which the caller follows.
//!
//! Weeks and months are made of days here rather than by the database, whose dialects have a different word for each.

use std::collections::HashMap;

use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use wenshu_answer::movers::BASE_DAYS;
use wenshu_answer::{Tool, ToolError, ToolOutput, ToolRequest};

use super::Tools;
use super::quotes::{Quotes, day, number};
use crate::Actor;
use crate::clock::wall_clock;

/// Their names.
pub(super) const NAMES: [&str; 7] = [
    "get_stock_code",
    "get_stock_info",
    "get_stock_rank",
    "get_day_line",
    "get_week_line",
    "get_month_line",
    "list_fav_stock",
];

/// Those of them that read prices.
pub(super) const OF_PRICES: [&str; 5] =
    ["get_stock_info", "get_stock_rank", "get_day_line", "get_week_line", "get_month_line"];

/// The one that reads what is ours whoever has the quotes.
pub(super) const FAVOURITES: &str = "list_fav_stock";

/// How many stocks a keyword finds.
const MOST_FOUND: usize = 20;

/// How many stocks a page of the rank has.
const MOST_RANKED: usize = 100;

/// How many days a rank may be over.
const MOST_DAYS: u64 = 366;

/// How many lines a model is given: the last ones.
const MOST_LINES: usize = 250;

/// How far back a stock must have been traded to be one of those there are, in days.
const RECENT_DAYS: u64 = 30;

/// How far a line goes back when nobody says, in months.
const USUAL_MONTHS: u32 = 3;

/// What a model is told of them.
pub(super) fn descriptions() -> Vec<Tool> {
    let code = json!({"type": "string", "description": "A stock's code with its market: sh600519, sz000001, hk00700, AAPL."});
    let date = |what: &str| json!({"type": "string", "format": "date", "description": what});
    let line = json!({
        "type": "object",
        "properties": {
            "code": code,
            "start": date("The first day, YYYY-MM-DD; three months before the end by default."),
            "end": date("The last day, YYYY-MM-DD; today by default."),
        },
        "required": ["code"],
    });
    let [find, info, rank, days, weeks, months, favourites] = NAMES;
    let tool = |name: &str, description: &str, parameters: Value| Tool {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters,
    };
    vec![
        tool(
            find,
            "Finds stocks by a part of their name or code.",
            json!({
                "type": "object",
                "properties": {"keyword": {"type": "string", "description": "A part of a name or a code."}},
                "required": ["keyword"],
            }),
        ),
        tool(
            info,
            "A stock's last quote, how it changed from the day before, and its range of a year.",
            json!({"type": "object", "properties": {"code": code}, "required": ["code"]}),
        ),
        tool(
            rank,
            "All stocks of the last trading day in order, a page of them: by how they changed over the last so many days, by close or by \
             volume.",
            json!({
                "type": "object",
                "properties": {
                    "sort": {"type": "string", "enum": ["change_percent", "close", "volume"],
                             "description": "What they are put in order by; change_percent by default."},
                    "days": {"type": "integer", "minimum": 1, "maximum": MOST_DAYS,
                             "description": "Over how many days change_percent is, weekends counted: 7 for a week, 30 for a month. It \
                                             compares the last close with the last one before those days; 1 by default, the last \
                                             trading day alone."},
                    "asc": {"type": "boolean", "description": "Whether the smallest comes first; false by default."},
                    "page": {"type": "integer", "minimum": 1, "description": "Which page, from 1."},
                    "size": {"type": "integer", "minimum": 1, "maximum": MOST_RANKED, "description": "How many; 10 by default."},
                },
            }),
        ),
        tool(days, "A stock's quotes by day: open, high, low, close, volume.", line.clone()),
        tool(weeks, "A stock's quotes by week: open, high, low, close, volume.", line.clone()),
        tool(months, "A stock's quotes by month: open, high, low, close, volume.", line),
        tool(
            favourites,
            "The codes of the stocks that the person follows.",
            json!({"type": "object", "properties": {}}),
        ),
    ]
}

#[derive(Deserialize)]
struct Keyword {
    keyword: String,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sort {
    #[default]
    ChangePercent,
    Close,
    Volume,
}

#[derive(Deserialize)]
#[serde(default)]
struct Rank {
    sort: Sort,
    days: u64,
    asc: bool,
    page: usize,
    size: usize,
}

impl Default for Rank {
    fn default() -> Self {
        Self { sort: Sort::default(), days: 1, asc: false, page: 1, size: 10 }
    }
}

#[derive(Deserialize)]
struct Line {
    code: String,
    #[serde(default)]
    start: Option<NaiveDate>,
    #[serde(default)]
    end: Option<NaiveDate>,
}

/// What days are put together to.
#[derive(Clone, Copy)]
enum Span {
    Day,
    Week,
    Month,
}

impl Tools {
    /// Calls one of them.
    pub(super) async fn call_stocks(
        &self,
        actor: &Actor,
        request: ToolRequest<'_>,
    ) -> Result<ToolOutput, ToolError> {
        if request.name == FAVOURITES {
            let stocks = self.store.favourite_stocks(actor.id()).await;
            let stocks = stocks.map_err(|_| ToolError::new("The list can't be read at the moment."))?;
            let codes: Vec<String> = stocks.into_iter().map(|stock| stock.code).collect();
            return Ok(ToolOutput::new(json!(codes).to_string()));
        }
        let quotes = self.open_quotes(actor).await?;
        let found = match request.name {
            "get_stock_code" => find(&quotes, request).await?,
            "get_stock_info" => info(&quotes, request).await?,
            "get_stock_rank" => rank(&quotes, request).await?,
            "get_day_line" => self.line(&quotes, request, Span::Day).await?,
            "get_week_line" => self.line(&quotes, request, Span::Week).await?,
            "get_month_line" => self.line(&quotes, request, Span::Month).await?,
            name => return Err(ToolError::unknown(name)),
        };
        let note = quotes.note(request.language);
        let text = match &note {
            // The model is told too, lest it says otherwise.
            Some(_) => format!("Made-up demonstration quotes, of no real market.\n{found}"),
            None => found.to_string(),
        };
        Ok(ToolOutput { text, note })
    }

    async fn line(&self, quotes: &Quotes, request: ToolRequest<'_>, span: Span) -> Result<Value, ToolError> {
        let Line { code, start, end } = arguments(request)?;
        let code = quotes.code(&code, request.cancel).await?;
        let today = wall_clock(self.clock.now(), self.zone).date();
        let end = end.unwrap_or(today);
        let start = start.or_else(|| end.checked_sub_months(Months::new(USUAL_MONTHS))).unwrap_or(end);
        if start > end {
            return Err(ToolError::new("`start` is after `end`."));
        }
        // The first week or month is a whole one.
        let start = span.first_day(start);
        let (Some(after), Some(over)) = (end.succ_opt(), end.min(today).succ_opt()) else {
            return Err(ToolError::new("`end` is too far away."));
        };
        // Of days on which it isn't traded there may be rows without a price.
        let query = format!(
            "SELECT name, trade_date, open, high, low, close, volume FROM {{quotes}} WHERE code = {} AND trade_date >= '{start}' AND \
             trade_date < '{after}' AND close > 0 ORDER BY trade_date",
            quotes.text(&code),
        );
        let days = quotes.rows(&query, request.cancel).await?;
        let Some(last) = days.last() else {
            return Err(ToolError::new(format!("There are no quotes of this code from {start} to {end}.")));
        };
        // A table may end before today, in the middle of a week.
        let known = next_weekday(quotes.last_day(request.cancel).await?);
        let is_whole = span.next_first_day(day(last)?).is_some_and(|next| next <= over && next <= known);
        let lines = put_together(&days, span)?;
        let left_out = lines.len().saturating_sub(MOST_LINES);
        let lines = lines.into_iter().skip(left_out).collect::<Vec<Value>>();
        Ok(json!({
            "code": code, "name": last.get("name"), "start": start, "end": end, "left_out_at_the_beginning": left_out, "last_is_whole": is_whole,
            "columns": ["date", "open", "high", "low", "close", "volume"], "lines": lines,
        }))
    }
}

impl Span {
    /// The first day of the one that a day is in.
    fn first_day(self, day: NaiveDate) -> NaiveDate {
        let back = match self {
            Self::Day => 0,
            Self::Week => day.weekday().num_days_from_monday(),
            Self::Month => day.day0(),
        };
        day.checked_sub_days(Days::new(back.into())).unwrap_or(day)
    }

    /// The first day of the one after.
    fn next_first_day(self, day: NaiveDate) -> Option<NaiveDate> {
        let first = self.first_day(day);
        match self {
            Self::Day => first.succ_opt(),
            Self::Week => first.checked_add_days(Days::new(7)),
            Self::Month => first.checked_add_months(Months::new(1)),
        }
    }
}

async fn find(quotes: &Quotes, request: ToolRequest<'_>) -> Result<Value, ToolError> {
    let Keyword { keyword } = arguments(request)?;
    let keyword = keyword.trim().to_lowercase();
    if keyword.is_empty() {
        return Err(ToolError::new("`keyword` must not be empty."));
    }
    // Those that there are now, under the names that they have now.
    let from =
        quotes.last_day(request.cancel).await?.checked_sub_days(Days::new(RECENT_DAYS)).unwrap_or_default();
    let query =
        format!("SELECT DISTINCT code, name FROM {{quotes}} WHERE trade_date >= '{from}' ORDER BY code");
    let rows = quotes.rows(&query, request.cancel).await?;
    let fits = |row: &&Map<String, Value>| {
        let text = |column: &str| row.get(column).and_then(Value::as_str).unwrap_or_default().to_lowercase();
        text("code").contains(&keyword) || text("name").contains(&keyword)
    };
    Ok(json!(rows.iter().filter(fits).take(MOST_FOUND).collect::<Vec<_>>()))
}

async fn info(quotes: &Quotes, request: ToolRequest<'_>) -> Result<Value, ToolError> {
    let Code { code } = arguments(request)?;
    let code = quotes.code(&code, request.cancel).await?;
    let query = format!(
        "SELECT code, name, trade_date, open, high, low, close, volume FROM {{quotes}} WHERE code = {} AND close > 0 \
         ORDER BY trade_date DESC LIMIT {MOST_DAYS}",
        quotes.text(&code),
    );
    let rows = quotes.rows(&query, request.cancel).await?;
    let Some(last) = rows.first() else {
        return Err(ToolError::new("There are no quotes of this stock."));
    };
    let before = rows.get(1).and_then(|row| number(row, "close"));
    let year = day(last)?.checked_sub_months(Months::new(12)).unwrap_or_default();
    let of_year = || rows.iter().filter(|row| day(row).is_ok_and(|day| day > year));
    let highest = of_year().filter_map(|row| number(row, "high")).max_by(f64::total_cmp);
    let lowest = of_year().filter_map(|row| number(row, "low")).min_by(f64::total_cmp);
    Ok(json!({
        "last": last,
        "previous_close": before,
        "change_percent": change(before, number(last, "close")),
        "highest_of_a_year": highest,
        "lowest_of_a_year": lowest,
    }))
}

async fn rank(quotes: &Quotes, request: ToolRequest<'_>) -> Result<Value, ToolError> {
    let Rank { sort, days, asc, page, size } = arguments(request)?;
    if page == 0 || !(1..=MOST_RANKED).contains(&size) {
        return Err(ToolError::new(format!("`page` begins at 1, and `size` is 1 to {MOST_RANKED}.")));
    }
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(ToolError::new(format!("`days` is 1 to {MOST_DAYS}.")));
    }
    let last_day = quotes.last_day(request.cancel).await?;
    let start = last_day.checked_sub_days(Days::new(days - 1)).unwrap_or_default();
    let first = start.checked_sub_days(Days::new(BASE_DAYS)).unwrap_or_default();
    // One that isn't traded in these days is in no order of them.
    let latest = quotes.last_of_all(&format!("trade_date >= '{start}'"), request.cancel).await?;
    let before = format!("trade_date >= '{first}' AND trade_date < '{start}'");
    let base = quotes.last_of_all(&before, request.cancel).await?;
    let code =
        |row: &Map<String, Value>| row.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
    let base: HashMap<String, f64> =
        base.iter().filter_map(|row| Some((code(row), number(row, "close")?))).collect();
    let mut ranked: Vec<(f64, Value)> = Vec::new();
    let mut without = 0_usize;
    for last in &latest {
        let close = number(last, "close");
        let change = change(base.get(&code(last)).copied(), close);
        let measure = match sort {
            Sort::ChangePercent => change,
            Sort::Close => close,
            Sort::Volume => number(last, "volume"),
        };
        let Some(measure) = measure else {
            without += 1;
            continue;
        };
        let shown = json!({
            "code": last.get("code"), "name": last.get("name"),
            "close": close, "change_percent": change, "volume": last.get("volume"),
        });
        ranked.push((measure, shown));
    }
    // Ties stay in the order of codes.
    ranked.sort_by(|(one, _), (other, _)| if asc { one.total_cmp(other) } else { other.total_cmp(one) });
    let total = ranked.len();
    let stocks = ranked.into_iter().skip((page - 1).saturating_mul(size)).take(size);
    let stocks: Vec<Value> = stocks.map(|(_, shown)| shown).collect();
    Ok(json!({
        "trade_date": last_day, "change_since": start, "total": total, "left_out_without_a_value": without, "page": page,
        "stocks": stocks,
    }))
}

/// The next day after one on which there may be prices.
fn next_weekday(day: NaiveDate) -> NaiveDate {
    let on = match day.weekday() {
        Weekday::Fri => 3,
        Weekday::Sat => 2,
        _ => 1,
    };
    day.checked_add_days(Days::new(on)).unwrap_or(day)
}

/// Days put together to lines: date of the last day, open, high, low, close, volume.
fn put_together(days: &[Map<String, Value>], span: Span) -> Result<Vec<Value>, ToolError> {
    let dated: Vec<(NaiveDate, &Map<String, Value>)> =
        days.iter().map(|row| Ok((day(row)?, row))).collect::<Result<_, ToolError>>()?;
    let lines = dated.chunk_by(|(one, _), (other, _)| span.first_day(*one) == span.first_day(*other));
    let line = |days: &[(NaiveDate, &Map<String, Value>)]| {
        let ((_, first), (date, last)) = (days.first()?, days.last()?);
        let all = |column: &'static str| days.iter().filter_map(move |(_, row)| number(row, column));
        Some(json!([
            date,
            number(first, "open"),
            all("high").max_by(f64::total_cmp),
            all("low").min_by(f64::total_cmp),
            number(last, "close"),
            all("volume").sum::<f64>(),
        ]))
    };
    Ok(lines.filter_map(line).collect())
}

/// The change of a price in percent, to two places.
fn change(before: Option<f64>, after: Option<f64>) -> Option<f64> {
    let before = before.filter(|before| *before > 0.0)?;
    Some(((after? / before - 1.0) * 10_000.0).round() / 100.0)
}

/// The arguments of a call, or what is wrong with them.
fn arguments<T: DeserializeOwned>(request: ToolRequest<'_>) -> Result<T, ToolError> {
    // Some models write `null` for what they leave out.
    let given = request.arguments.iter().filter(|(_, value)| !value.is_null());
    let given: Map<String, Value> = given.map(|(name, value)| (name.clone(), value.clone())).collect();
    serde_json::from_value(Value::Object(given))
        .map_err(|error| ToolError::new(format!("The arguments don't fit: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_weeks_and_months() {
        let row = |day: &str, price: f64| {
            let row = json!({"trade_date": day, "open": price, "high": price + 2.0, "low": "0.5", "close": price + 1.0, "volume": 10});
            row.as_object().unwrap().clone()
        };
        // A Friday, the Monday after it in the same month, and one in the next.
        let days = [row("2026-01-23", 10.0), row("2026-01-26", 20.0), row("2026-02-02", 5.0)];
        let months = put_together(&days, Span::Month).unwrap();
        assert_eq!(months.len(), 2);
        assert_eq!(months[0], json!(["2026-01-26", 10.0, 22.0, 0.5, 21.0, 20.0]));
        assert_eq!(put_together(&days, Span::Week).unwrap().len(), 3);
        assert_eq!(put_together(&days, Span::Day).unwrap().len(), 3);
        let odd = json!({"trade_date": 20_260_123, "open": 1});
        assert!(put_together(&[odd.as_object().unwrap().clone()], Span::Day).is_err());
    }

    #[test]
    fn weeks_begin_on_mondays_and_months_on_their_first_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let wednesday = day("2026-03-18");
        for (span, first, next) in [
            (Span::Day, "2026-03-18", "2026-03-19"),
            (Span::Week, "2026-03-16", "2026-03-23"),
            (Span::Month, "2026-03-01", "2026-04-01"),
        ] {
            assert_eq!(
                (span.first_day(wednesday), span.next_first_day(wednesday)),
                (day(first), Some(day(next)))
            );
        }
    }

    #[test]
    fn a_change_is_of_the_day_before() {
        assert_eq!(change(Some(200.0), Some(205.0)), Some(2.5));
        assert_eq!(change(Some(0.0), Some(205.0)), None);
        assert_eq!(change(None, Some(205.0)), None);
    }

    #[test]
    fn every_tool_has_a_name_and_a_schema() {
        let names: Vec<String> = descriptions().into_iter().map(|tool| tool.name).collect();
        assert_eq!(names, NAMES);
        assert!(descriptions().iter().all(|tool| tool.parameters["type"] == "object"));
    }
}
