//! The cells of a column, each as what it is, for formats that write them in their own ways.

use arrow::array::timezone::Tz;
use arrow::array::{
    Array, ArrayRef, AsArray as _, BinaryArray, BooleanArray, Date32Array, Float64Array, Int64Array,
    StringArray, Time64MicrosecondArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int64Type, Time64MicrosecondType, TimeUnit, TimestampMicrosecondType,
    UInt64Type,
};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

use crate::zones::{in_zone, zone_of};

const OPTIONS: FormatOptions<'static> = FormatOptions::new();

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'column> {
    /// NULL.
    Null,
    Truth(bool),
    /// A whole number, from -2^63 to 2^64.
    Integer(i128),
    Float(f64),
    /// A decimal number, all its digits.
    Decimal(String),
    Text(&'column str),
    /// Text that was made from something else: bytes in base64, nested values.
    Made(String),
    Day(NaiveDate),
    Time(NaiveTime),
    /// A moment of no particular zone.
    Moment(NaiveDateTime),
    /// A moment in the zone of its column.
    Instant(DateTime<FixedOffset>),
}

/// The cells of one column.
pub(super) enum Cells<'column> {
    Truths(&'column BooleanArray),
    Signed(&'column Int64Array),
    Unsigned(&'column UInt64Array),
    Floats(&'column Float64Array),
    Texts(&'column StringArray),
    Bytes(&'column BinaryArray),
    Days(&'column Date32Array),
    Times(&'column Time64MicrosecondArray),
    Moments(&'column TimestampMicrosecondArray, Option<Tz>),
    Decimals(ArrayFormatter<'column>, &'column dyn Array),
    Others(ArrayFormatter<'column>, &'column dyn Array),
}

impl<'column> Cells<'column> {
    /// The cells of this column.
    pub(super) fn of(array: &'column ArrayRef) -> Result<Self, ArrowError> {
        Ok(match array.data_type() {
            DataType::Boolean => Self::Truths(array.as_boolean()),
            DataType::Int64 => Self::Signed(array.as_primitive::<Int64Type>()),
            DataType::UInt64 => Self::Unsigned(array.as_primitive::<UInt64Type>()),
            DataType::Float64 => Self::Floats(array.as_primitive::<Float64Type>()),
            DataType::Utf8 => Self::Texts(array.as_string()),
            DataType::Binary => Self::Bytes(array.as_binary()),
            DataType::Date32 => Self::Days(array.as_primitive::<Date32Type>()),
            DataType::Time64(TimeUnit::Microsecond) => {
                Self::Times(array.as_primitive::<Time64MicrosecondType>())
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Self::Moments(array.as_primitive::<TimestampMicrosecondType>(), zone_of(array.data_type()))
            }
            DataType::Decimal128(..) | DataType::Decimal256(..) => {
                Self::Decimals(ArrayFormatter::try_new(array.as_ref(), &OPTIONS)?, array.as_ref())
            }
            _ => Self::Others(ArrayFormatter::try_new(array.as_ref(), &OPTIONS)?, array.as_ref()),
        })
    }

    /// The cell of this row.
    pub(super) fn at(&self, row: usize) -> Result<Cell<'column>, ArrowError> {
        if self.is_null(row) {
            return Ok(Cell::Null);
        }
        Ok(match self {
            Self::Truths(array) => Cell::Truth(array.value(row)),
            Self::Signed(array) => Cell::Integer(array.value(row).into()),
            Self::Unsigned(array) => Cell::Integer(array.value(row).into()),
            Self::Floats(array) => Cell::Float(array.value(row)),
            Self::Texts(array) => Cell::Text(array.value(row)),
            Self::Bytes(array) => Cell::Made(STANDARD.encode(array.value(row))),
            Self::Days(array) => array.value_as_date(row).map_or(Cell::Null, Cell::Day),
            Self::Times(array) => array.value_as_time(row).map_or(Cell::Null, Cell::Time),
            Self::Moments(array, zone) => match (array.value_as_datetime(row), zone) {
                (Some(moment), Some(zone)) => Cell::Instant(in_zone(moment, zone)),
                (Some(moment), None) => Cell::Moment(moment),
                (None, _) => Cell::Null,
            },
            Self::Decimals(formatter, _) => Cell::Decimal(formatter.value(row).try_to_string()?),
            Self::Others(formatter, _) => Cell::Made(formatter.value(row).try_to_string()?),
        })
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Truths(array) => array.is_null(row),
            Self::Signed(array) => array.is_null(row),
            Self::Unsigned(array) => array.is_null(row),
            Self::Floats(array) => array.is_null(row),
            Self::Texts(array) => array.is_null(row),
            Self::Bytes(array) => array.is_null(row),
            Self::Days(array) => array.is_null(row),
            Self::Times(array) => array.is_null(row),
            Self::Moments(array, _) => array.is_null(row),
            Self::Decimals(_, array) | Self::Others(_, array) => array.is_null(row),
        }
    }
}
