//! The tools that know stocks: what a stock is called, what it cost when, which moved most, and which the caller follows.
//!
//! Weeks and months are made of days here rather than by the database, whose dialects have a different word for each.

use chrono::{Datelike as _, Months, NaiveDate};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use wenshu_answer::{Tool, ToolError, ToolOutput, ToolRequest};

use super::Tools;
use super::quotes::{Quotes, day, number};
use crate::Actor;
use crate::clock::wall_clock;
use crate::stocks::StockCode;

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

/// How many stocks a keyword finds.
const MOST_FOUND: usize = 20;

/// How many stocks a page of the rank has.
const MOST_RANKED: usize = 100;

/// How many lines a model is given: the last ones.
const MOST_LINES: usize = 250;

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
            "All stocks of the last trading day in order, a page of them.",
            json!({
                "type": "object",
                "properties": {
                    "sort": {"type": "string", "enum": ["change_percent", "close", "volume"],
                             "description": "What they are put in order by; change_percent by default."},
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
    asc: bool,
    page: usize,
    size: usize,
}

impl Default for Rank {
    fn default() -> Self {
        Self { sort: Sort::default(), asc: false, page: 1, size: 10 }
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
        if request.name == "list_fav_stock" {
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
        let today = wall_clock(self.clock.now(), self.zone).date();
        let end = end.unwrap_or(today);
        let start = start.or_else(|| end.checked_sub_months(Months::new(USUAL_MONTHS))).unwrap_or(end);
        if start > end {
            return Err(ToolError::new("`start` is after `end`."));
        }
        let query = format!(
            "SELECT trade_date, open, high, low, close, volume FROM {{quotes}} WHERE code IN ({}) AND trade_date >= '{start}' AND \
             trade_date <= '{end}' ORDER BY trade_date",
            codes(quotes, &code),
        );
        let days = quotes.rows(&query, request.cancel).await?;
        if days.is_empty() {
            return Err(ToolError::new(format!("There are no quotes of this code from {start} to {end}.")));
        }
        let lines = put_together(&days, span);
        let left_out = lines.len().saturating_sub(MOST_LINES);
        let lines = lines.into_iter().skip(left_out).collect::<Vec<Value>>();
        Ok(
            json!({"code": code, "start": start, "end": end, "left_out_at_the_beginning": left_out, "lines": lines}),
        )
    }
}

async fn find(quotes: &Quotes, request: ToolRequest<'_>) -> Result<Value, ToolError> {
    let Keyword { keyword } = arguments(request)?;
    let keyword = keyword.trim().to_lowercase();
    if keyword.is_empty() {
        return Err(ToolError::new("`keyword` must not be empty."));
    }
    let rows = quotes.rows("SELECT DISTINCT code, name FROM {quotes} ORDER BY code", request.cancel).await?;
    let fits = |row: &&Map<String, Value>| {
        let text = |column: &str| row.get(column).and_then(Value::as_str).unwrap_or_default().to_lowercase();
        text("code").contains(&keyword) || text("name").contains(&keyword)
    };
    Ok(json!(rows.iter().filter(fits).take(MOST_FOUND).collect::<Vec<_>>()))
}

async fn info(quotes: &Quotes, request: ToolRequest<'_>) -> Result<Value, ToolError> {
    let Code { code } = arguments(request)?;
    let query = format!(
        "SELECT code, name, trade_date, open, high, low, close, volume FROM {{quotes}} WHERE code IN ({}) ORDER BY trade_date DESC \
         LIMIT 260",
        codes(quotes, &code),
    );
    let rows = quotes.rows(&query, request.cancel).await?;
    let Some(last) = rows.first() else {
        return Err(ToolError::new("There is no stock of this code; get_stock_code finds codes by name."));
    };
    let before = rows.get(1).and_then(|row| number(row, "close"));
    let year = day(last).checked_sub_months(Months::new(12)).unwrap_or_default();
    let of_year = || rows.iter().filter(|row| day(row) > year);
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
    let Rank { sort, asc, page, size } = arguments(request)?;
    if page == 0 || !(1..=MOST_RANKED).contains(&size) {
        return Err(ToolError::new(format!("`page` begins at 1, and `size` is 1 to {MOST_RANKED}.")));
    }
    let days = quotes.last_days(request.cancel).await?;
    let Some(last_day) = days.first() else {
        return Err(ToolError::new("There are no quotes."));
    };
    let list: Vec<String> = days.iter().map(|day| quotes.text(day)).collect();
    let query = format!(
        "SELECT code, name, trade_date, close, volume FROM {{quotes}} WHERE trade_date IN ({}) ORDER BY code",
        list.join(", "),
    );
    let rows = quotes.rows(&query, request.cancel).await?;
    let (today, before): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| day(row).to_string() == *last_day);
    let mut ranked: Vec<(f64, Value)> = today
        .iter()
        .filter_map(|row| {
            let close = number(row, "close");
            let earlier = before.iter().find(|earlier| earlier.get("code") == row.get("code"));
            let change = change(earlier.and_then(|earlier| number(earlier, "close")), close);
            let measure = match sort {
                Sort::ChangePercent => change,
                Sort::Close => close,
                Sort::Volume => number(row, "volume"),
            };
            let shown = json!({
                "code": row.get("code"), "name": row.get("name"),
                "close": close, "change_percent": change, "volume": row.get("volume"),
            });
            Some((measure?, shown))
        })
        .collect();
    // Ties stay in the order of codes.
    ranked.sort_by(|(one, _), (other, _)| if asc { one.total_cmp(other) } else { other.total_cmp(one) });
    let total = ranked.len();
    let stocks = ranked.into_iter().skip((page - 1).saturating_mul(size)).take(size);
    let stocks: Vec<Value> = stocks.map(|(_, shown)| shown).collect();
    Ok(json!({"trade_date": last_day, "total": total, "page": page, "stocks": stocks}))
}

/// Days put together to lines.
fn put_together(days: &[Map<String, Value>], span: Span) -> Vec<Value> {
    let key = |row: &Map<String, Value>| {
        let day = day(row);
        match span {
            Span::Day => (day.year(), day.ordinal()),
            Span::Week => (day.iso_week().year(), day.iso_week().week()),
            Span::Month => (day.year(), day.month()),
        }
    };
    let lines = days.chunk_by(|one, other| key(one) == key(other));
    let line = |days: &[Map<String, Value>]| {
        let (first, last) = (days.first()?, days.last()?);
        let all = |column: &'static str| days.iter().filter_map(move |row| number(row, column));
        Some(json!({
            "date": day(last),
            "open": number(first, "open"),
            "high": all("high").max_by(f64::total_cmp),
            "low": all("low").min_by(f64::total_cmp),
            "close": number(last, "close"),
            "volume": all("volume").sum::<f64>(),
        }))
    };
    lines.filter_map(line).collect()
}

/// The change of a price in percent, to two places.
fn change(before: Option<f64>, after: Option<f64>) -> Option<f64> {
    let before = before.filter(|before| *before > 0.0)?;
    Some(((after? / before - 1.0) * 10_000.0).round() / 100.0)
}

/// The ways a table may write a code, as a list of texts.
fn codes(quotes: &Quotes, code: &str) -> String {
    let mut ways = vec![code.trim().to_owned()];
    if let Ok(kept) = code.parse::<StockCode>() {
        let kept = kept.as_str();
        ways.push(kept.to_owned());
        if let Some((market, digits)) = kept.split_at_checked(2).filter(|(_, digits)| is_digits(digits)) {
            ways.push(digits.to_owned());
            ways.push(format!("{digits}.{}", market.to_uppercase()));
        }
    } else if is_digits(code.trim()) {
        // Models like to leave the market out.
        let digits = code.trim();
        ways.extend(["sh", "sz", "bj", "hk"].map(|market| format!("{market}{digits}")));
    }
    ways.dedup();
    let texts: Vec<String> = ways.iter().map(|way| quotes.text(way)).collect();
    texts.join(", ")
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The arguments of a call, or what is wrong with them.
fn arguments<T: DeserializeOwned>(request: ToolRequest<'_>) -> Result<T, ToolError> {
    serde_json::from_value(Value::Object(request.arguments.clone()))
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
        let months = put_together(&days, Span::Month);
        assert_eq!(months.len(), 2);
        assert_eq!(
            months[0],
            json!({"date": "2026-01-26", "open": 10.0, "high": 22.0, "low": 0.5, "close": 21.0, "volume": 20.0})
        );
        assert_eq!(put_together(&days, Span::Week).len(), 3);
        assert_eq!(put_together(&days, Span::Day).len(), 3);
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
