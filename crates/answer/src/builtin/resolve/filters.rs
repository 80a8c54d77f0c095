//! Conditions resolved: which column, which table, which figure.

use chrono::{Datelike, Timelike};

use super::super::catalog::Role;
use super::super::ir::{ColumnId, Dimension, Filter, Literal, Measure, TableId, TimeSpan};
use super::super::lexicon::Comparison;
use super::super::reading::{Condition, Left, Mention, TimeCondition};
use super::super::time::Grain;
use super::{Resolver, Unresolved};

/// A left side resolved.
enum Side {
    Column(ColumnId),
    Figure(Measure),
}

/// What the conditions became.
#[derive(Default)]
pub(super) struct Conditions {
    pub(super) filters: Vec<Filter>,
    /// On figures of groups.
    pub(super) having: Vec<(Measure, Comparison, Literal)>,
    /// Columns compared with more than one value possible: worth showing.
    pub(super) shown: Vec<ColumnId>,
    /// Places of filters by stored values: what a share is the part of.
    pub(super) values: Vec<usize>,
}

impl Resolver<'_> {
    /// Resolves all conditions. `entity` is whose rows figures in conditions belong to; without one they belong to the
    /// groups.
    pub(super) fn conditions(&mut self, entity: Option<TableId>) -> Result<Conditions, Unresolved> {
        let mut found = Conditions::default();
        let mut floating: Vec<TimeSpan> = Vec::new();
        let mut time_filters: Vec<Filter> = Vec::new();
        let parts = self.parts;
        for time in &parts.times {
            let span = span(time);
            if time.hint.is_empty() {
                floating.push(span);
                continue;
            }
            let mention = Mention {
                candidates: time
                    .hint
                    .iter()
                    .map(|(column, weight)| (Dimension::Column(*column), *weight))
                    .collect(),
                units: 0..0,
            };
            let column = self
                .pick(&mention, |_| true)
                .and_then(|dimension| self.column_of(dimension))
                .ok_or(Unresolved::NoTime(self.anchor))?;
            found.shown.push(column);
            time_filters.push(Filter::Time(column, span));
        }
        for condition in &parts.conditions {
            self.one_condition(condition, entity, &mut floating, &mut found)?;
        }
        // 上月下过单的客户: the month is when they ordered, not when they became customers.
        if !floating.is_empty()
            && let Some(event) = self.event(&found.filters)
        {
            self.date_event(event, std::mem::take(&mut floating), &mut found)?;
        }
        // Of "this year and last year" either will do; no row lies in both.
        let apart = floating.len() > 1
            && floating.windows(2).all(|pair| match pair {
                [one, other] => one.end <= other.start || other.end <= one.start,
                _ => true,
            });
        if apart && let Some(first) = floating.first() {
            let column = self.time_column(self.anchor, first)?;
            time_filters.push(Filter::Times(column, floating));
        } else {
            for span in floating {
                let column = self.time_column(self.anchor, &span)?;
                time_filters.push(Filter::Time(column, span));
            }
        }
        self.date_figures(&mut time_filters, &mut found.filters);
        found.filters.extend(time_filters);
        Ok(found)
    }

    fn one_condition(
        &mut self,
        condition: &Condition,
        entity: Option<TableId>,
        floating: &mut Vec<TimeSpan>,
        found: &mut Conditions,
    ) -> Result<(), Unresolved> {
        match condition {
            Condition::Compare(left, comparison, number) => {
                let literal = Literal::Number(number.clone());
                match self.side(left)? {
                    Side::Column(column) if let Some(total) = self.summed(left, column)? => {
                        let mut filters = Vec::new();
                        for span in floating.drain(..) {
                            filters.push(Filter::Time(self.time_column(column.table, &span)?, span));
                        }
                        found.filters.push(Filter::PerRow(self.anchor, total, *comparison, literal, filters));
                    }
                    Side::Column(column) => {
                        if *comparison != Comparison::Equal {
                            found.shown.push(column);
                        }
                        found.filters.push(Filter::Compare(column, *comparison, literal));
                    }
                    Side::Figure(measure) => match entity {
                        Some(entity) => {
                            // The time says when the counted rows came about.
                            let base = super::measure_base(self.context.catalog, measure);
                            let mut filters = Vec::new();
                            if base != entity {
                                for span in floating.drain(..) {
                                    filters.push(Filter::Time(self.time_column(base, &span)?, span));
                                }
                            }
                            found.filters.push(Filter::PerRow(
                                entity,
                                measure,
                                *comparison,
                                literal,
                                filters,
                            ));
                        }
                        None => found.having.push((measure, *comparison, literal)),
                    },
                }
            }
            Condition::Between(left, low, high) => match self.side(left)? {
                Side::Column(column) if let Some(total) = self.summed(left, column)? => {
                    let mut filters = Vec::new();
                    for span in floating.drain(..) {
                        filters.push(Filter::Time(self.time_column(column.table, &span)?, span));
                    }
                    for (comparison, number) in [(Comparison::AtLeast, low), (Comparison::AtMost, high)] {
                        let literal = Literal::Number(number.clone());
                        let filters = filters.clone();
                        found.filters.push(Filter::PerRow(self.anchor, total, comparison, literal, filters));
                    }
                }
                Side::Column(column) => {
                    found.shown.push(column);
                    found.filters.push(Filter::Between(
                        column,
                        Literal::Number(low.clone()),
                        Literal::Number(high.clone()),
                    ));
                }
                Side::Figure(measure) => {
                    for (comparison, number) in [(Comparison::AtLeast, low), (Comparison::AtMost, high)] {
                        let literal = Literal::Number(number.clone());
                        match entity {
                            Some(entity) => found.filters.push(Filter::PerRow(
                                entity,
                                measure,
                                comparison,
                                literal,
                                Vec::new(),
                            )),
                            None => found.having.push((measure, comparison, literal)),
                        }
                    }
                }
            },
            Condition::AgainstAggregate(left, comparison, aggregate) => match self.side(left)? {
                Side::Column(column) => {
                    found.shown.push(column);
                    found.filters.push(Filter::AgainstAggregate(column, *comparison, *aggregate, column));
                }
                Side::Figure(_) => return Err(Unresolved::Unsupported("average of figures")),
            },
            Condition::Values { values, hint, owner, negated, all, units } => {
                let (column, stored) = self
                    .pick_values(values, hint, owner, units)
                    .ok_or_else(|| Unresolved::Word(self.context.text.written(units.clone()).to_owned()))?;
                // Shown, a column of what there are many of would repeat the rows.
                let single = self.context.catalog.graph.reaches_one(self.anchor, column.table);
                if (stored.len() > 1 || *negated) && single {
                    found.shown.push(column);
                }
                // 上海有几家门店和多少客户: shops in Shanghai, and customers of these or who live there?
                let mut homes: Vec<TableId> = Vec::new();
                for mention in &self.parts.measures {
                    let base = mention
                        .candidates
                        .first()
                        .map(|(measure, _)| super::measure_base(self.context.catalog, *measure));
                    if let Some(base) = base
                        && !homes.contains(&base)
                        && values.iter().flatten().any(|link| link.column.table == base)
                    {
                        homes.push(base);
                    }
                }
                if homes.len() > 1 && hint.is_empty() {
                    return Err(self.beyond("a value of several things", units));
                }
                // 买过手机的客户的平均订单金额: of all orders of these customers, not of the orders of phones.
                let graph = &self.context.catalog.graph;
                let owned = owner.first().map(|(table, _)| *table);
                if let Some(owned) = owned
                    && owned != self.anchor
                    && graph.reaches_one(self.anchor, owned)
                    && !graph.reaches_one(owned, column.table)
                {
                    return Err(self.beyond("values of related rows", units));
                }
                let in_whole = self.parts.whole.as_ref().is_some_and(|whole| whole.contains(&units.start));
                if !in_whole {
                    found.values.push(found.filters.len());
                }
                if *all {
                    // Of rows that there may be many of, one with each value; else the values exclude each other.
                    let related = self.many_side(column.table);
                    for literal in stored.into_iter().map(Literal::Text) {
                        let one = Filter::In(column, vec![literal], false);
                        found.filters.push(match related {
                            Some(related) => Filter::Related(related, vec![one], false),
                            None => one,
                        });
                    }
                    return Ok(());
                }
                let literals = stored.into_iter().map(Literal::Text).collect();
                found.filters.push(Filter::In(column, literals, *negated));
            }
            Condition::Like(mention, pattern, negated) => {
                let column = self.column(mention, |role| role == Role::Label)?;
                found.shown.push(column);
                found.filters.push(Filter::Like(column, pattern.clone(), *negated));
            }
            Condition::Missing(mention) => {
                let column = self.column(mention, |_| true)?;
                found.filters.push(Filter::Missing(column, true));
            }
            Condition::Related { tables, values, negated } => {
                let mut filters = Vec::new();
                let anchor = self.anchor;
                let mut related = self.pick_table(&tables.candidates);
                // Values and times are seen from what is or isn't there.
                self.anchor = related.unwrap_or(anchor);
                let result = self.related_values(values, &mut filters);
                self.anchor = anchor;
                if let Some(column) = result? {
                    let between = self.many_side(column.table);
                    related = related.or(between).or(Some(column.table));
                }
                let Some(related) = related else {
                    return Err(Unresolved::Word(self.context.text.written(tables.units.clone()).to_owned()));
                };
                if *negated && self.parts.measures.len() <= 1 && related != anchor {
                    for span in floating.drain(..) {
                        filters.push(Filter::Time(self.time_column(related, &span)?, span));
                    }
                }
                found.filters.push(Filter::Related(related, filters, *negated));
            }
        }
        Ok(())
    }

    fn related_values(
        &mut self,
        values: &[Vec<super::super::values::ValueLink>],
        filters: &mut Vec<Filter>,
    ) -> Result<Option<ColumnId>, Unresolved> {
        if values.is_empty() {
            return Ok(None);
        }
        let (column, stored) = self
            .pick_values(values, &Vec::new(), &Vec::new(), &(0..0))
            .ok_or(Unresolved::Unsupported("values of related rows"))?;
        let literals = stored.into_iter().map(Literal::Text).collect();
        filters.push(Filter::In(column, literals, false));
        Ok(Some(column))
    }

    /// The first table on the way to another in which the anchor's rows multiply.
    pub(super) fn many_side(&self, table: TableId) -> Option<TableId> {
        let path = self.context.catalog.graph.path(self.anchor, table)?;
        path.iter().find(|step| step.multiplies).map(|step| step.to)
    }

    fn side(&mut self, left: &Left) -> Result<Side, Unresolved> {
        match left {
            Left::Field(mention) => {
                let column = self.column(mention, |role| {
                    matches!(role, Role::Quantity(_) | Role::Year | Role::Key | Role::Foreign)
                })?;
                Ok(Side::Column(column))
            }
            Left::Measure(mention) => self
                .pick_measure(mention)
                .map(Side::Figure)
                .ok_or_else(|| Unresolved::Word(self.context.text.written(mention.units.clone()).to_owned())),
            Left::Count(mention) => self
                .pick_table(&mention.candidates)
                .map(|table| Side::Figure(Measure::Rows(table)))
                .ok_or_else(|| Unresolved::Word(self.context.text.written(mention.units.clone()).to_owned())),
            Left::Named(concepts) => self
                .named(self.anchor, concepts)
                .map(Side::Column)
                .ok_or_else(|| Unresolved::Word((*concepts.first().unwrap_or(&"")).to_owned())),
        }
    }

    /// A column of the table, or of one that each of its rows has one of, that fits one of the names.
    pub(super) fn named(&self, table: TableId, concepts: &[&str]) -> Option<ColumnId> {
        let catalog = self.context.catalog;
        let fits =
            |column: &ColumnId| matches!(catalog.role(*column), Role::Quantity(_) | Role::Time | Role::Year);
        let own = concepts
            .iter()
            .find_map(|concept| catalog.columns_named(table, concept).filter(|column| fits(column)));
        own.or_else(|| {
            (0..catalog.tables.len())
                .map(TableId)
                .filter(|other| *other != table && catalog.graph.reaches_one(table, *other))
                .find_map(|other| {
                    concepts.iter().find_map(|concept| {
                        catalog.columns_named(other, concept).filter(|column| fits(column))
                    })
                })
        })
    }

    pub(super) fn column(
        &mut self,
        mention: &Mention<Dimension>,
        accept: impl Fn(Role) -> bool,
    ) -> Result<ColumnId, Unresolved> {
        let catalog = self.context.catalog;
        self.pick(mention, |dimension| match dimension {
            Dimension::Column(column) => accept(catalog.role(column)),
            Dimension::Term(term) => {
                catalog.terms[term.0].single_column().is_some_and(|column| accept(catalog.role(column)))
            }
            _ => false,
        })
        .and_then(|dimension| self.column_of(dimension))
        .ok_or_else(|| Unresolved::Word(self.context.text.written(mention.units.clone()).to_owned()))
    }

    /// The date column that a stretch of time is about.
    pub(super) fn time_column(&mut self, from: TableId, span: &TimeSpan) -> Result<ColumnId, Unresolved> {
        let new_year = |moment: Option<chrono::NaiveDateTime>| {
            moment.is_none_or(|moment| moment.ordinal0() == 0 && moment.num_seconds_from_midnight() == 0)
        };
        let whole_years = new_year(span.start) && new_year(span.end);
        self.pick_time(from, whole_years).ok_or(Unresolved::NoTime(from))
    }

    /// The date column that steps of time are taken of: the filtered one when there is one.
    pub(super) fn step_column(&mut self, filters: &[Filter], grain: Grain) -> Result<ColumnId, Unresolved> {
        let filtered = filters.iter().find_map(|filter| match filter {
            Filter::Time(column, _) | Filter::Times(column, _) => Some(*column),
            _ => None,
        });
        match (filtered, self.event(filters)) {
            (Some(column), _) => Ok(column),
            // 每月下单的客户数: the month is when they ordered.
            (None, Some(event)) => {
                self.pick_time(event, grain == Grain::Year).ok_or(Unresolved::NoTime(event))
            }
            (None, None) => {
                self.pick_time(self.anchor, grain == Grain::Year).ok_or(Unresolved::NoTime(self.anchor))
            }
        }
    }
}

fn span(time: &TimeCondition) -> TimeSpan {
    TimeSpan {
        start: time.mention.start,
        end: time.mention.end,
        label: time.mention.label.clone(),
        negated: time.negated,
    }
}
