//! Business words and what they mean in a database.

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
