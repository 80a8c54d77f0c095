//! The cheapest candidate for a word, seen from the anchor.

use super::super::catalog::{Catalog, Role, Target};
use super::super::ir::{ColumnId, Dimension, Measure, TableId, TermId};
use super::super::lexicon::Aggregate;
use super::super::names::Weight;
use super::super::reading::{Candidates, Mention};
use super::super::text::keys;
use super::super::values::ValueLink;
use super::{CloseCall, Resolver};

/// The weight that costs nothing.
pub(super) const DEFINED: Weight = 1.1;
/// What a unit of distance costs: one plain join is 0.2, so that a column of the anchor's own table comes before a
/// defined dimension, and that before any other column as far away.
const PER_DISTANCE: Weight = 0.02;
/// Nearer than this, two candidates are a close call.
const CLOSE: Weight = 0.03;

/// The aggregate people mean by a column's bare name.
pub(crate) fn usual_aggregate(additive: bool) -> Aggregate {
    if additive { Aggregate::Sum } else { Aggregate::Average }
}

/// What "sells best" is measured by, the most usual first.
pub(crate) fn trade_measures(catalog: &Catalog) -> Vec<Measure> {
    let mut measures = Vec::new();
    for word in ["sales", "revenue", "units sold", "total amount", "quantity sold", "quantity", "amount"] {
        for link in catalog.names.get(&keys(word)) {
            let measure = match link.target {
                Target::Term(term) if catalog.terms[term.0].kind == crate::TermKind::Metric => {
                    Measure::Term(term)
                }
                Target::Column(column) if matches!(catalog.role(column), Role::Quantity(true)) => {
                    Measure::Column(Aggregate::Sum, column)
                }
                _ => continue,
            };
            if !measures.contains(&measure) {
                measures.push(measure);
            }
        }
    }
    measures
}

/// The same for what is ranked: figures that belong to its rows, where there are any.
pub(super) fn trade_measures_of(catalog: &Catalog, target: Option<TableId>) -> Vec<Measure> {
    let all = trade_measures(catalog);
    let Some(target) = target else { return all };
    let own: Vec<Measure> = all
        .iter()
        .copied()
        .filter(|measure| catalog.graph.reaches_one(super::measure_base(catalog, *measure), target))
        .collect();
    if own.is_empty() { all } else { own }
}

