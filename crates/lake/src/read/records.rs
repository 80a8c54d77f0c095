//! Records of values with something between them, fast where they are plain.
//!
//! Hardly any line has quotes. One without is cut at its separators, which the processor finds many bytes at a time; any other goes
//! through the state machine of the `csv` library, which knows what quotes mean.

use std::io::{self, Read};
use std::ops::Range;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr_iter, memchr3};

use super::MOST_ROW_BYTES;

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

const QUOTE: u8 = b'"';

/// Why there is no record.
#[derive(Debug)]
pub(super) enum RecordFault {
    /// That which begins in this line isn't UTF-8.
    NotUtf8(u64),
    /// It is larger than a row may be.
    TooLarge,
    /// A quote in that which begins in this line isn't closed, or not where a value ends, and took lines in.
    NotClosed(u64),
    /// It could not be read.
    Input(io::Error),
}

impl From<io::Error> for RecordFault {
    fn from(error: io::Error) -> Self {
        Self::Input(error)
    }
}

/// Follows quotes, which the machine forgives whatever stands behind them.
struct Quotes {
    delimiter: u8,
    place: Place,
    /// Whether one was closed within a value.
    is_broken: bool,
    /// Whether a line ended between two.
    has_lines: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where a value begins.
    Start,
    /// In a value without quotes.
    Plain,
    /// Between quotes.
    Within,
    /// Behind a quote that closes, or is the first of two.
    Behind,
}

impl Quotes {
    fn new(delimiter: u8) -> Self {
        Self { delimiter, place: Place::Start, is_broken: false, has_lines: false }
    }

    fn see(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.place = match (self.place, *byte) {
                (Place::Start | Place::Behind, QUOTE) => Place::Within,
                (Place::Within, QUOTE) => Place::Behind,
                (Place::Within, byte) => {
                    self.has_lines |= byte == b'\n';
                    Place::Within
                }
                (_, byte) if byte == self.delimiter || byte == b'\n' || byte == b'\r' => Place::Start,
                (Place::Behind, _) => {
                    self.is_broken = true;
                    Place::Plain
                }
                _ => Place::Plain,
            };
        }
    }

    /// Whether lines were taken in that may be records of their own.
    fn may_hide(&self) -> bool {
        self.has_lines && (self.is_broken || self.place == Place::Within)
    }
}

/// Reads records one after the other. Empty lines are none.
pub(super) struct Records<Input> {
    input: Input,
    delimiter: u8,
    machine: Reader,
    buffer: Vec<u8>,
    /// What of the buffer is there and isn't read.
    rest: Range<usize>,
    is_over: bool,
    /// The line that comes next.
    next_line: u64,
    record: Record,
}

/// A record.
#[derive(Default)]
pub(super) struct Record {
    text: String,
    fields: Vec<Range<usize>>,
    /// The line that it begins in, counted from 1.
    pub(super) line: u64,
}

impl Record {
    /// The number of values.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// Leaves out all values but the first ones.
    pub(super) fn truncate(&mut self, length: usize) {
        self.fields.truncate(length);
    }

    /// The values.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| self.text.get(field.clone()).unwrap_or_default())
    }
}

impl<Input: Read> Records<Input> {
    /// Of a file whose values have this between them.
    pub(super) fn new(input: Input, delimiter: u8) -> Self {
        Self {
            input,
            delimiter,
            machine: ReaderBuilder::new().delimiter(delimiter).build(),
            buffer: Vec::new(),
            rest: 0..0,
            is_over: false,
            next_line: 1,
            record: Record::default(),
        }
    }

