//! What was used of models over time, for those who run the server.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use wenshu_store::{Store, UsageBy, UsageOf, UsageSpan, UsageSum};

use crate::clock::Clock;
use crate::faults::Faults;
use crate::{Actor, AppError, FieldFault, Text};

/// The most days at once.
const MOST_DAYS: i64 = 400;

/// The days that are meant when none are named, today included.
const USUAL_DAYS: u64 = 30;

/// The most rows of an answer.
const MOST_ROWS: usize = 20_000;

/// The words for how long a time each row is about.
pub const BY_WORDS: [&str; 3] = ["day", "week", "month"];

/// The words for what each row is about.
pub const OF_WORDS: [&str; 3] = ["all", "model", "user"];

/// What is asked, as it was said.
#[derive(Clone, Debug, Default)]
pub struct UsageQuestion {
    /// The first day, `YYYY-MM-DD` in UTC; 29 days before the last one when it isn't said.
    pub from: Option<String>,
    /// The last day, inclusive; today when it isn't said.
    pub to: Option<String>,
    /// One of [`BY_WORDS`]; days when it isn't said.
    pub by: Option<String>,
    /// One of [`OF_WORDS`]; everything when it isn't said.
    pub of: Option<String>,
}

/// What was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; inclusive.
    pub to: NaiveDate,
    /// How long a time each row is about: one of [`BY_WORDS`].
    pub by: &'static str,
    /// What each row is about: one of [`OF_WORDS`].
    pub of: &'static str,
    /// By time and then by key, those without one last.
    pub rows: Vec<UsageSum>,
}

/// Use cases of usage.
pub struct UsageOverTime {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl UsageOverTime {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// What everybody used of models. `unread` are faults of fields that the contract could not read; fields are named as those of a query
    /// string.
    ///
    /// # Errors
    ///
    /// `Forbidden` for anybody but an admin; `Invalid` naming every field that breaks a rule, and `query.by` when there would be more rows
    /// than anybody could look at.
    pub async fn read(
        &self,
        actor: &Actor,
        question: UsageQuestion,
        unread: Vec<FieldFault>,
    ) -> Result<Usage, AppError> {
        actor.must_be_admin()?;
        let mut faults = Faults::new(unread);
        let UsageQuestion { from, to, by, of } = question;
        let from = from.and_then(|text| day(&mut faults, "query.from", &text));
        let to = to.and_then(|text| day(&mut faults, "query.to", &text));
        let by = by.unwrap_or_else(|| BY_WORDS[0].to_owned());
        let by =
            one_of(&mut faults, "query.by", &by, BY_WORDS, [UsageBy::Day, UsageBy::Week, UsageBy::Month]);
        let of = of.unwrap_or_else(|| OF_WORDS[0].to_owned());
        let of =
            one_of(&mut faults, "query.of", &of, OF_WORDS, [UsageOf::All, UsageOf::Model, UsageOf::User]);
        let last = to.unwrap_or_else(|| self.clock.now().date_naive());
        let first = from.unwrap_or_else(|| usual_first(last));
        if !faults.has("query.from") && !faults.has("query.to") {
            let days = (last - first).num_days() + 1;
            if days < 1 {
                faults.add("query.from", Text::new("不能晚于 to", "must not be after `to`"));
            } else if days > MOST_DAYS {
                faults.add(
                    "query.from",
                    Text::new(
                        format!("一次最多 {MOST_DAYS} 天"),
                        format!("is more than {MOST_DAYS} days before `to`; ask for fewer at once"),
                    ),
                );
            }
        }
        faults.finish(&["query.from", "query.to", "query.by", "query.of"])?;
        let ((by, by_word), (of, of_word)) =
            (by.unwrap_or((UsageBy::Day, "day")), of.unwrap_or((UsageOf::All, "all")));
        let span = UsageSpan { first, last, by, of };
        let rows = self.store.usage(span, MOST_ROWS as u64 + 1).await?;
        if rows.len() > MOST_ROWS {
            return Err(AppError::invalid(
                "query.by",
                Text::new(
                    format!("结果超过 {MOST_ROWS} 行，请按周或月统计，或缩短时间范围"),
                    format!("gives more than {MOST_ROWS} rows; ask by week or month, or for fewer days"),
                ),
            ));
        }
        Ok(Usage { from: first, to: last, by: by_word, of: of_word, rows })
    }
}

/// The first day when only the last one is said; never before the year 0, which is the first that is written with four digits.
fn usual_first(last: NaiveDate) -> NaiveDate {
    let earliest = NaiveDate::from_ymd_opt(0, 1, 1).unwrap_or(last);
    last.checked_sub_days(Days::new(USUAL_DAYS - 1)).unwrap_or(earliest).max(earliest)
}

fn day(faults: &mut Faults, field: &'static str, text: &str) -> Option<NaiveDate> {
    let read = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    // Other forms of the same day are read too, which no document means.
    let day = read.filter(|day| day.to_string() == text);
    if day.is_none() {
        faults.add(field, Text::new("必须是日期，如 2026-01-31", "must be a day like 2026-01-31"));
    }
    day
}

/// The meaning of a word, with the word.
fn one_of<T: Copy>(
    faults: &mut Faults,
    field: &'static str,
    word: &str,
    words: [&'static str; 3],
    meanings: [T; 3],
) -> Option<(T, &'static str)> {
    let found = words.into_iter().zip(meanings).find(|(known, _)| *known == word);
    if found.is_none() {
        let names = words.join(", ");
        faults.add(field, Text::new(format!("必须是以下之一：{names}"), format!("must be one of: {names}")));
    }
    found.map(|(word, meaning)| (meaning, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_in_one_way() {
        for (text, is_one) in [
            ("2026-02-28", true),
            ("2024-02-29", true),
            ("0000-01-01", true),
            ("2026-02-29", false),
            ("2026-2-3", false),
            ("+2026-02-03", false),
            ("2026-02-03T00:00:00Z", false),
            ("", false),
        ] {
            let mut faults = Faults::default();
            assert_eq!(day(&mut faults, "query.from", text).is_some(), is_one, "{text}");
            assert_eq!(faults.has("query.from"), !is_one, "{text}");
        }
    }

    #[test]
    fn the_usual_days_end_with_the_last_one() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(usual_first(day("2026-03-01")), day("2026-01-31"));
        assert_eq!(usual_first(day("0000-01-05")), day("0000-01-01"));
    }
}
