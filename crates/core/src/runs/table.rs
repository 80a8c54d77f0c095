//! Rows as JSON, encoded once for all readers and for keeping.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::timezone::Tz;
use arrow::array::{Array, AsArray, BooleanArray, TimestampMicrosecondArray};
use arrow::datatypes::{
    DataType, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use wenshu_sources::{QueryResult, ValueKind};

use crate::AppError;
use crate::zones::{ahead, in_zone, zone_of};

/// The largest integer that every JSON reader holds exactly.
const LARGEST_EXACT: u64 = 1 << 53;

/// A result as it is sent and kept.
#[derive(Clone, Debug)]
pub struct ResultTable {
    /// The columns.
    pub columns: Arc<[ColumnInfo]>,
    /// A JSON array with one object for each row, keys in column order. Numbers that JSON can't hold exactly (integers over 2^53,
    /// decimals) are strings, dates ISO 8601, bytes base64, NULL `null`.
    pub data: Arc<RawValue>,
    /// How many rows.
    pub rows: usize,
    /// Whether there were more.
    pub truncated: bool,
    /// Time the database took.
    pub elapsed: Duration,
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// What it holds: `integer`, `number`, `text`, … (see [`ValueKind::as_str`]).
    pub kind: String,
}

impl ColumnInfo {
    /// A column of this kind.
    pub fn new(name: impl Into<String>, kind: ValueKind) -> Self {
        Self { name: name.into(), kind: kind.as_str().to_owned() }
    }
}

impl ResultTable {
    /// Encodes a result.
    ///
    /// # Errors
    ///
    /// `Internal`, for a column type that can't be written as text.
    pub fn encode(result: &QueryResult) -> Result<Self, AppError> {
        let schema = result.batch.schema();
        let columns = schema
            .fields()
            .iter()
            .zip(result.kinds.iter())
            .map(|(field, kind)| ColumnInfo::new(field.name().clone(), *kind))
            .collect();
        let data = rows_as_json(result, Figures::Safe).map_err(AppError::internal)?;
        let data = RawValue::from_string(data).map_err(AppError::internal)?;
        Ok(Self {
            columns,
            data: Arc::from(data),
            rows: result.rows(),
            truncated: result.truncated,
            elapsed: result.elapsed,
        })
    }
}

/// How numbers are written that not every reader of JSON holds exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figures {
    /// As strings: for browsers. Moments that have a zone are in UTC.
    Safe,
    /// As numbers with all their digits, lists and objects as such: for files, whose readers may have better numbers. What tells the type of
    /// a column is kept: the point of a float, the zone of a moment.
    Exact,
}

/// A JSON array with an object for each row.
pub(crate) fn rows_as_json(result: &QueryResult, figures: Figures) -> Result<String, ArrowError> {
    let mut json = String::with_capacity(64 + result.rows() * result.batch.num_columns() * 16);
    json.push('[');
    push_rows(result, &mut json, ",", figures)?;
    json.push(']');
    Ok(json)
}

/// An object for each row, each on a line of its own.
pub(crate) fn rows_as_json_lines(result: &QueryResult, figures: Figures) -> Result<String, ArrowError> {
    let mut lines = String::new();
    push_rows(result, &mut lines, "\n", figures)?;
    if result.rows() > 0 {
        lines.push('\n');
    }
    Ok(lines)
}

fn push_rows(
    result: &QueryResult,
    json: &mut String,
    between: &str,
    figures: Figures,
) -> Result<(), ArrowError> {
    let schema = result.batch.schema();
    let mut columns = Vec::with_capacity(schema.fields().len());
    let arrays = result.batch.columns().iter().zip(result.kinds.iter());
    for (index, (field, (array, kind))) in schema.fields().iter().zip(arrays).enumerate() {
        let separator = if index == 0 { "{" } else { "," };
        let mut key = separator.to_owned();
        push_text(&mut key, field.name());
        key.push(':');
        let cells = match figures {
            Figures::Safe => CellWriter::new(array.as_ref())?,
            Figures::Exact => CellWriter::exact(array.as_ref(), *kind)?,
        };
        columns.push((key, cells));
    }
    for row in 0..result.rows() {
        if row > 0 {
            json.push_str(between);
        }
        if columns.is_empty() {
            json.push('{');
        }
        for (key, cells) in &columns {
            json.push_str(key);
            cells.write(row, json)?;
        }
        json.push('}');
    }
    Ok(())
}

