//! What a question asks for, without saying how tables are joined or grouped: that follows from it.

use std::sync::Arc;

use chrono::NaiveDateTime;

use super::lexicon::{Aggregate, Comparison};
use super::time::Grain;

/// A table, by its place in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TableId(pub(crate) usize);

/// A column, by its place in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ColumnId {
    /// Its table.
    pub(crate) table: TableId,
    /// Its place in the table.
    pub(crate) column: usize,
}

/// A semantic term, by its place in the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TermId(pub(crate) usize);

/// A question read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    /// Figures, or rows.
    pub(crate) shape: Shape,
    /// All of them hold.
    pub(crate) filters: Vec<Filter>,
    /// What the figure at a place must be like for its group to be shown.
    pub(crate) having: Vec<(Measure, Comparison, Literal)>,
    /// Sorting, most important first.
    pub(crate) order: Vec<Order>,
    /// At most this many rows.
    pub(crate) limit: Option<u64>,
}

/// What the rows of the result are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// Measures for each combination of the dimensions.
    Figures {
        /// What is measured, at least one.
        measures: Vec<Labelled<Measure>>,
        /// What it is broken down by.
        dimensions: Vec<Labelled<Dimension>>,
        /// The measure as a part of a whole.
        share: Option<Share>,
    },
    /// Rows of an entity.
    Rows {
        /// The entity.
        table: TableId,
        /// What is shown of it, at least one.
        columns: Vec<Labelled<Dimension>>,
        /// Whether equal rows are shown once.
        distinct: bool,
    },
}

/// Something with the name it has in the result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Labelled<Thing> {
    /// The thing.
    pub(crate) thing: Thing,
    /// Its name, in the asked language.
    pub(crate) label: String,
}

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// How many rows of a table.
    Rows(TableId),
    /// An aggregate of a column.
    Column(Aggregate, ColumnId),
    /// A metric somebody defined.
    Term(TermId),
}

/// Something to break down by, or to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dimension {
    /// A column's values.
    Column(ColumnId),
    /// One group for each row of a table, shown by the column that names it.
    Entity(TableId),
    /// A dimension somebody defined.
    Term(TermId),
    /// Steps of time.
    Time(ColumnId, Grain),
}

/// How the measure becomes a part.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Share {
    /// Of the sum over all groups.
    OfGroups,
    /// Of the same measure without these filters (places in `Query::filters`).
    Without(Vec<usize>),
}

/// What a row must be like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    /// A value against a literal.
    Compare(ColumnId, Comparison, Literal),
    /// One of several values; the flag is for none of them.
    In(ColumnId, Vec<Literal>, bool),
    /// Between two literals, both included.
    Between(ColumnId, Literal, Literal),
    /// A text pattern with `%`; the flag negates.
    Like(ColumnId, String, bool),
    /// Whether there is a value; the flag is for missing ones.
    Missing(ColumnId, bool),
    /// A stretch of time, half-open.
    Time(ColumnId, TimeSpan),
    /// Any of several stretches: this year and last year.
    Times(ColumnId, Vec<TimeSpan>),
    /// Whether related rows exist that pass these filters; the flag is for none.
    Related(TableId, Vec<Filter>, bool),
    /// A column against an aggregate of the same or another column over the whole table.
    AgainstAggregate(ColumnId, Comparison, Aggregate, ColumnId),
    /// A figure of each row of the table, taken over what passes the filters.
    PerRow(TableId, Measure, Comparison, Literal, Vec<Filter>),
    /// The first rows of a table by a figure.
    InTop {
        /// The table.
        table: TableId,
        /// What they are ranked by.
        by: Ranking,
        /// From the largest.
        descending: bool,
        /// How many.
        limit: u64,
        /// What the figure is taken over.
        filters: Vec<Filter>,
    },
}

/// What rows of a table are ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ranking {
    /// A figure over related rows.
    Measure(Measure),
    /// A column of its own.
    Column(ColumnId),
}

/// A literal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    /// A plain decimal.
    Number(String),
    /// Text.
    Text(Arc<str>),
}

/// A stretch of time with the words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimeSpan {
    /// First moment.
    pub(crate) start: Option<NaiveDateTime>,
    /// First moment after.
    pub(crate) end: Option<NaiveDateTime>,
    /// As it was written.
    pub(crate) label: String,
    /// Whether everything but this is meant.
    pub(crate) negated: bool,
}

/// Sorting by a column of the result or by something not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// By what.
    pub(crate) key: OrderKey,
    /// From the largest.
    pub(crate) descending: bool,
}

/// What is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderKey {
    /// A measure, by its place.
    Measure(usize),
    /// A dimension or shown column, by its place.
    Dimension(usize),
    /// A column that need not be shown.
    Column(ColumnId),
}
