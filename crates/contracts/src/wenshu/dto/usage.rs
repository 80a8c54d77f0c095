//! Bodies of `/usage`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wenshu_core::FieldFault;
use wenshu_core::UsageSum;
use wenshu_core::usage::{Usage, UsageQuestion};

use super::words::{UsageByWord, UsageOfWord};
use crate::http::form::{Checks, Given};

/// What is asked.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct UsageQuery {
    /// The first day, in UTC; by default 29 days before the last one.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    from: Given<String>,
    /// The last day, in UTC; by default today. There are at most 400 days.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    to: Given<String>,
    /// How long a time each row is about; by default a day.
    #[serde(default)]
    #[schema(value_type = Option<UsageByWord>)]
    by: Given<String>,
    /// What each row is about; by default everything.
    #[serde(default)]
    #[schema(value_type = Option<UsageOfWord>)]
    of: Given<String>,
}

impl UsageQuery {
    /// What was asked, and the faults of what can't be read.
    pub fn into_question(self) -> (UsageQuestion, Vec<FieldFault>) {
        let Self { from, to, by, of } = self;
        let mut checks = Checks::default();
        let question = UsageQuestion {
            from: checks.optional("query.from", from),
            to: checks.optional("query.to", to),
            by: checks.optional("query.by", by),
            of: checks.optional("query.of", of),
        };
        (question, checks.into_faults())
    }
}

/// What was used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageDto<'a> {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    to: NaiveDate,
    #[schema(value_type = UsageByWord)]
    by: &'static str,
    #[schema(value_type = UsageOfWord)]
    of: &'static str,
    /// By `start`, then by `key`. Where nothing happened there is no row.
    rows: Vec<UsageRowDto<'a>>,
}

impl<'a> From<&'a Usage> for UsageDto<'a> {
    fn from(usage: &'a Usage) -> Self {
        let Usage { from, to, by, of, rows } = usage;
        Self { from: *from, to: *to, by, of, rows: rows.iter().map(UsageRowDto::from).collect() }
    }
}

/// What was used in a day, a week or a month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageRow)]
pub struct UsageRowDto<'a> {
    /// Its first day. Of a week or month that begins before `from` only the days from there are in it.
    #[schema(value_type = String, format = Date)]
    start: NaiveDate,
    /// What its provider calls the model, or what the user is called; `null` for everything together, for what no model did, and for users
    /// who are gone (all of them together).
    key: Option<&'a str>,
    /// How many questions and messages were answered, those included that somebody stopped.
    answers: i64,
    /// How many were not: what was asked failed, or the server went away.
    failed: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    /// What was paid.
    credits: i64,
}

impl<'a> From<&'a UsageSum> for UsageRowDto<'a> {
    fn from(sum: &'a UsageSum) -> Self {
        let UsageSum { start, key, answers, failed, input_tokens, output_tokens, credits } = sum;
        Self {
            start: *start,
            key: key.as_deref(),
            answers: *answers,
            failed: *failed,
            prompt_tokens: *input_tokens,
            completion_tokens: *output_tokens,
            credits: *credits,
        }
    }
}
