//! Readings that would give a number nobody should trust: conditions that exclude each other.

use chrono::{Datelike, Months, TimeDelta};

use super::super::ir::{ColumnId, Filter, Literal, Query};
use super::super::lexicon::Comparison;
use super::super::reading::{Beyond, TimeCondition};
use super::super::time::{Grain, TimeMention};
use super::{Context, Resolver, Unresolved};

impl Resolver<'_> {
    /// A refusal that names the words at these units, or all of them.
    pub(super) fn beyond(&self, what: &'static str, units: &std::ops::Range<usize>) -> Unresolved {
        beyond(self.context, what, units)
    }

    /// The step of time of which every stretch that is asked for is one: figures of others would be added up or cut apart.
    pub(super) fn step_of_times(&self) -> Result<Grain, Unresolved> {
        let times = &self.parts.times;
        let grain = times.first().map(|time| time.mention.grain);
        let whole = |time: &TimeCondition| {
            Some(time.mention.grain) == grain && !time.negated && is_one_step(&time.mention)
        };
        match grain {
            Some(grain) if times.iter().all(whole) => Ok(grain),
            _ => {
                let words: Vec<&str> = times.iter().map(|time| time.mention.label.as_str()).collect();
                let words = words.join(", ");
                Err(Unresolved::Beyond(Beyond { what: "several stretches of time", words }))
            }
        }
    }
}

fn is_one_step(mention: &TimeMention) -> bool {
    let (Some(start), Some(end)) = (mention.start, mention.end) else { return false };
    let next = match mention.grain {
        Grain::Hour => start.checked_add_signed(TimeDelta::hours(1)),
        Grain::Day => start.checked_add_signed(TimeDelta::days(1)),
        Grain::Week => start.checked_add_signed(TimeDelta::days(7)),
        Grain::Month => start.checked_add_months(Months::new(1)),
        Grain::Quarter => start.checked_add_months(Months::new(3)),
        Grain::Year => start.checked_add_months(Months::new(12)),
    };
    let starts = match mention.grain {
        Grain::Hour | Grain::Day => true,
        Grain::Week => start.weekday() == chrono::Weekday::Mon,
        Grain::Month => start.day() == 1,
        Grain::Quarter => start.day() == 1 && start.month0() % 3 == 0,
        Grain::Year => start.ordinal() == 1,
    };
    starts && next == Some(end)
}

fn beyond(context: &Context<'_>, what: &'static str, units: &std::ops::Range<usize>) -> Unresolved {
    let written = context.text.written(units.clone());
    let words = if written.is_empty() { context.text.original() } else { written };
    Unresolved::Beyond(Beyond { what, words: words.to_owned() })
}

/// Refuses conditions that no row can pass: one of them was meant of something else.
pub(super) fn check(context: &Context<'_>, query: &Query) -> Result<(), Unresolved> {
    let Some(column) = excluded(&query.filters) else { return Ok(()) };
    let words = context.catalog.path(column);
    Err(Unresolved::Beyond(Beyond { what: "conditions that exclude each other", words }))
}

/// The column of which two conditions exclude each other.
fn excluded(filters: &[Filter]) -> Option<ColumnId> {
    for (place, one) in filters.iter().enumerate() {
        if let Filter::Related(_, inner, _) | Filter::PerRow(.., inner) = one
            && let Some(column) = excluded(inner)
        {
            return Some(column);
        }
        for other in &filters[place + 1..] {
            let apart = match (one, other) {
                (Filter::Time(left, one), Filter::Time(right, other))
                    if left == right && !one.negated && !other.negated =>
                {
                    let before = |end: Option<_>, start: Option<_>| match (end, start) {
                        (Some(end), Some(start)) => end <= start,
                        _ => false,
                    };
                    before(one.end, other.start) || before(other.end, one.start)
                }
                _ => match (values(one), values(other)) {
                    (Some((left, ours)), Some((right, theirs))) => {
                        left == right && !ours.iter().any(|value| theirs.contains(value))
                    }
                    _ => false,
                },
            };
            if apart {
                return column_of(one);
            }
        }
    }
    None
}

/// The values that a filter lets a column have.
fn values(filter: &Filter) -> Option<(ColumnId, Vec<&Literal>)> {
    match filter {
        Filter::In(column, values, false) => Some((*column, values.iter().collect())),
        Filter::Compare(column, Comparison::Equal, value) => Some((*column, vec![value])),
        _ => None,
    }
}

fn column_of(filter: &Filter) -> Option<ColumnId> {
    match filter {
        Filter::Time(column, _) | Filter::In(column, ..) | Filter::Compare(column, ..) => Some(*column),
        _ => None,
    }
}
