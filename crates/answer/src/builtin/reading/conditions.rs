//! Conditions: comparisons, stored values, patterns, absence.

use super::super::catalog::Role;
use super::super::ir::Dimension;
use super::super::lexicon::{Aggregate, Comparison, Op};
use super::{Candidates, Condition, Left, Mention, Reader};

impl Reader<'_> {
    /// 没有下过单的客户, "customers without orders", "products never sold in stores of 北京".
    pub(super) fn find_absences(&mut self) {
        for index in 0..self.len() {
            if !self.is(index, Op::Without) && !self.is(index, Op::Not) {
                continue;
            }
            let mut next = index + 1;
            while next < self.len()
                && !self.pieces[next].item.is_content()
                && self
                    .any_op(next, |op| {
                        matches!(
                            op,
                            Op::Of | Op::To | Op::Have | Op::Filler | Op::Distinct | Op::Is | Op::Each
                        )
                    })
                    .is_some()
            {
                next += 1;
            }
            // "not assigned to any project"; but "not expensive" and "not in Beijing" are other conditions.
            let not_related =
                self.table(next).is_some() && self.column_field(next).is_none() && !self.is_value(next);
            if !self.is(index, Op::Without) && !not_related {
                continue;
            }
            if self.used(next) && next < self.len() {
                continue;
            }
            if self.any_op(next, |op| matches!(op, Op::Sells(None))).is_some() && self.table(next).is_none() {
                // "never sold": no row of what trade is measured by.
                let candidates = super::super::resolve::trade_measures(self.catalog)
                    .into_iter()
                    .map(|measure| (super::super::resolve::measure_base(self.catalog, measure), 1.0))
                    .collect();
                let tables = Mention { candidates, units: self.pieces[next].item.units.clone() };
                self.take(next);
                self.pieces[index].used = true;
                self.parts.conditions.push(Condition::Related { tables, values: Vec::new(), negated: true });
                continue;
            }
            if self.is_value(next) && self.table(next).is_none() {
                let values = self.take_values(&mut next);
                self.pieces[index].used = true;
                self.parts.conditions.push(Condition::Related {
                    tables: Mention { candidates: Vec::new(), units: 0..0 },
                    values,
                    negated: true,
                });
                continue;
            }
            if let Some(tables) = self.table(next) {
                let field_weight = self.column_field(next).map_or(0.0, |field| field.candidates[0].1);
                if tables.candidates[0].1 + 0.05 >= field_weight {
                    self.take(next);
                    self.pieces[index].used = true;
                    let mut after = next + 1;
                    while self.is(after, Op::Of) && self.is_value(after + 1) && !self.chinese {
                        after += 1;
                    }
                    let values = if self.is_value(after) { self.take_values(&mut after) } else { Vec::new() };
                    self.parts.conditions.push(Condition::Related { tables, values, negated: true });
                    continue;
                }
            }
            if let Some(field) = self.column_field(next)
                && self.measure(next).is_none()
            {
                self.take(next);
                self.pieces[index].used = true;
                self.parts.conditions.push(Condition::Missing(field));
            }
        }
    }

    /// 单价超过1000元, "older than 30", "with at least 2 concerts", 价格在100到500之间, 高于平均价.
    pub(super) fn find_comparisons(&mut self) {
        for index in 0..self.len() {
            if let Some(Op::Compare(comparison)) = self.any_op(index, |op| matches!(op, Op::Compare(_))) {
                self.compare_at(index, comparison);
            } else if let Some(Op::CompareBefore(comparison)) =
                self.any_op(index, |op| matches!(op, Op::CompareBefore(_)))
            {
                self.compare_before_at(index, comparison);
            } else if let Some(Op::Adjective(adjective)) =
                self.any_op(index, |op| matches!(op, Op::Adjective(adjective) if adjective.comparative))
            {
                let comparison = if adjective.descending { Comparison::Greater } else { Comparison::Less };
                self.finish_comparison(index, comparison, Some(Left::Named(adjective.concepts)), true);
            }
        }
        for index in 0..self.len() {
            self.between_at(index);
        }
        for index in 0..self.len() {
            self.equal_number_at(index);
        }
    }

    fn compare_at(&mut self, index: usize, mut comparison: Comparison) {
        if let Some(before) = index.checked_sub(1)
            && self.is(before, Op::Not)
        {
            self.pieces[before].used = true;
            comparison = comparison.negated();
        }
        self.finish_comparison(index, comparison, None, true);
    }

    /// `X 100 or more`, 1000元以上.
    fn compare_before_at(&mut self, index: usize, comparison: Comparison) {
        let Some(number) = self.left(index).filter(|number| self.number(*number).is_some()) else { return };
        let Some(value) = self.number(number).map(|mention| mention.text.clone()) else { return };
        let concepts = self.unit_concepts(number);
        let left = self.left(number).and_then(|place| self.left_side(place));
        let left = match left {
            Some(left) => Some(left),
            None => self.count_behind(index).or(concepts.map(Left::Named)),
        };
        let Some(left) = left else { return };
        self.take(number);
        self.pieces[index].used = true;
        self.parts.conditions.push(Condition::Compare(left, comparison, value));
    }

    /// The right side of a comparison at `index`, with the left side from before it unless it is known.
    fn finish_comparison(
        &mut self,
        index: usize,
        comparison: Comparison,
        known: Option<Left>,
        percent: bool,
    ) {
        let _ = percent;
        let Some(right) = self.right(index) else { return };
        if let Some(number) = self.number(right) {
            let value = number.text.clone();
            let concepts = self.unit_concepts(right);
            let left = match known {
                Some(left) => Some(left),
                None => {
                    let before = self.left(index).filter(|place| self.can_be_compared(*place));
                    // "more than 5 orders": what is counted follows the number, unless a quantity stands before.
                    let quantity_before = before
                        .is_some_and(|place| self.quantity(place).is_some() || self.measure(place).is_some());
                    if quantity_before {
                        before.and_then(|place| self.left_side(place))
                    } else if let Some(count) = self.count_behind(right) {
                        Some(count)
                    } else {
                        before.and_then(|place| self.left_side(place)).or(concepts.map(Left::Named))
                    }
                }
            };
            if let Some(left) = left {
                self.take(right);
                self.pieces[index].used = true;
                self.parts.conditions.push(Condition::Compare(left, comparison, value));
            }
            return;
        }
        // Against the average of the same column, named again or not.
        let bare = match self.any_op(right, |op| matches!(op, Op::Aggregate(_))) {
            Some(Op::Aggregate(aggregate)) => Some(aggregate),
            _ => None,
        };
        let named = self.measure(right).map(|mention| mention.candidates);
        let against: Option<(Aggregate, Option<Mention<Dimension>>)> = match (bare, named) {
            (Some(aggregate), _) => Some((aggregate, None)),
            (None, Some(candidates)) => {
                let columns: Candidates<Dimension> = candidates
                    .iter()
                    .filter_map(|(measure, weight)| match measure {
                        super::super::ir::Measure::Column(_, column) => {
                            Some((Dimension::Column(*column), *weight))
                        }
                        _ => None,
                    })
                    .collect();
                let aggregate = candidates.iter().find_map(|(measure, _)| match measure {
                    super::super::ir::Measure::Column(aggregate, _) => Some(*aggregate),
                    _ => None,
                });
                aggregate.map(|aggregate| {
                    (
                        aggregate,
                        Some(Mention { candidates: columns, units: self.pieces[right].item.units.clone() }),
                    )
                })
            }
            (None, None) => None,
        };
        let Some((aggregate, column)) = against else { return };
        let before = self
            .left(index)
            .filter(|place| self.quantity(*place).is_some())
            .and_then(|place| self.left_side(place));
        let left = known.or(before).or(column.map(Left::Field));
        let left = match left {
            Some(left) => Some(left),
            // "above average age": the column behind.
            None => self.right(right).and_then(|place| {
                let quantity = self.quantity(place)?;
                self.take(place);
                Some(Left::Field(quantity))
            }),
        };
        if let Some(left) = left {
            self.take(right);
            self.pieces[index].used = true;
            self.parts.conditions.push(Condition::AgainstAggregate(left, comparison, aggregate));
        }
    }

    fn can_be_compared(&self, place: usize) -> bool {
        self.measure(place).is_some() || self.quantity(place).is_some() || self.table(place).is_some()
    }

    /// Uses up what stands on the left: a figure, a quantity, or an entity whose rows are counted.
    fn left_side(&mut self, place: usize) -> Option<Left> {
        if self.is_value(place) {
            return None;
        }
        let left = if let Some(measure) = self.measure(place) {
            Left::Measure(measure)
        } else if let Some(mut quantity) = self.quantity(place) {
            if let Some(owner) = self.left(place)
                && self.pieces[owner].qualifier
            {
                quantity.units.start = self.pieces[owner].item.units.start;
            }
            Left::Field(quantity)
        } else if self.chinese {
            // 下单超过5次: orders are counted. Before 的 it would be the subject.
            Left::Count(self.table(place)?)
        } else {
            return None;
        };
        self.take(place);
        Some(left)
    }

    /// "5 orders": the entity behind a number, when it isn't the subject behind 的.
    fn count_behind(&mut self, number: usize) -> Option<Left> {
        let mut place = number + 1;
        while self
            .any_op(place, |op| {
                matches!(op, Op::Classifier | Op::Filler | Op::CompareBefore(_) | Op::Distinct)
            })
            .is_some()
            && !self.pieces[place].item.is_content()
        {
            place += 1;
        }
        if self.is(place, Op::Of) || self.is_value(place) {
            return None;
        }
        let table = self.table(place)?;
        // "over 1000 products": with nothing else to be the subject, the noun is it.
        let another = (0..self.len()).any(|other| {
            other != place
                && (self.table(other).is_some()
                    || self.measure(other).is_some()
                    || self.column_field(other).is_some() && self.quantity(other).is_none())
        });
        if !another {
            return None;
        }
        self.take(place);
        Some(Left::Count(table))
    }

    /// What a number's unit says it measures.
    fn unit_concepts(&self, place: usize) -> Option<&'static [&'static str]> {
        let unit = self.number(place)?.unit.clone().or_else(|| {
            let next = self.item(place + 1)?;
            next.is(Op::Classifier).then(|| self.text.written(next.units.clone()).to_lowercase())
        })?;
        Some(match unit.as_str() {
            "元" | "块" | "块钱" | "圆" | "人民币" | "￥" | "¥" | "$" | "yuan" | "rmb" | "dollar"
            | "dollars" | "usd" | "美元" => &["price", "unit price", "amount", "total amount", "cost"],
            "岁" | "years old" | "year old" => &["age"],
            "分" | "points" => &["score", "grade", "points"],
            _ => return None,
        })
    }

    /// 价格在100到500之间, "price between 100 and 500".
    fn between_at(&mut self, index: usize) {
        if self.number(index).is_none() {
            return;
        }
        let Some(middle) = (index + 1..self.len().min(index + 3)).find(|place| self.is(*place, Op::To))
        else {
            return;
        };
        let Some(second) = self.right(middle).filter(|place| self.number(*place).is_some()) else { return };
        let opening = self.left(index).filter(|place| self.is(*place, Op::Between));
        let closing = self.right(second).filter(|place| self.is(*place, Op::To));
        if opening.is_none() && closing.is_none() && !self.chinese {
            return;
        }
        let texts = (self.number(index), self.number(second));
        let (Some(low), Some(high)) = texts else { return };
        let (low, high) = (low.text.clone(), high.text.clone());
        let concepts = self.unit_concepts(second).or(self.unit_concepts(index));
        let before = self.left(opening.unwrap_or(index));
        let left = before
            .filter(|place| self.quantity(*place).is_some() || self.measure(*place).is_some())
            .and_then(|place| self.left_side(place))
            .or(concepts.map(Left::Named));
        let Some(left) = left else { return };
        self.take(index);
        self.take(second);
        for place in [Some(middle), opening, closing].into_iter().flatten() {
            self.pieces[place].used = true;
        }
        self.parts.conditions.push(Condition::Between(left, low, high));
    }

    /// "id is 5", 年龄为20, 20岁的学生.
    fn equal_number_at(&mut self, index: usize) {
        if self.number(index).is_none() {
            return;
        }
        let ranks = |reader: &Self, place: usize| {
            reader
                .any_op(place, |op| {
                    matches!(op, Op::Top(_) | Op::Superlative(_) | Op::Adjective(_) | Op::Sells(_))
                })
                .is_some()
        };
        if index.checked_sub(1).is_some_and(|before| ranks(self, before))
            || ranks(self, index + 1)
            || self.is(index + 1, Op::Of) && ranks(self, index + 2)
        {
            return;
        }
        let Some(value) = self.number(index).map(|mention| mention.text.clone()) else { return };
        let has_unit = self.unit_concepts(index);
        if let Some(before) = self.left(index)
            && !self.is_value(before)
            && let Some(mut field) = self.column_field(before)
            && !ranks(self, before)
        {
            field.candidates.retain(|(dimension, _)| match dimension {
                Dimension::Column(column) => {
                    matches!(
                        self.catalog.role(*column),
                        Role::Quantity(_) | Role::Year | Role::Key | Role::Foreign
                    )
                }
                _ => false,
            });
            if !field.candidates.is_empty() {
                self.take(before);
                self.take(index);
                self.parts.conditions.push(Condition::Compare(Left::Field(field), Comparison::Equal, value));
                return;
            }
        }
        if let Some(concepts) =
            has_unit.filter(|_| self.number(index).is_some_and(|number| !number.is_percent))
        {
            self.take(index);
            self.parts.conditions.push(Condition::Compare(Left::Named(concepts), Comparison::Equal, value));
        }
    }

    /// 名称包含手机, "names that start with A".
    pub(super) fn find_patterns(&mut self) {
        for index in 0..self.len() {
            let Some(op) =
                self.any_op(index, |op| matches!(op, Op::Contains | Op::StartsWith | Op::EndsWith))
            else {
                continue;
            };
            if self.pieces[index].item.is_content() {
                continue;
            }
            // 以A开头: the words stand before.
            let place = match op {
                Op::Contains => self.right(index),
                _ if self.chinese => index.checked_sub(1),
                _ => self.right(index),
            };
            let Some(words) = place.and_then(|place| self.item(place)) else { continue };
            let written = match &words.quoted {
                Some(quoted) => quoted.clone(),
                None => self.text.written(words.units.clone()).to_owned(),
            };
            let Some(place) = place.filter(|_| !written.is_empty()) else { continue };
            let Some(field_place) = self
                .left(index.min(place))
                .map(|left| if self.is(left, Op::Not) { left.saturating_sub(1) } else { left })
            else {
                continue;
            };
            let negated = index
                .checked_sub(1)
                .is_some_and(|before| self.is(before, Op::Not) || self.is(before, Op::Without));
            let field_place = match self.is(field_place, Op::By).then(|| self.left(field_place)).flatten() {
                Some(beyond) => {
                    self.pieces[field_place].used = true;
                    beyond
                }
                None => field_place,
            };
            let Some(mut field) = self.column_field(field_place) else { continue };
            field.candidates.retain(|(dimension, _)| {
                matches!(dimension, Dimension::Column(column) if self.catalog.role(*column) == Role::Label)
            });
            if field.candidates.is_empty() {
                continue;
            }
            let escaped = written.replace(['%', '_'], "");
            let pattern = match op {
                Op::StartsWith => format!("{escaped}%"),
                Op::EndsWith => format!("%{escaped}"),
                _ => format!("%{escaped}%"),
            };
            self.parts.unknown.retain(|unknown| *unknown != written);
            self.take(field_place);
            self.pieces[place].used = true;
            self.pieces[index].used = true;
            if negated {
                self.pieces[index - 1].used = true;
            }
            self.parts.conditions.push(Condition::Like(field, pattern, negated));
        }
    }
}
