//! Differences of numbers that have no sign, such as ranks and lengths of lists: below 0 they would have none.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::expr::Cast;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable as _, LogicalPlan, Operator};

/// What has a sign and holds all numbers of 64 bits that have none; DataFusion takes it for those with ones that have a sign.
const SIGNED: DataType = DataType::Decimal128(20, 0);

/// The plan with such differences of numbers that have a sign.
///
/// # Errors
///
/// Those of DataFusion.
pub(crate) fn signed(plan: LogicalPlan) -> Result<LogicalPlan> {
    rewritten(plan, is_unsigned, signed_in)
}

/// A plan in which parts of expressions are others, where there are such parts.
pub(super) fn rewritten(
    plan: LogicalPlan,
    is_one: fn(&Expr, &DFSchema) -> bool,
    change: fn(Expr, &DFSchema) -> Transformed<Expr>,
) -> Result<LogicalPlan> {
    let mut is_there = false;
    plan.apply_with_subqueries(|node| {
        let schema = schema_of(node);
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                is_there |= is_one(part, &schema);
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    if !is_there {
        return Ok(plan);
    }
    let changed = plan.transform_up_with_subqueries(|node| {
        let schema = schema_of(&node);
        let names = NamePreserver::new(&node);
        let node = node.map_expressions(|expr| {
            let name = names.save(&expr);
            let expr = expr.transform_up(|part| Ok(change(part, &schema)))?;
            Ok(if expr.transformed { expr.update_data(|expr| name.restore(expr)) } else { expr })
        })?;
        // What it takes from below may be of another type now.
        node.map_data(LogicalPlan::recompute_schema)
    })?;
    Ok(changed.data)
}

fn signed_in(part: Expr, schema: &DFSchema) -> Transformed<Expr> {
    match part {
        Expr::BinaryExpr(binary) if is_difference(&binary, schema) => {
            let side = |side: Box<Expr>| Box::new(Expr::Cast(Cast::new(side, SIGNED)));
            Transformed::yes(Expr::BinaryExpr(BinaryExpr {
                left: side(binary.left),
                op: binary.op,
                right: side(binary.right),
            }))
        }
        other => Transformed::no(other),
    }
}

fn is_unsigned(part: &Expr, schema: &DFSchema) -> bool {
    matches!(part, Expr::BinaryExpr(binary) if is_difference(binary, schema))
}

fn is_difference(binary: &BinaryExpr, schema: &DFSchema) -> bool {
    let is_unsigned = |side: &Expr| side.get_type(schema).is_ok_and(|kind| kind.is_unsigned_integer());
    binary.op == Operator::Minus && is_unsigned(&binary.right) && is_unsigned(&binary.left)
}

/// What a node's expressions name.
pub(super) fn schema_of(node: &LogicalPlan) -> Arc<DFSchema> {
    match node.inputs().as_slice() {
        [] => Arc::clone(node.schema()),
        [input] => Arc::clone(input.schema()),
        [first, others @ ..] => {
            let mut both = first.schema().as_ref().clone();
            for other in others {
                both.merge(other.schema());
            }
            Arc::new(both)
        }
    }
}
