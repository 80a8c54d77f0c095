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

/// A question read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Movers {
    /// Whether those that rose are meant.
    pub(super) rises: bool,
    /// How many.
    pub(super) count: u64,
    /// When; none for the last day.
    pub(super) stretch: Option<TimeMention>,
}

/// Reads a question asked at a moment; none that says anything else.
pub(super) fn read(text: &str, now: NaiveDateTime) -> Option<Movers> {
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
        return if stretch.is_none() { read(&with_last(text, &length)?, now) } else { None };
    }
    let count = numbers.pop();
    if !numbers.is_empty() {
        return None;
    }
    let many = match &count {
        Some(count) if count.is_percent => return None,
        Some(count) if count.unit.as_deref().is_some_and(|unit| !COUNTED_IN.contains(&unit)) => return None,
        Some(count) => Some(count.text.parse::<u64>().ok().filter(|many| (1..=MOST).contains(many))?),
        None => None,
    };
    // What is left must be words of this question and nothing else.
    let mut rest = text.to_owned();
    let mut spans: Vec<_> =
        stretch.iter().map(|stretch| stretch.span.clone()).chain(count.map(|count| count.span)).collect();
    spans.sort_by_key(|span| span.start);
    for span in spans.into_iter().rev() {
        rest.replace_range(span, " ");
    }
    let said = Said::of(&rest.to_lowercase())?;
    if said.rises == said.falls || !(said.is_most || many.is_some()) {
        return None;
    }
    Some(Movers { rises: said.rises, count: many.unwrap_or(USUAL), stretch })
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
    /// What all words of a text say; none where one of them is another word.
    fn of(text: &str) -> Option<Self> {
        let mut said = Self::default();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(|character: char| !character.is_alphanumeric());
            if rest.is_empty() {
                return Some(said);
            }
            let lists = [RISES, FALLS, MOST_WORDS, FILLERS];
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
