//! How often an expression is looked at until its type is known.
//!
//! DataFusion asks a `CASE` for its type and then for whether it may be NULL, and each of the two asks a function anew for all that
//! stands in its brackets: a `CASE` in a function in a `CASE` in a function is four times the work, and thirty levels are forever.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Query, Statement, Visit as _, Visitor};

/// How often a condition is looked at, for whether what depends on it can be NULL at all.
const LOOKS_AT_CONDITION: u64 = 5;

/// Looks that are taken at one expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Looks {
    /// For its type alone.
    of_type: u64,
    /// For whether it may be NULL alone.
    of_null: u64,
    /// For both.
    pub(super) of_both: u64,
}

impl Looks {
    /// A column or a constant.
    pub(super) const ONE: Self = Self { of_type: 1, of_null: 1, of_both: 1 };

    /// What hands each of the two on to its parts.
    pub(super) fn around(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::ONE, Self::and)
    }

    /// A function, which asks its arguments for both, whichever it is asked for.
    pub(super) fn of_call(arguments: impl IntoIterator<Item = Self>) -> Self {
        Self::same(Self::around(arguments).of_both)
    }

    /// A `CASE`: the parts in the order in which they are written, of which conditions are looked at for NULL alone.
    pub(super) fn of_case(
        conditions: impl IntoIterator<Item = Self>,
        results: impl IntoIterator<Item = Self>,
    ) -> Self {
        let (conditions, results) = (Self::around(conditions), Self::around(results));
        let of_conditions = conditions.of_both.saturating_mul(LOOKS_AT_CONDITION);
        let of_null = results.of_null.saturating_add(of_conditions);
        Self { of_type: results.of_type, of_null, of_both: results.of_type.saturating_add(of_null) }
    }

    /// So many times.
    pub(super) fn times(self, times: u64) -> Self {
        Self::same(self.of_both.saturating_mul(times))
    }

    /// The more of both.
    pub(super) fn most(self, other: Self) -> Self {
        Self {
            of_type: self.of_type.max(other.of_type),
            of_null: self.of_null.max(other.of_null),
            of_both: self.of_both.max(other.of_both),
        }
    }

    fn same(looks: u64) -> Self {
        Self { of_type: looks, of_null: looks, of_both: looks }
    }

    fn and(self, other: Self) -> Self {
        Self {
            of_type: self.of_type.saturating_add(other.of_type),
            of_null: self.of_null.saturating_add(other.of_null),
            of_both: self.of_both.saturating_add(other.of_both),
        }
    }
}

/// The looks that a statement's expressions take as they are written.
pub(super) fn looks_of(statement: &Statement) -> u64 {
    let mut written = Written { open: vec![Vec::new()] };
    let ControlFlow::Continue(()) = statement.visit(&mut written);
    written.close().of_both
}

struct Written {
    /// The parts of each expression and query that is being read.
    open: Vec<Vec<Looks>>,
}

impl Written {
    fn close(&mut self) -> Looks {
        Looks::around(self.open.pop().unwrap_or_default())
    }

    fn add(&mut self, looks: Looks) {
        if let Some(parts) = self.open.last_mut() {
            parts.push(looks);
        }
    }
}

impl Visitor for Written {
    type Break = std::convert::Infallible;

    fn pre_visit_query(&mut self, _query: &Query) -> ControlFlow<Self::Break> {
        self.open.push(Vec::new());
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<Self::Break> {
        let looks = self.close();
        self.add(looks);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, _expr: &Expr) -> ControlFlow<Self::Break> {
        self.open.push(Vec::new());
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Self::Break> {
        let parts = self.open.pop().unwrap_or_default();
        let looks = match expr {
            Expr::Case { operand, conditions, .. } => {
                let (operand, others) = parts.split_at(usize::from(operand.is_some()).min(parts.len()));
                let (branches, otherwise) = others.split_at((2 * conditions.len()).min(others.len()));
                let at = |place: usize| branches.iter().copied().skip(place).step_by(2);
                Looks::of_case(operand.iter().copied().chain(at(0)), at(1).chain(otherwise.iter().copied()))
            }
            // A subquery's columns have their types already, and it is counted where it is read.
            Expr::BinaryOp { .. } | Expr::Nested(_) | Expr::Cast { .. } | Expr::UnaryOp { .. } => {
                Looks::around(parts)
            }
            _ => Looks::of_call(parts),
        };
        self.add(looks);
        ControlFlow::Continue(())
    }
}
