//! From the words of a question to what they may mean: the best cover of the text by known phrases, each with all its
//! meanings.

use std::ops::Range;

use chrono::NaiveDateTime;

use super::catalog::{Catalog, Link, Target};
use super::ir::{TableId, TermId};
use super::lexicon::{LEXICON, Op};
use super::names::Weight;
use super::numbers::{self, NumberMention};
use super::text::{Text, UnitKind};
use super::time::{self, Grain, TimeMention};
use super::values::{ValueIndex, ValueLink};

/// A piece of the question with everything it may mean.
#[derive(Clone, Debug, Default)]
pub(crate) struct Item {
    /// Its units.
    pub(crate) units: Range<usize>,
    /// Fixed words.
    pub(crate) ops: Vec<Op>,
    /// Things of the schema, most likely first.
    pub(crate) links: Vec<Link>,
    /// Stored values, most likely first.
    pub(crate) values: Vec<ValueLink>,
    /// A stretch of time.
    pub(crate) time: Option<TimeMention>,
    /// Steps of time.
    pub(crate) grain: Option<Grain>,
    /// A number.
    pub(crate) number: Option<NumberMention>,
    /// Text in quotation marks, as it was written.
    pub(crate) quoted: Option<String>,
    /// Whether nothing is known about it.
    pub(crate) unknown: bool,
}

impl Item {
    /// Whether it may be this fixed word.
    pub(crate) fn is(&self, op: Op) -> bool {
        self.ops.contains(&op)
    }

    /// Tables it may name.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (TableId, Weight)> + '_ {
        self.links.iter().filter_map(|link| match link.target {
            Target::Table(table) => Some((table, link.weight)),
            _ => None,
        })
    }

    /// Terms it may name.
    pub(crate) fn terms(&self) -> impl Iterator<Item = (TermId, Weight)> + '_ {
        self.links.iter().filter_map(|link| match link.target {
            Target::Term(term) => Some((term, link.weight)),
            _ => None,
        })
    }

    /// Whether it names something of the schema or a stored value.
    pub(crate) fn is_content(&self) -> bool {
        !self.links.is_empty() || !self.values.is_empty() || self.quoted.is_some()
    }
}

/// A phrase found in the text.
struct Found {
    units: Range<usize>,
    score: i64,
    item: Item,
}

const PER_UNIT: i64 = 100;
const PER_PIECE: i64 = 30;
const UNKNOWN: i64 = -60;

/// Reads the text into pieces.
pub(crate) fn link(text: &Text, catalog: &Catalog, values: &ValueIndex, now: NaiveDateTime) -> Vec<Item> {
    let count = text.units.len();
    // All phrases of the same place together: one piece, several meanings.
    let mut found: Vec<Vec<Found>> = (0..count).map(|_| Vec::new()).collect();
    for (start, here) in found.iter_mut().enumerate() {
        let rest = &text.units[start..];
        LEXICON.walk(rest, |length, ops| {
            // "orders by city" isn't "ordered by city", though both have one stem.
            if text.unit(start) == "orders" && ops.contains(&Op::Sort) {
                return;
            }
            let item = merge(here, start..start + length, 4);
            item.ops.extend_from_slice(ops);
        });
        catalog.names.walk(rest, |length, links| {
            let best = links.iter().map(|link| link.weight).fold(0.0, f32::max);
            let item = merge(here, start..start + length, 4 + (best * 12.0) as i64);
            item.links.extend_from_slice(links);
        });
        values.phrases().walk(rest, |length, links| {
            let best = links.iter().map(|link| link.weight).fold(0.0, f32::max);
            let item = merge(here, start..start + length, 3 + (best * 11.0) as i64);
            item.values.extend_from_slice(links);
        });
    }
    for mention in time::find(&text.normal, now) {
        if let Some(units) = text.units_in(&mention.span) {
            merge(&mut found[units.start], units, 20).time = Some(mention);
        }
    }
    for mention in time::find_grains(&text.normal) {
        if let Some(units) = text.units_in(&mention.span) {
            merge(&mut found[units.start], units, 18).grain = Some(mention.grain);
        }
    }
    for mention in numbers::find(&text.normal) {
        if let Some(units) = text.units_in(&mention.span) {
            merge(&mut found[units.start], units, 10).number = Some(mention);
        }
    }
    for (units, words) in quotations(text) {
        let stored = values.phrases().get(&super::text::keys(&words));
        let item = merge(&mut found[units.start], units, 40);
        item.values.extend_from_slice(stored);
        item.quoted = Some(words);
    }
    let mut items = cover(text, found);
    for item in &mut items {
        item.links
            .sort_by(|left, right| right.weight.total_cmp(&left.weight).then(left.target.cmp(&right.target)));
        // A table named in full leaves no room for one that only shares a word.
        let best_table = item.tables().map(|(_, weight)| weight).fold(0.0, f32::max);
        item.links.retain(|link| !matches!(link.target, Target::Table(_)) || link.weight + 0.2 >= best_table);
        item.values.sort_by(|left, right| {
            right
                .weight
                .total_cmp(&left.weight)
                .then(left.column.cmp(&right.column))
                .then(left.value.cmp(&right.value))
        });
        if item.unknown {
            spell(text, item, catalog);
        }
    }
    items
}

