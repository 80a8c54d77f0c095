//! CSV, TSV, and whatever else has values with something between them.

use std::io::{self, Read};

use csv::ReaderBuilder;
use wenshu_sources::datasets::Unreadable;

use super::encoding::{self, Written};
use super::records::{RecordFault, Records};
use super::{MOST_ROW_BYTES, ReadError, Sink, header, ours};
use crate::values::Cell;

/// Records that the layout is found from.
const SAMPLE_RECORDS: usize = 100;

/// How the values stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) written: Written,
    delimiter: u8,
    has_header: bool,
}

impl Layout {
    /// The layout of a file that begins so.
    pub(crate) fn of(head: &[u8], is_whole: bool, file_name: &str) -> Self {
        Self::written(head, is_whole, file_name, encoding::detect(head, is_whole))
    }

    /// The same in a certain encoding.
    pub(crate) fn written(head: &[u8], is_whole: bool, file_name: &str, written: Written) -> Self {
        let mut text = encoding::sample(head, written);
        if !is_whole && let Some(end) = text.rfind('\n') {
            text.truncate(end + 1);
        }
        if ours::is_ours(head, &text, is_whole) {
            return Self { written, delimiter: ours::DELIMITER, has_header: true };
        }
        let is_tsv = file_name.to_ascii_lowercase().ends_with(".tsv");
        let mut best = (0, if is_tsv { b'\t' } else { b',' });
        let candidates = if is_tsv { [b'\t', b',', b';', b'|'] } else { [b',', b'\t', b';', b'|'] };
        for delimiter in candidates {
            let score = score(&records(&text, delimiter));
            if score > best.0 {
                best = (score, delimiter);
            }
        }
        let has_header = header::is_header(&records(&text, best.1));
        Self { written, delimiter: best.1, has_header }
    }
}

/// How well records look that were made with a delimiter: how many have as many values as most have, and how many those are.
fn score(records: &[Vec<String>]) -> usize {
    let Some(width) = records.first().map(Vec::len).filter(|width| *width > 1) else {
        return 0;
    };
    let alike = records.iter().filter(|record| record.len() == width).count();
    alike * 1_000 / records.len() * 100 + width.min(99)
}

fn records(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    reader
        .records()
        .take(SAMPLE_RECORDS)
        .filter_map(Result::ok)
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect()
}

/// Reads all rows.
pub(crate) fn read(input: impl Read + Send, layout: Layout, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let input = encoding::decoded(input, layout.written).map_err(ReadError::Input)?;
    let mut width = None;
    Records::new(input, layout.delimiter).each(|mut record| {
        let Some(width) = width else {
            width = Some(record.len());
            if layout.has_header {
                return sink.columns(&header::names(record.iter().map(text_of)));
            }
            sink.columns(&header::numbered(record.len()))?;
            return sink.record(&record);
        };
        if record.len() != width {
            // Spreadsheets leave separators behind cells that were emptied.
            let surplus_is_empty = record.len() > width && record.iter().skip(width).all(str::is_empty);
            // A line of nothing but white space is an empty value within a file of one column, and elsewhere nothing.
            if record.len() == 1 && record.iter().all(|only| only.trim().is_empty()) {
                return Ok(());
            }
            if !surplus_is_empty {
                return Err(ragged(record.line, width, record.len()).into());
            }
            record.truncate(width);
        }
        sink.record(&record)
    })?;
    if width.is_none() {
        return Err(Unreadable::new("文件里没有数据", "there is no data in the file").into());
    }
    Ok(())
}

/// A value.
#[inline]
pub(super) fn cell_of(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text_of(text)) }
}

/// What a value or a name says. The apostrophe by which a spreadsheet keeps a text from being a formula, and which our own files have,
/// isn't part of it. It is the first one where there are several.
#[inline]
fn text_of(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => text,
    }
}

fn ragged(line: u64, expected: usize, found: usize) -> Unreadable {
    Unreadable::new(
        format!("第 {line} 行有 {found} 个值，而前面的行有 {expected} 个；请检查这一行的分隔符和引号"),
        format!(
            "line {line} has {found} values where the lines before have {expected}; check its separators and quotes"
        ),
    )
}

impl From<RecordFault> for ReadError {
    fn from(fault: RecordFault) -> Self {
        match fault {
        RecordFault::Input(error) if error.kind() == io::ErrorKind::InvalidData => {
            not_text(&error.to_string()).into()
        }
        RecordFault::TooLarge(line) => {
            let mebibytes = MOST_ROW_BYTES / (1024 * 1024);
            Unreadable::new(
                format!("从第 {line} 行开始的一行超过 {mebibytes} MiB，可能有引号没有闭合"),
                format!(
                    "the row that begins in line {line} has more than {mebibytes} MiB; perhaps a quote isn't closed"
                ),
            )
            .into()
        }
        RecordFault::NotClosed(line) => Unreadable::new(
            format!("第 {line} 行有引号没有闭合，或闭合的引号后还有文字，后面的行会被当作同一个值"),
            format!(
                "a quote in line {line} isn't closed, or text follows where it is; lines behind it would become part of one value"
            ),
        )
        .into(),
        RecordFault::Input(error) => ReadError::Input(error),
        RecordFault::NotUtf8(line) => ReadError::NotUtf8(not_text(&line.to_string())),
    }
    }
}

pub(super) fn not_text(line: &str) -> Unreadable {
    Unreadable::new(
        format!("第 {line} 行有无法识别的字符，请用 UTF-8 或 GB18030 编码另存后上传"),
        format!("line {line} has characters of an unknown encoding; save the file in UTF-8 or GB18030"),
    )
}
