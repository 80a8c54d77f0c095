//! Columns of any Arrow type as columns of the few types that everything behind a source knows.

use std::sync::Arc;

use arrow::array::timezone::Tz;
use arrow::array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use arrow::error::ArrowError;
use arrow::json::WriterBuilder;
use arrow::json::writer::LineDelimited;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use wenshu_sources::ValueKind;

/// What the zone of moments is called that are given out as they are everywhere.
const UTC: &str = "UTC";

/// The zone of a column: days are counted in it. One that nobody knows is UTC, in which moments are kept whatever their zone.
fn zone(named: &str) -> Arc<str> {
    let is_utc = matches!(named, "+00:00" | "Z") || named.parse::<Tz>().is_err();
    Arc::from(if is_utc { UTC } else { named })
}

/// The type that a column of this one becomes, and what it means. Nested values become JSON, where `None` stands for their type.
pub(crate) fn target(data_type: &DataType) -> (Option<DataType>, ValueKind) {
    let (target, kind) = match data_type {
        DataType::Boolean => (DataType::Boolean, ValueKind::Boolean),
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32 => (DataType::Int64, ValueKind::Integer),
        DataType::UInt64 => (DataType::UInt64, ValueKind::Integer),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => (DataType::Float64, ValueKind::Number),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale) => {
            (DataType::Decimal128(*precision, *scale), ValueKind::Number)
        }
        DataType::Decimal256(precision, scale) => {
            (DataType::Decimal256(*precision, *scale), ValueKind::Number)
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => {
            (DataType::Utf8, ValueKind::Text)
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            (DataType::Binary, ValueKind::Binary)
        }
        DataType::Date32 | DataType::Date64 => (DataType::Date32, ValueKind::Date),
        DataType::Timestamp(_, None) => {
            (DataType::Timestamp(TimeUnit::Microsecond, None), ValueKind::Timestamp)
        }
        DataType::Timestamp(_, Some(named)) => {
            (DataType::Timestamp(TimeUnit::Microsecond, Some(zone(named))), ValueKind::Timestamp)
        }
        DataType::Time32(_) | DataType::Time64(_) => {
            (DataType::Time64(TimeUnit::Microsecond), ValueKind::Time)
        }
        DataType::Dictionary(_, values) => return target(values),
        DataType::RunEndEncoded(_, values) => return target(values.data_type()),
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::FixedSizeList(..)
        | DataType::Struct(_)
        | DataType::Map(..)
        | DataType::Union(..) => return (None, ValueKind::Json),
        DataType::Duration(_) | DataType::Interval(_) => return (None, ValueKind::Other),
    };
    (Some(target), kind)
}

/// The column in its target type.
///
/// # Errors
///
/// When a value has none in that type: a moment too far away to be counted in microseconds.
pub(crate) fn column(array: &ArrayRef) -> Result<(ArrayRef, ValueKind), ArrowError> {
    let (target, kind) = target(array.data_type());
    let normal = match target {
        Some(target) if *array.data_type() == target => Arc::clone(array),
        Some(target) if *array.data_type() == DataType::Null => new_null_array(&target, array.len()),
        // `true` in a dictionary and the like go by way of their values.
        Some(target) => strictly(array, &target)?,
        None if kind == ValueKind::Json => json(array)?,
        None => shown(array)?,
    };
    Ok((normal, kind))
}

/// The column in this type.
///
/// # Errors
///
/// When a value has none in it: it doesn't become nothing in silence.
pub(crate) fn strictly(array: &ArrayRef, target: &DataType) -> Result<ArrayRef, ArrowError> {
    cast_with_options(array, target, &CastOptions { safe: false, ..CastOptions::default() })
}

/// All columns in their target types.
///
/// # Errors
///
/// As for [`column`].
pub(crate) fn batch(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::with_capacity(batch.num_columns());
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        let (array, _) = column(array)?;
        fields.push(Field::new(field.name(), array.data_type().clone(), true));
        columns.push(array);
    }
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
}

/// The same batch with moments in UTC, as answers have them.
///
/// # Errors
///
/// As for [`column`].
pub(crate) fn in_utc(batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let is_zoned = |data_type: &DataType| matches!(data_type, DataType::Timestamp(_, Some(_)));
    let (schema, columns, row_count) = batch.into_parts();
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from(UTC)));
    let mut fields = Vec::with_capacity(columns.len());
    let mut in_utc = Vec::with_capacity(columns.len());
    for (field, array) in schema.fields().iter().zip(columns) {
        let array = if is_zoned(array.data_type()) { strictly(&array, &utc)? } else { array };
        fields.push(Field::new(field.name(), array.data_type().clone(), true));
        in_utc.push(array);
    }
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(row_count));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), in_utc, &options)
}

/// Lists and objects as JSON text.
fn json(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let field = Field::new("v", array.data_type().clone(), true);
    let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::clone(array)])?;
    let mut text = Vec::new();
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(&mut text);
    let written = writer.write(&batch).and_then(|()| writer.finish());
    drop(writer);
    if written.is_err() {
        // A union, or a map whose keys are no text.
        return shown(array);
    }
    let text = String::from_utf8_lossy(&text);
    let values = text.lines().enumerate().map(|(row, line)| {
        let value = line.strip_prefix("{\"v\":").and_then(|rest| rest.strip_suffix('}')).unwrap_or(line);
        (!array.is_null(row)).then(|| value.to_owned())
    });
    Ok(Arc::new(values.collect::<StringArray>()))
}

