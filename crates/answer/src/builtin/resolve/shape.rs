//! The shape of the result: figures by groups, or rows of an entity.

use super::super::catalog::Role;
use super::super::describe::{measure_name, step_name};
use super::super::ir::{Dimension, Filter, Labelled, Measure, Order, OrderKey, Query, Shape, Share, TableId};
use super::super::lexicon::Aggregate;
use super::super::reading::{By, Condition, Group, Mention, RankTarget};
use super::super::time::Grain;
use super::{Anchor, Resolver, Unresolved, pick};

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
    pub(super) fn figures(&mut self, first: Option<Measure>) -> Result<Query, Unresolved> {
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

        // "Products sold in October" asks for products; only "how much" asks for their figure.
        let asks_figure =
            ["how much", "sales", "revenue", "turnover", "spen", "多少", "额", "收入", "营收", "花"]
                .iter()
                .any(|word| self.context.text.normal.contains(word));
        // 各门店卖了多少 doesn't ask how many stores there are, nor says whether pieces or money are meant.
        if parts.trade && parts.counts && parts.measures.is_empty() {
            return Err(self.beyond("rows or their figure", &(0..0)));
        }
        if parts.trade
            && !asks_figure
            && parts.measures.is_empty()
            && parts.groups.is_empty()
            && parts.ranking.is_none()
            && !parts.trend
            && let Some(subject) = parts.subjects.first()
        {
            return Err(self.beyond("rows or their figure", &subject.units));
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
            if groups > 1 {
                return Err(self.beyond("best of each group", &ranking.units));
            }
            if groups == 0 {
                return Err(Unresolved::NothingAsked);
            }
            // 每个客户的第一笔订单 is no ranking of customers.
            let first = self.context.text.written(ranking.units.clone());
            if ranking.target.is_none()
                && !parts.groups.is_empty()
                && matches!(ranking.by, By::Count(_))
                && ["第一", "first", "First", "last", "Last"].iter().any(|word| first.contains(word))
            {
                return Err(self.beyond("best of each group", &ranking.units));
            }
            // Every order has one customer: by their number orders can't be ranked.
            if let (By::Count(mention), [Labelled { thing: Dimension::Entity(ranked), .. }]) =
                (&ranking.by, dimensions.as_slice())
                && mention.candidates.first().is_some_and(|(counted, _)| {
                    counted != ranked && catalog.graph.reaches_one(*ranked, *counted)
                })
            {
                return Err(self.beyond("a ranking without a figure", &ranking.units));
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

        // 今年和去年的销售额: one figure for each, told apart by the step they name.
        if steps.is_empty() && parts.times.len() > 1 && parts.times.iter().all(|time| time.hint.is_empty()) {
            steps.push(self.step_of_times()?);
        }
        let entity = self.figure_entity(&measures, &dimensions);
        let mut conditions = self.conditions(entity)?;
        // 客户数超过100的城市有几个 counts groups; of one figure over everything there is no group to leave out.
        if !conditions.having.is_empty() && dimensions.is_empty() && steps.is_empty() && !parts.each_value {
            return Err(self.beyond("the number of groups that a figure chooses", &(0..0)));
        }
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
        self.whole_amounts(&measures, &dimensions, &conditions.filters)?;
        let share = if parts.share { Some(self.share(&measures, &dimensions, &conditions)?) } else { None };
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

    pub(super) fn add_group(
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
    pub(super) fn entity_of_key(&self, dimension: Dimension) -> Dimension {
        match dimension {
            Dimension::Column(column) => match self.context.catalog.graph.key_into(column) {
                // Of a table that points to itself the row pointed to is another one: its key is shown.
                Some(edge) if edge.parent != column.table => Dimension::Entity(edge.parent),
                Some(_) => dimension,
                None => dimension,
            },
            _ => dimension,
        }
    }

    pub(super) fn dimension_label(&self, units: &std::ops::Range<usize>, dimension: Dimension) -> String {
        super::super::describe::dimension_name(
            self.context.catalog,
            dimension,
            self.context.language,
            self.context.text.written(units.clone()),
        )
    }

    /// With nothing named to rank, the subject is ranked: "customers with the most orders".
    fn group_by_subject(&mut self, dimensions: &mut Vec<Labelled<Dimension>>) -> Result<(), Unresolved> {
        let subject = super::subject(self.context, self.parts);
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
            let written = self.context.text.written(mention.units.clone()).to_lowercase();
            if matches!(dimension, Dimension::Column(column) if catalog.role(column) == Role::Label)
                && ["total", "amount", "sum", "合计", "总额", "金额"]
                    .iter()
                    .any(|word| written.contains(word))
            {
                return Err(self.beyond("the sum of text", &mention.units));
            }
            // A name beside a figure stands for what is named, so that namesakes stay apart.
            let named = match dimension {
                Dimension::Column(id)
                    if catalog.display(id.table) == id
                        && catalog.role(id) == Role::Label
                        && !catalog.tables[id.table.0].key.is_empty() =>
                {
                    Some(Dimension::Entity(id.table))
                }
                _ => None,
            };
            let column = self.column_of(dimension);
            let dimension = named.unwrap_or(dimension);
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

    fn share(
        &self,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        conditions: &super::filters::Conditions,
    ) -> Result<Share, Unresolved> {
        let values = conditions.values.as_slice();
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
        // "Percent of customers who ordered": which part of which whole is only sure where values tell the part.
        let of_related = conditions
            .filters
            .iter()
            .any(|filter| matches!(filter, Filter::Related(..) | Filter::PerRow(..) | Filter::InTop { .. }));
        let by_moments = dimensions.iter().any(|dimension| {
            matches!(dimension.thing, Dimension::Column(column) if self.context.catalog.role(column) == Role::Time)
        });
        let base = measures.first().map(|measure| super::measure_base(self.context.catalog, measure.thing));
        let other_whole = !self.parts.whole_of.is_empty()
            && !self.parts.whole_of.iter().any(|(table, _)| Some(*table) == base);
        let several = self.parts.whole.is_none() && values.len() > 1;
        if of_related || by_moments || other_whole || several {
            return Err(self.beyond("the part of which whole", &(0..0)));
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
}
