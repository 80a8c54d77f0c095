//! Rows of an entity: what is shown of them and in which order.

use super::super::catalog::Role;
use super::super::ir::{ColumnId, Dimension, Filter, Labelled, Order, OrderKey, Query, Shape, TableId};
use super::super::reading::{By, RankTarget};
use super::{Resolver, Unresolved};

impl Resolver<'_> {
    /// Rows of the anchor.
    pub(super) fn rows(&mut self, table: TableId) -> Result<Query, Unresolved> {
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
                    let of_several = conditions
                        .filters
                        .iter()
                        .any(|filter| matches!(filter, Filter::In(_, values, false) if values.len() > 1));
                    if ranking.limit == 1 && of_several && catalog.role(column) == Role::Time {
                        return Err(self.beyond("the latest of each", &ranking.units));
                    }
                    order.push(Order { key: OrderKey::Column(column), descending: ranking.descending });
                    shown.insert(0, column);
                    if catalog.column(column).nullable {
                        conditions.filters.push(Filter::Missing(column, false));
                    }
                }
                // The most of what there are many of for each row: a figure.
                Some(_) => return self.figures_of_column(table),
                // "The first 10 orders", as they come; but the top of something has a figure.
                None if ranking.descending
                    && matches!(ranking.by, By::Open(true))
                    && self.takes_rows_as_they_come(table) => {}
                None if matches!(ranking.by, By::Open(_)) => {
                    return Err(self.beyond("a ranking without a figure", &ranking.units));
                }
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
            if super::super::names::words(&catalog.column(display).name).contains(&"first".to_owned()) {
                list.extend(catalog.columns_named(table, "last name"));
            }
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
        let labels_only = columns.iter().all(|column| {
            self.column_of(column.thing)
                .is_some_and(|id| matches!(catalog.role(id), Role::Label | Role::Year))
        });
        let distinct = parts.distinct || named && !about_rows && order.is_empty() && labels_only;
        // Quantities of a stretch of time are read day by day.
        let dated = filters.iter().find_map(|filter| match filter {
            Filter::Time(column, _) if catalog.role(*column) == Role::Time => Some(*column),
            _ => None,
        });
        if let Some(date) = dated
            && named
            && !labels_only
            && !about_rows
            && order.is_empty()
        {
            let dimension = Dimension::Column(date);
            if !columns.iter().any(|known| known.thing == dimension) {
                let label = self.dimension_label(&(0..0), dimension);
                columns.insert(0, Labelled { thing: dimension, label });
            }
            order.push(Order { key: OrderKey::Column(date), descending: false });
        }
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

    fn takes_rows_as_they_come(&self, table: TableId) -> bool {
        let Some(ranking) = &self.parts.ranking else { return false };
        let top = self.context.text.written(ranking.units.clone()).to_lowercase().contains("top");
        let of_rows = match &ranking.target {
            Some(RankTarget::Field(mention)) => mention
                .candidates
                .first()
                .is_some_and(|(dimension, _)| *dimension == Dimension::Entity(table)),
            Some(RankTarget::Step(_)) => false,
            None => true,
        };
        of_rows && !top
    }

    /// "Names of singers in concerts": when everything shown belongs to one other table that the subject's rows point to,
    /// its rows are listed, each once.
    pub(super) fn home_of_fields(&self, table: TableId) -> TableId {
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
    pub(super) fn figures_of_column(&mut self, table: TableId) -> Result<Query, Unresolved> {
        let Some(By::Field(mention)) = self.parts.ranking.as_ref().map(|ranking| &ranking.by) else {
            return Err(Unresolved::NothingAsked);
        };
        let column = self.column(mention, |_| true)?;
        let measure = self.column_measure(column);
        let _ = table;
        self.anchor = column.table;
        self.figures(Some(measure))
    }
}
