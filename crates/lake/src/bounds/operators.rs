//! Operators as functions: `||`, whose results can be looked at then, and what reckons with whole numbers without beginning anew at the
//! other end.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::kernels::numeric;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, Expr, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr::PhysicalExpr as _;
use datafusion::physical_expr::expressions::{BinaryExpr, Column};

use super::refused;

/// What a function gives that stands for an operator, whatever it is given.
pub(super) fn result_of(function: &ScalarUDF) -> Option<&DataType> {
    let inner = function.inner();
    let of_operation = inner.downcast_ref::<Operation>().map(|operation| &operation.result);
    of_operation.or_else(|| inner.downcast_ref::<Opposite>().map(|opposite| &opposite.result))
}

/// An operator that gives values of this type.
pub(super) fn operation(operator: Operator, result: &DataType) -> ScalarUDF {
    let signature = Signature::any(2, Volatility::Immutable);
    Operation { operator, result: result.clone(), signature }.into()
}

/// The number with the other sign, of a type that has one; none where it can't become too large.
pub(super) fn opposite(result: &DataType) -> Option<ScalarUDF> {
    result.is_signed_integer().then(|| {
        Opposite { result: result.clone(), signature: Signature::any(1, Volatility::Immutable) }.into()
    })
}

/// `||`, and what reckons with whole numbers without beginning anew at the other end.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Operation {
    operator: Operator,
    result: DataType,
    signature: Signature,
}

impl ScalarUDFImpl for Operation {
    fn name(&self) -> &str {
        match self.operator {
            Operator::Plus => "+",
            Operator::Minus => "-",
            Operator::Multiply => "*",
            _ => "||",
        }
    }

    /// What it is called as an operator. A chain of them is written into one text, which each of them would copy otherwise.
    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let mut name = String::new();
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                write!(name, " {} ", self.name())?;
            }
            write!(name, "{}", arg.schema_name())?;
        }
        Ok(name)
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(self.result.clone())
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let [left, right] = args.args.as_slice() else {
            return datafusion::common::internal_err!("an operator has two sides");
        };
        let rows = if is_constant { 1 } else { args.number_rows };
        let made = if self.operator == Operator::StringConcat {
            joined(&left.to_array(rows)?, &right.to_array(rows)?)?
        } else {
            self.reckoned(left, right)?
        };
        Ok(if is_constant {
            ColumnarValue::Scalar(ScalarValue::try_from_array(&made, 0)?)
        } else {
            ColumnarValue::Array(made)
        })
    }
}

impl Operation {
    fn reckoned(&self, left: &ColumnarValue, right: &ColumnarValue) -> Result<ArrayRef> {
        let side = |value: &ColumnarValue| -> Result<(ArrayRef, bool)> {
            Ok(match value {
                ColumnarValue::Array(array) => (Arc::clone(array), false),
                ColumnarValue::Scalar(value) => (value.to_array()?, true),
            })
        };
        let reckon = match self.operator {
            Operator::Plus => numeric::add,
            Operator::Minus => numeric::sub,
            _ => numeric::mul,
        };
        let made = match (side(left)?, side(right)?) {
            ((left, true), (right, true)) => reckon(&left, &right),
            ((left, true), (right, false)) => reckon(&arrow::array::Scalar::new(left), &right),
            ((left, false), (right, true)) => reckon(&left, &arrow::array::Scalar::new(right)),
            ((left, false), (right, false)) => reckon(&left, &right),
        };
        made.map_err(|error| match error {
            ArrowError::ArithmeticOverflow(_) => too_large(self.name(), &self.result),
            other => other.into(),
        })
    }
}

/// The number with the other sign, of which the least whole number has none.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Opposite {
    result: DataType,
    signature: Signature,
}

impl ScalarUDFImpl for Opposite {
    fn name(&self) -> &str {
        "-"
    }

    /// What it is called as an operator.
    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let mut name = String::from("(- ");
        for arg in args {
            write!(name, "{}", arg.schema_name())?;
        }
        name.push(')');
        Ok(name)
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(self.result.clone())
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let turned = |array: &ArrayRef| {
            numeric::neg(array).map_err(|error| match error {
                ArrowError::ArithmeticOverflow(_) => too_large("-", &self.result),
                other => other.into(),
            })
        };
        match args.args.first() {
            Some(ColumnarValue::Array(array)) => Ok(ColumnarValue::Array(turned(array)?)),
            Some(ColumnarValue::Scalar(value)) => {
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&turned(&value.to_array()?)?, 0)?))
            }
            None => datafusion::common::internal_err!("a sign stands before a number"),
        }
    }
}

/// What is said of whole numbers that become too large for their type.
pub(super) fn too_large(what: &str, result: &DataType) -> DataFusionError {
    let beyond = match result {
        DataType::Int8 => "127, which is the largest of its type; CAST(x AS BIGINT) before",
        DataType::Int16 => "32767, which is the largest of its type; CAST(x AS BIGINT) before",
        DataType::Int32 => "2147483647, which is the largest of its type; CAST(x AS BIGINT) before",
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            "those of its type, which begin at 0; CAST(x AS BIGINT) before, or to DECIMAL"
        }
        DataType::Decimal128(..) => {
            return refused(format!(
                "`{what}` gives a number of more than 38 digits, which are the most; CAST(x AS DOUBLE) before"
            ));
        }
        _ => "9223372036854775807, which is the largest; cast to DECIMAL before: CAST(x AS DECIMAL(38, 0))",
    };
    refused(format!("`{what}` gives whole numbers beyond {beyond}"))
}

/// The texts of both, by DataFusion's own operator.
fn joined(left: &ArrayRef, right: &ArrayRef) -> Result<ArrayRef> {
    let schema = Schema::new(vec![
        Field::new("l", left.data_type().clone(), true),
        Field::new("r", right.data_type().clone(), true),
    ]);
    let batch = RecordBatch::try_new(Arc::new(schema), vec![Arc::clone(left), Arc::clone(right)])?;
    let joined =
        BinaryExpr::new(Arc::new(Column::new("l", 0)), Operator::StringConcat, Arc::new(Column::new("r", 1)));
    joined.evaluate(&batch)?.into_array(left.len())
}
