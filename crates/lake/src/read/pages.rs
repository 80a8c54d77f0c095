//! Pages of Parquet: what they take when they are unpacked, looked at before any of them is. A page says itself how much that is, and as
//! much is set aside for it, one page of each column and its dictionary at once.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

/// A field that has fields of its own.
const STRUCT: u8 = 12;

/// How deep the headers of pages are nested.
const DEPTH: usize = 8;

/// By this encoding a value may repeat the beginning of the one before it.
const DELTA_BYTE_ARRAY: i64 = 7;

/// What pages take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// All that are unpacked together.
    pub(super) together: u64,
    /// The longest value of a row that may be longer than what stands of it in its page.
    pub(super) repeated: u64,
}

/// Weighs the pages of a file.
///
/// # Errors
///
/// When the file can't be read, or has something else where its pages should be.
pub(super) fn weigh(file: &File, metadata: &ParquetMetaData) -> io::Result<Weight> {
    let mut input = BufReader::new(file);
    let mut heaviest = Weight::default();
    for group in metadata.row_groups() {
        let mut weight = Weight::default();
        for column in group.columns() {
            let of_column = of_column(&mut input, column)?;
            weight.together = weight.together.saturating_add(of_column.together);
            weight.repeated = weight.repeated.saturating_add(of_column.repeated);
        }
        heaviest.together = heaviest.together.max(weight.together);
        heaviest.repeated = heaviest.repeated.max(weight.repeated);
    }
    Ok(heaviest)
}

/// The largest page of a column, and its dictionary.
fn of_column(input: &mut (impl Read + Seek), column: &ColumnChunkMetaData) -> io::Result<Weight> {
    let offset = |offset: i64| u64::try_from(offset).map_err(|_| broken());
    let first_page = offset(column.data_page_offset())?;
    let dictionary = column.dictionary_page_offset().map(offset).transpose()?;
    let mut at = dictionary.filter(|at| *at > 0).unwrap_or(first_page).min(first_page);
    let end = at.checked_add(offset(column.compressed_size())?).ok_or_else(broken)?;
    let (mut largest, mut dictionaries, mut repeated): (u64, u64, u64) = (0, 0, 0);
    while at < end {
        input.seek(SeekFrom::Start(at))?;
        let page = Page::read(input)?;
        if page.is_dictionary {
            dictionaries = dictionaries.saturating_add(page.unpacked);
        } else {
            largest = largest.max(page.unpacked);
        }
        if page.repeats {
            repeated = repeated.max(page.unpacked);
        }
        at = input.stream_position()?.checked_add(page.packed).ok_or_else(broken)?;
    }
    Ok(Weight { together: largest.saturating_add(dictionaries), repeated })
}

/// What the header of a page says.
struct Page {
    is_dictionary: bool,
    /// Whether values repeat others.
    repeats: bool,
    unpacked: u64,
    packed: u64,
}

impl Page {
    /// Reads a header, which stands in the compact form of Thrift.
    fn read(input: &mut impl Read) -> io::Result<Self> {
        const DICTIONARY: i64 = 2;
        let (mut kind, mut unpacked, mut packed, mut encoding) = (None, None, None, None);
        fields(input, DEPTH, 0, &mut |within, id, value| match (within, id) {
            (0, 1) => kind = value,
            (0, 2) => unpacked = value,
            (0, 3) => packed = value,
            // Of a page of the first version, and of the second.
            (5, 2) | (8, 4) => encoding = value,
            _ => {}
        })?;
        let size = |size: Option<i64>| size.and_then(|size| u64::try_from(size).ok()).ok_or_else(broken);
        Ok(Self {
            is_dictionary: kind == Some(DICTIONARY),
            repeats: encoding == Some(DELTA_BYTE_ARRAY),
            unpacked: size(unpacked)?,
            packed: size(packed)?,
        })
    }
}

/// Told of a field: which one its struct is of the outermost one (which is 0), which one it is, and its value if that is a whole number.
type Tell<'tell> = &'tell mut dyn FnMut(i64, i64, Option<i64>);

