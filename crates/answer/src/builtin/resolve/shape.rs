//! The shape of the result: figures by groups, or rows of an entity.

use super::super::catalog::Role;
use super::super::describe::{measure_name, step_name};
use super::super::ir::{
    ColumnId, Dimension, Filter, Labelled, Measure, Order, OrderKey, Query, Ranking, Shape, Share, TableId,
};
use super::super::lexicon::Aggregate;
use super::super::reading::{By, Condition, Group, Mention, RankTarget};
use super::super::time::Grain;
use super::{Anchor, Resolver, Unresolved, measure_base, pick};

impl Resolver<'_> {
    pub(super) fn read(&mut self, anchor: Anchor) -> Result<Query, Unresolved> {
        match anchor {
            Anchor::Measure(measure) => self.figures(Some(measure)),
            Anchor::Rows(table) => {
                let parts = self.parts;
                let aggregated = parts.counts || parts.share || parts.trend || self.has_groups_beyond(table);
                let ranked_figure = parts
                    .ranking
                    .as_ref()
                    .is_some_and(|ranking| matches!(ranking.by, By::Measure(_) | By::Count(_) | By::Trade));
                if aggregated || ranked_figure { self.figures(None) } else { self.rows(table) }
            }
        }
    }

    /// "The name of every singer" groups by nothing: the group is the row.
    fn has_groups_beyond(&self, table: TableId) -> bool {
        self.parts.groups.iter().any(|group| match group {
            Group::Step(_) => true,
            Group::Field(mention) => {
                mention.candidates.first().is_none_or(|(dimension, _)| *dimension != Dimension::Entity(table))
            }
        }) || !self.parts.groups.is_empty() && self.parts.fields.is_empty()
    }

    /// Measures by dimensions. Without a measure the rows of the anchor are counted.
    fn figures(&mut self, first: Option<Measure>) -> Result<Query, Unresolved> {
        let parts = self.parts;
        let catalog = self.context.catalog;
        let mut measures: Vec<Labelled<Measure>> = Vec::new();
        if let Some(first) = first {
            let mention = parts
                .measures
                .first()
                .map(|mention| mention.units.clone())
                .or_else(|| match parts.ranking.as_ref().map(|ranking| &ranking.by) {
                    Some(By::Measure(mention)) => Some(mention.units.clone()),
                    _ => None,
                })
                .or_else(|| match &parts.sort {
                    Some(By::Measure(mention)) => Some(mention.units.clone()),
                    _ => None,
                })
                .unwrap_or(0..0);
            let label = self.label(&mention, || measure_name(catalog, first, self.context.language));
            measures.push(Labelled { thing: first, label });
        }
        for mention in parts.measures.iter().skip(1) {
            let measure = self.pick_measure(mention).ok_or_else(|| {
                Unresolved::Word(self.context.text.written(mention.units.clone()).to_owned())
            })?;
            let label = self.mention_label(mention, || measure_name(catalog, measure, self.context.language));
            if !measures.iter().any(|known| known.thing == measure) {
                measures.push(Labelled { thing: measure, label });
            }
        }
        if measures.is_empty() {
            let counted = Measure::Rows(self.anchor);
            let label = measure_name(catalog, counted, self.context.language);
            measures.push(Labelled { thing: counted, label });
        }

        let mut dimensions: Vec<Labelled<Dimension>> = Vec::new();
        let mut steps: Vec<Grain> = Vec::new();
        for group in &parts.groups {
            match group {
                Group::Step(grain) => {
                    if !steps.contains(grain) {
                        steps.push(*grain);
                    }
                }
                Group::Field(mention) => self.add_group(mention, &mut dimensions)?,
            }
        }
        let nested = self.nested_ranking(&measures, &steps, &dimensions);
        let mut limit = None;
        let mut order = Vec::new();
        if let Some(ranking) = parts.ranking.as_ref().filter(|_| !nested) {
            match &ranking.target {
                Some(RankTarget::Field(mention)) => self.add_group(mention, &mut dimensions)?,
                Some(RankTarget::Step(grain)) => steps.push(*grain),
                None => {
                    if dimensions.is_empty() && steps.is_empty() {
                        self.group_by_subject(&mut dimensions)?;
                    }
                }
            }
            // The most of each group is another question than the groups with the most.
            let groups = dimensions.len() + steps.len();
            if groups > 1 && ranking.limit == 1 {
                return Err(Unresolved::Unsupported("best of each group"));
            }
            if groups == 0 {
                return Err(Unresolved::NothingAsked);
            }
            limit = Some(ranking.limit);
            let place = self.ranked_place(&ranking.by, &mut measures)?;
            order.push(Order { key: OrderKey::Measure(place), descending: ranking.descending });
        }
        self.fields_beside_figures(&mut measures, &mut dimensions)?;
        if parts.trend && steps.is_empty() {
            steps.push(self.usual_step());
        }
        if parts.distinct
            && let [Labelled { thing: Measure::Rows(_), .. }] = measures.as_slice()
        {
            // "different customers" are rows already.
        }

        let entity = self.figure_entity(&measures, &dimensions);
        let mut conditions = self.conditions(entity)?;
        self.relate_subjects(&measures, &dimensions, &mut conditions.filters)?;
        if parts.each_value {
            for filter in &conditions.filters {
                if let Filter::In(column, values, false) = filter
                    && values.len() > 1
                {
                    let dimension = Dimension::Column(*column);
                    let label = self.dimension_label(&(0..0), dimension);
                    dimensions.push(Labelled { thing: dimension, label });
                }
            }
        }
        if nested {
            let filter = self.nested_filter(&conditions.filters)?;
            conditions.filters.push(filter);
        }
        for (place, grain) in steps.iter().enumerate() {
            let column = self.step_column(&conditions.filters, *grain)?;
            let label = step_name(*grain, self.context.language).to_owned();
            dimensions.insert(place, Labelled { thing: Dimension::Time(column, *grain), label });
        }
        let share =
            if parts.share { Some(self.share(&measures, &dimensions, &conditions.values)?) } else { None };
        if order.is_empty() {
            order = self.usual_order(&measures, &dimensions, &steps)?;
        } else {
            // Ties in a ranking are broken the same way every time.
            order.extend(
                (0..dimensions.len())
                    .map(|place| Order { key: OrderKey::Dimension(place), descending: false }),
            );
        }
        if share.is_some() {
            measures.truncate(1);
            if let Some(measure) = measures.first_mut() {
                measure.label = super::super::describe::share_name(self.context.language, &measure.label);
            }
        }
        if dimensions.is_empty() {
            order.clear();
        }
        self.unique_labels(&mut dimensions, &mut measures);
        Ok(Query {
            shape: Shape::Figures { measures, dimensions, share },
            filters: conditions.filters,
            having: conditions.having,
            order,
            limit,
        })
    }

    fn add_group(
        &mut self,
        mention: &Mention<Dimension>,
        dimensions: &mut Vec<Labelled<Dimension>>,
    ) -> Result<(), Unresolved> {
        let catalog = self.context.catalog;
        let dimension = self
            .pick(mention, |_| true)
            .ok_or_else(|| Unresolved::Word(self.context.text.written(mention.units.clone()).to_owned()))?;
        let dimension = self.entity_of_key(dimension);
        let label = self.dimension_label(&mention.units, dimension);
        let same = |known: &Labelled<Dimension>| {
            known.thing == dimension
                || matches!((known.thing, dimension), (Dimension::Entity(table), Dimension::Column(column)) if catalog.display(table) == column)
        };
        if !dimensions.iter().any(same) {
            dimensions.push(Labelled { thing: dimension, label });
        }
        Ok(())
    }

    /// Grouping by a key is grouping by what it points to.
    fn entity_of_key(&self, dimension: Dimension) -> Dimension {
        match dimension {
            Dimension::Column(column) => match self.context.catalog.graph.key_into(column) {
                Some(edge) => Dimension::Entity(edge.parent),
                None => dimension,
            },
            _ => dimension,
        }
    }

    fn dimension_label(&self, units: &std::ops::Range<usize>, dimension: Dimension) -> String {
        super::super::describe::dimension_name(
            self.context.catalog,
            dimension,
            self.context.language,
            self.context.text.written(units.clone()),
        )
    }

    /// With nothing named to rank, the subject is ranked: "customers with the most orders".
    fn group_by_subject(&mut self, dimensions: &mut Vec<Labelled<Dimension>>) -> Result<(), Unresolved> {
        let subject =
            if self.context.chinese { self.parts.subjects.last() } else { self.parts.subjects.first() };
        let Some(mention) = subject else { return Ok(()) };
        let fields = Mention {
            candidates: mention
                .candidates
                .iter()
                .map(|(table, weight)| (Dimension::Entity(*table), *weight))
                .collect(),
            units: mention.units.clone(),
        };
        self.add_group(&fields, dimensions)
    }

    /// Whether the ranking only chooses what the figures are about: "monthly sales of the best-selling product".
    fn nested_ranking(
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
            By::Open => false,
        };
        let _ = measures;
        has_entity && own_figure && (grouped || !matches!(ranking.by, By::Open))
    }

    fn nested_filter(&mut self, filters: &[Filter]) -> Result<Filter, Unresolved> {
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
                let column = self.column(mention, |_| true)?;
                if self.context.catalog.graph.reaches_one(table, column.table) {
                    Ranking::Column(column)
                } else {
                    Ranking::Measure(self.column_measure(column))
                }
            }
            By::Open => return Err(Unresolved::NothingAsked),
        };
        let over = match by {
            Ranking::Measure(_) => filters.to_vec(),
            Ranking::Column(_) => Vec::new(),
        };
        Ok(Filter::InTop { table, by, descending: ranking.descending, limit: ranking.limit, filters: over })
    }

    fn column_measure(&self, column: ColumnId) -> Measure {
        let additive = !matches!(self.context.catalog.role(column), Role::Quantity(false) | Role::Year);
        Measure::Column(pick::usual_aggregate(additive), column)
    }

    /// Which of the measures the ranking is by; one that isn't shown yet is added.
    fn ranked_place(&mut self, by: &By, measures: &mut Vec<Labelled<Measure>>) -> Result<usize, Unresolved> {
        let catalog = self.context.catalog;
        let measure = match by {
            By::Open => return Ok(0),
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

    /// Columns named beside figures: quantities are summed, others are shown or grouped by.
    fn fields_beside_figures(
        &mut self,
        measures: &mut Vec<Labelled<Measure>>,
        dimensions: &mut Vec<Labelled<Dimension>>,
    ) -> Result<(), Unresolved> {
        let catalog = self.context.catalog;
        for mention in &self.parts.fields {
            let Some(dimension) = self.pick(mention, |_| true) else {
                return Err(Unresolved::Word(self.context.text.written(mention.units.clone()).to_owned()));
            };
            if let Dimension::Column(column) = dimension
                && let Role::Quantity(additive) = catalog.role(column)
            {
                let measure = Measure::Column(pick::usual_aggregate(additive), column);
                if !measures.iter().any(|known| known.thing == measure) {
                    let label = measure_name(catalog, measure, self.context.language);
                    measures.push(Labelled { thing: measure, label });
                }
                continue;
            }
            let column = self.column_of(dimension);
            let shown = dimensions.iter().any(|known| {
                known.thing == dimension || column.is_some() && self.column_of(known.thing) == column
            });
            if shown {
                continue;
            }
            let label = self.dimension_label(&mention.units, dimension);
            dimensions.push(Labelled { thing: dimension, label });
        }
        Ok(())
    }

    /// Whose rows a figure in a condition belongs to: the entity that is counted or grouped by.
    fn figure_entity(
        &self,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
    ) -> Option<TableId> {
        let figures = self.parts.conditions.iter().any(|condition| {
            matches!(
                condition,
                Condition::Compare(super::Left::Measure(_) | super::Left::Count(_), ..)
                    | Condition::Between(super::Left::Measure(_) | super::Left::Count(_), ..)
            )
        });
        if !figures {
            return None;
        }
        if let Some(entity) = dimensions.iter().find_map(|dimension| match dimension.thing {
            Dimension::Entity(table) => Some(table),
            _ => None,
        }) {
            return Some(entity);
        }
        if !dimensions.is_empty() {
            return None;
        }
        match measures {
            [Labelled { thing: Measure::Rows(table), .. }] => Some(*table),
            _ => None,
        }
    }

    /// Nouns that no rule used: what the figures are about already, or rows that must exist.
    fn relate_subjects(
        &mut self,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        filters: &mut Vec<Filter>,
    ) -> Result<(), Unresolved> {
        let catalog = self.context.catalog;
        for mention in &self.parts.subjects {
            let known = mention.candidates.iter().any(|(table, _)| {
                *table == self.anchor
                    || catalog.graph.reaches_one(self.anchor, *table)
                    || measures.iter().any(|measure| measure_base(catalog, measure.thing) == *table)
                    || dimensions.iter().any(|dimension| {
                        self.column_of(dimension.thing).is_some_and(|column| column.table == *table)
                    })
                    || filters.iter().any(|filter| mentions_beyond(catalog, self.anchor, filter, *table))
            });
            if known {
                continue;
            }
            let table = self.pick_table(&mention.candidates).ok_or_else(|| {
                Unresolved::Word(self.context.text.written(mention.units.clone()).to_owned())
            })?;
            filters.push(Filter::Related(table, Vec::new(), false));
        }
        Ok(())
    }

    fn share(
        &self,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        values: &[usize],
    ) -> Result<Share, Unresolved> {
        let adds_up = |measure: Measure| match measure {
            Measure::Rows(_) | Measure::Column(Aggregate::Sum, _) => true,
            Measure::Column(..) => false,
            Measure::Term(term) => {
                let expression = self.context.catalog.terms[term.0].expression.to_lowercase();
                (expression.starts_with("sum(") || expression.starts_with("count("))
                    && !expression.contains('/')
            }
        };
        if !measures.first().is_some_and(|measure| adds_up(measure.thing)) {
            return Err(Unresolved::Unsupported("share of an average"));
        }
        if !values.is_empty() {
            return Ok(Share::Without(values.to_vec()));
        }
        if dimensions.is_empty() {
            return Err(Unresolved::NothingAsked);
        }
        Ok(Share::OfGroups)
    }

    fn usual_step(&self) -> Grain {
        let days = self
            .parts
            .times
            .iter()
            .find_map(|time| Some((time.mention.end? - time.mention.start?).num_days()));
        match days {
            Some(0..=1) => Grain::Hour,
            Some(2..=62) => Grain::Day,
            _ => Grain::Month,
        }
    }

    /// Time goes forward; else the largest first, unless the question says otherwise.
    fn usual_order(
        &mut self,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        steps: &[Grain],
    ) -> Result<Vec<Order>, Unresolved> {
        let mut order = Vec::new();
        let mut sorted_by = None;
        match &self.parts.sort {
            Some(By::Measure(mention)) => {
                let measure = self.pick_measure(mention).ok_or(Unresolved::NothingAsked)?;
                sorted_by = measures.iter().position(|known| known.thing == measure).map(OrderKey::Measure);
            }
            Some(By::Field(mention)) => {
                if let Some(dimension) = self.pick(mention, |_| true) {
                    let column = self.column_of(dimension);
                    sorted_by = dimensions
                        .iter()
                        .position(|known| self.column_of(known.thing) == column)
                        .map(OrderKey::Dimension)
                        .or_else(|| {
                            measures
                                .iter()
                                .position(|known| matches!(known.thing, Measure::Column(_, of) if Some(of) == column))
                                .map(OrderKey::Measure)
                        });
                }
            }
            _ => {}
        }
        let direction = self.parts.direction;
        if steps.is_empty() || sorted_by.is_some() || direction.is_some() {
            let key = sorted_by.unwrap_or(OrderKey::Measure(0));
            let descending = direction.unwrap_or(matches!(key, OrderKey::Measure(_)));
            order.push(Order { key, descending });
        }
        for place in 0..dimensions.len() {
            if !order.iter().any(|known| known.key == OrderKey::Dimension(place)) {
                order.push(Order { key: OrderKey::Dimension(place), descending: false });
            }
        }
        // Within a step of time the largest group first.
        if !steps.is_empty()
            && dimensions.len() > steps.len()
            && order.first().is_some_and(|first| first.key == OrderKey::Dimension(0))
        {
            order.insert(steps.len(), Order { key: OrderKey::Measure(0), descending: true });
        }
        Ok(order)
    }

    /// Rows of the anchor.
    fn rows(&mut self, table: TableId) -> Result<Query, Unresolved> {
        let parts = self.parts;
        let catalog = self.context.catalog;
        let asked = table;
        let table = self.home_of_fields(table);
        self.anchor = table;
        let mut conditions = self.conditions(Some(table))?;
        if table != asked {
            conditions.filters.push(Filter::Related(asked, Vec::new(), false));
        }
        let mut columns: Vec<Labelled<Dimension>> = Vec::new();
        for mention in &parts.fields {
            let dimension = self.pick(mention, |_| true).ok_or_else(|| {
                Unresolved::Word(self.context.text.written(mention.units.clone()).to_owned())
            })?;
            let label = self.dimension_label(&mention.units, dimension);
            if !columns.iter().any(|known| known.thing == dimension) {
                columns.push(Labelled { thing: dimension, label });
            }
        }
        let named = !columns.is_empty();
        let mut order = Vec::new();
        let mut limit = None;
        let mut shown = std::mem::take(&mut conditions.shown);
        if let Some(ranking) = &parts.ranking {
            let column = match &ranking.by {
                By::Field(mention) => Some(self.column(mention, |_| true)?),
                By::Adjective(adjective) => Some(self.named(table, adjective.concepts).ok_or_else(|| {
                    Unresolved::Word(self.context.text.written(ranking.units.clone()).to_owned())
                })?),
                _ => None,
            };
            limit = Some(ranking.limit);
            match column {
                Some(column) if catalog.graph.reaches_one(table, column.table) => {
                    order.push(Order { key: OrderKey::Column(column), descending: ranking.descending });
                    shown.insert(0, column);
                    if catalog.column(column).nullable {
                        conditions.filters.push(Filter::Missing(column, false));
                    }
                }
                // The most of what there are many of for each row: a figure.
                Some(_) => return self.figures_of_column(table),
                None if ranking.descending => {}
                None => return Err(Unresolved::NothingAsked),
            }
        }
        match &parts.sort {
            Some(By::Field(mention)) => {
                let column = self.column(mention, |_| true)?;
                shown.insert(0, column);
                order.push(Order {
                    key: OrderKey::Column(column),
                    descending: parts.direction.unwrap_or(false),
                });
            }
            Some(_) => return Err(Unresolved::NothingAsked),
            None => {}
        }
        let mut filters = std::mem::take(&mut conditions.filters);
        self.relate_subjects(&[], &columns, &mut filters)?;
        if !named {
            let display = catalog.display(table);
            let mut list = vec![display];
            // A row without a name is shown as it is.
            if catalog.tables[table.0].display.is_none() {
                list = catalog.columns(table).take(12).collect();
            }
            list.extend(shown);
            for column in list {
                if !columns.iter().any(|known| known.thing == Dimension::Column(column)) {
                    let label = self.dimension_label(&(0..0), Dimension::Column(column));
                    columns.push(Labelled { thing: Dimension::Column(column), label });
                }
            }
        }
        if parts.direction.is_some() && order.is_empty() {
            let key = columns
                .iter()
                .position(|column| {
                    matches!(column.thing, Dimension::Column(id) if matches!(catalog.role(id), Role::Quantity(_) | Role::Time | Role::Year))
                })
                .unwrap_or(0);
            order.push(Order { key: OrderKey::Dimension(key), descending: parts.direction.unwrap_or(false) });
        }
        // A category is listed once; names of rows as often as there are rows.
        let about_rows = !parts.subjects.is_empty() || parts.ranking.is_some();
        let distinct = parts.distinct || named && !about_rows && order.is_empty();
        let mut none = Vec::new();
        self.unique_labels(&mut columns, &mut none);
        Ok(Query {
            shape: Shape::Rows { table, columns, distinct },
            filters,
            having: Vec::new(),
            order,
            limit,
        })
    }

    /// "Names of singers in concerts": when everything shown belongs to one other table that the subject's rows point to,
    /// its rows are listed, each once.
    fn home_of_fields(&self, table: TableId) -> TableId {
        let mut homes = self.parts.fields.iter().map(|mention| {
            let columns = mention.candidates.iter().filter_map(|(dimension, weight)| match dimension {
                Dimension::Column(column) => Some((*column, *weight)),
                _ => None,
            });
            let cost = |(column, weight): &(ColumnId, f32)| {
                self.distance_cost(column.table).map_or(f32::MAX, |far| far - weight)
            };
            columns.min_by(|left, right| cost(left).total_cmp(&cost(right))).map(|(column, _)| column.table)
        });
        let first = homes.next().flatten();
        match first {
            Some(home)
                if home != table
                    && self.context.catalog.graph.reaches_one(table, home)
                    && homes.all(|other| other == Some(home)) =>
            {
                home
            }
            _ => table,
        }
    }

    /// "Customers with the highest order amount": the column's usual figure, for each row of the subject.
    fn figures_of_column(&mut self, table: TableId) -> Result<Query, Unresolved> {
        let Some(By::Field(mention)) = self.parts.ranking.as_ref().map(|ranking| &ranking.by) else {
            return Err(Unresolved::NothingAsked);
        };
        let column = self.column(mention, |_| true)?;
        let measure = self.column_measure(column);
        let _ = table;
        self.anchor = column.table;
        self.figures(Some(measure))
    }

    /// Names of result columns are told apart.
    fn unique_labels(&self, dimensions: &mut [Labelled<Dimension>], measures: &mut [Labelled<Measure>]) {
        let mut taken: Vec<String> = Vec::new();
        let catalog = self.context.catalog;
        for dimension in dimensions {
            if taken.contains(&dimension.label)
                && let Some(column) = match dimension.thing {
                    Dimension::Column(column) | Dimension::Time(column, _) => Some(column),
                    Dimension::Entity(table) => Some(catalog.display(table)),
                    Dimension::Term(_) => None,
                }
            {
                let owner = catalog.table_label(column.table, self.context.language);
                dimension.label = match self.context.language {
                    crate::Language::Zh => format!("{owner}{}", dimension.label),
                    crate::Language::En => format!("{owner} {}", dimension.label),
                };
            }
            make_unique(&mut dimension.label, &mut taken);
        }
        for measure in measures {
            make_unique(&mut measure.label, &mut taken);
        }
    }
}

fn make_unique(label: &mut String, taken: &mut Vec<String>) {
    let mut candidate = label.clone();
    let mut number = 2;
    while taken.contains(&candidate) {
        candidate = format!("{label} {number}");
        number += 1;
    }
    taken.push(candidate.clone());
    *label = candidate;
}

/// Whether a filter speaks of a table, or of one beyond it as seen from the anchor.
fn mentions_beyond(catalog: &super::Catalog, anchor: TableId, filter: &Filter, table: TableId) -> bool {
    let spoken = match filter {
        Filter::Compare(column, ..)
        | Filter::In(column, ..)
        | Filter::Between(column, ..)
        | Filter::Like(column, ..)
        | Filter::Missing(column, _)
        | Filter::Time(column, _)
        | Filter::AgainstAggregate(column, ..) => column.table,
        Filter::Related(related, ..) => *related,
        Filter::PerRow(_, measure, ..) => measure_base(catalog, *measure),
        Filter::InTop { table, .. } => *table,
    };
    spoken == table
        || catalog
            .graph
            .path(anchor, spoken)
            .is_some_and(|path| path.iter().any(|step| step.from == table || step.to == table))
}
