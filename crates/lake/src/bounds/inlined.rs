//! How large the expressions of a plan are when each column of a subquery is replaced by what it stands for, as DataFusion does when it
//! puts filters further down: `x || x` of an `x` that is `y || y` is four of them.

use std::collections::HashMap;

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan, Operator};

use super::refused;
use super::sets::{MOST_SETS, sets_of};
use super::weight::{LEVEL, Scale, Weight};

/// The most expressions of a plan.
const MOST: u64 = 200_000;

/// The most looks that are taken at them until their types are known.
const MOST_LOOKS: u64 = 500_000;

/// The most levels of one: some 300 calls or operators, or 2,000 conditions.
const MOST_DEPTH: u64 = 310 * LEVEL;

/// The most columns of window functions in one condition that becomes a column: it may be sorted by each of them, after each order of
/// the others, and DataFusion writes down all of these.
const MOST_SORTED: u64 = 7;

/// Refuses a plan whose expressions become too large or too deep.
///
/// # Errors
///
/// When they do, with what to do.
pub(crate) fn check_expressions(plan: &LogicalPlan) -> Result<(), DataFusionError> {
    let mut whole = Whole::default();
    columns_of(plan, &mut whole)?;
    if whole.size > MOST || whole.looks > MOST_LOOKS {
        return Err(refused(
            "the statement's expressions become too large when each column of a subquery is replaced by what it stands for; use what one \
             subquery computes fewer times in the next one, and write `CASE`, `coalesce` and `BETWEEN` less deep in each other",
        ));
    }
    if whole.depth > MOST_DEPTH {
        return Err(refused(format!(
            "an expression of the statement is more than {} operators or calls deep, columns of subqueries counted as what they stand \
             for; chain fewer of them: `concat(a, b, …)` instead of `a || b || …`, or rows that are summed instead of columns",
            MOST_DEPTH / LEVEL
        )));
    }
    Ok(())
}

#[derive(Default)]
struct Whole {
    size: u64,
    looks: u64,
    depth: u64,
}

/// What the columns become that a plan gives, by their names; what isn't there is a column of a table. `whole` counts all expressions.
fn columns_of(plan: &LogicalPlan, whole: &mut Whole) -> Result<HashMap<String, Weight>, DataFusionError> {
    stacker::maybe_grow(super::STACK_LEFT, super::STACK, || columns_of_node(plan, whole))
}

fn columns_of_node(
    plan: &LogicalPlan,
    whole: &mut Whole,
) -> Result<HashMap<String, Weight>, DataFusionError> {
    let mut inputs = Vec::new();
    for input in plan.inputs() {
        inputs.push(columns_of(input, whole)?);
    }
    let mut known: HashMap<String, Weight> = HashMap::new();
    if let LogicalPlan::Union(union) = plan {
        // Theirs is the order, whatever they are called.
        for (input, weights) in union.inputs.iter().zip(&inputs) {
            for (own, name) in input.schema().fields().iter().zip(union.schema.fields()) {
                if let Some(weight) = weights.get(own.name()) {
                    more(&mut known, name.name(), *weight);
                }
            }
        }
    } else {
        for (name, weight) in inputs.iter().flatten() {
            more(&mut known, name, *weight);
        }
    }
    let mut scale = Scale { known: &known, subqueries: Vec::new() };
    let mut weights = Vec::new();
    plan.apply_expressions(|expr| {
        let columns = expr.column_refs();
        let sorted = columns.iter().filter_map(|column| Some(scale.known.get(&column.name)?.sorted));
        // Each column once, however often it is in it.
        let sorted = sorted.fold(0, u64::saturating_add);
        weights.push(Weight { sorted, ..scale.weigh(expr)? });
        Ok(TreeNodeRecursion::Continue)
    })?;
    let subqueries = scale.subqueries;
    for weight in &weights {
        whole.size = whole.size.saturating_add(weight.size);
        whole.looks = whole.looks.saturating_add(weight.looks.of_both);
        whole.depth = whole.depth.max(weight.depth);
    }
    for subquery in subqueries {
        columns_of(&subquery, whole)?;
    }
    check_sorted(plan, &known)?;
    Ok(match plan {
        LogicalPlan::Projection(projection) => {
            let names = projection.schema.fields().iter().map(|field| field.name().clone());
            let mut given = HashMap::new();
            for (name, weight) in names.zip(weights) {
                if weight != Weight::ONE {
                    more(&mut given, &name, weight);
                }
            }
            given
        }
        // Whatever it is that they gather, nothing is put in its place.
        LogicalPlan::Aggregate(aggregate) => {
            let sets = sets_of(aggregate);
            if sets > MOST_SETS {
                return Err(refused(format!(
                    "the statement groups in {sets} ways at once, and {MOST_SETS} are the most; name fewer columns in `CUBE`, or the \
                     wanted ones in `GROUPING SETS`"
                )));
            }
            let fields = aggregate.schema.fields();
            let groups = fields.iter().take(fields.len().saturating_sub(aggregate.aggr_expr.len()));
            let names = groups.map(|field| field.name().clone());
            names.zip(weights).filter(|(_, weight)| *weight != Weight::ONE).collect()
        }
        LogicalPlan::Window(window) => {
            let fields = window.schema.fields();
            let made = fields.iter().skip(fields.len().saturating_sub(window.window_expr.len()));
            for field in made {
                more(&mut known, field.name(), Weight::OF_WINDOW);
            }
            known
        }
        _ => known,
    })
}

