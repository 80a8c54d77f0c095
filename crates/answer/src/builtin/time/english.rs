//! Dates in English: last month, past 30 days, March 5 2024, Q1 2024, first half of last year.

use chrono::{Datelike, Days};

use super::super::scan::Kind;
use super::Grain;
use super::calendar::{Part, Period, previous, to_date, unit_at, window};
use super::parse::{Parser, Spec, YEARS};

/// How `last`, `this` and their like move.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Move {
    /// `this`, `current`.
    This,
    /// `last`: the unit before; with a number the units up to now.
    Last,
    /// `previous`, `prior`: the unit or units before the current one.
    Previous,
    /// `past`, `trailing`: up to now, also for one unit.
    Past,
    /// `next`.
    Next,
}

impl Parser<'_> {
    /// A stretch of time in English words that starts at this token.
    pub(super) fn english(&self, at: usize) -> Option<(usize, Spec)> {
        match self.scan.kind(at)? {
            Kind::Word(_) => {}
            Kind::Digits { .. } => {
                return self.ago_en(at).or_else(|| self.day_first_en(at)).or_else(|| self.ordinal_en(at));
            }
            _ => return None,
        }
        [
            self.day_word_en(at),
            self.beginning_en(at),
            self.to_date_en(at),
            self.moved_en(at),
            self.ordinal_en(at),
            self.ago_en(at),
            self.month_en(at),
            self.quarter_en(at),
            self.week_number_en(at),
            self.weekday_en(at),
        ]
        .into_iter()
        .flatten()
        .max_by_key(|(next, _)| *next)
    }

    fn day_word_en(&self, at: usize) -> Option<(usize, Spec)> {
        let (next, offset) = match self.scan.word(at)? {
            "today" => (at + 1, 0),
            "yesterday" => (at + 1, -1),
            "tomorrow" => (at + 1, 1),
            "day" => match self.scan.eat_words(at, &["day", "before", "yesterday"]) {
                Some(next) => (next, -2),
                None => (self.scan.eat_words(at, &["day", "after", "tomorrow"])?, 2),
            },
            _ => return None,
        };
        Some((next, Spec::Fixed(unit_at(self.now, Grain::Day, offset)?)))
    }

    /// beginning of the year, start of last month: its first day.
    fn beginning_en(&self, at: usize) -> Option<(usize, Spec)> {
        let next = self.scan.eat_word(at, "beginning").or_else(|| self.scan.eat_word(at, "start"))?;
        let next = self.scan.eat_word(next, "of")?;
        let start =
            match self.scan.eat_word(next, "the").and_then(|the| Some((the, unit_en(self.scan.word(the)?)?)))
            {
                Some((the, unit)) => (the + 1, unit_at(self.now, unit, 0)?.start),
                None => {
                    let next = self.scan.eat_word(next, "the").unwrap_or(next);
                    let (end, spec) = self.period(next, true)?;
                    (end, spec.resolve(self.now)?.start)
                }
            };
        let (end, start) = (start.0, start.1.date());
        Some((end, Spec::Fixed(Period::days(start, start.succ_opt()?, Grain::Day)?)))
    }

    /// ytd, year to date, this month so far.
    fn to_date_en(&self, at: usize) -> Option<(usize, Spec)> {
        let short = match self.scan.word(at)? {
            "ytd" => Some(Grain::Year),
            "qtd" => Some(Grain::Quarter),
            "mtd" => Some(Grain::Month),
            "wtd" => Some(Grain::Week),
            _ => None,
        };
        if let Some(unit) = short {
            return Some((at + 1, Spec::Fixed(to_date(self.now, unit)?)));
        }
        if let Some(next) = self.scan.eat_words(at, &["so", "far", "this"]) {
            let unit = unit_en(self.scan.word(next)?)?;
            return Some((next + 1, Spec::Fixed(to_date(self.now, unit)?)));
        }
        let unit_at =
            self.scan.eat_word(at, "this").or_else(|| self.scan.eat_word(at, "current")).unwrap_or(at);
        let unit = unit_en(self.scan.word(unit_at)?)?;
        let hyphen = |at: usize| self.scan.eat_mark(at, '-').unwrap_or(at);
        let next = match self.scan.eat_word(hyphen(unit_at + 1), "to") {
            Some(next) => self.scan.eat_word(hyphen(next), "date")?,
            None if unit_at > at => self.scan.eat_words(unit_at + 1, &["so", "far"])?,
            None => return None,
        };
        Some((next, Spec::Fixed(to_date(self.now, unit)?)))
    }

    /// last month, past 30 days, previous two quarters, this Friday, last March.
    fn moved_en(&self, at: usize) -> Option<(usize, Spec)> {
        let (next, by) = match self.scan.word(at)? {
            "this" | "current" => (at + 1, Move::This),
            // "over the last month" runs up to now; "last month" and "in the last month" are the one before.
            "last" if self.preposed(at, &["over", "within"]) => (at + 1, Move::Past),
            "last" => (at + 1, Move::Last),
            "latest" | "recent" => (at + 1, Move::Past),
            "most" => (self.scan.eat_word(at + 1, "recent")?, Move::Past),
            "previous" | "prior" | "preceding" => (at + 1, Move::Previous),
            "past" | "trailing" | "rolling" => (at + 1, Move::Past),
            "next" | "coming" | "upcoming" => (at + 1, Move::Next),
            "within" => {
                // within 7 days; `within the last 7 days` is found at "last".
                let (next, count) = self.amount_en(at + 1)?;
                let unit = unit_en(self.scan.word(next)?)?;
                return Some((next + 1, Spec::Fixed(window(self.now, unit, count)?)));
            }
            _ => return None,
        };
        if let Some((after, count)) = self.amount_en(next) {
            return self.moved_units_en(after, by, count);
        }
        let next = match self.scan.word(next)? {
            "calendar" | "full" | "complete" | "whole" => next + 1,
            _ => next,
        };
        let word = self.scan.word(next)?;
        if let Some(day) = weekday_of(word, true) {
            return Some((next + 1, Spec::Fixed(self.moved_weekday(by, day)?)));
        }
        if let Some((month, _)) = month_of(word) {
            let current = self.now.year();
            let year = match by {
                Move::This => current,
                Move::Next => current + i32::from(month <= self.now.month()),
                Move::Last | Move::Previous | Move::Past => current - i32::from(month >= self.now.month()),
            };
            return Some((next + 1, Spec::Fixed(Part::Months(month, month).in_year(year)?)));
        }
        if word == "weekend" {
            let offset = match by {
                Move::This => 0,
                Move::Next => 1,
                Move::Last | Move::Previous | Move::Past => -1,
            };
            let week = unit_at(self.now, Grain::Week, offset)?;
            let saturday = week.start.date().checked_add_days(Days::new(5))?;
            return Some((next + 1, Spec::Fixed(Period::days(saturday, week.end.date(), Grain::Day)?)));
        }
        let unit = unit_en(word).filter(|_| !word.ends_with('s'))?;
        // "last month of 2024" isn't last month.
        if self.scan.eat_word(next + 1, "of").is_some() && by == Move::Last {
            return None;
        }
        let period = match by {
            Move::This => unit_at(self.now, unit, 0)?,
            Move::Last | Move::Previous => unit_at(self.now, unit, -1)?,
            Move::Past if !matches!(self.scan.word(at), Some("latest" | "recent" | "most")) => {
                window(self.now, unit, 1)?
            }
            Move::Past => return None,
            Move::Next => unit_at(self.now, unit, 1)?,
        };
        Some((next + 1, Spec::Fixed(period)))
    }

    /// Whether one of these words and "the" stand before this token.
    fn preposed(&self, at: usize, words: &[&str]) -> bool {
        at >= 2
            && self.scan.word(at - 1) == Some("the")
            && self.scan.word(at - 2).is_some_and(|word| words.contains(&word))
    }

    fn moved_units_en(&self, at: usize, by: Move, count: u64) -> Option<(usize, Spec)> {
        let mut next = self.scan.eat_mark(at, '-').unwrap_or(at);
        if matches!(self.scan.word(next), Some("calendar" | "full" | "complete" | "consecutive" | "whole")) {
            next += 1;
        }
        let unit = unit_en(self.scan.word(next)?)?;
        let period = match by {
            Move::Last | Move::Past | Move::This => window(self.now, unit, count)?,
            Move::Previous => previous(self.now, unit, count)?,
            Move::Next => {
                let count = i64::try_from(count).ok().filter(|count| (1..=100_000).contains(count))?;
                let first = unit_at(self.now, unit, 1)?;
                Period { end: unit_at(self.now, unit, count)?.end, ..first }
            }
        };
        Some((next + 1, Spec::Fixed(period)))
    }

    /// A number of units: 30, three, a couple of.
    fn amount_en(&self, at: usize) -> Option<(usize, u64)> {
        let start = self.scan.eat_word(at, "a").unwrap_or(at);
        if let Some(next) = self.scan.eat_word(start, "couple") {
            return Some((self.scan.eat_word(next, "of").unwrap_or(next), 2));
        }
        if let Some(next) = self.scan.eat_word(start, "dozen") {
            return Some((next, 12));
        }
        match self.scan.kind(at)? {
            Kind::Digits { .. } | Kind::Word(_) => self.scan.count(at).filter(|(_, count)| *count > 0),
            _ => None,
        }
    }

    fn moved_weekday(&self, by: Move, day: u32) -> Option<Period> {
        let today = self.now.weekday().num_days_from_monday();
        let offset = match by {
            Move::This => i64::from(day) - i64::from(today),
            Move::Next => i64::from(day) - i64::from(today) + 7,
            // The latest one before today.
            Move::Last | Move::Previous | Move::Past => -i64::from((today + 6 - day) % 7 + 1),
        };
        unit_at(self.now, Grain::Day, offset)
    }

    /// first quarter of 2024, second half of last year, 1st quarter, last quarter of 2023.
    fn ordinal_en(&self, at: usize) -> Option<(usize, Spec)> {
        let (next, ordinal) = match self.scan.kind(at)? {
            Kind::Digits { value, .. } => {
                let suffix = self.scan.word(at + 1).filter(|_| self.scan.touches(at + 1))?;
                matches!(suffix, "st" | "nd" | "rd" | "th").then_some(())?;
                (at + 2, u32::try_from(value).ok()?)
            }
            Kind::Word("first") => (at + 1, 1),
            Kind::Word("second") => (at + 1, 2),
            Kind::Word("third") => (at + 1, 3),
            Kind::Word("fourth") => (at + 1, 4),
            Kind::Word("last" | "final") => (at + 1, 0),
            _ => return None,
        };
        let part = match (self.scan.word(next)?, ordinal) {
            ("quarter", 1..=4) => Part::Quarters(ordinal, ordinal),
            ("quarter", 0) => Part::Quarters(4, 4),
            ("half", 1..=2) => Part::Half(ordinal),
            ("half", 0) => Part::Half(2),
            _ => return None,
        };
        match self.of_year_en(next + 1) {
            Some((end, year)) => Some((end, Spec::Fixed(part.in_year(year)?))),
            // "last quarter" alone is the one before this.
            None if ordinal == 0 => None,
            None => Some((next + 1, Spec::Part(part))),
        }
    }

    /// 3 days ago, a month ago, two years ago.
    fn ago_en(&self, at: usize) -> Option<(usize, Spec)> {
        let (next, count) = match self.scan.word(at) {
            Some("a" | "an" | "one") => (at + 1, 1),
            _ => self.scan.count(at)?,
        };
        let unit = unit_en(self.scan.word(next)?)?;
        let end = self.scan.eat_word(next + 1, "ago")?;
        let offset = i64::try_from(count).ok().filter(|count| *count <= 100_000)?;
        Some((end, Spec::Fixed(unit_at(self.now, unit, -offset)?)))
    }

    /// March, March 2024, March 5, March 5th, 2024, Dec of last year.
    fn month_en(&self, at: usize) -> Option<(usize, Spec)> {
        let (month, certain) = month_of(self.scan.word(at)?)?;
        let next = if certain { at + 1 } else { self.scan.eat_mark(at + 1, '.').unwrap_or(at + 1) };
        if let Some((end, year)) = self.of_year_en(next) {
            return Some((end, Spec::Fixed(Part::Months(month, month).in_year(year)?)));
        }
        let day_at = self.scan.eat_word(next, "the").unwrap_or(next);
        if let Some((end, first)) = self.day_en(day_at) {
            // March 5-8
            let last = self.dash(end).and_then(|at| self.day_en(at)).filter(|(_, last)| *last >= first);
            let (end, last) = last.unwrap_or((end, first));
            let part = Part::Days { month, first, last };
            let comma = self.scan.eat_mark(end, ',').unwrap_or(end);
            return match self.of_year_en(comma) {
                Some((end, year)) => Some((end, Spec::Fixed(part.in_year(year)?))),
                None => Some((end, Spec::Part(part))),
            };
        }
        // "may", "mar" and "sun" have other uses; a preposition makes them months.
        let preposed = matches!(
            self.scan.before(at),
            Some(Kind::Word(
                "in" | "of"
                    | "for"
                    | "during"
                    | "since"
                    | "before"
                    | "after"
                    | "from"
                    | "to"
                    | "until"
                    | "till"
                    | "through"
                    | "between"
                    | "and"
                    | "vs"
                    | "by"
                    | "the"
            )) | Some(Kind::Punct('-' | '~'))
        );
        let range = self.dash(at + 1).or_else(|| self.scan.eat_word(at + 1, "to"));
        let ranged =
            range.and_then(|second| self.scan.word(second)).is_some_and(|word| month_of(word).is_some());
        (certain || preposed || ranged).then_some((next, Spec::Part(Part::Months(month, month))))
    }

    /// A day of a month: 5, 5th.
    fn day_en(&self, at: usize) -> Option<(usize, u32)> {
        let (value, 1..=2) = self.scan.digits(at)? else { return None };
        let day = u32::try_from(value).ok().filter(|day| (1..=31).contains(day))?;
        match self.scan.word(at + 1).filter(|_| self.scan.touches(at + 1)) {
            Some("st" | "nd" | "rd" | "th") => Some((at + 2, day)),
            Some(_) => None,
            None => Some((at + 1, day)),
        }
    }

    /// 5 March, 5th of March 2024; 2024 Q1.
    fn day_first_en(&self, at: usize) -> Option<(usize, Spec)> {
        if self.numeral_before(at) {
            return None;
        }
        let (next, day) = self.day_en(at)?;
        let next = self.scan.eat_word(next, "of").unwrap_or(next);
        let (month, _) = month_of(self.scan.word(next)?)?;
        let part = Part::Days { month, first: day, last: day };
        let comma = self.scan.eat_mark(next + 1, ',').unwrap_or(next + 1);
        match self.of_year_en(comma) {
            Some((end, year)) => Some((end, Spec::Fixed(part.in_year(year)?))),
            None => Some((next + 1, Spec::Part(part))),
        }
    }

    /// Q1, Q1 2024, H2 of last year.
    fn quarter_en(&self, at: usize) -> Option<(usize, Spec)> {
        let (next, part) = self.absolute_quarter(at)?;
        let mark = match self.scan.kind(next) {
            Some(Kind::Punct('-' | '/' | ',')) => next + 1,
            _ => next,
        };
        match self.of_year_en(mark) {
            Some((end, year)) => Some((end, Spec::Fixed(part.in_year(year)?))),
            None => Some((next, Spec::Part(part))),
        }
    }

    /// week 5, week 5 of 2024.
    fn week_number_en(&self, at: usize) -> Option<(usize, Spec)> {
        let next = self.scan.eat_word(at, "week")?;
        let (value, 1..=2) = self.scan.digits(next)? else { return None };
        let part = Part::Week(u32::try_from(value).ok()?);
        match self.of_year_en(next + 1) {
            Some((end, year)) => Some((end, Spec::Fixed(part.in_year(year)?))),
            None => Some((next + 1, Spec::Part(part))),
        }
    }

    fn weekday_en(&self, at: usize) -> Option<(usize, Spec)> {
        let word = self.scan.word(at)?;
        let preposed =
            matches!(self.scan.before(at), Some(Kind::Word("on" | "since" | "from" | "to" | "until")));
        weekday_of(word, preposed).map(|day| (at + 1, Spec::Weekday(day)))
    }

    /// A year that completes a part: 2024, of 2024, last year, of the year.
    fn of_year_en(&self, at: usize) -> Option<(usize, i32)> {
        let next = self.scan.eat_word(at, "of").or_else(|| self.scan.eat_word(at, "in")).unwrap_or(at);
        if let Some((value, 4)) = self.scan.digits(next) {
            let year = i32::try_from(value).ok().filter(|year| YEARS.contains(year))?;
            let longer = self.scan.touches(next + 1)
                && matches!(self.scan.kind(next + 1), Some(Kind::Word(_) | Kind::Punct('%')));
            return (!longer).then_some((next + 1, year));
        }
        let (next, offset) = match self.scan.word(next)? {
            "the" if next > at => (next + 1, 0),
            "this" | "current" => (next + 1, 0),
            "last" | "previous" | "prior" => (next + 1, -1),
            "next" => (next + 1, 1),
            _ => return None,
        };
        let end = self.scan.eat_word(next, "year")?;
        Some((end, self.now.year() + offset))
    }
}

