//! What both languages share: numeric dates, ranges (`从…到…`, `between … and …`) and open ends (`since`, `之前`).

use std::ops::RangeInclusive;

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime};

use super::super::scan::{Kind, Scan};
use super::calendar::{Part, Period, midnight, unit_at};
use super::{Grain, TimeMention};

/// Numbers that may be years.
pub(super) const YEARS: RangeInclusive<i32> = 1900..=2100;

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
const COUNTED_ZH: &str = "年元块个件笔名位人次天万千百亿家岁斤吨箱台种条套只美分倍多号以";
/// Words before `between 2000 and 2020` that make these no years.
const MEASURED: [&str; 16] = [
    "price", "prices", "priced", "amount", "amounts", "total", "cost", "costs", "costing", "id", "quantity",
    "value", "number", "salary", "balance", "revenue",
];

/// Reads one text against one clock.
pub(super) struct Parser<'t> {
    pub(super) scan: Scan<'t>,
    pub(super) now: NaiveDateTime,
}

/// A stretch as written, before what it leaves out is filled in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spec {
    /// Nothing is left out.
    Fixed(Period),
    /// The year is.
    Part(Part),
    /// The week is; days from Monday as 0.
    Weekday(u32),
}

/// A stretch with what may be open ends.
pub(super) struct Found {
    /// The token after it.
    pub(super) next: usize,
    pub(super) start: Option<NaiveDateTime>,
    pub(super) end: Option<NaiveDateTime>,
    pub(super) grain: Grain,
}

impl Found {
    fn closed(next: usize, period: Period) -> Self {
        Self { next, start: Some(period.start), end: Some(period.end), grain: period.grain }
    }
}

impl Spec {
    /// With what is left out filled in by the latest that has begun.
    fn resolve(self, now: NaiveDateTime) -> Option<Period> {
        match self {
            Self::Fixed(period) => Some(period),
            Self::Part(part) => part.latest(now),
            Self::Weekday(day) => {
                let back = (now.weekday().num_days_from_monday() + 7 - day) % 7;
                unit_at(now, Grain::Day, -i64::from(back))
            }
        }
    }

    /// As the second end of a range.
    fn resolve_from(self, start: NaiveDateTime) -> Option<Period> {
        match self {
            Self::Fixed(period) => Some(period),
            Self::Part(part) => part.first_from(start),
            Self::Weekday(day) => {
                let ahead = (day + 7 - start.weekday().num_days_from_monday()) % 7;
                unit_at(start, Grain::Day, i64::from(ahead))
            }
        }
    }
}

