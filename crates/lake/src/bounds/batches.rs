//! As many rows at once as there is memory for.
//!
//! A batch of rows is 8,192 of them, whatever they take. Tables say how long their longest values are, constants stand in the plan, and
//! what functions make has a limit: by that is known what a row may take at worst, wherever in the plan it is.

use std::collections::HashMap;

use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan, TableScan};

use super::functions::longest_of;
use super::refused;
use crate::sizes::widest;

/// The most rows.
const MOST_ROWS: u64 = 8_192;

/// Bytes of a value that nobody has to count.
const SHORT: u64 = 64;

/// A list that becomes rows takes so many times its bytes, all columns being repeated.
const TIMES_UNNESTED: u64 = 16;

/// The most bytes of a row, whatever there is.
const MOST_ROW: u64 = 1024 * 1024 * 1024;

/// How many rows of an optimized plan are worked at together within so many bytes. `widths` has the longest value of each column of a
/// table by its name; `calls` is how many functions make texts.
///
/// # Errors
///
/// When a row alone may take more than there is.
pub(crate) fn rows_at_once(
    plan: &LogicalPlan,
    widths: &HashMap<&str, &[u64]>,
    calls: u64,
    bytes: u64,
) -> Result<usize> {
    let mut weight = Weight { widths, scanned: 0, repeated: 0 };
    // What is made once for each row and not repeated is looked at when it is made.
    weight.of(plan)?;
    let row = weight.scanned.saturating_mul(calls.saturating_add(1)).saturating_add(weight.repeated);
    if row > MOST_ROW.max(bytes) {
        return Err(refused(
            "a row of this query may take more memory than there is; choose fewer columns, or shorten long texts with `left` first",
        ));
    }
    Ok(usize::try_from((bytes / row.max(1)).clamp(1, MOST_ROWS)).unwrap_or(1))
}

struct Weight<'table> {
    widths: &'table HashMap<&'table str, &'table [u64]>,
    /// Bytes of a row of all tables.
    scanned: u64,
    /// Bytes of values that stand in many rows.
    repeated: u64,
}

impl Weight<'_> {
    /// The bytes that are made of a row and aren't repeated.
    fn of(&mut self, plan: &LogicalPlan) -> Result<u64> {
        stacker::maybe_grow(super::STACK_LEFT, super::STACK, || self.of_node(plan))
    }

    fn of_node(&mut self, plan: &LogicalPlan) -> Result<u64> {
        let mut made: u64 = 0;
        for input in plan.inputs() {
            made = made.saturating_add(self.of(input)?);
        }
        if let LogicalPlan::TableScan(scan) = plan {
            self.scanned = self.scanned.saturating_add(self.scan(scan));
        }
        let mut subqueries = Vec::new();
        let mut constants: u64 = 0;
        plan.apply_expressions(|expr| {
            expr.apply(|part| {
                match part {
                    Expr::ScalarFunction(call) => {
                        made = made.saturating_add(longest_of(&call.func).unwrap_or_default());
                    }
                    Expr::Literal(value, _) => {
                        let own = widest(value.to_array()?.as_ref()) as u64;
                        if own > SHORT {
                            constants = constants.saturating_add(own);
                        }
                    }
                    Expr::ScalarSubquery(subquery) => subqueries.push(subquery.subquery.clone()),
                    Expr::Exists(exists) => subqueries.push(exists.subquery.subquery.clone()),
                    Expr::InSubquery(within) => subqueries.push(within.subquery.subquery.clone()),
                    Expr::SetComparison(compared) => subqueries.push(compared.subquery.subquery.clone()),
                    _ => {}
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        self.repeated = self.repeated.saturating_add(constants);
        for subquery in subqueries {
            let of_subquery = self.of(&subquery)?;
            self.repeated = self.repeated.saturating_add(of_subquery);
        }
        let times = match plan {
            LogicalPlan::Join(_) | LogicalPlan::Window(_) => 1,
            LogicalPlan::Unnest(_) => TIMES_UNNESTED,
            _ => return Ok(made),
        };
        self.repeated = self.repeated.saturating_add(made.saturating_mul(times));
        Ok(0)
    }

    fn scan(&self, scan: &TableScan) -> u64 {
        let widths = self.widths.get(scan.table_name.table()).copied().unwrap_or_default();
        let sum = |columns: &mut dyn Iterator<Item = u64>| columns.fold(0_u64, u64::saturating_add);
        match &scan.projection {
            Some(chosen) => sum(&mut chosen.iter().filter_map(|index| widths.get(*index).copied())),
            None => sum(&mut widths.iter().copied()),
        }
    }
}
