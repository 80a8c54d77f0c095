//! Functions that look at how much they are going to make before they make it.

use arrow::array::Array;
use arrow::compute::concat;
use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::config::ConfigOptions;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, Operator, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Volatility,
};

use super::growth::{Given, Growth};
use super::{Most, operators, refused};
use crate::sizes::{total, widest};

/// The longest that a value may be at worst for it to be tried how long it is.
const MOST_TRIED: u64 = 16 * 1024 * 1024;

/// The function with a look at what it makes, if that can be longer than what it is given.
pub(crate) fn bounded(function: &ScalarUDF, most: Most) -> Option<ScalarUDF> {
    let inner = match function.inner().downcast_ref::<Bounded>() {
        Some(bounded) => bounded.inner.clone(),
        None => function.clone(),
    };
    let growth = Growth::of(inner.name())?;
    Some(Bounded { inner, growth, most }.into())
}

/// How what it makes grows and how long that may become, if it is one of those.
pub(super) fn growth_of(function: &ScalarUDF) -> Option<(Growth, u64)> {
    let bounded = function.inner().downcast_ref::<Bounded>()?;
    let most = match bounded.growth {
        Growth::Compared | Growth::Searched => 0,
        Growth::Gathered => bounded.most.gathered,
        _ => bounded.most.value,
    };
    Some((bounded.growth, most))
}

/// What a function gives that stands for an operator, whatever it is given.
pub(super) fn result_of(function: &ScalarUDF) -> Option<&DataType> {
    let bounded = function.inner().downcast_ref::<Bounded>();
    operators::result_of(bounded.map_or(function, |bounded| &bounded.inner))
}

/// What an operator between values of these types is as a function; none where it can't grow.
pub(super) fn of_operator(
    operator: Operator,
    sides: [&DataType; 2],
    result: &DataType,
    most: Most,
) -> Option<ScalarUDF> {
    let function = operators::operation(operator, result);
    match operator {
        Operator::StringConcat => Some(Bounded { inner: function, growth: Growth::Together, most }.into()),
        Operator::Plus | Operator::Minus | Operator::Multiply
            if result.is_integer() && sides.iter().all(|side| *side == result) =>
        {
            Some(function)
        }
        _ => None,
    }
}

/// Gives back what it is given, when that isn't too long.
pub(super) fn gathered(result: &DataType, most: Most) -> ScalarUDF {
    let inner = Same { result: result.clone(), signature: Signature::any(1, Volatility::Immutable) };
    Bounded { inner: inner.into(), growth: Growth::Gathered, most }.into()
}

/// A function of DataFusion that looks at what it is given.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    inner: ScalarUDF,
    growth: Growth,
    most: Most,
}

