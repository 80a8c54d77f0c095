//! How large the expressions of a plan are when each column of a subquery is replaced by what it stands for, as DataFusion does when it
//! puts filters further down: `x || x` of an `x` that is `y || y` is four of them.

use std::collections::HashMap;

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan};

use super::refused;

/// The most expressions of a plan.
const MOST: u64 = 200_000;

/// Refuses a plan whose expressions become too large.
///
/// # Errors
///
/// When they do, with what to do.
pub(crate) fn check_expressions(plan: &LogicalPlan) -> Result<(), DataFusionError> {
    let mut whole = 0;
    columns_of(plan, &mut whole)?;
    if whole > MOST {
        return Err(refused(
            "the statement's expressions become too large when each column of a subquery is replaced by what it stands for; use what one \
             subquery computes fewer times in the next one",
        ));
    }
    Ok(())
}

/// The sizes of the columns that a plan gives, by their names; what isn't there is a column of a table. `whole` counts all expressions.
fn columns_of(plan: &LogicalPlan, whole: &mut u64) -> Result<HashMap<String, u64>, DataFusionError> {
    stacker::maybe_grow(super::STACK_LEFT, super::STACK, || columns_of_node(plan, whole))
}

fn columns_of_node(plan: &LogicalPlan, whole: &mut u64) -> Result<HashMap<String, u64>, DataFusionError> {
    let mut inputs = Vec::new();
    for input in plan.inputs() {
        inputs.push(columns_of(input, whole)?);
    }
    let mut known: HashMap<String, u64> = HashMap::new();
    if let LogicalPlan::Union(union) = plan {
        // Theirs is the order, whatever they are called.
        for (input, sizes) in union.inputs.iter().zip(&inputs) {
            for (own, name) in input.schema().fields().iter().zip(union.schema.fields()) {
                if let Some(size) = sizes.get(own.name()) {
                    larger(&mut known, name.name(), *size);
                }
            }
        }
    } else {
        for (name, size) in inputs.iter().flatten() {
            larger(&mut known, name, *size);
        }
    }
    let mut sizes = Vec::new();
    let mut subqueries = Vec::new();
    plan.apply_expressions(|expr| {
        let mut size: u64 = 0;
        expr.apply(|part| {
            let own = match part {
                Expr::Column(column) => known.get(&column.name).copied().unwrap_or(1),
                Expr::ScalarSubquery(subquery) => {
                    subqueries.push(subquery.subquery.clone());
                    1
                }
                Expr::Exists(exists) => {
                    subqueries.push(exists.subquery.subquery.clone());
                    1
                }
                Expr::InSubquery(within) => {
                    subqueries.push(within.subquery.subquery.clone());
                    1
                }
                Expr::SetComparison(compared) => {
                    subqueries.push(compared.subquery.subquery.clone());
                    1
                }
                _ => 1,
            };
            size = size.saturating_add(own);
            Ok(TreeNodeRecursion::Continue)
        })?;
        sizes.push(size);
        Ok(TreeNodeRecursion::Continue)
    })?;
    for size in &sizes {
        *whole = whole.saturating_add(*size);
    }
    for subquery in subqueries {
        columns_of(&subquery, whole)?;
    }
    Ok(match plan {
        LogicalPlan::Projection(projection) => {
            let names = projection.schema.fields().iter().map(|field| field.name().clone());
            let mut given = HashMap::new();
            for (name, size) in names.zip(sizes) {
                if size > 1 {
                    larger(&mut given, &name, size);
                }
            }
            given
        }
        // Whatever it is that they gather, nothing is put in its place.
        LogicalPlan::Aggregate(aggregate) => {
            let fields = aggregate.schema.fields();
            let groups = fields.iter().take(fields.len().saturating_sub(aggregate.aggr_expr.len()));
            let names = groups.map(|field| field.name().clone());
            names.zip(sizes).filter(|(_, size)| *size > 1).collect()
        }
        _ => known,
    })
}

fn larger(sizes: &mut HashMap<String, u64>, name: &str, size: u64) {
    if let Some(known) = sizes.get_mut(name) {
        *known = size.max(*known);
    } else {
        sizes.insert(name.to_owned(), size);
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
