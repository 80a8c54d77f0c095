//! Tuples, which are values of as many parts as they have: `(x, x)` of an `x` that is `(y, y)` is of four, and forty levels of that
//! are more than any memory holds as soon as the type is written out.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Select, Statement,
    Visit as _, Visitor,
};

use super::refused;

/// Refuses tuples that may become columns: those that are compared, looked for, counted or grouped by don't.
///
/// # Errors
///
/// When there is one, with what to do.
pub(super) fn check_tuples(statement: &Statement) -> Result<(), DataFusionError> {
    match statement.visit(&mut Tuples::default()) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(refused(
            "`(a, b)` can't be the value of a column; choose the columns one by one, or put texts together with `a || b`",
        )),
    }
}

#[derive(Default)]
struct Tuples {
    /// Where expressions lie that may be tuples.
    harmless: HashSet<usize>,
}

impl Tuples {
    fn let_pass<'tree>(&mut self, expressions: impl IntoIterator<Item = &'tree Expr>) {
        self.harmless.extend(expressions.into_iter().map(place_of));
    }
}

impl Visitor for Tuples {
    type Break = ();

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if let GroupByExpr::Expressions(groups, _) = &select.group_by {
            self.let_pass(groups);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let may_be = self.harmless.contains(&place_of(expr));
        match expr {
            Expr::InList { expr, list, .. } => {
                self.let_pass([expr.as_ref()]);
                self.let_pass(list);
            }
            Expr::InSubquery { expr, .. } => self.let_pass([expr.as_ref()]),
            Expr::BinaryOp { left, op, right } if compares(op) => {
                self.let_pass([left.as_ref(), right]);
            }
            Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("count") => {
                if let FunctionArguments::List(list) = &function.args {
                    self.let_pass(list.args.iter().filter_map(|argument| match argument {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
                        _ => None,
                    }));
                }
            }
            Expr::Nested(inner) if may_be => self.let_pass([inner.as_ref()]),
            Expr::Tuple(values) if may_be => self.let_pass(values),
            Expr::Tuple(_) => return ControlFlow::Break(()),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn compares(operator: &BinaryOperator) -> bool {
    matches!(
        operator,
        BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq
    )
}

fn place_of(expr: &Expr) -> usize {
    std::ptr::from_ref(expr).addr()
}
