//! Values as text, as every server can write them, gathered into Arrow columns of their exact types.
//!
//! | form | Arrow | where a value has no place in it |
//! | --- | --- | --- |
//! | truth | `Boolean` | text |
//! | flag | `Boolean`, in parts `Int64` | signed |
//! | signed, unsigned | `Int64`, `UInt64` | text |
//! | float | `Float64` | text |
//! | decimal | `Decimal128`, else `Decimal256`, scale of the value that has most | text (`NaN`, 77 digits) |
//! | day | `Date32` | text (`infinity`, `0000-00-00`) |
//! | time | `Time64` in microseconds | text (`838:59:59`) |
//! | timestamp, instant | `Timestamp` in microseconds, an instant in UTC | text |
//! | bytes | `Binary` | |
//! | text | `Utf8` (invalid UTF-8 replaced by U+FFFD) | |
//!
//! A column that had to become text keeps its kind: it is still a number or a day. Its moments and times are written as they are in a
//! column of them, so that one odd value changes none of the others, and a result whose parts are typed each alone reads as one.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanArray, Date32Array, Float64Array, Int64Array, StringBuilder,
    Time64MicrosecondArray, TimestampMicrosecondArray, UInt64Array,
};

use super::decimal::decimals;
use super::moment::{days, iso_moment, iso_time, time_microseconds, timestamp_microseconds};
use crate::ValueKind;
use crate::batch::Finished;

/// What the text of a column's values is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `true`, `t`, `1` or `false`, `f`, `0`.
    Truth,
    /// A small number that mostly stands for a truth, as MySQL has them: `1`, `0`, and others.
    Flag,
    /// A whole number of 64 bits.
    Signed,
    /// A whole number of 64 bits without a sign.
    Unsigned,
    /// A binary fraction, as many digits as it needs.
    Float,
    /// A decimal number.
    Decimal,
    /// `2026-03-01`.
    Day,
    /// `10:30:00.25`.
    Time,
    /// `2026-03-01 10:30:00.25` of no particular zone.
    Timestamp,
    /// `2026-03-01 10:30:00.25` in UTC.
    Instant,
    /// The bytes themselves.
    Bytes,
    /// Text, and what it means.
    Text(ValueKind),
}

impl Form {
    /// What values of this form mean.
    pub(crate) fn kind(self) -> ValueKind {
        match self {
            Self::Truth | Self::Flag => ValueKind::Boolean,
            Self::Signed | Self::Unsigned => ValueKind::Integer,
            Self::Float | Self::Decimal => ValueKind::Number,
            Self::Day => ValueKind::Date,
            Self::Time => ValueKind::Time,
            Self::Timestamp | Self::Instant => ValueKind::Timestamp,
            Self::Bytes => ValueKind::Binary,
            Self::Text(kind) => kind,
        }
    }

    /// The form whose Arrow type doesn't depend on which values come, where that is possible without losing what they mean.
    pub(crate) fn of_all_parts(self) -> Self {
        if self == Self::Flag { Self::Signed } else { self }
    }

    /// A value as it is shown in a column of this form, where it must stand in one of text; `None` where that is no other than it is.
    fn in_text(self, value: &str) -> Option<String> {
        match self {
            Self::Time => iso_time(value),
            Self::Timestamp => iso_moment(value),
            Self::Instant => iso_moment(value).map(|moment| moment + "Z"),
            _ => None,
        }
    }
}

/// The values of one column as they are read.
pub(crate) struct Column {
    name: String,
    form: Form,
    /// Where each value ends in `bytes`, and whether it is one at all.
    cells: Vec<(usize, bool)>,
    bytes: Vec<u8>,
}

impl Column {
    /// An empty column.
    pub(crate) fn new(name: impl Into<String>, form: Form) -> Self {
        Self { name: name.into(), form, cells: Vec::new(), bytes: Vec::new() }
    }

    /// The same column, for values that come in parts.
    pub(crate) fn in_parts(mut self) -> Self {
        self.form = self.form.of_all_parts();
        self
    }

    /// The same column without values.
    pub(crate) fn emptied(&self) -> Self {
        Self::new(self.name.clone(), self.form)
    }

