//! The sentences in English.

use std::cmp::Ordering;

use super::facts::{Facts, Item, Step};
use super::figure::whole;

/// One shape of result in words. The title may be empty.
pub(super) fn answer(title: &str, facts: &Facts) -> String {
    let mut text = sentence(title, facts);
    // These begin with "of" and "over" where there is no title; the others with a column's name, which keeps its case.
    if title.is_empty() && matches!(facts, Facts::Ranking { .. } | Facts::Trend { .. }) {
        text.replace_range(..1, "O");
    }
    text
}

fn sentence(title: &str, facts: &Facts) -> String {
    let lead = if title.is_empty() { String::new() } else { format!("{title}: ") };
    match facts {
        Facts::Empty if title.is_empty() => "No data matches.".to_owned(),
        Facts::Empty => format!("{title}: no data matches."),
        Facts::Cell { name, value } => {
            let name = if title.is_empty() { name.as_str() } else { title };
            format!("{name}: {value}.")
        }
        Facts::Row { label, fields } => {
            let fields: Vec<String> =
                fields.iter().map(|Item { name, value }| format!("{name} {value}")).collect();
            let fields = fields.join(", ");
            match label {
                Some(label) => format!("{lead}{label}, {fields}."),
                None => format!("{lead}{fields}."),
            }
        }
        Facts::Trend { measure, steps, count, first, last, change, highest, lowest } => {
            let unit = match steps {
                Some(Step::Day) => "days",
                Some(Step::Week) => "weeks",
                Some(Step::Month) => "months",
                Some(Step::Quarter) => "quarters",
                Some(Step::Year) => "years",
                None => "points in time",
            };
            let verb = match change.direction {
                Ordering::Greater => "rose",
                Ordering::Less => "fell",
                Ordering::Equal => "came back",
            };
            let percent =
                change.percent.as_ref().map_or_else(String::new, |percent| match change.direction {
                    Ordering::Greater => format!(" (+{percent})"),
                    _ => format!(" (-{percent})"),
                });
            format!(
                "{lead}over {} {unit}, {measure} {verb} from {} ({}) to {} ({}){percent}. The highest was {} \
                 ({}), the lowest {} ({}).",
                whole(*count),
                first.value,
                first.name,
                last.value,
                last.name,
                highest.value,
                highest.name,
                lowest.value,
                lowest.name,
            )
        }
        Facts::Level { measure, count, value } => {
            format!("{lead}{measure} is {value} for each of the {}.", whole(*count))
        }
        Facts::Ranking { measure, count, top, tied, lowest, is_share } => {
            let (superlative, least) =
                if *is_share { ("the largest share", "the smallest") } else { ("the highest", "the lowest") };
            let of = if *is_share { String::new() } else { format!(" {measure}") };
            let value = top.first().map(|item| item.value.as_str()).unwrap_or_default();
            let mut text = format!("{lead}of {}, ", whole(*count));
            text.push_str(&match tied {
                0 | 1 => {
                    let first = top.first().map(item).unwrap_or_default();
                    let second: Vec<String> = top.iter().skip(1).map(item).collect();
                    match second.as_slice() {
                        [] => format!("{first} has {superlative}{of}"),
                        second => {
                            format!("{first} has {superlative}{of}, followed by {}", second.join(" and "))
                        }
                    }
                }
                tied if *tied <= top.len() => {
                    let names: Vec<&str> = top.iter().take(*tied).map(|item| item.name.as_str()).collect();
                    format!("{} share {superlative}{of} ({value} each)", names.join(" and "))
                }
                tied => format!("{} share {superlative}{of} ({value} each)", whole(*tied)),
            });
            if let Some(lowest) = lowest {
                text.push_str(&format!("; {} has {least}", item(lowest)));
            }
            text.push('.');
            text
        }
        Facts::List { count, names } => {
            let rows = if *count == 1 { "row" } else { "rows" };
            match names.as_slice() {
                [] => format!("{lead}{} {rows}.", whole(*count)),
                names if names.len() < *count => {
                    let more = whole(count - names.len());
                    format!("{lead}{} {rows}: {} and {more} more.", whole(*count), names.join(", "))
                }
                names => format!("{lead}{} {rows}: {}.", whole(*count), names.join(", ")),
            }
        }
    }
}

/// Said after a result that the limit cut.
pub(super) fn truncated(rows: &str) -> String {
    format!(" The result was cut at its limit, so this covers the first {rows} rows only.")
}

/// How the question was read.
pub(super) fn reading(lines: &[&str]) -> String {
    format!(
        "Read as: {}.",
        lines.iter().map(|line| line.trim_end_matches('.')).collect::<Vec<_>>().join("; ")
    )
}

fn item(item: &Item) -> String {
    format!("{} ({})", item.name, item.value)
}
