//! The tables of one SELECT and how they hang together.

use super::super::catalog::Catalog;
use super::super::graph::Step;
use super::super::ir::{ColumnId, TableId};
use super::{SqlFault, Writer};

/// A base table and what is joined to it.
pub(super) struct Scope {
    pub(super) base: TableId,
    steps: Vec<Step>,
}

impl Scope {
    pub(super) fn new(base: TableId) -> Self {
        Self { base, steps: Vec::new() }
    }

    /// Whether the table can be named in this SELECT already.
    pub(super) fn has(&self, table: TableId) -> bool {
        self.base == table || self.steps.iter().any(|step| step.to == table)
    }

    /// Makes the table one that can be named.
    pub(super) fn join(&mut self, catalog: &Catalog, table: TableId) -> Result<(), SqlFault> {
        if self.has(table) {
            return Ok(());
        }
        // From what is joined already when that is nearer: fewer tables, and the same rows are spoken of.
        let starts = std::iter::once(self.base).chain(self.steps.iter().map(|step| step.to));
        let start = starts
            .filter_map(|start| Some((catalog.graph.distance(start, table)?, start)))
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, start)| start);
        let from_base = catalog.graph.reaches_one(self.base, table).then_some(self.base);
        let path = from_base.or(start).and_then(|start| catalog.graph.path(start, table));
        let Some(path) = path else {
            return Err(SqlFault::NotJoined(self.base, table));
        };
        for step in path {
            if !self.has(step.to) {
                self.steps.push(step);
            }
        }
        Ok(())
    }
}

impl Writer<'_> {
    /// FROM without the word.
    pub(super) fn from(&self, scope: &Scope) -> String {
        let mut sql = self.table(scope.base);
        sql.push_str(&self.joins(scope));
        sql
    }

    /// The JOIN clauses alone.
    pub(super) fn joins(&self, scope: &Scope) -> String {
        let mut sql = String::new();
        for step in &scope.steps {
            let edge = &self.catalog.graph.edges[step.edge];
            let on: Vec<String> = edge
                .columns
                .iter()
                .map(|&(child, parent)| {
                    let child = self.column(ColumnId { table: edge.child, column: child });
                    let parent = self.column(ColumnId { table: edge.parent, column: parent });
                    if step.to == edge.parent {
                        format!("{parent} = {child}")
                    } else {
                        format!("{child} = {parent}")
                    }
                })
                .collect();
            sql.push_str(&format!(" JOIN {} ON {}", self.table(step.to), on.join(" AND ")));
        }
        sql
    }
}
