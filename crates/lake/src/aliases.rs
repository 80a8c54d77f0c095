//! Columns of a result that would have one name.
//!
//! `SELECT a::int, a::text` is two columns `a` to PostgreSQL; DataFusion wants each column to have a name of its own. Where a statement
//! fails at that, what has no name gets that which it is written as.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::error::DataFusionError;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{Expr, Ident, Query, SelectItem, SetExpr, VisitMut as _, VisitorMut};

/// What DataFusion says of two columns with one name.
const COMPLAINT: &str = "require unique expression names";

/// Whether planning failed because two columns have one name.
pub(crate) fn are_missing(error: &DataFusionError) -> bool {
    error.message().contains(COMPLAINT) || error.find_root().message().contains(COMPLAINT)
}

/// The statement with a name for every column that isn't one of a table.
pub(crate) fn given_to(mut statement: Statement) -> Statement {
    if let Statement::Statement(inner) = &mut statement {
        let ControlFlow::Continue(()) = inner.visit(&mut Names);
    }
    statement
}

struct Names;

impl VisitorMut for Names {
    type Break = std::convert::Infallible;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        name_columns(&mut query.body);
        ControlFlow::Continue(())
    }
}

fn name_columns(body: &mut SetExpr) {
    match body {
        SetExpr::SetOperation { left, right, .. } => {
            name_columns(left);
            name_columns(right);
        }
        SetExpr::Select(select) => {
            let mut taken = HashSet::new();
            for item in &mut select.projection {
                let SelectItem::UnnamedExpr(expr) = item else { continue };
                if matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
                    continue;
                }
                let written = expr.to_string();
                let mut name = written.clone();
                let mut number = 2;
                while !taken.insert(name.clone()) {
                    name = format!("{written} ({number})");
                    number += 1;
                }
                *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: Ident::with_quote('"', name) };
            }
        }
        _ => {}
    }
}