/// A unit, singular or plural.
fn unit_en(word: &str) -> Option<Grain> {
    Some(match word {
        "hour" | "hours" => Grain::Hour,
        "day" | "days" => Grain::Day,
        "week" | "weeks" => Grain::Week,
        "month" | "months" => Grain::Month,
        "quarter" | "quarters" => Grain::Quarter,
        "year" | "years" => Grain::Year,
        _ => return None,
    })
}

/// A month, and whether the word means nothing else.
fn month_of(word: &str) -> Option<(u32, bool)> {
    Some(match word {
        "january" => (1, true),
        "february" => (2, true),
        "march" => (3, true),
        "april" => (4, true),
        "june" => (6, true),
        "july" => (7, true),
        "august" => (8, true),
        "september" => (9, true),
        "october" => (10, true),
        "november" => (11, true),
        "december" => (12, true),
        "jan" => (1, false),
        "feb" => (2, false),
        "mar" => (3, false),
        "apr" => (4, false),
        "may" => (5, false),
        "jun" => (6, false),
        "jul" => (7, false),
        "aug" => (8, false),
        "sep" | "sept" => (9, false),
        "oct" => (10, false),
        "nov" => (11, false),
        "dec" => (12, false),
        _ => return None,
    })
}

/// A day of the week from Monday as 0; short forms only where a word before makes them certain.
fn weekday_of(word: &str, short: bool) -> Option<u32> {
    Some(match word {
        "monday" => 0,
        "tuesday" => 1,
        "wednesday" => 2,
        "thursday" => 3,
        "friday" => 4,
        "saturday" => 5,
        "sunday" => 6,
        "mon" if short => 0,
        "tue" | "tues" if short => 1,
        "wed" if short => 2,
        "thu" | "thur" | "thurs" if short => 3,
        "fri" if short => 4,
        "sat" if short => 5,
        "sun" if short => 6,
        _ => return None,
    })
}