impl Resolver<'_> {
    fn tables_of(&self, dimension: Dimension) -> Vec<TableId> {
        match dimension {
            Dimension::Column(column) | Dimension::Time(column, _) => vec![column.table],
            Dimension::Entity(table) => vec![table],
            Dimension::Term(term) => self.context.catalog.terms[term.0].tables.clone(),
        }
    }

    /// How far a thing is from the anchor, as a cost; `None` when nothing joins them.
    pub(super) fn distance_cost(&self, table: TableId) -> Option<Weight> {
        self.context
            .catalog
            .graph
            .distance(self.anchor, table)
            .map(|distance| distance as Weight * PER_DISTANCE)
    }

    /// The best candidate that is accepted; its cost is added to the reading's.
    pub(super) fn pick(
        &mut self,
        mention: &Mention<Dimension>,
        accept: impl Fn(Dimension) -> bool,
    ) -> Option<Dimension> {
        let mut ranked: Vec<(Dimension, Weight)> = mention
            .candidates
            .iter()
            .filter(|(dimension, _)| accept(*dimension))
            .filter_map(|(dimension, weight)| {
                let far = self
                    .tables_of(*dimension)
                    .into_iter()
                    .map(|table| self.distance_cost(table))
                    .try_fold(0.0_f32, |most, cost| cost.map(|cost| most.max(cost)))?;
                Some((*dimension, DEFINED - weight + far))
            })
            .collect();
        ranked.sort_by(|left, right| left.1.total_cmp(&right.1));
        let (best, cost) = *ranked.first()?;
        let rivals: Vec<ColumnId> = ranked
            .iter()
            .filter(|(_, other)| other - cost < CLOSE)
            .filter_map(|(dimension, _)| self.column_of(*dimension))
            .collect();
        self.close_call(&mention.units, rivals);
        self.cost += cost;
        Some(best)
    }

    pub(super) fn column_of(&self, dimension: Dimension) -> Option<ColumnId> {
        match dimension {
            Dimension::Column(column) | Dimension::Time(column, _) => Some(column),
            Dimension::Entity(table) => Some(self.context.catalog.display(table)),
            Dimension::Term(term) => self.context.catalog.terms[term.0].single_column(),
        }
    }

    /// Remembers rivals that are columns of different tables.
    fn close_call(&mut self, units: &std::ops::Range<usize>, mut choices: Vec<ColumnId>) {
        choices.dedup();
        let first = choices.first().map(|column| column.table);
        if choices.len() > 1 && choices.iter().any(|column| Some(column.table) != first) {
            self.close_calls.push(CloseCall { units: units.clone(), choices });
        }
    }

    /// The figure among candidates that is nearest to the anchor.
    pub(super) fn pick_measure(&mut self, mention: &Mention<Measure>) -> Option<Measure> {
        let mut best: Option<(Measure, Weight)> = None;
        for (measure, weight) in &mention.candidates {
            let base = super::measure_base(self.context.catalog, *measure);
            let Some(far) = self.distance_cost(base) else { continue };
            let cost = DEFINED - weight + far;
            if best.is_none_or(|(_, known)| cost < known - 0.001) {
                best = Some((*measure, cost));
            }
        }
        let (measure, cost) = best?;
        self.cost += cost;
        Some(measure)
    }

    /// The table among candidates that is nearest to the anchor.
    pub(super) fn pick_table(&mut self, candidates: &Candidates<TableId>) -> Option<TableId> {
        let mut best: Option<(TableId, Weight)> = None;
        for (table, weight) in candidates {
            let Some(far) = self.distance_cost(*table) else { continue };
            let cost = DEFINED - weight + far;
            if best.is_none_or(|(_, known)| cost < known - 0.001) {
                best = Some((*table, cost));
            }
        }
        let (table, cost) = best?;
        self.cost += cost;
        Some(table)
    }

    /// The column in which all of these values are stored, with the values as they are stored there.
    pub(super) fn pick_values(
        &mut self,
        values: &[Vec<ValueLink>],
        hint: &Candidates<ColumnId>,
        owner: &Candidates<TableId>,
        units: &std::ops::Range<usize>,
    ) -> Option<(ColumnId, Vec<std::sync::Arc<str>>)> {
        let mut ranked: Vec<(ColumnId, Weight)> = Vec::new();
        for link in values.first()? {
            let column = link.column;
            if ranked.iter().any(|(known, _)| *known == column) {
                continue;
            }
            let weights: Option<Vec<Weight>> = values
                .iter()
                .map(|links| {
                    links.iter().filter(|link| link.column == column).map(|link| link.weight).reduce(f32::max)
                })
                .collect();
            let Some(weights) = weights else { continue };
            let Some(far) = self.distance_cost(column.table) else { continue };
            let sure = weights.iter().copied().fold(1.0, f32::min);
            let mut cost = DEFINED - sure + far;
            if hint.iter().any(|(hinted, _)| *hinted == column) {
                cost -= 0.6;
            } else if owner.iter().any(|(table, _)| *table == column.table) {
                cost -= 0.4;
            } else if self.is_defined_dimension(column) {
                cost -= 0.06;
            }
            if self
                .parts
                .subjects
                .iter()
                .any(|subject| subject.candidates.first().is_some_and(|(table, _)| *table == column.table))
            {
                cost -= 0.1;
            }
            ranked.push((column, cost));
        }
        ranked.sort_by(|left, right| left.1.total_cmp(&right.1).then(left.0.cmp(&right.0)));
        let (column, cost) = *ranked.first()?;
        let rivals =
            ranked.iter().filter(|(_, other)| other - cost < CLOSE).map(|(column, _)| *column).collect();
        self.close_call(units, rivals);
        self.cost += cost.max(0.0);
        let mut stored = Vec::new();
        for links in values {
            let best =
                links.iter().filter(|link| link.column == column).map(|link| link.weight).fold(0.0, f32::max);
            for link in links.iter().filter(|link| link.column == column && link.weight > best - 0.01) {
                if !stored.contains(&link.value) {
                    stored.push(std::sync::Arc::clone(&link.value));
                }
            }
        }
        Some((column, stored))
    }

    fn is_defined_dimension(&self, column: ColumnId) -> bool {
        (0..self.context.catalog.terms.len()).any(|index| {
            let term = &self.context.catalog.terms[TermId(index).0];
            term.kind == crate::TermKind::Dimension && term.single_column() == Some(column)
        })
    }

    /// The date that a bare stretch of time speaks of: the nearest, and of several in one table the first that says
    /// when the row came about.
    pub(super) fn pick_time(&mut self, from: TableId, years: bool) -> Option<ColumnId> {
        let catalog = self.context.catalog;
        let mut best: Option<(ColumnId, Weight)> = None;
        for table in (0..catalog.tables.len()).map(TableId) {
            let Some(distance) = catalog.graph.distance(from, table) else { continue };
            // Dates of what there may be many of don't date the row itself.
            let reachable = if catalog.graph.reaches_one(from, table) { 0.0 } else { 0.5 };
            for column in catalog.columns(table) {
                let role = match catalog.role(column) {
                    Role::Time => 0.0,
                    Role::Year if years => 0.05,
                    _ => continue,
                };
                let cost = distance as Weight * PER_DISTANCE
                    + reachable
                    + role
                    + unlikely_date(&catalog.column(column).name);
                if best.is_none_or(|(_, known)| cost < known - 0.001) {
                    best = Some((column, cost));
                }
            }
        }
        let (column, cost) = best?;
        self.cost += cost;
        Some(column)
    }
}

/// Dates that seldom are what "last month" is about.
fn unlikely_date(name: &str) -> Weight {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["update", "modif", "delete", "birth", "expire", "更新", "修改", "删除", "生日", "出生", "dob"])
    {
        0.15
    } else if has(&["end", "ship", "deliver", "due", "close", "结束", "发货", "到期"]) {
        0.05
    } else {
        0.0
    }
}
