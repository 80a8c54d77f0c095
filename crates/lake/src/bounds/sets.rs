//! How many ways rows are grouped in at once: by each of them every row is looked at before any memory is counted.

use datafusion::logical_expr::{Aggregate, Expr, GroupingSet};

/// The most that a statement may ask for.
pub(super) const MOST_SETS: u64 = 1_024;

/// The ways in which rows are grouped; `GROUP BY` alone is one.
pub(super) fn sets_of(aggregate: &Aggregate) -> u64 {
    let ways = aggregate.group_expr.iter().map(|expr| match expr {
        Expr::GroupingSet(GroupingSet::Cube(columns)) => u32::try_from(columns.len())
            .ok()
            .and_then(|columns| 2_u64.checked_pow(columns))
            .unwrap_or(u64::MAX),
        Expr::GroupingSet(GroupingSet::Rollup(columns)) => columns.len() as u64 + 1,
        Expr::GroupingSet(GroupingSet::GroupingSets(sets)) => sets.len() as u64,
        _ => 1,
    });
    ways.fold(1, u64::saturating_mul)
}
