//! From the parts of a question to a query: which of the tables and columns a word may mean it does mean.
//!
//! Every reading starts from an anchor, the table whose rows are measured or listed. From there each open word goes to
//! its cheapest candidate: how unsurely the word names it, plus how far away it is. The cheapest reading as a whole
//! wins; words that two different columns fit equally well are kept as close calls.

mod doubts;
mod events;
mod filters;
mod pick;
mod ranking;
mod relate;
mod rows;
mod shape;

pub(crate) use pick::{trade_measures, usual_aggregate};

use super::catalog::{Catalog, Role};
use super::ir::{ColumnId, Dimension, Measure, Query, TableId};
use super::names::Weight;
use super::reading::{Beyond, By, Condition, Group, Left, Mention, Parts, RankTarget};
use super::text::{Text, keys};
use crate::Language;

/// A reading of the question.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// What is asked.
    pub(crate) query: Query,
    /// How unlikely the reading is; lower is better.
    pub(crate) cost: Weight,
    /// Words that something else fits as well.
    pub(crate) close_calls: Vec<CloseCall>,
}

/// A word that two things fit equally well.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CloseCall {
    /// The word's place.
    pub(crate) units: std::ops::Range<usize>,
    /// What it may mean.
    pub(crate) choices: Vec<ColumnId>,
}

/// Why there is no reading.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unresolved {
    /// Nothing says what is asked for.
    NothingAsked,
    /// A word has no meaning where it stands.
    Word(String),
    /// A stretch or step of time, where nothing has a date.
    NoTime(TableId),
    /// Something the built-in engine doesn't do.
    Unsupported(&'static str),
    /// The same, with the words that ask for it.
    Beyond(Beyond),
}

/// Everything a reading is made from.
pub(crate) struct Context<'a> {
    pub(crate) text: &'a Text,
    pub(crate) catalog: &'a Catalog,
    pub(crate) language: Language,
    pub(crate) chinese: bool,
}

/// At most this many anchors are tried.
const MOST_ANCHORS: usize = 8;

/// The best reading.
pub(crate) fn resolve(context: &Context<'_>, parts: &Parts) -> Result<Resolved, Unresolved> {
    let mut best: Option<Resolved> = None;
    let mut first_fault = None;
    // What is refused on purpose isn't answered from a less likely start either.
    let mut refused: Option<(Unresolved, Weight)> = None;
    for (anchor, cost) in anchors(context, parts).into_iter().take(MOST_ANCHORS) {
        let mut resolver =
            Resolver { context, parts, anchor: anchor.table(context.catalog), cost, close_calls: Vec::new() };
        match resolver.read(anchor) {
            Ok(query) => {
                let resolved = Resolved { query, cost: resolver.cost, close_calls: resolver.close_calls };
                let better = best.as_ref().is_none_or(|known| resolved.cost < known.cost - 0.001);
                if better && super::sql::write(context.catalog, &resolved.query).is_ok() {
                    best = Some(resolved);
                } else if better {
                    first_fault.get_or_insert(Unresolved::NothingAsked);
                }
            }
            Err(fault @ Unresolved::Beyond(_)) => {
                if refused.as_ref().is_none_or(|(_, known)| resolver.cost < *known) {
                    refused = Some((fault, resolver.cost));
                }
            }
            Err(fault) => {
                first_fault.get_or_insert(fault);
            }
        }
    }
    if let Some((fault, cost)) = refused
        && best.as_ref().is_none_or(|resolved| cost <= resolved.cost)
    {
        return Err(fault);
    }
    if let Some(resolved) = &best {
        doubts::check(context, &resolved.query)?;
    }
    best.ok_or_else(|| first_fault.unwrap_or(Unresolved::NothingAsked))
}

/// Where a reading starts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Anchor {
    /// A figure.
    Measure(Measure),
    /// Rows of a table.
    Rows(TableId),
}

impl Anchor {
    fn table(self, catalog: &Catalog) -> TableId {
        match self {
            Self::Measure(measure) => measure_base(catalog, measure),
            Self::Rows(table) => table,
        }
    }
}

