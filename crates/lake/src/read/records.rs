//! Records of values with something between them, fast where they are plain.
//!
//! Hardly any line has quotes. One without is cut where separators are, which are found many bytes at a time; any other goes through the
//! state machine of the `csv` library, which knows what quotes mean. A record that isn't whole in what has been read of the
//! file is read again when more of it is there.

use std::io::{self, Read};
use std::ops::Range;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::memchr_iter;

use super::MOST_ROW_BYTES;
use super::marks::Marks;

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

const QUOTE: u8 = b'"';

/// Why there is no record.
#[derive(Debug)]
pub(super) enum RecordFault {
    /// That which begins in this line isn't UTF-8.
    NotUtf8(u64),
    /// That which begins in this line is larger than a row may be.
    TooLarge(u64),
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
    fields: Vec<Range<usize>>,
}

/// A record.
pub(crate) struct Record<'text> {
    text: &'text str,
    fields: &'text mut Vec<Range<usize>>,
    /// The line that it begins in, counted from 1.
    pub(super) line: u64,
}

impl<'text> Record<'text> {
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
        self.fields.iter().map(|field| self.text(field))
    }

    /// What the values are in, and more.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Where the values are.
    #[inline]
    pub(super) fn fields(&self) -> &[Range<usize>] {
        self.fields
    }

    /// The value that is there.
    #[inline]
    pub(super) fn text(&self, field: &Range<usize>) -> &str {
        self.text.get(field.clone()).unwrap_or_default()
    }
}

/// A record with quotes, without them.
#[derive(Default)]
struct Unquoted {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Unquoted {
    /// Takes the quotes from the record that the bytes begin with. Answers how many bytes it has; nothing when there may be more of it
    /// than there is.
    fn read(&mut self, machine: &mut Reader, bytes: &[u8], is_last: bool) -> Option<usize> {
        let Self { bytes: output, ends } = self;
        output.resize(output.len().max(1024), 0);
        ends.resize(ends.len().max(64), 0);
        let (mut taken, mut written, mut ended) = (0, 0, 0);
        loop {
            let (result, read, made, finished) =
                machine.read_record(&bytes[taken..], &mut output[written..], &mut ends[ended..]);
            taken += read;
            written += made;
            ended += finished;
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => break,
                // At the end the machine is told so by nothing to read.
                ReadRecordResult::InputEmpty if is_last => {}
                ReadRecordResult::InputEmpty => return None,
                ReadRecordResult::OutputFull => output.resize(2 * output.len(), 0),
                ReadRecordResult::OutputEndsFull => ends.resize(2 * ends.len(), 0),
            }
        }
        output.truncate(written);
        ends.truncate(ended);
        Some(taken)
    }