fn merge(found: &mut Vec<Found>, units: Range<usize>, quality: i64) -> &mut Item {
    let length = i64::try_from(units.len()).unwrap_or(0);
    let score = length * PER_UNIT - PER_PIECE + quality;
    let place = match found.iter().position(|known| known.units == units) {
        Some(place) => place,
        None => {
            let item = Item { units: units.clone(), ..Item::default() };
            found.push(Found { units, score, item });
            found.len() - 1
        }
    };
    found[place].score = found[place].score.max(score);
    &mut found[place].item
}

/// The pieces that together explain most of the text; ties go to the longer piece at the end.
fn cover(text: &Text, mut found: Vec<Vec<Found>>) -> Vec<Item> {
    let count = text.units.len();
    // best[n]: score of the first n units, and the piece that ends there.
    let mut best: Vec<(i64, Option<(usize, usize)>)> = vec![(i64::MIN, None); count + 1];
    best[0].0 = 0;
    for start in 0..count {
        let reached = best[start].0;
        if reached == i64::MIN {
            continue;
        }
        let skip = if text.units[start].kind == UnitKind::Mark { 0 } else { UNKNOWN };
        if reached + skip > best[start + 1].0 {
            best[start + 1] = (reached + skip, None);
        }
        for (place, piece) in found[start].iter().enumerate() {
            let end = piece.units.end;
            if reached + piece.score > best[end].0 {
                best[end] = (reached + piece.score, Some((start, place)));
            }
        }
    }
    let mut items: Vec<Item> = Vec::new();
    let mut end = count;
    while end > 0 {
        match best[end].1 {
            Some((start, place)) => {
                items.push(std::mem::take(&mut found[start][place].item));
                end = start;
            }
            None => {
                let start = end - 1;
                let unit = &text.units[start];
                if unit.kind != UnitKind::Mark {
                    match items.last_mut() {
                        // Unknown characters that stand together are one unknown word.
                        Some(next)
                            if next.unknown
                                && next.units.start == end
                                && unit.kind == UnitKind::Han
                                && text.units[end].kind == UnitKind::Han =>
                        {
                            next.units.start = start;
                        }
                        _ => items.push(Item { units: start..end, unknown: true, ..Item::default() }),
                    }
                }
                end = start;
            }
        }
    }
    items.reverse();
    items
}

/// What an unknown English word was probably meant to be.
fn spell(text: &Text, item: &mut Item, catalog: &Catalog) {
    if item.units.len() != 1 || text.units[item.units.start].kind != UnitKind::Word {
        return;
    }
    let word = text.unit(item.units.start);
    if word.len() < 5 {
        return;
    }
    let allowed = if word.len() >= 8 { 2 } else { 1 };
    let closest = catalog
        .spellings
        .iter()
        .filter_map(|(known, links)| Some((distance(word, known, allowed)?, links)))
        .min_by_key(|(distance, _)| *distance);
    if let Some((_, links)) = closest {
        item.unknown = false;
        item.links = links.iter().map(|link| Link { weight: link.weight * 0.6, ..*link }).collect();
    }
}

/// Edits between two words (a swap of neighbours is one), when at most `allowed`.
fn distance(left: &str, right: &str, allowed: usize) -> Option<usize> {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len().abs_diff(right.len()) > allowed {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, left_character) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, right_character) in right.iter().enumerate() {
            let change = last[column] + usize::from(left_character != right_character);
            let mut cost = change.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0
                && column > 0
                && *left_character == right[column - 1]
                && left[row - 1] == *right_character
            {
                cost = cost.min(before[column - 1] + 1);
            }
            current.push(cost);
        }
        before = std::mem::replace(&mut last, current);
    }
    last.last().copied().filter(|edits| *edits <= allowed)
}

/// Words between quotation marks.
fn quotations(text: &Text) -> Vec<(Range<usize>, String)> {
    let mut quotations = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (index, unit) in text.units.iter().enumerate() {
        if unit.kind != UnitKind::Mark {
            continue;
        }
        let mark = text.unit(index).chars().next().unwrap_or(' ');
        match open {
            Some((start, closing)) if mark == closing => {
                if start + 1 < index {
                    quotations.push((start..index + 1, text.written(start + 1..index).to_owned()));
                }
                open = None;
            }
            None => {
                open = match mark {
                    '"' => Some((index, '"')),
                    '\'' => Some((index, '\'')),
                    '“' => Some((index, '”')),
                    '‘' => Some((index, '’')),
                    '「' => Some((index, '」')),
                    '《' => Some((index, '》')),
                    _ => None,
                };
            }
            Some(_) => {}
        }
    }
    quotations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(distance("custmoer", "customer", 2), Some(1));
        assert_eq!(distance("custmer", "customer", 2), Some(1));
        assert_eq!(distance("store", "customer", 2), None);
    }
}
