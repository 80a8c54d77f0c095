//! What of a database a question speaks of: for interpreters that can't be shown all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wenshu_sources::SourceError;

use super::catalog::{Catalog, Target};
use super::ir::{ColumnId, TableId};
use super::linking;
pub(crate) use super::names::Weight;
use super::text::Text;
use super::{BuiltinInterpreter, MOST_UNITS};
use crate::interpreter::Request;

/// What a question speaks of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mentions {
    /// How much each table has to do with it, in schema order; 0 for nothing.
    pub(crate) tables: Vec<Weight>,
    /// Columns that are named or hold a named value.
    pub(crate) columns: BTreeMap<ColumnId, Weight>,
    /// Stored values that a word of it may mean, with their columns.
    pub(crate) values: Vec<(ColumnId, Arc<str>)>,
    /// Business words that it means, by the names they were defined under.
    pub(crate) terms: BTreeSet<String>,
}

/// Stored values that are told at most; a word that means more of them means none in particular.
const MOST_VALUES: usize = 20;

/// What a table counts that is named itself, in units of a named column.
const TABLE: Weight = 3.0;

/// What earlier questions of the conversation count.
const EARLIER: Weight = 0.5;

/// What a neighbour of a table counts, along a key.
const NEIGHBOUR: Weight = 0.3;

impl BuiltinInterpreter {
    /// What the question, and more faintly the questions before it, speak of.
    ///
    /// # Errors
    ///
    /// What the source says when it can't be reached.
    pub(crate) async fn mentions(&self, request: &Request<'_>) -> Result<Mentions, SourceError> {
        let prepared = self.prepared.get(request).await?;
        let catalog = &prepared.catalog;
        let mut mentions = Mentions { tables: vec![0.0; catalog.schema.tables.len()], ..Mentions::default() };
        let earlier = request.question.context.iter().map(|turn| (turn.question.as_str(), EARLIER));
        for (question, share) in earlier.chain([(request.question.text.as_str(), 1.0)]) {
            let text = Text::new(question);
            // A text about many things is about none in particular, and reading it takes long.
            if text.units.len() > MOST_UNITS {
                continue;
            }
            for item in linking::link(&text, catalog, &prepared.values, request.question.now) {
                for link in &item.links {
                    mentions.add(catalog, link.target, link.weight * share);
                }
                for link in &item.values {
                    mentions.add(catalog, Target::Column(link.column), link.weight * share);
                    let value = (link.column, Arc::clone(&link.value));
                    if mentions.values.len() < MOST_VALUES && !mentions.values.contains(&value) {
                        mentions.values.push(value);
                    }
                }
            }
        }
        mentions.spread(catalog);
        Ok(mentions)
    }
}

impl Mentions {
    fn add(&mut self, catalog: &Catalog, target: Target, weight: Weight) {
        match target {
            Target::Table(table) => self.add_table(table, weight * TABLE),
            Target::Column(column) => {
                self.add_table(column.table, weight);
                let known = self.columns.entry(column).or_default();
                *known = known.max(weight);
            }
            Target::Term(term) => {
                let Some(term) = catalog.terms.get(term.0) else { return };
                for table in &term.tables {
                    self.add_table(*table, weight * TABLE);
                }
                self.terms.insert(term.name.trim().to_owned());
            }
        }
    }

    fn add_table(&mut self, table: TableId, weight: Weight) {
        if let Some(known) = self.tables.get_mut(table.0) {
            *known += weight;
        }
    }

    /// Tables along a key from a mentioned one may be needed to join.
    fn spread(&mut self, catalog: &Catalog) {
        let direct = self.tables.clone();
        let weight = |table: TableId| direct.get(table.0).copied().unwrap_or_default();
        for edge in &catalog.graph.edges {
            for (from, to) in [(edge.child, edge.parent), (edge.parent, edge.child)] {
                if let Some(known) = self.tables.get_mut(to.0) {
                    *known = known.max(weight(from) * NEIGHBOUR);
                }
            }
        }
    }
}
