//! Puts functions that look at what they make into a plan, in the place of those that don't, and of operators.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::binary::BinaryTypeCoercer;
use datafusion::logical_expr::expr::{AggregateFunction, ScalarFunction, WindowFunction};
use datafusion::logical_expr::{
    Aggregate, BinaryExpr, Expr, ExprSchemable as _, LogicalPlan, Operator, Projection, ScalarUDF,
    WindowFunctionDefinition,
};

use super::functions::{bounded, gathered, of_operator, result_of};
use super::known::{check_aggregate, check_over, check_pattern};
use super::operators::opposite;
use super::signed::schema_of;
use super::{Most, refused, sums};

/// What puts many values together into one.
const GATHERING: [&str; 2] = ["array_agg", "string_agg"];

/// The plan with all that grows bounded. `most` answers by how many calls of such functions there are.
///
/// # Errors
///
/// When something can't be bounded; those of DataFusion.
pub(crate) fn swapped(plan: LogicalPlan, most: impl Fn(u64) -> Most) -> Result<(LogicalPlan, u64)> {
    let mut count = 0;
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                count += u64::from(grows(part));
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    let most = most(count);
    let swapped = plan.transform_up_with_subqueries(|node| swapped_in(node, most))?.data;
    Ok((swapped, count))
}

fn grows(expr: &Expr) -> bool {
    match expr {
        Expr::BinaryExpr(binary) => binary.op == Operator::StringConcat,
        Expr::ScalarFunction(call) => super::growth::Growth::of(call.func.name()).is_some(),
        _ => false,
    }
}

fn swapped_in(node: LogicalPlan, most: Most) -> Result<Transformed<LogicalPlan>> {
    let schema = schema_of(&node);
    let node = node.map_expressions(|expr| {
        expr.transform_up(|part| {
            check_pattern(&part)?;
            Ok(match part {
                Expr::BinaryExpr(BinaryExpr { left, op, right })
                    if matches!(
                        op,
                        Operator::StringConcat | Operator::Plus | Operator::Minus | Operator::Multiply
                    ) =>
                {
                    let (one, other) = (type_of(&left, &schema)?, type_of(&right, &schema)?);
                    let result = BinaryTypeCoercer::new(&one, &op, &other).get_result_type()?;
                    match of_operator(op, [&one, &other], &result, most) {
                        Some(function) => Transformed::yes(called(function, vec![*left, *right])),
                        None => Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right })),
                    }
                }
                Expr::Negative(number) => match opposite(&type_of(&number, &schema)?) {
                    Some(function) => Transformed::yes(called(function, vec![*number])),
                    None => Transformed::no(Expr::Negative(number)),
                },
                Expr::ScalarFunction(ScalarFunction { func, args }) => match bounded(&func, most) {
                    Some(function) => Transformed::yes(called(function, args)),
                    None => Transformed::no(Expr::ScalarFunction(ScalarFunction { func, args })),
                },
                Expr::AggregateFunction(call) => {
                    check_aggregate(&call.func, &call.params.args)?;
                    if call.func.name() != "sum" {
                        return Ok(Transformed::no(Expr::AggregateFunction(call)));
                    }
                    let result = Expr::AggregateFunction(call.clone()).get_type(schema.as_ref())?;
                    match sums::exact(&call.func, &result) {
                        Some(sum) => Transformed::yes(Expr::AggregateFunction(AggregateFunction {
                            func: Arc::new(sum),
                            params: call.params,
                        })),
                        None => Transformed::no(Expr::AggregateFunction(call)),
                    }
                }
                Expr::WindowFunction(call) => swapped_over(call, schema.as_ref())?,
                other => Transformed::no(other),
            })
        })
    })?;
    match node.data {
        LogicalPlan::Aggregate(aggregate) if aggregate.aggr_expr.iter().any(is_gathering) => {
            Ok(Transformed::yes(with_checks(aggregate, most)?))
        }
        _ => Ok(node),
    }
}

/// The type of an expression. What has been exchanged says it by itself: a chain of that would be walked to its end for each of its
/// parts otherwise, in calls that stand on one stack.
fn type_of(expr: &Expr, schema: &DFSchema) -> Result<DataType> {
    let exchanged = match expr {
        Expr::ScalarFunction(call) => result_of(&call.func).cloned(),
        _ => None,
    };
    exchanged.map_or_else(|| expr.get_type(schema), Ok)
}

fn called(function: ScalarUDF, args: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), args))
}

/// The same of what is computed over a window.
fn swapped_over(call: Box<WindowFunction>, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let WindowFunctionDefinition::AggregateUDF(function) = &call.fun else {
        return Ok(Transformed::no(Expr::WindowFunction(call)));
    };
    if GATHERING.contains(&function.name()) {
        let name = function.name();
        return Err(refused(format!(
            "`{name}` can't be used with OVER: it would make a long value for each row; use it with GROUP BY and join the result"
        )));
    }
    check_aggregate(function, &call.params.args)?;
    check_over(function, &call.params.window_frame)?;
    let result = Expr::WindowFunction(call.clone()).get_type(schema)?;
    Ok(match sums::exact(function, &result) {
        Some(sum) => {
            let mut call = call;
            call.fun = WindowFunctionDefinition::AggregateUDF(Arc::new(sum));
            Transformed::yes(Expr::WindowFunction(call))
        }
        None => Transformed::no(Expr::WindowFunction(call)),
    })
}

fn is_gathering(expr: &Expr) -> bool {
    expr.exists(|part| {
        Ok(matches!(part, Expr::AggregateFunction(call) if GATHERING.contains(&call.func.name())))
    })
    .unwrap_or(true)
}

/// The groups with a look at what was gathered for each.
fn with_checks(aggregate: Aggregate, most: Most) -> Result<LogicalPlan> {
    let first = aggregate.schema.fields().len() - aggregate.aggr_expr.len();
    let schema = Arc::clone(&aggregate.schema);
    let gathering: Vec<bool> = aggregate.aggr_expr.iter().map(is_gathering).collect();
    let columns = schema.iter().enumerate().map(|(index, (qualifier, field))| {
        let column = Expr::Column(Column::new(qualifier.cloned(), field.name()));
        if index < first || !gathering[index - first] {
            return column;
        }
        let call = ScalarFunction::new_udf(Arc::new(gathered(field.data_type(), most)), vec![column]);
        Expr::ScalarFunction(call).alias_qualified(qualifier.cloned(), field.name())
    });
    let columns = columns.collect();
    Ok(LogicalPlan::Projection(Projection::try_new(columns, Arc::new(LogicalPlan::Aggregate(aggregate)))?))
}
