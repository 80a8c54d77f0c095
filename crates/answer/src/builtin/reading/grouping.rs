//! What figures are broken down by, and what rows are sorted by.

use super::super::lexicon::Op;
use super::{By, Group, Reader};

impl Reader<'_> {
    pub(super) fn find_groups(&mut self) {
        // A step of time that nothing ranked.
        for index in 0..self.len() {
            if self.used(index) {
                continue;
            }
            let step = self.pieces[index].item.grain.or_else(|| {
                match self.any_op(index, |op| matches!(op, Op::WhichStep(_))) {
                    Some(Op::WhichStep(grain)) => Some(grain),
                    _ => None,
                }
            });
            if let Some(grain) = step {
                self.pieces[index].used = true;
                let written = self.text.written(self.pieces[index].item.units.clone()).to_owned();
                self.parts.understood.push(written);
                if let Some(before) = index.checked_sub(1)
                    && (self.is(before, Op::By) || self.is(before, Op::Each))
                {
                    self.pieces[before].used = true;
                }
                self.parts.groups.push(Group::Step(grain));
            }
        }
        self.find_sort();
        for index in 0..self.len() {
            if self.is(index, Op::Each) || self.is(index, Op::By) {
                self.doubt_passive(index);
                self.group_at(index);
            }
        }
        // 客户的城市分布, "countries and number of singers": a column beside a figure, see `resolve`.
    }

    /// 按销售额排序, "sorted by price", "by price descending".
    fn find_sort(&mut self) {
        for index in 0..self.len() {
            let sort_word = self.is(index, Op::Sort);
            let by_word = self.is(index, Op::By);
            if !(sort_word || by_word) || self.pieces[index].item.is_content() {
                continue;
            }
            let Some(next) = self.right(index) else { continue };
            // 按: only when what follows is a figure or is sorted outright.
            let directed = (next + 1..self.len())
                .any(|place| self.any_op(place, |op| matches!(op, Op::Direction(_) | Op::Sort)).is_some());
            let figure = self.measure(next).is_some();
            let quantity = self.quantity(next).is_some();
            let field = self.column_field(next).is_some() && !self.is_value(next);
            let nothing_measured =
                self.parts.measures.is_empty() && (0..self.len()).all(|place| self.measure(place).is_none());
            if by_word && !(figure || directed && (quantity || field && nothing_measured)) {
                continue;
            }
            if sort_word && !(figure || quantity || field) {
                continue;
            }
            let by = if figure || quantity {
                self.by_at(next)
            } else {
                let field = self.column_field(next);
                self.take(next);
                field.map(By::Field)
            };
            if by.is_some() {
                self.pieces[index].used = true;
                self.parts.sort = by;
                // A figure that is named only here is also what is asked for.
            }
        }
    }

    /// Everything that stands behind a word of grouping, joined by "and" or nothing.
    fn group_at(&mut self, index: usize) {
        let mut place = index + 1;
        let mut found = false;
        loop {
            while self.is(place, Op::Of)
                || self.is(place, Op::Each)
                || self.is(place, Op::By)
                || self.is(place, Op::Distinct)
                || self.pieces.get(place).is_some_and(|piece| piece.qualifier)
            {
                place += 1;
            }
            if self.used(place) || self.is_value(place) || self.measure(place).is_some() {
                break;
            }
            let Some(field) = self.field(place) else { break };
            // 各城市各品类, 按城市和品类: but 各城市客户 is one group and a subject.
            let joined = !found
                || self.is(place - 1, Op::And)
                || self.is(place - 1, Op::To)
                || self.is(place - 1, Op::Each)
                || self.is(place - 1, Op::By);
            if !joined {
                break;
            }
            self.take(place);
            self.parts.groups.push(Group::Field(field));
            found = true;
            let mut beyond = place + 1;
            while self.is(beyond, Op::And) || self.is(beyond, Op::To) {
                beyond += 1;
            }
            let another = beyond > place + 1
                && self.field(beyond).is_some()
                && !self.is_value(beyond)
                && self.measure(beyond).is_none()
                && self.quantity(beyond).is_none();
            if another {
                for between in place + 1..beyond {
                    self.pieces[between].used = true;
                }
                place = beyond;
                // What was used up is still a joint.
                let Some(next) = self.field(place) else { break };
                self.take(place);
                self.parts.groups.push(Group::Field(next));
                place += 1;
            } else {
                place += 1;
            }
            if !(self.is(place, Op::Each) || self.is(place, Op::By)) {
                break;
            }
        }
        if found {
            self.pieces[index].used = true;
        } else if self.is(index, Op::Each)
            && self.parts.conditions.iter().any(
                |condition| matches!(condition, super::Condition::Values { values, .. } if values.len() > 1),
            )
        {
            // 男生和女生各有多少人: one figure for each of the values.
            self.pieces[index].used = true;
            self.parts.each_value = true;
        }
    }
}