/// The table whose rows a figure is taken over.
pub(crate) fn measure_base(catalog: &Catalog, measure: Measure) -> TableId {
    match measure {
        Measure::Rows(table) => table,
        Measure::Column(_, column) => column.table,
        Measure::Term(term) => catalog.terms[term.0].base,
    }
}

/// One reading in the making.
struct Resolver<'a> {
    context: &'a Context<'a>,
    parts: &'a Parts,
    anchor: TableId,
    cost: Weight,
    close_calls: Vec<CloseCall>,
}

/// The noun that the question is about: the one a question word asks for, else the last in Chinese, where what is
/// described follows its description, and the first in English.
fn subject<'a>(context: &Context<'_>, parts: &'a Parts) -> Option<&'a Mention<TableId>> {
    match parts.asked {
        Some(place) => parts.subjects.get(place),
        None if context.chinese => parts.subjects.last(),
        None => parts.subjects.first(),
    }
}

/// The places to start from, with how unlikely each is.
fn anchors(context: &Context<'_>, parts: &Parts) -> Vec<(Anchor, Weight)> {
    let mut anchors: Vec<(Anchor, Weight)> = Vec::new();
    let add = |anchors: &mut Vec<(Anchor, Weight)>, anchor: Anchor, weight: Weight| {
        if !anchors.iter().any(|(known, _)| *known == anchor) {
            anchors.push((anchor, pick::DEFINED - weight));
        }
    };
    if let Some(mention) = parts.measures.first() {
        for (measure, weight) in &mention.candidates {
            add(&mut anchors, Anchor::Measure(*measure), *weight);
        }
        return anchors;
    }
    if parts.trade && parts.ranking.is_none() && !parts.counts {
        for (rank, measure) in pick::trade_measures(context.catalog).into_iter().enumerate() {
            add(&mut anchors, Anchor::Measure(measure), 1.0 - 0.1 * rank as Weight);
        }
        if !anchors.is_empty() {
            return anchors;
        }
    }
    if let Some(ranking) = &parts.ranking {
        match &ranking.by {
            By::Measure(mention) => {
                for (measure, weight) in &mention.candidates {
                    add(&mut anchors, Anchor::Measure(*measure), *weight);
                }
            }
            By::Count(mention) => {
                for (table, weight) in &mention.candidates {
                    add(&mut anchors, Anchor::Measure(Measure::Rows(*table)), *weight);
                }
            }
            By::Trade => {
                let target = match &ranking.target {
                    Some(RankTarget::Field(mention)) => {
                        mention.candidates.first().map(|(dimension, _)| match dimension {
                            Dimension::Entity(table) => *table,
                            Dimension::Column(column) | Dimension::Time(column, _) => column.table,
                            Dimension::Term(term) => context.catalog.terms[term.0].base,
                        })
                    }
                    _ => None,
                };
                for (rank, measure) in
                    pick::trade_measures_of(context.catalog, target).into_iter().enumerate()
                {
                    add(&mut anchors, Anchor::Measure(measure), 1.0 - 0.1 * rank as Weight);
                }
            }
            By::Open(_) => {
                if let Some(By::Measure(mention)) = &parts.sort {
                    for (measure, weight) in &mention.candidates {
                        add(&mut anchors, Anchor::Measure(*measure), *weight);
                    }
                }
            }
            By::Field(_) | By::Adjective(_) => {}
        }
        if anchors.is_empty()
            && let Some(RankTarget::Field(mention)) = &ranking.target
        {
            for (dimension, weight) in &mention.candidates {
                let table = match dimension {
                    Dimension::Entity(table) => *table,
                    Dimension::Column(column) | Dimension::Time(column, _) => column.table,
                    Dimension::Term(term) => context.catalog.terms[term.0].base,
                };
                add(&mut anchors, Anchor::Rows(table), *weight);
            }
        }
        // "Who has the highest salary?": a row of the column's own table.
        if anchors.is_empty()
            && parts.subjects.is_empty()
            && let By::Field(mention) = &ranking.by
        {
            for (dimension, weight) in &mention.candidates {
                if let Dimension::Column(column) = dimension {
                    add(&mut anchors, Anchor::Rows(column.table), *weight);
                }
            }
        }
    } else if let Some(By::Measure(mention)) = &parts.sort {
        for (measure, weight) in &mention.candidates {
            add(&mut anchors, Anchor::Measure(*measure), *weight);
        }
    }
    if !anchors.is_empty() {
        return anchors;
    }
    // A column of quantities by something: its sum or mean.
    if !parts.groups.is_empty() || parts.trend {
        for mention in &parts.fields {
            for (dimension, weight) in &mention.candidates {
                if let Dimension::Column(column) = dimension
                    && let Role::Quantity(additive) = context.catalog.role(*column)
                {
                    let measure = Measure::Column(pick::usual_aggregate(additive), *column);
                    add(&mut anchors, Anchor::Measure(measure), *weight);
                }
            }
        }
    }
    if !anchors.is_empty() {
        return anchors;
    }
    // 订单数大于100的城市: figures of the groups that are listed.
    if parts.subjects.is_empty() && !parts.fields.is_empty() {
        for condition in &parts.conditions {
            if let Condition::Compare(Left::Measure(mention), ..)
            | Condition::Between(Left::Measure(mention), ..) = condition
            {
                for (measure, weight) in &mention.candidates {
                    add(&mut anchors, Anchor::Measure(*measure), *weight);
                }
            }
            if let Condition::Compare(Left::Count(mention), ..) = condition {
                for (table, weight) in &mention.candidates {
                    add(&mut anchors, Anchor::Measure(Measure::Rows(*table)), *weight);
                }
            }
        }
        if !anchors.is_empty() {
            return anchors;
        }
    }
    let subject = subject(context, parts);
    if let Some(mention) = subject {
        for (table, weight) in &mention.candidates {
            add(&mut anchors, Anchor::Rows(*table), *weight);
        }
        return anchors;
    }
    if let Some(mention) = parts.fields.first() {
        for (dimension, weight) in &mention.candidates {
            let table = match dimension {
                Dimension::Column(column) => column.table,
                Dimension::Term(term) => context.catalog.terms[term.0].base,
                _ => continue,
            };
            add(&mut anchors, Anchor::Rows(table), *weight);
        }
        return anchors;
    }
    // "How many were registered this year?": the column of a condition tells the subject.
    for condition in &parts.conditions {
        if let Condition::Compare(Left::Field(mention), ..) | Condition::Between(Left::Field(mention), ..) =
            condition
        {
            for (dimension, weight) in &mention.candidates {
                if let Dimension::Column(column) = dimension {
                    add(&mut anchors, Anchor::Rows(column.table), *weight - 0.2);
                }
            }
        }
    }
    for time in &parts.times {
        for (column, weight) in &time.hint {
            add(&mut anchors, Anchor::Rows(column.table), *weight - 0.2);
        }
    }
    for condition in &parts.conditions {
        if let Condition::Values { values, .. } = condition {
            for link in values.iter().flatten() {
                add(&mut anchors, Anchor::Rows(link.column.table), link.weight - 0.3);
            }
        }
    }
    for group in &parts.groups {
        if let Group::Field(mention) = group {
            for (dimension, weight) in &mention.candidates {
                if let Dimension::Entity(table) = dimension {
                    add(&mut anchors, Anchor::Rows(*table), *weight - 0.3);
                }
            }
        }
    }
    anchors
}

impl Resolver<'_> {
    /// The words of a mention, in the answer's language when they are; else `other`.
    fn label(&self, units: &std::ops::Range<usize>, other: impl FnOnce() -> String) -> String {
        let written = self.context.text.written(units.clone());
        let fits = match self.context.language {
            Language::Zh => super::text::has_han(written),
            Language::En => !super::text::has_han(written),
        };
        // A whole clause is no name.
        if fits && !written.is_empty() && written.chars().count() <= 24 && keys(written).len() <= 10 {
            written.to_lowercase()
        } else {
            other()
        }
    }

    fn mention_label<Thing>(&self, mention: &Mention<Thing>, other: impl FnOnce() -> String) -> String {
        self.label(&mention.units, other)
    }
}
