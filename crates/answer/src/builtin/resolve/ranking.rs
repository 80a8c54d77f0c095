//! Rankings: what groups are ranked by, and rankings that only choose what the figures are about.

use super::super::catalog::Role;
use super::super::describe::measure_name;
use super::super::ir::{ColumnId, Dimension, Filter, Labelled, Measure, Ranking};
use super::super::reading::{By, RankTarget};
use super::super::time::Grain;
use super::{Resolver, Unresolved, measure_base, pick};

impl Resolver<'_> {
    /// Whether the ranking only chooses what the figures are about: "monthly sales of the best-selling product".
    pub(super) fn nested_ranking(
        &self,
        measures: &[Labelled<Measure>],
        steps: &[Grain],
        dimensions: &[Labelled<Dimension>],
    ) -> bool {
        let Some(ranking) = &self.parts.ranking else { return false };
        let Some(RankTarget::Field(target)) = &ranking.target else { return false };
        let grouped = !steps.is_empty() || !dimensions.is_empty() || self.parts.trend;
        let has_entity =
            target.candidates.iter().any(|(dimension, _)| matches!(dimension, Dimension::Entity(_)));
        let own_figure = match &ranking.by {
            By::Measure(_) | By::Count(_) | By::Trade | By::Adjective(_) => !self.parts.measures.is_empty(),
            By::Field(_) => !self.parts.measures.is_empty(),
            By::Open(_) => false,
        };
        let _ = measures;
        has_entity && own_figure && (grouped || !matches!(ranking.by, By::Open(_)))
    }

    pub(super) fn nested_filter(&mut self, filters: &[Filter]) -> Result<Filter, Unresolved> {
        let Some(ranking) = &self.parts.ranking else { return Err(Unresolved::NothingAsked) };
        let Some(RankTarget::Field(mention)) = &ranking.target else { return Err(Unresolved::NothingAsked) };
        let picked = self.pick(mention, |dimension| matches!(dimension, Dimension::Entity(_)));
        let Some(Dimension::Entity(table)) = picked else { return Err(Unresolved::NothingAsked) };
        let by = match &ranking.by {
            By::Measure(mention) => {
                Ranking::Measure(self.pick_measure(mention).ok_or(Unresolved::NothingAsked)?)
            }
            By::Count(mention) => {
                let counted = self.pick_table(&mention.candidates).ok_or(Unresolved::NothingAsked)?;
                Ranking::Measure(Measure::Rows(counted))
            }
            By::Trade => {
                let measures = pick::trade_measures(self.context.catalog);
                let measure = measures
                    .into_iter()
                    .find(|measure| {
                        self.context
                            .catalog
                            .graph
                            .reaches_one(measure_base(self.context.catalog, *measure), table)
                    })
                    .ok_or(Unresolved::NothingAsked)?;
                Ranking::Measure(measure)
            }
            By::Adjective(adjective) => {
                Ranking::Column(self.named(table, adjective.concepts).ok_or(Unresolved::NothingAsked)?)
            }
            By::Field(mention) => {
                // 价格最高的产品的销售额: the product's own price, not one that is nearer to the sales.
                let anchor = std::mem::replace(&mut self.anchor, table);
                let column = self.column(mention, |_| true);
                self.anchor = anchor;
                let column = column?;
                if self.context.catalog.graph.reaches_one(table, column.table) {
                    Ranking::Column(column)
                } else {
                    Ranking::Measure(self.column_measure(column))
                }
            }
            By::Open(_) => return Err(Unresolved::NothingAsked),
        };
        let over = match by {
            Ranking::Measure(_) => filters.to_vec(),
            Ranking::Column(_) => Vec::new(),
        };
        Ok(Filter::InTop { table, by, descending: ranking.descending, limit: ranking.limit, filters: over })
    }

    pub(super) fn column_measure(&self, column: ColumnId) -> Measure {
        let additive = !matches!(self.context.catalog.role(column), Role::Quantity(false) | Role::Year);
        Measure::Column(pick::usual_aggregate(additive), column)
    }

    /// Which of the measures the ranking is by; one that isn't shown yet is added.
    pub(super) fn ranked_place(
        &mut self,
        by: &By,
        measures: &mut Vec<Labelled<Measure>>,
    ) -> Result<usize, Unresolved> {
        let catalog = self.context.catalog;
        let measure = match by {
            // "The best" of nothing named is no question.
            By::Open(_)
                if self.parts.measures.is_empty() && self.parts.sort.is_none() && !self.parts.trade =>
            {
                return Err(Unresolved::NothingAsked);
            }
            By::Open(_) => return Ok(0),
            By::Measure(mention) => match self.parts.measures.first() {
                None => return Ok(0),
                Some(_) => self.pick_measure(mention).ok_or(Unresolved::NothingAsked)?,
            },
            By::Count(mention) => {
                Measure::Rows(self.pick_table(&mention.candidates).ok_or(Unresolved::NothingAsked)?)
            }
            By::Trade => {
                if self.parts.measures.is_empty() {
                    return Ok(0);
                }
                *pick::trade_measures(catalog).first().ok_or(Unresolved::NothingAsked)?
            }
            By::Field(mention) => {
                let column = self.column(mention, |_| true)?;
                self.column_measure(column)
            }
            By::Adjective(adjective) => {
                let column = self.named(self.anchor, adjective.concepts).ok_or(Unresolved::NothingAsked)?;
                self.column_measure(column)
            }
        };
        if let Some(place) = measures.iter().position(|known| known.thing == measure) {
            return Ok(place);
        }
        // A count that was only assumed gives way to what the ranking names.
        let assumed = self.parts.measures.is_empty() && !self.parts.counts;
        let label = measure_name(catalog, measure, self.context.language);
        if assumed {
            measures.clear();
        }
        measures.push(Labelled { thing: measure, label });
        Ok(measures.len() - 1)
    }
}