    /// One more value; `None` is NULL.
    pub(crate) fn push(&mut self, value: Option<&[u8]>) {
        self.bytes.extend_from_slice(value.unwrap_or_default());
        self.cells.push((self.bytes.len(), value.is_some()));
    }

    /// The Arrow column and what it means.
    pub(crate) fn finish(mut self) -> Finished {
        let mut array = self.typed();
        if array.is_none() && self.form == Form::Flag {
            self.form = Form::Signed;
            array = self.typed();
        }
        let array = array.unwrap_or_else(|| self.as_text());
        (self.name, array, self.form.kind())
    }

    /// The values in the Arrow type of their form; `None` where one has no place in it.
    fn typed(&self) -> Option<ArrayRef> {
        Some(match self.form {
            Form::Truth | Form::Flag => Arc::new(BooleanArray::from(self.parsed(truth)?)),
            Form::Signed => Arc::new(Int64Array::from(self.parsed(|text| text.parse().ok())?)),
            Form::Unsigned => Arc::new(UInt64Array::from(self.parsed(|text| text.parse().ok())?)),
            Form::Float => Arc::new(Float64Array::from(self.parsed(|text| text.parse().ok())?)),
            Form::Decimal => {
                let texts: Vec<Option<&str>> = self.parsed(Some)?;
                decimals(texts.into_iter())?
            }
            Form::Day => Arc::new(Date32Array::from(self.parsed(days)?)),
            Form::Time => Arc::new(Time64MicrosecondArray::from(self.parsed(time_microseconds)?)),
            Form::Timestamp => {
                Arc::new(TimestampMicrosecondArray::from(self.parsed(timestamp_microseconds)?))
            }
            Form::Instant => Arc::new(
                TimestampMicrosecondArray::from(self.parsed(timestamp_microseconds)?).with_timezone("+00:00"),
            ),
            Form::Bytes => {
                let mut builder = BinaryBuilder::with_capacity(self.cells.len(), self.bytes.len());
                self.values().for_each(|value| builder.append_option(value));
                Arc::new(builder.finish())
            }
            Form::Text(_) => return None,
        })
    }

    /// Every value read by `parse`; `None` where it can't read one.
    fn parsed<'column, Value>(
        &'column self,
        parse: impl Fn(&'column str) -> Option<Value>,
    ) -> Option<Vec<Option<Value>>> {
        self.values()
            .map(|value| match value {
                None => Some(None),
                Some(bytes) => parse(std::str::from_utf8(bytes).ok()?).map(Some),
            })
            .collect()
    }

    fn as_text(&self) -> ArrayRef {
        let mut builder = StringBuilder::with_capacity(self.cells.len(), self.bytes.len());
        for value in self.values() {
            builder.append_option(value.map(|bytes| {
                let text = text(bytes);
                self.form.in_text(&text).map_or(text, Cow::Owned)
            }));
        }
        Arc::new(builder.finish())
    }