    /// The next record; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<&mut Record>, RecordFault> {
        loop {
            let rest = &self.buffer[self.rest.clone()];
            let (length, taken) = match memchr3(QUOTE, b'\r', b'\n', rest) {
                Some(at) if rest[at] == b'\n' => (at, at + 1),
                Some(at) if rest[at] == b'\r' => match rest.get(at + 1) {
                    Some(b'\n') => (at, at + 2),
                    Some(_) => (at, at + 1),
                    None if self.is_over => (at, at + 1),
                    None => {
                        self.fill()?;
                        continue;
                    }
                },
                Some(_) => {
                    self.record.line = self.next_line;
                    return if self.quoted()? { Ok(Some(&mut self.record)) } else { Ok(None) };
                }
                None if self.is_over && rest.is_empty() => return Ok(None),
                None if self.is_over => (rest.len(), rest.len()),
                None => {
                    self.fill()?;
                    continue;
                }
            };
            let line = self.next_line;
            self.next_line += u64::from(rest[..taken].ends_with(b"\n"));
            let start = self.rest.start;
            self.rest.start += taken;
            if length == 0 {
                continue;
            }
            self.record.line = line;
            self.plain(start..start + length)?;
            return Ok(Some(&mut self.record));
        }
    }

    /// A line without quotes.
    fn plain(&mut self, bytes: Range<usize>) -> Result<(), RecordFault> {
        let Record { text, fields, line } = &mut self.record;
        let written = std::str::from_utf8(&self.buffer[bytes]).map_err(|_| RecordFault::NotUtf8(*line))?;
        text.clear();
        text.push_str(written);
        fields.clear();
        let mut start = 0;
        for at in memchr_iter(self.delimiter, text.as_bytes()) {
            fields.push(start..at);
            start = at + 1;
        }
        fields.push(start..text.len());
        Ok(())
    }

    /// A record that has a quote in its first line. Answers whether there is one.
    fn quoted(&mut self) -> Result<bool, RecordFault> {
        self.machine.reset();
        let mut output = std::mem::take(&mut self.record.text).into_bytes();
        output.clear();
        output.resize(1024, 0);
        let mut ends = vec![0; 64];
        let (mut written, mut ended) = (0, 0);
        let mut quotes = Quotes::new(self.delimiter);
        let is_record = loop {
            if written as u64 > MOST_ROW_BYTES {
                return Err(RecordFault::TooLarge);
            }
            let rest = &self.buffer[self.rest.clone()];
            let (result, read, made, finished) =
                self.machine.read_record(rest, &mut output[written..], &mut ends[ended..]);
            self.next_line += memchr_iter(b'\n', &rest[..read]).count() as u64;
            quotes.see(&rest[..read]);
            self.rest.start += read;
            written += made;
            ended += finished;
            match result {
                ReadRecordResult::Record => break true,
                ReadRecordResult::End => break false,
                ReadRecordResult::InputEmpty => {
                    // At the end the machine is told so by nothing to read.
                    if !self.is_over {
                        self.fill()?;
                    }
                }
                ReadRecordResult::OutputFull => output.resize(2 * output.len(), 0),
                ReadRecordResult::OutputEndsFull => ends.resize(2 * ends.len(), 0),
            }
        };
        if quotes.may_hide() {
            return Err(RecordFault::NotClosed(self.record.line));
        }
        output.truncate(written);
        let Record { text, fields, line } = &mut self.record;
        fields.clear();
        let mut start = 0;
        for end in &ends[..ended] {
            fields.push(start..*end);
            start = *end;
        }
        *text = String::from_utf8(output).map_err(|_| RecordFault::NotUtf8(*line))?;
        // A value may end within a character where bytes of several are broken.
        let is_cut = |field: &Range<usize>| text.get(field.clone()).is_none();
        if fields.iter().any(is_cut) { Err(RecordFault::NotUtf8(*line)) } else { Ok(is_record) }
    }

    /// Reads more behind what there is.
    fn fill(&mut self) -> Result<(), RecordFault> {
        self.buffer.copy_within(self.rest.clone(), 0);
        self.rest = 0..self.rest.len();
        if self.rest.end as u64 > MOST_ROW_BYTES {
            return Err(RecordFault::TooLarge);
        }
        if self.buffer.len() < self.rest.end + CHUNK {
            self.buffer.resize(self.rest.end + CHUNK, 0);
        }
        let read = loop {
            match self.input.read(&mut self.buffer[self.rest.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.is_over = read == 0;
        self.rest.end += read;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte or so at a time.
    struct Slow<'text>(&'text [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn read(text: &str, at_once: usize) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new(Slow(text.as_bytes(), at_once), b',');
        let mut found = Vec::new();
        while let Some(record) = records.next().unwrap() {
            found.push((record.line, record.iter().map(str::to_owned).collect()));
        }
        found
    }

    #[test]
    fn records_are_those_of_the_library() {
        for text in [
            "a,b\n1,2\n",
            "a,b\r\n1,2\r\n",
            "a,b\r1,2",
            "a,b\n1,2",
            "\n\na,b\n\n\r\n1,2\n\n",
            "a,\"b\"\n\"1\",2\n3,4\n",
            "a,\"b\nc\"\r\n1,2\r\n\"x\",\"y\"\r\n3,4\r\n",
            "a,b\"c\"d\n\"a\"\"b\",\"c\"d,e\n",
            "\"\",\n,\n\"",
            "a,\"open and never closed",
            "a,\"b\"c,d\n1,2,3\n",
            "城市,\"北京,上海\"\n,,\n",
            ",\n",
            "",
            "\"a\"",
            "x\r\n\"y\"\r\nz",
            "x\r\"y\"\rz",
        ] {
            let mut library =
                csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> =
                library.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            for at_once in [1, 2, 3, 7, 1_000] {
                let found: Vec<Vec<String>> =
                    read(text, at_once).into_iter().map(|(_, fields)| fields).collect();
                assert_eq!(found, expected, "{text:?}, {at_once} bytes at a time");
            }
        }
    }

    #[test]
    fn lines_are_where_records_begin() {
        let text = "a,b\n\n\"x\ny\",1\n2,3\r\n\r\n\"z\",4\r\n5,6";
        for at_once in [1, 3, 100] {
            let lines: Vec<u64> = read(text, at_once).into_iter().map(|(line, _)| line).collect();
            assert_eq!(lines, [1, 3, 5, 7, 8], "{at_once}");
        }
    }

    #[test]
    fn broken_characters_and_rows_without_end_are_told() {
        for bytes in [&b"a,\xff\n"[..], b"\"a\",\"\xff\"\n", b"\"\xe5\",\"\x9f\x8e\"\n"] {
            let fault = Records::new(bytes, b',').next().err().unwrap();
            assert!(matches!(fault, RecordFault::NotUtf8(1)), "{fault:?}");
        }
        for text in ["a,b\n1,\"open\n2,3\n", "a,b\n1,\"open\n2,\"x\"\n3,4\n", "a,b\n1,\"open\n"] {
            let mut records = Records::new(text.as_bytes(), b',');
            assert!(records.next().unwrap().is_some());
            let fault = records.next().err().unwrap();
            assert!(matches!(fault, RecordFault::NotClosed(2)), "{text:?}: {fault:?}");
        }
        let length = usize::try_from(MOST_ROW_BYTES).unwrap() + CHUNK + 1;
        for start in ["", "\""] {
            let text = start.to_owned() + &"x".repeat(2 * length);
            let fault = Records::new(text.as_bytes(), b',').next().err().unwrap();
            assert!(matches!(fault, RecordFault::TooLarge), "{fault:?}");
        }
    }
}
