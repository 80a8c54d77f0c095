//! Numbers as people write them: digits, Chinese numerals, English number words, magnitudes, percentages.
//!
//! - `1,234.56`, `1_000`, `-5`, `1.5万`, `3亿`, `2k`, `1.2 million`, `three hundred`, `a dozen`, 一千二百, 三十五, 两百, 半数 (left alone).
//! - `50%`, `20 percent`, 百分之二十 and 三成 are percentages: their value is the number before the sign.
//! - Values are exact: decimals are shifted as digits, never through floating point. `text` is what goes into SQL.
//! - 一 and 两 count only before a unit, a magnitude or the end (一共, 一下 and 统一 hold no number), `one` and `a` only before a magnitude.

mod decimal;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::decimal::Decimal;
use super::scan::{Kind, Numeral, Scan, numeral_digit, numeral_magnitude, small_number};

/// A number that a text speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberMention {
    /// Where it stands, its sign and unit included: bytes of the given text.
    pub span: Range<usize>,
    /// Its value; for a percentage the number before the sign (`50%` is 50).
    pub value: f64,
    /// The same value as a plain decimal, exact, for SQL: `12000`, `1234.56`.
    pub text: String,
    /// Whether it was written as a percentage: `50%`, `百分之二十`, `三成`, `20 percent`.
    pub is_percent: bool,
    /// The unit after (or the currency sign before) it, as written: `元`, `个`, `岁`, `yuan`, `$`.
    pub unit: Option<String>,
}

/// Units in Chinese, longer ones first.
const UNITS_ZH: [&str; 66] = [
    "块钱",
    "美元",
    "欧元",
    "英镑",
    "日元",
    "港元",
    "港币",
    "公斤",
    "公里",
    "平方米",
    "小时",
    "分钟",
    "个月",
    "季度",
    "星期",
    "人次",
    "人民币",
    "元",
    "块",
    "角",
    "个",
    "件",
    "笔",
    "名",
    "位",
    "人",
    "家",
    "岁",
    "天",
    "日",
    "周",
    "月",
    "年",
    "次",
    "单",
    "条",
    "张",
    "台",
    "部",
    "辆",
    "本",
    "只",
    "箱",
    "瓶",
    "袋",
    "斤",
    "吨",
    "克",
    "升",
    "米",
    "倍",
    "种",
    "类",
    "款",
    "套",
    "组",
    "支",
    "股",
    "点",
    "分",
    "秒",
    "行",
    "号",
    "楼",
    "级",
    "项",
];

/// Units in English.
const UNITS_EN: [&str; 30] = [
    "yuan", "rmb", "cny", "dollars", "dollar", "usd", "euros", "euro", "eur", "pounds", "gbp", "kg", "km",
    "g", "units", "unit", "pieces", "piece", "items", "item", "times", "people", "hours", "hour", "minutes",
    "days", "day", "weeks", "months", "years",
];

/// The most digits a number may have, as many as the widest decimals of Arrow's 128 bits.
const MOST_DIGITS: usize = 38;

/// What may follow a lone 一, 二 … 两 for it to be a number without a unit.
const AFTER_LONE_DIGIT: &str = "以之到至和或的大";
/// What makes 一 a piece of a word: 一共, 一直.
const NOT_AFTER_ONE: &str = "共直些起般下样致定旦切律般致并";

/// Every number in the text, in order, none overlapping another.
pub fn find(text: &str) -> Vec<NumberMention> {
    let lower = text.to_ascii_lowercase();
    let scan = Scan::new(&lower);
    let mut mentions = Vec::new();
    let mut at = 0;
    while at < scan.tokens.len() {
        match (Reader { scan: &scan, text }).number(at) {
            Some((next, mention)) => {
                at = next;
                mentions.push(mention);
            }
            None => at += skip(&scan, at),
        }
    }
    mentions
}