fn shown(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let options = FormatOptions::new();
    let formatter = ArrayFormatter::try_new(array.as_ref(), &options)?;
    let values = (0..array.len()).map(|row| {
        if array.is_null(row) { Ok(None) } else { formatter.value(row).try_to_string().map(Some) }
    });
    Ok(Arc::new(values.collect::<Result<StringArray, _>>()?))
}

/// Bytes of the values of a batch, and of no more than those.
pub(crate) fn bytes(batch: &RecordBatch) -> usize {
    batch
        .columns()
        .iter()
        .map(|column| {
            column.to_data().get_slice_memory_size().unwrap_or_else(|_| column.get_array_memory_size())
        })
        .sum()
}

/// The type that holds the values of both.
pub(crate) fn common(one: &DataType, other: &DataType) -> DataType {
    use DataType::{Date32, Decimal128, Float64, Int64, Timestamp, UInt64, Utf8};
    match (one, other) {
        (one, other) if one == other => one.clone(),
        (Decimal128(precision, scale), Decimal128(other_precision, other_scale)) => {
            let scale_of_both = *scale.max(other_scale);
            let digits = |precision: u8, scale: i8| i16::from(precision) - i16::from(scale);
            let whole = digits(*precision, *scale).max(digits(*other_precision, *other_scale));
            match u8::try_from(whole + i16::from(scale_of_both)) {
                Ok(precision) if precision <= 38 => Decimal128(precision, scale_of_both),
                _ => Utf8,
            }
        }
        (Decimal128(precision, scale), Int64) | (Int64, Decimal128(precision, scale)) => {
            common(&Decimal128(*precision, *scale), &Decimal128(19, 0))
        }
        (Float64, Int64 | Decimal128(..)) | (Int64 | Decimal128(..), Float64) => Float64,
        (UInt64, Int64) | (Int64, UInt64) => Decimal128(20, 0),
        (Date32, Timestamp(unit, None)) | (Timestamp(unit, None), Date32) => Timestamp(*unit, None),
        // Of several zones there is none that all have.
        (Timestamp(unit, Some(_)), Timestamp(_, Some(_))) => Timestamp(*unit, Some(Arc::from(UTC))),
        _ => Utf8,
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{DictionaryArray, Int32Array, ListArray, StringViewArray, TimestampSecondArray};
    use arrow::datatypes::{Int8Type, Int32Type};

    use super::*;

    #[test]
    fn types_become_few() {
        let words: DictionaryArray<Int8Type> = ["a", "b", "a"].into_iter().collect();
        let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([
            Some(vec![Some(1), None]),
            None,
            Some(vec![]),
        ]);
        let cases: Vec<(ArrayRef, DataType, ValueKind)> = vec![
            (Arc::new(Int32Array::from(vec![1, 2, 3])), DataType::Int64, ValueKind::Integer),
            (Arc::new(StringViewArray::from(vec!["a", "b", "c"])), DataType::Utf8, ValueKind::Text),
            (Arc::new(words), DataType::Utf8, ValueKind::Text),
            (Arc::new(lists), DataType::Utf8, ValueKind::Json),
            (
                Arc::new(TimestampSecondArray::from(vec![1, 2, 3])),
                DataType::Timestamp(TimeUnit::Microsecond, None),
                ValueKind::Timestamp,
            ),
        ];
        for (array, expected, kind) in cases {
            let (normal, found) = column(&array).unwrap();
            assert_eq!((normal.data_type(), found, normal.len()), (&expected, kind, 3));
        }
    }

    #[test]
    fn zones_stay_where_they_are_known() {
        let zoned = |zone: &str| DataType::Timestamp(TimeUnit::Nanosecond, Some(Arc::from(zone)));
        for (zone, expected) in [
            ("UTC", "UTC"),
            ("+00:00", "UTC"),
            ("+08:00", "+08:00"),
            ("Asia/Shanghai", "Asia/Shanghai"),
            ("Nowhere/Nothing", "UTC"),
            ("", "UTC"),
        ] {
            let expected = DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from(expected)));
            assert_eq!(target(&zoned(zone)), (Some(expected), ValueKind::Timestamp), "{zone}");
        }
    }

    #[test]
    fn what_has_no_value_in_the_type_is_told() {
        let far: ArrayRef = Arc::new(TimestampSecondArray::from(vec![i64::MAX / 1_000]));
        assert!(column(&far).is_err());
    }

    #[test]
    fn nested_values_are_json() {
        let lists: ArrayRef =
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), None]));
        let (json, _) = column(&lists).unwrap();
        let json = json.as_any().downcast_ref::<StringArray>().unwrap();
        assert_eq!((json.value(0), json.is_null(1)), ("[1,null]", true));
    }

    #[test]
    fn types_that_hold_both() {
        use DataType::{Boolean, Decimal128, Float64, Int64, Utf8};
        let zoned = |zone: &str| DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from(zone)));
        for (one, other, expected) in [
            (zoned("+08:00"), zoned("+08:00"), zoned("+08:00")),
            (zoned("+08:00"), zoned("Asia/Shanghai"), zoned("UTC")),
            (Int64, Int64, Int64),
            (Int64, Float64, Float64),
            (Int64, Utf8, Utf8),
            (Int64, Boolean, Utf8),
            (Decimal128(18, 2), Decimal128(10, 4), Decimal128(20, 4)),
            (Decimal128(10, 2), Int64, Decimal128(21, 2)),
        ] {
            assert_eq!(common(&one, &other), expected);
            assert_eq!(common(&other, &one), expected);
        }
    }
}
