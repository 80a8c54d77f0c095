//! What a question may grow to, decided before anything is computed.
//!
//! DataFusion counts what a query holds: groups, sorted rows, sides of joins. It doesn't count what a single value takes, what the rows
//! take that are being worked at, nor what planning takes, which copies what is named once for each place that names it and computes
//! what has no column in it. All of that grows by multiplying, so that a line of text could take any memory at a point where no limit of
//! time is looked at.
//!
//! - `statement`: how large the statement is with everything in its place that it names.
//! - `inlined`: the same of its expressions, by their `weight`; `types`: how long their types are asked for; `tuples` aren't columns.
//! - `sets`: in how many ways rows are grouped.
//! - `known`: what has to be a constant, and which frames are worked through for each row.
//! - `functions`, `growth`: texts and lists that functions make are no longer than a limit, which is known before they are made.
//! - `sums`: whole numbers that become too large are an error, since they would begin anew at the other end; `signed`: below 0 too.
//! - `operators`: those as functions.
//! - `swap`: puts those into a plan.
//! - `batches`: as many rows at once as there is memory for, by the longest values that they may have (`lengths`, `scanned`).
//! - `buffered`: has counted, by what is `watched`, what window functions hold, which DataFusion doesn't.

mod batches;
mod buffered;
mod functions;
mod growth;
mod inlined;
mod known;
mod lengths;
mod operators;
mod scanned;
mod sets;
mod signed;
mod statement;
mod sums;
mod swap;
mod tuples;
mod types;
mod watched;
mod weight;
mod zoned;

use datafusion::error::DataFusionError;
use wenshu_sources::{SourceError, SourceErrorKind};

pub(crate) use self::batches::rows_at_once;
pub(crate) use self::buffered::{counted, skips_nulls};
pub(crate) use self::functions::bounded;
pub(crate) use self::inlined::check_expressions;
pub(crate) use self::scanned::longest_scanned;
pub(crate) use self::signed::signed;
pub(crate) use self::statement::check_statement;
pub(crate) use self::swap::swapped;
pub(crate) use self::zoned::zoned;

/// The longest text or list that a function makes of a row's values, where the table has no longer ones.
const MOST_VALUE: u64 = 64 * 1024;

/// The longest that is made of constants: it stands in the plan as often as it is named.
const MOST_CONSTANT: u64 = 16 * 1024;

/// The longest that is put together from many rows.
const MOST_GATHERED: u64 = 1024 * 1024;

/// How many times as long as the longest value of a table a value may become that is made of it.
const TIMES_LONGEST: u64 = 4;

/// The stack that a node of a plan takes at most, with all that is called for it.
const STACK_LEFT: usize = 256 * 1024;

/// The stack that is taken when there is less.
const STACK: usize = 4 * 1024 * 1024;

/// The stack that the deepest statement takes that the guard lets through. It is address space; what isn't used isn't memory.
const STACK_OF_STATEMENT: usize = 64 * 1024 * 1024;

/// How long what is made may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Most {
    /// A value made of a row's.
    pub(crate) value: u64,
    /// A value made of constants.
    pub(crate) constant: u64,
    /// A value put together from many rows.
    pub(crate) gathered: u64,
    /// All values of the rows that are worked at together.
    pub(crate) batch: u64,
}

impl Most {
    /// With tables whose longest value is this.
    pub(crate) fn with(longest: u64, batch: u64) -> Self {
        let of_longest = longest.saturating_mul(TIMES_LONGEST);
        Self {
            value: MOST_VALUE.max(of_longest),
            constant: MOST_CONSTANT,
            gathered: MOST_GATHERED.max(of_longest),
            batch,
        }
    }
}

/// An error in words for whoever asked.
fn refused(words: impl Into<String>) -> DataFusionError {
    DataFusionError::External(Box::new(SourceError::new(SourceErrorKind::Execution, words)))
}
