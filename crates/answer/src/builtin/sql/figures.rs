//! Measures by dimensions.

use super::super::ir::{
    ColumnId, Dimension, Filter, Labelled, Measure, Order, OrderKey, Query, Share, TableId,
};
use super::super::lexicon::Aggregate;
use super::scope::Scope;
use super::{Select, SqlFault, Writer, ordered};

/// The alias of a subquery that pairs rows with groups.
const PAIRS: &str = "grouped";

impl Writer<'_> {
    /// The table whose rows a measure is taken over.
    pub(super) fn measure_base(&self, measure: Measure) -> TableId {
        match measure {
            Measure::Rows(table) => table,
            Measure::Column(_, column) => column.table,
            Measure::Term(term) => self.catalog.terms[term.0].base,
        }
    }

    pub(super) fn measure_tables(&self, measure: Measure) -> Vec<TableId> {
        match measure {
            Measure::Term(term) => self.catalog.terms[term.0].tables.clone(),
            _ => vec![self.measure_base(measure)],
        }
    }

    pub(super) fn aggregate(&self, aggregate: Aggregate, value: &str) -> String {
        match aggregate {
            Aggregate::CountDistinct => format!("COUNT(DISTINCT {value})"),
            Aggregate::Sum => format!("SUM({value})"),
            Aggregate::Average => format!("AVG({value})"),
            Aggregate::Min => format!("MIN({value})"),
            Aggregate::Max => format!("MAX({value})"),
        }
    }

    /// The SQL of a measure; `key` is set where joins repeat rows, and the measure doesn't mind.
    pub(super) fn figure(&self, measure: Measure, key: Option<&str>) -> Result<String, SqlFault> {
        Ok(match measure {
            Measure::Rows(_) => match key {
                Some(key) => format!("COUNT(DISTINCT {key})"),
                None => "COUNT(*)".to_owned(),
            },
            Measure::Column(aggregate, column) => self.aggregate(aggregate, &self.column(column)),
            Measure::Term(term) => self.term(term),
        })
    }

    pub(super) fn figures(
        &self,
        query: &Query,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        share: Option<&Share>,
    ) -> Result<String, SqlFault> {
        let mut select = match share {
            Some(Share::Without(places)) => self.part_of_whole(query, measures, dimensions, places)?,
            Some(Share::OfGroups) => {
                let mut select = self.one_base(measures, dimensions, &query.filters)?;
                for column in select.columns.iter_mut().skip(dimensions.len()) {
                    let (figure, alias) = split_alias(column);
                    *column =
                        format!("ROUND({figure} * 1.0 / NULLIF(SUM({figure}) OVER (), 0), 4) AS {alias}");
                }
                select
            }
            None => {
                let mut bases: Vec<TableId> = Vec::new();
                for measure in measures {
                    let base = self.measure_base(measure.thing);
                    if !bases.contains(&base) {
                        bases.push(base);
                    }
                }
                match bases.as_slice() {
                    [_] => self.one_base(measures, dimensions, &query.filters)?,
                    _ => self.several_bases(&bases, measures, dimensions, &query.filters)?,
                }
            }
        };
        if !query.having.is_empty()
            && measures.iter().any(|measure| {
                query
                    .having
                    .iter()
                    .any(|(having, ..)| self.measure_base(*having) != self.measure_base(measure.thing))
            })
        {
            return Err(SqlFault::Mixed);
        }
        for (measure, comparison, literal) in &query.having {
            let figure = self.figure(*measure, None)?;
            select.having.push(format!("{figure} {} {}", comparison.sql(), self.literal(literal)));
        }
        for Order { key, descending } in &query.order {
            let label = match key {
                OrderKey::Measure(index) => measures.get(*index).map(|measure| &measure.label),
                OrderKey::Dimension(index) => dimensions.get(*index).map(|dimension| &dimension.label),
                OrderKey::Column(_) => None,
            };
            select.order.extend(label.map(|label| ordered(&self.alias(label), *descending)));
        }
        select.limit = query.limit;
        Ok(select.text())
    }

    /// Measures of one table.
    fn one_base(
        &self,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        filters: &[Filter],
    ) -> Result<Select, SqlFault> {
        let base = measures.first().map(|measure| self.measure_base(measure.thing)).unwrap_or(TableId(0));
        let multiplied = dimensions.iter().any(|dimension| {
            self.dimension_tables(dimension.thing)
                .iter()
                .any(|table| !self.catalog.graph.reaches_one(base, *table))
        });
        if !multiplied {
            return self.joined(base, measures, dimensions, filters, None);
        }
        let indifferent = measures.iter().all(|measure| {
            matches!(
                measure.thing,
                Measure::Rows(_)
                    | Measure::Column(Aggregate::CountDistinct | Aggregate::Min | Aggregate::Max, _)
            )
        });
        match self.key(base)?.as_slice() {
            [key] if indifferent => self.joined(base, measures, dimensions, filters, Some(key)),
            _ => self.paired(base, measures, dimensions, filters),
        }
    }

    /// One SELECT over joins.
    fn joined(
        &self,
        base: TableId,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        filters: &[Filter],
        key: Option<&str>,
    ) -> Result<Select, SqlFault> {
        let mut scope = Scope::new(base);
        for measure in measures {
            for table in self.measure_tables(measure.thing) {
                scope.join(self.catalog, table)?;
            }
        }
        for dimension in dimensions {
            for table in self.dimension_tables(dimension.thing) {
                scope.join(self.catalog, table)?;
            }
        }
        let conditions = self.conditions(&mut scope, filters)?;
        let mut columns = Vec::new();
        let mut grouping = Vec::new();
        for dimension in dimensions {
            columns.push(format!("{} AS {}", self.dimension(dimension.thing), self.alias(&dimension.label)));
            grouping.extend(self.grouping(dimension.thing)?);
        }
        for measure in measures {
            columns.push(format!("{} AS {}", self.figure(measure.thing, key)?, self.alias(&measure.label)));
        }
        Ok(Select { columns, from: self.from(&scope), conditions, grouping, ..Select::default() })
    }

    /// Groups that a row may be in several of: first the different pairs of row and group, then the rows of each group,
    /// every one once.
    fn paired(
        &self,
        base: TableId,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        filters: &[Filter],
    ) -> Result<Select, SqlFault> {
        let key = self.key(base)?;
        let mut inner = Scope::new(base);
        for dimension in dimensions {
            for table in self.dimension_tables(dimension.thing) {
                inner.join(self.catalog, table)?;
            }
        }
        let conditions = self.conditions(&mut inner, filters)?;
        let mut pair_columns: Vec<String> =
            key.iter().enumerate().map(|(index, column)| format!("{column} AS row_key_{index}")).collect();
        let mut columns = Vec::new();
        let mut grouping = Vec::new();
        for (place, dimension) in dimensions.iter().enumerate() {
            let shown = self.dimension(dimension.thing);
            for (part, expression) in self.grouping(dimension.thing)?.into_iter().enumerate() {
                let name = format!("group_{place}_{part}");
                if expression == shown {
                    columns.push(format!("{PAIRS}.{name} AS {}", self.alias(&dimension.label)));
                }
                grouping.push(format!("{PAIRS}.{name}"));
                pair_columns.push(format!("{expression} AS {name}"));
            }
        }
        let pairs = Select {
            distinct: true,
            columns: pair_columns,
            from: self.from(&inner),
            conditions,
            ..Select::default()
        };
        let mut outer = Scope::new(base);
        for measure in measures {
            for table in self.measure_tables(measure.thing) {
                outer.join(self.catalog, table)?;
            }
            columns.push(format!("{} AS {}", self.figure(measure.thing, None)?, self.alias(&measure.label)));
        }
        let on: Vec<String> = key
            .iter()
            .enumerate()
            .map(|(index, column)| format!("{column} = {PAIRS}.row_key_{index}"))
            .collect();
        let from = format!(
            "({}) AS {PAIRS} JOIN {} ON {}{}",
            pairs.text(),
            self.table(base),
            on.join(" AND "),
            self.joins(&outer)
        );
        Ok(Select { columns, from, grouping, ..Select::default() })
    }

    /// Measures of several tables: each computed apart, then laid over one another by the dimensions.
    fn several_bases(
        &self,
        bases: &[TableId],
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        filters: &[Filter],
    ) -> Result<Select, SqlFault> {
        // Entities are laid over one another by their keys: namesakes stay apart.
        let mut keyed: Vec<Labelled<Dimension>> = Vec::new();
        let mut shown: Vec<usize> = Vec::new();
        for dimension in dimensions {
            shown.push(keyed.len());
            keyed.push(dimension.clone());
            if let Dimension::Entity(table) = dimension.thing {
                let key = &self.catalog.tables[table.0].key;
                if key.is_empty() {
                    return Err(SqlFault::NoKey(table));
                }
                keyed.extend(key.iter().map(|&column| Labelled {
                    thing: Dimension::Column(ColumnId { table, column }),
                    label: format!("key_{column}"),
                }));
            }
        }
        let mut parts = Vec::new();
        for base in bases {
            let own: Vec<Labelled<Measure>> = measures
                .iter()
                .filter(|measure| self.measure_base(measure.thing) == *base)
                .cloned()
                .collect();
            let select = self.one_base(&own, &keyed, filters)?;
            let mut columns: Vec<String> = Vec::new();
            for (place, column) in select.columns.iter().take(keyed.len()).enumerate() {
                columns.push(format!("{} AS group_{place}", split_alias(column).0));
            }
            let mut figures = select.columns.iter().skip(keyed.len());
            for (place, measure) in measures.iter().enumerate() {
                let figure = if self.measure_base(measure.thing) == *base {
                    figures.next().map_or("NULL", |column| split_alias(column).0)
                } else {
                    "NULL"
                };
                columns.push(format!("{figure} AS figure_{place}"));
            }
            parts.push(Select { columns, ..select }.text());
        }
        let mut columns: Vec<String> = Vec::new();
        let mut grouping = Vec::new();
        for (dimension, place) in dimensions.iter().zip(shown) {
            columns.push(format!("parts.group_{place} AS {}", self.alias(&dimension.label)));
        }
        grouping.extend((0..keyed.len()).map(|place| format!("parts.group_{place}")));
        for (place, measure) in measures.iter().enumerate() {
            columns.push(format!("MAX(parts.figure_{place}) AS {}", self.alias(&measure.label)));
        }
        let from = format!("({}) AS parts", parts.join(" UNION ALL "));
        Ok(Select { columns, from, grouping, ..Select::default() })
    }

    /// A measure under some filters, divided by the same without them.
    fn part_of_whole(
        &self,
        query: &Query,
        measures: &[Labelled<Measure>],
        dimensions: &[Labelled<Dimension>],
        places: &[usize],
    ) -> Result<Select, SqlFault> {
        let [measure] = measures else { return Err(SqlFault::NotAShare) };
        let (mut part, mut whole) = (Vec::new(), Vec::new());
        for (place, filter) in query.filters.iter().enumerate() {
            if places.contains(&place) { &mut part } else { &mut whole }.push(filter.clone());
        }
        let base = self.measure_base(measure.thing);
        let own_value = match measure.thing {
            Measure::Rows(_) => Some("1".to_owned()),
            Measure::Column(Aggregate::Sum, column) => Some(self.column(column)),
            _ => None,
        };
        let multiplied = dimensions.iter().any(|dimension| {
            self.dimension_tables(dimension.thing)
                .iter()
                .any(|table| !self.catalog.graph.reaches_one(base, *table))
        });
        if let (Some(value), false) = (own_value, multiplied) {
            let mut scope = Scope::new(base);
            for dimension in dimensions {
                for table in self.dimension_tables(dimension.thing) {
                    scope.join(self.catalog, table)?;
                }
            }
            let chosen = self.conditions(&mut scope, &part)?.join(" AND ");
            let conditions = self.conditions(&mut scope, &whole)?;
            let mut columns = Vec::new();
            let mut grouping = Vec::new();
            for dimension in dimensions {
                columns.push(format!(
                    "{} AS {}",
                    self.dimension(dimension.thing),
                    self.alias(&dimension.label)
                ));
                grouping.extend(self.grouping(dimension.thing)?);
            }
            columns.push(format!(
                "ROUND(SUM(CASE WHEN {chosen} THEN {value} ELSE 0 END) * 1.0 / NULLIF(SUM({value}), 0), 4) AS {}",
                self.alias(&measure.label)
            ));
            return Ok(Select {
                columns,
                from: self.from(&scope),
                conditions,
                grouping,
                ..Select::default()
            });
        }
        if !dimensions.is_empty() {
            return Err(SqlFault::NotAShare);
        }
        let numerator = self.one_base(measures, &[], &query.filters)?;
        let denominator = self.one_base(measures, &[], &whole)?;
        Ok(Select {
            columns: vec![format!(
                "ROUND(part.figure * 1.0 / NULLIF(whole.figure, 0), 4) AS {}",
                self.alias(&measure.label)
            )],
            from: format!(
                "({}) AS part CROSS JOIN ({}) AS whole",
                renamed(numerator).text(),
                renamed(denominator).text()
            ),
            ..Select::default()
        })
    }
}

fn renamed(mut select: Select) -> Select {
    for column in &mut select.columns {
        *column = format!("{} AS figure", split_alias(column).0);
    }
    select
}

/// An expression and the alias behind it.
fn split_alias(column: &str) -> (&str, &str) {
    column.rsplit_once(" AS ").unwrap_or((column, ""))
}
