//! As many rows at once as there is memory for.
//!
//! A batch of rows is 8,192 of them, whatever they take. Tables say how long their longest values are, constants stand in the plan, and
//! what functions make has a limit: by that is known what a row may take at worst, wherever in the plan it is. Where rows are grouped in
//! many ways at once, each of them becomes as many.

use std::collections::HashMap;

use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan, TableScan};

use super::functions::growth_of;
use super::lengths::{Lengths, is_copy, is_text};
use super::refused;
use super::sets::sets_of;
use crate::sizes::{PLAIN_BYTES, widest};

/// The most rows.
const MOST_ROWS: u64 = 8_192;

/// The most rows that they become where they are grouped in several ways.
const MOST_GROUPED_ROWS: u64 = 8 * MOST_ROWS;

/// Bytes of a value that nobody has to count.
const SHORT: u64 = 64;

/// Bytes of a number.
const NUMBER: u64 = 8;

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
    let mut weight =
        Weight { widths, lengths: Lengths::default(), scanned: 0, written: 0, repeated: 0, sets: 1 };
    // What is made once for each row and not repeated is looked at when it is made.
    weight.of(plan)?;
    let given = weight.scanned.saturating_add(weight.written);
    let row = given.saturating_mul(calls.saturating_add(1)).saturating_add(weight.repeated);
    if row > MOST_ROW.max(bytes) {
        return Err(refused(
            "a row of this query may take more memory than there is; choose fewer columns, or shorten long texts with `left` first",
        ));
    }
    let most = (MOST_GROUPED_ROWS / weight.sets.max(1)).clamp(1, MOST_ROWS);
    Ok(usize::try_from((bytes / row.max(1)).clamp(1, most)).unwrap_or(1))
}

struct Weight<'table> {
    widths: &'table HashMap<&'table str, &'table [u64]>,
    lengths: Lengths,
    /// Bytes of a row of all tables.
    scanned: u64,
    /// Bytes of texts that stand in the statement, and of numbers that become texts, of the value that has most.
    written: u64,
    /// Bytes of values that stand in many rows, and of copies.
    repeated: u64,
    /// The most ways in which rows are grouped at once.
    sets: u64,
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
        match plan {
            LogicalPlan::TableScan(scan) => {
                self.scanned = self.scanned.saturating_add(self.scan(scan));
                let widths = self.widths.get(scan.table_name.table()).copied().unwrap_or_default();
                self.lengths.add_table(scan, widths);
            }
            LogicalPlan::Aggregate(aggregate) => self.sets = self.sets.max(sets_of(aggregate)),
            LogicalPlan::Projection(projection) => {
                self.repeated = self.repeated.saturating_add(NUMBER * projection.expr.len() as u64);
            }
            _ => {}
        }
        let mut subqueries = Vec::new();
        let (mut constants, mut written, mut copied) = (0_u64, 0_u64, 0_u64);
        let lengths = &self.lengths;
        plan.apply_expressions(|expr| {
            let mut written_here: u64 = 0;
            expr.apply(|part| {
                match part {
                    Expr::ScalarFunction(call) if growth_of(&call.func).is_some() => {
                        made = made.saturating_add(lengths.of(part)?.unwrap_or_default());
                        for arg in &call.args {
                            written_here = written_here.saturating_add(written_in(arg)?);
                        }
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
                if is_copy(part) {
                    let own = lengths.of(part)?.unwrap_or_default();
                    if own > SHORT {
                        copied = copied.saturating_add(own);
                    }
                }
                Ok(TreeNodeRecursion::Continue)
            })?;
            // Each value has what stands in its own expression.
            written = written.max(written_here);
            Ok(TreeNodeRecursion::Continue)
        })?;
        self.written = self.written.saturating_add(written);
        self.repeated = self.repeated.saturating_add(constants).saturating_add(copied);
        self.lengths.add_made(plan)?;
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

/// The bytes that come from the statement itself and not from a table.
fn written_in(arg: &Expr) -> Result<u64> {
    Ok(match arg {
        Expr::Literal(value, _) => widest(value.to_array()?.as_ref()) as u64,
        Expr::Cast(cast) if is_text(cast.field.data_type()) => PLAIN_BYTES as u64,
        _ => 0,
    })
}