/// Refuses conditions over more columns than DataFusion can tell the orders of.
fn check_sorted(plan: &LogicalPlan, known: &HashMap<String, Weight>) -> Result<(), DataFusionError> {
    if !matches!(plan, LogicalPlan::Projection(_) | LogicalPlan::Aggregate(_)) {
        return Ok(());
    }
    if !known.values().any(|weight| weight.sorted > 0) {
        return Ok(());
    }
    plan.apply_expressions(|expr| {
        expr.apply(|part| {
            let Expr::BinaryExpr(binary) = part else { return Ok(TreeNodeRecursion::Continue) };
            if !keeps_order(binary.op) {
                return Ok(TreeNodeRecursion::Continue);
            }
            let columns = part.column_refs();
            let sorted = columns.iter().filter_map(|column| known.get(&column.name));
            if sorted.map(|weight| weight.sorted).fold(0, u64::saturating_add) > MOST_SORTED {
                return Err(refused(format!(
                    "a condition that is chosen as a column is made of more than {MOST_SORTED} columns of window functions; choose it in \
                     parts, or put it into WHERE of the query around"
                )));
            }
            // What is in it has no more of them.
            Ok(TreeNodeRecursion::Jump)
        })
    })?;
    Ok(())
}

fn keeps_order(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::And | Operator::Or | Operator::Gt | Operator::GtEq | Operator::Lt | Operator::LtEq
    )
}

fn more(weights: &mut HashMap<String, Weight>, name: &str, weight: Weight) {
    if let Some(known) = weights.get_mut(name) {
        *known = weight.most(*known);
    } else {
        weights.insert(name.to_owned(), weight);
    }
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::SessionContext;

    use super::*;

    async fn passes(sql: &str) -> bool {
        let session = SessionContext::new();
        let state = session.state();
        check_expressions(&state.create_logical_plan(sql).await.unwrap()).is_ok()
    }

    /// Each level computes something of what the one before computed.
    fn chain(levels: usize, of: &str) -> String {
        let tables =
            (1..=levels).map(|level| format!(", a{level} AS (SELECT {of} AS x, n FROM a{})", level - 1));
        let values = "SELECT column1 AS x, column1 AS n FROM (VALUES ('a'), ('b')) AS v";
        format!(
            "WITH a0 AS ({values}){} SELECT x FROM a{levels} WHERE x LIKE 'b%'",
            tables.collect::<String>()
        )
    }

    #[tokio::test]
    async fn what_stands_for_more_counts_as_much() {
        assert!(passes(&chain(30, "upper(x)")).await);
        assert!(passes(&chain(8, "x || x")).await);
        assert!(!passes(&chain(30, "x || x")).await);
        assert!(!passes(&chain(30, "CASE WHEN x > 'a' THEN x ELSE n END")).await);
        assert!(!passes(&chain(30, "x || x").replace("LIKE 'b%'", "IN (SELECT x FROM a29)")).await);
        let union =
            chain(30, "x || x").replace(" FROM a29)", " FROM a29 UNION ALL SELECT n AS x, n FROM a0)");
        assert!(!passes(&union).await);
    }

    #[tokio::test]
    async fn groups_end_it() {
        let grouped = |level: usize| {
            format!(", a{level} AS (SELECT max(x) || min(x) AS x, n FROM a{} GROUP BY n)", level - 1)
        };
        let tables: String = (1..=30).map(grouped).collect();
        let values = "SELECT column1 AS x, column1 AS n FROM (VALUES ('a'), ('b')) AS v";
        assert!(passes(&format!("WITH a0 AS ({values}){tables} SELECT x FROM a30 WHERE x LIKE 'b%'")).await);
    }
}
