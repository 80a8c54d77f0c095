//! How long the values are that a statement reads.

use std::collections::{HashMap, HashSet};

use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};

/// The longest value of the columns that a plan names, of its tables. `widths` has the longest of each column by the table's name.
///
/// # Errors
///
/// Those of DataFusion.
pub(crate) fn longest_scanned(plan: &LogicalPlan, widths: &HashMap<&str, &[u64]>) -> Result<u64> {
    let mut named = HashSet::new();
    let mut tables = Vec::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            tables.push(scan.clone());
        }
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                match part {
                    Expr::Column(column) | Expr::OuterReferenceColumn(_, column) => {
                        named.insert(column.name.clone());
                    }
                    _ => {}
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    let mut longest = 0;
    for scan in tables {
        let widths = widths.get(scan.table_name.table()).copied().unwrap_or_default();
        let columns = scan.source.schema();
        for (column, width) in columns.fields().iter().zip(widths) {
            if named.contains(column.name()) {
                longest = longest.max(*width);
            }
        }
    }
    Ok(longest)
}
