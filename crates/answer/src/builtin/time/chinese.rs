//! Dates in Chinese: 上个月, 近7天, 去年第三季度, 3月5日, 前三季度.

use chrono::{Datelike, NaiveDate};

use super::super::scan::{Kind, numeral_digit, numeral_magnitude};
use super::Grain;
use super::calendar::{Part, Period, previous, to_date, unit_at, window};
use super::parse::{Parser, Spec, YEARS};

/// What 周三 must not run into: 上周三个城市 speaks of three cities, 上周日均 of a daily average.
const AFTER_WEEKDAY: &str = "个家种次名位件笔十百千万大成分款类条组张倍只台块共起直般些均报活志";
/// What 月 and 年 must not run into: 月薪, 年龄.
const AFTER_UNIT: &str = "薪租龄级供嫂卡纪";

/// The units of windows and shifts, longer words first.
const UNITS: [(&str, Grain); 11] = [
    ("小时", Grain::Hour),
    ("钟头", Grain::Hour),
    ("天", Grain::Day),
    ("日", Grain::Day),
    ("星期", Grain::Week),
    ("礼拜", Grain::Week),
    ("周", Grain::Week),
    ("月", Grain::Month),
    ("季度", Grain::Quarter),
    ("季", Grain::Quarter),
    ("年", Grain::Year),
];

