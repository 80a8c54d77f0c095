//! Arithmetic on the calendar: units, shifts, windows. Nothing here panics on dates out of range; it answers `None`.

use chrono::{Datelike, Days, Duration, Months, NaiveDate, NaiveDateTime, NaiveTime};

use super::Grain;

/// A stretch with both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) start: NaiveDateTime,
    /// Exclusive.
    pub(super) end: NaiveDateTime,
    pub(super) grain: Grain,
}

impl Period {
    /// Whole days, the second exclusive.
    pub(super) fn days(start: NaiveDate, end: NaiveDate, grain: Grain) -> Option<Self> {
        (start < end).then(|| Self { start: midnight(start), end: midnight(end), grain })
    }
}

/// The first moment of a day.
pub(super) fn midnight(day: NaiveDate) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN)
}

/// The first day of the unit that holds the day.
pub(super) fn unit_start(day: NaiveDate, unit: Grain) -> Option<NaiveDate> {
    match unit {
        Grain::Hour | Grain::Day => Some(day),
        Grain::Week => day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))),
        Grain::Month => day.with_day(1),
        Grain::Quarter => NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1),
        Grain::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1),
    }
}

/// The day this many units later, or earlier when negative.
pub(super) fn shift(day: NaiveDate, unit: Grain, count: i64) -> Option<NaiveDate> {
    let months = match unit {
        Grain::Hour | Grain::Day | Grain::Week => {
            let days = if unit == Grain::Week { count.checked_mul(7)? } else { count };
            let by = Days::new(days.unsigned_abs());
            return if days < 0 { day.checked_sub_days(by) } else { day.checked_add_days(by) };
        }
        Grain::Month => count,
        Grain::Quarter => count.checked_mul(3)?,
        Grain::Year => count.checked_mul(12)?,
    };
    let by = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { day.checked_sub_months(by) } else { day.checked_add_months(by) }
}

/// The unit this many after the one that holds `now`: 0 this month, -1 last month.
pub(super) fn unit_at(now: NaiveDateTime, unit: Grain, offset: i64) -> Option<Period> {
    if unit == Grain::Hour {
        let hour = midnight(now.date()) + Duration::hours(i64::from(chrono::Timelike::hour(&now)));
        let start = hour.checked_add_signed(Duration::try_hours(offset)?)?;
        return Some(Period { start, end: start.checked_add_signed(Duration::hours(1))?, grain: unit });
    }
    let start = shift(unit_start(now.date(), unit)?, unit, offset)?;
    Period::days(start, shift(start, unit, 1)?, unit)
}

/// This many units up to now, the current one included.
///
/// Weeks are 7 days each and end today. A single month runs from the day after the same day a month ago. Several
/// months, quarters and years are whole ones on the calendar, a year being twelve months and a single quarter three.
pub(super) fn window(now: NaiveDateTime, unit: Grain, count: u64) -> Option<Period> {
    let count = i64::try_from(count).ok().filter(|count| (1..=100_000).contains(count))?;
    let today = now.date();
    let tomorrow = today.succ_opt()?;
    match unit {
        Grain::Hour => {
            let start = now.checked_sub_signed(Duration::try_hours(count)?)?;
            Some(Period { start, end: now, grain: unit })
        }
        Grain::Day => Period::days(shift(tomorrow, unit, -count)?, tomorrow, unit),
        Grain::Week => Period::days(shift(tomorrow, unit, -count)?, tomorrow, Grain::Week),
        Grain::Month if count == 1 => Period::days(shift(today, unit, -1)?.succ_opt()?, tomorrow, Grain::Day),
        Grain::Month => calendar_window(today, Grain::Month, count, Grain::Month),
        Grain::Quarter if count == 1 => calendar_window(today, Grain::Month, 3, Grain::Month),
        Grain::Quarter => calendar_window(today, Grain::Quarter, count, Grain::Quarter),
        Grain::Year => calendar_window(today, Grain::Month, count * 12, Grain::Month),
    }
}

/// This many whole units before the current one.
pub(super) fn previous(now: NaiveDateTime, unit: Grain, count: u64) -> Option<Period> {
    let count = i64::try_from(count).ok().filter(|count| (1..=100_000).contains(count))?;
    let last = unit_at(now, unit, -1)?;
    let first = unit_at(now, unit, -count)?;
    Some(Period { start: first.start, ..last })
}

/// From the start of the current unit to the end of today.
pub(super) fn to_date(now: NaiveDateTime, unit: Grain) -> Option<Period> {
    Period::days(unit_start(now.date(), unit)?, now.date().succ_opt()?, unit)
}

fn calendar_window(today: NaiveDate, unit: Grain, count: i64, grain: Grain) -> Option<Period> {
    let end = shift(unit_start(today, unit)?, unit, 1)?;
    Period::days(shift(end, unit, -count)?, end, grain)
}

/// A part of a year that may not be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A half, 1 or 2.
    Half(u32),
    /// Quarters, first to last.
    Quarters(u32, u32),
    /// Months, first to last.
    Months(u32, u32),
    /// An ISO week.
    Week(u32),
    /// Days of a month, first to last.
    Days { month: u32, first: u32, last: u32 },
    /// Ten days of a month (旬), 1 to 3; the third lasts to the month's end.
    Third { month: u32, third: u32 },
}

impl Part {
    /// The part of this year; `None` when the year has no such part (29 February).
    pub(super) fn in_year(self, year: i32) -> Option<Period> {
        let first_of = |month: u32| NaiveDate::from_ymd_opt(year, month, 1);
        let months = |first: u32, last: u32, grain: Grain| {
            Period::days(first_of(first)?, shift(first_of(last)?, Grain::Month, 1)?, grain)
        };
        match self {
            Self::Half(half @ 1..=2) => months(half * 6 - 5, half * 6, Grain::Month),
            Self::Quarters(first @ 1..=4, last @ 1..=4) => months(first * 3 - 2, last * 3, Grain::Quarter),
            Self::Months(first, last) => months(first, last, Grain::Month),
            Self::Week(week) => {
                let start = NaiveDate::from_isoywd_opt(year, week, chrono::Weekday::Mon)?;
                Period::days(start, shift(start, Grain::Week, 1)?, Grain::Week)
            }
            Self::Days { month, first, last } => {
                let start = NaiveDate::from_ymd_opt(year, month, first)?;
                let end = NaiveDate::from_ymd_opt(year, month, last)?.succ_opt()?;
                Period::days(start, end, Grain::Day)
            }
            Self::Third { month, third: third @ 1..=3 } => {
                let start = NaiveDate::from_ymd_opt(year, month, third * 10 - 9)?;
                let end = if third == 3 {
                    shift(first_of(month)?, Grain::Month, 1)?
                } else {
                    NaiveDate::from_ymd_opt(year, month, third * 10 + 1)?
                };
                Period::days(start, end, Grain::Day)
            }
            Self::Half(_) | Self::Quarters(..) | Self::Third { .. } => None,
        }
    }

    /// The latest such part that has begun by `now`.
    pub(super) fn latest(self, now: NaiveDateTime) -> Option<Period> {
        // Eight years reach a 29 February from any year, also over 2100. One more year: ISO weeks lap over.
        (-8..=1)
            .rev()
            .filter_map(|offset| self.in_year(now.year().checked_add(offset)?))
            .find(|period| period.start <= now)
    }

    /// The first such part that begins at or after `start`.
    pub(super) fn first_from(self, start: NaiveDateTime) -> Option<Period> {
        (-1..=8)
            .filter_map(|offset| self.in_year(start.year().checked_add(offset)?))
            .find(|period| period.start >= start)
    }
}
