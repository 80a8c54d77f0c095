//! Which words make a question about the stocks that moved most: all of them, or it is another question.

use chrono::NaiveDateTime;

use crate::builtin::numbers::{self, NumberMention};
use crate::builtin::time::{self, Grain, TimeMention};

/// How many stocks are shown when nobody says.
const USUAL: u64 = 10;

/// The most that are shown.
const MOST: u64 = 100;

/// Units that stocks are counted in.
const COUNTED_IN: [&str; 6] = ["只", "支", "个", "名", "家", "股"];

/// Units of time, which make a number the length of a stretch.
const UNITS_OF_TIME: [&str; 13] =
    ["天", "日", "周", "星期", "个月", "月", "季度", "年", "days", "day", "weeks", "months", "years"];

/// Words for a rise.
const RISES: &[&str] = &[
    "涨幅", "上涨", "涨得", "涨的", "涨", "gainers", "gainer", "gained", "gains", "rose", "risen", "rising",
    "went up",
];

/// Words for a fall.
const FALLS: &[&str] = &[
    "跌幅",
    "下跌",
    "跌得",
    "跌的",
    "跌",
    "losers",
    "loser",
    "lost",
    "losses",
    "fell",
    "fallen",
    "falling",
    "went down",
];

/// Words for the end of the list that is meant.
const MOST_WORDS: &[&str] = &[
    "最大",
    "最高",
    "最多",
    "最猛",
    "最快",
    "最狠",
    "排名",
    "排行榜",
    "排行",
    "榜",
    "前",
    "top",
    "biggest",
    "largest",
    "most",
];

/// Words that say nothing more.
const FILLERS: &[&str] = &[
    "股票",
    "个股",
    "股",
    "只",
    "支",
    "个",
    "名",
    "家",
    "的",
    "是",
    "有",
    "哪些",
    "哪",
    "几",
    "什么",
    "请问",
    "请",
    "列出",
    "列一下",
    "查询",
    "查一下",
    "查看",
    "查",
    "看看",
    "显示",
    "给我",
    "告诉我",
    "一下",
    "帮我",
    "找出",
    "stocks",
    "stock",
    "shares",
    "share",
    "which",
    "what",
    "show",
    "list",
    "give",
    "find",
    "please",
    "have",
    "has",
    "were",
    "are",
    "the",
    "that",
    "over",
    "during",
    "of",
    "in",
    "by",
    "me",
    "is",
];

/// Words of a question that goes on from another one.
const FOLLOWING: &[&str] = &[
    "那么",
    "那",
    "呢",
    "换成",
    "改成",
    "改为",
    "再",
    "看",
    "如果",
    "会",
    "又",
    "what about",
    "how about",
    "and",
    "then",
    "now",
    "for",
    "about",
    "how",
    "instead",
    "so",
];

/// A question read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Movers {
    /// Whether those that rose are meant.
    pub(super) rises: bool,
    /// How many.
    pub(super) count: u64,
    /// When; none for the last day.
    pub(super) stretch: Option<TimeMention>,
    /// Whether the words alone don't say all of it.
    pub(super) follows: bool,
}

/// Reads a question asked at a moment; none that says anything else.
pub(super) fn read(text: &str, now: NaiveDateTime) -> Option<Movers> {
    let Parsed { stretch, count, said } = parse(text, now, &[])?;
    if said.rises == said.falls || !(said.is_most || count.is_some()) {
        return None;
    }
    Some(Movers { rises: said.rises, count: count.unwrap_or(USUAL), stretch, follows: false })
}

/// Reads a question that may say only what is different from those before it, oldest first: 那上个月呢？
pub(super) fn read_after<'a>(
    text: &str,
    earlier: impl IntoIterator<Item = &'a str>,
    now: NaiveDateTime,
) -> Option<Movers> {
    let read_one =
        |before: Option<Movers>, text: &str| read(text, now).or_else(|| follow(text, before?, now));
    read_one(earlier.into_iter().fold(None, read_one), text)
}

/// What a question asks that goes on from another one; none that says anything else, or nothing.
fn follow(text: &str, before: Movers, now: NaiveDateTime) -> Option<Movers> {
    let Parsed { stretch, count, said } = parse(text, now, FOLLOWING)?;
    let turns = said.rises || said.falls;
    if said.rises && said.falls || !(turns || stretch.is_some() || count.is_some()) {
        return None;
    }
    Some(Movers {
        rises: if turns { said.rises } else { before.rises },
        count: count.unwrap_or(before.count),
        stretch: stretch.or(before.stretch),
        follows: true,
    })
}

