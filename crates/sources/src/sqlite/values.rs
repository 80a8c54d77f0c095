//! SQLite's values as Arrow columns.
//!
//! A SQLite column may hold values of any storage class, whatever its declared type. The Arrow type follows the values
//! that were read, so that none of them is changed; the declared type (known for columns, not for expressions) says
//! what they mean and gives the type where there is no value to look at.
//!
//! | storage classes read, NULL aside | Arrow | kind |
//! | --- | --- | --- |
//! | none | by declared type, else text | declared, else text |
//! | INTEGER | `Int64`; `Boolean` where declared so and all are 0 or 1 | integer; number where declared DECIMAL; boolean |
//! | REAL | `Float64` | number |
//! | INTEGER and REAL | `Float64`, or text if an integer has no exact float | number, or text |
//! | TEXT | `Utf8` (invalid UTF-8 replaced by U+FFFD) | date, timestamp if all are; time, JSON where declared so; text |
//! | BLOB | `Binary` | binary |
//! | TEXT or BLOB with others | `Utf8`, as SQLite casts to text | text |

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanArray, Float64Array, Int64Array, RecordBatch, StringBuilder,
    new_null_array,
};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use rusqlite::types::ValueRef;

use super::kinds::{Forms, declared_kind};
use crate::ValueKind;

/// One value; texts and blobs lie in the column's bytes.
#[derive(Clone, Copy)]
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text { start: usize, end: usize },
    Blob { start: usize, end: usize },
}

/// The values of one column as they are read.
pub(super) struct Column {
    name: String,
    declared: Option<ValueKind>,
    cells: Vec<Cell>,
    bytes: Vec<u8>,
    integers: bool,
    reals: bool,
    texts: bool,
    blobs: bool,
}

/// What a value counts towards the byte limit.
pub(super) fn size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Null => 1,
        ValueRef::Integer(_) | ValueRef::Real(_) => 8,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len().max(1),
    }
}

