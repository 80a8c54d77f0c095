//! What both languages share: ranges (`从…到…`, `between … and …`) and open ends (`since`, `之前`).

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDateTime};

use super::super::scan::{Kind, Scan};
use super::calendar::{Part, Period, midnight, unit_at};
use super::{Grain, TimeMention};

/// Numbers that may be years.
pub(super) const YEARS: RangeInclusive<i32> = 1900..=2100;

/// Words before `between 2000 and 2020` that make these no years.
pub(super) const MEASURED: [&str; 16] = [
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
    pub(super) fn resolve(self, now: NaiveDateTime) -> Option<Period> {
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
    pub(super) fn connective(&self, at: usize, between: bool) -> Option<usize> {
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
