//! Values put together into a column of a type.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, TimeUnit};
use chrono::NaiveDate;
use wenshu_sources::ValueKind;

use super::guess::truth;
use super::{Cell, ColumnType, is_nothing, number, time};

/// A column that is being filled.
pub(crate) struct Column {
    kind: ColumnType,
    values: Values,
}

enum Values {
    Text(StringBuilder),
    Truth(BooleanBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder, u8),
    Float(Float64Builder),
    Day(Date32Builder),
    Moment(TimestampMicrosecondBuilder),
}

impl ColumnType {
    /// Its Arrow type.
    pub(crate) fn data_type(self) -> DataType {
        match self {
            Self::Text | Self::Json => DataType::Utf8,
            Self::Boolean => DataType::Boolean,
            Self::Integer => DataType::Int64,
            Self::Decimal { precision, scale } => DataType::Decimal128(precision, scale.cast_signed()),
            Self::Float => DataType::Float64,
            Self::Date(_) => DataType::Date32,
            Self::Timestamp { zone, .. } => DataType::Timestamp(TimeUnit::Microsecond, zone.map(named)),
        }
    }

    /// What it means.
    pub(crate) fn value_kind(self) -> ValueKind {
        match self {
            Self::Text => ValueKind::Text,
            Self::Json => ValueKind::Json,
            Self::Boolean => ValueKind::Boolean,
            Self::Integer => ValueKind::Integer,
            Self::Decimal { .. } | Self::Float => ValueKind::Number,
            Self::Date(_) => ValueKind::Date,
            Self::Timestamp { .. } => ValueKind::Timestamp,
        }
    }
}

/// A zone as Arrow calls it.
fn named(minutes: i16) -> Arc<str> {
    if minutes == 0 {
        return Arc::from("UTC");
    }
    let (sign, ahead) = (if minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
    Arc::from(format!("{sign}{:02}:{:02}", ahead / 60, ahead % 60))
}

impl Column {
    pub(crate) fn new(kind: ColumnType) -> Self {
        let values = match kind {
            ColumnType::Text | ColumnType::Json => Values::Text(StringBuilder::new()),
            ColumnType::Boolean => Values::Truth(BooleanBuilder::new()),
            ColumnType::Integer => Values::Integer(Int64Builder::new()),
            ColumnType::Decimal { scale, .. } => {
                Values::Decimal(Decimal128Builder::new().with_data_type(kind.data_type()), scale)
            }
            ColumnType::Float => Values::Float(Float64Builder::new()),
            ColumnType::Date(_) => Values::Day(Date32Builder::new()),
            ColumnType::Timestamp { .. } => {
                Values::Moment(TimestampMicrosecondBuilder::new().with_data_type(kind.data_type()))
            }
        };
        Self { kind, values }
    }

    /// One more value. What doesn't fit the type, which no column has that [`Guess`](super::Guess) was asked about, is nothing.
    pub(crate) fn push(&mut self, cell: Cell<'_>) {
        match &mut self.values {
            Values::Text(builder) => match text_of(cell) {
                Some(text) => builder.append_value(text),
                None => builder.append_null(),
            },
            Values::Truth(builder) => builder.append_option(match cell {
                Cell::Truth(value) => Some(value),
                Cell::Text(text) => truth(text.trim()),
                _ => None,
            }),
            Values::Integer(builder) => {
                builder.append_option(
                    number_of(cell).filter(|number| number.scale == 0).and_then(|it| it.digits),
                );
            }
            Values::Decimal(builder, scale) => builder.append_option(number_of(cell).and_then(|number| {
                let missing = u32::from(scale.checked_sub(number.scale)?);
                i128::from(number.digits?).checked_mul(10_i128.checked_pow(missing)?)
            })),
            Values::Float(builder) => builder.append_option(number_of(cell).map(|number| number.float)),
            Values::Day(builder) => {
                builder.append_option(moment_of(cell, self.kind).map(|at| {
                    i32::try_from((at.date() - NaiveDate::default()).num_days()).unwrap_or_default()
                }));
            }
            Values::Moment(builder) => {
                builder.append_option(moment_of(cell, self.kind).map(|at| at.and_utc().timestamp_micros()));
            }
        }
    }

    /// The values, and an empty column.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        match &mut self.values {
            Values::Text(builder) => Arc::new(builder.finish()),
            Values::Truth(builder) => Arc::new(builder.finish()),
            Values::Integer(builder) => Arc::new(builder.finish()),
            Values::Decimal(builder, _) => Arc::new(builder.finish()),
            Values::Float(builder) => Arc::new(builder.finish()),
            Values::Day(builder) => Arc::new(builder.finish()),
            Values::Moment(builder) => Arc::new(builder.finish()),
        }
    }
}

fn text_of(cell: Cell<'_>) -> Option<std::borrow::Cow<'_, str>> {
    match cell {
        Cell::Empty => None,
        Cell::Text("") => None,
        Cell::Text(text) | Cell::Quoted(text) | Cell::Number(text) | Cell::Nested(text) => Some(text.into()),
        Cell::Truth(truth) => Some(if truth { "true" } else { "false" }.into()),
        Cell::Moment(at) if at.time() == chrono::NaiveTime::MIN => Some(at.date().to_string().into()),
        Cell::Moment(at) => Some(at.to_string().into()),
    }
}

fn number_of(cell: Cell<'_>) -> Option<number::Number> {
    match cell {
        Cell::Text(text) if is_nothing(text.trim()) => None,
        Cell::Text(text) => number::parse(text),
        Cell::Number(text) => number::stated(text),
        _ => None,
    }
}

fn moment_of(cell: Cell<'_>, kind: ColumnType) -> Option<chrono::NaiveDateTime> {
    let (ColumnType::Date(order) | ColumnType::Timestamp { order, .. }) = kind else { return None };
    match cell {
        Cell::Moment(at) => Some(at),
        Cell::Text(text) => time::parse(text, order).map(|moment| moment.at),
        Cell::Quoted(text) => time::parse_iso(text).map(|moment| moment.at),
        _ => None,
    }
}
