//! Calls of functions: by name against the dialect's lists, and everything that may stand in one.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, Ident, JsonReturningClause, UnaryOperator, Value, WindowType,
};

use super::RefusalReason;
use super::dialects::Quoting;
use super::functions::Purity;
use super::refusal::refuse;
use super::tables::show;
use super::walk::{Checked, Walk, plain_name};

impl Walk {
    pub(super) fn function(&mut self, function: &Function) -> Checked {
        let Function {
            name,
            uses_odbc_syntax,
            parameters,
            args,
            filter,
            null_treatment: _,
            over,
            within_group,
        } = function;
        let parts = plain_name(name)?;
        let purity = self.function_name(&parts).and_then(|name| self.rules.functions.purity(&name));
        let Some(purity) = purity else {
            return refuse(
                RefusalReason::Function,
                format!(
                    "`{}` isn't a function of {} that is known to only compute. Use a built-in one on the data.",
                    show(&parts),
                    self.rules.name
                ),
            );
        };
        let is_parametric = *parameters != FunctionArguments::None;
        if *uses_odbc_syntax || is_parametric && self.rules.quoting != Quoting::ClickHouse {
            return refuse(
                RefusalReason::Syntax,
                format!("This form of calling `{}` isn't accepted.", show(&parts)),
            );
        }
        match purity {
            Purity::Pure => {}
            Purity::Changing => self.deterministic = false,
            Purity::Clock(positions) => {
                self.deterministic &= !positions.iter().any(|position| reads_clock(args, *position));
            }
        }
        // `quantile(0.9)(x)`
        if let FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses }) =
            parameters
            && clauses.is_empty()
        {
            self.function_arguments(args)?;
        } else if is_parametric {
            return refuse(
                RefusalReason::Syntax,
                format!("This form of calling `{}` isn't accepted.", show(&parts)),
            );
        }
        match args {
            // Only the clock's words are calls without parentheses.
            FunctionArguments::None => {
                if purity != Purity::Changing {
                    return refuse(RefusalReason::Syntax, format!("`{}` needs parentheses.", show(&parts)));
                }
            }
            FunctionArguments::Subquery(query) => self.query(query)?,
            FunctionArguments::List(FunctionArgumentList { duplicate_treatment: _, args, clauses }) => {
                self.function_arguments(args)?;
                clauses.iter().try_for_each(|clause| self.clause(clause))?;
            }
        }
        self.expressions(filter.iter().map(AsRef::as_ref))?;
        self.order_by_columns(within_group)?;
        match over {
            None | Some(WindowType::NamedWindow(_)) => Ok(()),
            Some(WindowType::WindowSpec(window)) => self.window(window),
        }
    }

    /// The lower-case name of a built-in function; nothing when the name could mean another one.
    pub(super) fn function_name(&self, parts: &[&Ident]) -> Option<String> {
        let name = match parts {
            [name] => name,
            [schema, name]
                if self.rules.quoting == Quoting::Postgres && self.folded(schema)? == "pg_catalog" =>
            {
                name
            }
            _ => return None,
        };
        self.folded(name)
    }

    /// A function's or type's name as the database looks it up.
    fn folded(&self, name: &Ident) -> Option<String> {
        let lower = name.value.to_ascii_lowercase();
        match (self.rules.quoting, name.quote_style) {
            (_, None) | (Quoting::Sqlite, Some('"' | '`' | '[')) => Some(lower),
            // In quotes case matters.
            (Quoting::Postgres, Some('"')) if lower == name.value => Some(lower),
            // In quotes a built-in name is looked up among stored functions.
            _ => None,
        }
    }

    pub(super) fn function_arguments(&mut self, args: &[FunctionArg]) -> Checked {
        for arg in args {
            let value = match arg {
                FunctionArg::Unnamed(value) => value,
                FunctionArg::Named { name: _, arg, operator } => {
                    self.argument_operator(operator)?;
                    arg
                }
                FunctionArg::ExprNamed { name, arg, operator } => {
                    self.argument_operator(operator)?;
                    self.expression(name)?;
                    arg
                }
            };
            match value {
                FunctionArgExpr::Expr(expression) => self.expression(expression)?,
                FunctionArgExpr::Wildcard => {}
                FunctionArgExpr::QualifiedWildcard(name) => plain_name(name).map(drop)?,
                FunctionArgExpr::WildcardWithOptions(_) => {
                    return refuse(RefusalReason::Syntax, "`*` takes nothing after it here.");
                }
            }
        }
        Ok(())
    }

    fn argument_operator(&self, operator: &FunctionArgOperator) -> Checked {
        match operator {
            FunctionArgOperator::RightArrow | FunctionArgOperator::Colon | FunctionArgOperator::Value
                if self.rules.quoting == Quoting::Postgres =>
            {
                Ok(())
            }
            _ => refuse(RefusalReason::Syntax, "Named arguments aren't accepted here; give them in order."),
        }
    }

    fn clause(&mut self, clause: &FunctionArgumentClause) -> Checked {
        match clause {
            FunctionArgumentClause::IgnoreOrRespectNulls(_) | FunctionArgumentClause::JsonNullClause(_) => {
                Ok(())
            }
            FunctionArgumentClause::OrderBy(columns) => self.order_by_columns(columns),
            FunctionArgumentClause::Limit(limit) => self.expression(limit),
            FunctionArgumentClause::Separator(separator) => self.value(&separator.value),
            FunctionArgumentClause::JsonReturningClause(JsonReturningClause { data_type }) => {
                self.data_type(data_type)
            }
            FunctionArgumentClause::OnOverflow(_) | FunctionArgumentClause::Having(_) => refuse(
                RefusalReason::Syntax,
                format!("`{clause}` isn't accepted in a function; leave it out."),
            ),
        }
    }
}

/// Whether a date function of SQLite may read the clock: its time argument is missing, or not a literal date.
fn reads_clock(args: &FunctionArguments, position: usize) -> bool {
    let FunctionArguments::List(list) = args else { return true };
    let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(time))) = list.args.get(position) else {
        return true;
    };
    let time = match time {
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => expr,
        time => time,
    };
    match time {
        Expr::Value(literal) => match &literal.value {
            Value::Number(_, _) | Value::Null => false,
            // `'now'` and `'subsec'` mean the present; every date begins with a digit or a sign.
            Value::SingleQuotedString(text) => {
                !text.starts_with(|sign: char| sign.is_ascii_digit() || sign == '-')
            }
            _ => true,
        },
        _ => true,
    }
}
