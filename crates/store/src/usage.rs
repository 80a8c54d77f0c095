//! What was used of models over time, day by day. It is counted where runs end and costs are booked, and stays when those go.

use chrono::{DateTime, Datelike, NaiveDate};

use crate::{Store, StoreError, conversations::to_bigint, database};

/// How long a time each sum is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UsageBy {
    /// A day, in UTC.
    Day,
    /// A week from Monday.
    Week,
    /// A month of the calendar.
    Month,
}

/// What each sum is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UsageOf {
    /// Everything.
    All,
    /// A model.
    Model,
    /// An account.
    User,
}

/// What is summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageSpan {
    /// The first day.
    pub first: NaiveDate,
    /// The last day; inclusive.
    pub last: NaiveDate,
    /// How long a time each sum is over.
    pub by: UsageBy,
    /// What each sum is of.
    pub of: UsageOf,
}

/// What was used in a day, a week or a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageSum {
    /// The first day of that time, even where it lies before the first one of the span.
    pub start: NaiveDate,
    /// What its provider calls the model, or the account's name. None: everything, no model, accounts that are gone.
    pub key: Option<String>,
    /// Questions and messages that were answered, or stopped.
    pub answers: i64,
    /// Those that were not.
    pub failed: i64,
    /// Tokens read by models, those of titles too.
    pub input_tokens: i64,
    /// Tokens written by models, likewise.
    pub output_tokens: i64,
    /// What was booked for it.
    pub credits: i64,
}

impl Store {
    /// What was used, by time and then by key, those without one last; at most so many sums, of which it isn't said which.
    pub async fn usage(&self, span: UsageSpan, limit: u64) -> Result<Vec<UsageSum>, StoreError> {
        let UsageSpan { first, last, by, of } = span;
        let is_postgres = database::is_postgres(self.readers());
        let bigint = if is_postgres { "BIGINT" } else { "INTEGER" };
        let start = start_of(by, first, last);
        let (key, join) = match of {
            UsageOf::All => ("CAST(NULL AS TEXT)", ""),
            UsageOf::Model => ("nullif(usage_days.model, '')", ""),
            UsageOf::User => (
                "coalesce(accounts.username, accounts.email)",
                "LEFT JOIN accounts ON accounts.id = usage_days.owner",
            ),
        };
        let sums = ["answers", "failed", "input_tokens", "output_tokens", "usage_days.credits"];
        let sums = sums.map(|column| format!("CAST(sum({column}) AS {bigint})")).join(", ");
        let text = format!(
            "SELECT CAST({start} AS {bigint}), {key}, {sums} FROM usage_days {join}
             WHERE day >= $1 AND day <= $2 GROUP BY 1, 2 LIMIT $3"
        );
        let values = [number_of(first).into(), number_of(last).into(), to_bigint(limit)];
        let rows = database::query_all(self.readers(), &text, values).await?;
        let mut sums = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        // Not by the database, which sorts by rules of its own.
        sums.sort_by(|left, right| {
            let place = |sum: &UsageSum| (sum.start, sum.key.is_none());
            place(left).cmp(&place(right)).then_with(|| left.key.cmp(&right.key))
        });
        Ok(sums)
    }
}

/// The number of the first day of the time in which `day` lies, in SQL.
fn start_of(by: UsageBy, first: NaiveDate, last: NaiveDate) -> String {
    match by {
        UsageBy::Day => "day".to_owned(),
        // The first day of all was a Thursday.
        UsageBy::Week => "(day + 3) / 7 * 7 - 3".to_owned(),
        UsageBy::Month => {
            let mut whens = String::new();
            let mut start = first_of_month(last);
            while start > first {
                whens.push_str(&format!("WHEN day >= {number} THEN {number} ", number = number_of(start)));
                let Some(before) = start.pred_opt() else { break };
                start = first_of_month(before);
            }
            let earliest = number_of(first_of_month(first));
            format!("CASE {whens}WHEN TRUE THEN {earliest} END")
        }
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// Days since 1970-01-01.
fn number_of(day: NaiveDate) -> i64 {
    (day - DateTime::UNIX_EPOCH.date_naive()).num_days()
}

fn day_of(number: i64) -> Result<NaiveDate, StoreError> {
    let day = number.checked_mul(86_400).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    day.map(|day| day.date_naive())
        .ok_or_else(|| StoreError::Other(format!("a stored day is out of range: {number}").into()))
}

fn read(row: &sea_orm::QueryResult) -> Result<UsageSum, StoreError> {
    Ok(UsageSum {
        start: day_of(row.try_get_by_index(0)?)?,
        key: row.try_get_by_index(1)?,
        answers: row.try_get_by_index(2)?,
        failed: row.try_get_by_index(3)?,
        input_tokens: row.try_get_by_index(4)?,
        output_tokens: row.try_get_by_index(5)?,
        credits: row.try_get_by_index(6)?,
    })
}
