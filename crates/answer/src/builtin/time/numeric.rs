//! Dates in digits: 2024-03-05, 3/5/2024, 2024-Q1, and a bare 2024 where the words around make it a year.

use chrono::{Duration, NaiveDate};

use super::super::scan::Kind;
use super::Grain;
use super::calendar::{Part, Period};
use super::parse::{MEASURED, Parser, Spec, YEARS};

/// Words after a number that make it no year.
const COUNTED_EN: [&str; 22] = [
    "yuan",
    "rmb",
    "cny",
    "dollars",
    "dollar",
    "usd",
    "euros",
    "units",
    "unit",
    "items",
    "item",
    "orders",
    "order",
    "customers",
    "products",
    "people",
    "times",
    "percent",
    "k",
    "days",
    "months",
    "years",
];
const COUNTED_ZH: &str = "年元块个件笔名位人次天万千百亿家岁斤吨箱台种条套只美分倍多号以财";
impl Parser<'_> {
    /// 2024-03-05, 2024/3/5, 2024.3.5, 2024-03, 2024-Q1, 2024-W05, 3/5/2024, each with a time of day after it.
    pub(super) fn numeric(&self, at: usize) -> Option<(usize, Spec)> {
        let (value, width) = self.scan.digits(at)?;
        if self.numeral_before(at) || self.identifier_before(at) {
            return None;
        }
        if width <= 2 {
            return self.month_first(at, value);
        }
        let year = i32::try_from(value).ok().filter(|year| width == 4 && YEARS.contains(year))?;
        if let Some((next, part)) = self.absolute_quarter(at + 1) {
            return Some((next, Spec::Fixed(part.in_year(year)?)));
        }
        let mark = match self.scan.kind(at + 1)? {
            Kind::Punct(mark @ ('-' | '/' | '.')) if self.scan.touches(at + 1) => mark,
            _ => return None,
        };
        if mark == '-'
            && self.scan.word(at + 2) == Some("w")
            && self.scan.touches(at + 2)
            && self.scan.touches(at + 3)
        {
            let (week, _) = self.scan.digits(at + 3)?;
            return Some((at + 4, Spec::Fixed(Part::Week(u32::try_from(week).ok()?).in_year(year)?)));
        }
        let (month, width) = self.scan.digits(at + 2).filter(|_| self.scan.touches(at + 2))?;
        let month = u32::try_from(month).ok().filter(|_| width <= 2)?;
        let day = match (self.scan.kind(at + 3), self.scan.digits(at + 4)) {
            (Some(Kind::Punct(second)), Some((day, 1..=2)))
                if second == mark && self.scan.touches(at + 3) && self.scan.touches(at + 4) =>
            {
                Some(u32::try_from(day).ok()?)
            }
            _ => None,
        };
        let Some(day) = day else {
            // 2024.3 is a number.
            return match Part::Months(month, month).in_year(year) {
                Some(period) if mark != '.' => Some((at + 3, Spec::Fixed(period))),
                _ => None,
            };
        };
        let day = NaiveDate::from_ymd_opt(year, month, day)?;
        if self.joined(at + 5) {
            return None;
        }
        self.time_of_day(at + 5, day)
    }

    /// 3/5/2024, month first unless that can't be.
    fn month_first(&self, at: usize, first: u64) -> Option<(usize, Spec)> {
        let slash = |at: usize| self.scan.touches(at) && self.scan.kind(at) == Some(Kind::Punct('/'));
        let (second, 1..=2) =
            self.scan.digits(at + 2).filter(|_| slash(at + 1) && self.scan.touches(at + 2))?
        else {
            return None;
        };
        let (year, 4) = self.scan.digits(at + 4).filter(|_| slash(at + 3) && self.scan.touches(at + 4))?
        else {
            return None;
        };
        let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year))?;
        let (first, second) = (u32::try_from(first).ok()?, u32::try_from(second).ok()?);
        let day = NaiveDate::from_ymd_opt(year, first, second)
            .or_else(|| NaiveDate::from_ymd_opt(year, second, first))?;
        self.time_of_day(at + 5, day)
    }

    /// The day, or the minute of it that is said after it.
    fn time_of_day(&self, at: usize, day: NaiveDate) -> Option<(usize, Spec)> {
        let whole = Spec::Fixed(Period::days(day, day.succ_opt()?, Grain::Day)?);
        let hour_at = self.scan.eat_word(at, "t").unwrap_or(at);
        let minute = || {
            let (hour, 1..=2) = self.scan.digits(hour_at)? else { return None };
            let colon = self.scan.eat_mark(hour_at + 1, ':').filter(|_| self.scan.touches(hour_at + 1))?;
            let (minute, 2) = self.scan.digits(colon)? else { return None };
            let (next, second) =
                match self.scan.eat_mark(colon + 1, ':').map(|at| (at + 1, self.scan.digits(at))) {
                    Some((next, Some((second, 2)))) => (next, Some(second)),
                    _ => (colon + 1, None),
                };
            let start = day.and_hms_opt(
                u32::try_from(hour).ok()?,
                u32::try_from(minute).ok()?,
                u32::try_from(second.unwrap_or(0)).ok()?,
            )?;
            let length = if second.is_some() { Duration::seconds(1) } else { Duration::minutes(1) };
            let end = start.checked_add_signed(length)?;
            Some((next, Spec::Fixed(Period { start, end, grain: Grain::Hour })))
        };
        Some(minute().unwrap_or((at, whole)))
    }

    /// Q1, -Q1 directly after a year or on its own.
    pub(super) fn absolute_quarter(&self, at: usize) -> Option<(usize, Part)> {
        let at = match self.scan.kind(at)? {
            Kind::Punct('-' | '/') if self.scan.touches(at) && self.scan.touches(at + 1) => at + 1,
            _ => at,
        };
        let word = self.scan.word(at)?;
        let (number, 1) = self.scan.digits(at + 1).filter(|_| self.scan.touches(at + 1))? else {
            return None;
        };
        let number = u32::try_from(number).ok()?;
        let part = match (word, number) {
            ("q", 1..=4) => Part::Quarters(number, number),
            ("h", 1..=2) => Part::Half(number),
            _ => return None,
        };
        if self.joined(at + 2) {
            return None;
        }
        let next = self.scan.eat_any(at + 2, &["季度"]).unwrap_or(at + 2);
        Some((next, part))
    }

    /// A year without 年: four digits that aren't part of something longer and count nothing.
    pub(super) fn bare_year(&self, at: usize) -> Option<(usize, Spec)> {
        let (value, 4) = self.scan.digits(at)? else { return None };
        let year = i32::try_from(value).ok().filter(|year| YEARS.contains(year))?;
        if self.numeral_before(at) || self.identifier_before(at) {
            return None;
        }
        match self.scan.kind(at + 1) {
            Some(Kind::Word(word)) if self.scan.touches(at + 1) || COUNTED_EN.contains(&word) => return None,
            Some(Kind::Han(letter)) if COUNTED_ZH.contains(letter) => return None,
            Some(Kind::Punct('%' | ':')) => return None,
            Some(Kind::Punct('.' | ',' | '/'))
                if self.scan.touches(at + 2) && self.scan.digits(at + 2).is_some() =>
            {
                return None;
            }
            _ => {}
        }
        let whole = Part::Months(1, 12).in_year(year)?;
        Some((at + 1, Spec::Fixed(Period { grain: Grain::Year, ..whole })))
    }

    /// Whether the words around let a bare 2024 be a year.
    pub(super) fn year_may_stand(&self, at: usize) -> bool {
        if self.scan.digits(at).is_none_or(|(_, width)| width != 4) {
            return false;
        }
        // 2022-2024, 2023和2024年: one year makes the other.
        let second =
            self.connective(at + 1, false).or_else(|| self.scan.eat_any(at + 1, &["和", "与", "跟", "、"]));
        let second =
            second.or_else(|| ["vs", "and"].iter().find_map(|word| self.scan.eat_word(at + 1, word)));
        if second.is_some_and(|second| {
            self.scan.digits(second).is_some_and(|(value, width)| {
                width == 4 && i32::try_from(value).is_ok_and(|year| YEARS.contains(&year))
            })
        }) {
            return !matches!(
                self.scan.before(at),
                Some(Kind::Word(word)) if word == "between" || MEASURED.contains(&word)
            );
        }
        match self.scan.before(at) {
            None => {
                matches!(self.scan.kind(at + 1), Some(Kind::Word(_) | Kind::Han(_) | Kind::Punct('\'' | '’')))
            }
            Some(Kind::Word("and" | "vs")) => at >= 2 && self.year_may_stand(at - 2),
            Some(Kind::Word(word)) => {
                matches!(word, "in" | "during" | "for" | "of" | "throughout" | "year" | "from" | "within")
            }
            Some(Kind::Han('在')) => true,
            Some(Kind::Han('和' | '与' | '跟' | '、') | Kind::Punct('、')) => {
                self.year_stands_before(at)
            }
            _ => false,
        }
    }

    /// 2023和2024: whether a year stands before the word that joins.
    fn year_stands_before(&self, at: usize) -> bool {
        let year = |at: usize| matches!(self.scan.digits(at), Some((value, 4)) if i32::try_from(value).is_ok_and(|year| YEARS.contains(&year)));
        at >= 2 && (year(at - 2) || at >= 3 && self.scan.han(at - 2) == Some('年') && year(at - 3))
    }

    /// Whether this token hangs on the one before: `2024-01-05-003`, `q1a`.
    fn joined(&self, at: usize) -> bool {
        if !self.scan.touches(at) {
            return false;
        }
        match self.scan.kind(at) {
            Some(Kind::Digits { .. }) => true,
            Some(Kind::Word(word)) => word != "t",
            Some(Kind::Punct('-' | '_' | '/' | '.')) => {
                matches!(self.scan.digits(at + 1), Some((_, width)) if width != 4 && self.scan.touches(at + 1))
            }
            _ => false,
        }
    }

    /// Whether digits here belong to an identifier: `A2024-01`, `#2024`.
    fn identifier_before(&self, at: usize) -> bool {
        self.scan.touches(at)
            && matches!(self.scan.before(at), Some(Kind::Word(_) | Kind::Punct('#' | '-' | '_' | '$' | '¥')))
            && !(self.scan.eat_mark(at - 1, '-').is_some() && at >= 2 && self.ends_date(at - 2))
    }

    /// Whether the token before a hyphen could end a date, so that the hyphen means "to".
    fn ends_date(&self, at: usize) -> bool {
        match self.scan.kind(at) {
            Some(Kind::Digits { width, .. }) => width <= 4,
            Some(Kind::Han(letter)) => "年月日号度".contains(letter),
            _ => false,
        }
    }
}