impl Parser<'_> {
    /// Every mention, longest first at each place.
    pub(super) fn all(&self, text: &str) -> Vec<TimeMention> {
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < self.scan.tokens.len() {
            let Some(found) = self.mention(at) else {
                at += 1;
                continue;
            };
            let span = self.scan.tokens[at].start..self.scan.tokens[found.next - 1].end;
            let label = text[span.clone()].to_owned();
            mentions.push(TimeMention {
                span,
                start: found.start,
                end: found.end,
                label,
                grain: found.grain,
            });
            at = found.next;
        }
        mentions
    }

    /// The longest stretch that starts at this token.
    fn mention(&self, at: usize) -> Option<Found> {
        if let Some(found) = self.prefixed(at) {
            return Some(found);
        }
        let (next, spec) = self.period(at, self.year_may_stand(at))?;
        self.completed(at, next, spec, false)
    }

    /// A range or an open end that begins with a word of its own: from, since, before, 自, 截至.
    fn prefixed(&self, at: usize) -> Option<Found> {
        let (next, prefix) = self.prefix_zh(at).or_else(|| self.prefix_en(at))?;
        let next = self.scan.eat_word(next, "the").unwrap_or(next);
        let (after, spec) = self.period(next, true)?;
        match prefix {
            Prefix::From | Prefix::Between => {
                if prefix == Prefix::Between
                    && matches!(self.scan.before(at), Some(Kind::Word(word)) if MEASURED.contains(&word))
                    && self.scan.digits(next).is_some_and(|_| after == next + 1)
                {
                    return None;
                }
                let found = self.completed(next, after, spec, prefix == Prefix::Between)?;
                // `from 2024` alone says no more than 2024.
                let plain = found.next == after && prefix != Prefix::Since;
                (!plain).then_some(found)
            }
            Prefix::Since => {
                let period = spec.resolve(self.now)?;
                let range = self.completed(next, after, spec, false)?;
                if range.next > after && range.end.is_some() {
                    return Some(range);
                }
                let after = self.suffix_since(after).unwrap_or(after);
                Some(Found { next: after, start: Some(period.start), end: None, grain: period.grain })
            }
            Prefix::Before => {
                let period = spec.resolve(self.now)?;
                Some(Found { next: after, start: None, end: Some(period.start), grain: period.grain })
            }
            Prefix::Until => {
                let period = spec.resolve(self.now)?;
                let after = self.scan.eat_any(after, &["为止", "止"]).unwrap_or(after);
                Some(Found { next: after, start: None, end: Some(period.end), grain: period.grain })
            }
            Prefix::After => {
                let period = spec.resolve(self.now)?;
                Some(Found { next: after, start: Some(period.end), end: None, grain: period.grain })
            }
        }
    }

    /// A stretch with what follows it: a second end, or a word that opens it.
    fn completed(&self, at: usize, next: usize, spec: Spec, between: bool) -> Option<Found> {
        if let Some(found) = self.range(next, spec, between) {
            return Some(found);
        }
        let period = spec.resolve(self.now)?;
        let end_of_today = midnight(self.now.date().succ_opt()?);
        if let Some(after) = self.suffix_to_date(next)
            && period.start < end_of_today
        {
            return Some(Found {
                next: after,
                start: Some(period.start),
                end: Some(end_of_today),
                grain: period.grain,
            });
        }
        if let Some(after) = self.suffix_since(next) {
            return Some(Found { next: after, start: Some(period.start), end: None, grain: period.grain });
        }
        if let Some(after) = self.suffix_before(next) {
            return Some(Found { next: after, start: None, end: Some(period.start), grain: period.grain });
        }
        if let Some(after) = self.suffix_after(next) {
            return Some(Found { next: after, start: Some(period.end), end: None, grain: period.grain });
        }
        let next = self.scan.eat_any(next, &["期间", "之内", "以内"]).unwrap_or(next);
        debug_assert!(next > at);
        Some(Found::closed(next, period))
    }

    /// The second end of a range.
    fn range(&self, at: usize, first: Spec, between: bool) -> Option<Found> {
        let next = self.connective(at, between)?;
        let next = self.scan.eat_word(next, "the").unwrap_or(next);
        let end_of_today = midnight(self.now.date().succ_opt()?);
        let now_word = self
            .scan
            .eat_any(next, &["现在", "目前", "当前", "今", "此刻"])
            .filter(|after| !matches!(self.scan.han(*after), Some('天' | '日' | '年')))
            .or_else(|| self.scan.eat_word(next, "now").or_else(|| self.scan.eat_word(next, "date")));
        if let Some(after) = now_word {
            let period = first.resolve(self.now)?;
            (period.start < end_of_today).then_some(())?;
            return Some(Found {
                next: after,
                start: Some(period.start),
                end: Some(end_of_today),
                grain: period.grain,
            });
        }
        let (after, second) = self.second_end(next, first)?;
        // 在3月和5月 are two months, 在3月和5月之间 is a range.
        if matches!(self.scan.han(at), Some('和' | '与')) && self.scan.eat(after, "之间").is_none() {
            return None;
        }
        let (start, end) = match (first, second) {
            // `January to March 2024`: the year of the end holds for the start too.
            (Spec::Part(part), Spec::Fixed(end)) => (part.latest(end.start)?, end),
            (first, second) => {
                let start = first.resolve(self.now)?;
                (start, second.resolve_from(start.start)?)
            }
        };
        (start.start < end.end && start.start <= end.start).then_some(())?;
        let after =
            self.scan.eat_any(after, &["之间", "期间", "为止", "之内", "以内", "止"]).unwrap_or(after);
        Some(Found {
            next: after,
            start: Some(start.start),
            end: Some(end.end),
            grain: start.grain.min(end.grain),
        })
    }

    fn second_end(&self, at: usize, first: Spec) -> Option<(usize, Spec)> {
        if let Some(found) = self.period(at, true) {
            return Some(found);
        }
        let start = first.resolve(self.now)?;
        if let Some((next, period)) = self.day_of_month_zh(at, start) {
            return Some((next, Spec::Fixed(period)));
        }
        // 2024-03-01 ~ 03-15
        let (month, _) = self.scan.digits(at)?;
        let dash = self.scan.eat_mark(at + 1, '-').filter(|_| self.scan.touches(at + 1))?;
        let (day, width) = self.scan.digits(dash).filter(|_| self.scan.touches(dash))?;
        let (month, day) = (u32::try_from(month).ok()?, u32::try_from(day).ok()?);
        (width <= 2 && month <= 12 && day <= 31).then_some(())?;
        Some((dash + 1, Spec::Part(Part::Days { month, first: day, last: day })))
    }

    /// One stretch, the longest reading in any language. `year`: whether a bare 2024 is one.
    pub(super) fn period(&self, at: usize, year: bool) -> Option<(usize, Spec)> {
        let bare = if year { self.bare_year(at) } else { None };
        [self.numeric(at), self.chinese(at), self.english(at), bare]
            .into_iter()
            .flatten()
            .max_by_key(|(next, _)| *next)
    }

    /// 2024-03-05, 2024/3/5, 2024.3.5, 2024-03, 2024-Q1, 2024-W05, 3/5/2024, each with a time of day after it.
    fn numeric(&self, at: usize) -> Option<(usize, Spec)> {
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
    fn bare_year(&self, at: usize) -> Option<(usize, Spec)> {
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
    fn year_may_stand(&self, at: usize) -> bool {
        if self.scan.digits(at).is_none_or(|(_, width)| width != 4) {
            return false;
        }
        // 2022-2024, 2023和2024年: one year makes the other.
        let second =
            self.connective(at + 1, false).or_else(|| self.scan.eat_any(at + 1, &["和", "与", "跟", "、"]));
        if second.or_else(|| self.scan.eat_word(at + 1, "vs")).is_some_and(|second| {
            self.scan.digits(second).is_some_and(|(value, width)| {
                width == 4 && i32::try_from(value).is_ok_and(|year| YEARS.contains(&year))
            })
        }) {
            return !matches!(self.scan.before(at), Some(Kind::Word(word)) if MEASURED.contains(&word));
        }
        match self.scan.before(at) {
            None => matches!(self.scan.kind(at + 1), Some(Kind::Word(_) | Kind::Han(_))),
            Some(Kind::Word(word)) => {
                matches!(
                    word,
                    "in" | "during" | "for" | "of" | "throughout" | "year" | "from" | "vs" | "within"
                )
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

    /// A dash between two ends.
    pub(super) fn dash(&self, at: usize) -> Option<usize> {
        match self.scan.kind(at)? {
            Kind::Punct('-' | '~' | '—' | '–' | '－' | '―' | '…') => {
                let mut next = at + 1;
                while matches!(self.scan.kind(next), Some(Kind::Punct('-' | '~' | '—'))) {
                    next += 1;
                }
                Some(next)
            }
            _ => None,
        }
    }

    /// What stands between the two ends of a range.
    fn connective(&self, at: usize, between: bool) -> Option<usize> {
        if let Some(next) = self.dash(at).or_else(|| self.scan.eat_any(at, &["到", "至"])) {
            return Some(next);
        }
        match self.scan.kind(at)? {
            Kind::Word("to" | "through" | "thru" | "until" | "till") => Some(at + 1),
            Kind::Word("and") if between => Some(at + 1),
            Kind::Word("up") => self.scan.eat_word(at + 1, "to"),
            Kind::Han('和' | '与') if between => Some(at + 1),
            _ => None,
        }
    }

    fn suffix_to_date(&self, at: usize) -> Option<usize> {
        self.scan
            .eat_any(
                at,
                &["至今", "迄今", "到目前为止", "到现在为止", "到现在", "到目前", "至现在", "至目前"],
            )
            .or_else(|| self.scan.eat_words(at, &["to", "date"]))
            .or_else(|| self.scan.eat_words(at, &["until", "now"]))
            .or_else(|| self.scan.eat_words(at, &["so", "far"]))
    }

    fn suffix_since(&self, at: usize) -> Option<usize> {
        self.scan
            .eat_any(at, &["以来", "开始", "起"])
            .or_else(|| self.scan.eat_word(at, "onwards").or_else(|| self.scan.eat_word(at, "onward")))
            .or_else(|| self.scan.eat_words(at, &["and", "later"]))
    }

    fn suffix_before(&self, at: usize) -> Option<usize> {
        if let Some(next) = self.scan.eat_any(at, &["之前", "以前"]) {
            return Some(next);
        }
        let next = self.scan.eat(at, "前")?;
        // 上月前10个客户 asks for ten customers.
        let other = self.scan.count(next).is_some()
            || matches!(self.scan.han(next), Some(letter) if "天年几台面端后期半缀列".contains(letter));
        (!other).then_some(next)
    }

    fn suffix_after(&self, at: usize) -> Option<usize> {
        if let Some(next) = self.scan.eat_any(at, &["之后", "以后"]) {
            return Some(next);
        }
        let next = self.scan.eat(at, "后")?;
        let other = self.scan.count(next).is_some()
            || matches!(self.scan.han(next), Some(letter) if "天年几台面端续期半缀者".contains(letter));
        (!other).then_some(next)
    }

    fn prefix_zh(&self, at: usize) -> Option<(usize, Prefix)> {
        let scan = &self.scan;
        if let Some(next) = scan.eat_any(at, &["截至到", "截止到", "截至", "截止", "不晚于"]) {
            return Some((next, Prefix::Until));
        }
        if let Some(next) = scan.eat_any(at, &["早于"]) {
            return Some((next, Prefix::Before));
        }
        if let Some(next) = scan.eat_any(at, &["晚于"]) {
            return Some((next, Prefix::After));
        }
        if let Some(next) = scan.eat_any(at, &["自从", "不早于"]) {
            return Some((next, Prefix::Since));
        }
        if let Some(next) = scan.eat(at, "自") {
            // 来自2024年 is an origin.
            return (at == 0 || scan.han(at - 1) != Some('来')).then_some((next, Prefix::Since));
        }
        if let Some(next) = scan.eat_any(at, &["从", "由"]) {
            return Some((next, Prefix::From));
        }
        let next = scan.eat(at, "在")?;
        Some((next, Prefix::Between))
    }

    fn prefix_en(&self, at: usize) -> Option<(usize, Prefix)> {
        let scan = &self.scan;
        let two = |second: &str, prefix: Prefix| scan.eat_word(at + 1, second).map(|next| (next, prefix));
        match scan.word(at)? {
            "from" => Some((at + 1, Prefix::From)),
            "between" => Some((at + 1, Prefix::Between)),
            "since" => Some((at + 1, Prefix::Since)),
            "starting" => {
                let next = ["from", "in", "on", "with"].iter().find_map(|word| scan.eat_word(at + 1, word));
                Some((next.unwrap_or(at + 1), Prefix::Since))
            }
            "before" => Some((at + 1, Prefix::Before)),
            "prior" => two("to", Prefix::Before),
            "earlier" => two("than", Prefix::Before),
            "after" => Some((at + 1, Prefix::After)),
            "later" => two("than", Prefix::After),
            "until" | "till" | "through" => Some((at + 1, Prefix::Until)),
            "up" => two("to", Prefix::Until),
            "as" => two("of", Prefix::Until),
            "no" => scan.eat_words(at + 1, &["later", "than"]).map(|next| (next, Prefix::Until)),
            "on" => scan
                .eat_words(at + 1, &["or", "after"])
                .map(|next| (next, Prefix::Since))
                .or_else(|| scan.eat_words(at + 1, &["or", "before"]).map(|next| (next, Prefix::Until))),
            _ => None,
        }
    }
}

/// A word that opens a range or one of its ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    From,
    Between,
    Since,
    Before,
    After,
    Until,
}
