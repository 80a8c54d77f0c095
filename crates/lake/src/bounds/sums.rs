//! Sums of whole numbers that are an error when they become too large. Those of DataFusion begin anew at the other end, in silence.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, ArrowNativeTypeOp, ArrowPrimitiveType, AsArray as _, BooleanArray, PrimitiveArray,
};
use arrow::datatypes::{DataType, Decimal128Type, FieldRef, Int64Type, UInt64Type};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, ReversedUDAF, SetMonotonicity,
    Signature, StatisticsArgs,
};
use datafusion::physical_expr::NullState;

use super::operators::too_large;

/// Digits that a sum of decimal fractions may have at most; of fewer it can't become too large.
const MOST_DIGITS: u8 = 38;

/// The sum that is an error when it becomes too large; none where it can't, or is a float.
pub(super) fn exact(sum: &AggregateUDF, result: &DataType) -> Option<AggregateUDF> {
    let may_be_too_large = match result {
        DataType::Int64 | DataType::UInt64 => true,
        DataType::Decimal128(digits, _) => *digits == MOST_DIGITS,
        _ => false,
    };
    (may_be_too_large && sum.name() == "sum" && !is_exact(sum))
        .then(|| AggregateUDF::from(ExactSum { inner: sum.clone() }))
}

fn is_exact(sum: &AggregateUDF) -> bool {
    sum.inner().downcast_ref::<ExactSum>().is_some()
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ExactSum {
    inner: AggregateUDF,
}

impl AggregateUDFImpl for ExactSum {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(arg_types)
    }

    fn return_field(&self, arg_fields: &[FieldRef]) -> Result<FieldRef> {
        self.inner.return_field(arg_fields)
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let result = args.return_field.data_type().clone();
        if args.is_distinct {
            let inner = self.inner.accumulator(args)?;
            return Ok(Box::new(Distinct { inner, result }));
        }
        Ok(match result {
            DataType::Int64 => Box::new(Whole::<Int64Type>::new(result)),
            DataType::UInt64 => Box::new(Whole::<UInt64Type>::new(result)),
            _ => Box::new(Whole::<Decimal128Type>::new(result)),
        })
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        self.inner.state_fields(args)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        self.inner.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        let result = args.return_field.data_type().clone();
        Ok(match result {
            DataType::Int64 => Box::new(Groups::<Int64Type>::new(result)),
            DataType::UInt64 => Box::new(Groups::<UInt64Type>::new(result)),
            _ => Box::new(Groups::<Decimal128Type>::new(result)),
        })
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            let result = args.return_field.data_type().clone();
            return Ok(Box::new(Distinct { inner: self.inner.create_sliding_accumulator(args)?, result }));
        }
        self.accumulator(args)
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn value_from_stats(&self, statistics: &StatisticsArgs<'_>) -> Option<ScalarValue> {
        self.inner.value_from_stats(statistics)
    }

    fn set_monotonicity(&self, data_type: &DataType) -> SetMonotonicity {
        self.inner.inner().set_monotonicity(data_type)
    }
}

/// One sum.
struct Whole<Type: ArrowPrimitiveType> {
    sum: Type::Native,
    /// Values that are in it, when they can be taken out again.
    count: u64,
    result: DataType,
}

impl<Type: ArrowPrimitiveType> Whole<Type> {
    fn new(result: DataType) -> Self {
        Self { sum: Type::Native::ZERO, count: 0, result }
    }

    fn change(
        &mut self,
        values: &ArrayRef,
        by: impl Fn(Type::Native, Type::Native) -> Option<Type::Native>,
    ) -> Result<u64> {
        let values = values.as_primitive::<Type>();
        for value in values.iter().flatten() {
            self.sum = by(self.sum, value).ok_or_else(|| too_large("sum", &self.result))?;
        }
        Ok((values.len() - values.null_count()) as u64)
    }
}

impl<Type: ArrowPrimitiveType> fmt::Debug for Whole<Type> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Whole").field("count", &self.count).finish_non_exhaustive()
    }
}

impl<Type: ArrowPrimitiveType> Accumulator for Whole<Type> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.count += self.change(&values[0], |sum, value| sum.add_checked(value).ok())?;
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let taken = self.change(&values[0], |sum, value| sum.sub_checked(value).ok())?;
        self.count = self.count.saturating_sub(taken);
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::new_primitive::<Type>((self.count > 0).then_some(self.sum), &self.result)
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

/// A sum for each group.
struct Groups<Type: ArrowPrimitiveType> {
    sums: Vec<Type::Native>,
    seen: NullState,
    result: DataType,
    of: PhantomData<Type>,
}

impl<Type: ArrowPrimitiveType + Send> Groups<Type> {
    fn new(result: DataType) -> Self {
        Self { sums: Vec::new(), seen: NullState::new(), result, of: PhantomData }
    }
}

impl<Type: ArrowPrimitiveType + Send> GroupsAccumulator for Groups<Type> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        let values = values[0].as_primitive::<Type>();
        self.sums.resize(total_num_groups, Type::Native::ZERO);
        let sums = self.sums.as_mut_slice();
        let mut is_too_large = false;
        self.seen.accumulate(group_indices, values, opt_filter, total_num_groups, |group, value| match sums
            [group]
            .add_checked(value)
        {
            Ok(sum) => sums[group] = sum,
            Err(_) => is_too_large = true,
        });
        if is_too_large { Err(too_large("sum", &self.result)) } else { Ok(()) }
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let sums = emit_to.take_needed(&mut self.sums);
        let seen = self.seen.build(emit_to);
        Ok(Arc::new(PrimitiveArray::<Type>::new(sums.into(), seen).with_data_type(self.result.clone())))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(emit_to)?])
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.update_batch(values, group_indices, None, total_num_groups)
    }

    /// The values as they are: each is a sum of one.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = values[0].as_primitive::<Type>().clone().with_data_type(self.result.clone());
        let kept = match opt_filter {
            None => values,
            Some(filter) => {
                let kept =
                    values.iter().zip(filter).map(|(value, is_kept)| value.filter(|_| is_kept == Some(true)));
                kept.collect::<PrimitiveArray<Type>>().with_data_type(self.result.clone())
            }
        };
        Ok(vec![Arc::new(kept)])
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<Type::Native>() + self.seen.size()
    }
}

/// A sum of values that are all different, which the inner one keeps.
#[derive(Debug)]
struct Distinct {
    inner: Box<dyn Accumulator>,
    result: DataType,
}

impl Accumulator for Distinct {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.update_batch(values)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.retract_batch(values)
    }

    fn supports_retract_batch(&self) -> bool {
        self.inner.supports_retract_batch()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.inner.merge_batch(states)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.inner.state()
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let state = self.inner.state()?;
        let Some(ScalarValue::List(values)) = state.first() else {
            return internal_err!("a sum of different values keeps them in a list");
        };
        let values =
            if values.is_empty() { arrow::array::new_empty_array(&self.result) } else { values.value(0) };
        match &self.result {
            DataType::Int64 => sum_of::<Int64Type>(&values, &self.result),
            DataType::UInt64 => sum_of::<UInt64Type>(&values, &self.result),
            _ => sum_of::<Decimal128Type>(&values, &self.result),
        }
    }

    fn size(&self) -> usize {
        self.inner.size()
    }
}

fn sum_of<Type: ArrowPrimitiveType>(values: &ArrayRef, result: &DataType) -> Result<ScalarValue> {
    let mut whole = Whole::<Type>::new(result.clone());
    whole.update_batch(std::slice::from_ref(values))?;
    whole.evaluate()
}
