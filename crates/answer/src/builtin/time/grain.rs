//! Wishes for a result step by step: 每月, 逐日, 按季度, 月度, monthly, by quarter, per week, each year.

use super::super::scan::{Kind, Scan, numeral_digit};
use super::{Grain, GrainMention};

/// What a unit must not run into: 按年龄, 按周期, 每季节, 按月薪, 按天气, 按年级, 月底.
const AFTER_UNIT: &str = "龄薪气期节级费租志用转数卡纪初末底";

pub(super) fn all(scan: &Scan<'_>) -> Vec<GrainMention> {
    let mut mentions = Vec::new();
    let mut grouped = false;
    let mut at = 0;
    while at < scan.tokens.len() {
        grouped |= matches!(scan.kind(at), Some(Kind::Word("by" | "per" | "each") | Kind::Han('按')));
        let Some((next, grain)) = chinese(scan, at, grouped).or_else(|| english(scan, at, grouped)) else {
            at += 1;
            continue;
        };
        grouped = true;
        mentions.push(GrainMention { span: scan.tokens[at].start..scan.tokens[next - 1].end, grain });
        at = next;
    }
    mentions
}

fn chinese(scan: &Scan<'_>, at: usize, grouped: bool) -> Option<(usize, Grain)> {
    let letter = scan.han(at)?;
    let before = at.checked_sub(1).and_then(|before| scan.han(before));
    match letter {
        '每' | '各' | '逐' | '按' | '分' | '哪' => {
            // 部分年份 and 百分… have no 分 of their own.
            if letter == '分'
                && matches!(before, Some('部' | '百' | '积' | '评' | '得' | '学' | '区' | '划' | '十' | '千'))
            {
                return None;
            }
            let next =
                scan.eat_any(at + 1, &["一个", "几个", "个", "一", "些", "照", "自然"]).unwrap_or(at + 1);
            let next = if letter == '按' {
                scan.eat_any(next, &["每个", "每", "各"]).unwrap_or(next)
            } else {
                next
            };
            if letter == '按'
                && let Some(end) = scan.eat_any(next, &["年月"])
            {
                return Some((end, Grain::Month));
            }
            let (end, grain) = unit(scan, next)?;
            // 每周三 is a day of every week.
            let weekday = grain == Grain::Week
                && matches!(scan.han(end), Some(day) if numeral_digit(day).is_some_and(|day| (1..=6).contains(&day)) || day == '日');
            (!weekday).then_some((end, grain))
        }
        '和' | '与' | '、' | '及' if grouped => {
            let (end, grain) = unit(scan, at + 1)?;
            // A bare 月 after 和 could be anything; 月份 and 季度 can't.
            (end > at + 2).then_some((end, grain))
        }
        '月' | '季' | '年' | '周' | '日' if scan.han(at + 1) == Some('度') => {
            let part_of_date = match before {
                Some(before) => {
                    numeral_digit(before).is_some() || "十本上下这个第今去前明当全半".contains(before)
                }
                None => matches!(scan.before(at), Some(Kind::Digits { .. })),
            };
            if part_of_date || matches!(scan.han(at + 2), Some('假')) {
                return None;
            }
            Some((at + 2, single(letter)?))
        }
        _ => None,
    }
}

fn unit(scan: &Scan<'_>, at: usize) -> Option<(usize, Grain)> {
    let (next, grain) = [
        ("小时", Grain::Hour),
        ("钟头", Grain::Hour),
        ("日期", Grain::Day),
        ("星期", Grain::Week),
        ("礼拜", Grain::Week),
        ("季度", Grain::Quarter),
        ("月份", Grain::Month),
        ("月度", Grain::Month),
        ("年份", Grain::Year),
        ("年度", Grain::Year),
        ("周度", Grain::Week),
        ("天", Grain::Day),
        ("日", Grain::Day),
        ("周", Grain::Week),
        ("月", Grain::Month),
        ("季", Grain::Quarter),
        ("年", Grain::Year),
    ]
    .iter()
    .find_map(|(word, grain)| scan.eat(at, word).map(|next| (next, *grain)))?;
    match scan.han(next) {
        Some(letter) if next == at + 1 && AFTER_UNIT.contains(letter) => None,
        _ => Some((next, grain)),
    }
}

fn single(letter: char) -> Option<Grain> {
    Some(match letter {
        '日' => Grain::Day,
        '周' => Grain::Week,
        '月' => Grain::Month,
        '季' => Grain::Quarter,
        '年' => Grain::Year,
        _ => return None,
    })
}

fn english(scan: &Scan<'_>, at: usize, grouped: bool) -> Option<(usize, Grain)> {
    let adverb = match scan.word(at)? {
        "hourly" => Some(Grain::Hour),
        "daily" => Some(Grain::Day),
        "weekly" => Some(Grain::Week),
        "monthly" => Some(Grain::Month),
        "quarterly" => Some(Grain::Quarter),
        "yearly" | "annual" | "annually" => Some(Grain::Year),
        _ => None,
    };
    if let Some(grain) = adverb {
        return Some((at + 1, grain));
    }
    match scan.word(at)? {
        "by" | "per" | "each" | "every" | "which" | "what" => {
            let mut next = at + 1;
            if matches!(scan.word(next), Some("calendar" | "each" | "every")) {
                next += 1;
            }
            // each of the last 12 months
            if let Some(of) = scan.eat_word(next, "of") {
                let the = scan.eat_word(of, "the").unwrap_or(of);
                if matches!(scan.word(the), Some("last" | "past" | "previous")) {
                    let (unit_at, _) = scan.count(the + 1)?;
                    return Some((next, unit_en(scan.word(unit_at)?)?));
                }
                return None;
            }
            Some((next + 1, unit_en(scan.word(next)?)?))
        }
        "and" if grouped => {
            let grain = unit_en(scan.word(at + 1)?)?;
            let goes_on = matches!(scan.word(at + 2), Some("over" | "to"));
            (!goes_on).then_some((at + 2, grain))
        }
        // month by month
        word => {
            let grain = unit_en(word)?;
            let next = scan.eat_word(at + 1, "by")?;
            (scan.word(next)? == word).then_some((next + 1, grain))
        }
    }
}

fn unit_en(word: &str) -> Option<Grain> {
    Some(match word {
        "hour" => Grain::Hour,
        "day" | "date" | "days" => Grain::Day,
        "week" | "weeks" => Grain::Week,
        "month" | "months" => Grain::Month,
        "quarter" | "quarters" => Grain::Quarter,
        "year" | "years" | "annum" => Grain::Year,
        _ => return None,
    })
}
