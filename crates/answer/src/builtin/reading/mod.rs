//! From linked pieces to the parts of a question: what is measured, grouped, filtered, ranked. Which table or column a
//! word means stays open here, as a list of candidates; [`resolve`](super::resolve) decides.
//!
//! Rules look at neighbouring pieces and use them up. What no rule uses and what isn't a filler is a word that was not
//! understood, and the question is not answered: a condition that was overlooked would make a wrong number.

mod conditions;
mod doubts;
mod grouping;
mod measures;
mod parts;
mod ranking;
mod stored;

pub(crate) use parts::{
    Beyond, By, Candidates, Condition, Group, Left, Mention, Parts, RankTarget, Ranked, TimeCondition,
};

use super::catalog::{Catalog, Role, Target};
use super::ir::{ColumnId, Dimension, Measure, TableId};
use super::lexicon::Op;
use super::linking::Item;
use super::names::Weight;
use super::text::Text;
use super::time::TimeMention;

/// Reads the parts.
pub(crate) fn read(text: &Text, items: Vec<Item>, catalog: &Catalog) -> Parts {
    let mut reader = Reader::new(text, items, catalog);
    reader.doubt_percents();
    reader.doubt_times();
    reader.doubt_totals();
    reader.doubt_adjectives();
    reader.find_whole();
    reader.qualify();
    reader.find_measures();
    reader.find_times();
    reader.find_absences();
    reader.find_comparisons();
    reader.find_patterns();
    reader.find_values();
    reader.find_ranking();
    reader.find_groups();
    reader.find_switches();
    reader.collect_rest();
    reader.measure_extremes();
    reader.measure_ranked_fields();
    reader.sum_totals();
    reader.parts
}

/// A piece on its way to being used.
struct Piece {
    item: Item,
    used: bool,
    /// Whether it only says whose column the next piece is.
    qualifier: bool,
    /// Set where the piece is a figure.
    measures: Candidates<Measure>,
}