/// How many tokens to pass over where no number starts: letters and digits that hang together are one identifier.
fn skip(scan: &Scan<'_>, at: usize) -> usize {
    let identifier = |at: usize| {
        matches!(scan.kind(at), Some(Kind::Digits { .. } | Kind::Word(_) | Kind::Punct('_' | '#')))
    };
    let mut next = at + 1;
    if identifier(at) {
        let dotted = |at: usize| {
            scan.kind(at) == Some(Kind::Punct('.')) && scan.touches(at + 1) && scan.digits(at + 1).is_some()
        };
        while scan.touches(next) && (identifier(next) || dotted(next)) {
            next += 1;
        }
    }
    next - at
}

/// Reads numbers of one text.
struct Reader<'a, 't> {
    scan: &'a Scan<'t>,
    text: &'a str,
}

impl Reader<'_, '_> {
    /// The number that starts at this token: the token after it.
    fn number(&self, at: usize) -> Option<(usize, NumberMention)> {
        if let Some(next) = self.scan.eat(at, "百分之百") {
            let whole = Decimal { digits: "100".to_owned(), ..Decimal::default() };
            return Some((next, self.mention(at, next, whole, true, None)));
        }
        if let Some(next) = self.scan.eat(at, "百分之") {
            let (next, decimal) = self.decimal(next).or_else(|| self.han(next, true))?;
            return Some((next, self.mention(at, next, decimal, true, None)));
        }
        let (sign, currency) = self.opening(at);
        let begin = sign.max(currency);
        let (next, mut decimal) =
            self.decimal(begin).or_else(|| self.han(begin, false)).or_else(|| self.english(begin))?;
        // Longer than any database's decimals: no number that anything could be compared with.
        if decimal.digits.len() > MOST_DIGITS {
            return None;
        }
        if sign > at {
            decimal.negative = true;
        }
        let opened = (currency > sign).then(|| self.slice(currency - 1, currency));
        if let Some(end) = self.percent(next, &mut decimal) {
            return Some((end, self.mention(at, end, decimal, true, None)));
        }
        let (next, unit) = self.unit(next);
        if !self.stands(begin, next, unit.is_some() || opened.is_some()) {
            return None;
        }
        Some((next, self.mention(at, next, decimal, false, unit.or(opened))))
    }

    /// A sign and a currency sign before a number: the token after each.
    fn opening(&self, at: usize) -> (usize, usize) {
        let mut sign = at;
        if let Some(next) = self.scan.eat_any(at, &["负"]) {
            sign = next;
        } else if let Some(next) = self.scan.eat_mark(at, '-') {
            // A minus is one only at the start or after a space: 3-5 is a range.
            let free = at == 0 || !self.scan.touches(at);
            if free && self.scan.touches(next) {
                sign = next;
            }
        }
        let currency = match self.scan.kind(sign) {
            Some(Kind::Punct('$' | '¥' | '￥' | '€' | '£')) => sign + 1,
            _ => sign,
        };
        (sign, currency)
    }

    /// Digits with separators, a fraction and a magnitude.
    fn decimal(&self, at: usize) -> Option<(usize, Decimal)> {
        let (_, width) = self.scan.digits(at)?;
        if self.scan.touches(at)
            && matches!(self.scan.before(at), Some(Kind::Word(_) | Kind::Punct('_' | '#')))
        {
            return None;
        }
        let mut decimal = Decimal::default();
        decimal.push(self.slice(at, at + 1).chars());
        let mut next = at + 1;
        if width <= 3 {
            while self.joined_by(next, ',') && self.scan.digits(next + 1).is_some_and(|(_, width)| width == 3)
            {
                decimal.push(self.slice(next + 1, next + 2).chars());
                next += 2;
            }
        }
        if self.joined_by(next, '.') {
            // 1.2.3 is a version, 2024.1.5 a date.
            if self.joined_by(next + 2, '.') {
                return None;
            }
            let fraction = self.slice(next + 1, next + 2);
            decimal.push(fraction.chars());
            decimal.scale = fraction.chars().count();
            next += 2;
        }
        Some(self.magnitude(next, decimal))
    }

