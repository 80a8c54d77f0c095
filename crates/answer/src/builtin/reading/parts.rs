//! The parts of a question: what the rules of reading find, with every word's meanings still open.

use std::ops::Range;

use super::super::ir::{ColumnId, Dimension, Measure, TableId};
use super::super::lexicon::{Adjective, Aggregate, Comparison};
use super::super::names::Weight;
use super::super::time::{Grain, TimeMention};
use super::super::values::ValueLink;

/// Candidates with their weights, best first.
pub(crate) type Candidates<Thing> = Vec<(Thing, Weight)>;

/// The parts of a question.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    pub(crate) measures: Vec<Mention<Measure>>,
    pub(crate) groups: Vec<Group>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) times: Vec<TimeCondition>,
    pub(crate) ranking: Option<Ranked>,
    /// Tables that no rule used, in order: the first in English, the last in Chinese is what the question is about.
    pub(crate) subjects: Vec<Mention<TableId>>,
    /// Which of the subjects a question word stands before: 哪些客户.
    pub(crate) asked: Option<usize>,
    /// Columns that no rule used: what a list shows.
    pub(crate) fields: Vec<Mention<Dimension>>,
    /// Asks how many.
    pub(crate) counts: bool,
    /// Each value once.
    pub(crate) distinct: bool,
    /// Asks what was sold, without naming a figure.
    pub(crate) trade: bool,
    /// One figure for each of several values that are asked for.
    pub(crate) each_value: bool,
    /// The part of a whole.
    pub(crate) share: bool,
    /// Over time.
    pub(crate) trend: bool,
    /// From the largest.
    pub(crate) direction: Option<bool>,
    /// Sorted by this.
    pub(crate) sort: Option<By>,
    /// What stands before X中 and "among X", in units: the whole that a share or count is a part of.
    pub(crate) whole: Option<Range<usize>>,
    /// The table of that whole, when it is named.
    pub(crate) whole_of: Candidates<TableId>,
    /// Words that ask for what isn't offered.
    pub(crate) beyond: Option<Beyond>,
    /// Words that nothing explains.
    pub(crate) unknown: Vec<String>,
    /// Words that something explains, with what kind of thing they are.
    pub(crate) understood: Vec<String>,
    /// Whether the question is worded in Chinese, where what is described follows its description.
    pub(crate) chinese: bool,
}

/// Something that is recognized and not offered, with the words that ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beyond {
    /// What it is, in English; [`refusal`](super::refusal) has the Chinese.
    pub(crate) what: &'static str,
    /// As it was written.
    pub(crate) words: String,
}

/// Words of the question with what they may mean.
#[derive(Clone, Debug)]
pub(crate) struct Mention<Thing> {
    pub(crate) candidates: Candidates<Thing>,
    pub(crate) units: Range<usize>,
}

/// What figures are broken down by.
#[derive(Clone, Debug)]
pub(crate) enum Group {
    /// A column, entity or term.
    Field(Mention<Dimension>),
    /// Steps of time.
    Step(Grain),
}

/// What is ranked or sorted by.
#[derive(Clone, Debug)]
pub(crate) enum By {
    /// A figure.
    Measure(Mention<Measure>),
    /// A column.
    Field(Mention<Dimension>),
    /// How many rows of a table.
    Count(Mention<TableId>),
    /// A column that an adjective speaks of.
    Adjective(&'static Adjective),
    /// What trade is measured by here.
    Trade,
    /// Whatever the question measures; the flag says that without a measure the first rows as they come will do.
    Open(bool),
}

/// The most or least of something.
#[derive(Clone, Debug)]
pub(crate) struct Ranked {
    pub(crate) by: By,
    pub(crate) descending: bool,
    pub(crate) limit: u64,
    /// What is ranked.
    pub(crate) target: Option<RankTarget>,
    pub(crate) units: Range<usize>,
}

/// What is ranked.
#[derive(Clone, Debug)]
pub(crate) enum RankTarget {
    /// A column, entity or term.
    Field(Mention<Dimension>),
    /// Steps of time.
    Step(Grain),
}

/// The left side of a comparison.
#[derive(Clone, Debug)]
pub(crate) enum Left {
    /// A column.
    Field(Mention<Dimension>),
    /// A figure of each row or group.
    Measure(Mention<Measure>),
    /// How many rows of a table.
    Count(Mention<TableId>),
    /// A column of the subject that one of these names would fit.
    Named(&'static [&'static str]),
}

/// A condition.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// Against a number.
    Compare(Left, Comparison, String),
    /// Between two numbers.
    Between(Left, String, String),
    /// Against an aggregate of the same column.
    AgainstAggregate(Left, Comparison, Aggregate),
    /// One of several stored values.
    Values {
        /// Each with the places it may be stored.
        values: Vec<Vec<ValueLink>>,
        /// Columns named beside it.
        hint: Candidates<ColumnId>,
        /// The table named beside it: 北京的客户, "stores in Shanghai".
        owner: Candidates<TableId>,
        /// None of them.
        negated: bool,
        /// Every one of them, of related rows: 同时买过手机和电脑.
        all: bool,
        units: Range<usize>,
    },
    /// A text pattern.
    Like(Mention<Dimension>, String, bool),
    /// No value.
    Missing(Mention<Dimension>),
    /// Related rows, or none, with these values.
    Related { tables: Mention<TableId>, values: Vec<Vec<ValueLink>>, negated: bool },
}

/// A stretch of time.
#[derive(Clone, Debug)]
pub(crate) struct TimeCondition {
    pub(crate) mention: TimeMention,
    /// Columns named beside it.
    pub(crate) hint: Candidates<ColumnId>,
    pub(crate) negated: bool,
}
