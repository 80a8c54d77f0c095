//! What people have said of a database, business words and relations, as text for a prompt: what the question speaks of first, within a
//! budget of tokens.

use std::collections::HashMap;

use wenshu_sources::{Dialect, Schema};

use super::schema_text::table_name;
use super::tokens::TokenCounter;
use crate::builtin::mentions::{Mentions, Weight};
use crate::builtin::sql::quote;
use crate::{Cardinality, Question, Relation, SemanticTerm, TermKind};

/// What a word counts that stands in the question, that the question means by another word, that stands in an earlier question, and
/// whose meaning is of a table the question speaks of.
const NAMED: Weight = 3.0;
const MEANT: Weight = 2.0;
const EARLIER: Weight = 1.0;
const NEAR: Weight = 0.5;

/// Business words, a line each, in the order they were defined in.
pub(super) fn terms(
    terms: &[SemanticTerm],
    question: &Question,
    schema: &Schema,
    mentions: &Mentions,
    budget: u64,
) -> String {
    let asked = question.text.to_lowercase();
    let earlier: Vec<String> = question.context.iter().map(|turn| turn.question.to_lowercase()).collect();
    let tables = weights(schema, mentions);
    let lines = terms.iter().map(|term| {
        let word = term.term.trim().to_lowercase();
        let weight = if word.is_empty() {
            0.0
        } else if asked.contains(&word) {
            NAMED
        } else if mentions.terms.contains(term.term.trim()) {
            MEANT
        } else if earlier.iter().any(|question| question.contains(&word)) {
            EARLIER
        } else if names(&term.expression).any(|name| tables.get(name).is_some_and(|weight| *weight > 0.0)) {
            NEAR
        } else {
            0.0
        };
        (weight, term_line(term))
    });
    lines_within(lines.collect(), budget)
}

/// Columns that mean the same where no key says so, a line each, in the order they were defined in.
pub(super) fn relations(
    relations: &[Relation],
    dialect: Dialect,
    schema: &Schema,
    mentions: &Mentions,
    budget: u64,
) -> String {
    let tables = weights(schema, mentions);
    let weight = |table: &str| tables.get(table).copied().unwrap_or_default();
    let lines = relations.iter().map(|relation| {
        let (left, right) = (weight(&relation.left_table), weight(&relation.right_table));
        // Between two tables that are spoken of it is what joins them.
        let both = if left > 0.0 && right > 0.0 { NAMED } else { 0.0 };
        (both + left + right, relation_line(relation, dialect))
    });
    lines_within(lines.collect(), budget)
}

/// The weights of tables by their names, with and without their schema.
fn weights(schema: &Schema, mentions: &Mentions) -> HashMap<String, Weight> {
    let mut weights = HashMap::new();
    for (index, table) in schema.tables.iter().enumerate() {
        let weight = mentions.tables.get(index).copied().unwrap_or_default();
        let whole = table.schema.as_ref().map(|schema| format!("{schema}.{}", table.name));
        for name in whole.into_iter().chain([table.name.clone()]) {
            let known: &mut Weight = weights.entry(name).or_default();
            *known = known.max(weight);
        }
    }
    weights
}

/// The words of an expression that may name a table.
fn names(expression: &str) -> impl Iterator<Item = &str> {
    expression.split(|character: char| !character.is_alphanumeric() && character != '_')
}

fn term_line(term: &SemanticTerm) -> String {
    let meaning = match term.kind {
        TermKind::Metric | TermKind::Dimension => format!(": {}", term.expression),
        TermKind::Alias => format!(" means {}", term.expression),
        TermKind::Note => String::new(),
    };
    let description = term.description.as_deref().map(str::trim).unwrap_or_default();
    let separator = if description.is_empty() { "" } else { " -- " };
    format!("{}{meaning}{separator}{description}", term.term).replace(['\n', '\r'], " ")
}

/// `orders.customer_id = customers.id (many to one)`. A table's name may hold its schema, which is written as it is.
fn relation_line(relation: &Relation, dialect: Dialect) -> String {
    let place = |table: &str, column: &str| match table.split_once('.') {
        Some((schema, table)) => {
            format!("{}.{}", table_name(Some(schema), table, dialect), quote(dialect, column))
        }
        None => format!("{}.{}", quote(dialect, table), quote(dialect, column)),
    };
    let cardinality = match relation.cardinality {
        Cardinality::OneToOne => "one to one",
        Cardinality::OneToMany => "one to many",
        Cardinality::ManyToOne => "many to one",
        Cardinality::ManyToMany => "many to many",
    };
    let left = place(&relation.left_table, &relation.left_column);
    format!("{left} = {} ({cardinality})", place(&relation.right_table, &relation.right_column))
}

/// As many of the lines as fit, the heaviest first, in the order they came in.
fn lines_within(lines: Vec<(Weight, String)>, budget: u64) -> String {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|left, right| lines[*right].0.total_cmp(&lines[*left].0).then(left.cmp(right)));
    let mut used = TokenCounter::default();
    let mut shown = vec![false; lines.len()];
    for index in order {
        let mut with_it = used;
        with_it.add(&lines[index].1);
        with_it.add("\n");
        // A long line hides none of the short ones behind it.
        if with_it.tokens() <= budget {
            used = with_it;
            shown[index] = true;
        }
    }
    let lines = lines.into_iter().zip(shown).filter(|(_, is_shown)| *is_shown).map(|((_, line), _)| line);
    lines.collect::<Vec<_>>().join("\n")
}
