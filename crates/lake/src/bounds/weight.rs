//! What an expression becomes: how large, how deep, and how often it is looked at until its type is known.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{Expr, LogicalPlan, Operator};

use super::types::Looks;

/// How deep a call is, or an operator that is made a call. `AND` and `OR`, which lists of conditions are written with, are 1.
pub(super) const LEVEL: u64 = 8;

/// The most branches of a `CASE` that is put together from `AND` and `OR` where it gives truth values.
const BRANCHES_PUT_TOGETHER: usize = 3;

/// The most values of an `IN` that may become comparisons.
const VALUES_COMPARED: usize = 3;

/// What an expression becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weight {
    /// Expressions, when columns are what they stand for and the optimizer has written out what is short for something.
    pub(super) size: u64,
    /// Levels, of which a call is [`LEVEL`].
    pub(super) depth: u64,
    pub(super) looks: Looks,
    /// Columns of window functions that are in it: it may be sorted by each of them.
    pub(super) sorted: u64,
}

impl Weight {
    /// A column of a table, or a constant.
    pub(super) const ONE: Self = Self { size: 1, depth: LEVEL, looks: Looks::ONE, sorted: 0 };

    /// A column of a window function.
    pub(super) const OF_WINDOW: Self = Self { sorted: 1, ..Self::ONE };

    /// The more of both.
    pub(super) fn most(self, other: Self) -> Self {
        Self {
            size: self.size.max(other.size),
            depth: self.depth.max(other.depth),
            looks: self.looks.most(other.looks),
            sorted: self.sorted.max(other.sorted),
        }
    }
}

/// Weighs expressions.
pub(super) struct Scale<'known> {
    /// What columns stand for.
    pub(super) known: &'known HashMap<String, Weight>,
    /// The queries that were met.
    pub(super) subqueries: Vec<Arc<LogicalPlan>>,
}

impl Scale<'_> {
    /// What becomes of an expression.
    pub(super) fn weigh(&mut self, expr: &Expr) -> Result<Weight, DataFusionError> {
        stacker::maybe_grow(super::STACK_LEFT, super::STACK, || self.weigh_one(expr))
    }

    fn weigh_one(&mut self, expr: &Expr) -> Result<Weight, DataFusionError> {
        match expr {
            Expr::Column(column) => {
                return Ok(self.known.get(&column.name).copied().unwrap_or(Weight::ONE));
            }
            Expr::ScalarSubquery(subquery) => self.subqueries.push(Arc::clone(&subquery.subquery)),
            Expr::Exists(exists) => self.subqueries.push(Arc::clone(&exists.subquery.subquery)),
            Expr::InSubquery(within) => self.subqueries.push(Arc::clone(&within.subquery.subquery)),
            Expr::SetComparison(compared) => {
                self.subqueries.push(Arc::clone(&compared.subquery.subquery));
            }
            _ => {}
        }
        let mut parts = Vec::new();
        expr.apply_children(|part| {
            parts.push(self.weigh(part)?);
            Ok(TreeNodeRecursion::Continue)
        })?;
        let times = copies(expr, parts.len());
        let size = parts.iter().zip(&times).map(|(part, times)| part.size.saturating_mul(*times));
        let level = match expr {
            Expr::BinaryExpr(binary) if matches!(binary.op, Operator::And | Operator::Or) => 1,
            Expr::Alias(_) => 0,
            _ => LEVEL,
        };
        Ok(Weight {
            size: size.fold(1, u64::saturating_add),
            depth: parts.iter().map(|part| part.depth).max().unwrap_or(0).saturating_add(level),
            looks: looks_at(expr, &parts, &times),
            sorted: parts.iter().map(|part| part.sorted).fold(0, u64::saturating_add),
        })
    }
}

/// How many copies of each part there are once the optimizer has written out what the expression is short for.
fn copies(expr: &Expr, parts: usize) -> Vec<u64> {
    let mut times = vec![1; parts];
    match expr {
        // As `x >= low AND x <= high`.
        Expr::Between(_) => first(&mut times, 2),
        // As `CASE WHEN x IS NOT NULL THEN x … ELSE last END`.
        Expr::ScalarFunction(call) if matches!(call.func.name(), "coalesce" | "nvl") => {
            let all_but_last = parts.saturating_sub(1);
            times.iter_mut().take(all_but_last).for_each(|times| *times = 2);
        }
        // Perhaps as `(a AND x) OR (b AND NOT a AND y) OR (NOT (a OR b) AND z)`; `a` is in there as often as there are branches and
        // once more, and each time as `a IS TRUE`.
        Expr::Case(Case { expr: operand, when_then_expr, .. })
            if when_then_expr.len() < BRANCHES_PUT_TOGETHER || are_truths(when_then_expr) =>
        {
            let branches = when_then_expr.len() as u64;
            if operand.is_some() {
                first(&mut times, branches + 1);
            }
            let skipped = usize::from(operand.is_some());
            for (index, _) in when_then_expr.iter().enumerate() {
                if let Some(times) = times.get_mut(skipped + 2 * index) {
                    *times = branches.min(BRANCHES_PUT_TOGETHER as u64) + 1;
                }
            }
        }
        // An alternative of words as a `LIKE` for each.
        Expr::BinaryExpr(binary) if is_match(binary.op) => first(&mut times, 4),
        // Perhaps as comparisons of what is in the function's brackets with the ends of a range.
        Expr::BinaryExpr(binary) if binary.op.supports_propagation() && is_call(&binary.left) => {
            first(&mut times, 2);
        }
        Expr::InList(within) if within.list.len() <= VALUES_COMPARED => {
            first(&mut times, 2 * within.list.len() as u64);
        }
        _ => {}
    }
    times
}

fn first(times: &mut [u64], copies: u64) {
    if let Some(first) = times.first_mut() {
        *first = copies;
    }
}

fn are_truths(branches: &[(Box<Expr>, Box<Expr>)]) -> bool {
    branches.iter().all(|(_, result)| matches!(result.as_ref(), Expr::Literal(ScalarValue::Boolean(_), _)))
}

fn is_match(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::RegexMatch | Operator::RegexIMatch | Operator::RegexNotMatch | Operator::RegexNotIMatch
    )
}

fn is_call(expr: &Expr) -> bool {
    matches!(expr, Expr::ScalarFunction(_))
}

fn looks_at(expr: &Expr, parts: &[Weight], times: &[u64]) -> Looks {
    let looks = parts.iter().map(|part| part.looks);
    match expr {
        Expr::Case(case) => {
            let (operand, others) = parts.split_at(usize::from(case.expr.is_some()).min(parts.len()));
            let (branches, otherwise) = others.split_at((2 * case.when_then_expr.len()).min(others.len()));
            let at = |place: usize| branches.iter().skip(place).step_by(2);
            Looks::of_case(
                operand.iter().chain(at(0)).map(|part| part.looks),
                at(1).chain(otherwise).map(|part| part.looks),
            )
        }
        // What becomes a `CASE` is looked at once more.
        Expr::ScalarFunction(_) => Looks::of_call(
            looks.zip(times).map(|(looks, times)| if *times > 1 { looks.times(times + 1) } else { looks }),
        ),
        Expr::BinaryExpr(_) | Expr::Cast(_) | Expr::Negative(_) => Looks::around(looks),
        _ => Looks::of_call(looks),
    }
}
