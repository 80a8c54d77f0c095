//! Questions that only change the last one: 那上海呢？, "what about last year?", 按品类呢.
//!
//! The last question is said again with the new words in the place of those they replace, and read as a whole. What was
//! understood is then visible as a question of its own.

use super::prepared::Prepared;
use super::reading::{Condition, Group, Parts};
use super::text::{Text, has_han};
use super::{linking, reading};
use crate::Question;

/// The whole question that an elliptic one stands for; `None` when it stands for itself.
pub(crate) fn complete(prepared: &Prepared, question: &Question, text: &Text, parts: &Parts) -> Option<Text> {
    let last = question.context.last()?;
    let elliptic = parts.unknown.is_empty()
        && parts.measures.is_empty()
        && parts.subjects.is_empty()
        && parts.fields.is_empty()
        && parts.ranking.is_none()
        && !(parts.counts || parts.share || parts.trend || parts.trade)
        && parts.conditions.iter().all(|condition| matches!(condition, Condition::Values { .. }))
        && (!parts.conditions.is_empty() || !parts.times.is_empty() || !parts.groups.is_empty());
    if !elliptic {
        return None;
    }
    let mut whole = Text::new(last.question.trim().trim_end_matches(['?', '？', '。', '.']));
    let read = |whole: &Text| {
        let items = linking::link(whole, &prepared.catalog, &prepared.values, question.now);
        reading::read(whole, items, &prepared.catalog)
    };
    if !read(&whole).unknown.is_empty() {
        return None;
    }
    for condition in &parts.conditions {
        let Condition::Values { values, units, .. } = condition else { continue };
        let words = text.written(units.clone());
        let before = read(&whole);
        let replaced = before.conditions.iter().find_map(|known| match known {
            Condition::Values { values: old, units, .. } => {
                let same_column = old
                    .iter()
                    .flatten()
                    .any(|one| values.iter().flatten().any(|other| one.column == other.column));
                same_column.then(|| whole.replaced(units.clone(), words))
            }
            _ => None,
        });
        whole = Text::new(&replaced.unwrap_or_else(|| added(&whole, words, "的", " in ")));
    }
    for time in &parts.times {
        let units = text.units_in(&time.mention.span)?;
        let words = text.written(units);
        let before = read(&whole);
        let old = before.times.first().and_then(|old| whole.units_in(&old.mention.span));
        let replaced = old.map(|units| whole.replaced(units, words));
        whole = Text::new(&replaced.unwrap_or_else(|| added(&whole, words, "", " ")));
    }
    for group in &parts.groups {
        let Group::Field(mention) = group else { continue };
        let words = text.written(mention.units.clone());
        let before = read(&whole);
        let replaced = before.groups.iter().find_map(|old| match old {
            Group::Field(old) => Some(whole.replaced(old.units.clone(), words)),
            Group::Step(_) => None,
        });
        whole = Text::new(&replaced.unwrap_or_else(|| {
            if has_han(whole.original()) {
                format!("各{words}的{}", whole.original())
            } else {
                format!("{} by {words}", whole.original())
            }
        }));
    }
    Some(whole)
}

/// The question with a restriction that it didn't have.
fn added(whole: &Text, words: &str, chinese_joint: &str, english_joint: &str) -> String {
    if has_han(whole.original()) {
        format!("{words}{chinese_joint}{}", whole.original())
    } else {
        format!("{}{english_joint}{words}", whole.original())
    }
}
