//! Days beside moments of a zone: they are days of that zone.
//!
//! DataFusion compares both in UTC, so that the day of `at >= DATE '2024-01-03'` would begin at another time than that of
//! `date_trunc('day', at)`, which counts in the zone.

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::expr::{Between, Cast, InList};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable as _, LogicalPlan};

use super::signed::rewritten;

/// The plan with such days as the moments at which they begin in the zone.
///
/// # Errors
///
/// Those of DataFusion.
pub(crate) fn zoned(plan: LogicalPlan) -> Result<LogicalPlan> {
    rewritten(plan, has_both, moved)
}

/// The sides of a comparison.
fn sides(part: &Expr) -> Vec<&Expr> {
    match part {
        Expr::BinaryExpr(binary) if binary.op.supports_propagation() => vec![&binary.left, &binary.right],
        Expr::Between(between) => vec![&between.expr, &between.low, &between.high],
        Expr::InList(within) => std::iter::once(within.expr.as_ref()).chain(&within.list).collect(),
        _ => Vec::new(),
    }
}

/// The zone of the moments that are compared with days, if any are.
fn zone_of(part: &Expr, schema: &DFSchema) -> Option<DataType> {
    let kinds: Vec<DataType> =
        sides(part).into_iter().filter_map(|side| side.get_type(schema).ok()).collect();
    let has_days = kinds.iter().any(is_day);
    kinds.into_iter().find(|kind| has_days && matches!(kind, DataType::Timestamp(_, Some(_))))
}

fn is_day(kind: &DataType) -> bool {
    matches!(kind, DataType::Date32 | DataType::Date64)
}

fn has_both(part: &Expr, schema: &DFSchema) -> bool {
    zone_of(part, schema).is_some()
}

fn moved(part: Expr, schema: &DFSchema) -> Transformed<Expr> {
    let Some(zone) = zone_of(&part, schema) else { return Transformed::no(part) };
    // The beginning of the day by a clock that says no zone, and then by the zone's.
    let begin = |side: Expr| {
        if !side.get_type(schema).is_ok_and(|kind| is_day(&kind)) {
            return side;
        }
        let clock = Expr::Cast(Cast::new(Box::new(side), DataType::Timestamp(TimeUnit::Microsecond, None)));
        Expr::Cast(Cast::new(Box::new(clock), zone.clone()))
    };
    let boxed = |side: Box<Expr>| Box::new(begin(*side));
    Transformed::yes(match part {
        Expr::BinaryExpr(binary) => Expr::BinaryExpr(BinaryExpr {
            left: boxed(binary.left),
            op: binary.op,
            right: boxed(binary.right),
        }),
        Expr::Between(between) => Expr::Between(Between {
            expr: boxed(between.expr),
            negated: between.negated,
            low: boxed(between.low),
            high: boxed(between.high),
        }),
        Expr::InList(within) => Expr::InList(InList {
            expr: boxed(within.expr),
            list: within.list.into_iter().map(begin).collect(),
            negated: within.negated,
        }),
        other => other,
    })
}