    /// What has been read, and where its values are.
    fn text(&self, fields: &mut Vec<Range<usize>>) -> Option<&str> {
        fields.clear();
        let mut start = 0;
        for end in &self.ends {
            fields.push(start..*end);
            start = *end;
        }
        str::from_utf8(&self.bytes).ok()
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
            fields: Vec::new(),
        }
    }

    /// Hands on all records; ends with what `take` answers when that is a fault.
    pub(super) fn each<Fault: From<RecordFault>>(
        &mut self,
        mut take: impl FnMut(Record<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut unquoted = Unquoted::default();
        while !(self.is_over && self.rest.is_empty()) {
            self.block(&mut unquoted, &mut take)?;
            // A record that isn't whole is read again when there is twice as much of it, so that one without end isn't read for ever.
            let wanted = 2 * self.rest.len();
            self.fill()?;
            while self.rest.len() < wanted && self.rest.len() as u64 <= MOST_ROW_BYTES && !self.is_over {
                self.fill()?;
            }
        }
        Ok(())
    }

    /// Hands on the records that are whole in what there is of the file.
    fn block<Fault: From<RecordFault>>(
        &mut self,
        unquoted: &mut Unquoted,
        take: &mut impl FnMut(Record<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let there = &self.buffer[self.rest.clone()];
        // Characters are looked at many at a time. What isn't one is told when its record comes.
        let (text, is_damaged) = match simdutf8::compat::from_utf8(there) {
            Ok(text) => (text, false),
            Err(error) => {
                let text = simdutf8::basic::from_utf8(&there[..error.valid_up_to()]).unwrap_or_default();
                (text, self.is_over || error.error_len().is_some())
            }
        };
        let bytes = text.as_bytes();
        let is_last = self.is_over && bytes.len() == there.len();
        let mut marks = Marks::of(bytes, [self.delimiter, b'\n', b'\r', QUOTE]);
        // Where the record and the value begin that are being read.
        let (mut start, mut value) = (0, 0);
        self.fields.clear();
        while let Some(at) = marks.next() {
            if bytes[at] == self.delimiter {
                self.fields.push(value..at);
                value = at + 1;
                continue;
            }
            let line = self.next_line;
            if bytes[at] == QUOTE {
                let rest = &bytes[start..];
                self.machine.reset();
                let Some(read) = unquoted.read(&mut self.machine, rest, is_last) else {
                    break;
                };
                let mut quotes = Quotes::new(self.delimiter);
                quotes.see(&rest[..read]);
                if quotes.may_hide() {
                    return Err(RecordFault::NotClosed(line).into());
                }
                self.next_line += memchr_iter(b'\n', &rest[..read]).count() as u64;
                start += read;
                let text = unquoted.text(&mut self.fields).ok_or(RecordFault::NotUtf8(line))?;
                take(Record { text, fields: &mut self.fields, line })?;
                marks.go_on(start);
            } else {
                let end = match (bytes[at], bytes.get(at + 1)) {
                    (b'\r', Some(b'\n')) => at + 2,
                    // What ends the line may come with the next piece.
                    (b'\r', None) if !is_last => break,
                    _ => at + 1,
                };
                self.next_line += u64::from(bytes[end - 1] == b'\n');
                if start < at {
                    self.fields.push(value..at);
                    take(Record { text, fields: &mut self.fields, line })?;
                }
                start = end;
                if end > at + 1 {
                    // The second sign of the same end.
                    marks.next();
                }
            }
            value = start;
            self.fields.clear();
        }
        if is_last && start < bytes.len() {
            self.fields.push(value..bytes.len());
            take(Record { text, fields: &mut self.fields, line: self.next_line })?;
            start = bytes.len();
        }
        self.rest.start += start;
        if is_damaged {
            return Err(RecordFault::NotUtf8(self.next_line).into());
        }
        Ok(())
    }

    /// Reads more behind what there is.
    fn fill(&mut self) -> Result<(), RecordFault> {
        if self.rest.start > 0 {
            self.buffer.copy_within(self.rest.clone(), 0);
            self.rest = 0..self.rest.len();
        }
        if self.rest.end as u64 > MOST_ROW_BYTES {
            return Err(RecordFault::TooLarge(self.next_line));
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
    use proptest::prelude::*;

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
        let read: Result<(), RecordFault> = records.each(|record| {
            found.push((record.line, record.iter().map(str::to_owned).collect()));
            Ok(())
        });
        read.unwrap();
        found
    }

    fn read_by_library(text: &str) -> Vec<Vec<String>> {
        let mut library =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        library.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    proptest! {
        #[test]
        fn any_records_are_those_of_the_library(
            text in "([ab]{1,40}|[ab,]{1,9}|,|\n|\r\n|\r|京|\"x\"|,\"x,\n\"\"y\",){0,60}",
            at_once in 1_usize..200,
        ) {
            let mut found = Vec::new();
            let mut records = Records::new(Slow(text.as_bytes(), at_once), b',');
            let read: Result<(), RecordFault> = records.each(|record| {
                found.push(record.iter().map(str::to_owned).collect::<Vec<_>>());
                Ok(())
            });
            let expected = read_by_library(&text);
            match read {
                Ok(()) => prop_assert_eq!(found, expected),
                Err(RecordFault::NotClosed(_)) => prop_assert!(expected.starts_with(&found)),
                Err(fault) => prop_assert!(false, "{:?}", fault),
            }
        }
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
            let expected = read_by_library(text);
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

    /// What is wrong with a file, and how many records come before it.
    fn fault(bytes: &[u8]) -> (usize, RecordFault) {
        let mut before = 0;
        let read: Result<(), RecordFault> = Records::new(bytes, b',').each(|_| {
            before += 1;
            Ok(())
        });
        (before, read.unwrap_err())
    }

    #[test]
    fn broken_characters_and_rows_without_end_are_told() {
        for bytes in [&b"a,\xff\n"[..], b"\"a\",\"\xff\"\n", b"\"\xe5\",\"\x9f\x8e\"\n"] {
            let fault = fault(bytes).1;
            assert!(matches!(fault, RecordFault::NotUtf8(1)), "{fault:?}");
        }
        for text in ["a,b\n1,\"open\n2,3\n", "a,b\n1,\"open\n2,\"x\"\n3,4\n", "a,b\n1,\"open\n"] {
            let (before, fault) = fault(text.as_bytes());
            assert!(before == 1 && matches!(fault, RecordFault::NotClosed(2)), "{text:?}: {fault:?}");
        }
        let length = usize::try_from(MOST_ROW_BYTES).unwrap() + CHUNK + 1;
        for start in ["", "\""] {
            let text = start.to_owned() + &"x".repeat(2 * length);
            let fault = fault(text.as_bytes()).1;
            assert!(matches!(fault, RecordFault::TooLarge(1)), "{fault:?}");
        }
    }

    #[test]
    fn large_rows_are_read_whatever_comes_behind_them() {
        let small = "1,2\n".repeat(1_000);
        for mebibytes in [9, 15] {
            let large = format!("{},\"{}\"\n", "x".repeat(1024), "y".repeat(mebibytes * 1024 * 1024));
            let text = format!("{small}{large}{large}{small}");
            for at_once in [96 * 1024, 1024 * 1024] {
                let mut records = 0;
                let read: Result<(), RecordFault> =
                    Records::new(Slow(text.as_bytes(), at_once), b',').each(|record| {
                        records += record.len();
                        Ok(())
                    });
                read.unwrap();
                assert_eq!(records, 4_004, "{mebibytes} MiB, {at_once} bytes at a time");
            }
        }
    }
}
