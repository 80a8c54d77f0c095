//! Events: rows of which there may be many for each counted or listed row, as orders are for customers. A date that
//! stands beside an event is its date, and an amount said of who it happened to is the sum of all of them.

use super::super::catalog::Role;
use super::super::ir::{ColumnId, Dimension, Filter, Labelled, Measure, TableId, TimeSpan};
use super::super::lexicon::Aggregate;
use super::super::names;
use super::super::reading::{By, Group, Left, RankTarget};
use super::{Resolver, Unresolved, measure_base};
use crate::Language;

impl Resolver<'_> {
    /// The dated table that a bare stretch of time speaks of instead of the counted or listed one: another noun, or the
    /// way to what a condition is about.
    pub(super) fn event(&self, filters: &[Filter]) -> Option<TableId> {
        if !self
            .parts
            .measures
            .iter()
            .all(|mention| mention.candidates.first().is_none_or(|(measure, _)| self.counts(*measure)))
        {
            return None;
        }
        let dated = |table: TableId| {
            let catalog = self.context.catalog;
            catalog.columns(table).any(|column| catalog.role(column) == Role::Time)
        };
        let noun = self.parts.subjects.iter().find_map(|mention| {
            let (table, _) = *mention.candidates.first()?;
            (self.is_many(table) && dated(table)).then_some(table)
        });
        let shown = self.parts.fields.iter().find_map(|field| {
            let (dimension, _) = field.candidates.first()?;
            let table = self.column_of(*dimension)?.table;
            (self.is_many(table) && dated(table)).then_some(table)
        });
        noun.or(shown).or_else(|| {
            filters.iter().find_map(|filter| match filter {
                Filter::In(column, _, false) => self.many_side(column.table).filter(|table| dated(*table)),
                Filter::Related(table, _, false) if self.is_many(*table) && dated(*table) => Some(*table),
                _ => None,
            })
        })
    }

    fn counts(&self, measure: Measure) -> bool {
        match measure {
            Measure::Rows(_) => true,
            Measure::Column(aggregate, _) => aggregate == Aggregate::CountDistinct,
            Measure::Term(term) => {
                let expression = self.context.catalog.terms[term.0].expression.to_lowercase();
                expression.starts_with("count(") && !expression.contains('/')
            }
        }
    }

    fn is_many(&self, table: TableId) -> bool {
        let graph = &self.context.catalog.graph;
        table != self.anchor
            && !graph.reaches_one(self.anchor, table)
            && graph.distance(self.anchor, table).is_some()
    }

    /// Puts stretches of time on an event, with whatever else is said of it: "who bought phones last month" bought them
    /// in that month.
    pub(super) fn date_event(
        &mut self,
        event: TableId,
        times: Vec<TimeSpan>,
        found: &mut super::filters::Conditions,
    ) -> Result<(), Unresolved> {
        let mut spans = Vec::new();
        for span in times {
            spans.push(Filter::Time(self.time_column(event, &span)?, span));
        }
        let of_event = |filter: &Filter| match filter {
            Filter::In(column, ..)
            | Filter::Compare(column, ..)
            | Filter::Between(column, ..)
            | Filter::Like(column, ..) => self.many_side(column.table) == Some(event),
            Filter::Related(table, _, false) => *table == event,
            _ => false,
        };
        let stepped = self.parts.trend
            || self.parts.groups.iter().any(|group| matches!(group, Group::Step(_)))
            || matches!(
                self.parts.ranking.as_ref().and_then(|ranking| ranking.target.as_ref()),
                Some(RankTarget::Step(_))
            );
        // 上海客户10月的订单金额 shows the event's own rows.
        let shown = self.parts.fields.iter().any(|field| {
            field
                .candidates
                .first()
                .and_then(|(dimension, _)| self.column_of(*dimension))
                .is_some_and(|column| column.table == event)
        });
        let stepped = stepped || shown;
        let any_of_event = found.filters.iter().any(of_event);
        if any_of_event && (stepped || self.parts.share) {
            return Err(self.beyond("values of related rows", &(0..0)));
        }
        if stepped {
            // Grouped by the event's date, each of its rows is there to be filtered.
            found.filters.extend(spans);
            return Ok(());
        }
        let (own, others): (Vec<Filter>, Vec<Filter>) = found.filters.drain(..).partition(of_event);
        found.filters = others;
        found.values.clear();
        let mut together = Vec::new();
        for filter in own {
            match filter {
                // Each of several that are asked for at once is an event of its own.
                Filter::Related(table, mut inner, negated) => {
                    inner.extend(spans.iter().cloned());
                    found.filters.push(Filter::Related(table, inner, negated));
                }
                other => together.push(other),
            }
        }
        let dated = found
            .filters
            .iter()
            .any(|filter| matches!(filter, Filter::Related(table, ..) if *table == event));
        if !together.is_empty() || !dated {
            together.extend(spans);
            found.filters.push(Filter::Related(event, together, false));
        }
        Ok(())
    }

    /// 10月下单金额超过1000的客户: the month of the orders is that of the orders that are added up.
    pub(super) fn date_figures(&self, times: &mut Vec<Filter>, filters: &mut [Filter]) {
        let graph = &self.context.catalog.graph;
        times.retain(|time| {
            let Filter::Time(column, _) = time else { return true };
            let mut moved = false;
            for filter in filters.iter_mut() {
                if let Filter::PerRow(_, measure, _, _, inner) = filter
                    && self.is_many(column.table)
                    && graph.reaches_one(measure_base(self.context.catalog, *measure), column.table)
                {
                    inner.push(time.clone());
                    moved = true;
                }
            }
            !moved
        });
    }

    /// An amount of whole orders is no amount of the products in them: added up by product it would count more than once.
    pub(super) fn whole_amounts(
        &self,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        filters: &[Filter],
    ) -> Result<(), Unresolved> {
        let catalog = self.context.catalog;
        let normal = &self.context.text.normal;
        let of_money = ["revenue", "turnover", "spen", "额", "营收", "收入", "钱"]
            .iter()
            .any(|word| normal.contains(word));
        let by_trade = self.parts.ranking.as_ref().is_some_and(|ranking| matches!(ranking.by, By::Trade));
        let assumed = (self.parts.trade || by_trade) && self.parts.measures.is_empty();
        for measure in measures {
            let Measure::Column(Aggregate::Sum, column) = measure.thing else { continue };
            let name = catalog.column(column).name.to_lowercase();
            // "Sales" said of a column with another name.
            let has = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
            let assumed = assumed
                || has(&["sales", "revenue", "销售"], normal) && !has(&["sale", "revenue", "销售"], &name);
            let shared = assumed
                && dimensions.iter().any(|dimension| {
                    self.column_of(dimension.thing)
                        .is_some_and(|group| !catalog.graph.reaches_one(column.table, group.table))
                });
            let of_part = assumed
                && filters.iter().any(|filter| {
                    matches!(filter, Filter::In(of, ..) if !catalog.graph.reaches_one(column.table, of.table))
                });
            let no_money = assumed
                && of_money
                && ["quantity", "qty", "units", "数量", "件数"].iter().any(|word| name.contains(word));
            if shared || of_part || no_money {
                return Err(self.beyond("an amount of whole rows for parts of them", &(0..0)));
            }
        }
        Ok(())
    }

    /// The figure that an amount stands for when the compared rows have many of it: 消费金额超过10000的客户.
    pub(super) fn summed(&self, left: &Left, column: ColumnId) -> Result<Option<Measure>, Unresolved> {
        let catalog = self.context.catalog;
        let graph = &catalog.graph;
        let Left::Field(mention) = left else { return Ok(None) };
        if catalog.role(column) != Role::Quantity(true)
            || !self.is_many(column.table)
            || !graph.reaches_one(column.table, self.anchor)
        {
            return Ok(None);
        }
        let is_named = self
            .parts
            .subjects
            .iter()
            .any(|subject| subject.candidates.first().is_some_and(|(table, _)| *table == column.table));
        if is_named {
            return Ok(None);
        }
        // 总金额超过100万的城市: of the city, not of one of its stores.
        if self.parts.subjects.is_empty() && !self.parts.fields.is_empty() {
            return Err(self.beyond("an amount of each row or of all together", &mention.units));
        }
        let total = Measure::Column(Aggregate::Sum, column);
        let words = self.context.text.written(mention.units.clone()).to_lowercase();
        if words.contains("total") || words.contains('总') {
            return Ok(Some(total));
        }
        // 订单金额 may be that of one order.
        let noun = [Language::Zh, Language::En]
            .into_iter()
            .any(|language| words.contains(&names::singular(&catalog.table_label(column.table, language))));
        if noun {
            return Err(self.beyond("an amount of each row or of all together", &mention.units));
        }
        Ok(Some(total))
    }
}