    fn joined_by(&self, at: usize, mark: char) -> bool {
        self.scan.kind(at) == Some(Kind::Punct(mark))
            && self.scan.touches(at)
            && self.scan.touches(at + 1)
            && self.scan.digits(at + 1).is_some()
    }

    /// A magnitude after digits: 万, 百万, 亿, k, million.
    fn magnitude(&self, at: usize, mut decimal: Decimal) -> (usize, Decimal) {
        let mut next = at;
        while let Some(power) = self.scan.han(next).and_then(numeral_magnitude) {
            // 3万2千 would be read as two numbers; people write 3.2万.
            decimal.shift(power.ilog10() as usize);
            next += 1;
        }
        if next > at {
            return (next, decimal);
        }
        let touching = self.scan.touches(at);
        let power = match self.scan.word(at) {
            Some("k") if touching => 3,
            Some("w") if touching => 4,
            Some("m" | "mn" | "mm") if touching => 6,
            Some("b" | "bn") if touching => 9,
            Some("hundred") => 2,
            Some("thousand") => 3,
            Some("million" | "millions") => 6,
            Some("billion" | "billions") => 9,
            Some("dozen" | "dozens") => {
                decimal.times_twelve();
                return (at + 1, decimal);
            }
            _ => return (at, decimal),
        };
        decimal.shift(power);
        (at + 1, decimal)
    }

    /// Chinese numerals, also with 点: 一千二百, 三点五.
    fn han(&self, at: usize, certain: bool) -> Option<(usize, Decimal)> {
        self.scan.han(at).filter(|letter| numeral_digit(*letter).is_some() || *letter == '十')?;
        let mut numeral = Numeral::default();
        let mut next = at;
        while self.scan.han(next).is_some_and(|letter| numeral.push(letter)) {
            next += 1;
        }
        let mut decimal = Decimal::default();
        decimal.push(numeral.value()?.to_string().chars());
        if self.scan.han(next) == Some('点') {
            let mut end = next + 1;
            while let Some(digit) = self.scan.han(end).and_then(numeral_digit) {
                decimal.push(digit.to_string().chars());
                decimal.scale += 1;
                end += 1;
            }
            if end > next + 1 {
                let (next, decimal) = self.magnitude(end, decimal);
                return Some((next, decimal));
            }
        }
        // A single numeral stands in too many words to be a number everywhere.
        if next == at + 1 && !certain {
            let after = self.scan.han(next);
            let ambiguous = self.scan.han(at) != Some('十')
                && matches!(after, Some(letter) if NOT_AFTER_ONE.contains(letter));
            let before = match self.scan.before(at) {
                Some(Kind::Han(before)) => before,
                _ => ' ',
            };
            // 第三 is a place, 哪一个 and 每一个 speak of any.
            let ordinal = before == '第';
            let any = self.scan.han(at) == Some('一') && "统唯之同任某哪每这那另上下各".contains(before);
            if ambiguous || ordinal || any {
                return None;
            }
        }
        Some((next, decimal))
    }

    /// English number words: twenty-five, three hundred and five, a dozen, two thousand.
    fn english(&self, at: usize) -> Option<(usize, Decimal)> {
        self.scan.word(at)?;
        let (mut total, mut part, mut next, mut words) = (0_u64, 0_u64, at, 0);
        let mut magnitude = false;
        loop {
            let word = self.scan.word(next);
            match word {
                Some("hundred") if words > 0 => part = part.saturating_mul(100),
                Some("dozen") if words > 0 => part = part.saturating_mul(12),
                Some(word @ ("thousand" | "million" | "billion")) if words > 0 => {
                    let power = match word {
                        "thousand" => 1_000,
                        "million" => 1_000_000,
                        _ => 1_000_000_000,
                    };
                    total = total.saturating_add(part.saturating_mul(power));
                    part = 0;
                }
                Some("and") if magnitude && self.scan.word(next + 1).and_then(small_number).is_some() => {
                    next += 1;
                    continue;
                }
                Some("a" | "an") if words == 0 => {
                    let counted = matches!(
                        self.scan.word(next + 1),
                        Some("hundred" | "thousand" | "million" | "billion" | "dozen")
                    );
                    counted.then_some(())?;
                    part = 1;
                }
                Some(word) if small_number(word).is_some() && (words == 0 || magnitude) => {
                    let (after, value) = self.scan.count(next)?;
                    part = part.saturating_add(value);
                    next = after;
                    words += 1;
                    magnitude = false;
                    continue;
                }
                _ => break,
            }
            magnitude = words > 0 || magnitude;
            words += 1;
            next += 1;
        }
        if words == 0 {
            return None;
        }
        // "one" alone is mostly a pronoun: "the one with most orders".
        if words == 1
            && self.scan.word(at) == Some("one")
            && !matches!(self.scan.word(next), Some(word) if UNITS_EN.contains(&word) || word == "percent")
        {
            return None;
        }
        let mut decimal = Decimal::default();
        decimal.push(total.saturating_add(part).to_string().chars());
        Some((next, decimal))
    }

