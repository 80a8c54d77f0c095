//! How long the values of an expression are at most, by those of the columns in it.

use std::collections::HashMap;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, LogicalPlan, TableScan};

use super::functions::growth_of;
use super::growth::Growth;
use crate::sizes::{PLAIN_BYTES, widest};

/// Bytes of a sign at most.
const SIGN: u64 = 4;

/// Bytes of what a letter of a pattern of `to_char` stands for at most.
const FORMATTED: u64 = 32;

/// Functions that give back a part of what they are given, as a copy of their own.
const COPYING: [&str; 18] = [
    "btrim",
    "coalesce",
    "greatest",
    "initcap",
    "least",
    "left",
    "lower",
    "ltrim",
    "nullif",
    "nvl",
    "nvl2",
    "reverse",
    "right",
    "rtrim",
    "split_part",
    "substr",
    "substr_index",
    "upper",
];

/// The longest values of columns, by their names, in whatever part of a plan: the longest where several have the same.
#[derive(Default)]
pub(super) struct Lengths {
    columns: HashMap<String, u64>,
}

impl Lengths {
    /// Knows the columns of a table.
    pub(super) fn add_table(&mut self, scan: &TableScan, widths: &[u64]) {
        for (column, width) in scan.source.schema().fields().iter().zip(widths) {
            self.add(column.name(), *width);
        }
    }

    /// Knows what a part of a plan makes, when it knows what that is made of.
    pub(super) fn add_made(&mut self, plan: &LogicalPlan) -> Result<()> {
        let fields = plan.schema().fields();
        let made: Vec<Expr> = match plan {
            LogicalPlan::Projection(projection) => projection.expr.clone(),
            LogicalPlan::Aggregate(aggregate) => {
                let of_groups = fields.len().saturating_sub(aggregate.aggr_expr.len());
                let gathered = fields.iter().skip(of_groups).zip(&aggregate.aggr_expr);
                return self.add_all(gathered.map(|(field, expr)| (field.name().clone(), expr)));
            }
            LogicalPlan::Window(window) => {
                let of_input = fields.len().saturating_sub(window.window_expr.len());
                let made = fields.iter().skip(of_input).zip(&window.window_expr);
                return self.add_all(made.map(|(field, expr)| (field.name().clone(), expr)));
            }
            LogicalPlan::Union(union) => {
                for input in &union.inputs {
                    for (own, field) in input.schema().fields().iter().zip(fields) {
                        if let Some(length) = self.columns.get(own.name()).copied() {
                            self.add(field.name(), length);
                        }
                    }
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.add_all(fields.iter().map(|field| field.name().clone()).zip(&made))
    }

    fn add_all<'expr>(&mut self, made: impl Iterator<Item = (String, &'expr Expr)>) -> Result<()> {
        for (name, expr) in made {
            if let Some(length) = self.of(expr)? {
                self.add(&name, length);
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &str, length: u64) {
        let known = self.columns.entry(name.to_owned()).or_default();
        *known = length.max(*known);
    }

    /// The bytes of a row's value at most; none where that isn't known.
    pub(super) fn of(&self, expr: &Expr) -> Result<Option<u64>> {
        stacker::maybe_grow(super::STACK_LEFT, super::STACK, || self.of_one(expr))
    }

    fn of_one(&self, expr: &Expr) -> Result<Option<u64>> {
        Ok(match expr {
            Expr::Column(column) => {
                self.columns.get(&column.name).map(|length| (*length).max(PLAIN_BYTES as u64))
            }
            Expr::Literal(value, _) => Some(widest(value.to_array()?.as_ref()) as u64),
            Expr::Alias(alias) => self.of(&alias.expr)?,
            Expr::Cast(cast) => self.of(&cast.expr)?.map(|length| length.max(PLAIN_BYTES as u64)),
            Expr::ScalarFunction(call) => self.of_call(call)?,
            Expr::AggregateFunction(call) => self.of_first(&call.params.args)?,
            Expr::WindowFunction(call) => self.of_first(&call.params.args)?,
            Expr::Case(_) => {
                let mut longest = Some(0);
                expr.apply_children(|part| {
                    longest = longest.zip(self.of(part)?).map(|(one, other)| one.max(other));
                    Ok(TreeNodeRecursion::Continue)
                })?;
                longest
            }
            Expr::OuterReferenceColumn(..) | Expr::ScalarSubquery(_) | Expr::Unnest(_) => None,
            // Truths and numbers.
            _ => Some(PLAIN_BYTES as u64),
        })
    }

    fn of_first(&self, args: &[Expr]) -> Result<Option<u64>> {
        Ok(match args.first() {
            Some(first) => self.of(first)?.map(|length| length.max(PLAIN_BYTES as u64)),
            None => Some(PLAIN_BYTES as u64),
        })
    }

    fn of_call(&self, call: &ScalarFunction) -> Result<Option<u64>> {
        let mut sum = Some(0_u64);
        let mut lengths = Vec::new();
        for arg in &call.args {
            let length = self.of(arg)?;
            sum = sum.zip(length).map(|(sum, length)| sum.saturating_add(length));
            lengths.push(length);
        }
        let Some((growth, most)) = growth_of(&call.func) else {
            let signs = match call.func.name() {
                "left" | "right" => call.args.get(1),
                "substr" => call.args.get(2),
                _ => None,
            };
            let cut = signs.and_then(number).map(|signs| signs.saturating_mul(SIGN));
            return Ok(match (lengths.first().copied().flatten(), cut) {
                (Some(length), Some(cut)) => Some(length.min(cut)),
                (None, Some(cut)) => Some(cut),
                _ => sum,
            });
        };
        let longest = match growth {
            Growth::Together => sum,
            Growth::Between => sum
                .zip(lengths.first().copied().flatten())
                .map(|(sum, between)| sum.saturating_add(between.saturating_mul(call.args.len() as u64))),
            Growth::Formatted => match call.args.get(1) {
                Some(Expr::Literal(value, _)) => {
                    let pattern = value.try_as_str().flatten().map(|pattern| pattern.len() as u64);
                    pattern.map(|letters| letters.saturating_mul(FORMATTED))
                }
                _ => None,
            },
            _ => None,
        };
        Ok(Some(longest.unwrap_or(most).min(most)))
    }
}

/// Whether what an expression gives is a copy of what it is given.
pub(super) fn is_copy(expr: &Expr) -> bool {
    match expr {
        Expr::ScalarFunction(call) => {
            growth_of(&call.func).is_none()
                && (COPYING.contains(&call.func.name()) || call.func.name().starts_with("array_"))
        }
        Expr::Cast(cast) => is_text(cast.field.data_type()),
        Expr::Case(_) => true,
        _ => false,
    }
}

pub(super) fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn number(expr: &Expr) -> Option<u64> {
    let Expr::Literal(value, _) = expr else { return None };
    match value.cast_to(&DataType::Int64) {
        Ok(datafusion::common::ScalarValue::Int64(Some(number))) => u64::try_from(number).ok(),
        _ => None,
    }
}