/// Pieces without fillers, and the parts found so far.
struct Reader<'a> {
    text: &'a Text,
    catalog: &'a Catalog,
    pieces: Vec<Piece>,
    parts: Parts,
    /// Whether most of the question is Chinese, where what is described follows its description.
    chinese: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a Text, items: Vec<Item>, catalog: &'a Catalog) -> Self {
        let mut parts = Parts::default();
        let mut pieces = Vec::new();
        for item in items {
            if item.unknown {
                let written = text.written(item.units.clone()).to_owned();
                parts.unknown.push(written);
            }
            let filler = !item.is_content()
                && item.time.is_none()
                && item.grain.is_none()
                && item.number.is_none()
                && !item.ops.is_empty()
                && item.ops.iter().all(|op| matches!(op, Op::Filler | Op::Classifier));
            if !filler {
                pieces.push(Piece { used: item.unknown, item, qualifier: false, measures: Vec::new() });
            }
        }
        let chinese = super::text::has_han(&text.normal)
            && !pieces.iter().any(|piece| {
                text.units[piece.item.units.clone()]
                    .iter()
                    .any(|unit| unit.kind == super::text::UnitKind::Word)
                    && piece.item.ops.iter().any(|op| {
                        matches!(
                            op,
                            Op::List
                                | Op::HowMany
                                | Op::Which
                                | Op::Of
                                | Op::By
                                | Op::Each
                                | Op::Is
                                | Op::CountNoun
                        )
                    })
            });
        parts.chinese = chinese;
        Self { text, catalog, pieces, parts, chinese }
    }

    fn len(&self) -> usize {
        self.pieces.len()
    }

    fn item(&self, index: usize) -> Option<&Item> {
        self.pieces.get(index).map(|piece| &piece.item)
    }

    fn is(&self, index: usize, op: Op) -> bool {
        self.pieces.get(index).is_some_and(|piece| !piece.used && piece.item.is(op))
    }

    fn any_op(&self, index: usize, accept: impl Fn(&Op) -> bool) -> Option<Op> {
        let piece = self.pieces.get(index).filter(|piece| !piece.used)?;
        piece.item.ops.iter().copied().find(|op| accept(op))
    }

    fn used(&self, index: usize) -> bool {
        self.pieces.get(index).is_none_or(|piece| piece.used)
    }

    fn take(&mut self, index: usize) {
        let Some(piece) = self.pieces.get_mut(index) else { return };
        if piece.used {
            return;
        }
        piece.used = true;
        if piece.item.is_content() || piece.item.time.is_some() || piece.item.number.is_some() {
            let written = self.text.written(piece.item.units.clone()).to_owned();
            self.parts.understood.push(written);
        }
    }

    /// The next place to the right that isn't one of the connecting words.
    fn right(&self, index: usize) -> Option<usize> {
        self.skip(index, true)
    }

    /// The next place to the left that isn't one of the connecting words.
    fn left(&self, index: usize) -> Option<usize> {
        self.skip(index, false)
    }

    fn skip(&self, index: usize, forward: bool) -> Option<usize> {
        let mut at = index;
        loop {
            at = if forward { at + 1 } else { at.checked_sub(1)? };
            let piece = self.pieces.get(at)?;
            let connecting = !piece.item.is_content()
                && piece.item.number.is_none()
                && piece.item.time.is_none()
                && piece.item.grain.is_none()
                && piece.measures.is_empty()
                && !piece.item.ops.is_empty()
                && piece.item.ops.iter().all(|op| {
                    matches!(op, Op::Of | Op::Is | Op::Filler | Op::Classifier | Op::Have | Op::List)
                });
            if !connecting {
                return Some(at);
            }
        }
    }

    /// The number here.
    fn number(&self, index: usize) -> Option<&super::numbers::NumberMention> {
        let piece = self.pieces.get(index).filter(|piece| !piece.used)?;
        piece.item.number.as_ref()
    }

    /// What may be shown or grouped by here: columns, entities, dimensions.
    fn field(&self, index: usize) -> Option<Mention<Dimension>> {
        let piece = self.pieces.get(index).filter(|piece| !piece.used)?;
        let mut candidates: Candidates<Dimension> = Vec::new();
        for link in &piece.item.links {
            let dimension = match link.target {
                Target::Table(table) => Dimension::Entity(table),
                Target::Column(column) => Dimension::Column(column),
                Target::Term(term) if self.catalog.terms[term.0].kind == crate::TermKind::Dimension => {
                    Dimension::Term(term)
                }
                Target::Term(_) => continue,
            };
            candidates.push((dimension, link.weight));
        }
        (!candidates.is_empty()).then(|| Mention { candidates, units: piece.item.units.clone() })
    }

    /// The same without whole entities.
    fn column_field(&self, index: usize) -> Option<Mention<Dimension>> {
        let mut mention = self.field(index)?;
        mention.candidates.retain(|(dimension, _)| !matches!(dimension, Dimension::Entity(_)));
        (!mention.candidates.is_empty()).then_some(mention)
    }

    /// A column of quantities here.
    fn quantity(&self, index: usize) -> Option<Mention<Dimension>> {
        let mut mention = self.field(index)?;
        mention.candidates.retain(|(dimension, _)| match dimension {
            Dimension::Column(column) => {
                matches!(self.catalog.role(*column), Role::Quantity(_) | Role::Year)
            }
            _ => false,
        });
        (!mention.candidates.is_empty()).then_some(mention)
    }

    /// Tables named here; surer than half, because a comparison of counts must not rest on a guess.
    fn table(&self, index: usize) -> Option<Mention<TableId>> {
        let piece = self.pieces.get(index).filter(|piece| !piece.used)?;
        let candidates: Candidates<TableId> = piece.item.tables().collect();
        (!candidates.is_empty()).then(|| Mention { candidates, units: piece.item.units.clone() })
    }

    /// The figure here.
    fn measure(&self, index: usize) -> Option<Mention<Measure>> {
        let piece = self.pieces.get(index).filter(|piece| !piece.used && !piece.measures.is_empty())?;
        Some(Mention { candidates: piece.measures.clone(), units: piece.item.units.clone() })
    }

    /// Whether the piece is first of all a stored value.
    fn is_value(&self, index: usize) -> bool {
        self.pieces.get(index).is_some_and(|piece| {
            let item = &piece.item;
            let best = |weights: &mut dyn Iterator<Item = Weight>| weights.fold(0.0, f32::max);
            !piece.used
                && piece.measures.is_empty()
                && (!item.values.is_empty()
                    && best(&mut item.values.iter().map(|link| link.weight))
                        > best(&mut item.links.iter().map(|link| link.weight)) - 0.02
                    || item.quoted.is_some())
        })
    }

    /// A table before or after a column tells whose column it is: 客户的城市, store region, names of singers.
    fn qualify(&mut self) {
        for index in 0..self.len() {
            if self.column_field(index).is_none() || self.is_value(index) {
                continue;
            }
            let before = self.left(index).filter(|before| {
                // Only 的 and 's may stand between, not "is" or "has".
                (*before + 1..index).all(|between| self.is(between, Op::Of))
            });
            let owner = before.and_then(|before| {
                // "sales of customers in city": a preposition to the left of the column ends the pair.
                let preposition = !self.chinese && before + 1 < index;
                if preposition { None } else { self.restrict(index, before).then_some(before) }
            });
            if let Some(owner) = owner {
                let asked = owner.checked_sub(1).is_some_and(|previous| {
                    self.any_op(previous, |op| {
                        matches!(op, Op::Each | Op::By | Op::Which | Op::HowMany | Op::CountNoun | Op::List)
                    })
                    .is_some()
                        || self.number(previous).is_some()
                });
                let column_is_table = self.table(index).is_some();
                // 按门店地区 groups by the region of stores, 各产品的价格 by products.
                let touching = owner + 1 == index && self.quantity(index).is_none();
                if (!asked || touching) && !column_is_table {
                    self.take(owner);
                    self.pieces[owner].qualifier = true;
                }
                continue;
            }
            if self.chinese {
                continue;
            }
            // "names and ages of all singers": the table behind the last of the columns.
            let mut after = index + 1;
            while after < self.len()
                && (self.is(after, Op::And)
                    || self.is(after, Op::Of)
                    || self.is(after, Op::Each)
                    || self.column_field(after).is_some() && self.table(after).is_none())
            {
                after += 1;
            }
            let of_between = (index + 1..after).any(|between| self.is(between, Op::Of));
            if of_between && self.table(after).is_some() {
                self.restrict(index, after);
            }
        }
    }

    /// Keeps of the columns here those that belong to the table there, if any do.
    fn restrict(&mut self, column: usize, table: usize) -> bool {
        let Some(tables) = self.table(table) else { return false };
        let best = tables.candidates.first().map_or(0.0, |(_, weight)| *weight);
        if self.is_value(table) || best < 0.6 {
            return false;
        }
        let sure: Vec<TableId> = tables
            .candidates
            .iter()
            .filter(|(_, weight)| weight + 0.1 >= best)
            .map(|(table, _)| *table)
            .collect();
        let belongs = |target: &Target| match target {
            Target::Column(id) => sure.contains(&id.table),
            Target::Term(term) => {
                self.catalog.terms[term.0].single_column().is_some_and(|id| sure.contains(&id.table))
            }
            Target::Table(_) => false,
        };
        let kept: Vec<super::catalog::Link> =
            self.pieces[column].item.links.iter().filter(|link| belongs(&link.target)).copied().collect();
        if kept.is_empty() {
            return false;
        }
        let item = &mut self.pieces[column].item;
        item.links = kept;
        // 库存数量 is a column of that table, no count of it.
        item.ops.retain(|op| !matches!(op, Op::CountNoun | Op::HowMany));
        true
    }

    /// Words that switch something on for the whole question.
    fn find_switches(&mut self) {
        for index in 0..self.len() {
            if self.used(index) || self.pieces[index].item.is_content() {
                continue;
            }
            let ops = self.pieces[index].item.ops.clone();
            for op in ops {
                let switched = match op {
                    Op::HowMany => {
                        self.parts.counts = true;
                        true
                    }
                    Op::Spread => {
                        self.parts.counts = true;
                        true
                    }
                    Op::Trend => {
                        self.parts.trend = true;
                        true
                    }
                    Op::Share => {
                        self.parts.share = true;
                        true
                    }
                    Op::Distinct => {
                        self.parts.distinct = true;
                        true
                    }
                    Op::Direction(descending) => {
                        self.parts.direction = Some(descending);
                        true
                    }
                    Op::Sort => {
                        // 排名 without a direction starts with the largest.
                        self.parts.direction.get_or_insert(true);
                        true
                    }
                    Op::List
                    | Op::Which
                    | Op::And
                    | Op::Of
                    | Op::Is
                    | Op::Have
                    | Op::Filler
                    | Op::Classifier
                    | Op::Total => true,
                    // "Orders containing products of …": a kind of having.
                    Op::Contains => self
                        .pieces
                        .get(index + 1)
                        .is_some_and(|next| next.item.is_content() && !next.item.unknown),
                    // Words of grouping that have nothing to group by left: "each" behind a noun, 分 of a number.
                    Op::Each => true,
                    _ => false,
                };
                if switched {
                    self.pieces[index].used = true;
                    break;
                }
            }
        }
    }

    /// What is left: subjects, shown columns, and words that nothing used.
    fn collect_rest(&mut self) {
        for index in 0..self.len() {
            if self.used(index) {
                continue;
            }
            if let Some(measure) = self.measure(index) {
                self.parts.measures.push(measure);
                self.take(index);
                continue;
            }
            let table = self.table(index);
            let field = self.column_field(index);
            let weight = |candidates: Option<Weight>| candidates.unwrap_or(0.0);
            let table_weight = weight(table.as_ref().map(|mention| mention.candidates[0].1));
            let field_weight = weight(field.as_ref().map(|mention| mention.candidates[0].1));
            match (table, field) {
                // A word like "country" may be a table or a column; as the only noun it is what is asked for.
                (Some(table), field) if table_weight + 0.05 >= field_weight => {
                    // "Ordered" may be the date or what happened; behind another noun it is what happened.
                    let written = self.text.written(self.pieces[index].item.units.clone()).to_lowercase();
                    let is_date = ["date", "time", " at", "_at", "时间", "日期", "日"]
                        .iter()
                        .any(|word| written.ends_with(word));
                    let happened = field.as_ref().is_some_and(|field| {
                        !is_date
                            && matches!(field.candidates[0].0, Dimension::Column(column)
                            if self.catalog.role(column) == Role::Time
                                && table.candidates.iter().any(|(table, _)| *table == column.table))
                    });
                    if let Some(field) = field
                        && !happened
                        && (is_date || table_weight < field_weight + 0.15 && !self.parts.subjects.is_empty())
                    {
                        self.parts.fields.push(field);
                    } else {
                        let asked = index.checked_sub(1).is_some_and(|before| {
                            // "customers who bought …": behind a noun the word begins a clause about it.
                            let clause = !self.chinese
                                && before
                                    .checked_sub(1)
                                    .is_some_and(|noun| self.pieces[noun].item.is_content());
                            !clause
                                && self.pieces[before]
                                    .item
                                    .ops
                                    .iter()
                                    .any(|op| matches!(op, Op::List | Op::Which))
                        });
                        if asked && self.parts.asked.is_none() {
                            self.parts.asked = Some(self.parts.subjects.len());
                        }
                        self.parts.subjects.push(table);
                    }
                    self.take(index);
                }
                (_, Some(field)) => {
                    self.parts.fields.push(field);
                    self.take(index);
                }
                _ => {
                    let written = self.text.written(self.pieces[index].item.units.clone()).to_owned();
                    self.parts.unknown.push(written);
                }
            }
        }
    }
}
