//! Conditions by stored values: which words are values, of which column, and whether they are excluded.

use super::super::ir::{ColumnId, Dimension, TableId};
use super::super::lexicon::{Comparison, Op};
use super::super::values::ValueLink;
use super::{Candidates, Condition, Reader};

impl Reader<'_> {
    /// Uses up values that stand together, joined by "or" and commas.
    pub(super) fn take_values(&mut self, next: &mut usize) -> Vec<Vec<ValueLink>> {
        let mut values = Vec::new();
        while self.is_value(*next) {
            values.push(self.pieces[*next].item.values.clone());
            self.take(*next);
            *next += 1;
            let mut beyond = *next;
            while self.is(beyond, Op::Or) || self.is(beyond, Op::And) {
                beyond += 1;
            }
            if beyond > *next && self.is_value(beyond) {
                for between in *next..beyond {
                    self.pieces[between].used = true;
                }
                *next = beyond;
            }
        }
        values
    }

    /// Stored values: 北京, "in Shanghai or Shenzhen", "status cancelled", 不是VIP.
    pub(super) fn find_values(&mut self) {
        let mut index = 0;
        while index < self.len() {
            if !self.is_value(index) {
                index += 1;
                continue;
            }
            let start = index;
            let hint = self.value_hint(start);
            // 上海和深圳的 and "in Shanghai or Shenzhen" choose rows of either.
            let mut values: Vec<Vec<ValueLink>> = Vec::new();
            let mut end = index;
            while self.is_value(end) {
                let item = &self.pieces[end].item;
                let links = self.values_at(item, &hint);
                if links.is_empty() {
                    break;
                }
                // Only values that may stand in the same column are alternatives.
                let shares = values.last().is_none_or(|before| {
                    before.iter().any(|one| links.iter().any(|other| other.column == one.column))
                });
                if !shares {
                    break;
                }
                values.push(links);
                self.take(end);
                end += 1;
                let mut beyond = end;
                while self.is(beyond, Op::Or) || self.is(beyond, Op::And) || self.is(beyond, Op::To) {
                    beyond += 1;
                }
                if beyond == end || !self.is_value(beyond) || !self.alternative(&values, beyond) {
                    break;
                }
                for between in end..beyond {
                    self.pieces[between].used = true;
                }
                end = beyond;
            }
            if values.is_empty() {
                index += 1;
                continue;
            }
            let mut negated = false;
            if let Some(before) = self.left_including_negation(start) {
                negated = true;
                self.pieces[before].used = true;
                // 除了北京以外: the words behind belong to it.
            }
            let units =
                self.pieces[start].item.units.start..self.pieces[end.max(start + 1) - 1].item.units.end;
            let owner = self.value_owner(start, end.max(start + 1));
            let all = values.len() > 1 && !negated && self.all_at_once();
            self.parts.conditions.push(Condition::Values { values, hint, owner, negated, all, units });
            index = end.max(start + 1);
        }
    }

    /// The table that values from `start` to before `end` describe.
    fn value_owner(&self, start: usize, end: usize) -> Candidates<TableId> {
        let sure = |place: usize| -> Candidates<TableId> {
            let Some(piece) = self.pieces.get(place).filter(|piece| piece.item.values.is_empty()) else {
                return Vec::new();
            };
            piece.item.tables().filter(|(_, weight)| *weight > 0.6).collect()
        };
        let of = |place: usize| self.pieces.get(place).is_some_and(|piece| piece.item.is(Op::Of));
        let behind = if self.chinese && of(end) { end + 1 } else { end };
        let owner = sure(behind);
        if !owner.is_empty() || self.chinese {
            return owner;
        }
        // "Customers who bought …": whatever is said behind "who" is said of them.
        let who = (1..start).rev().find(|place| {
            matches!(self.text.written(self.pieces[*place].item.units.clone()), "who" | "that" | "which")
        });
        if let Some(owner) = who.map(|who| sure(who - 1)).filter(|owner| !owner.is_empty()) {
            return owner;
        }
        let mut before = start;
        while before.checked_sub(1).is_some_and(of) {
            before -= 1;
        }
        // "Sales by store, 北京": only a preposition makes the value a description.
        if before == start { Vec::new() } else { before.checked_sub(1).map(sure).unwrap_or_default() }
    }

    /// Whether several values are asked for at once: 同时, "both".
    fn all_at_once(&self) -> bool {
        let normal = &self.text.normal;
        ["同时", "都买", "都购买", "都下过", "都有"].iter().any(|word| normal.contains(word))
            && !normal.contains("都有哪")
            || (0..self.len()).any(|place| {
                self.pieces[place].item.is(Op::And)
                    && self.text.written(self.pieces[place].item.units.clone()).eq_ignore_ascii_case("both")
            })
    }

    fn alternative(&self, values: &[Vec<ValueLink>], place: usize) -> bool {
        let links = &self.pieces[place].item.values;
        values.last().is_some_and(|before| {
            before.iter().any(|one| links.iter().any(|other| other.column == one.column))
        })
    }

    fn values_at(&self, item: &super::super::linking::Item, hint: &Candidates<ColumnId>) -> Vec<ValueLink> {
        if !item.values.is_empty() {
            return item.values.clone();
        }
        // Quoted words that are stored nowhere are still compared with, where the column is named.
        item.quoted
            .iter()
            .flat_map(|quoted| {
                hint.iter().map(|(column, weight)| ValueLink {
                    column: *column,
                    value: quoted.as_str().into(),
                    weight: *weight,
                })
            })
            .collect()
    }

    fn left_including_negation(&self, place: usize) -> Option<usize> {
        let mut before = place.checked_sub(1)?;
        while self.is(before, Op::Of) || self.is(before, Op::Is) {
            before = before.checked_sub(1)?;
        }
        let negation = self.is(before, Op::Not)
            || self.is(before, Op::Except)
            || self.is(before, Op::Without)
            || self.is(before, Op::Compare(Comparison::Unequal));
        negation.then_some(before)
    }

    /// A column named beside a value tells where it is stored; it is used up.
    fn value_hint(&mut self, place: usize) -> Candidates<ColumnId> {
        let mut before = place.checked_sub(1);
        while let Some(at) = before
            && (self.is(at, Op::Is)
                || self.is(at, Op::Of)
                || self.is(at, Op::Not)
                || self.is(at, Op::Compare(Comparison::Equal))
                || self.is(at, Op::Compare(Comparison::Unequal)))
        {
            before = at.checked_sub(1);
        }
        let asked = |reader: &Self, at: usize| {
            at.checked_sub(1).is_some_and(|previous| {
                reader.any_op(previous, |op| matches!(op, Op::Each | Op::By)).is_some()
            })
        };
        for at in [before, Some(place + 1)].into_iter().flatten() {
            if self.used(at) || self.is_value(at) || asked(self, at) {
                continue;
            }
            let Some(field) = self.column_field(at) else { continue };
            let columns: Candidates<ColumnId> = field
                .candidates
                .iter()
                .filter_map(|(dimension, weight)| match dimension {
                    Dimension::Column(column) => Some((*column, *weight)),
                    Dimension::Term(term) => {
                        self.catalog.terms[term.0].single_column().map(|column| (column, *weight))
                    }
                    _ => None,
                })
                .filter(|(column, _)| {
                    let item = &self.pieces[place].item;
                    item.values.is_empty() && item.quoted.is_some()
                        || item.values.iter().any(|link| link.column == *column)
                })
                .collect();
            let first_a_table =
                self.table(at).is_some_and(|table| table.candidates[0].1 > field.candidates[0].1);
            let is_left = Some(at) == before;
            // Behind the value only what touches it: "cancelled status", not "cancelled … by status".
            if !columns.is_empty() && !first_a_table && (is_left || at == place + 1) {
                // "names of singers in France": a shown column isn't a hint for another place's value.
                self.take(at);
                return columns;
            }
        }
        Vec::new()
    }
}