    /// A percent sign or its words after a number.
    fn percent(&self, at: usize, decimal: &mut Decimal) -> Option<usize> {
        match self.scan.kind(at)? {
            Kind::Punct('%') => Some(at + 1),
            Kind::Word("percent" | "pct") => Some(at + 1),
            Kind::Word("per") => self.scan.eat_word(at + 1, "cent"),
            Kind::Han('成') => {
                // 三成 is 30 %, 成都 a city, 成本 a cost.
                if matches!(
                    self.scan.han(at + 1),
                    Some('都' | '本' | '交' | '功' | '员' | '立' | '长' | '年' | '品' | '绩')
                ) {
                    return None;
                }
                decimal.shift(1);
                Some(at + 1)
            }
            _ => None,
        }
    }

    /// A unit after a number: the token after it.
    fn unit(&self, at: usize) -> (usize, Option<String>) {
        if let Some(next) = self.scan.eat_any(at, &UNITS_ZH) {
            return (next, Some(self.slice(at, next)));
        }
        match self.scan.word(at) {
            Some(word) if UNITS_EN.contains(&word) => (at + 1, Some(self.slice(at, at + 1))),
            _ => (at, None),
        }
    }

    /// Whether what stands here is a number and no piece of a word or an identifier.
    fn stands(&self, at: usize, next: usize, unit: bool) -> bool {
        match self.scan.kind(at) {
            Some(Kind::Digits { .. }) => {
                // 2b, 3D, 5G and 12abc are names.
                !(self.scan.touches(next)
                    && matches!(self.scan.kind(next), Some(Kind::Word(_) | Kind::Punct('_'))))
                    || unit
            }
            Some(Kind::Han(_)) if next == at + 1 => {
                // A lone numeral: 三 in 三 or 大于三, but not in 张三, 三亚.
                match self.scan.kind(next) {
                    Some(Kind::Han(letter)) => AFTER_LONE_DIGIT.contains(letter) && self.compared(at),
                    _ => self.compared(at),
                }
            }
            _ => true,
        }
    }

    /// Whether the word before says that a number follows: 大于三, 前五, 超过十.
    fn compared(&self, at: usize) -> bool {
        match self.scan.before(at) {
            None => true,
            Some(Kind::Han(letter)) => "于过到前达为是第等满足值后至和少多名".contains(letter),
            Some(_) => true,
        }
    }

    fn mention(
        &self,
        at: usize,
        next: usize,
        decimal: Decimal,
        is_percent: bool,
        unit: Option<String>,
    ) -> NumberMention {
        let text = decimal.text();
        NumberMention {
            span: self.scan.tokens[at].start..self.scan.tokens[next - 1].end,
            value: text.parse().unwrap_or(f64::NAN),
            text,
            is_percent,
            unit,
        }
    }

    /// The text of some tokens as it was given.
    fn slice(&self, from: usize, to: usize) -> String {
        self.text[self.scan.tokens[from].start..self.scan.tokens[to - 1].end].to_owned()
    }
}