/// Writes the cells of one column.
enum CellWriter<'a> {
    Null,
    Boolean(&'a BooleanArray),
    Integer(&'a dyn Array, fn(&dyn Array, usize) -> (bool, u64)),
    Float(&'a arrow::array::Float64Array),
    /// The same with a point in all of them.
    PointedFloat(&'a arrow::array::Float64Array),
    Text(&'a arrow::array::StringArray),
    Bytes(&'a arrow::array::BinaryArray),
    /// Decimals, dates, times and nested values: as Arrow writes them, which is ISO 8601 for time.
    Formatted(&'a dyn Array, ArrayFormatter<'a>),
    /// Moments, as they are in a zone.
    Moment(&'a TimestampMicrosecondArray, Tz),
    /// Numbers as Arrow writes them, which have all their digits, and what is put behind them.
    Figure(&'a dyn Array, ArrayFormatter<'a>, &'static str),
    /// Text that is JSON.
    Json(&'a arrow::array::StringArray),
}

/// An integer as sign and magnitude.
fn integer<T: arrow::datatypes::ArrowPrimitiveType>(array: &dyn Array, row: usize) -> (bool, u64)
where
    T::Native: Into<i64>,
{
    let value: i64 = array.as_primitive::<T>().value(row).into();
    (value < 0, value.unsigned_abs())
}

impl<'a> CellWriter<'a> {
    fn exact(array: &'a dyn Array, kind: ValueKind) -> Result<Self, ArrowError> {
        const OPTIONS: FormatOptions<'static> = FormatOptions::new();
        Ok(match array.data_type() {
            DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => {
                // A decimal fraction is none of whole numbers, whatever its values are.
                let point = if *scale > 0 { "" } else { ".0" };
                Self::Figure(array, ArrayFormatter::try_new(array, &OPTIONS)?, point)
            }
            DataType::Int64 | DataType::UInt64 => {
                Self::Figure(array, ArrayFormatter::try_new(array, &OPTIONS)?, "")
            }
            DataType::Float64 => Self::PointedFloat(array.as_primitive::<Float64Type>()),
            DataType::Utf8 if kind == ValueKind::Json => Self::Json(array.as_string()),
            DataType::Timestamp(..) => Self::moment(array, zone_of(array.data_type()))?,
            _ => Self::new(array)?,
        })
    }

    fn new(array: &'a dyn Array) -> Result<Self, ArrowError> {
        Ok(match array.data_type() {
            DataType::Null => Self::Null,
            DataType::Boolean => Self::Boolean(array.as_boolean()),
            DataType::Int8 => Self::Integer(array, integer::<Int8Type>),
            DataType::Int16 => Self::Integer(array, integer::<Int16Type>),
            DataType::Int32 => Self::Integer(array, integer::<Int32Type>),
            DataType::Int64 => Self::Integer(array, integer::<Int64Type>),
            DataType::UInt8 => Self::Integer(array, integer::<UInt8Type>),
            DataType::UInt16 => Self::Integer(array, integer::<UInt16Type>),
            DataType::UInt32 => Self::Integer(array, integer::<UInt32Type>),
            DataType::UInt64 => {
                Self::Integer(array, |array, row| (false, array.as_primitive::<UInt64Type>().value(row)))
            }
            DataType::Float64 => Self::Float(array.as_primitive::<Float64Type>()),
            DataType::Utf8 => Self::Text(array.as_string()),
            DataType::Binary => Self::Bytes(array.as_binary()),
            DataType::Timestamp(_, Some(_)) => Self::moment(array, "+00:00".parse().ok())?,
            _ => Self::formatted(array)?,
        })
    }

    fn moment(array: &'a dyn Array, zone: Option<Tz>) -> Result<Self, ArrowError> {
        match (array.data_type(), zone) {
            (DataType::Timestamp(TimeUnit::Microsecond, _), Some(zone)) => {
                Ok(Self::Moment(array.as_primitive::<TimestampMicrosecondType>(), zone))
            }
            _ => Self::formatted(array),
        }
    }

    fn formatted(array: &'a dyn Array) -> Result<Self, ArrowError> {
        const OPTIONS: FormatOptions<'static> = FormatOptions::new();
        Ok(Self::Formatted(array, ArrayFormatter::try_new(array, &OPTIONS)?))
    }

    fn write(&self, row: usize, json: &mut String) -> Result<(), ArrowError> {
        use std::fmt::Write as _;
        match self {
            Self::Null => json.push_str("null"),
            Self::Boolean(array) if array.is_valid(row) => {
                json.push_str(if array.value(row) { "true" } else { "false" });
            }
            Self::Integer(array, read) if array.is_valid(row) => {
                let (negative, magnitude) = read(*array, row);
                let quote = if magnitude > LARGEST_EXACT { "\"" } else { "" };
                let sign = if negative { "-" } else { "" };
                write!(json, "{quote}{sign}{magnitude}{quote}").map_err(|_| out_of_memory())?;
            }
            Self::Float(array) if array.is_valid(row) => {
                let text = float(array.value(row));
                json.push_str(text.strip_suffix(".0").unwrap_or(&text));
            }
            Self::PointedFloat(array) if array.is_valid(row) => json.push_str(&float(array.value(row))),
            Self::Moment(array, zone) if array.is_valid(row) => {
                let moment = array.value_as_datetime(row).ok_or_else(|| {
                    ArrowError::CastError(format!("{} has no place among moments", array.value(row)))
                })?;
                let there = in_zone(moment, zone);
                write!(json, "\"{:?}{}\"", there.naive_local(), ahead(*there.offset()))
                    .map_err(|_| out_of_memory())?;
            }
            Self::Text(array) if array.is_valid(row) => push_text(json, array.value(row)),
            Self::Bytes(array) if array.is_valid(row) => {
                json.push('"');
                STANDARD.encode_string(array.value(row), json);
                json.push('"');
            }
            Self::Formatted(array, formatter) if array.is_valid(row) => {
                push_text(json, &formatter.value(row).try_to_string()?);
            }
            Self::Figure(array, formatter, behind) if array.is_valid(row) => {
                formatter.value(row).write(json)?;
                json.push_str(behind);
            }
            Self::Json(array) if array.is_valid(row) => {
                let text = array.value(row);
                let is_json = serde_json::from_str::<&RawValue>(text).is_ok() && !text.contains(['\r', '\n']);
                if is_json { json.push_str(text) } else { push_text(json, text) }
            }
            _ => json.push_str("null"),
        }
        Ok(())
    }
}

fn out_of_memory() -> ArrowError {
    ArrowError::MemoryError("writing to a string failed".to_owned())
}

/// The shortest digits that read back as the same number. JSON has no infinities and no NaN; as strings they are at least not lost.
fn float(value: f64) -> String {
    serde_json::Number::from_f64(value).map_or_else(|| format!("\"{value}\""), |number| number.to_string())
}

fn push_text(json: &mut String, text: &str) {
    // A string always serializes.
    json.push_str(&serde_json::to_string(text).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
        NullArray, StringArray, TimestampMillisecondArray, UInt64Array,
    };
    use arrow::record_batch::RecordBatch;

    use super::*;

    fn encode(columns: Vec<(&str, ArrayRef)>) -> String {
        let kinds = vec![ValueKind::Other; columns.len()].into();
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        )
        .unwrap();
        let result = QueryResult { batch, kinds, truncated: false, elapsed: Duration::ZERO };
        ResultTable::encode(&result).unwrap().data.get().to_owned()
    }

    #[test]
    fn numbers_stay_exact() {
        let json = encode(vec![
            (
                "int",
                Arc::new(Int64Array::from(vec![Some(9_007_199_254_740_992), Some(9_007_199_254_740_993)])),
            ),
            ("neg", Arc::new(Int64Array::from(vec![Some(-3), Some(i64::MIN)]))),
            ("uint", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None]))),
            ("float", Arc::new(Float64Array::from(vec![Some(0.1), Some(12.0)]))),
            ("odd", Arc::new(Float64Array::from(vec![f64::NAN, f64::INFINITY]))),
            (
                "decimal",
                Arc::new(
                    Decimal128Array::from(vec![Some(1_234_567), None])
                        .with_precision_and_scale(10, 2)
                        .unwrap(),
                ),
            ),
        ]);
        assert_eq!(
            json,
            concat!(
                r#"[{"int":9007199254740992,"neg":-3,"uint":"18446744073709551615","float":0.1,"odd":"NaN","decimal":"12345.67"},"#,
                r#"{"int":"9007199254740993","neg":"-9223372036854775808","uint":null,"float":12,"odd":"inf","decimal":null}]"#,
            )
        );
    }

    #[test]
    fn text_time_and_bytes() {
        let json = encode(vec![
            ("a \"quoted\"\n名", Arc::new(StringArray::from(vec![Some("行\u{1}\"\\")]))),
            ("day", Arc::new(Date32Array::from(vec![19_723]))),
            ("time", Arc::new(TimestampMillisecondArray::from(vec![1_704_067_200_500]))),
            ("bytes", Arc::new(BinaryArray::from(vec![&[0_u8, 255][..]]))),
            ("truth", Arc::new(BooleanArray::from(vec![true]))),
            ("nothing", Arc::new(NullArray::new(1))),
        ]);
        assert_eq!(
            json,
            r#"[{"a \"quoted\"\n名":"行\u0001\"\\","day":"2024-01-01","time":"2024-01-01T00:00:00.500","bytes":"AP8=","truth":true,"nothing":null}]"#
        );
    }
}
