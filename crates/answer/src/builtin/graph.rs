//! Which tables can be joined, in which direction rows multiply, and the shortest way between two tables.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use wenshu_sources::{Schema, Table};

use super::implied::implied;
use super::ir::{ColumnId, TableId};
use crate::{Cardinality, Relation};

/// A way to join two tables: pairs of columns that are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    /// The table with the key into the other.
    pub(crate) child: TableId,
    /// The table pointed to.
    pub(crate) parent: TableId,
    /// Child column, parent column.
    pub(crate) columns: Vec<(usize, usize)>,
    /// Whether a parent has at most one child, so that neither direction multiplies rows.
    pub(crate) one_to_one: bool,
    /// Whether a child has several parents too, so that either direction multiplies rows.
    pub(crate) many_to_many: bool,
    /// Whether the columns do nothing but point to the parent; others say something of their own.
    pub(crate) is_key: bool,
}

impl Edge {
    /// Whether it joins the same columns of the same tables, whichever of them is the child.
    pub(super) fn joins_like(&self, other: &Self) -> bool {
        let turned = || other.columns.iter().map(|&(child, parent)| (parent, child)).collect::<Vec<_>>();
        (self.child, self.parent) == (other.child, other.parent) && self.columns == other.columns
            || (self.child, self.parent) == (other.parent, other.child) && self.columns == turned()
    }
}

/// One step along an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Which edge.
    pub(crate) edge: usize,
    /// Where from.
    pub(crate) from: TableId,
    /// Where to.
    pub(crate) to: TableId,
    /// Whether a row may meet several rows over there.
    pub(crate) multiplies: bool,
}

/// The tables and the ways between them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    /// Every edge, in schema order.
    pub(crate) edges: Vec<Edge>,
    neighbours: Vec<Vec<Step>>,
    /// For each start, for each table: cost and the last step there, over any edge.
    any: Vec<Vec<Option<(u32, Step)>>>,
    /// The same over steps that don't multiply.
    single: Vec<Vec<Option<(u32, Step)>>>,
}

/// What a multiplying step costs, in units of a plain one: parents are preferred over children.
const MULTIPLYING: u32 = 13;
const PLAIN: u32 = 10;
/// All ways between all tables are kept up to this many tables; with more the matrix would outweigh its use.
const MOST_TABLES: usize = 1_500;

impl Graph {
    /// From relations that somebody drew, from declared keys, and from names where there are neither.
    pub(crate) fn new(schema: &Schema, relations: &[Relation]) -> Self {
        let mut edges = related(schema, relations);
        // Who draws a relation where there is a key says how the rows really meet.
        let keys: Vec<Edge> = declared(schema)
            .into_iter()
            .filter(|key| !edges.iter().any(|edge| edge.joins_like(key)))
            .collect();
        edges.extend(keys);
        edges.extend(implied(schema, &edges));
        let mut neighbours: Vec<Vec<Step>> = vec![Vec::new(); schema.tables.len()];
        for (index, edge) in edges.iter().enumerate() {
            neighbours[edge.child.0].push(Step {
                edge: index,
                from: edge.child,
                to: edge.parent,
                multiplies: edge.many_to_many,
            });
            if edge.child != edge.parent {
                neighbours[edge.parent.0].push(Step {
                    edge: index,
                    from: edge.parent,
                    to: edge.child,
                    multiplies: !edge.one_to_one,
                });
            }
        }
        let mut graph = Self { edges, neighbours, any: Vec::new(), single: Vec::new() };
        if schema.tables.len() <= MOST_TABLES {
            for start in 0..schema.tables.len() {
                let any = graph.ways(TableId(start), true);
                let single = graph.ways(TableId(start), false);
                graph.any.push(any);
                graph.single.push(single);
            }
        }
        graph
    }

    /// Dijkstra; equal ways are told apart by schema order because neighbours are visited in it.
    fn ways(&self, start: TableId, multiplying: bool) -> Vec<Option<(u32, Step)>> {
        let mut best: Vec<Option<(u32, Step)>> = vec![None; self.neighbours.len()];
        let mut queue = BinaryHeap::from([Reverse((0_u32, start.0))]);
        while let Some(Reverse((cost, table))) = queue.pop() {
            if table != start.0 && best[table].is_some_and(|(known, _)| known < cost) {
                continue;
            }
            for step in &self.neighbours[table] {
                if step.multiplies && !multiplying || step.to == start {
                    continue;
                }
                let next = cost + if step.multiplies { MULTIPLYING } else { PLAIN };
                if best[step.to.0].is_none_or(|(known, _)| next < known) {
                    best[step.to.0] = Some((next, *step));
                    queue.push(Reverse((next, step.to.0)));
                }
            }
        }
        best
    }

    /// The steps from one table to another; those that don't multiply rows win even when longer. Empty for the table
    /// itself, `None` when there is no way.
    pub(crate) fn path(&self, from: TableId, to: TableId) -> Option<Vec<Step>> {
        if from == to {
            return Some(Vec::new());
        }
        self.follow(&self.single, from, to).or_else(|| self.follow(&self.any, from, to))
    }

