//! The most and the least: what is ranked, by what, and how many are asked for.

use super::super::ir::Dimension;
use super::super::lexicon::{Aggregate, Op};
use super::super::text::has_han;
use super::{By, Mention, RankTarget, Ranked, Reader};

impl Reader<'_> {
    pub(super) fn find_ranking(&mut self) {
        for index in 0..self.len() {
            let numbered = self.number(index + 1).is_some();
            let top = self.any_op(index, |op| numbered && matches!(op, Op::Top(_)));
            let Some(op) = top.or_else(|| {
                self.any_op(index, |op| {
                    matches!(op, Op::Superlative(_) | Op::Top(_) | Op::Sells(Some(_)))
                        || matches!(op, Op::Adjective(adjective) if !adjective.comparative)
                })
            }) else {
                continue;
            };
            // A column may be called "highest"; beside something to rank by it is the fixed word.
            let names_itself = self.pieces[index].item.links.iter().any(|link| link.weight > 0.95);
            let beside = [self.left(index), self.right(index)]
                .into_iter()
                .flatten()
                .any(|place| self.ranks_by(place, false));
            if names_itself && !beside {
                continue;
            }
            if self.parts.ranking.is_none() {
                self.rank_at(index, op);
            }
        }
        // "sells" without a degree speaks of what trade is measured by.
        for index in 0..self.len() {
            if self.is(index, Op::Sells(None)) && !self.pieces[index].item.is_content() {
                self.pieces[index].used = true;
                let measured = !self.parts.measures.is_empty()
                    || (0..self.len()).any(|place| self.measure(place).is_some());
                match &mut self.parts.ranking {
                    Some(ranking) if !measured && matches!(ranking.by, By::Open(_)) => ranking.by = By::Trade,
                    None if !measured => self.parts.trade = true,
                    _ => {}
                }
            }
        }
    }

    fn rank_at(&mut self, index: usize, op: Op) {
        let chinese_word = has_han(self.text.written(self.pieces[index].item.units.clone()));
        let mut descending = match op {
            Op::Superlative(descending) | Op::Top(descending) | Op::Sells(Some(descending)) => descending,
            Op::Adjective(adjective) => adjective.descending,
            _ => true,
        };
        let mut limit: Option<u64> = None;
        let mut last = index;
        // A number right before ("5 most expensive") or behind (最高的5个, "top 10").
        if let Some(before) = index.checked_sub(1)
            && let Some(number) = self.number(before)
            && let Ok(value) = number.text.parse()
        {
            limit = Some(value);
            self.take(before);
        }
        // "which 3 products sell best", "top 5": the first number around.
        let mut by = match op {
            Op::Adjective(adjective) => Some(By::Adjective(adjective)),
            Op::Sells(_) => Some(By::Trade),
            _ => None,
        };
        let behind = self.right(index);
        if let Some(place) = behind
            && limit.is_none()
            && let Some(number) = self.number(place)
            && let Ok(value) = number.text.parse()
        {
            limit = Some(value);
            self.take(place);
            last = place;
        }
        // "top 5 most expensive": the word behind the number says by what.
        if by.is_none()
            && matches!(op, Op::Top(_))
            && let Some(place) = self.right(last)
            && let Some(second) = self.any_op(place, |op| {
                matches!(op, Op::Superlative(_) | Op::Sells(Some(_)))
                    || matches!(op, Op::Adjective(adjective) if !adjective.comparative)
            })
        {
            self.pieces[place].used = true;
            last = place;
            match second {
                Op::Adjective(adjective) => {
                    descending = adjective.descending;
                    by = Some(By::Adjective(adjective));
                }
                Op::Sells(Some(most)) => {
                    descending = most;
                    by = Some(By::Trade);
                }
                Op::Superlative(most) => descending = most,
                _ => {}
            }
        }
        // 卖得最好的前三个品类: the number stands behind the degree.
        if limit.is_none()
            && let Some(place) =
                self.right(last).filter(|place| self.any_op(*place, |op| matches!(op, Op::Top(_))).is_some())
            && let Some(number) = self.number(place + 1)
            && let Ok(value) = number.text.parse()
        {
            limit = Some(value);
            self.pieces[place].used = true;
            self.take(place + 1);
            last = place + 1;
        }
        self.pieces[index].used = true;
        let mut units = self.pieces[index].item.units.clone();
        let mut by_place = None;
        if by.is_none() {
            let left = self.left(index).filter(|place| self.ranks_by(*place, true));
            // "top 10 customers by …" names behind it what is ranked.
            let mut behind = self.right(last);
            while let Some(place) = behind
                && self.pieces[place].qualifier
            {
                behind = self.right(place);
            }
            let right = behind.filter(|place| !matches!(op, Op::Top(_)) && self.ranks_by(*place, false));
            // 销售额最高的, but 最高价格 and "highest price".
            let is_figure = |place: &usize| self.measure(*place).is_some() || self.quantity(*place).is_some();
            let place = if chinese_word {
                left.filter(is_figure).or_else(|| right.filter(is_figure)).or(left).or(right)
            } else {
                right.or_else(|| left.filter(|_| !matches!(op, Op::Top(_))))
            };
            by_place = place;
            if let Some(place) = place {
                by = self.by_at(place);
                units = units.start.min(self.pieces[place].item.units.start)
                    ..units.end.max(self.pieces[place].item.units.end);
                if place > last {
                    last = place;
                }
            }
        }
        if by.is_none() {
            // "top 10 customers by total amount", 按销售额排名前10的客户.
            let sorted = (0..self.len()).find(|place| {
                (self.is(*place, Op::By) || self.is(*place, Op::Sort))
                    && self
                        .right(*place)
                        .is_some_and(|next| self.ranks_by(next, false) && self.table_only(next).is_none())
            });
            if let Some(place) = sorted
                && let Some(next) = self.right(place)
            {
                self.pieces[place].used = true;
                by = self.by_at(next);
            }
        }
        if by.is_none() {
            by = self.most_different(index, last);
        }
        let by = by.unwrap_or_else(|| self.size_or_open(index, op));
        let (target, target_place) = match self.rank_target(last, index) {
            Some((target, place)) => (Some(target), Some(place)),
            None => (None, None),
        };
        // "the 5 products with the highest sales", 哪5个产品.
        if let Some(before) = target_place.and_then(|place| place.checked_sub(1))
            && limit.is_none()
            && let Some(number) = self.number(before)
            && let Ok(value) = number.text.parse()
        {
            limit = Some(value);
            self.take(before);
        }
        if limit.is_none()
            && let By::Field(field) = &by
            && let Some(place) = by_place
        {
            // "highest price of all products", 产品的最高价格: the value; "product with the highest price": the product.
            let of_target = match target_place {
                None => true,
                Some(target) if chinese_word => place > index && target < index,
                Some(target) => {
                    place > index
                        && target > place
                        && (place + 1..target).any(|between| self.is(between, Op::Of))
                }
            };
            // "Who has the highest salary?" asks for a row.
            let asks_who =
                self.text.unit(0) == "who" || (0..self.len()).any(|which| self.is(which, Op::Which));
            if of_target
                && !asks_who
                && let Some(aggregate) = self.highest_value(field, descending, target.is_some())
            {
                self.parts.measures.push(aggregate);
                return;
            }
        }
        self.parts.ranking = Some(Ranked { by, descending, limit: limit.unwrap_or(1), target, units });
    }

    /// "The country with the most languages": how many different ones, when an entity before is ranked.
    fn most_different(&mut self, index: usize, last: usize) -> Option<By> {
        let written = self.text.written(self.pieces[index].item.units.clone()).to_lowercase();
        let of_number = ["most", "fewest", "least"].iter().any(|word| written.contains(word));
        let place = self.right(last).filter(|_| of_number)?;
        let entity_before = (0..index).any(|before| !self.used(before) && self.table(before).is_some());
        if !entity_before || self.table(place).is_some() || self.is_value(place) {
            return None;
        }
        let field = self.column_field(place)?;
        let candidates: super::Candidates<super::Measure> = field
            .candidates
            .iter()
            .filter_map(|(dimension, weight)| match dimension {
                Dimension::Column(column) => {
                    Some((super::Measure::Column(Aggregate::CountDistinct, *column), *weight))
                }
                _ => None,
            })
            .collect();
        if candidates.is_empty() {
            return None;
        }
        self.take(place);
        Some(By::Measure(Mention { candidates, units: 0..0 }))
    }

    /// "The largest countries": by size, where nothing else is named.
    fn size_or_open(&self, index: usize, op: Op) -> By {
        let written = self.text.written(self.pieces[index].item.units.clone()).to_lowercase();
        let measured =
            self.parts.measures.is_empty() && (0..self.len()).all(|place| self.measure(place).is_none());
        let of_size =
            ["largest", "biggest", "smallest", "最大", "最小"].iter().any(|word| written.contains(word));
        match op {
            Op::Superlative(true) if of_size && measured => By::Adjective(&super::super::lexicon::LARGEST),
            Op::Superlative(false) if of_size && measured => By::Adjective(&super::super::lexicon::SMALLEST),
            _ => By::Open(matches!(op, Op::Top(_))),
        }
    }

    /// "What is the highest price": nothing is ranked, the value itself is asked for.
    fn highest_value(
        &self,
        field: &Mention<Dimension>,
        descending: bool,
        of_target: bool,
    ) -> Option<Mention<super::Measure>> {
        // With an entity around it is that entity's row that is asked for: "the product with the highest price".
        let entity = !of_target
            && (0..self.len()).any(|place| {
                let grouped = place
                    .checked_sub(1)
                    .is_some_and(|before| self.is(before, Op::Each) || self.is(before, Op::By));
                !grouped && self.table(place).is_some() && self.column_field(place).is_none()
            });
        if entity {
            return None;
        }
        let aggregate = if descending { Aggregate::Max } else { Aggregate::Min };
        let candidates = field
            .candidates
            .iter()
            .filter_map(|(dimension, weight)| match dimension {
                Dimension::Column(column) => Some((super::Measure::Column(aggregate, *column), *weight)),
                _ => None,
            })
            .collect();
        Some(Mention { candidates, units: field.units.clone() })
    }

    fn table_only(&self, place: usize) -> Option<()> {
        (self.table(place).is_some() && self.quantity(place).is_none() && self.measure(place).is_none())
            .then_some(())
    }

    fn ranks_by(&self, place: usize, before: bool) -> bool {
        if self.used(place) || self.is_value(place) {
            return false;
        }
        if self.measure(place).is_some() {
            return true;
        }
        if self.quantity(place).is_some() || self.time_field(place).is_some() {
            // "which category's …": a grouping word makes it what is ranked, not what by.
            return !place
                .checked_sub(1)
                .is_some_and(|previous| self.is(previous, Op::Each) || self.is(previous, Op::Which));
        }
        // 订单最多的客户: rows of an entity are counted, if another entity is ranked.
        if self.table(place).is_some() {
            let another = (0..self.len()).any(|other| {
                other != place
                    && !self.used(other)
                    && (self.table(other).is_some()
                        || self.column_field(other).is_some()
                        || self
                            .item(other)
                            .is_some_and(|item| item.ops.iter().any(|op| matches!(op, Op::WhichStep(_)))))
            });
            let target_side = before
                && place
                    .checked_sub(1)
                    .is_some_and(|previous| self.is(previous, Op::Which) || self.is(previous, Op::Each));
            return another && !target_side;
        }
        false
    }

    pub(super) fn time_field(&self, place: usize) -> Option<Mention<Dimension>> {
        let mut field = self.column_field(place)?;
        field.candidates.retain(|(dimension, _)| match dimension {
            Dimension::Column(column) => self.catalog.role(*column) == super::super::catalog::Role::Time,
            _ => false,
        });
        let table = self.table(place).map_or(0.0, |table| table.candidates[0].1);
        (field.candidates.first().is_some_and(|(_, weight)| *weight >= table)).then_some(field)
    }

    pub(super) fn by_at(&mut self, place: usize) -> Option<By> {
        let by = if let Some(measure) = self.measure(place) {
            By::Measure(measure)
        } else if let Some(quantity) = self.quantity(place) {
            By::Field(quantity)
        } else if let Some(time) = self.time_field(place) {
            By::Field(time)
        } else {
            By::Count(self.table(place)?)
        };
        self.take(place);
        Some(by)
    }

    /// What is ranked: behind the superlative, or what a question word asks for.
    fn rank_target(&mut self, last: usize, first: usize) -> Option<(RankTarget, usize)> {
        for place in 0..self.len() {
            if let Some(Op::WhichStep(grain)) = self.any_op(place, |op| matches!(op, Op::WhichStep(_))) {
                self.pieces[place].used = true;
                return Some((RankTarget::Step(grain), place));
            }
        }
        let mut behind = self.right(last);
        while let Some(place) = behind
            && (self.is(place, Op::Which) || self.is(place, Op::Distinct))
        {
            behind = self.right(place);
        }
        // Between the superlative and the thing nothing but connecting words.
        if let Some(place) = behind
            && !self.is_value(place)
            && self.measure(place).is_none()
            && (last + 1..place).all(|between| !self.is(between, Op::Have))
            && let Some(field) = self.target_field(place)
        {
            return Some((RankTarget::Field(field), place));
        }
        let which = (0..self.len()).find(|place| self.is(*place, Op::Which));
        if let Some(which) = which {
            let mut place = which + 1;
            if self.number(place).is_some() {
                place += 1;
            }
            if place < self.len()
                && !self.is_value(place)
                && let Some(field) = self.target_field(place)
            {
                self.pieces[which].used = true;
                return Some((RankTarget::Field(field), place));
            }
        }
        // "the product with the highest price", 产品中价格最高的: an entity before, the nearest first; else a column.
        self.target_before(first, true).or_else(|| self.target_before(first, false))
    }

    fn target_before(&mut self, first: usize, entities: bool) -> Option<(RankTarget, usize)> {
        let mut place = first;
        while place > 0 {
            place -= 1;
            if self.used(place) || self.is_value(place) || self.measure(place).is_some() {
                continue;
            }
            let grouped = place
                .checked_sub(1)
                .is_some_and(|previous| self.is(previous, Op::Each) || self.is(previous, Op::By));
            let fits = if entities {
                self.table(place).is_some()
            } else {
                self.column_field(place).is_some() && self.quantity(place).is_none()
            };
            if !grouped && fits {
                return self.target_field(place).map(|field| (RankTarget::Field(field), place));
            }
        }
        None
    }

    fn target_field(&mut self, place: usize) -> Option<Mention<Dimension>> {
        let mut field = self.field(place)?;
        // A quantity isn't ranked; "the most" of it is a value.
        field.candidates.retain(|(dimension, _)| match dimension {
            Dimension::Column(column) => {
                !matches!(self.catalog.role(*column), super::super::catalog::Role::Quantity(_))
            }
            _ => true,
        });
        if field.candidates.is_empty() {
            return None;
        }
        self.take(place);
        Some(field)
    }
}