impl Column {
    /// An empty column.
    pub(super) fn new(name: &str, declared_type: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            declared: declared_type.and_then(declared_kind),
            cells: Vec::new(),
            bytes: Vec::new(),
            integers: false,
            reals: false,
            texts: false,
            blobs: false,
        }
    }

    /// The same column without values.
    pub(super) fn emptied(&self) -> Self {
        Self { declared: self.declared, ..Self::new(&self.name, None) }
    }

    /// One more value.
    pub(super) fn push(&mut self, value: ValueRef<'_>) {
        let cell = match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(integer) => {
                self.integers = true;
                Cell::Integer(integer)
            }
            ValueRef::Real(real) => {
                self.reals = true;
                Cell::Real(real)
            }
            ValueRef::Text(text) => {
                self.texts = true;
                let (start, end) = self.keep(text);
                Cell::Text { start, end }
            }
            ValueRef::Blob(blob) => {
                self.blobs = true;
                let (start, end) = self.keep(blob);
                Cell::Blob { start, end }
            }
        };
        self.cells.push(cell);
    }

    fn keep(&mut self, bytes: &[u8]) -> (usize, usize) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        (start, self.bytes.len())
    }

    /// The Arrow column and what it means.
    fn finish(self) -> (String, ArrayRef, ValueKind) {
        let (array, kind) = match (self.integers, self.reals, self.texts, self.blobs) {
            (false, false, false, false) => self.nothing(),
            (true, false, false, false) => self.whole_numbers(),
            (_, true, false, false) => self.fractions(),
            (false, false, true, false) => self.texts(),
            (false, false, false, true) => self.blobs(),
            _ => (self.as_text(), ValueKind::Text),
        };
        (self.name, array, kind)
    }

    fn nothing(&self) -> (ArrayRef, ValueKind) {
        let kind = self.declared.unwrap_or(ValueKind::Text);
        let data_type = match kind {
            ValueKind::Integer => DataType::Int64,
            ValueKind::Number => DataType::Float64,
            ValueKind::Boolean => DataType::Boolean,
            ValueKind::Binary => DataType::Binary,
            _ => DataType::Utf8,
        };
        (new_null_array(&data_type, self.cells.len()), kind)
    }

    fn whole_numbers(&self) -> (ArrayRef, ValueKind) {
        let integers = || {
            self.cells.iter().map(|cell| match cell {
                Cell::Integer(integer) => Some(*integer),
                _ => None,
            })
        };
        if self.declared == Some(ValueKind::Boolean)
            && integers().flatten().all(|integer| integer == 0 || integer == 1)
        {
            let truths: BooleanArray =
                integers().map(|integer| integer.map(|integer| integer == 1)).collect();
            return (Arc::new(truths), ValueKind::Boolean);
        }
        let kind =
            if self.declared == Some(ValueKind::Number) { ValueKind::Number } else { ValueKind::Integer };
        (Arc::new(integers().collect::<Int64Array>()), kind)
    }

    fn fractions(&self) -> (ArrayRef, ValueKind) {
        let exact = self.cells.iter().all(|cell| match cell {
            Cell::Integer(integer) => is_exact(*integer),
            _ => true,
        });
        if !exact {
            return (self.as_text(), ValueKind::Text);
        }
        let numbers: Float64Array = self
            .cells
            .iter()
            .map(|cell| match cell {
                Cell::Integer(integer) => Some(*integer as f64),
                Cell::Real(real) => Some(*real),
                _ => None,
            })
            .collect();
        (Arc::new(numbers), ValueKind::Number)
    }

    fn texts(&self) -> (ArrayRef, ValueKind) {
        let mut forms = Forms::default();
        for cell in &self.cells {
            if let Cell::Text { start, end } = cell {
                forms.add(&self.bytes[*start..*end]);
            }
        }
        (self.as_text(), forms.kind(self.declared).unwrap_or(ValueKind::Text))
    }

    fn blobs(&self) -> (ArrayRef, ValueKind) {
        let mut builder = BinaryBuilder::with_capacity(self.cells.len(), self.bytes.len());
        for cell in &self.cells {
            match cell {
                Cell::Blob { start, end } => builder.append_value(&self.bytes[*start..*end]),
                _ => builder.append_null(),
            }
        }
        (Arc::new(builder.finish()), ValueKind::Binary)
    }

    fn as_text(&self) -> ArrayRef {
        let mut builder = StringBuilder::with_capacity(self.cells.len(), self.bytes.len());
        let mut number = String::new();
        for cell in &self.cells {
            match cell {
                Cell::Null => builder.append_null(),
                Cell::Integer(integer) => {
                    number.clear();
                    // Writing to a string can't fail.
                    let _ = write!(number, "{integer}");
                    builder.append_value(&number);
                }
                Cell::Real(real) => builder.append_value(real_as_text(*real)),
                Cell::Text { start, end } | Cell::Blob { start, end } => {
                    builder.append_value(String::from_utf8_lossy(&self.bytes[*start..*end]));
                }
            }
        }
        Arc::new(builder.finish())
    }
}

/// Whether the integer has a float of the same value.
fn is_exact(integer: i64) -> bool {
    // i64::MAX becomes 2^63 as a float, which saturates back to i64::MAX; through i128 the difference shows.
    (integer as f64) as i128 == i128::from(integer)
}

/// A real as SQLite casts it to text: 15 significant digits, at least one after the point. Rounded correctly, which
/// SQLite's own conversion is not always in the last digit of very large and very small numbers.
pub(super) fn real_as_text(real: f64) -> Cow<'static, str> {
    if real.is_infinite() {
        return Cow::Borrowed(if real > 0.0 { "Inf" } else { "-Inf" });
    }
    if real == 0.0 {
        return Cow::Borrowed(if real.is_sign_negative() { "-0.0" } else { "0.0" });
    }
    let scientific = format!("{real:.14e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return Cow::Owned(scientific) };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let text = if (-4..15).contains(&exponent) {
        let decimals = usize::try_from(14 - exponent).unwrap_or_default();
        with_one_decimal(format!("{real:.decimals$}"))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", with_one_decimal(digits.to_owned()), exponent.abs())
    };
    Cow::Owned(text)
}

/// Drops zeros at the end, but for the one right after the point.
fn with_one_decimal(mut digits: String) -> String {
    if !digits.contains('.') {
        digits.push_str(".0");
        return digits;
    }
    let kept = digits.trim_end_matches('0').len();
    digits.truncate(kept);
    if digits.ends_with('.') {
        digits.push('0');
    }
    digits
}

/// All columns as one batch of `rows` rows, with what each means.
pub(super) fn batch(
    columns: Vec<Column>,
    rows: usize,
) -> Result<(RecordBatch, Arc<[ValueKind]>), ArrowError> {
    crate::batch::batch(columns.into_iter().map(Column::finish).collect(), rows)
}
