//! What of a plan holds rows that DataFusion doesn't count, and has it counted.
//!
//! - A window function holds all rows of what it is computed over, or a part of them; nobody counts either.
//! - A join by nothing but `<` asks its left side a second time when the rows of that don't fit into memory. Files have been read by
//!   then and give nothing more, so that the answer would be wrong: that there was no memory is what is said instead.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::NullTreatment;
use datafusion::logical_expr::{Expr, LogicalPlan, WindowFrame, WindowFrameBound, WindowFrameUnits};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Literal;
use datafusion::physical_expr::window::{StandardWindowExpr, WindowExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::NestedLoopJoinExec;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec, WindowUDFExpr};

use super::watched::Watched;

/// Rows before and after the one at hand that nobody has to count.
const FEW_ROWS: u64 = 10_000;

/// How far `nth_value` may look, which holds all rows as long as there are fewer in a batch.
const FEW_VALUES: u64 = 100;

/// Whether a window function looks for the last value that isn't NULL, of which no row can be let go.
pub(crate) fn skips_nulls(plan: &LogicalPlan) -> Result<bool> {
    let mut skips = false;
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                if let Expr::WindowFunction(call) = part {
                    skips |= call.params.null_treatment == Some(NullTreatment::IgnoreNulls);
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(skips)
}

/// The plan with all that counted. `skips_nulls` says whether a window function does that.
pub(crate) fn counted(plan: Arc<dyn ExecutionPlan>, skips_nulls: bool) -> Result<Arc<dyn ExecutionPlan>> {
    let counted = plan.transform_up(|node| {
        if let Some(window) = node.downcast_ref::<WindowAggExec>() {
            let input = Watched::whole(Arc::clone(window.input()));
            return with_inputs(&node, vec![input]).map(Transformed::yes);
        }
        if let Some(window) = node.downcast_ref::<BoundedWindowAggExec>() {
            return over_frames(&node, window, skips_nulls);
        }
        if let Some(join) = node.downcast_ref::<NestedLoopJoinExec>() {
            let left = Watched::once(Arc::clone(join.left()));
            return with_inputs(&node, vec![left, Arc::clone(join.right())]).map(Transformed::yes);
        }
        Ok(Transformed::no(node))
    })?;
    Ok(counted.data)
}

fn with_inputs(
    node: &Arc<dyn ExecutionPlan>,
    inputs: Vec<Arc<dyn ExecutionPlan>>,
) -> Result<Arc<dyn ExecutionPlan>> {
    #[expect(deprecated, reason = "the way that takes the children alone")]
    Arc::clone(node).with_new_children(inputs)
}

/// One that holds the rows of its frames: by how many those are it is left alone, has rows that are equal counted, or all of them.
fn over_frames(
    node: &Arc<dyn ExecutionPlan>,
    window: &BoundedWindowAggExec,
    skips_nulls: bool,
) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let expressions = window.window_expr();
    let held = expressions.iter().map(|expr| held_by(expr.as_ref(), skips_nulls));
    let held = held.collect::<Result<Vec<Held>>>()?.into_iter().max().unwrap_or(Held::Few);
    let input = Arc::clone(window.input());
    match (held, expressions.first()) {
        (Held::Few, _) | (_, None) => Ok(Transformed::no(Arc::clone(node))),
        (Held::Equal, Some(first)) => {
            let order = first.order_by().iter().map(|sorted| Arc::clone(&sorted.expr));
            let keys = first.partition_by().iter().map(Arc::clone).chain(order).collect();
            with_inputs(node, vec![Watched::equal(input, keys)]).map(Transformed::yes)
        }
        // The other one holds the same, and doesn't copy it with each batch.
        (Held::All, _) => {
            let is_divided = !window.partition_keys().is_empty();
            let whole = WindowAggExec::try_new(expressions.to_vec(), Watched::whole(input), is_divided)?;
            Ok(Transformed::yes(Arc::new(whole)))
        }
    }
}

/// Which rows are held until a value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Few,
    /// Those that nothing tells from the one at hand in the order of the window.
    Equal,
    All,
}

fn held_by(expr: &dyn WindowExpr, skips_nulls: bool) -> Result<Held> {
    let frame = expr.get_window_frame();
    let Some(standard) = expr.as_any().downcast_ref::<StandardWindowExpr>() else {
        return Ok(held_by_frame(frame));
    };
    if skips_nulls {
        return Ok(Held::All);
    }
    let function = standard.get_standard_func_expr();
    let call = function.as_any().downcast_ref::<WindowUDFExpr>();
    if !function.create_evaluator()?.uses_window_frame() {
        // `lag` and `lead` have the distance there.
        let is_few = call.is_none_or(|call| is_within(call.args().get(1), FEW_ROWS));
        return Ok(if is_few { Held::Few } else { Held::All });
    }
    let is_few = call.is_none_or(|call| is_within(call.args().get(1), FEW_VALUES));
    Ok(if is_few { held_by_frame(frame) } else { Held::All })
}

/// Whether a number, if there is one, is within so many on either side of 0.
fn is_within(number: Option<&Arc<dyn PhysicalExpr>>, most: u64) -> bool {
    let Some(number) = number else { return true };
    let number = number.downcast_ref::<Literal>().map(Literal::value);
    number.is_some_and(|number| match number.cast_to(&arrow::datatypes::DataType::Int64) {
        Ok(ScalarValue::Int64(number)) => number.is_none_or(|number| number.unsigned_abs() <= most),
        _ => false,
    })
}

fn held_by_frame(frame: &WindowFrame) -> Held {
    let (start, end) = (&frame.start_bound, &frame.end_bound);
    match frame.units {
        WindowFrameUnits::Rows if (start.is_unbounded() || is_near(start)) && is_near(end) => Held::Few,
        WindowFrameUnits::Range | WindowFrameUnits::Groups
            if (start.is_unbounded() || *start == WindowFrameBound::CurrentRow)
                && *end == WindowFrameBound::CurrentRow =>
        {
            Held::Equal
        }
        _ => Held::All,
    }
}

fn is_near(bound: &WindowFrameBound) -> bool {
    match bound {
        WindowFrameBound::CurrentRow => true,
        WindowFrameBound::Preceding(ScalarValue::UInt64(Some(rows)))
        | WindowFrameBound::Following(ScalarValue::UInt64(Some(rows))) => *rows <= FEW_ROWS,
        _ => false,
    }
}
