//! Conditions, as direct comparisons where the table has one row for each row of the base, else as semi-joins.

use super::super::ir::{ColumnId, Dimension, Filter, Literal, Measure, Ranking, TableId};
use super::super::lexicon::{Aggregate, Comparison};
use super::scope::Scope;
use super::{Select, SqlFault, Writer, ordered};

impl Writer<'_> {
    /// Every filter as a condition. Filters on the same related rows go into one semi-join: "an order of a phone last
    /// month" is one order, not two.
    pub(super) fn conditions(&self, scope: &mut Scope, filters: &[Filter]) -> Result<Vec<String>, SqlFault> {
        let mut conditions = Vec::new();
        let mut remote: Vec<(usize, TableId, Vec<Filter>)> = Vec::new();
        for filter in filters {
            match self.first_multiplying_step(scope, filter)? {
                Some((edge, child)) => match remote.iter_mut().find(|(known, _, _)| *known == edge) {
                    Some((_, _, group)) => group.push(filter.clone()),
                    None => remote.push((edge, child, vec![filter.clone()])),
                },
                None => conditions.push(self.condition(scope, filter)?),
            }
        }
        for (edge, child, group) in remote {
            let mut inner = Scope::new(child);
            let inner_conditions = self.conditions(&mut inner, &group)?;
            let text = self.semi_join(scope, edge, child, &inner, inner_conditions, false)?;
            conditions.push(text);
        }
        Ok(conditions)
    }

    /// The step at which rows multiply on the way to what a filter speaks of, when they do.
    fn first_multiplying_step(
        &self,
        scope: &Scope,
        filter: &Filter,
    ) -> Result<Option<(usize, TableId)>, SqlFault> {
        // Existence asks for its own semi-join.
        if matches!(filter, Filter::Related(..)) {
            return Ok(None);
        }
        for table in self.filter_tables(filter) {
            if scope.has(table) || self.catalog.graph.reaches_one(scope.base, table) {
                continue;
            }
            let path =
                self.catalog.graph.path(scope.base, table).ok_or(SqlFault::NotJoined(scope.base, table))?;
            if let Some(step) = path.iter().find(|step| step.multiplies) {
                return Ok(Some((step.edge, step.to)));
            }
        }
        Ok(None)
    }

    fn filter_tables(&self, filter: &Filter) -> Vec<TableId> {
        match filter {
            Filter::Compare(column, ..)
            | Filter::In(column, ..)
            | Filter::Between(column, ..)
            | Filter::Like(column, ..)
            | Filter::Missing(column, _)
            | Filter::Time(column, _)
            | Filter::Times(column, _)
            | Filter::AgainstAggregate(column, ..) => vec![column.table],
            Filter::PerRow(table, ..) | Filter::InTop { table, .. } | Filter::Related(table, ..) => {
                vec![*table]
            }
        }
    }

    /// `parent.key IN (SELECT child.key FROM …)`, whichever end of the edge is inside.
    fn semi_join(
        &self,
        outer: &mut Scope,
        edge: usize,
        inside: TableId,
        inner: &Scope,
        mut conditions: Vec<String>,
        negated: bool,
    ) -> Result<String, SqlFault> {
        let edge = &self.catalog.graph.edges[edge];
        let outside = if inside == edge.child { edge.parent } else { edge.child };
        outer.join(self.catalog, outside)?;
        let pairs: Vec<(String, String)> = edge
            .columns
            .iter()
            .map(|&(child, parent)| {
                let child = self.column(ColumnId { table: edge.child, column: child });
                let parent = self.column(ColumnId { table: edge.parent, column: parent });
                if inside == edge.child { (parent, child) } else { (child, parent) }
            })
            .collect();
        if let [(own, theirs)] = pairs.as_slice() {
            // One NULL inside would make NOT IN true for nobody.
            if negated {
                conditions.push(format!("{theirs} IS NOT NULL"));
            }
            let select = Select {
                columns: vec![theirs.clone()],
                from: self.from(inner),
                conditions,
                ..Select::default()
            };
            let nullable = inside == edge.parent;
            return Ok(match (negated, nullable) {
                (false, _) => format!("{own} IN ({})", select.text()),
                (true, false) => format!("{own} NOT IN ({})", select.text()),
                (true, true) => format!("({own} IS NULL OR {own} NOT IN ({}))", select.text()),
            });
        }
        conditions.extend(pairs.iter().map(|(own, theirs)| format!("{theirs} = {own}")));
        let select =
            Select { columns: vec!["1".to_owned()], from: self.from(inner), conditions, ..Select::default() };
        Ok(format!("{}EXISTS ({})", if negated { "NOT " } else { "" }, select.text()))
    }

    fn joined_column(&self, scope: &mut Scope, column: ColumnId) -> Result<String, SqlFault> {
        scope.join(self.catalog, column.table)?;
        Ok(self.column(column))
    }

    /// One condition whose tables may be joined.
    fn condition(&self, scope: &mut Scope, filter: &Filter) -> Result<String, SqlFault> {
        Ok(match filter {
            Filter::Compare(column, comparison, literal) => {
                format!(
                    "{} {} {}",
                    self.joined_column(scope, *column)?,
                    comparison.sql(),
                    self.literal(literal)
                )
            }
            Filter::In(column, values, negated) => {
                let value = self.joined_column(scope, *column)?;
                let literals: Vec<String> = values.iter().map(|literal| self.literal(literal)).collect();
                match (literals.as_slice(), negated) {
                    ([one], false) => format!("{value} = {one}"),
                    ([one], true) => format!("{value} <> {one}"),
                    (_, false) => format!("{value} IN ({})", literals.join(", ")),
                    (_, true) => format!("{value} NOT IN ({})", literals.join(", ")),
                }
            }
            Filter::Between(column, low, high) => format!(
                "{} BETWEEN {} AND {}",
                self.joined_column(scope, *column)?,
                self.literal(low),
                self.literal(high)
            ),
            Filter::Like(column, pattern, negated) => {
                scope.join(self.catalog, column.table)?;
                let not = if *negated { "NOT " } else { "" };
                format!("{} {not}LIKE {}", self.column(*column), self.catalog.dialect.quote_text(pattern))
            }
            Filter::Missing(column, missing) => {
                scope.join(self.catalog, column.table)?;
                format!("{} IS {}NULL", self.column(*column), if *missing { "" } else { "NOT " })
            }
            Filter::Time(column, span) => {
                scope.join(self.catalog, column.table)?;
                self.within(*column, span)
            }
            Filter::Times(column, spans) => {
                scope.join(self.catalog, column.table)?;
                let any: Vec<String> =
                    spans.iter().map(|span| format!("({})", self.within(*column, span))).collect();
                format!("({})", any.join(" OR "))
            }
            Filter::AgainstAggregate(column, comparison, aggregate, of) => {
                scope.join(self.catalog, column.table)?;
                format!(
                    "{} {} (SELECT {} FROM {})",
                    self.column(*column),
                    comparison.sql(),
                    self.aggregate(*aggregate, &self.column(*of)),
                    self.table(of.table)
                )
            }
            Filter::Related(table, filters, negated) => self.related(scope, *table, filters, *negated)?,
            Filter::PerRow(table, measure, comparison, literal, filters) => {
                scope.join(self.catalog, *table)?;
                self.per_row(*table, *measure, *comparison, literal, filters)?
            }
            Filter::InTop { table, by, descending, limit, filters } => {
                self.in_top(scope, *table, *by, *descending, *limit, filters)?
            }
        })
    }

    fn related(
        &self,
        scope: &mut Scope,
        table: TableId,
        filters: &[Filter],
        negated: bool,
    ) -> Result<String, SqlFault> {
        let path =
            self.catalog.graph.path(scope.base, table).ok_or(SqlFault::NotJoined(scope.base, table))?;
        let Some(first) = path.iter().find(|step| step.multiplies).or(path.first()).copied() else {
            let own = self.conditions(scope, filters)?;
            let all = if own.is_empty() { "1 = 1".to_owned() } else { own.join(" AND ") };
            return Ok(if negated { format!("NOT ({all})") } else { all });
        };
        let mut inner = Scope::new(first.to);
        inner.join(self.catalog, table)?;
        let conditions = self.conditions(&mut inner, filters)?;
        self.semi_join(scope, first.edge, first.to, &inner, conditions, negated)
    }

    fn per_row(
        &self,
        table: TableId,
        measure: Measure,
        comparison: Comparison,
        literal: &Literal,
        filters: &[Filter],
    ) -> Result<String, SqlFault> {
        // A row that nothing points to has a count and a sum of 0 but no group: it is found by what it is not.
        let counts = match measure {
            Measure::Rows(_) | Measure::Column(Aggregate::CountDistinct | Aggregate::Sum, _) => true,
            Measure::Term(term) => {
                let expression = self.catalog.terms[term.0].expression.to_lowercase();
                (expression.starts_with("count(") || expression.starts_with("sum("))
                    && !expression.contains('/')
            }
            Measure::Column(..) => false,
        };
        let zero_passes = counts && zero_passes(comparison, literal);
        let comparison = if zero_passes { comparison.negated() } else { comparison };
        let mut select = self.figures_of_rows(table, measure, filters)?;
        select.having.push(format!(
            "{} {} {}",
            self.figure(measure, None)?,
            comparison.sql(),
            self.literal(literal)
        ));
        self.member(table, &select, zero_passes)
    }

    fn in_top(
        &self,
        scope: &mut Scope,
        table: TableId,
        by: Ranking,
        descending: bool,
        limit: u64,
        filters: &[Filter],
    ) -> Result<String, SqlFault> {
        scope.join(self.catalog, table)?;
        let mut select = match by {
            Ranking::Measure(measure) => {
                let mut select = self.figures_of_rows(table, measure, filters)?;
                select.order.push(ordered(&self.figure(measure, None)?, descending));
                select
            }
            Ranking::Column(column) => {
                let mut inner = Scope::new(table);
                inner.join(self.catalog, column.table)?;
                let mut conditions = self.conditions(&mut inner, filters)?;
                if self.catalog.column(column).nullable {
                    conditions.push(format!("{} IS NOT NULL", self.column(column)));
                }
                Select {
                    columns: self.key(table)?,
                    from: self.from(&inner),
                    conditions,
                    order: vec![ordered(&self.column(column), descending)],
                    ..Select::default()
                }
            }
        };
        select.order.extend(self.key(table)?);
        select.limit = Some(limit);
        self.member(table, &select, false)
    }

    /// Whether the row's key is among those that a SELECT gives.
    fn member(&self, table: TableId, select: &Select, negated: bool) -> Result<String, SqlFault> {
        let key = self.key(table)?;
        let text = select.text();
        // MySQL takes no LIMIT right inside IN.
        let text = if select.limit.is_some() && self.catalog.dialect == wenshu_sources::Dialect::MySql {
            format!("SELECT * FROM ({text}) AS ranked")
        } else {
            text
        };
        let own = match key.as_slice() {
            [one] => one.clone(),
            _ => format!("({})", key.join(", ")),
        };
        Ok(format!("{own} {}IN ({text})", if negated { "NOT " } else { "" }))
    }

    /// Keys of a table, grouped so that a figure can be taken for each.
    fn figures_of_rows(
        &self,
        table: TableId,
        measure: Measure,
        filters: &[Filter],
    ) -> Result<Select, SqlFault> {
        let base = self.measure_base(measure);
        if !self.catalog.graph.reaches_one(base, table) {
            return Err(SqlFault::NotJoined(base, table));
        }
        let mut scope = Scope::new(base);
        for needed in self.measure_tables(measure) {
            scope.join(self.catalog, needed)?;
        }
        for dimension in [Dimension::Entity(table)] {
            for needed in self.dimension_tables(dimension) {
                scope.join(self.catalog, needed)?;
            }
        }
        let conditions = self.conditions(&mut scope, filters)?;
        let key = self.key(table)?;
        Ok(Select {
            columns: key.clone(),
            from: self.from(&scope),
            conditions,
            grouping: key,
            ..Select::default()
        })
    }
}

fn zero_passes(comparison: Comparison, literal: &Literal) -> bool {
    let Literal::Number(number) = literal else { return false };
    let Ok(number) = number.parse::<f64>() else { return false };
    match comparison {
        Comparison::Greater => 0.0 > number,
        Comparison::AtLeast => 0.0 >= number,
        Comparison::Less => 0.0 < number,
        Comparison::AtMost => 0.0 <= number,
        Comparison::Equal => number == 0.0,
        Comparison::Unequal => number != 0.0,
    }
}
