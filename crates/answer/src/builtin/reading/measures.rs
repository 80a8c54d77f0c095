//! Figures: defined metrics, aggregates of columns, counts of entities; and stretches of time.

use super::super::catalog::{Role, Target};
use super::super::ir::{Dimension, Measure};
use super::super::lexicon::{Aggregate, Op};
use super::super::text::keys;
use super::{Candidates, Reader, TimeCondition};
use crate::TermKind;

impl Reader<'_> {
    pub(super) fn find_measures(&mut self) {
        for index in 0..self.len() {
            let defined: Candidates<Measure> = self.pieces[index]
                .item
                .terms()
                .filter(|(term, _)| self.catalog.terms[term.0].kind == TermKind::Metric)
                .map(|(term, weight)| (Measure::Term(term), weight))
                .collect();
            let best_other = self.pieces[index]
                .item
                .links
                .iter()
                .filter(|link| match link.target {
                    Target::Term(term) => self.catalog.terms[term.0].kind != TermKind::Metric,
                    _ => true,
                })
                .map(|link| link.weight)
                .fold(0.0, f32::max);
            if defined.first().is_some_and(|(_, weight)| *weight >= best_other) {
                self.pieces[index].measures = defined;
            }
        }
        for index in 0..self.len() {
            self.aggregate_at(index);
        }
        for index in 0..self.len() {
            self.count_at(index);
        }
    }

    /// 平均价格, 价格的平均值, "average, minimum and maximum age".
    fn aggregate_at(&mut self, index: usize) {
        let Some(Op::Aggregate(aggregate)) = self.any_op(index, |op| matches!(op, Op::Aggregate(_))) else {
            // 总 and "total" make a sum only of a plain column; of anything else they say nothing.
            if self.is(index, Op::Total)
                && let Some(next) = self.right(index)
                && !self.is_value(next)
            {
                if !self.pieces[next].measures.is_empty() {
                    self.pieces[index].used = true;
                } else {
                    self.merge_aggregate(index, next, Aggregate::Sum, true);
                }
            }
            return;
        };
        if !self.pieces[index].measures.is_empty() {
            return;
        }
        // Over the other aggregates of a list to the column they share.
        let mut next = index + 1;
        while next < self.len()
            && (self.is(next, Op::And)
                || self.is(next, Op::Of)
                || self.is(next, Op::Each)
                || self.any_op(next, |op| matches!(op, Op::Aggregate(_))).is_some())
        {
            next += 1;
        }
        let listed = (index + 1..next)
            .any(|between| self.any_op(between, |op| matches!(op, Op::Aggregate(_))).is_some());
        if !self.chinese || self.right(index) == Some(next) || listed {
            if self.pieces.get(next).is_some_and(|piece| !piece.measures.is_empty()) {
                // The sum of a metric is the metric; so is the average of one that is an average.
                let redundant = self.pieces[next].measures.iter().any(|(measure, _)| match measure {
                    Measure::Term(term) => {
                        let expression = self.catalog.terms[term.0].expression.to_lowercase();
                        aggregate == Aggregate::Sum && expression.starts_with("sum")
                            || aggregate == Aggregate::Average && expression.starts_with("avg")
                    }
                    _ => false,
                });
                if redundant {
                    self.pieces[index].used = true;
                    return;
                }
            }
            if self.merge_aggregate(index, next, aggregate, !listed) {
                return;
            }
            // "average order value of a store", "average customer age": a table may stand before its column.
            if self.table(next).is_some()
                && let Some(beyond) = self.right(next)
                && self.quantity(beyond).is_some()
                && self.merge_aggregate(index, beyond, aggregate, !listed)
            {
                self.take(next);
                return;
            }
        }
        if let Some(previous) = self.left(index)
            && self.quantity(previous).is_some()
        {
            self.merge_aggregate(index, previous, aggregate, true);
        }
    }

    /// Makes the aggregate word the figure; the column is used up unless others share it.
    fn merge_aggregate(&mut self, index: usize, column: usize, aggregate: Aggregate, take: bool) -> bool {
        if self.is_value(column) {
            return false;
        }
        let Some(mut mention) = self.column_field(column) else { return false };
        mention.candidates.retain(|(dimension, _)| match dimension {
            Dimension::Column(id) => match self.catalog.role(*id) {
                Role::Quantity(_) => true,
                Role::Year | Role::Time => matches!(aggregate, Aggregate::Min | Aggregate::Max),
                _ => false,
            },
            _ => false,
        });
        if mention.candidates.is_empty() {
            return false;
        }
        let measures = mention
            .candidates
            .iter()
            .filter_map(|(dimension, weight)| match dimension {
                Dimension::Column(id) => Some((Measure::Column(aggregate, *id), *weight)),
                _ => None,
            })
            .collect();
        let column_units = self.pieces[column].item.units.clone();
        let piece = &mut self.pieces[index];
        piece.measures = measures;
        piece.item.ops.clear();
        piece.item.links.clear();
        if take {
            piece.item.units =
                piece.item.units.start.min(column_units.start)..piece.item.units.end.max(column_units.end);
            self.take(column);
        } else if self.pieces[..column]
            .iter()
            .filter(|other| !other.used && other.measures.is_empty())
            .all(|other| !other.item.ops.iter().any(|op| matches!(op, Op::Aggregate(_))))
        {
            // The last of the list.
            self.take(column);
        }
        true
    }

    /// 客户数量, "number of customers", 有多少客户, "how many different cities".
    fn count_at(&mut self, index: usize) {
        let asks = self.is(index, Op::HowMany);
        let noun = self.is(index, Op::CountNoun);
        if !(asks || noun) || !self.pieces[index].measures.is_empty() {
            return;
        }
        // 下了多少单: orders are counted, whoever is spoken of.
        if asks && self.text.written(self.pieces[index].item.units.clone()).ends_with('单') {
            let orders: Candidates<Measure> = self
                .catalog
                .names
                .get(&keys("订单"))
                .iter()
                .filter_map(|link| match link.target {
                    Target::Table(table) => Some((Measure::Rows(table), link.weight)),
                    _ => None,
                })
                .collect();
            let piece = &mut self.pieces[index];
            if orders.is_empty() {
                // Nothing here is an order.
                piece.item.ops.clear();
            } else {
                piece.measures = orders;
                piece.item.ops.clear();
                piece.item.links.clear();
                piece.item.units = 0..0;
            }
            return;
        }
        // 今年注册的客户中有多少下过单: the whole is counted, what follows describes the part.
        if asks
            && self.chinese
            && let Some(thing) = index.checked_sub(2)
            && self
                .parts
                .whole
                .as_ref()
                .is_some_and(|whole| self.pieces[index - 1].item.units.start == whole.end)
            && self.try_count(index, thing, None)
        {
            return;
        }
        // Behind, over "different" and values that describe the noun: "how many French singers".
        let mut next = index + 1;
        let mut distinct = None;
        while next < self.len() {
            if self.is(next, Op::Distinct) || self.is(next, Op::Each) {
                distinct = Some(next);
            } else if !(self.is(next, Op::Of)
                || !self.chinese && self.is_value(next)
                || self.is(next, Op::Total))
            {
                break;
            }
            next += 1;
        }
        let chinese_noun = self.chinese && noun && !asks;
        if !chinese_noun && self.try_count(index, next, distinct) {
            if !self.chinese {
                self.count_beside(next + 1, next + 2);
            }
            return;
        }
        if let Some(previous) = self.left(index)
            && (self.chinese || noun)
        {
            let previous = if self.is(previous, Op::Total) { self.left(previous) } else { Some(previous) };
            if let Some(previous) = previous
                && self.try_count(index, previous, None)
                && self.chinese
                && let Some(other) = previous.checked_sub(2)
            {
                self.count_beside(previous - 1, other);
            }
        }
    }

    /// 客户和订单的数量, "number of customers and orders": what stands beyond "and" is counted as well.
    fn count_beside(&mut self, and: usize, other: usize) {
        let grouped =
            other.checked_sub(1).is_some_and(|before| self.is(before, Op::Each) || self.is(before, Op::By));
        if !self.is(and, Op::And) || grouped || self.is_value(other) || self.measure(other).is_some() {
            return;
        }
        let Some(tables) = self.table(other) else { return };
        let rows = |(table, weight): &(super::super::ir::TableId, f32)| (Measure::Rows(*table), *weight);
        let measures = tables.candidates.iter().map(rows).collect();
        self.pieces[and].used = true;
        let piece = &mut self.pieces[other];
        piece.measures = measures;
        piece.item.ops.clear();
        piece.item.links.clear();
        piece.item.units = 0..0;
    }

    fn try_count(&mut self, index: usize, thing: usize, distinct: Option<usize>) -> bool {
        let asks = self.is(index, Op::HowMany);
        if self.used(thing) || self.is_value(thing) || !self.pieces[thing].measures.is_empty() {
            return false;
        }
        // 每个城市有多少客户: what is grouped by is not what is counted.
        let grouped = thing
            .checked_sub(1)
            .is_some_and(|before| distinct != Some(before) && self.is(before, Op::Each) && thing < index);
        if grouped {
            return false;
        }
        let mut measures: Candidates<Measure> = Vec::new();
        if let Some(tables) = self.table(thing) {
            measures.extend(tables.candidates.iter().map(|(table, weight)| (Measure::Rows(*table), *weight)));
        }
        if let Some(fields) = self.column_field(thing) {
            for (dimension, weight) in fields.candidates {
                let column = match dimension {
                    Dimension::Column(column) => Some(column),
                    Dimension::Term(term) => self.catalog.terms[term.0].single_column(),
                    _ => None,
                };
                let countable = column.filter(|column| {
                    !matches!(self.catalog.role(*column), Role::Quantity(_)) || distinct.is_some()
                });
                // A table of the thing is counted before a column of its name.
                if let Some(column) = countable {
                    measures.push((Measure::Column(Aggregate::CountDistinct, column), weight - 0.12));
                }
            }
        }
        if measures.is_empty() {
            return false;
        }
        measures.sort_by(|left, right| right.1.total_cmp(&left.1));
        let thing_units = self.pieces[thing].item.units.clone();
        self.take(thing);
        if let Some(distinct) = distinct {
            self.pieces[distinct].used = true;
        }
        let piece = &mut self.pieces[index];
        piece.measures = measures;
        piece.item.ops.clear();
        piece.item.links.clear();
        // 客户数量 names a figure; 有多少 and "how many" only ask for one.
        let touches = thing_units.end == piece.item.units.start || piece.item.units.end == thing_units.start;
        piece.item.units = if touches && !asks {
            piece.item.units.start.min(thing_units.start)..piece.item.units.end.max(thing_units.end)
        } else {
            0..0
        };
        true
    }

    /// 已取消订单的总金额, "total amount of cancelled orders": a column called a total, asked for as one figure.
    pub(super) fn sum_totals(&mut self) {
        let parts = &self.parts;
        let is_total = |units: &std::ops::Range<usize>| {
            let written = self.text.written(units.clone()).to_lowercase();
            written.contains("total") || written.contains('总')
        };
        let rows_wanted = parts.ranking.is_some()
            || parts.sort.is_some()
            || parts.direction.is_some()
            || !parts.measures.is_empty()
            || parts.counts;
        if rows_wanted || !parts.fields.iter().any(|field| is_total(&field.units)) {
            return;
        }
        let catalog = self.catalog;
        let fields = std::mem::take(&mut self.parts.fields);
        for mention in fields {
            let candidates: Candidates<Measure> = mention
                .candidates
                .iter()
                .filter_map(|(dimension, weight)| match dimension {
                    Dimension::Column(column) if catalog.role(*column) == Role::Quantity(true) => {
                        Some((Measure::Column(Aggregate::Sum, *column), *weight))
                    }
                    _ => None,
                })
                .collect();
            let written = self.text.written(mention.units.clone()).to_lowercase();
            if !candidates.is_empty() && (written.contains("total") || written.contains('总')) {
                self.parts.measures.push(super::Mention { candidates, units: mention.units });
            } else {
                self.parts.fields.push(mention);
            }
        }
    }

    /// "Monthly total amount of the customer with the most orders": beside a ranking and steps of time a column of
    /// quantities is the figure.
    pub(super) fn measure_ranked_fields(&mut self) {
        let stepped =
            self.parts.trend || self.parts.groups.iter().any(|group| matches!(group, super::Group::Step(_)));
        if !stepped || self.parts.ranking.is_none() || !self.parts.measures.is_empty() {
            return;
        }
        let catalog = self.catalog;
        let figure = |(dimension, weight): &(Dimension, f32)| match dimension {
            Dimension::Column(column) => match catalog.role(*column) {
                Role::Quantity(additive) => {
                    let aggregate = super::super::resolve::usual_aggregate(additive);
                    Some((Measure::Column(aggregate, *column), *weight))
                }
                _ => None,
            },
            _ => None,
        };
        for mention in std::mem::take(&mut self.parts.fields) {
            let candidates: Candidates<Measure> = mention.candidates.iter().filter_map(figure).collect();
            if candidates.is_empty() {
                self.parts.fields.push(mention);
            } else {
                self.parts.measures.push(super::Mention { candidates, units: mention.units });
            }
        }
    }

    /// Stretches of time, with the column named beside them: "registered this year", 注册时间在去年.
    pub(super) fn find_times(&mut self) {
        for index in 0..self.len() {
            let Some(mention) = self.pieces[index].item.time.clone() else { continue };
            if self.used(index) {
                continue;
            }
            let mut hint = Vec::new();
            let neighbours = [self.left(index), self.right(index)];
            for place in neighbours.into_iter().flatten() {
                let Some(field) = self.column_field(place).filter(|_| !self.is_value(place)) else {
                    continue;
                };
                let table_weight = self.table(place).map_or(0.0, |tables| tables.candidates[0].1);
                let times: Candidates<_> = field
                    .candidates
                    .into_iter()
                    .filter_map(|(dimension, weight)| match dimension {
                        Dimension::Column(column)
                            if matches!(self.catalog.role(column), Role::Time | Role::Year) =>
                        {
                            Some((column, weight))
                        }
                        _ => None,
                    })
                    .collect();
                if times.first().is_some_and(|(_, weight)| *weight >= table_weight - 0.1) {
                    hint = times;
                    self.take(place);
                    break;
                }
            }
            self.doubt_shared_date(index);
            let negated = index.checked_sub(1).is_some_and(|before| {
                let negated = self.is(before, Op::Not) || self.is(before, Op::Except);
                if negated {
                    self.pieces[before].used = true;
                }
                negated
            });
            // "between"/"from"/"in" that the stretch doesn't include itself.
            if let Some(before) = index.checked_sub(1)
                && self.is(before, Op::Between)
            {
                self.pieces[before].used = true;
            }
            self.take(index);
            self.parts.times.push(TimeCondition { mention, hint, negated });
        }
    }
}