/// The parts of a question.
struct Parsed {
    stretch: Option<TimeMention>,
    count: Option<u64>,
    said: Said,
}

/// The parts of a question of which all words are those of this sort, or these; none of another one.
fn parse(text: &str, now: NaiveDateTime, others: &[&str]) -> Option<Parsed> {
    let mut stretches = time::find(text, now);
    let stretch = stretches.pop();
    if !stretches.is_empty() {
        return None;
    }
    // Days have one price: there are no hours to compare.
    if stretch.as_ref().is_some_and(|stretch| stretch.start.is_none() || stretch.grain == Grain::Hour) {
        return None;
    }
    let is_within = |place: usize| stretch.as_ref().is_some_and(|stretch| stretch.span.contains(&place));
    let mut numbers =
        numbers::find(text).into_iter().filter(|number| !is_within(number.span.start)).collect::<Vec<_>>();
    if let Some(length) = numbers.iter().position(is_length) {
        // 30天涨幅 are the last thirty days, as 近30天涨幅 are.
        let length = numbers.swap_remove(length);
        return if stretch.is_none() { parse(&with_last(text, &length)?, now, others) } else { None };
    }
    let number = numbers.pop();
    if !numbers.is_empty() {
        return None;
    }
    let count = match &number {
        Some(number) if number.is_percent => return None,
        Some(number) if number.unit.as_deref().is_some_and(|unit| !COUNTED_IN.contains(&unit)) => {
            return None;
        }
        Some(number) => Some(number.text.parse::<u64>().ok().filter(|many| (1..=MOST).contains(many))?),
        None => None,
    };
    // What is left must be words of this question and nothing else.
    let mut rest = text.to_owned();
    let mut spans: Vec<_> =
        stretch.iter().map(|stretch| stretch.span.clone()).chain(number.map(|number| number.span)).collect();
    spans.sort_by_key(|span| span.start);
    for span in spans.into_iter().rev() {
        rest.replace_range(span, " ");
    }
    let said = Said::of(&rest.to_lowercase(), others)?;
    Some(Parsed { stretch, count, said })
}

/// Whether a number says how long a stretch is.
fn is_length(number: &NumberMention) -> bool {
    let unit = number.unit.as_deref().map(str::to_lowercase);
    !number.is_percent && unit.is_some_and(|unit| UNITS_OF_TIME.contains(&unit.as_str()))
}

/// The text with the word before a length that makes it a stretch up to now; none where that makes it none.
fn with_last(text: &str, length: &NumberMention) -> Option<String> {
    let last = if length.unit.as_deref().is_some_and(str::is_ascii) { "last " } else { "近" };
    let (before, after) = text.split_at_checked(length.span.start)?;
    // What already stands after such a word and was no stretch with it won't be one with two of them.
    (!before.ends_with(last)).then(|| format!("{before}{last}{after}"))
}

/// What words say.
#[derive(Debug, Default)]
struct Said {
    rises: bool,
    falls: bool,
    is_most: bool,
}

impl Said {
    /// What all words of a text say; none where one of them is neither a word of such a question nor one of these.
    fn of(text: &str, others: &[&str]) -> Option<Self> {
        let mut said = Self::default();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(|character: char| !character.is_alphanumeric());
            if rest.is_empty() {
                return Some(said);
            }
            let lists = [RISES, FALLS, MOST_WORDS, FILLERS, others];
            let found = lists.iter().enumerate().filter_map(|(list, words)| {
                let longest = words.iter().filter(|word| begins(rest, word)).max_by_key(|word| word.len())?;
                Some((longest.len(), list))
            });
            let (length, list) = found.max_by_key(|(length, _)| *length)?;
            match list {
                0 => said.rises = true,
                1 => said.falls = true,
                2 => said.is_most = true,
                _ => {}
            }
            rest = rest.get(length..).unwrap_or_default();
        }
    }
}

