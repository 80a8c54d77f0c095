//! The sentences in Chinese.

use std::cmp::Ordering;

use super::facts::{Facts, Item, Step};
use super::figure::whole;

/// One shape of result in words. The title may be empty.
pub(super) fn answer(title: &str, facts: &Facts) -> String {
    let lead = if title.is_empty() { String::new() } else { format!("{title}：") };
    match facts {
        Facts::Empty if title.is_empty() => "没有符合条件的数据。".to_owned(),
        Facts::Empty => format!("{title}：没有符合条件的数据。"),
        Facts::Cell { name, value } => {
            let name = if title.is_empty() { name.as_str() } else { title };
            format!("{name}：{value}。")
        }
        Facts::Row { label, fields } => {
            let fields: Vec<String> =
                fields.iter().map(|Item { name, value }| format!("{name} {value}")).collect();
            let fields = fields.join("，");
            match label {
                Some(label) => format!("{lead}{label}，{fields}。"),
                None => format!("{lead}{fields}。"),
            }
        }
        Facts::Trend { measure, steps, count, first, last, change, highest, lowest } => {
            let unit = match steps {
                Some(Step::Day) => "天",
                Some(Step::Week) => "周",
                Some(Step::Month) => "个月",
                Some(Step::Quarter) => "个季度",
                Some(Step::Year) => "年",
                None => "个时间点",
            };
            let verb = match change.direction {
                Ordering::Greater => "升至",
                Ordering::Less => "降至",
                Ordering::Equal => "回到",
            };
            let percent =
                change.percent.as_ref().map_or_else(String::new, |percent| match change.direction {
                    Ordering::Greater => format!("（增长 {percent}）"),
                    _ => format!("（下降 {percent}）"),
                });
            format!(
                "{lead}共 {} {unit}，{measure}从 {} 的 {} {verb} {} 的 {}{percent}；最高是 {} 的 {}，最低是 {} 的 {}。",
                whole(*count),
                first.name,
                first.value,
                last.name,
                last.value,
                highest.name,
                highest.value,
                lowest.name,
                lowest.value,
            )
        }
        Facts::Level { measure, count, value } => {
            format!("{lead}共 {} 项，{measure}都是 {value}。", whole(*count))
        }
        Facts::Ranking { measure, count, top, tied, lowest, is_share } => {
            let superlative = if *is_share { "占比最大的是" } else { "最高的是" };
            let least = if *is_share { "占比最小的是" } else { "最低的是" };
            let measure = if *is_share { "" } else { measure.as_str() };
            let mut text = format!("{lead}共 {} 项，", whole(*count));
            text.push_str(&match tied {
                0 | 1 => {
                    let second: Vec<String> = top.iter().skip(1).map(item).collect();
                    let first = top.first().map(item).unwrap_or_default();
                    match second.as_slice() {
                        [] => format!("{measure}{superlative}{first}"),
                        second => format!("{measure}{superlative}{first}，其次是{}", second.join("、")),
                    }
                }
                tied if *tied <= top.len() => {
                    let names: Vec<&str> = top.iter().take(*tied).map(|item| item.name.as_str()).collect();
                    let value = top.first().map(|item| item.value.as_str()).unwrap_or_default();
                    format!("{measure}并列{superlative}{}（各 {value}）", names.join("、"))
                }
                tied => {
                    let value = top.first().map(|item| item.value.as_str()).unwrap_or_default();
                    format!("其中 {} 项{measure}并列最高（各 {value}）", whole(*tied))
                }
            });
            if let Some(lowest) = lowest {
                text.push_str(&format!("；{least}{}", item(lowest)));
            }
            text.push('。');
            text
        }
        Facts::List { count, names } => {
            let more = if *count > names.len() { " 等" } else { "" };
            match names.as_slice() {
                [] => format!("{lead}共 {} 条。", whole(*count)),
                names => format!("{lead}共 {} 条：{}{more}。", whole(*count), names.join("、")),
            }
        }
    }
}

/// Said after a result that the limit cut.
pub(super) fn truncated(rows: &str) -> String {
    format!("结果超过了返回上限，以上只依据前 {rows} 行。")
}

/// How the question was read.
pub(super) fn reading(lines: &[&str]) -> String {
    format!("口径：{}。", lines.iter().map(|line| line.trim_end_matches('。')).collect::<Vec<_>>().join("；"))
}

fn item(item: &Item) -> String {
    format!("{}（{}）", item.name, item.value)
}