impl Parser<'_> {
    /// A stretch of time in Chinese words that starts at this token.
    pub(super) fn chinese(&self, at: usize) -> Option<(usize, Spec)> {
        let starts_number = self.scan.digits(at).is_some();
        if !starts_number {
            self.scan.han(at)?;
        }
        [
            self.to_date_zh(at),
            self.beginning_zh(at),
            self.window_zh(at),
            self.year_zh(at),
            self.relative_zh(at),
            self.bare_part_zh(at),
        ]
        .into_iter()
        .flatten()
        .max_by_key(|(next, _)| *next)
    }

    /// 年初至今, 本月以来, 今年以来.
    fn to_date_zh(&self, at: usize) -> Option<(usize, Spec)> {
        for (words, unit) in [
            ("年初", Grain::Year),
            ("今年", Grain::Year),
            ("本年", Grain::Year),
            ("月初", Grain::Month),
            ("本月", Grain::Month),
            ("这个月", Grain::Month),
            ("季初", Grain::Quarter),
            ("本季度", Grain::Quarter),
            ("本周", Grain::Week),
            ("这周", Grain::Week),
        ] {
            let Some(next) = self.scan.eat(at, words) else { continue };
            let next = self.scan.eat(next, "初").unwrap_or(next);
            let next =
                self.scan.eat_any(next, &["至今", "以来", "到现在", "到今天", "到目前", "到今日", "迄今"])?;
            return Some((next, Spec::Fixed(to_date(self.now, unit)?)));
        }
        None
    }

    /// 年初, 月初 as an end of a range, where they mean its first day.
    fn beginning_zh(&self, at: usize) -> Option<(usize, Spec)> {
        let said = self.scan.eat_any(at, &["今年", "本"]).unwrap_or(at);
        let (next, unit) =
            [("年初", Grain::Year), ("季初", Grain::Quarter), ("月初", Grain::Month), ("周初", Grain::Week)]
                .iter()
                .find_map(|(word, unit)| self.scan.eat(said, word).map(|next| (next, *unit)))?;
        let opened =
            matches!(at.checked_sub(1).and_then(|before| self.scan.han(before)), Some('从' | '自' | '由'));
        let goes_on = self.scan.eat_any(next, &["到", "至", "起", "开始", "以来"]).is_some()
            || self.dash(next).is_some();
        let start = unit_at(self.now, unit, 0)?.start.date();
        (opened || goes_on)
            .then_some((next, Spec::Fixed(Period::days(start, start.succ_opt()?, Grain::Day)?)))
    }

    /// 近7天, 过去三个月, 30天内, 前两周, 3天前, 半年内.
    fn window_zh(&self, at: usize) -> Option<(usize, Spec)> {
        let near = self.scan.eat_any(at, &["最近", "过去", "近", "这"]);
        let near = near.map(|next| self.scan.eat_any(next, &["的", "这"]).unwrap_or(next));
        let before = if near.is_none() { self.scan.eat(at, "前") } else { None };
        let counted = near.or(before).unwrap_or(at);
        let (next, unit, count, spelled) = self.counted_unit_zh(counted)?;
        if near.is_some() {
            // 这 asks for a number of units: 这三个月; 这一年 is the year.
            let this = self.scan.han(at) == Some('这');
            if this && (count < 2 || !spelled) {
                return None;
            }
            let next = self.within_zh(next).unwrap_or(next);
            let next = self.scan.eat_any(next, &["以来", "来"]).unwrap_or(next);
            return Some((next, Spec::Fixed(window(self.now, unit, count)?)));
        }
        if before.is_some() {
            if unit == Grain::Month && !spelled {
                return None;
            }
            return Some((next, Spec::Fixed(previous(self.now, unit, count)?)));
        }
        if !spelled && matches!(unit, Grain::Month) {
            // 3月内, 3月前 speak of March.
            return None;
        }
        if self.numeral_before(at) || matches!(self.scan.han(at.wrapping_sub(1)), Some('第')) {
            return None;
        }
        if let Some(next) = self.scan.eat_any(next, &["以内", "之内"]).or_else(|| self.within_zh(next)) {
            return Some((next, Spec::Fixed(window(self.now, unit, count)?)));
        }
        let ago = self.scan.eat_any(next, &["之前", "以前", "前"])?;
        if unit == Grain::Year && count > 200 || self.scan.count(ago).is_some() {
            return None;
        }
        let offset = i64::try_from(count).ok().filter(|count| *count <= 100_000)?;
        Some((ago, Spec::Fixed(unit_at(self.now, unit, -offset)?)))
    }

    /// `7天`, `三个月`, `半年`, `一季度`: the token after it, unit, count, and whether 个 or a unit that needs none stands there.
    fn counted_unit_zh(&self, at: usize) -> Option<(usize, Grain, u64, bool)> {
        if let Some(half) = self.scan.eat(at, "半") {
            let half = self.scan.eat(half, "个").unwrap_or(half);
            if let Some(next) = self.scan.eat(half, "年") {
                return Some((next, Grain::Month, 6, true));
            }
            return Some((self.scan.eat(half, "月")?, Grain::Day, 15, true));
        }
        let (next, count) = self.scan.count(at)?;
        let measured = self.scan.eat(next, "个");
        let (end, unit) = self.unit_zh(measured.unwrap_or(next))?;
        // 近一季度 and 近3季度 are windows; 3季度 alone is the third.
        let spelled =
            measured.is_some() || matches!(unit, Grain::Hour | Grain::Day | Grain::Week | Grain::Year);
        let end = self.scan.eat(end, "份").unwrap_or(end);
        Some((end, unit, count, spelled))
    }

    /// 内, unless it begins another word: 内蒙古, 内衣.
    fn within_zh(&self, at: usize) -> Option<usize> {
        let next = self.scan.eat_any(at, &["以内", "之内", "内"])?;
        match self.scan.han(next) {
            Some(letter) if next == at + 1 && "蒙存衣部容地陆外科贸".contains(letter) => None,
            _ => Some(next),
        }
    }

    /// A unit: 天, 星期, 月, 季度.
    fn unit_zh(&self, at: usize) -> Option<(usize, Grain)> {
        let (next, unit) =
            UNITS.iter().find_map(|(word, unit)| self.scan.eat(at, word).map(|next| (next, *unit)))?;
        match self.scan.han(next) {
            Some('期' | '年' | '转') if unit == Grain::Week && self.scan.han(at) == Some('周') => None,
            Some('节') if unit == Grain::Quarter => None,
            Some('均') if unit == Grain::Day => None,
            Some(letter) if matches!(unit, Grain::Month | Grain::Year) && AFTER_UNIT.contains(letter) => None,
            _ => Some((next, unit)),
        }
    }

    /// 今天, 上周五, 本月5号, 去年12月, 上上个季度.
    fn relative_zh(&self, at: usize) -> Option<(usize, Spec)> {
        for (word, offset) in [
            ("大前天", -3),
            ("今天", 0),
            ("今日", 0),
            ("本日", 0),
            ("当天", 0),
            ("当日", 0),
            ("昨天", -1),
            ("昨日", -1),
            ("前天", -2),
            ("前日", -2),
            ("明天", 1),
            ("明日", 1),
            ("后天", 2),
        ] {
            if let Some(next) = self.scan.eat(at, word) {
                return Some((next, Spec::Fixed(unit_at(self.now, Grain::Day, offset)?)));
            }
        }
        for (word, offset) in
            [("大前年", -3), ("今年", 0), ("去年", -1), ("前年", -2), ("明年", 1), ("后年", 2)]
        {
            if let Some(next) = self.scan.eat(at, word) {
                return self.within_year_zh(next, self.now.year().checked_add(offset)?);
            }
        }
        let (next, offset, one) = self.offset_zh(at)?;
        let (end, unit) = self.unit_zh(next)?;
        match unit {
            Grain::Year => {
                self.within_year_zh(end, self.now.year().checked_add(i32::try_from(offset).ok()?)?)
            }
            Grain::Month => {
                let period = unit_at(self.now, Grain::Month, offset)?;
                let end = self.scan.eat(end, "份").unwrap_or(end);
                if let Some(found) = self.within_month_zh(end, period.start.month()) {
                    let (next, part) = found;
                    return Some((next, Spec::Fixed(part.in_year(period.start.year())?)));
                }
                self.vague_after(end).then_some(()).map_or(Some((end, Spec::Fixed(period))), |()| None)
            }
            Grain::Week => {
                let week = unit_at(self.now, Grain::Week, offset)?;
                if let Some(weekend) = self.scan.eat(end, "末") {
                    let saturday = week.start.date() + chrono::Days::new(5);
                    return Some((
                        weekend,
                        Spec::Fixed(Period::days(saturday, week.end.date(), Grain::Day)?),
                    ));
                }
                if let Some((end, day)) = self.weekday_zh(end) {
                    let day = week.start.date() + chrono::Days::new(u64::from(day));
                    return Some((end, Spec::Fixed(Period::days(day, day.succ_opt()?, Grain::Day)?)));
                }
                Some((end, Spec::Fixed(week)))
            }
            // 上天 and 这天 are no shifts; 上一天 and 前一小时 are.
            Grain::Day | Grain::Hour if !one => None,
            Grain::Day | Grain::Hour | Grain::Quarter => {
                Some((end, Spec::Fixed(unit_at(self.now, unit, offset)?)))
            }
        }
    }

    /// 本, 这个, 上上, 下一: the token after it, the shift in units, and whether 一 was said.
    fn offset_zh(&self, at: usize) -> Option<(usize, i64, bool)> {
        let (mut next, offset) = match self.scan.han(at)? {
            '本' => (at + 1, 0),
            '这' => (at + 1, 0),
            '当' => (self.scan.eat(at + 1, "前").unwrap_or(at + 1), 0),
            letter @ ('上' | '下') => {
                let mut next = at + 1;
                while self.scan.han(next) == Some(letter) && next < at + 6 {
                    next += 1;
                }
                let count = i64::try_from(next - at).ok()?;
                (next, if letter == '上' { -count } else { count })
            }
            '前' => (at + 1, -1),
            _ => return None,
        };
        let one = self.scan.eat(next, "一");
        next = one.unwrap_or(next);
        let measured = self.scan.eat(next, "个");
        if self.scan.han(at) == Some('前') && one.is_none() {
            return None;
        }
        Some((measured.unwrap_or(next), offset, one.is_some()))
    }

    /// 2024年, 二〇二四年3月, 24年3月.
    fn year_zh(&self, at: usize) -> Option<(usize, Spec)> {
        if self.numeral_before(at) {
            return None;
        }
        let (next, value, width) = match self.scan.digits(at) {
            Some((value, width)) => (at + 1, value, width),
            None => {
                let (next, value) = self.scan.count(at)?;
                (next, value, next - at)
            }
        };
        let year = i32::try_from(value).ok()?;
        let said = self.scan.eat_any(next, &["年", "全年"]);
        match width {
            4 if YEARS.contains(&year) => {
                let said = said?;
                if matches!(self.scan.han(said), Some(letter) if AFTER_UNIT.contains(letter)) {
                    return None;
                }
                self.within_year_zh(said, year)
            }
            2 if (10..50).contains(&year) => {
                let (end, spec) = self.within_year_zh(said?, 2000 + year)?;
                // 24年 alone is a length; 24年3月 is a date.
                (end > said? + 1).then_some((end, spec))
            }
            _ => None,
        }
    }

    /// What may follow a year: nothing, 度, 全年, a part of it.
    fn within_year_zh(&self, at: usize, year: i32) -> Option<(usize, Spec)> {
        let whole = Part::Months(1, 12).in_year(year)?;
        let whole = Period { grain: Grain::Year, ..whole };
        let inner = self.scan.eat(at, "的").unwrap_or(at);
        let part = self
            .part_zh(inner)
            .or_else(|| self.leading_part_zh(inner))
            .or_else(|| self.absolute_quarter(inner));
        if let Some((next, part)) = part {
            return Some((next, Spec::Fixed(part.in_year(year)?)));
        }
        // 同期 compares; 年底 is nobody's date.
        if self.scan.eat_any(at, &["同期", "同月", "同比", "同一", "年底", "年末", "年初", "年中"]).is_some()
            || self.vague_after(at)
        {
            return None;
        }
        let next = self.scan.eat_any(at, &["度", "全年"]).unwrap_or(at);
        Some((next, Spec::Fixed(whole)))
    }

    /// 年底, 月初: too vague for a date.
    fn vague_after(&self, at: usize) -> bool {
        matches!(self.scan.han(at), Some('初' | '末' | '底'))
    }

    /// 前三季度, 头两个月: only after a year, or for quarters alone.
    fn leading_part_zh(&self, at: usize) -> Option<(usize, Part)> {
        let next = self.scan.eat_any(at, &["前", "头"])?;
        let (next, count) = self.scan.count(next)?;
        let count = u32::try_from(count).ok()?;
        let measured = self.scan.eat(next, "个");
        let (end, unit) = self.unit_zh(measured.unwrap_or(next))?;
        match unit {
            Grain::Quarter if (1..=4).contains(&count) => Some((end, Part::Quarters(1, count))),
            Grain::Month if (1..=12).contains(&count) => Some((end, Part::Months(1, count))),
            _ => None,
        }
    }

    /// A part without its year: 3月, 3月5日, 第一季度, 上半年, 周三.
    fn bare_part_zh(&self, at: usize) -> Option<(usize, Spec)> {
        if self.numeral_before(at) {
            return None;
        }
        let before = at.checked_sub(1).and_then(|before| self.scan.han(before));
        if matches!(before, Some('每' | '哪' | '各' | '某' | '任' | '同' | '几' | '另')) {
            return None;
        }
        if let Some(next) = self.scan.eat_any(at, &["周", "星期", "礼拜"]) {
            let (next, day) = self.weekday_zh(next)?;
            return Some((next, Spec::Weekday(day)));
        }
        if let Some((next, part @ Part::Quarters(..))) = self.leading_part_zh(at) {
            return Some((next, Spec::Fixed(part.in_year(self.now.year())?)));
        }
        let (next, part) = self.part_zh(at)?;
        if self.vague_after(next) && matches!(part, Part::Months(..)) {
            return None;
        }
        Some((next, Spec::Part(part)))
    }

    /// The rest of 周三, from Monday as 0.
    fn weekday_zh(&self, at: usize) -> Option<(usize, u32)> {
        let day = match self.scan.han(at)? {
            '一' => 0,
            '二' => 1,
            '三' => 2,
            '四' => 3,
            '五' => 4,
            '六' => 5,
            '日' | '天' => 6,
            _ => return None,
        };
        match self.scan.han(at + 1) {
            Some(letter) if AFTER_WEEKDAY.contains(letter) => None,
            _ => Some((at + 1, day)),
        }
    }

    /// A part of a year: 3月, 1-6月, 3月5日, 第二季度, 一到三季度, 上半年, 第5周.
    pub(super) fn part_zh(&self, at: usize) -> Option<(usize, Part)> {
        if let Some(next) = self.scan.eat(at, "上半年") {
            return Some((self.scan.eat(next, "度").unwrap_or(next), Part::Half(1)));
        }
        if let Some(next) = self.scan.eat(at, "下半年") {
            return Some((self.scan.eat(next, "度").unwrap_or(next), Part::Half(2)));
        }
        let ordinal = self.scan.eat(at, "第");
        let (next, first) = self.scan.count(ordinal.unwrap_or(at))?;
        let first = u32::try_from(first).ok().filter(|first| (1..=53).contains(first))?;
        let (next, last) = self.second_count_zh(next).unwrap_or((next, first));
        if last < first {
            return None;
        }
        if let Some(end) = self.scan.eat_any(next, &["季度", "季"]) {
            // 三季 alone is no quarter, 三季度 and 第三季 are.
            let long = end == next + 2 || ordinal.is_some();
            return (long && last <= 4).then_some((end, Part::Quarters(first, last)));
        }
        if let Some(end) = ordinal.and_then(|_| self.scan.eat_any(next, &["周", "星期"])) {
            return (first == last).then_some((end, Part::Week(first)));
        }
        let end = self.scan.eat(next, "月").filter(|_| ordinal.is_none() && last <= 12)?;
        if matches!(self.scan.han(end), Some(letter) if AFTER_UNIT.contains(letter)) {
            return None;
        }
        let end = self.scan.eat(end, "份").unwrap_or(end);
        if first == last
            && let Some(found) = self.within_month_zh(end, first)
        {
            return Some(found);
        }
        Some((end, Part::Months(first, last)))
    }

    /// The second number of 1-3月 and 一到三季度.
    fn second_count_zh(&self, at: usize) -> Option<(usize, u32)> {
        let next = self.scan.eat_any(at, &["到", "至"]).or_else(|| self.dash(at))?;
        let next = self.scan.eat(next, "第").unwrap_or(next);
        let (next, last) = self.scan.count(next)?;
        let unit = matches!(self.scan.han(next), Some('月' | '季' | '日' | '号'));
        unit.then_some(())?;
        Some((next, u32::try_from(last).ok()?))
    }

    /// 5日, 5号, 5-8日, 上旬 of a month.
    fn within_month_zh(&self, at: usize, month: u32) -> Option<(usize, Part)> {
        let at = self.scan.eat(at, "的").unwrap_or(at);
        for (word, third) in [("上旬", 1), ("中旬", 2), ("下旬", 3)] {
            if let Some(next) = self.scan.eat(at, word) {
                return Some((next, Part::Third { month, third }));
            }
        }
        let (next, first) = self.scan.count(at)?;
        let first = u32::try_from(first).ok().filter(|first| (1..=31).contains(first))?;
        let (next, last) = self.second_count_zh(next).unwrap_or((next, first));
        let end = self.scan.eat_any(next, &["日", "号"])?;
        (first <= last && last <= 31).then_some((end, Part::Days { month, first, last }))
    }

    /// 8日, 8号 as the second end of a range.
    pub(super) fn day_of_month_zh(&self, at: usize, from: Period) -> Option<(usize, Period)> {
        let (next, day) = self.scan.count(at)?;
        let end = self.scan.eat_any(next, &["日", "号"])?;
        let from = from.start.date();
        let day = NaiveDate::from_ymd_opt(from.year(), from.month(), u32::try_from(day).ok()?)?;
        Some((end, Period::days(day, day.succ_opt()?, Grain::Day)?))
    }

    /// Whether the token before is part of a number, so that none begins here.
    pub(super) fn numeral_before(&self, at: usize) -> bool {
        match self.scan.before(at) {
            Some(Kind::Digits { .. }) => self.scan.touches(at),
            Some(Kind::Punct('.' | ',')) => {
                self.scan.touches(at) && at >= 2 && self.scan.digits(at - 2).is_some()
            }
            Some(Kind::Han(letter)) => {
                letter != '零' && (numeral_digit(letter).is_some() || numeral_magnitude(letter).is_some())
            }
            _ => false,
        }
    }
}
