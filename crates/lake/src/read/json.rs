//! JSON: an array of objects, or an object on each line.

use std::borrow::Cow;
use std::cell::Cell as Counter;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use wenshu_sources::datasets::Unreadable;

use super::encoding::{self, Written};
use super::{MOST_COLUMNS, MOST_ROW_BYTES, ReadError, Sink, delimited, header};
use crate::values::Cell;

/// Reads all objects. Columns are in the order in which their names come first.
pub(crate) fn read(
    input: impl Read + Send,
    written: Written,
    is_array: bool,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    let budget = Rc::new(Counter::new(0));
    let input = encoding::decoded(input, written).map_err(ReadError::Input)?;
    let input = BufReader::with_capacity(256 * 1024, Limited { input, read: Rc::clone(&budget) });
    let mut rows = Rows { sink, names: Vec::new(), places: HashMap::new(), fault: None, count: 0, budget };
    let outcome = if is_array {
        let mut deserializer = serde_json::Deserializer::from_reader(input);
        Array(&mut rows).deserialize(&mut deserializer).and_then(|()| deserializer.end())
    } else {
        let mut outcome = Ok(());
        for object in serde_json::Deserializer::from_reader(input).into_iter::<Box<RawValue>>() {
            outcome = object.and_then(|object| rows.take(&object).map_err(serde_json::Error::custom));
            if outcome.is_err() {
                break;
            }
        }
        outcome
    };
    let Rows { fault, count, names, .. } = rows;
    if let Some(fault) = fault {
        return Err(fault);
    }
    if let Err(error) = outcome {
        return Err(of_parser(error, count));
    }
    if names.is_empty() {
        return Err(Unreadable::new("文件里没有数据", "there is no data in the file").into());
    }
    Ok(())
}

fn of_parser(error: serde_json::Error, count: u64) -> ReadError {
    use std::io::ErrorKind;
    match error.io_error_kind() {
        // It says the line.
        Some(ErrorKind::InvalidData) => delimited::not_text(&io::Error::from(error).to_string()).into(),
        Some(ErrorKind::FileTooLarge) => Unreadable::new(
            format!("第 {} 个对象太大", count + 1),
            format!("object {} is too large", count + 1),
        )
        .into(),
        Some(_) => ReadError::Input(error.into()),
        None => {
            let (line, column) = (error.line(), error.column());
            Unreadable::new(
                format!("第 {line} 行第 {column} 列不是有效的 JSON"),
                format!("line {line}, column {column} isn't JSON"),
            )
            .into()
        }
    }
}

/// Objects on their way to a sink.
struct Rows<'sink> {
    sink: &'sink mut dyn Sink,
    names: Vec<String>,
    places: HashMap<String, usize>,
    fault: Option<ReadError>,
    count: u64,
    budget: Rc<Counter<u64>>,
}

impl Rows<'_> {
    /// Takes one object. The fault is kept; what is answered only ends the parsing.
    fn take(&mut self, object: &RawValue) -> Result<(), &'static str> {
        self.budget.set(0);
        self.count += 1;
        self.take_object(object).map_err(|fault| {
            self.fault = Some(fault);
            "an object that can't be taken"
        })
    }

    fn take_object(&mut self, object: &RawValue) -> Result<(), ReadError> {
        let text = object.get();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        if !text.starts_with('{') {
            return Err(Unreadable::new(
                format!("第 {} 个元素不是对象：每一行数据须是一个 JSON 对象", self.count),
                format!("element {} is no object; every row has to be a JSON object", self.count),
            )
            .into());
        }
        let fields = deserializer.deserialize_map(Fields).map_err(|_| {
            Unreadable::new(
                format!("第 {} 个对象无法读取", self.count),
                format!("object {} can't be read", self.count),
            )
        })?;
        let before = self.names.len();
        let mut values: Vec<(usize, Value<'_>)> = Vec::with_capacity(fields.len());
        for (name, raw) in &fields {
            let place = match self.places.get(name.as_ref()) {
                Some(place) => *place,
                None => {
                    let place = self.names.len();
                    self.names.push(name.clone().into_owned());
                    self.places.insert(name.clone().into_owned(), place);
                    place
                }
            };
            values.push((place, value_of(raw.get())));
        }
        if self.names.len() > before {
            if self.names.len() > MOST_COLUMNS {
                return Err(Unreadable::new(
                    format!("列数超过 {MOST_COLUMNS}"),
                    format!("it has more than {MOST_COLUMNS} columns"),
                )
                .into());
            }
            self.sink.columns(&header::names(self.names.iter()))?;
        }
        let mut cells = vec![Cell::Empty; self.names.len()];
        for (place, value) in &values {
            cells[*place] = match value {
                Value::Cell(cell) => *cell,
                Value::Unescaped(text) => Cell::Quoted(text),
            };
        }
        self.sink.row(&cells)
    }
}

enum Value<'raw> {
    Cell(Cell<'raw>),
    Unescaped(String),
}

fn value_of(raw: &str) -> Value<'_> {
    Value::Cell(match raw.as_bytes().first() {
        Some(b'"') => {
            let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
            if inner.contains('\\') {
                return Value::Unescaped(serde_json::from_str(raw).unwrap_or_else(|_| inner.to_owned()));
            }
            Cell::Quoted(inner)
        }
        Some(b'{' | b'[') => Cell::Nested(raw),
        Some(b't') => Cell::Truth(true),
        Some(b'f') => Cell::Truth(false),
        Some(b'n') | None => Cell::Empty,
        Some(_) => Cell::Number(raw),
    })
}

/// The array around all objects.
struct Array<'rows, 'sink>(&'rows mut Rows<'sink>);

impl<'de> DeserializeSeed<'de> for Array<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Array<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while let Some(object) = array.next_element::<Box<RawValue>>()? {
            self.0.take(&object).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// The fields of an object, in order, values unread.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((name, value)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
            fields.push((name, value));
        }
        Ok(fields)
    }
}

/// Fails when more is read for one row than a row may have.
struct Limited<Input> {
    input: Input,
    read: Rc<Counter<u64>>,
}

impl<Input: Read> Read for Limited<Input> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read.get() > MOST_ROW_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.input.read(buffer)?;
        self.read.set(self.read.get() + read as u64);
        Ok(read)
    }
}