    fn follow(&self, ways: &[Vec<Option<(u32, Step)>>], from: TableId, to: TableId) -> Option<Vec<Step>> {
        let row = ways.get(from.0)?;
        let mut steps = Vec::new();
        let mut at = to;
        while at != from {
            let (_, step) = row.get(at.0).copied().flatten()?;
            steps.push(step);
            at = step.from;
            if steps.len() > self.neighbours.len() {
                return None;
            }
        }
        steps.reverse();
        Some(steps)
    }

    /// How far apart two tables are; `None` when there is no way.
    pub(crate) fn distance(&self, from: TableId, to: TableId) -> Option<u32> {
        if from == to {
            return Some(0);
        }
        let single = self.single.get(from.0).and_then(|row| row.get(to.0).copied().flatten());
        single
            .or_else(|| self.any.get(from.0).and_then(|row| row.get(to.0).copied().flatten()))
            .map(|(cost, _)| cost)
    }

    /// Whether every row here meets at most one row there.
    pub(crate) fn reaches_one(&self, from: TableId, to: TableId) -> bool {
        from == to || self.single.get(from.0).is_some_and(|row| row.get(to.0).is_some_and(Option::is_some))
    }

    /// The column of a table that others point to, each row of theirs to one of its.
    pub(crate) fn pointed_to(&self, table: TableId) -> Option<usize> {
        let of_one = self.edges.iter().filter(|edge| edge.is_key && edge.parent == table);
        of_one.filter(|edge| edge.columns.len() == 1).map(|edge| edge.columns[0].1).next()
    }

    /// The edge by which the column points to another table.
    pub(crate) fn key_into(&self, column: ColumnId) -> Option<&Edge> {
        self.edges.iter().find(|edge| {
            edge.is_key
                && edge.child == column.table
                && edge.columns.len() == 1
                && edge.columns[0].0 == column.column
        })
    }
}

/// What somebody drew, as far as the tables and columns still are there.
fn related(schema: &Schema, relations: &[Relation]) -> Vec<Edge> {
    let end = |table: &str, column: &str| {
        let table = super::terms::find_table(schema, table)?;
        Some((table, position(&schema.tables[table.0], column)?))
    };
    relations
        .iter()
        .filter_map(|relation| {
            let left = end(&relation.left_table, &relation.left_column)?;
            let right = end(&relation.right_table, &relation.right_column)?;
            let (child, parent) = match relation.cardinality {
                Cardinality::OneToMany => (right, left),
                Cardinality::ManyToOne | Cardinality::OneToOne | Cardinality::ManyToMany => (left, right),
            };
            let many_to_many = relation.cardinality == Cardinality::ManyToMany;
            let target = &schema.tables[parent.0.0].columns[parent.1];
            Some(Edge {
                child: child.0,
                parent: parent.0,
                columns: vec![(child.1, parent.1)],
                one_to_one: relation.cardinality == Cardinality::OneToOne,
                many_to_many,
                is_key: !many_to_many && (target.primary || target.unique || target.distinct),
            })
        })
        .collect()
}

fn declared(schema: &Schema) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (child, table) in schema.tables.iter().enumerate() {
        for key in &table.foreign_keys {
            let Some(parent) =
                schema.tables.iter().position(|other| other.name.eq_ignore_ascii_case(&key.table))
            else {
                continue;
            };
            let target = &schema.tables[parent];
            // A key that names no columns over there points to the primary key.
            let references: Vec<String> = if key.references.is_empty() {
                target.primary_key().map(str::to_owned).collect()
            } else {
                key.references.clone()
            };
            let columns: Option<Vec<(usize, usize)>> = key
                .columns
                .iter()
                .zip(&references)
                .map(|(from, to)| Some((position(table, from)?, position(target, to)?)))
                .collect();
            match columns {
                Some(columns) if !columns.is_empty() => edges.push(Edge {
                    child: TableId(child),
                    parent: TableId(parent),
                    one_to_one: is_unique(table, &columns),
                    many_to_many: false,
                    is_key: true,
                    columns,
                }),
                _ => {}
            }
        }
    }
    edges
}

/// Where the column of this name stands, capitals aside where there is no other one.
pub(super) fn position(table: &Table, name: &str) -> Option<usize> {
    table
        .columns
        .iter()
        .position(|column| column.name == name)
        .or_else(|| table.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name)))
}

fn is_unique(table: &Table, columns: &[(usize, usize)]) -> bool {
    let own: Vec<&str> = columns
        .iter()
        .filter_map(|(own, _)| table.columns.get(*own))
        .map(|column| column.name.as_str())
        .collect();
    columns.iter().any(|(own, _)| table.columns.get(*own).is_some_and(|column| column.unique))
        || (table.primary_key().count() == own.len() && table.primary_key().all(|key| own.contains(&key)))
}
