//! Nouns that nothing else used, and names of result columns that must be told apart.

use super::super::ir::{Dimension, Filter, Labelled, Measure, TableId};
use super::{Resolver, Unresolved, measure_base};

impl Resolver<'_> {
    /// Nouns that no rule used: what the figures are about already, or rows that must exist.
    pub(super) fn relate_subjects(
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

    /// Names of result columns are told apart.
    pub(super) fn unique_labels(
        &self,
        dimensions: &mut [Labelled<Dimension>],
        measures: &mut [Labelled<Measure>],
    ) {
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
        | Filter::Times(column, _)
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