impl Bounded {
    /// What it makes, when that is sure not to be too long, or isn't when it is tried with few rows at a time.
    fn made(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let given = Given::of(&args.args, args.number_rows)?;
        if given.takes_too_long(self.growth) {
            let name = self.inner.name();
            return Err(refused(format!(
                "`{name}` would compare values that are too long; shorten texts with `left` first, and lists with `array_slice`"
            )));
        }
        let mut becomes = given.becomes(self.growth);
        if self.growth == Growth::Split && becomes.widest > self.most.constant {
            becomes = given.divided(&args.args).unwrap_or(becomes);
        }
        if self.growth == Growth::Gathered {
            return if becomes.widest > self.most.gathered {
                Err(self.too_long(self.most.gathered))
            } else {
                self.inner.invoke_with_args(args)
            };
        }
        let most = if given.is_constant { self.most.constant } else { self.most.value };
        if becomes.widest <= most && becomes.total <= self.most.batch {
            return self.inner.invoke_with_args(args);
        }
        if becomes.widest > most.max(MOST_TRIED) {
            return Err(self.too_long(most));
        }
        // Not sure: it is tried.
        let rows = if given.is_constant { 1 } else { args.number_rows };
        let at_once =
            u128::from(self.most.batch.max(MOST_TRIED)) * rows as u128 / u128::from(becomes.total.max(1));
        let at_once = usize::try_from(at_once).unwrap_or(rows).clamp(1, rows.max(1));
        let mut parts = Vec::new();
        let mut sum: u64 = 0;
        for start in (0..rows).step_by(at_once) {
            let length = at_once.min(rows - start);
            let slice = |arg: &ColumnarValue| match arg {
                ColumnarValue::Array(array) => ColumnarValue::Array(array.slice(start, length)),
                ColumnarValue::Scalar(value) => ColumnarValue::Scalar(value.clone()),
            };
            let args = ScalarFunctionArgs {
                args: args.args.iter().map(slice).collect(),
                number_rows: length,
                ..args.clone()
            };
            let part = self.inner.invoke_with_args(args)?.into_array(length)?;
            if widest(part.as_ref()) as u64 > most {
                return Err(self.too_long(most));
            }
            sum = sum.saturating_add(total(part.as_ref()) as u64);
            if sum > self.most.batch.max(most) {
                return Err(self.too_much());
            }
            parts.push(part);
        }
        if given.is_constant {
            let part = parts.first().map(|part| ScalarValue::try_from_array(part, 0)).transpose()?;
            return Ok(ColumnarValue::Scalar(part.unwrap_or(ScalarValue::Null)));
        }
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        Ok(ColumnarValue::Array(concat(&parts)?))
    }

    fn too_long(&self, most: u64) -> DataFusionError {
        let (name, kibibytes) = (self.inner.name(), most / 1024);
        refused(format!(
            "`{name}` may make a value of more than {kibibytes} KiB, which is the most; make it of less, or shorten it with `left`"
        ))
    }

    fn too_much(&self) -> DataFusionError {
        let (name, mebibytes) = (self.inner.name(), self.most.batch / (1024 * 1024));
        refused(format!(
            "`{name}` would make values of more than {mebibytes} MiB at once, which is the most; make them of less, or shorten them with \
             `left`"
        ))
    }
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        self.inner.schema_name(args)
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(arg_types)
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        let inner = self.inner.inner().with_updated_config(config)?;
        Some(Self { inner, growth: self.growth, most: self.most }.into())
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.inner.return_field_from_args(args)
    }

    fn is_strict(&self) -> bool {
        self.inner.is_strict()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.made(args)
    }

    /// As it is: functions put constants together there, without a look at what they make.
    fn simplify(&self, args: Vec<Expr>, _info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        Ok(ExprSimplifyResult::Original(args))
    }

    fn conditional_arguments<'a>(&self, args: &'a [Expr]) -> Option<(Vec<&'a Expr>, Vec<&'a Expr>)> {
        self.inner.conditional_arguments(args)
    }

    fn short_circuits(&self) -> bool {
        self.inner.short_circuits()
    }

    fn evaluate_bounds(&self, input: &[&Interval]) -> Result<Interval> {
        self.inner.evaluate_bounds(input)
    }

    fn propagate_constraints(
        &self,
        interval: &Interval,
        inputs: &[&Interval],
    ) -> Result<Option<Vec<Interval>>> {
        self.inner.propagate_constraints(interval, inputs)
    }

    fn output_ordering(&self, inputs: &[ExprProperties]) -> Result<SortProperties> {
        self.inner.output_ordering(inputs)
    }

    fn preserves_lex_ordering(&self, inputs: &[ExprProperties]) -> Result<bool> {
        self.inner.preserves_lex_ordering(inputs)
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(arg_types)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }
}

/// What comes in.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Same {
    result: DataType,
    signature: Signature,
}

impl ScalarUDFImpl for Same {
    fn name(&self) -> &str {
        "string_agg or array_agg"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(self.result.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        args.args
            .into_iter()
            .next()
            .map_or_else(|| datafusion::common::internal_err!("nothing was given"), Ok)
    }
}