/// Reads the fields of a struct.
fn fields(input: &mut impl Read, depth: usize, within: i64, tell: Tell<'_>) -> io::Result<()> {
    let mut id: i64 = 0;
    loop {
        let head = byte(input)?;
        if head == 0 {
            return Ok(());
        }
        id = match head >> 4 {
            0 => zigzag(input)?,
            step => id.checked_add(i64::from(step)).ok_or_else(broken)?,
        };
        if head & 0x0f == STRUCT && within == 0 {
            fields(input, depth.checked_sub(1).ok_or_else(broken)?, id, tell)?;
            continue;
        }
        let value = value(input, head & 0x0f, depth, true)?;
        tell(within, id, value);
    }
}

/// Reads a value of a type. Truths are in the types of fields, and bytes elsewhere.
fn value(input: &mut impl Read, kind: u8, depth: usize, is_field: bool) -> io::Result<Option<i64>> {
    let depth = depth.checked_sub(1).ok_or_else(broken)?;
    match kind {
        1 | 2 if is_field => {}
        1..=3 => drop(byte(input)?),
        4..=6 => return zigzag(input).map(Some),
        7 => skip(input, 8)?,
        8 => {
            let length = varint(input)?;
            skip(input, length)?;
        }
        9 | 10 => {
            let head = byte(input)?;
            let count = if head >> 4 == 0x0f { varint(input)? } else { u64::from(head >> 4) };
            for _ in 0..count {
                value(input, head & 0x0f, depth, false)?;
            }
        }
        STRUCT => fields(input, depth, -1, &mut |_, _, _| {})?,
        _ => return Err(broken()),
    }
    Ok(None)
}

fn byte(input: &mut impl Read) -> io::Result<u8> {
    let mut byte = [0];
    input.read_exact(&mut byte)?;
    Ok(byte[0])
}

fn varint(input: &mut impl Read) -> io::Result<u64> {
    let mut number: u64 = 0;
    for shift in (0..64).step_by(7) {
        let byte = byte(input)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(broken())
}

fn zigzag(input: &mut impl Read) -> io::Result<i64> {
    let number = varint(input)?;
    Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

fn skip(input: &mut impl Read, length: u64) -> io::Result<()> {
    let skipped = io::copy(&mut input.take(length), &mut io::sink())?;
    if skipped == length { Ok(()) } else { Err(broken()) }
}

fn broken() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
    use parquet::basic::{Compression, ZstdLevel};
    use parquet::file::properties::{WriterProperties, WriterVersion};

    use super::*;

    /// A file that unpacks to ten times a hundred thousand bytes and some more.
    fn written(version: WriterVersion, texts: Vec<String>) -> Weight {
        let texts: ArrayRef = Arc::new(StringArray::from(texts));
        let numbers: ArrayRef = Arc::new(Int64Array::from((0..10).collect::<Vec<_>>()));
        let batch = RecordBatch::try_from_iter([("a", texts), ("b", numbers)]).unwrap();
        let properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_column_dictionary_enabled("a".into(), false)
            .build();
        let file = tempfile::tempfile().unwrap();
        let mut writer = ArrowWriter::try_new(&file, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert!(file.metadata().unwrap().len() < 10_000);
        let known = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).unwrap();
        weigh(&file, known.metadata()).unwrap()
    }

    #[test]
    fn pages_are_weighed_before_they_are_unpacked() {
        let texts: Vec<String> = (0..10).map(|n| n.to_string() + &"x".repeat(100_000)).collect();
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let weight = written(version, texts.clone());
            assert!((1_000_000..1_010_000).contains(&weight.together), "{weight:?}");
        }
        // Of texts that begin alike the second version keeps the beginning once.
        let weight = written(WriterVersion::PARQUET_2_0, vec!["x".repeat(100_000); 10]);
        assert!(weight.together < 110_000 && weight.repeated > 100_000, "{weight:?}");
        assert_eq!(written(WriterVersion::PARQUET_1_0, texts).repeated, 0);
    }
}
