//! Business words and what they mean in a database; which of its tables belong together.

use serde::{Deserialize, Serialize};

/// A business word (GMV, 客单价) with its meaning for one connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SemanticTerm {
    /// The word as people say it.
    pub term: String,
    /// What kind of meaning it has.
    pub kind: TermKind,
    /// - `Metric`: an SQL aggregate over qualified columns, without FROM: `SUM(orders.total_amount)`.
    /// - `Dimension`: an SQL expression over qualified columns to group or filter by: `customers.city`.
    /// - `Alias`: the name of a table, a column (`table.column`) or another term.
    /// - `Note`: empty.
    pub expression: String,
    /// The meaning in words; for a metric also the filter that always belongs to it, in words.
    pub description: Option<String>,
}

/// The kind of a [`SemanticTerm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TermKind {
    /// An aggregate.
    Metric,
    /// A grouping or filter expression.
    Dimension,
    /// Another name.
    Alias,
    /// Background for a model; the built-in engine leaves it out.
    Note,
}

/// Columns of two tables that mean the same, where no key of the database says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// The table on the left: its name, or `schema.name` when it isn't in the default schema.
    pub left_table: String,
    /// Its column.
    pub left_column: String,
    /// The table on the right.
    pub right_table: String,
    /// Its column.
    pub right_column: String,
    /// How many rows of one side meet how many of the other.
    pub cardinality: Cardinality,
}

/// How many rows of the left side of a [`Relation`] meet how many of the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cardinality {
    /// At most one on either side.
    OneToOne,
    /// A row on the left meets several on the right.
    OneToMany,
    /// Several rows on the left meet one on the right.
    ManyToOne,
    /// Several on either side.
    ManyToMany,
}