/// Whether a text begins with a word, which in English is a whole one.
fn begins(text: &str, word: &str) -> bool {
    let Some(after) = text.strip_prefix(word) else { return false };
    !word.is_ascii() || !after.starts_with(|character: char| character.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    /// Whether risers are meant, how many, and from which day to which.
    fn read_as(text: &str) -> Option<(bool, u64, String)> {
        let now = NaiveDate::from_ymd_opt(2026, 11, 21).and_then(|day| day.and_hms_opt(10, 0, 0)).unwrap();
        let movers = read(text, now)?;
        let days = movers.stretch.map(|stretch| {
            let day = |bound: Option<chrono::NaiveDateTime>| bound.map(|bound| bound.date().to_string());
            format!("{}..{}", day(stretch.start).unwrap_or_default(), day(stretch.end).unwrap_or_default())
        });
        Some((movers.rises, movers.count, days.unwrap_or_default()))
    }

    #[test]
    fn questions_about_what_moved_most_are_read() {
        for (text, rises, count, days) in [
            ("近一周涨幅最大的5只股票", true, 5, "2026-11-15..2026-11-22"),
            ("最近7天跌幅最大的三只股票是哪些？", false, 3, "2026-11-15..2026-11-22"),
            ("涨幅榜前10", true, 10, ""),
            ("跌得最多的股票", false, 10, ""),
            ("上个月哪些股票涨得最多", true, 10, "2026-10-01..2026-11-01"),
            ("今年涨幅前20名", true, 20, "2026-01-01..2027-01-01"),
            ("Top 5 gainers of the past week", true, 5, "2026-11-15..2026-11-22"),
            ("30天涨幅最大的股票", true, 10, "2026-10-23..2026-11-22"),
            ("三个月涨幅最大的股票", true, 10, "2026-09-01..2026-12-01"),
            ("5日涨幅榜", true, 10, "2026-11-17..2026-11-22"),
            ("Top gainers of 30 days", true, 10, "2026-10-23..2026-11-22"),
            ("30天涨幅最大的5只股票", true, 5, "2026-10-23..2026-11-22"),
            ("两周跌幅前3", false, 3, "2026-11-08..2026-11-22"),
            ("3月以来涨幅最大的股票", true, 10, "2026-03-01.."),
            ("which stocks fell most this month?", false, 10, "2026-11-01..2026-12-01"),
        ] {
            assert_eq!(read_as(text), Some((rises, count, days.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_question_may_say_only_what_is_different() {
        let now = NaiveDate::from_ymd_opt(2026, 11, 21).and_then(|day| day.and_hms_opt(10, 0, 0)).unwrap();
        let read_after = |earlier: &[&str], text: &str| {
            let movers = read_after(text, earlier.iter().copied(), now)?;
            let start =
                movers.stretch.and_then(|stretch| stretch.start).map(|start| start.date().to_string());
            Some((movers.rises, movers.count, start.unwrap_or_default()))
        };
        let first = "近一周涨幅最大的5只股票";
        for (earlier, text, rises, count, start) in [
            (vec![first], "那上个月呢？", true, 5, "2026-10-01"),
            (vec![first], "上个月", true, 5, "2026-10-01"),
            (vec![first], "那30天呢", true, 5, "2026-10-23"),
            (vec![first], "跌幅呢？", false, 5, "2026-11-15"),
            (vec![first], "那跌得最多的10只呢", false, 10, "2026-11-15"),
            (vec![first, "那上个月呢？"], "跌幅最大的呢", false, 5, "2026-10-01"),
            (vec!["一共有多少客户", first], "换成今年", true, 5, "2026-01-01"),
            (vec!["Top 5 gainers of the past week"], "And last month?", true, 5, "2026-10-01"),
            (vec!["Top 5 gainers of the past week"], "What about the losers?", false, 5, "2026-11-15"),
            // What is whole by itself takes nothing from before.
            (vec![first], "涨幅榜前3", true, 3, ""),
        ] {
            assert_eq!(
                read_after(&earlier, text),
                Some((rises, count, start.to_owned())),
                "{earlier:?} {text}"
            );
        }
        for (earlier, text) in [
            (vec![], "那上个月呢？"),
            (vec!["上个月各城市的销售额"], "那今年呢？"),
            (vec![first, "贵州茅台最近30天的收盘价"], "那上个月呢？"),
            (vec![first], "那贵州茅台呢？"),
            (vec![first], "那呢？"),
            (vec![first], "为什么？"),
            (vec![first], "涨幅和跌幅呢"),
        ] {
            assert_eq!(read_after(&earlier, text), None, "{earlier:?} {text}");
        }
    }

    #[test]
    fn whatever_says_more_is_left_alone() {
        for text in [
            "贵州茅台最近30天的收盘价",
            "近一周涨幅",
            "贵州茅台近一周的涨幅",
            "近一周涨幅超过5%的股票",
            "近一周成交量最大的5只股票",
            "上个月和这个月涨幅最大的股票",
            "涨幅最大和跌幅最大的股票",
            "近一周涨幅最大的500只股票",
            "近一周涨幅最大的5只银行股票",
            "5块涨幅最大的股票",
            "最近3小时涨幅最大的5只股票",
            "3小时涨幅最大的股票",
            "上个月30天涨幅最大的股票",
            "the most lostness stocks",
            "",
        ] {
            assert_eq!(read_as(text), None, "{text}");
        }
    }
}