    fn values(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let mut start = 0;
        self.cells.iter().map(move |(end, is_value)| {
            let value = &self.bytes[start..*end];
            start = *end;
            is_value.then_some(value)
        })
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "t" | "1" => Some(true),
        "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// What a value counts towards the byte limit.
pub(crate) fn size(value: Option<&[u8]>) -> usize {
    value.map_or(1, |value| value.len().max(1))
}

#[cfg(test)]
mod tests {
    use arrow::array::Array;
    use arrow::util::display::{ArrayFormatter, FormatOptions};

    use super::*;

    fn shown(form: Form, values: &[Option<&str>]) -> String {
        let mut column = Column::new("c", form);
        values.iter().for_each(|value| column.push(value.map(str::as_bytes)));
        let (_, array, kind) = column.finish();
        let options = FormatOptions::new().with_null("∅");
        let formatter = ArrayFormatter::try_new(&array, &options).unwrap();
        let cells: Vec<String> = (0..array.len()).map(|row| formatter.value(row).to_string()).collect();
        format!("{}:{} {}", array.data_type(), kind.as_str(), cells.join("|"))
    }

    #[test]
    fn forms_and_what_has_no_place_in_them() {
        use Form::*;
        for (form, values, expected) in [
            (Truth, vec![Some("true"), Some("f"), None], "Boolean:boolean true|false|∅"),
            (Truth, vec![Some("t"), Some("2")], "Utf8:boolean t|2"),
            (Flag, vec![Some("1"), Some("0")], "Boolean:boolean true|false"),
            (Flag, vec![Some("1"), Some("2")], "Int64:integer 1|2"),
            (Signed, vec![Some("-9223372036854775808"), None], "Int64:integer -9223372036854775808|∅"),
            (Signed, vec![Some("9223372036854775808")], "Utf8:integer 9223372036854775808"),
            (Unsigned, vec![Some("18446744073709551615")], "UInt64:integer 18446744073709551615"),
            (Float, vec![Some("0.1"), Some("Infinity"), Some("NaN")], "Float64:number 0.1|inf|NaN"),
            (Float, vec![Some("1e-300")], "Float64:number 1e-300"),
            (Decimal, vec![Some("1.10"), Some("2")], "Decimal128(38, 2):number 1.10|2.00"),
            (Decimal, vec![Some("1.10"), Some("NaN")], "Utf8:number 1.10|NaN"),
            (Day, vec![Some("2026-03-01"), None], "Date32:date 2026-03-01|∅"),
            (Day, vec![Some("2026-03-01"), Some("infinity")], "Utf8:date 2026-03-01|infinity"),
            (Time, vec![Some("10:30:00.5")], "Time64(µs):time 10:30:00.500"),
            (Time, vec![Some("838:59:59"), Some("10:30:00.5")], "Utf8:time 838:59:59|10:30:00.500"),
            (
                Timestamp,
                vec![Some("infinity"), Some("2026-03-01 10:00:00"), None],
                "Utf8:timestamp infinity|2026-03-01T10:00:00|∅",
            ),
            (
                Instant,
                vec![Some("2026-03-01 10:00:00.25"), Some("infinity"), Some("2026-03-01 10:00:00.123456789")],
                "Utf8:timestamp 2026-03-01T10:00:00.250Z|infinity|2026-03-01T10:00:00.123456789Z",
            ),
            (Timestamp, vec![Some("2026-03-01 10:00:00")], "Timestamp(µs):timestamp 2026-03-01T10:00:00"),
            (
                Instant,
                vec![Some("2026-03-01 10:00:00.25")],
                "Timestamp(µs, \"+00:00\"):timestamp 2026-03-01T10:00:00.250Z",
            ),
            (Bytes, vec![Some("a"), None, Some("")], "Binary:binary 61|∅|"),
            (Text(ValueKind::Json), vec![Some("[1,2]"), None], "Utf8:json [1,2]|∅"),
            (Text(ValueKind::Text), vec![], "Utf8:text "),
        ] {
            assert_eq!(shown(form, &values), expected, "{form:?} {values:?}");
        }
    }

    #[test]
    fn parts_have_one_form() {
        for (form, values, expected) in [
            (Form::Flag, ["1", "2"], ["Int64:integer 1", "Int64:integer 2"]),
            (Form::Truth, ["t", "f"], ["Boolean:boolean true", "Boolean:boolean false"]),
            (
                Form::Instant,
                ["2026-03-01 10:00:00", "infinity"],
                ["Timestamp(µs, \"+00:00\"):timestamp 2026-03-01T10:00:00Z", "Utf8:timestamp infinity"],
            ),
        ] {
            let parts = values.map(|value| shown(form.of_all_parts(), &[Some(value)]));
            assert_eq!(parts, expected, "{form:?}");
        }
    }

    #[test]
    fn invalid_text_does_not_fail_the_query() {
        let mut column = Column::new("c", Form::Text(ValueKind::Text));
        column.push(Some(b"a\xffb"));
        let (_, array, _) = column.finish();
        assert_eq!(
            ArrayFormatter::try_new(&array, &FormatOptions::new()).unwrap().value(0).to_string(),
            "a\u{fffd}b"
        );
    }

    #[test]
    fn sizes() {
        assert_eq!([size(None), size(Some(b"")), size(Some(b"abc"))], [1, 1, 3]);
    }
}
